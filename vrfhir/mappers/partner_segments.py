"""Z segments of one partner: maps in the partner's own file, in the row format of the shipped ones.

    [[segment]]
    name = "ZVR"
    [[segment.row]]
    v2 = "ZVR-2"                              # id, when it is left out
    to = "ServiceRequest.note[]"
    as = "Annotation"
    when = ["=", "ZVR-1", "OH"]               # optional

Rows fill resources that the message has anyway: the referral, its Task, the patient, the MessageHeader. What no row takes is
carried, as in every other segment. Every row works in both directions; one that cannot says ``direction = "in"`` and why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from vrfhir.mappers.rows import SegmentMap, read_segment_map

__all__ = ["ROLES", "read_segments"]

ROLES = ("ServiceRequest", "Task", "Patient", "MessageHeader")
"""Resources that a partner's rows can fill."""
_SOURCE = "partner"
_NAME = re.compile(r"Z[A-Z0-9]{2}")
_ROW = frozenset({"id", "v2", "to", "as"})


def read_segments(tables: Any) -> tuple[Mapping[str, SegmentMap], str]:
    """(the maps of a partner file's ``[[segment]]`` tables by segment, what is wrong with them).

    Every row is compiled once in both directions, so that what is wrong shows when the file is read.
    """
    found: dict[str, SegmentMap] = {}
    for number, table in enumerate(tables if isinstance(tables, list) else (None,), 1):
        if not isinstance(table, Mapping) or not isinstance(table.get("row"), list):
            return {}, f"has a [[segment]] {number} without rows"
        name = table.get("name")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            return {}, f"has a [[segment]] {number} whose name is none of a Z segment (ZVR)"
        if unknown := sorted(table.keys() - {"name", "row"}):
            return {}, f"has a [[segment]] {name} with settings that do not exist: {', '.join(unknown)}"
        if name in found:
            return {}, f"has two [[segment]] {name}"
        made = _made(name, table["row"])
        if isinstance(made, str):
            return {}, f"has a [[segment]] {name} {made}"
        found[name] = made
    return found, ""


def _made(name: str, rows: Sequence[Any]) -> SegmentMap | str:
    """The map, or what is wrong with it."""
    ready = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping) or not all(isinstance(row.get(key), str) for key in _ROW - {"id"}):
            return f"whose row {number} does not say v2, to and as"
        if row["to"].partition(".")[0] not in ROLES:
            return f"whose row {number} fills none of {', '.join(ROLES)}"
        ready.append({"id": row["v2"], **row, "source": _SOURCE})
    roles = {role: {"type": role, "create": "shared"} for role in ROLES}
    data = {"segment": name, "home": "ServiceRequest", "roles": roles, "rows": ready}
    try:
        made = read_segment_map(data, sources=frozenset({_SOURCE}))
        _tried(made)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        return f"with a row that cannot be used: {error}"
    return made


def _tried(made: SegmentMap) -> None:
    """Compile every row forth and back; ValueError when one cannot be."""
    from vrfhir.mappers.engine import CompiledMap
    from vrfhir.mappers.writing import INVERSES
    from vrfhir.mappers.writing.rows import compiled_back

    for flavour in CompiledMap(made).flavours:
        flavour.compile()
    for row in made.flavours[-1].rows:
        if row.direction == "both":
            if row.conversion not in INVERSES:
                raise ValueError(f'row {row.id}: {row.conversion} has no way back; say direction = "in" and a reason')
            compiled_back(row)
