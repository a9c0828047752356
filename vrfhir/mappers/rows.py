"""Map rows: what the JSON files in ``maps/`` say, checked.

A file maps one segment. It names the ``roles`` (resources) the segment fills, the ``home`` role that carries what no row
takes, ``link`` – the function that connects the resources – and its ``rows``. A row has

``id``         unique; by custom the v2 path, with a word after a slash when a path has several rows
``v2``         the field or component it reads
``to``         the FHIR element (:mod:`vrfhir.mappers.paths`)
``as``         the conversion (:mod:`vrfhir.mappers.conversions`)
``when``       optional condition (:mod:`vrfhir.mappers.conditions`)
``source``     ``ig`` v2-to-FHIR guide, ``core`` FHIR R4's own v2 notes, ``uk``, ``ours``
``direction``  ``both``, or ``in`` with ``reason`` when it cannot be turned round
``beside``     constants next to the value; ``join`` all repetitions to one text; ``repetitions`` ``first`` or ``rest``

``marked``     what FHIR does not say of the field stands as the ``id`` of the element (:mod:`vrfhir.mappers.marks`): ``true``,
               ``always``, or the use or type of the values that another row of the list would take

and whatever its conversion asks for (``table``, ``codes``, ``kind``, ``type``, ``use`` …). A segment with several forms
has ``flavours``: the first whose ``when`` holds is taken.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from vrfhir.hl7v2 import parse_path

__all__ = ["ROW_KEYS", "Flavour", "Role", "Row", "SegmentMap", "load_maps", "map_digest", "read_segment_map"]

ROW_KEYS = frozenset({"id", "v2", "to", "as", "when", "source", "direction", "reason", "beside", "join", "repetitions"})
_SOURCES = frozenset({"ig", "core", "uk", "ours"})


@dataclass(frozen=True)
class Role:
    """A resource of a segment: its type, and whether it is there from the start, on demand, or shared by the message.

    ``named:12`` is the practitioner that field 12 names; ``current`` the one of the group that is open, ``opened`` that one or, where
    none is open or the segment was in it already, a new one that opens a group.
    """

    name: str
    type: str
    create: str = "on-demand"


@dataclass(frozen=True)
class Row:
    """One row of the map."""

    id: str
    segment: str
    field: int
    component: int
    subcomponent: int
    to: str
    conversion: str
    source: str
    direction: str
    reason: str = ""
    when: Any = None
    beside: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    join: str = ""
    repetitions: str = "all"
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def element(self) -> str:
        """The FHIR element, for findings."""
        return self.to


@dataclass(frozen=True)
class Flavour:
    """One form of a segment."""

    name: str
    when: Any
    roles: Mapping[str, Role]
    home: str
    link: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class SegmentMap:
    """All forms of a segment, most special first."""

    segment: str
    flavours: Sequence[Flavour]


@cache
def load_maps() -> Mapping[str, SegmentMap]:
    """Segment name → map, from the shipped files."""
    folder = files("vrfhir.mappers") / "maps"
    found = {}
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".json"):
            segment_map = read_segment_map(json.loads(entry.read_text(encoding="utf-8")))
            found[segment_map.segment] = segment_map
    return found


@cache
def map_digest() -> str:
    """SHA-256 over all map and table files: what a Provenance names as the version of the map."""
    digest = hashlib.sha256()
    for name in ("maps", "tables"):
        folder = files("vrfhir.mappers") / name
        for entry in sorted(folder.iterdir(), key=lambda each: each.name):
            if entry.name.endswith(".json"):
                digest.update(entry.name.encode() + b"\n" + entry.read_bytes())
    return digest.hexdigest()


def read_segment_map(data: Mapping[str, Any], *, sources: frozenset[str] = _SOURCES) -> SegmentMap:
    """The map of a segment from what its file says; ValueError or KeyError when a row is none."""
    segment = data["segment"]
    flavours = data.get("flavours") or [data]
    return SegmentMap(segment, tuple(_flavour(segment, each, sources) for each in flavours))


def _flavour(segment: str, data: Mapping[str, Any], sources: frozenset[str]) -> Flavour:
    roles = {name: Role(name, each["type"], each.get("create", "on-demand")) for name, each in data["roles"].items()}
    return Flavour(
        name=data.get("flavour", segment),
        when=data.get("when"),
        roles=roles,
        home=data["home"],
        link=data.get("link", ""),
        rows=tuple(_row(segment, each, sources) for each in data["rows"]),
    )


def _row(segment: str, data: Mapping[str, Any], sources: frozenset[str]) -> Row:
    place = parse_path(data["v2"])
    if place.segment != segment:
        raise ValueError(f"row {data['id']} is in the file of {segment}")
    source, direction = data["source"], data.get("direction", "both")
    if source not in sources or direction not in ("both", "in"):
        raise ValueError(f"row {data['id']}: source or direction")
    if direction == "in" and not data.get("reason"):
        raise ValueError(f"row {data['id']} cannot be turned round and does not say why")
    return Row(
        id=data["id"],
        segment=segment,
        field=place.field,
        component=place.component,
        subcomponent=place.subcomponent,
        to=data["to"],
        conversion=data["as"],
        source=source,
        direction=direction,
        reason=data.get("reason", ""),
        when=data.get("when"),
        beside=data.get("beside", {}),
        join=data.get("join", ""),
        repetitions=data.get("repetitions", "all"),
        options={name: value for name, value in data.items() if name not in ROW_KEYS},
    )
