"""Rows of the guide's CSV files as candidates in our row format, each with the line it came from."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from guide.conditions import ConditionError, read_condition

__all__ = ["Candidate", "TargetError", "read_file", "read_target"]

_FLAVOUR = re.compile(r"(?:^|[ _])([A-Z][A-Z0-9]{2})\s*\[([A-Za-z]+)[^\]]*\]")
_FIELD = re.compile(r"[A-Z][A-Z0-9]{2}-\d+(?:\.\d+){0,2}")
_V2 = ("sort", "v2", "name", "type", "min", "max")
"""The first six columns, in every file."""
_TITLES = {
    "computable antlr": "condition",
    "narrative": "narrative",
    "fhir attribute": "target",
    "data type mapping": "datatype",
    "assignment": "constant",
}
_CONVERSIONS = {
    "CWE[CodeableConcept]": "CodeableConcept",
    "CWE[Coding]": "Coding",
    "CWE[code]": "code",
    "ID[code]": "code",
    "ID[Coding]": "Coding",
    "ID[CodeableConcept]": "CodeableConcept",
    "CX[Identifier]": "Identifier",
    "XCN[Practitioner]": "Practitioner",
    "XON[Organization]": "Organization",
    "XPN[HumanName]": "HumanName",
    "XAD[Address]": "Address",
    "XTN[ContactPoint]": "ContactPoint",
    "PL[Location]": "Location",
    "DR[Period]": "Period",
    "CQ[Quantity]": "Quantity",
}
_BY_TYPE = {"dateTime", "date", "instant", "time", "string", "boolean", "positiveInt", "decimal", "code"}


_DATA_TYPES = frozenset(
    {"Annotation", "Attachment", "CodeableConcept", "Coding", "ContactPoint", "HumanName", "Identifier"}
)
_ASSIGNED = re.compile(r"=[\"“”]+([^\"“”]*)[\"“”]+")


class TargetError(ValueError):
    """The FHIR attribute is not a path that we understand."""


class Candidate(NamedTuple):
    """A row as the guide has it. ``unread`` says what of it was not understood, ``constant`` what it always puts there."""

    v2: str
    to: str
    conversion: str
    when: Any
    constant: str
    vocabulary: str
    reference: str
    unread: Sequence[str] = ()

    def to_row(self) -> dict[str, Any]:
        """In the format of ``vrfhir/mappers/maps``; ``reference`` and ``unread`` are for the reviewer."""
        row: dict[str, Any] = {"id": self.v2, "v2": self.v2, "to": self.to, "as": self.conversion or "?"}
        if self.when is not None:
            row["when"] = self.when
        for name in ("constant", "vocabulary"):
            if getattr(self, name):
                row[name] = getattr(self, name)
        row |= {"source": "ig", "reference": self.reference}
        return row | ({"unread": list(self.unread)} if self.unread else {})


def read_file(path: Path) -> Iterator[Candidate]:
    """The candidates of one file; a ValueError when it is no segment map of the guide."""
    match = _FLAVOUR.search(path.stem)
    if match is None:
        raise ValueError(f"{path.name}: the name does not say which segment and resource (SEG[Resource])")
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    columns = _columns(lines[:2], path.name)
    for number, line in enumerate(lines[2:], 3):
        cells = {name: line[place].strip() if place < len(line) else "" for name, place in columns.items()}
        if cells["target"] and _FIELD.fullmatch(cells["v2"]):
            yield _candidate(cells, match[2], f"{path.name}:{number}")


def _columns(heads: Sequence[Sequence[str]], name: str) -> dict[str, int]:
    found = {title: place for place, title in enumerate(_V2)}
    for place, title in enumerate(heads[1] if len(heads) > 1 else ()):
        known = _TITLES.get(" ".join(title.split()).lower())
        if known is not None:
            found.setdefault(known, place)
        elif title.lower().startswith("vocabulary mapping"):
            found["vocabulary"] = place
        elif title.strip() == "Data Type" and "target" in found:
            found.setdefault("fhir-type", place)
    missing = sorted({*_TITLES.values(), "vocabulary", "fhir-type"} - found.keys())
    if missing:
        raise ValueError(f"{name}: the second line has no column for {', '.join(missing)}")
    return found


def _candidate(cells: dict[str, str], resource: str, reference: str) -> Candidate:
    unread = []
    try:
        to = read_target(cells["target"], resource)
    except TargetError as error:
        to, _ = f"{resource}.{cells['target']}", unread.append(f"target: {error}")
    try:
        when = read_condition(cells["condition"], cells["v2"])
    except ConditionError as error:
        when, _ = None, unread.append(f"condition {cells['condition']!r}: {error}")
    if cells["narrative"]:
        unread.append(f"narrative condition: {cells['narrative']}")
    conversion = _CONVERSIONS.get(cells["datatype"], "")
    if not conversion and not cells["datatype"] and cells["fhir-type"] in _BY_TYPE:
        conversion = cells["fhir-type"]
    if not conversion and not cells["constant"] and not _ASSIGNED.search(cells["target"]):
        unread.append(f"data type: {cells['datatype'] or cells['fhir-type'] or 'none'}")
    assigned = _ASSIGNED.search(cells["target"])
    constant = cells["constant"].strip('"') or (assigned[1] if assigned else "")
    return Candidate(cells["v2"], to, conversion, when, constant, cells["vocabulary"], reference, tuple(unread))


def read_target(text: str, resource: str) -> str:
    """``Resource.element.path`` of a FHIR attribute: ``[n]`` marks an instance, ``(Resource…)`` another resource."""
    text = _ASSIGNED.sub("", text).replace(" ", "")
    outer, bracket, rest = text.partition("(")
    if bracket:
        if not rest.endswith(")") or rest.count("(") + 1 != rest.count(")"):
            raise TargetError("brackets")
        inner = rest[:-1]
        name, dot, path = inner.partition(".")
        name = re.sub(r"\[\d+\]", "", name)
        if dot and name in _DATA_TYPES:
            outer = f"{outer}.{path}"
        elif dot and not name.startswith("ext"):
            return read_target(path, name)
    path = re.sub(r"\[(\d+|each|x)\]", "", outer)
    if not re.fullmatch(r"[A-Za-z$][A-Za-z]*(\.[A-Za-z]+)*", path):
        raise TargetError(f"not a path: {text[:40]}")
    return f"{resource}.{path}"
