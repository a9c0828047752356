"""Steps along the tree: members, type names at the start of a path, indexes, variables (http://hl7.org/fhirpath/N1/#path-selection)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from vrfhir.fhirpath.environment import Environment, Frame
from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.functions.signature import Run, only
from vrfhir.fhirpath.functions.typing import TypeInfo
from vrfhir.fhirpath.nodes import Node, atom
from vrfhir.fhirpath.quantity import Quantity

__all__ = ["CONSTANTS", "as_items", "index", "members", "start_member", "variable"]


def members(names: Sequence[str]) -> Run:
    """One or more names in a row: all children of the first name, of those all of the second …"""
    if len(names) == 1:
        return _member(names[0])

    def run(items: list[Any], frame: Frame) -> list[Any]:
        for name in names:
            found: list[Any] = []
            for item in items:
                if type(item) is Node and type(item.value) is dict:
                    children = item.type.children
                    (children.get(name) or item.type.child(name)).collect(item.value, found)
                else:
                    _collect_other(item, name, found)
            if not found:
                return found
            frame.remaining -= len(found)
            items = found
        return items

    return run


def _member(name: str) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        found: list[Any] = []
        for item in items:
            if type(item) is Node and type(item.value) is dict:
                children = item.type.children
                (children.get(name) or item.type.child(name)).collect(item.value, found)
            else:
                _collect_other(item, name, found)
        frame.remaining -= len(found)
        return found

    return run


def _collect_other(item: Any, name: str, found: list[Any]) -> None:
    """Members of what is no JSON object: id and extension of primitives, parts of quantities and of types."""
    if type(item) is Node:
        if type(item.extra) is dict:
            item.type.child(name).collect(item.extra, found)
    elif type(item) is TypeInfo:
        found += item.member(name)
    elif type(item) is Quantity:
        values = {"value": item.value, "unit": item.unit}
        if name in values:
            found.append(values[name])


def start_member(name: str) -> Run:
    """The first name of a path: a child, or the type of the focus, which then stays where it is."""
    child = _member(name)
    if not name[:1].isupper():
        return child

    def run(items: list[Any], frame: Frame) -> list[Any]:
        same = [item for item in items if type(item) is Node and _is_type(item, name)]
        return same or child(items, frame)

    return run


def _is_type(node: Node, name: str) -> bool:
    if node.type.name:
        return node.type.is_a(name)
    return type(node.value) is dict and node.value.get("resourceType") == name


def index(position: Run) -> Run:
    """``[n]``; the position is evaluated where the whole path is."""

    def run(items: list[Any], frame: Frame) -> list[Any]:
        found = position(frame.this, frame)
        if not found:
            return []
        number = atom(only(found, "[]"))
        if type(number) is not int:
            raise FhirPathError("An index must be an integer.")
        return [items[number]] if 0 <= number < len(items) else []

    return run


CONSTANTS = {
    "ucum": "http://unitsofmeasure.org",
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
}
"""https://hl7.org/fhir/R4/fhirpath.html#variables"""

_PREFIXES = {
    "vs-": "http://hl7.org/fhir/ValueSet/",
    "cs-": "http://hl7.org/fhir/CodeSystem/",
    "ext-": "http://hl7.org/fhir/StructureDefinition/",
}


def variable(name: str) -> Run:
    """``%name``"""
    if name in CONSTANTS:
        return _fixed(CONSTANTS[name])
    for prefix, base in _PREFIXES.items():
        if name.startswith(prefix):
            return _fixed(base + name[len(prefix) :])
    if name == "context":
        return lambda items, frame: frame.context
    if name in ("resource", "rootResource"):
        return _resource(name)

    def run(items: list[Any], frame: Frame) -> list[Any]:
        if frame.variables is not None and name in frame.variables:
            return frame.variables[name]
        variables = frame.environment.variables
        if name not in variables:
            raise FhirPathError(f"There is no variable %{name}.", kind="semantic")
        values = variables[name]
        return as_items(values, frame.environment)

    return run


def as_items(values: Any, environment: Environment) -> list[Any]:
    """What a caller gives as a collection: one value or a list; JSON objects become nodes."""
    rows = values if type(values) is list else [] if values is None else [values]
    return [environment.node(each) if type(each) is dict else _system(each) for each in rows]


def _system(value: Any) -> Any:
    return Decimal(repr(value)) if type(value) is float else Decimal(value) if isinstance(value, Decimal) else value


def _fixed(text: str) -> Run:
    values = [text]
    return lambda items, frame: values


def _resource(name: str) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        environment = frame.environment
        own = environment.resource if environment.resource is not None else frame.context
        found = environment.root_resource if name == "rootResource" and environment.root_resource is not None else own
        if type(found) is Node:
            return [found]
        return found if found is frame.context else as_items(found, environment)

    return run
