"""FHIR elements as FHIRPath sees them: a value, its type, and, for primitives, the id and extensions beside the value.

Data stay as they are (dicts and lists in FHIR's JSON form, https://hl7.org/fhir/R4/json.html); a :class:`Node` is made
for an element only while an expression looks at it.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vrfhir.fhirpath.quantity import Quantity, quantity_of
from vrfhir.fhirpath.temporal import parse_element
from vrfhir.fhirpath.types import QUANTITIES

if TYPE_CHECKING:
    from vrfhir.fhirpath.model import ElementType

__all__ = ["CONVERSIONS", "Node", "atom", "has_value"]


class Node:
    """An element. ``value`` is what stands in JSON, ``extra`` the ``_name`` object of a primitive."""

    __slots__ = ("extra", "type", "value")

    def __init__(self, value: Any, element_type: ElementType, extra: Any = None) -> None:
        self.value = value
        self.type = element_type
        self.extra = extra

    def __repr__(self) -> str:  # never the value: it may be a patient's
        return f"<Node {self.type.path or 'of unknown type'}>"


def atom(item: Any) -> Any:
    """An item as a FHIRPath value: primitives as System values, quantities as :class:`Quantity`, other elements as they are.

    None for a primitive that has only extensions.
    """
    if type(item) is not Node:
        return item
    element_type = item.type
    if element_type.convert is not None:
        return element_type.convert(item)
    value = item.value
    if type(value) in _PLAIN:
        return value
    return Decimal(value) if isinstance(value, Decimal) else item  # decimals that keep their text


_PLAIN = frozenset((str, bool, int, Decimal, type(None)))


def has_value(item: Any) -> bool:
    """True for a System value and for a primitive element with a value (https://hl7.org/fhir/R4/fhirpath.html#functions)."""
    return type(item) is not Node or (item.value is not None and type(item.value) not in (dict, list))


def _temporal(node: Node) -> Any:
    return parse_element(node.value, node.type.name) if type(node.value) is str else node.value


def _decimal(node: Node) -> Any:
    value = node.value
    return Decimal(value) if type(value) is int or isinstance(value, Decimal) else value


def _quantity(node: Node) -> Quantity | Node:
    return (quantity_of(node.value) if type(node.value) is dict else None) or node


CONVERSIONS: dict[str, Callable[[Node], Any]] = {
    **dict.fromkeys(("date", "dateTime", "instant", "time"), _temporal),
    "decimal": _decimal,
    **dict.fromkeys(QUANTITIES, _quantity),
}
"""FHIR type → how an element of it becomes a FHIRPath value; types that are not here need nothing."""
