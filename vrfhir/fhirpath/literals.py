"""Literals as closures that always give the same value (http://hl7.org/fhirpath/N1/#literals)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.functions.signature import Run
from vrfhir.fhirpath.quantity import Quantity
from vrfhir.fhirpath.syntax import Literal, QuantityLiteral
from vrfhir.fhirpath.temporal import parse_literal

__all__ = ["literal", "quantity_literal"]


def _constant(value: Any) -> Run:
    values = [value]
    return lambda items, frame: values


def literal(tree: Literal) -> Run:
    """A string, number, date or time. (A boolean compiles to a test.)"""
    if tree.kind in ("date", "dateTime", "time"):
        moment = parse_literal(tree.kind, tree.text.removesuffix("T") if tree.kind == "dateTime" else tree.text)
        if moment is None:
            raise FhirPathError("There is no such date or time.", kind="syntax", position=tree.position)
        return _constant(moment)
    if tree.kind == "string":
        return _constant(tree.text)
    if len(tree.text) > 60:
        raise FhirPathError("The number has too many digits.", kind="limit", position=tree.position)
    return _constant(int(tree.text) if tree.kind == "integer" else Decimal(tree.text))


def quantity_literal(tree: QuantityLiteral) -> Run:
    """A number with a unit."""
    if len(tree.value.as_tuple().digits) > 60:
        raise FhirPathError("The number has too many digits.", kind="limit", position=tree.position)
    return _constant(Quantity(tree.value, tree.unit, tree.calendar))
