"""Rows of a partner's own: what the fields of its Z segments are, in the format of the shipped map.

::

    [[row]]
    v2 = "ZU3-12"
    to = "Encounter.type[]"
    as = "data-dictionary"
    name = "FIRST ATTENDANCE"

They stand before the shipped rows of the segment and are read only: on the way back their elements are written like all others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from vrfhir.hl7v2 import parse_path
from vrfhir.mappers.conversions import CONVERSIONS
from vrfhir.mappers.engine import CompiledFlavour, CompiledMap, compiled_maps
from vrfhir.mappers.paths import role_of
from vrfhir.mappers.rows import Flavour, Role, Row, SegmentMap, load_maps

__all__ = ["maps_with", "read_rows"]

_SEGMENT = re.compile(r"Z[A-Z0-9]{2}")
_ROLES = ("Patient", "Encounter", "ServiceRequest", "Task", "Appointment", "MessageHeader")
"""Resources that a message has one of: a row of a partner says more about them, it makes none."""
_OURS = frozenset({"element-value", "element-name", "element-resource", "selector", "facility", "message-identifier"})
_KEYS = frozenset({"v2", "to", "as", "repetitions"})


def read_rows(rows: Any) -> tuple[tuple[Row, ...], str]:
    """(the rows of a partner file's ``[[row]]`` tables, what is wrong with them)."""
    found: list[Row] = []
    for number, data in enumerate(rows if isinstance(rows, list) else (), 1):
        try:
            found.append(_row(data, number))
            _try(found[-1])
        except (KeyError, TypeError, ValueError) as error:
            return (), f"has a [[row]] {number} that cannot be run: {str(error).strip(chr(39))}"
    return tuple(found), ""


def _row(data: Mapping[str, Any], number: int) -> Row:
    missing = sorted({"v2", "to", "as"} - data.keys())
    if missing:
        raise ValueError(f"{', '.join(missing)} missing")
    place = parse_path(data["v2"])
    if not _SEGMENT.fullmatch(place.segment) or not place.field:
        raise ValueError(f"{data['v2']} is no field of a Z segment")
    if role_of(data["to"]) not in _ROLES:
        raise ValueError(f"{data['to']} is in none of {', '.join(_ROLES)}")
    if data["as"] not in CONVERSIONS or data["as"] in _OURS:
        raise ValueError(f"there is no conversion {data['as']}")
    if data.get("repetitions", "all") not in ("all", "first", "rest"):
        raise ValueError("repetitions is all, first or rest")
    return Row(
        id=f"{data['v2']}/partner-{number}",
        segment=place.segment,
        field=place.field,
        component=place.component,
        subcomponent=place.subcomponent,
        to=data["to"],
        conversion=data["as"],
        source="partner",
        direction="in",
        reason="a row of a partner file",
        repetitions=data.get("repetitions", "all"),
        options={name: value for name, value in data.items() if name not in _KEYS},
    )


def _try(row: Row) -> None:
    CompiledFlavour(_flavour([row], None)).compile()


def _flavour(rows: Sequence[Row], shipped: Flavour | None) -> Flavour:
    roles = {role_of(row.to): Role(role_of(row.to), role_of(row.to), "shared") for row in rows}
    return Flavour(
        name=rows[0].segment,
        when=None,
        roles={**roles, **(shipped.roles if shipped is not None else {})},
        home=shipped.home if shipped is not None else next(iter(roles)),
        link=shipped.link if shipped is not None else "",
        rows=(*sorted(rows, key=lambda row: row.field), *(shipped.rows if shipped is not None else ())),
    )


def maps_with(rows: Sequence[Row]) -> Mapping[str, CompiledMap]:
    """The shipped map with the rows of a partner before those of their segments."""
    if not rows:
        return compiled_maps()
    found = dict(compiled_maps())
    for segment in dict.fromkeys(row.segment for row in rows):
        shipped = load_maps().get(segment)
        own = [row for row in rows if row.segment == segment]
        form = _flavour(own, shipped.flavours[-1] if shipped is not None else None)
        found[segment] = CompiledMap(SegmentMap(segment, (form,)))
    return found
