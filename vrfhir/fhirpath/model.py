"""The types that an expression meets: made from the children tables of the definitions, one for each type path
(``Patient``, ``HumanName``, ``Patient.contact``), when first needed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from vrfhir.fhir.shapes import Fields
from vrfhir.fhir.shapes import Shape as Field
from vrfhir.fhirpath.children import (
    Child,
    ChoiceChild,
    ComplexChild,
    NoChild,
    PrimitiveChild,
    ResourceChild,
    UnknownChild,
)
from vrfhir.fhirpath.nodes import CONVERSIONS, Node
from vrfhir.fhirpath.types import BASES, PRIMITIVES, QUANTITIES, RESOURCE_BASES

__all__ = ["ElementType", "Field", "Fields", "Model"]


class ElementType:
    """A type: its FHIR name, the path to its children, and how its value becomes a FHIRPath value.

    ``convert`` is None where the JSON value is the FHIRPath value already.
    """

    __slots__ = ("ancestors", "children", "convert", "is_primitive", "is_quantity", "known", "model", "name", "path")

    def __init__(self, model: Model, path: str, fields: Mapping[str, Field] | None) -> None:
        self.model = model
        self.path = path
        self.known = fields is not None
        self.name = _type_name(path, fields)
        self.is_primitive = self.name in PRIMITIVES
        self.is_quantity = self.name in QUANTITIES
        self.convert = CONVERSIONS.get(self.name)
        self.children: dict[str, Child] = {}
        self.ancestors = _ancestors(self.name, fields)

    def child(self, name: str) -> Child:
        """The child of this name; one that finds nothing where the type has none."""
        child = self.children.get(name)
        if child is None:
            child = self.children[name] = self.model.make_child(self, name)
        return child

    def has(self, name: str) -> bool:
        """False when it is certain that this type has no child of this name (choices by their plain name only)."""
        return not self.known or name in self.model.fields(self.path)

    def is_a(self, name: str) -> bool:
        """True for the type itself and all it specialises."""
        return name in self.ancestors


class Model:
    """All types that one children function describes."""

    def __init__(self, fields: Fields | None) -> None:
        self._fields = fields
        self._types: dict[str, ElementType] = {}
        self.untyped = ElementType(self, "", None)

    @staticmethod
    def of(fields: Fields | None) -> Model:
        """The model for a children function: the same one as long as it is used."""
        return _model(fields)

    def fields(self, path: str) -> Mapping[str, Field]:
        """The children of a type path, empty where it is unknown."""
        if self._fields is None or not path:
            return {}
        try:
            return self._fields(path) or {}
        except (KeyError, LookupError):
            return {}

    def type(self, path: str) -> ElementType:
        """The type at this path; an untyped one when the definitions do not know it."""
        found = self._types.get(path)
        if found is None:
            fields = self.fields(path)
            if fields or path in PRIMITIVES:
                found = ElementType(self, path, fields)
            else:
                found = self.untyped if path not in BASES else ElementType(self, path, None)
            self._types[path] = found
        return found

    def type_of_resource(self, resource: Any) -> ElementType:
        """The type that a resource in JSON form says it has."""
        name = resource.get("resourceType") if type(resource) is dict else None
        return self.type(name) if type(name) is str else self.untyped

    def is_type(self, name: str) -> bool:
        """True when FHIR has a type of this name."""
        return name in BASES or self.type(name) is not self.untyped

    def node(self, value: Any, path: str = "", extra: Any = None) -> Node:
        """A node for a JSON value: by its resourceType, or of the type at ``path``."""
        if type(value) is Node:
            return value
        element_type = self.type(path) if path else self.type_of_resource(value)
        return Node(value, element_type, extra)

    def make_child(self, parent: ElementType, name: str) -> Child:
        """The way from a type to its children of this name."""
        if not parent.known:
            return UnknownChild(name, self.untyped)
        fields = self.fields(parent.path)
        field = fields.get(name)
        if field is None:
            return self._named_choice(fields, name) or NoChild(name, self.untyped)
        if not field.choice:
            return self._single(name, field)
        return ChoiceChild(name, self.untyped, field, lambda key, of: self._of_type(key, self.type(of), field))

    def _single(self, name: str, field: Field) -> Child:
        path = field.path or (field.types[0] if field.types else "")
        if path in ("Resource", "DomainResource"):
            return ResourceChild(name, self.type(path), field)
        return self._of_type(name, self.type(path), field)

    def _of_type(self, key: str, child_type: ElementType, field: Field) -> Child:
        if child_type.is_primitive:
            return PrimitiveChild(key, child_type, field)
        return ComplexChild(key, child_type, field) if child_type.known else UnknownChild(key, self.untyped, field)

    def _named_choice(self, fields: Mapping[str, Field], name: str) -> Child | None:
        """``valueQuantity`` where FHIRPath wants ``value``: found all the same, as HL7's engine does; strict mode refuses it."""
        for field in fields.values():
            if field.choice and name.startswith(field.name):
                for type_name in field.types:
                    if name == field.name + type_name[:1].upper() + type_name[1:]:
                        return self._of_type(name, self.type(type_name), field)
        return None


@lru_cache(maxsize=32)
def _model(fields: Fields | None) -> Model:
    return Model(fields)


def _type_name(path: str, fields: Mapping[str, Field] | None) -> str:
    if "." not in path:
        return path
    return "BackboneElement" if fields and "modifierExtension" in fields else "Element"


def _ancestors(name: str, fields: Mapping[str, Field] | None) -> frozenset[str]:
    found = []
    while name:
        found.append(name)
        base = BASES.get(name)
        if base is None:
            is_resource = fields is not None and "implicitRules" in fields
            base = RESOURCE_BASES.get(name, "DomainResource") if is_resource else "Element"
        name = base
    return frozenset(found)
