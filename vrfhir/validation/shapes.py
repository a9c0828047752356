"""Which keys an object has decides most of what is to be checked of it: found out once for each set of keys of a type.

A shape lists what is left to look at in an object with these keys, when all are known, no choice is made twice, and
nothing that is required is missing. Any other object is checked key by key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from vrfhir.validation.tables import Child, Table

__all__ = ["Shape", "shape_of"]

Json = dict[str, Any]
Fast = Callable[[Any], Any]

PRIMITIVE, COMPLEX = 0, 1
_SHAPES = 400
"""Shapes remembered for a type."""


class Shape(NamedTuple):
    """What to look at in an object: primitive values, lists of them, and what has parts of its own, in order."""

    values: tuple[tuple[str, Fast], ...]
    lists: tuple[tuple[str, Fast], ...]
    inner: tuple[tuple[str, Child, bool], ...]
    """The last says that all of it is to be looked at: it is neither coded, nor a reference, nor a resource."""

    def is_plain(self, value: Json) -> bool:
        """True when no primitive value needs a second look."""
        for key, fast in self.values:
            if not fast(value[key]):
                return False
        for key, fast in self.lists:
            items = value[key]
            if type(items) is not list or not items:
                return False
            for item in items:
                if not fast(item):
                    return False
        return True


def shape_of(table: Table, value: Json) -> Shape | None:
    """The shape of an object of a type; None where something is wrong with its keys, or extensions stand beside values."""
    values: list[tuple[str, Fast]] = []
    lists: list[tuple[str, Fast]] = []
    inner: list[tuple[str, Child, bool]] = []
    chosen: set[str] = set()
    for key in value:
        child = table.children.get(key)
        if child is None:
            if key == "resourceType" and table.is_resource:
                continue
            return None
        if child.choice:
            if child.name in chosen:
                return None
            chosen.add(child.name)
        if child.kind != PRIMITIVE:
            is_whole = child.kind == COMPLEX and child.sound is None and child.sound_extensions is None
            inner.append((key, child, is_whole and not child.table.is_reference))
        elif child.is_list:
            lists.append((key, child.fast))
        else:
            values.append((key, child.fast))
    if any(value.keys().isdisjoint(keys) for _, keys, _, _ in table.required):
        return None
    shape = Shape(tuple(values), tuple(lists), tuple(inner))
    if len(table.shapes) >= _SHAPES:
        table.shapes.clear()
    table.shapes[tuple(value)] = shape
    return shape
