"""A mapped Bundle with one element edited, and the fields of HL7 v2 that speak of an element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

from vrfhir.mappers.rows import load_maps

NAMED = frozenset({"Practitioner", "PractitionerRole", "Organization", "Location"})
"""Resources that fields name: what is edited in them stands in every field that names one."""
NOT_EDITED = frozenset({"resourceType", "id", "meta", "extension", "text", "language", "eventCoding"})
TRANSPORT = frozenset({"Binary", "Provenance", "Device", "DocumentReference"})
_TEXTS = ("family", "text", "city", "postalCode", "title", "comment", "description")


def edits(bundle: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """(full URL, resource type, element, the Bundle with another value in it), each element of each type once."""
    seen: set[tuple[str, str]] = set()
    for number, entry in enumerate(bundle["entry"]):
        resource = entry["resource"]
        kind = resource["resourceType"]
        for element in resource:
            if kind in TRANSPORT or element in NOT_EDITED or element.startswith("_") or (kind, element) in seen:
                continue
            value = edited(deepcopy(resource[element]))
            if value is None or value == resource[element]:
                continue
            seen.add((kind, element))
            changed = {**bundle, "entry": list(bundle["entry"])}
            changed["entry"][number] = {**entry, "resource": {**resource, element: value}}
            yield entry["fullUrl"], kind, element, changed


def edited(value: Any) -> Any:
    """Another value of the same kind: a name, a number, a date, a text; None when there is none to be edited."""
    if isinstance(value, str):
        return "1999" + value[4:] if re.match(r"\d{4}-\d\d-\d\d", value) else None
    if isinstance(value, list):
        first = edited(value[0]) if value else None
        return [first, *value[1:]] if first is not None else None
    if not isinstance(value, dict) or "reference" in value:
        return None
    if "system" in value and isinstance(value.get("value"), str):
        return {**value, "value": "4711"}
    for name in _TEXTS:
        if isinstance(value.get(name), str):
            return {**value, name: "Edited"}
    for name in ("start", "end", "period"):
        inner = edited(value.get(name))
        if inner is not None:
            return {**value, name: inner}
    return None


@cache
def fields_of(kind: str, element: str) -> frozenset[tuple[str, int]]:
    """The fields whose rows speak of an element of a resource type, in any segment."""
    found = {("NTE", field) for field in range(1, 20) if element == "note"}
    for name, segment_map in load_maps().items():
        for flavour in segment_map.flavours:
            for row in flavour.rows:
                role, _, path = row.to.partition(".")
                own = flavour.roles[role].type if role in flavour.roles else role
                names_it = re.search("ractitioner|rganization|ocation|facility|producer", row.conversion) is not None
                same = _first(path) == element or (_first(path) in ("value", "*") and element.startswith("value"))
                if (own == kind and same) or (kind in NAMED and names_it):
                    found.add((name, row.field))
    return frozenset(found)


def _first(path: str) -> str:
    return re.split(r"[.(\[]", path.removeprefix("_"))[0]


def fields_read(ledger: Any, url: str, element: str) -> set[tuple[str, int]]:
    """The fields of one message whose values went to an element of one resource."""
    return {
        (entry.segment.partition("[")[0], entry.field)
        for entry in ledger
        if entry.resource == url and _first(entry.location.partition(".")[2]) == element
    }
