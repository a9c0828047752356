"""Snapshots for definitions that come with a differential only (https://hl7.org/fhir/R4/profiling.html#snapshot).

The elements of the base are copied; each element of the differential is found there by its id – made first, where it is
a new slice or lies inside a type that the base does not open – and takes over what the differential says. Definitions
that contradict their base are not judged here. Where the specification leaves a choice, the snapshots that HL7 publishes
decide: ``tests/definitions/test_snapshots_equal_the_published.py`` compares with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from vrfhir.definitions.element_merge import merge_element, without_useless_binding
from vrfhir.definitions.rows import objects, texts

__all__ = ["Lookup", "generate_snapshot"]

Json = dict[str, Any]
Lookup = Callable[[str], Json | None]
"""Canonical → a StructureDefinition with a snapshot, or None."""

_CORE = "http://hl7.org/fhir/StructureDefinition/"
_EXTENSIONS = ("extension", "modifierExtension")
_LIMIT = 20_000
"""More elements than this has no definition that means well; what goes beyond is left out."""


def generate_snapshot(structure: Json, lookup: Lookup) -> Json | None:
    """The StructureDefinition with a snapshot; None when its base is not known or it has no differential.

    ``lookup`` gives the base, and the types and extensions whose elements are constrained; what it does not know is
    left closed. The argument is not changed.
    """
    base = lookup(str(structure.get("baseDefinition", "")))
    changes = [each for each in objects(structure.get("differential"), "element") if _path(each)]
    if base is None or not changes:
        return None
    specializes = structure.get("derivation") == "specialization"
    rows = _renamed(base, _path(changes[0]).partition(".")[0]) if specializes else _copies(base)
    builder = _Builder(lookup, rows, specializes)
    builder.apply(changes)
    builder.settle_type_slices(changes)
    if base.get("kind") == "complex-type" and base.get("type") != "Extension":
        builder.open_extensions()
    return {**structure, "snapshot": {"element": [without_useless_binding(each) for each in builder.rows]}}


class _Builder:
    def __init__(self, lookup: Lookup, rows: list[Json], specializes: bool) -> None:
        self.lookup = lookup
        self.rows = rows
        self.specializes = specializes
        self.by_id = {each["id"]: each for each in rows}
        self.pristine = {each["id"]: dict(each) for each in rows}
        self.alias: dict[str, str] = {}
        self.sliced: Counter[str] = Counter()
        self._add_up_slices()

    def apply(self, changes: list[Json]) -> None:
        identities = _identities(changes)
        slices = {each for each in identities if ":" in each.rpartition(".")[2] and "/" not in each.rpartition(".")[2]}
        self.sliced = Counter(each.rpartition(":")[0] for each in slices)
        for identity, change in zip(identities, changes, strict=True):
            element = self.ensure(identity, change)
            if element is not None:
                merge_element(element, self._from_extension(change))

    def _add_up_slices(self) -> None:
        """An element that the base slices is there at least as often as its slices together."""
        least: Counter[str] = Counter()
        for each in self.rows:
            last = each["id"].rpartition(".")[2]
            if ":" in last and "/" not in last and _leaf(each) not in _EXTENSIONS:
                least[each["id"].rpartition(":")[0]] += _count(each)
        for identity, count in least.items():
            element = self.by_id.get(identity)
            if element is not None and _count(element) < count:
                element["min"] = count

    def open_extensions(self) -> None:
        """Slices of extensions in profiles on data types are opened, though nothing in them is constrained."""
        for element in [each for each in self.rows if each.get("sliceName") and _leaf(each) in _EXTENSIONS]:
            if not self._has_children(element["id"]):
                self._open(element)

    def ensure(self, identity: str, change: Json | None = None) -> Json | None:
        """The element of an id; made when it is a slice or lies in a type not yet opened."""
        parent_id, dot, leaf = identity.rpartition(".")
        parent = self.ensure(parent_id) if dot else None
        if parent is not None:
            identity = f"{parent['id']}.{leaf}"  # the parent may stand under another id than the differential gives it
        identity = self.alias.get(identity, identity)
        found = self.by_id.get(identity)
        if found is not None or parent is None or len(self.rows) > _LIMIT:
            return found
        if not self._has_children(parent["id"]):
            self._open(parent)
            if (found := self.by_id.get(identity)) is not None:
                return found
        name, colon, slice_name = leaf.partition(":")
        if not colon:
            return self._typed_choice(parent["id"], name) or self._added(identity, change)
        outer, slash, _ = slice_name.rpartition("/")
        sliced = self.ensure(f"{parent['id']}.{name}:{outer}" if slash else f"{parent['id']}.{name}")
        return self._slice(sliced, slice_name, identity) if sliced is not None else None

    def _has_children(self, identity: str) -> bool:
        start = identity + "."
        return any(each.startswith(start) for each in self.by_id)

    def _added(self, identity: str, change: Json | None) -> Json | None:
        """A new element of a type that specialises another: behind those its parent has."""
        if not self.specializes or change is None:
            return None
        element = {"id": identity, "path": change["path"]}
        self._insert(self._end_of(identity.rpartition(".")[0]), [element])
        return element

    def _typed_choice(self, parent_id: str, name: str) -> Json | None:
        """``valueQuantity`` for ``value[x]``: only this type is left; outside slices it stands as a slice by type."""
        for identity in [each for each in self.by_id if each.startswith(parent_id + ".") and each.endswith("[x]")]:
            stem = identity[len(parent_id) + 1 : -3]
            element = self.by_id[identity]
            types = [each for each in objects(element, "type") if _typed_name(stem, each) == name]
            if "." in stem or ":" in stem or not types:
                continue
            if ":" in parent_id:
                self.alias[f"{parent_id}.{name}"] = identity
                element["type"] = types
                return element
            self.alias[f"{parent_id}.{name}"] = f"{identity}:{name}"
            found = self.by_id.get(f"{identity}:{name}")
            if found is None:
                element["slicing"] = {**_BY_TYPE, "rules": "closed"}
                found = self._slice(element, name, f"{identity}:{name}")
                found["type"] = types
            element["type"] = types
            return found
        return None

    def settle_type_slices(self, changes: list[Json]) -> None:
        """A choice sliced by its type is closed when every type has its slice, else open; a slice that must be there leaves its
        type only."""
        for change in changes:
            identity = str(change.get("id", ""))
            element = self.by_id.get(identity)
            slicing = change.get("slicing")
            if element is None or not identity.endswith("[x]") or not isinstance(slicing, dict):
                continue
            if [(one.get("type"), one.get("path")) for one in objects(slicing, "discriminator")] != [("type", "$this")]:
                continue
            slices = [
                one for one in changes if str(one.get("id", "")).rpartition(":")[0] == identity and "sliceName" in one
            ]
            if not slices:
                continue
            types = [(one, {each.get("code") for each in objects(one, "type")}) for one in slices]
            for one, codes in types:
                if isinstance(one.get("min"), int) and one["min"] > 0 and len(codes) == 1:
                    element["min"] = max(1, element.get("min", 0))
                    element["type"] = [each for each in objects(element, "type") if each.get("code") in codes]
            left = {each.get("code") for each in objects(element, "type")}.difference(*(codes for _, codes in types))
            element["slicing"] = {**element["slicing"], "rules": "open" if left else "closed"}

    def _slice(self, sliced: Json, slice_name: str, identity: str) -> Json:
        """A new slice behind those there are. It begins as the base has the element; what lies within, as it is now."""
        name = _leaf(sliced)
        if "slicing" not in sliced and name not in _EXTENSIONS and "/" not in slice_name:
            if name.endswith("[x]") and any(
                _typed_name(name[:-3], each) == slice_name for each in objects(sliced, "type")
            ):
                sliced["slicing"] = {**_BY_TYPE, "rules": "open"}
            elif self.sliced[sliced["id"]] == 1 and "sliceName" not in sliced:
                return self._named(sliced, slice_name, identity)
        if name in _EXTENSIONS:
            sliced.setdefault("slicing", {**_BY_URL})
        origin = self.pristine.get(sliced["id"], sliced)
        element = {key: value for key, value in origin.items() if key != "slicing"}
        element |= {"id": identity, "sliceName": slice_name, "min": 0}
        within = [each for each in self.rows if each["id"].startswith(sliced["id"] + ".")]
        copies = [{**each, "id": identity + each["id"][len(sliced["id"]) :]} for each in within]
        self._insert(self._end_of(sliced["id"]), [element, *copies])
        return element

    def _named(self, element: Json, slice_name: str, identity: str) -> Json:
        """One slice of an element that nobody slices: the element itself takes the name."""
        before = element["id"]
        for each in self.rows:
            if each["id"] == before or each["id"].startswith(before + "."):
                del self.by_id[each["id"]]
                each["id"] = identity + each["id"][len(before) :]
                self.by_id[each["id"]] = each
        element["sliceName"] = slice_name
        return element

    def _open(self, parent: Json) -> None:
        """Copy the children of the parent's content reference, profile or type beneath it."""
        if reference := parent.get("contentReference"):
            target = str(reference).rpartition("#")[2]
            rows = [each for key, each in self.pristine.items() if key.startswith(target + ".")]
            root = {"id": target, "path": target}
        else:
            definition = self.lookup(_definition_of(objects(parent, "type")))
            if definition is None or not (copies := _copies(definition)):
                return
            root, *rows = copies
        opened = [
            {
                **each,
                "id": parent["id"] + each["id"][len(root["id"]) :],
                "path": parent["path"] + each["path"][len(root["path"]) :],
            }
            for each in rows
        ]
        self._insert(self._at(parent["id"]) + 1, opened)
        if parent["id"] in self.pristine and not any(texts(each, "profile") for each in objects(parent, "type")):
            self.pristine |= {each["id"]: dict(each) for each in opened}

    def _from_extension(self, change: Json) -> Json:
        """A slice of an extension says by default how often what its definition says."""
        types = objects(change, "type")
        profiles = [url for each in types for url in texts(each, "profile") if each.get("code") == "Extension"]
        definition = self.lookup(profiles[0]) if len(profiles) == 1 else None
        if definition is None:
            return change
        root = next(iter(_copies(definition)), {})
        return {key: root[key] for key in ("min", "max", "short", "definition") if key in root} | change

    def _end_of(self, identity: str) -> int:
        at = self._at(identity) + 1
        while at < len(self.rows) and self.rows[at]["id"].startswith((identity + ".", identity + ":", identity + "/")):
            at += 1
        return at

    def _at(self, identity: str) -> int:
        return next(number for number, each in enumerate(self.rows) if each["id"] == identity)

    def _insert(self, at: int, elements: list[Json]) -> None:
        self.rows[at:at] = elements
        self.by_id |= {each["id"]: each for each in elements}


