"""Every constraint that a profile or extension of ours adds to what it derives from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from vrfhir.definitions import Definitions
from vrfhir.profiles import artefacts

__all__ = ["Constraint", "constraints", "parent_element", "structures"]

Json = dict[str, Any]
_VALUES = ("fixed", "pattern", "minValue", "maxValue")


class Constraint(NamedTuple):
    """One constraint: the profile, the id of the element, and what is said of it (``min``, ``binding`` … or the invariant's key)."""

    profile: str
    element: str
    keyword: str
    value: Any

    @property
    def label(self) -> str:
        """How the index of invalid examples names it."""
        return f"{self.element}#{self.keyword}"


def structures() -> dict[str, Json]:
    """Our StructureDefinitions by canonical."""
    found = (
        json.loads(one.path.read_text(encoding="utf-8"))
        for one in artefacts()
        if one.resource_type == "StructureDefinition"
    )
    return {one["url"]: one for one in found}


def constraints() -> Iterator[Constraint]:
    """All constraints that go beyond the parent, in the order of the differentials."""
    for url, structure in structures().items():
        parent = Definitions.default().structure(structure["baseDefinition"]) or {}
        by_id = {one["id"]: one for one in parent.get("snapshot", {}).get("element", [])}
        for element in structure["differential"]["element"]:
            yield from _added(url, element, parent_element(by_id, element["id"]))


def parent_element(by_id: dict[str, Json], identity: str) -> Json:
    """The element of the parent that an element constrains: itself, else the one it slices, else one inside a type."""
    if identity in by_id:
        return by_id[identity]
    head, _, last = identity.rpartition(".")
    plain = f"{head}.{last.partition(':')[0]}" if head else last
    if plain in by_id:
        return by_id[plain]
    parts = [one.partition(":")[0] for one in identity.split(".")]
    found: Json = by_id.get(".".join(parts), {})
    if found or len(parts) < 2:
        return found
    owner = parent_element(by_id, head)
    for each in owner.get("type", []):
        structure = Definitions.default().type(each["code"])
        for element in structure["snapshot"]["element"] if structure else ():
            if element["path"] == f"{each['code']}.{parts[-1]}":
                inner: Json = element
                return inner
    return {}


def _added(url: str, element: Json, parent: Json) -> Iterator[Constraint]:
    identity = element["id"]
    is_new_slice = bool(element.get("sliceName")) and parent.get("sliceName") != element["sliceName"]
    if element.get("min", 0) > (0 if is_new_slice else parent.get("min", 0)):
        yield Constraint(url, identity, "min", element["min"])
    if "max" in element and _fewer(element["max"], parent.get("max", "*")):
        yield Constraint(url, identity, "max", element["max"])
    for key, value in element.items():
        if key.startswith(_VALUES) and parent.get(key) != value:
            yield Constraint(url, identity, key, value)
    binding = element.get("binding", {})
    if binding.get("strength") in ("required", "extensible") and binding != parent.get("binding"):
        yield Constraint(url, identity, "binding", binding)
    if "type" in element and _narrower(element["type"], parent.get("type", [])):
        yield Constraint(url, identity, "type", element["type"])
    if element.get("slicing", {}).get("rules", "open") != "open":
        yield Constraint(url, identity, "closed", element["slicing"])
    for rule in element.get("constraint", []):
        yield Constraint(url, identity, rule["key"], rule)


def _fewer(here: str, there: str) -> bool:
    return here != "*" and (there == "*" or int(here) < int(there))


def _narrower(here: list[Json], there: list[Json]) -> bool:
    """True when fewer types, profiles or targets are allowed (a type repeated as it was adds nothing)."""
    return _named(here) != _named(there)


def _named(types: list[Json]) -> set[tuple[str, str]]:
    return {
        (one["code"], target)
        for one in types
        for target in [*one.get("profile", []), *one.get("targetProfile", []), ""]
    }
