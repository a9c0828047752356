"""Types: is, as, ofType, type (http://hl7.org/fhirpath/N1/#types, https://hl7.org/fhir/R4/fhirpath.html#types)."""

from __future__ import annotations

from typing import Any, NamedTuple

from vrfhir.fhirpath.environment import Frame
from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.functions.signature import Function, Run, Test, only
from vrfhir.fhirpath.model import Model
from vrfhir.fhirpath.nodes import Node
from vrfhir.fhirpath.syntax import TypeName
from vrfhir.fhirpath.types import SYSTEM_TYPES, system_name

__all__ = ["FUNCTIONS", "TypeInfo", "check_type", "is_type", "of_type"]


class TypeInfo(NamedTuple):
    """What ``type()`` gives: its members are ``namespace``, ``name`` and ``baseType``."""

    namespace: str
    name: str
    base_type: str

    @property
    def system_name(self) -> str:
        """The type of a type."""
        return "SimpleTypeInfo" if self.namespace == "System" else "ClassInfo"

    def __str__(self) -> str:
        return f"{self.namespace}.{self.name}"

    def member(self, name: str) -> list[Any]:
        """A member by its FHIRPath name."""
        values = {"namespace": self.namespace, "name": self.name, "baseType": self.base_type}
        return [values[name]] if name in values else []


def check_type(wanted: TypeName, model: Model) -> None:
    """An error for a name that no type has."""
    name = wanted.name
    if wanted.namespace == "System" or (not wanted.namespace and _capitalised(name) in SYSTEM_TYPES):
        return
    if wanted.namespace in ("", "FHIR") and model.is_type(name):
        return
    raise FhirPathError(f"There is no type {name}.", kind="semantic", position=wanted.position)


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]


def matches(item: Any, wanted: TypeName, *, exactly: bool) -> bool:
    """Whether an item is of a type. ``exactly``: a primitive counts only as what it is, not as what it specialises."""
    name = wanted.name
    if type(item) is not Node:
        if wanted.namespace == "FHIR":
            return False
        own = system_name(item)
        return own == name or (not wanted.namespace and own == _capitalised(name) and own in SYSTEM_TYPES)
    if wanted.namespace == "System":
        return False
    element_type = item.type
    if not element_type.name:
        return _guess(item.value, name)
    if element_type.is_primitive and exactly:
        return element_type.name == name
    return element_type.is_a(name)


def _guess(value: Any, name: str) -> bool:
    if type(value) is dict:
        return value.get("resourceType") == name
    return system_name(value) == _capitalised(name)


def is_type(wanted: TypeName) -> Test:
    """``is``: true for the type and what specialises it."""

    def test(items: list[Any], frame: Frame) -> bool | None:
        check_type(wanted, frame.environment.model)
        return matches(only(items, "is"), wanted, exactly=False) if items else None

    return test


def _as_type(wanted: TypeName) -> Run:
    """``as()``: the single item when it is of the type. In invariants it may filter many: dom-3 of R4 relies on that."""

    def run(items: list[Any], frame: Frame) -> list[Any]:
        check_type(wanted, frame.environment.model)
        if not frame.as_filters and items:
            only(items, "as")
        return [item for item in items if matches(item, wanted, exactly=True)]

    return run


def of_type(wanted: TypeName) -> Run:
    """``ofType()``: the items of a type. Also the operator ``as``, which FHIR R4's search parameters use on many items."""

    def run(items: list[Any], frame: Frame) -> list[Any]:
        check_type(wanted, frame.environment.model)
        return [item for item in items if matches(item, wanted, exactly=True)]

    return run


def _info(item: Any) -> TypeInfo:
    if type(item) is not Node:
        return TypeInfo("System", system_name(item), "System.Any")
    element_type = item.type
    if not element_type.name:
        name = item.value.get("resourceType", "") if type(item.value) is dict else system_name(item.value)
        return TypeInfo("FHIR", str(name), "")
    bases = sorted(
        element_type.ancestors - {element_type.name}, key=lambda name: -len(item.type.model.type(name).ancestors)
    )
    return TypeInfo("FHIR", element_type.name, f"FHIR.{bases[0]}" if bases else "")


def _type() -> Run:
    return lambda items, _: [_info(item) for item in items]


FUNCTIONS = {
    "is": Function(is_type, "n", 1, tests=True),
    "as": Function(_as_type, "n", 1),
    "ofType": Function(of_type, "n", 1),
    "type": Function(_type),
}
