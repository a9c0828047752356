"""Values that rules over plain JSON compare and calculate with, as FHIRPath would (http://hl7.org/fhirpath/N1/#operations).

Only what needs no second look: texts, booleans, whole and decimal numbers, full dates, and date-times with a zone. All else
raises :class:`UnclearError`, and the expression is evaluated.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

__all__ = [
    "BINARY",
    "Moment",
    "UnclearError",
    "as_value",
    "moved",
    "order",
    "same",
    "single",
    "text_of",
    "to_integer",
    "to_text",
    "today",
]

_FULL_DATE = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])").fullmatch
_FULL_TIME = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:Z|[+-]\d\d:[0-5][0-9])"
).fullmatch
_MONTHS = {"year": 12, "years": 12, "month": 1, "months": 1}
_DAYS = {"week": 7, "weeks": 7, "day": 1, "days": 1}
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}").fullmatch
_RANGE = 2**31 - 1
_LONGEST = 10_000
_TEXTS = frozenset(("string", "code", "id", "uri", "url", "canonical", "markdown", "oid", "uuid", "base64Binary"))
_MOMENTS = frozenset(("date", "dateTime", "instant"))


class UnclearError(Exception):
    """What plain JSON does not settle."""


class Moment(str):
    """The text of a date, date-time or instant."""

    __slots__ = ()


def as_value(type_name: str) -> Callable[[Any], Any] | None:
    """How the JSON value of a primitive type becomes a value; None for types that rules over plain JSON leave alone."""
    if type_name in _TEXTS:
        return _text
    if type_name in _MOMENTS:
        return Moment
    if type_name == "boolean":
        return _boolean
    if type_name in ("integer", "positiveInt", "unsignedInt"):
        return _integer
    return _decimal if type_name == "decimal" else None


def _text(value: Any) -> str:
    if type(value) is not str:
        raise UnclearError
    return value


def _boolean(value: Any) -> bool:
    if value is not True and value is not False:
        raise UnclearError
    return bool(value)


def _integer(value: Any) -> int:
    if type(value) is not int:
        raise UnclearError
    return value


def _decimal(value: Any) -> Any:
    if type(value) is int:
        return value
    if isinstance(value, Decimal):
        return Decimal(value)
    raise UnclearError


def single(values: list[Any]) -> Any:
    """The only value, None for none."""
    if not values:
        return None
    if len(values) > 1:
        raise UnclearError
    return values[0]


def text_of(value: Any) -> str:
    """The text that a text function works on."""
    if type(value) is Moment:
        return str(value)
    if type(value) is not str:
        raise UnclearError
    return value


def same(left: Any, right: Any) -> bool:
    """``=`` for two single values."""
    kind = type(left)
    if kind is Moment and type(right) is Moment:
        return order(left, right) == 0
    if kind is str or kind is Moment:
        if type(right) not in (str, Moment):
            raise UnclearError
        return str.__eq__(left, right)
    if kind is bool or type(right) is bool:
        if kind is not bool or type(right) is not bool:
            raise UnclearError
        return left is right
    if kind in (int, Decimal) and type(right) in (int, Decimal):
        return bool(left == right)
    raise UnclearError


def order(left: Any, right: Any) -> int:
    """-1, 0, 1 for two values in order."""
    kind = type(left)
    if kind is Moment and type(right) is Moment:
        if not (_is_day(left) and _is_day(right)) and not (
            len(left) == len(right) and left[19:] == right[19:] and _FULL_TIME(left) and _FULL_TIME(right)
        ):
            raise UnclearError
        return int(left > right) - int(left < right)
    if kind is str and type(right) is str:
        return int(left > right) - int(left < right)
    if kind in (int, Decimal) and type(right) in (int, Decimal):
        return int(left > right) - int(left < right)
    raise UnclearError


def _is_day(text: str) -> bool:
    if not _FULL_DATE(text):
        return False
    return text[8:] < "29" or _day(text) is not None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def moved(moment: Any, amount: int, unit: str) -> list[Any]:
    """A full date some calendar units later or earlier."""
    day = _day(moment) if type(moment) is Moment and _FULL_DATE(moment) else None
    if day is None or abs(amount) > _LONGEST:
        raise UnclearError
    if unit in _MONTHS:
        year, month = divmod(day.year * 12 + day.month - 1 + amount * _MONTHS[unit], 12)
        if not 1 <= year <= 9999:
            raise UnclearError
        day = date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    elif unit in _DAYS:
        ordinal = day.toordinal() + amount * _DAYS[unit]
        if not 1 <= ordinal <= date.max.toordinal():
            raise UnclearError
        day = date.fromordinal(ordinal)
    else:
        raise UnclearError
    return [Moment(day.isoformat())]


def today() -> list[Any]:
    """``today()``"""
    return [Moment(datetime.now(UTC).astimezone().date().isoformat())]


def to_text(values: list[Any]) -> list[Any]:
    """``toString()``"""
    value = single(values)
    if value is None:
        return []
    if type(value) is bool:
        return ["true" if value else "false"]
    return [str(value) if type(value) is int else text_of(value)]


def to_integer(values: list[Any]) -> list[Any]:
    """``toInteger()``"""
    value = single(values)
    if value is None or type(value) is int:
        return values
    if type(value) is not str:
        raise UnclearError
    return [int(value)] if _WHOLE(value) else []


def _calculated(work: Callable[[int, int], int]) -> Callable[[Any, Any], list[Any]]:
    def calculate(left: Any, right: Any) -> list[Any]:
        if type(left) is not int or type(right) is not int:
            raise UnclearError
        value = work(left, right)
        return [value] if -_RANGE <= value <= _RANGE else []

    return calculate


def _rest(left: int, right: int) -> int:
    if left < 0 or right <= 0:
        raise UnclearError
    return left % right


BINARY: dict[str, Callable[[Any, Any], list[Any]]] = {
    "+": _calculated(int.__add__),
    "-": _calculated(int.__sub__),
    "*": _calculated(int.__mul__),
    "mod": _calculated(_rest),
}
"""Operators on whole numbers."""
