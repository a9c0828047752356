"""Mathematics: abs, ceiling, exp, floor, ln, log, power, round, sqrt, truncate (http://hl7.org/fhirpath/N1/#math)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal, DecimalException
from typing import Any

from vrfhir.fhirpath.arithmetic import bounded_integer
from vrfhir.fhirpath.environment import Frame
from vrfhir.fhirpath.equality import is_number
from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.functions.signature import Function, Run, only, value_of
from vrfhir.fhirpath.nodes import atom
from vrfhir.fhirpath.quantity import Quantity

__all__ = ["FUNCTIONS"]

_WORKING = Context(prec=36, Emax=9999, Emin=-9999)
_RESULT = Context(prec=28, Emax=9999, Emin=-9999)
_LARGEST_EXPONENT = 60
"""Numbers of more digits before the point are not made into integers: overflow is empty."""


def _rounded(value: Decimal) -> list[Any]:
    """To the precision of results, without the zeros that only come from working with more."""
    result = _RESULT.plus(value)
    short = result.normalize(_RESULT)
    exponent = short.as_tuple().exponent
    has_digits = isinstance(exponent, int) and exponent > 0 and short.adjusted() < 28
    return [short.quantize(Decimal(1), context=_WORKING) if has_digits else short]


def _on_number(name: str, work: Callable[[Any], list[Any]], *, quantities: bool = False) -> Function:
    def build() -> Run:
        def run(items: list[Any], _: Frame) -> list[Any]:
            if not items:
                return items
            value = atom(only(items, name))
            if quantities and type(value) is Quantity:
                return [value._replace(value=each) for each in work(value.value)]
            if not is_number(value):
                raise FhirPathError(f"{name}() works on numbers.")
            try:
                return work(value)
            except DecimalException:  # overflow, or no result
                return []

        return run

    return Function(build)


def _integral(rounding: str) -> Callable[[Any], list[Any]]:
    def work(value: Any) -> list[Any]:
        if type(value) is int:
            return [value]
        if value.adjusted() > _LARGEST_EXPONENT:
            return []
        return bounded_integer(int(value.to_integral_value(rounding=rounding)))

    return work


def _exp(value: Any) -> list[Any]:
    return _rounded(_WORKING.exp(Decimal(value)))


def _ln(value: Any) -> list[Any]:
    return _rounded(_WORKING.ln(Decimal(value))) if value > 0 else []


def _sqrt(value: Any) -> list[Any]:
    return _rounded(_WORKING.sqrt(Decimal(value))) if value >= 0 else []


def _log(base: Run) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        value, to_base = _two("log", items, base, frame)
        if value is None or to_base is None or value <= 0 or to_base <= 0 or to_base == 1:
            return []
        ratio = _WORKING.divide(_WORKING.ln(Decimal(value)), _WORKING.ln(Decimal(to_base)))
        return _rounded(Context(prec=26).plus(ratio))

    return run


def _power(exponent: Run) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        value, power = _two("power", items, exponent, frame)
        if value is None or power is None:
            return []
        try:
            result = _WORKING.power(Decimal(value), Decimal(power))
        except DecimalException:  # (-1).power(0.5), overflow
            return []
        if type(value) is int and type(power) is int and power >= 0:
            return bounded_integer(int(result)) if result.adjusted() < _LARGEST_EXPONENT else []
        return _rounded(result)

    return run


def _two(name: str, items: list[Any], argument: Run, frame: Frame) -> tuple[Any, Any]:
    found = [items, argument(items, frame)] if items else [items, items]
    values = [atom(only(each, name)) if each else None for each in found]
    if any(value is not None and not is_number(value) for value in values):
        raise FhirPathError(f"{name}() works on numbers.")
    return values[0], values[1]


def _round(precision: Run | None = None) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        if not items:
            return items
        value = atom(only(items, "round"))
        quantity = value if type(value) is Quantity else None
        number = quantity.value if quantity else value
        places = value_of(precision, items, frame, int, "round") if precision is not None else 0
        if not is_number(number):
            raise FhirPathError("round() works on numbers.")
        if places is None or places < 0:
            raise FhirPathError("round() needs a precision of 0 or more.")
        number = Decimal(number)
        if number.adjusted() > _LARGEST_EXPONENT:
            return []
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > places:
            number = number.quantize(Decimal(1).scaleb(-places), "ROUND_HALF_UP", context=Context(prec=100))
        return [quantity._replace(value=number) if quantity else number]

    return run


FUNCTIONS = {
    "abs": _on_number("abs", lambda value: [abs(value)], quantities=True),
    "ceiling": _on_number("ceiling", _integral("ROUND_CEILING")),
    "floor": _on_number("floor", _integral("ROUND_FLOOR")),
    "truncate": _on_number("truncate", _integral("ROUND_DOWN")),
    "exp": _on_number("exp", _exp),
    "ln": _on_number("ln", _ln),
    "sqrt": _on_number("sqrt", _sqrt),
    "log": Function(_log, "v", 1),
    "power": Function(_power, "v", 1),
    "round": Function(_round, "v"),
}
