"""``+ - * / div mod &`` and the order of values (http://hl7.org/fhirpath/N1/#math, #comparison)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Context, Decimal, DecimalException
from typing import Any

from vrfhir.fhirpath.equality import is_number
from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.nodes import Node, atom
from vrfhir.fhirpath.quantity import Quantity, as_calendar_unit
from vrfhir.fhirpath.temporal import Temporal, parse_text
from vrfhir.fhirpath.types import system_name

__all__ = [
    "ARITHMETIC",
    "INTEGER_RANGE",
    "MAX_TEXT",
    "bounded_integer",
    "bounded_text",
    "compare",
    "concatenate",
    "negated",
    "single",
    "type_of",
]

INTEGER_RANGE = (-(2**31), 2**31 - 1)
MAX_TEXT = 1_000_000
"""Longest text that an evaluation may make."""

_DIVISION = Context(prec=28)


def single(items: Sequence[Any], operation: str) -> Any:
    """The only item as a FHIRPath value, None when there is none; several are an error."""
    if len(items) > 1:
        raise FhirPathError(f"{operation} needs single values, but got {len(items)} items.")
    return atom(items[0]) if items else None


def bounded_integer(value: int) -> list[Any]:
    """An integer in range; overflow is empty."""
    return [value] if INTEGER_RANGE[0] <= value <= INTEGER_RANGE[1] else []


def bounded_text(text: str) -> list[Any]:
    """A text that is not too long."""
    if len(text) > MAX_TEXT:
        raise FhirPathError(f"A text of more than {MAX_TEXT} characters results.", kind="limit")
    return [text]


def type_of(value: Any) -> str:
    """What to call a value in a message."""
    return value.type.name or "element" if type(value) is Node else system_name(value)


def concatenate(left: Sequence[Any], right: Sequence[Any]) -> list[Any]:
    """``&``: an empty side counts as empty text."""
    texts = []
    for items in (left, right):
        value = single(items, "&")
        if value is not None and type(value) is not str:
            raise FhirPathError(f"& joins text, not {type_of(value)}.")
        texts.append(value or "")
    return bounded_text(texts[0] + texts[1])


def compare(left: Any, right: Any) -> int | None:
    """-1, 0, 1 for two values in order; None when precision or units leave it open; an error for kinds without an order."""
    if type(left) is str and type(right) is str:
        return (left > right) - (left < right)
    if is_number(left) and is_number(right):
        return int(left > right) - int(left < right)
    if type(left) is Temporal and type(right) is str:
        right = parse_text(left.kind, right)
    elif type(right) is Temporal and type(left) is str:
        left = parse_text(right.kind, left)
    if left is None or right is None:
        raise FhirPathError("Text that is no date or time cannot be compared with one.")
    if type(left) is Temporal and type(right) is Temporal and (left.kind == "time") == (right.kind == "time"):
        return left.compare(right)
    amounts = _as_quantities(left, right)
    if amounts is not None:
        values = amounts[0].aligned(amounts[1])
        return None if values is None else int(values[0] > values[1]) - int(values[0] < values[1])
    raise FhirPathError(f"{type_of(left)} and {type_of(right)} have no order.")


def _as_quantities(left: Any, right: Any) -> tuple[Quantity, Quantity] | None:
    if type(left) is not Quantity and type(right) is not Quantity:
        return None
    found = []
    for value in (left, right):
        if is_number(value):
            found.append(Quantity(Decimal(value), "1"))
        elif type(value) is Quantity:
            found.append(value)
        else:
            return None
    return found[0], found[1]


def negated(value: Any) -> Any:
    """``-value``"""
    if is_number(value):
        return -value
    if type(value) is Quantity:
        return value._replace(value=-value.value)
    raise FhirPathError(f"{type_of(value)} has no negative.")


def _add(left: Any, right: Any) -> list[Any]:
    if type(left) is str and type(right) is str:
        return bounded_text(left + right)
    if type(left) is Temporal and type(right) is Quantity:
        return _moved(left, right, 1)
    amounts = _as_quantities(left, right)
    if amounts is not None:
        return _sum(amounts[0], amounts[1])
    return _number("+", left, right, lambda mine, theirs: mine + theirs)


def _subtract(left: Any, right: Any) -> list[Any]:
    if type(left) is Temporal and type(right) is Quantity:
        return _moved(left, right, -1)
    amounts = _as_quantities(left, right)
    if amounts is not None:
        return _sum(amounts[0], amounts[1]._replace(value=-amounts[1].value))
    return _number("-", left, right, lambda mine, theirs: mine - theirs)


def _sum(left: Quantity, right: Quantity) -> list[Any]:
    """In the finer of the two units; empty when they are of different dimensions."""
    if left.unit == right.unit and left.calendar == right.calendar and left.system == right.system:
        return [left._replace(value=left.value + right.value)]
    mine, theirs = left.meaning(), right.meaning()
    if mine is None or theirs is None or mine.dimension != theirs.dimension or mine.offset or theirs.offset:
        return []
    finer, unit = (left, mine) if mine.factor <= theirs.factor else (right, theirs)
    total = left.value * (mine.factor / unit.factor) + right.value * (theirs.factor / unit.factor)
    return [finer._replace(value=total)]


def _multiply(left: Any, right: Any) -> list[Any]:
    amounts = _as_quantities(left, right)
    if amounts is not None:
        found = amounts[0].times(amounts[1], 1)
        return [] if found is None else [found]
    return _number("*", left, right, lambda mine, theirs: mine * theirs)


def _divide(left: Any, right: Any) -> list[Any]:
    amounts = _as_quantities(left, right)
    if amounts is not None:
        found = amounts[0].times(amounts[1], -1) if amounts[1].value else None
        return [] if found is None else [found]
    return _number(
        "/", left, right, lambda mine, theirs: _DIVISION.divide(Decimal(mine), Decimal(theirs)) if theirs else None
    )


def _div(left: Any, right: Any) -> list[Any]:
    def whole(mine: Any, theirs: Any) -> Any:
        if not theirs:
            return None
        quotient = Decimal(mine) / Decimal(theirs)
        return int(quotient) if quotient.adjusted() < 20 else None

    return _number("div", left, right, whole)


def _mod(left: Any, right: Any) -> list[Any]:
    def remainder(mine: Any, theirs: Any) -> Any:
        if not theirs:
            return None
        rest = Decimal(mine) % Decimal(theirs)
        return int(rest) if type(mine) is int and type(theirs) is int else rest

    return _number("mod", left, right, remainder)


def _number(operator: str, left: Any, right: Any, operation: Callable[[Any, Any], Any]) -> list[Any]:
    if not (is_number(left) and is_number(right)):
        raise FhirPathError(f"{operator} does not work on {type_of(left)} and {type_of(right)}.")
    try:
        value = operation(left, right)
    except DecimalException:  # beyond what a decimal holds
        return []
    if type(value) is int:
        return bounded_integer(value)
    return [] if value is None else [value]


def _moved(moment: Temporal, by: Quantity, sign: int) -> list[Any]:
    unit = as_calendar_unit(by)
    if not unit:
        raise FhirPathError(f"'{by.unit}' is no unit that can be added to a date or time.")
    if moment.kind == "time" and unit in ("year", "month", "week", "day"):
        raise FhirPathError(f"A time cannot be moved by {unit}s.")
    if by.value.adjusted() > 18:
        return []
    moved = moment.plus(by.value * sign, unit)
    return [] if moved is None else [moved]


ARITHMETIC: dict[str, Callable[[Any, Any], list[Any]]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "div": _div,
    "mod": _mod,
}
"""Operator → its work on two values, neither of them empty."""
