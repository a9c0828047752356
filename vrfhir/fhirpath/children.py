"""How the children of one name are found in the JSON object of their parent (https://hl7.org/fhir/R4/json.html#primitive).

One :class:`Child` for each way: a complex element, a primitive with its ``_name``, a choice, a place for any resource,
something whose type is not known, and a name that the type does not have.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from vrfhir.fhirpath.nodes import Node
from vrfhir.fhirpath.types import BASES

if TYPE_CHECKING:
    from vrfhir.fhirpath.model import ElementType, Field

__all__ = ["Child", "ChoiceChild", "ComplexChild", "NoChild", "PrimitiveChild", "ResourceChild", "UnknownChild"]


class Child:
    """How the children of one name are found in the JSON object of their parent."""

    __slots__ = ("field", "key", "name", "shadow", "type")

    def __init__(self, name: str, child_type: ElementType, field: Field | None = None) -> None:
        self.name = name
        self.key = name
        self.shadow = "_" + name
        self.type = child_type
        self.field = field

    def collect(self, parent: dict[str, Any], found: list[Any]) -> None:
        """Append the children of this name."""
        raise NotImplementedError


class ComplexChild(Child):
    __slots__ = ()

    def collect(self, parent: dict[str, Any], found: list[Any]) -> None:
        value = parent.get(self.key)
        if value is None:
            return
        child_type = self.type

        if type(value) is list:
            for each in value:
                if each is not None:
                    found.append(Node(each, child_type))
        else:
            found.append(Node(value, child_type))


class PrimitiveChild(Child):
    __slots__ = ()

    def collect(self, parent: dict[str, Any], found: list[Any]) -> None:
        value = parent.get(self.key)
        extra = parent.get(self.shadow)
        child_type = self.type

        if extra is None:
            if value is None:
                return
            if type(value) is list:
                for each in value:
                    if each is not None:
                        found.append(Node(each, child_type))
            else:
                found.append(Node(value, child_type))
        elif type(value) is list or type(extra) is list:
            values = value if type(value) is list else [value]
            extras = extra if type(extra) is list else [extra]
            for each, beside in zip_longest(values, extras):
                if each is not None or beside is not None:
                    found.append(Node(each, child_type, beside))
        else:
            found.append(Node(value, child_type, extra))


class ChoiceChild(Child):
    """``value[x]``: looks which of the names with a type suffix is there.

    ``value[x]`` of an extension may have fifty types, so each is made when data have it.
    """

    __slots__ = ("_made", "_make", "types")

    def __init__(self, name: str, child_type: ElementType, field: Field, make: Callable[[str, str], Child]) -> None:
        super().__init__(name, child_type, field)
        self.types = {name + each[:1].upper() + each[1:]: each for each in field.types}
        self.types |= {"_" + key: each for key, each in self.types.items()}
        self._make = make
        self._made: dict[str, Child] = {}

    def choice(self, key: str) -> Child:
        """The child of one of :attr:`types`."""
        child = self._made.get(key)
        if child is None:
            plain = key.removeprefix("_")
            child = self._made[plain] = self._made["_" + plain] = self._make(plain, self.types[key])
        return child

    def collect(self, parent: dict[str, Any], found: list[Any]) -> None:
        types = self.types

        seen = None
        for key in parent:
            if key in types:
                child = self.choice(key)
                if child is not seen:  # valueString and _valueString are one
                    child.collect(parent, found)
                    seen = child


class ResourceChild(Child):
    """A place for any resource: the resource itself says its type."""

    __slots__ = ()

    def collect(self, parent: dict[str, Any], found: list[Any]) -> None:
        value = parent.get(self.key)
        if value is None:
            return
        model = self.type.model
        for each in value if type(value) is list else (value,):
            if each is not None:
                found.append(Node(each, model.type_of_resource(each)))


class UnknownChild(PrimitiveChild):
    """A child of something whose type is not known: read as it stands, choices by what looks like a type suffix."""

    __slots__ = ()

    def collect(self, parent: dict[str, Any], found: list[Any]) -> None:
        untyped = self.type
        if self.key in parent or self.shadow in parent:
            before = len(found)
            super().collect(parent, found)
            for node in found[before:]:
                if type(node.value) is dict and "resourceType" in node.value:
                    node.type = untyped.model.type_of_resource(node.value)
            return
        size = len(self.key)
        for key, value in parent.items():
            if key.startswith(self.key) and key[size : size + 1].isupper():
                suffix = key[size:]
                name = suffix if suffix in BASES else suffix[0].lower() + suffix[1:]
                chosen = untyped.model.type(name) if name in BASES else untyped
                found.append(Node(value, chosen, parent.get("_" + key)))


class NoChild(Child):
    """A name that the type does not have."""

    __slots__ = ()

    def collect(self, parent: dict[str, Any], found: list[Any]) -> None:
        return
