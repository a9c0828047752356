"""Every place in a resource, with the FHIR type of what stands there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from vrfhir.definitions import Definitions

__all__ = ["Site", "children", "is_primitive", "sites"]

COMPLEX = "complex"


class Site(NamedTuple):
    """A value: ``holder[key]``. ``name`` is the property it stands under, ``type`` its FHIR type ("" when not known),
    ``path`` where the definition of its children is, ``choice`` the stem of ``value[x]`` names ("" else)."""

    holder: Any
    key: str | int
    name: str
    type: str
    path: str
    choice: str
    is_list: bool
    owner: str

    @property
    def value(self) -> Any:
        """What stands there now."""
        return self.holder[self.key]

    @property
    def in_list(self) -> bool:
        """True for an item of an array, False for the property itself."""
        return isinstance(self.key, int)


class Child(NamedTuple):
    """What a property is: its type, where its own children are defined, the stem of a choice, whether it repeats."""

    type: str
    path: str
    choice: str
    is_list: bool


def is_primitive(name: str) -> bool:
    """True for ``string``, ``code`` …: types whose JSON value is not an object."""
    return name[:1].islower() and name != "xhtml"


@cache
def children(path: str) -> dict[str, Child]:
    """The properties of a type or backbone element by JSON name, choices spelt out."""
    found: dict[str, Child] = {}
    for name, field in Definitions.default().fields(path).items():
        if field.choice:
            for one in field.types:
                found[name + one[:1].upper() + one[1:]] = Child(one, one, name, field.is_list)
        else:
            found[name] = Child(field.types[0] if field.types else "", field.path, "", field.is_list)
    return found


def sites(resource: dict[str, Any]) -> Iterator[Site]:
    """Every property and every item of every array, outermost first, in the order of the text."""
    return _inside(resource, str(resource.get("resourceType", "")))


def _inside(holder: dict[str, Any], path: str) -> Iterator[Site]:
    known = children(path)
    for key, value in list(holder.items()):
        child = known.get(key)
        if child is None:
            continue
        yield Site(holder, key, key, child.type, child.path, child.choice, child.is_list, path)
        items: list[Any] = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            if isinstance(value, list):
                yield Site(value, index, key, child.type, child.path, child.choice, child.is_list, path)
            if isinstance(item, dict):
                yield from _inside(item, str(item.get("resourceType", "")) if child.type == "Resource" else child.path)
