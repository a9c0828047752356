"""Reference tables by version: structures, segment fields and data types, as the standard's chapters define them.

The data under ``data/`` is generated (``python tools/extract_hl7v2_tables.py``); one file per version is read when first
asked for. Versions 2.3 to 2.8.2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from vrfhir.hl7v2.structure_pattern import Group, parse_pattern

__all__ = [
    "DEFAULT_VERSION",
    "VERSIONS",
    "Definition",
    "Tables",
    "nearest_version",
    "structure_name",
    "tables",
    "version_meant",
]

VERSIONS = ("2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8", "2.8.1", "2.8.2")
DEFAULT_VERSION = "2.4"
"""Assumed when a message names none: what the UK standard for HL7 v2 asks for."""

_DATA = Path(__file__).parent / "data"
_CARDINALITY: Mapping[str, tuple[int, int | None]] = {"1": (1, 1), "?": (0, 1), "*": (0, None), "+": (1, None)}


class Definition(NamedTuple):
    """A field of a segment or a component of a data type.

    ``datatype`` is empty where the version defines none, ``maximum`` None when unbounded, ``table`` the four digits of
    an HL7 table or empty, ``name`` the element's name in lower case.
    """

    datatype: str
    minimum: int
    maximum: int | None
    table: str
    name: str

    @property
    def is_required(self) -> bool:
        """At least one."""
        return self.minimum > 0

    @property
    def repeats(self) -> bool:
        """More than one allowed."""
        return self.maximum is None or self.maximum > 1

    @property
    def is_withdrawn(self) -> bool:
        """Not to be used in this version: withdrawn, reserved or not defined."""
        return self.maximum == 0


class Tables:
    """The tables of one version."""

    def __init__(self, version: str) -> None:
        facts = json.loads((_DATA / f"{version}.json").read_bytes())
        self.version = version
        self.structures: Mapping[str, str] = facts["structures"]
        self._segments: Mapping[str, list[str]] = facts["segments"]
        self._types: Mapping[str, list[str]] = facts["types"]
        self._read: dict[tuple[str, str], tuple[Definition, ...]] = {}

    @property
    def segment_names(self) -> frozenset[str]:
        """The segments the tables define."""
        return frozenset(self._segments)

    def segment(self, name: str) -> tuple[Definition, ...] | None:
        """The fields of a segment, field 1 first; None when the segment is not in the tables."""
        return self._definitions("segment", name, self._segments)

    def field(self, segment: str, number: int) -> Definition | None:
        """One field of a segment; None when it is not defined."""
        fields = self.segment(segment) or ()
        return fields[number - 1] if 0 < number <= len(fields) else None

    def datatype(self, name: str) -> tuple[Definition, ...] | None:
        """The components of a composite data type; None for a primitive or unknown one."""
        return self._definitions("type", name, self._types)

    def structure(self, name: str) -> Group | None:
        """A message structure (``REF_I12``) as a tree; None when this version has none of that name."""
        pattern = self.structures.get(name)
        return parse_pattern(name, pattern) if pattern is not None else None

    def _definitions(self, kind: str, name: str, source: Mapping[str, list[str]]) -> tuple[Definition, ...] | None:
        known = self._read.get((kind, name))
        if known is None:
            rows = source.get(name)
            if rows is None:
                return None
            known = self._read[kind, name] = tuple(_definition(row) for row in rows)
        return known


def _definition(row: str) -> Definition:
    datatype, cardinality, table, name = row.split(" ", 3)
    if cardinality in _CARDINALITY:
        minimum, maximum = _CARDINALITY[cardinality]
    else:
        low, high = cardinality.split("..")
        minimum, maximum = int(low), int(high)
    if datatype == "WD":
        datatype, maximum = "-", 0
    return Definition(datatype.strip("-"), minimum, maximum, table.strip("-"), name if name != "-" else "")


@cache
def _loaded(version: str) -> Tables:
    return Tables(version)


def tables(version: str) -> Tables:
    """The tables of the version nearest to ``version`` (``2.5+`` and ``2.5.2`` give 2.5.1's predecessor 2.5 …)."""
    return _loaded(nearest_version(version))


@lru_cache(maxsize=256)
def nearest_version(version: str) -> str:
    """The defined version to read a message by: itself, else the newest not above it, else the oldest or the default."""
    match = re.match(r"\s*([0-9]{1,3}(?:\.[0-9]{1,4}){0,3})", version)
    if match is None:
        return DEFAULT_VERSION
    wanted = _numbers(match[1])
    if wanted[0] != 2:
        return DEFAULT_VERSION
    not_above = [known for known in VERSIONS if _numbers(known) <= wanted]
    return not_above[-1] if not_above else VERSIONS[0]


_SPELLED = re.compile(r"(?:HL7)?\s*(?:[Vv](?:ersion)?\.?\s*)?(2\.[0-9]{1,4}(?:\.[0-9]{1,4})?)(?![0-9.])")
_KNOWN = frozenset({*VERSIONS, "2.7.1"})


@lru_cache(maxsize=256)
def version_meant(text: str) -> str:
    """The version that a text of a vendor's own begins with: ``2.5+``, ``2.4E``, ``V2.3.1`` give 2.5, 2.4, 2.3.1; else the text itself."""
    if text in _KNOWN:
        return text
    match = _SPELLED.match(text)
    return match[1] if match is not None and match[1] in _KNOWN else text


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


_STRUCTURE_BY_EVENT: Mapping[str, Mapping[str, str]] = {
    "ADT": {
        **dict.fromkeys(("A01", "A04", "A08", "A13"), "ADT_A01"),
        **dict.fromkeys(("A05", "A14", "A28", "A31"), "ADT_A05"),
        **dict.fromkeys(("A39", "A40", "A41", "A42"), "ADT_A39"),
    },
    "MDM": {
        **dict.fromkeys(("T01", "T03", "T05", "T07", "T09", "T11"), "MDM_T01"),
        **dict.fromkeys(("T02", "T04", "T06", "T08", "T10"), "MDM_T02"),
    },
    "OMG": {"O19": "OMG_O19"},
    "ORM": {"O01": "ORM_O01"},
    "ORU": {"R01": "ORU_R01"},
    "REF": dict.fromkeys(("I12", "I13", "I14", "I15"), "REF_I12"),
    "RRI": dict.fromkeys(("I12", "I13", "I14", "I15"), "RRI_I12"),
    "SIU": dict.fromkeys((*(f"S{number}" for number in range(12, 25)), "S26"), "SIU_S12"),
}
"""HL7 table 0354 for the messages supported: the structure of a message code and trigger event."""

_BEFORE_2_4 = {"ADT_A05": "ADT_A01"}


def structure_name(code: str, trigger: str, version: str) -> str:
    """The structure of a message type in a version (``ADT^A28`` is ADT_A01 before 2.4); empty when not supported."""
    if code == "ACK":
        return "ACK"
    name = _STRUCTURE_BY_EVENT.get(code, {}).get(trigger, "")
    if nearest_version(version) in ("2.3", "2.3.1"):
        name = _BEFORE_2_4.get(name, name)
    return name
