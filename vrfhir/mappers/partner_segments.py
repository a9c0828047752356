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
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from vrfhir.definitions import Definitions
from vrfhir.mappers.partner_file import Fault
from vrfhir.mappers.paths import role_of, steps_of
from vrfhir.mappers.rows import ROW_KEYS, Row, SegmentMap, read_segment_map
from vrfhir.mappers.vocabulary import extension_urls

__all__ = ["ROLES", "read_segments"]

ROLES = ("ServiceRequest", "Task", "Patient", "MessageHeader")
"""Resources that a partner's rows can fill."""
_SOURCE = "partner"
_NAME = re.compile(r"Z[A-Z0-9]{2}")
_NEEDED = ("v2", "to", "as")
_OPTIONS = frozenset(
    {"codes", "fields", "kind", "name", "ods", "once", "out", "own", "system", "table", "text-elsewhere", "type", "use"}
    | {"type-text", "value"}
)
_KNOWN = ROW_KEYS - {"source"} | _OPTIONS
_MAKES: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("Location", "Organization", "Practitioner", "logical-reference", "facility"), ("Reference",)),
    **{each: (each,) for each in ("boolean", "code", "date", "dateTime", "decimal", "instant", "time")},
    "EntityIdentifier": ("Identifier",),
    "string": ("string", "markdown"),
    "positiveInt": ("positiveInt", "integer", "unsignedInt"),
}
"""What a conversion makes, where its name does not say so."""


def read_segments(tables: Any) -> tuple[Mapping[str, SegmentMap], Sequence[Fault]]:
    """(the maps of a partner file's ``[[segment]]`` tables by segment, what is wrong with them).

    Every row is compiled once in both directions, so that what is wrong shows when the file is read.
    """
    if not isinstance(tables, list) or not all(isinstance(each, Mapping) for each in tables):
        return {}, [Fault("segment", "says segment = …, which is written as [[segment]]")]
    found: dict[str, SegmentMap] = {}
    wrong: list[Fault] = []
    for number, table in enumerate(tables, 1):
        path, name, rows = f"segment[{number}]", table.get("name"), table.get("row")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            wrong.append(Fault(f"{path}.name", f"has a [[segment]] {number} whose name is none of a Z segment (ZVR)"))
        elif not isinstance(rows, list) or not rows:
            wrong.append(Fault(path, f"has a [[segment]] {number} without rows ([[segment.row]])"))
        elif unknown := sorted(table.keys() - {"name", "row"}):
            what = f"has a [[segment]] {name} with settings that do not exist: {', '.join(unknown)}"
            wrong.append(Fault(f"{path}.{unknown[0]}", what))
        elif name in found:
            wrong.append(Fault(f"{path}.name", f"has two [[segment]] {name}"))
        else:
            faulty = [
                Fault(f"{path}.row[{at}]", f"has a [[segment]] {name} {what}") for at, what in _faults(name, rows)
            ]
            wrong += faulty
            if not faulty:
                found[name] = _map(name, rows)
    return found, wrong


def _faults(name: str, rows: Sequence[Any]) -> Iterator[tuple[int, str]]:
    """(number of a row, what is wrong with it)."""
    ids: set[str] = set()
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping) or not all(isinstance(row.get(key), str) for key in _NEEDED):
            yield number, f"whose row {number} does not say v2, to and as"
            continue
        if row["to"].partition(".")[0] not in ROLES:
            yield number, f"whose row {number} fills none of {', '.join(ROLES)}"
            continue
        if unknown := sorted(row.keys() - _KNOWN):
            yield number, f"whose row {number} has settings that do not exist: {', '.join(unknown)}"
            continue
        own = row.get("id", row["v2"])
        if not isinstance(own, str) or not own:
            yield number, f"whose row {number} has an id that is no text"
            continue
        if own in ids:
            yield number, f"with a row that cannot be used: two rows are called {own}; give one an id"
            continue
        ids.add(own)
        try:
            made = _map(name, [row])
            _fits(made.flavours[-1].rows[0])
            _tried(made)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, SyntaxError) as error:
            yield number, f"with a row that cannot be used: {error}"


def _map(name: str, rows: Sequence[Mapping[str, Any]]) -> SegmentMap:
    ready = [{"id": row["v2"], **row, "source": _SOURCE, "marked": _shares_a_list(row)} for row in rows]
    roles = {role: {"type": role, "create": "shared"} for role in ROLES}
    data = {"segment": name, "home": "ServiceRequest", "roles": roles, "rows": ready}
    return read_segment_map(data, sources=frozenset({_SOURCE}))


def _shares_a_list(row: Mapping[str, Any]) -> bool:
    """Other segments fill the list too: what the Z segment brought is marked as such."""
    return str(row["to"]).endswith("[]")


def _fits(row: Row) -> None:
    """ValueError when FHIR has no such element, or not of what the conversion makes."""
    from vrfhir.mappers.conversions import CONVERSIONS

    if row.conversion not in CONVERSIONS:
        near = get_close_matches(row.conversion, CONVERSIONS, 3)
        raise ValueError(
            f"row {row.id}: no conversion is called {row.conversion}{'; near: ' + ', '.join(near) if near else ''}"
        )
    if not row.field:
        raise ValueError(f"row {row.id}: v2 names no field, as {row.segment}-2 does")
    path, kind = role_of(row.to), ""
    for step in steps_of(row.to, extension_urls()):
        name = step.name.removeprefix("_")
        path, kind, repeats = _child(row, path, name)
        if repeats != (step.position is not None) and name == step.name:
            raise ValueError(f"row {row.id}: {name} {f'repeats: {name}[]' if repeats else 'does not repeat'}")
    wanted = _MAKES.get(row.conversion, (row.conversion,) if row.conversion[0].isupper() else (kind,))
    if kind not in wanted:
        raise ValueError(f"row {row.id}: {row.to} is of type {kind}, but {row.conversion} makes {' or '.join(wanted)}")


def _child(row: Row, path: str, name: str) -> tuple[str, str, bool]:
    """(where to go on, the type, whether it repeats) of an element of R4."""
    fields = Definitions.default().fields(path)
    child = fields.get(name)
    if child is not None and not child.choice:
        return child.path, child.types[0], child.is_list
    for each in fields.values():
        for kind in each.types if each.choice else ():
            if name == each.name + kind[0].upper() + kind[1:]:
                return kind, kind, False
    names = [each + kind[0].upper() + kind[1:] for each in fields if fields[each].choice for kind in fields[each].types]
    near = get_close_matches(name, [*(each for each in fields if not fields[each].choice), *names], 3)
    raise ValueError(f"row {row.id}: {path} has no element {name}{'; near: ' + ', '.join(near) if near else ''}")


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