_BY_URL: Json = {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"}
_BY_TYPE: Json = {"discriminator": [{"type": "type", "path": "$this"}], "ordered": False}


def _identities(changes: list[Json]) -> list[str]:
    """The ids of differential elements: their own, or made from path and slice names."""
    found: list[str] = []
    last: dict[str, str] = {}
    for change in changes:
        path = _path(change)
        identity = change.get("id")
        if not isinstance(identity, str) or identity.count(".") < path.count("."):
            parent, _, leaf = path.rpartition(".")
            slice_name = f":{change['sliceName']}" if change.get("sliceName") else ""
            identity = f"{last.get(parent, parent)}.{leaf}{slice_name}" if parent else leaf
        last = {known: each for known, each in last.items() if not known.startswith(path + ".")}
        last[path] = identity
        found.append(identity)
    return found


def _definition_of(types: list[Json]) -> str:
    """The canonical whose elements lie in an element of these types: the one profile, the one type, or Element."""
    profiles = [url for each in types for url in texts(each, "profile")]
    if len(profiles) == 1:
        return profiles[0]
    codes = {str(each.get("code")) for each in types}
    name = codes.pop() if len(codes) == 1 else "Element"
    return name if "/" in name else _CORE + name


def _typed_name(stem: str, entry: Json) -> str:
    code = str(entry.get("code", ""))
    return stem + code[:1].upper() + code[1:]


def _copies(definition: Json) -> list[Json]:
    rows = objects(definition.get("snapshot"), "element")
    return [dict(each) for each in rows if isinstance(each.get("id"), str) and _path(each)]


def _renamed(base: Json, name: str) -> list[Json]:
    """The elements of the base type as those of a type that specialises it."""
    rows = _copies(base)
    length = len(rows[0]["path"]) if rows else 0
    return [each | {"id": name + each["id"][length:], "path": name + each["path"][length:]} for each in rows]


def _count(element: Json) -> int:
    found = element.get("min")
    return found if isinstance(found, int) else 0


def _leaf(element: Json) -> str:
    return str(element["path"]).rpartition(".")[2]


def _path(change: Json) -> str:
    path = change.get("path")
    return path if isinstance(path, str) else ""
