"""Where in a resource the element of a profile stands: element ids with slices, to JSON pointers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from vrfhir.definitions import Definitions

__all__ = ["Pointer", "instances", "located", "value_at"]

Json = dict[str, Any]
Pointer = tuple[str | int, ...]


def instances(resource: Json, structure: Json) -> Iterator[Pointer]:
    """Where a resource or an extension claims a profile: the pointers of the nodes that it governs."""
    extension = structure["type"] == "Extension"
    for pointer, node in _nodes(resource, ()):
        if extension:
            if node.get("url") == structure["url"] and pointer and "extension" in pointer[-2:]:
                yield pointer
        elif structure["url"] in (node.get("meta") or {}).get("profile", []):
            yield pointer


def located(resource: Json, root: Pointer, structure: Json, identity: str) -> list[Pointer]:
    """The places of an element, below an instance of the profile."""
    found = [root]
    elements = {one["id"]: one for one in structure["snapshot"]["element"]}
    steps = identity.split(".")
    for depth in range(1, len(steps)):
        here = ".".join(steps[: depth + 1])
        name, _, slice_name = steps[depth].partition(":")
        inside = [inner for one in found for inner in _children(resource, one, name)]
        if slice_name:
            inside = [one for one in inside if _is_of(value_at(resource, one), one, here, elements)]
        found = inside
    return found


def value_at(resource: Any, pointer: Pointer) -> Any:
    """What a pointer points to."""
    for step in pointer:
        resource = resource[step]
    return resource


def _nodes(value: Any, pointer: Pointer) -> Iterator[tuple[Pointer, Json]]:
    if isinstance(value, dict):
        yield pointer, value
        for key, inner in value.items():
            yield from _nodes(inner, (*pointer, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _nodes(inner, (*pointer, index))


def _children(resource: Json, pointer: Pointer, name: str) -> Iterator[Pointer]:
    node = value_at(resource, pointer)
    if not isinstance(node, dict):
        return
    stem = name.removesuffix("[x]")
    for key, value in node.items():
        if key == name or (name.endswith("[x]") and key.startswith(stem) and key[len(stem) : len(stem) + 1].isupper()):
            if isinstance(value, list):
                yield from ((*pointer, key, index) for index in range(len(value)))
            else:
                yield (*pointer, key)


def _is_of(value: Any, pointer: Pointer, identity: str, elements: dict[str, Json]) -> bool:
    """Whether an item belongs to a slice, by the discriminators of the sliced element."""
    sliced = elements.get(identity.rpartition(":")[0], {})
    name = identity.rpartition(":")[2]
    for discriminator in sliced.get("slicing", {}).get("discriminator", []):
        path = discriminator["path"]
        if path == "url":
            if value.get("url") != _url(elements[identity], elements.get(f"{identity}.url", {}), name):
                return False
        elif discriminator["type"] == "type":
            inner = elements.get(identity if path == "$this" else f"{identity}.{path}", {})
            node = value if path == "$this" else value.get(path, {})
            codes = [one["code"] for one in inner.get("type", [])]
            if path == "$this" and codes:
                return str(pointer[-1]).lower().endswith(codes[0].lower())
            if node.get("resourceType") not in codes:
                return False
        else:
            wanted = _wanted(elements, identity, path)
            if wanted is None or not any(_fits(one, wanted) for one in _follow(value, _steps(path))):
                return False
    return bool(sliced.get("slicing"))


def _url(element: Json, url: Json, name: str) -> str:
    profiles = [one for kind in element.get("type", []) for one in kind.get("profile", [])]
    if profiles:
        structure = Definitions.default().structure(profiles[0])
        return str(structure["url"]) if structure else profiles[0]
    return str(url.get("fixedUri", name))


def _wanted(elements: dict[str, Json], identity: str, path: str) -> Any:
    """The fixed or pattern value of a slice at the discriminator's path, at the path itself or above it."""
    steps = ["extension" if one.startswith("extension(") else one for one in _steps(path)]
    inside = {
        _plain(one[len(identity) :]): elements[one]
        for one in elements
        if one == identity or one.startswith(identity + ".")
    }
    for depth in range(len(steps), -1, -1):
        element = inside.get("".join(f".{one}" for one in steps[:depth]), {})
        for key, value in element.items():
            if key.startswith(("fixed", "pattern")):
                found = _follow(value, steps[depth:])
                return found[0] if found else None
    return None


def _plain(tail: str) -> str:
    """The part of an id below a slice, with extensions named by what the discriminator calls them, other slices unnamed."""
    return re.sub(r"\.extension:[^.]+\.value\[x\]", ".extension.value", re.sub(r"(?<!extension):[^.]+", "", tail))


def _steps(path: str) -> list[str]:
    """A discriminator's path as steps; extension(url) is one."""
    return [] if path == "$this" else re.findall(r"extension\(\'[^\']+\'\)|[^.]+", path)


def _follow(value: Any, steps: list[str]) -> list[Any]:
    """Everything that a path leads to."""
    found = [value]
    for step in steps:
        if step.startswith("extension("):
            url = step[11:-2]
            found = [
                one
                for each in found
                if isinstance(each, dict)
                for one in each.get("extension", [])
                if one.get("url") == url
            ]
        elif step == "value":
            found = [one for each in found for key, one in each.items() if key.startswith("value")]
        else:
            found = [each[step] for each in found if isinstance(each, dict) and step in each]
        found = [one for each in found for one in (each if isinstance(each, list) else [each])]
    return found


def _fits(value: Any, pattern: Any) -> bool:
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(_fits(value.get(key), one) for key, one in pattern.items())
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(_fits(item, one) for item in value) for one in pattern)
    return bool(value == pattern)
