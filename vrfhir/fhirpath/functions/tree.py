"""Tree navigation: children and descendants (http://hl7.org/fhirpath/N1/#tree-navigation)."""

from __future__ import annotations

from typing import Any

from vrfhir.fhirpath.environment import Frame
from vrfhir.fhirpath.functions.signature import Function, Run
from vrfhir.fhirpath.nodes import Node

__all__ = ["FUNCTIONS", "children_of"]


def children_of(item: Any, found: list[Any]) -> None:
    """Append all child elements of an item, in the order of the data."""
    if type(item) is not Node:
        return
    value, element_type = item.value, item.type
    parent = value if type(value) is dict else item.extra
    if type(parent) is not dict:
        return
    seen = set()
    for key in parent:
        name = key[1:] if key[:1] == "_" else key
        if name in seen or name == "resourceType":
            continue
        seen.add(name)
        (element_type.children.get(name) or element_type.child(name)).collect(parent, found)


def _children() -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        found: list[Any] = []
        for item in items:
            children_of(item, found)
        frame.spend(len(found))
        return found

    return run


def _descendants() -> Run:
    """Depth first would be the order of the document; the specification leaves it open, so level by level."""

    def run(items: list[Any], frame: Frame) -> list[Any]:
        found: list[Any] = []
        level = items
        while level:
            following: list[Any] = []
            for item in level:
                children_of(item, following)
            frame.spend(len(following))
            found += following
            level = following
        return found

    return run


FUNCTIONS = {"children": Function(_children), "descendants": Function(_descendants)}
