"""Snapshots for profiles that come with a differential only (https://hl7.org/fhir/R4/profiling.html#snapshot).

The elements of the base are copied; each element of the differential is found there by its id – made first, where it is
a new slice or lies inside a type that the base does not open – and takes over what the differential says. Definitions
that contradict their base are not judged here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["generate_snapshot"]

Json = dict[str, Any]
Lookup = Callable[[str], Json | None]
"""Canonical → a StructureDefinition with a snapshot, or None."""

_CORE = "http://hl7.org/fhir/StructureDefinition/"
_LIMIT = 20_000


class _Builder:
    def __init__(self, lookup: Lookup, elements: list[Json]) -> None:
        self.lookup = lookup
        self.rows = elements
        self.by_id = {each["id"]: each for each in elements}

    def apply(self, differential: list[Json]) -> None:
        last: dict[str, str] = {}
        for change in differential:
            identity = self._identity(change, last)
            element = self.ensure(identity)
            if element is not None:
                _merge(element, change)
            last = {path: each for path, each in last.items() if not path.startswith(change["path"] + ".")}
            last[change["path"]] = identity

    def _identity(self, change: Json, last: dict[str, str]) -> str:
        """The id of a differential element: its own, or made from path and slice names."""
        if change.get("id"):
            return str(change["id"])
        parent, _, leaf = change["path"].rpartition(".")
        prefix = last.get(parent, parent)
        slice_name = f":{change['sliceName']}" if change.get("sliceName") else ""
        return f"{prefix}.{leaf}{slice_name}" if parent else leaf

    def ensure(self, identity: str) -> Json | None:
        """The element of an id; made when it is a slice or lies in a type not yet opened."""
        found = self.by_id.get(identity)
        if found is not None or len(self.rows) > _LIMIT:
            return found
        parent_id, dot, leaf = identity.rpartition(".")
        if not dot:
            return None
        parent = self.ensure(parent_id)
        if parent is None:
            return None
        if not self._has_children(parent_id):
            self._open(parent)
        name, colon, slice_name = leaf.partition(":")
        if f"{parent_id}.{name}" not in self.by_id and not colon:
            return self.by_id.get(identity) or self._typed_choice(parent_id, name)
        if colon:
            outer, slash, _ = slice_name.rpartition("/")
            base = self.ensure(f"{parent_id}.{name}:{outer}" if slash else f"{parent_id}.{name}")
            if base is None and not name.endswith("[x]"):
                base = self.ensure(f"{parent_id}.{name}[x]")
            return self._slice(base, slice_name, identity) if base is not None else None
        return self.by_id.get(identity)

    def _has_children(self, identity: str) -> bool:
        return any(each.startswith(identity + ".") for each in self.by_id)

    def _typed_choice(self, parent_id: str, name: str) -> Json | None:
        """``valueQuantity`` for ``value[x]``: a slice by type."""
        for identity, element in list(self.by_id.items()):
            start = f"{parent_id}."
            tail = identity[len(start) :]
            if not identity.startswith(start) or not tail.endswith("[x]") or "." in tail or ":" in tail:
                continue
            stem = tail[:-3]
            types = [
                each for each in element.get("type", ()) if stem + each["code"][0].upper() + each["code"][1:] == name
            ]
            if types:
                element.setdefault(
                    "slicing", {"discriminator": [{"type": "type", "path": "$this"}], "rules": "open", "ordered": False}
                )
                found = self.by_id.get(f"{identity}:{name}") or self._slice(element, name, f"{identity}:{name}")
                found["type"] = [dict(each) for each in types]
                return found
        return None

    def _slice(self, base: Json, slice_name: str, identity: str) -> Json:
        element = {key: value for key, value in base.items() if key not in ("slicing",)}
        element |= {"id": identity, "sliceName": slice_name, "min": 0}
        end = self._end_of(base["id"])
        copies = [element]
        for each in self.rows:
            if each["id"].startswith(base["id"] + "."):
                copies.append({**each, "id": identity + each["id"][len(base["id"]) :]})
        self._insert(end, copies)
        return element

    def _end_of(self, identity: str) -> int:
        at = next(number for number, each in enumerate(self.rows) if each["id"] == identity) + 1
        while at < len(self.rows) and self.rows[at]["id"].startswith((identity + ".", identity + ":", identity + "/")):
            at += 1
        return at

    def _insert(self, at: int, elements: list[Json]) -> None:
        self.rows[at:at] = elements
        for each in elements:
            self.by_id[each["id"]] = each

    def _open(self, parent: Json) -> None:
        """Copy the children of the parent's type, profile or content reference beneath it."""
        if reference := parent.get("contentReference"):
            target = reference.rpartition("#")[2]
            rows = [each for each in self.rows if each["id"].startswith(target + ".")]
            base_id, base_path = target, target
        else:
            types = parent.get("type", ())
            codes = {each.get("code") for each in types}
            profiles = [url for each in types for url in each.get("profile", ())]
            name = (
                profiles[0] if len(profiles) == 1 else f"{_CORE}{codes.pop()}" if len(codes) == 1 else _CORE + "Element"
            )
            definition = self.lookup(name)
            if definition is None:
                return
            rows = definition["snapshot"]["element"][1:]
            base_id = definition["snapshot"]["element"][0]["id"]
            base_path = definition["snapshot"]["element"][0]["path"]
        copies = [
            {
                **each,
                "id": parent["id"] + each["id"][len(base_id) :],
                "path": parent["path"] + each["path"][len(base_path) :],
            }
            for each in rows
        ]
        self._insert(self._end_of_own(parent["id"]), copies)

    def _end_of_own(self, identity: str) -> int:
        return next(number for number, each in enumerate(self.rows) if each["id"] == identity) + 1


def _merge(element: Json, change: Json) -> None:
    for key, value in change.items():
        if key in ("id", "path", "base"):
            continue
        if key == "constraint":
            own = {each.get("key") for each in value}
            element[key] = [each for each in element.get(key, ()) if each.get("key") not in own] + list(value)
        elif key == "slicing":
            element[key] = {**element.get(key, {}), **value}
        else:
            if key.startswith(("fixed", "pattern")):
                for other in [each for each in element if each.startswith(("fixed", "pattern"))]:
                    del element[other]
            element[key] = value


def generate_snapshot(structure: Json, lookup: Lookup) -> Json | None:
    """The StructureDefinition with a snapshot; None when its base is not known or it has no differential."""
    base = lookup(structure.get("baseDefinition", ""))
    differential = structure.get("differential", {}).get("element")
    if base is None or not isinstance(differential, list):
        return None
    builder = _Builder(lookup, [dict(each) for each in base["snapshot"]["element"]])
    builder.apply([each for each in differential if isinstance(each, dict) and isinstance(each.get("path"), str)])
    return {**structure, "snapshot": {"element": builder.rows}}
