"""Conversions: toX and convertsToX (http://hl7.org/fhirpath/N1/#conversion)."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from vrfhir.fhirpath.environment import Frame
from vrfhir.fhirpath.equality import is_number
from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.functions.signature import Function, Run, Test, only, value_of
from vrfhir.fhirpath.nodes import atom
from vrfhir.fhirpath.quantity import Quantity, quantity_from_text
from vrfhir.fhirpath.temporal import Temporal, parse_text

__all__ = ["FUNCTIONS", "decimal_text", "to_text"]

_INTEGER = r"[+-]?\d{1,15}\Z"
_DECIMAL = r"[+-]?\d{1,60}(\.\d{1,60})?\Z"
_TRUE = frozenset(("true", "t", "yes", "y", "1", "1.0"))
_FALSE = frozenset(("false", "f", "no", "n", "0", "0.0"))


def decimal_text(value: Decimal) -> str:
    """A decimal as FHIRPath writes it: no exponent, digits kept; numbers of absurd size keep theirs."""
    return format(value, "f") if -60 < value.adjusted() < 60 else str(value)


def to_text(value: Any) -> str | None:
    """The text of a FHIRPath value; None for what has none."""
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is Decimal:
        return decimal_text(value)
    if type(value) is Quantity:
        unit = value.unit if value.calendar else f"'{value.unit}'"
        return f"{decimal_text(value.value)} {unit}"
    return str(value) if type(value) in (str, int, Temporal) else None


def _to_boolean(value: Any) -> Any:
    if type(value) is bool:
        return value
    if is_number(value):
        return {0: False, 1: True}.get(value)
    if type(value) is str:
        lower = value.lower()
        return True if lower in _TRUE else False if lower in _FALSE else None
    return None


def _to_integer(value: Any) -> Any:
    if type(value) is int:
        return value
    if type(value) is bool:
        return int(value)
    return int(value) if type(value) is str and re.match(_INTEGER, value, re.ASCII) else None


def _to_decimal(value: Any) -> Any:
    if is_number(value) or type(value) is bool:
        return Decimal(value)
    return Decimal(value) if type(value) is str and re.match(_DECIMAL, value, re.ASCII) else None


def _to_quantity(value: Any) -> Any:
    if type(value) is Quantity:
        return value
    if is_number(value) or type(value) is bool:
        return Quantity(Decimal(value), "1")
    return quantity_from_text(value) if type(value) is str else None


def _to_date(value: Any) -> Any:
    if type(value) is Temporal and value.kind == "dateTime":
        return parse_text("date", value.text.partition("T")[0])
    if type(value) is str:
        day = value.partition("T")[0] if parse_text("dateTime", value) else value
        return parse_text("date", day)
    return value if type(value) is Temporal and value.kind == "date" else None


def _to_datetime(value: Any) -> Any:
    if type(value) is Temporal and value.kind == "date":
        return Temporal("dateTime", value.parts, None, value.text)
    if type(value) is str:
        return parse_text("dateTime", value)
    return value if type(value) is Temporal and value.kind == "dateTime" else None


def _to_time(value: Any) -> Any:
    if type(value) is str:
        return parse_text("time", value.removeprefix("T"))
    return value if type(value) is Temporal and value.kind == "time" else None


def _conversion(name: str, convert: Callable[[Any], Any]) -> Function:
    def build() -> Run:
        def run(items: list[Any], _: Frame) -> list[Any]:
            if not items:
                return items
            value = convert(atom(only(items, name)))
            return [] if value is None else [value]

        return run

    return Function(build)


def _check(name: str, convert: Callable[[Any], Any]) -> Function:
    def build() -> Test:
        def test(items: list[Any], _: Frame) -> bool | None:
            return convert(atom(only(items, name))) is not None if items else None

        return test

    return Function(build, tests=True)


def _in_unit(value: Quantity | None, unit: str | None) -> Quantity | None:
    if value is None or unit is None:
        return value
    values = value.aligned(Quantity(Decimal(1), unit))
    if values is None or not values[1]:
        return None
    return value._replace(value=values[0] / values[1], unit=unit, calendar=False)


def _quantity(unit: Run | None = None) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        if not items:
            return items
        wanted = value_of(unit, items, frame, str, "toQuantity") if unit is not None else None
        value = _in_unit(_to_quantity(atom(only(items, "toQuantity"))), wanted)
        return [] if value is None else [value]

    return run


def _converts_to_quantity(unit: Run | None = None) -> Test:
    run = _quantity(unit)
    return lambda items, frame: bool(run(items, frame)) if items else None


def _iif(criterion: Test, then: Run, otherwise: Run | None = None) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        if len(items) > 1:
            raise FhirPathError(f"iif() works on a single item, but got {len(items)}.")
        before = frame.this
        if items:
            frame.this = items
        if criterion(items, frame):
            found = then(items, frame)
        else:
            found = otherwise(items, frame) if otherwise is not None else []
        frame.this = before
        return found

    return run


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "Boolean": _to_boolean,
    "Integer": _to_integer,
    "Decimal": _to_decimal,
    "String": to_text,
    "Date": _to_date,
    "DateTime": _to_datetime,
    "Time": _to_time,
}

FUNCTIONS = {
    **{f"to{name}": _conversion(f"to{name}", convert) for name, convert in _CONVERSIONS.items()},
    **{f"convertsTo{name}": _check(f"convertsTo{name}", convert) for name, convert in _CONVERSIONS.items()},
    "toQuantity": Function(_quantity, "v"),
    "convertsToQuantity": Function(_converts_to_quantity, "v", tests=True),
    "iif": Function(_iif, "trr", 2),
}
