"""What a value of limited precision may stand for: lowBoundary, highBoundary, precision, comparable.

https://build.fhir.org/ig/HL7/FHIRPath (these functions came after N1 and are used with R4).
"""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Any

from vrfhir.fhirpath.environment import Frame
from vrfhir.fhirpath.equality import is_number
from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.functions.signature import Function, Run, Test, only, plain, value_of
from vrfhir.fhirpath.nodes import atom
from vrfhir.fhirpath.quantity import Quantity
from vrfhir.fhirpath.temporal import Temporal
from vrfhir.fhirpath.temporal_bounds import boundary, precision_digits

__all__ = ["FUNCTIONS"]

_DEFAULT_DIGITS = 8
_MOST_DIGITS = 28
_EXACT = Context(prec=120)


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _of_number(value: Decimal, digits: int | None, *, high: bool) -> Decimal | None:
    """Half a unit of the last place up or down. With fewer digits than the number has, the edge nearer to zero is cut off
    and the one farther from it rounded, as the public suite has it."""
    digits = _DEFAULT_DIGITS if digits is None else digits
    if not 0 <= digits <= _MOST_DIGITS or value.adjusted() > _MOST_DIGITS or _places(value) > 60:
        return None
    half = Decimal(5).scaleb(-_places(value) - 1)
    edge = _EXACT.add(value, half) if high else _EXACT.subtract(value, half)
    outward = high != (value < 0)
    shape = Decimal(1).scaleb(-digits)
    return edge.quantize(shape, "ROUND_HALF_UP" if outward else "ROUND_DOWN", context=_EXACT)


def _of(value: Any, digits: int | None, *, high: bool) -> Any:
    if is_number(value):
        return _of_number(Decimal(value), digits, high=high)
    if type(value) is Quantity:
        number = _of_number(value.value, digits, high=high)
        return None if number is None else value._replace(value=number)
    return boundary(value, digits, high=high) if type(value) is Temporal else None


def _boundary(name: str, *, high: bool) -> Function:
    def build(precision: Run | None = None) -> Run:
        def run(items: list[Any], frame: Frame) -> list[Any]:
            if not items:
                return items
            digits = value_of(precision, items, frame, int, name) if precision is not None else None
            found = _of(atom(only(items, name)), digits, high=high)
            return [] if found is None else [found]

        return run

    return Function(build, "v")


def _precision(items: list[Any]) -> list[Any]:
    if not items:
        return items
    value = atom(only(items, "precision"))
    if is_number(value):
        return [_places(Decimal(value))]
    return [precision_digits(value)] if type(value) is Temporal else []


def _comparable(other: Run) -> Test:
    def test(items: list[Any], frame: Frame) -> bool | None:
        found = other(items, frame)
        if not items or not found:
            return None
        values = [atom(only(each, "comparable")) for each in (items, found)]
        if type(values[0]) is not Quantity:
            raise FhirPathError("comparable() works on quantities.")
        return type(values[1]) is Quantity and values[0].comparable(values[1])

    return test


FUNCTIONS = {
    "lowBoundary": _boundary("lowBoundary", high=False),
    "highBoundary": _boundary("highBoundary", high=True),
    "precision": plain(_precision),
    "comparable": Function(_comparable, "v", 1, tests=True),
}
