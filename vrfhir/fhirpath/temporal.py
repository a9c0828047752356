"""Dates, times and date-times of any precision: reading, comparing, adding durations.

http://hl7.org/fhirpath/N1/#date, #datetime, #time, #datetime-equality, #comparison, #datetime-arithmetic.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple

__all__ = [
    "WIDEST_OFFSETS",
    "Part",
    "Temporal",
    "from_datetime",
    "parse_element",
    "parse_literal",
    "parse_text",
    "written",
]

_ZONE = r"(?P<zone>Z|[+-]\d{2}:\d{2})"
_CLOCK = r"(?P<hour>\d{2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d+)?))?)?"
_DAY = r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?"
_PATTERNS = {"date": rf"{_DAY}\Z", "dateTime": rf"{_DAY}(?:T(?:{_CLOCK}{_ZONE}?)?)?\Z", "time": rf"{_CLOCK}\Z"}
_DATE_PARTS = ("year", "month", "day", "hour", "minute", "second")
_TIME_PARTS = _DATE_PARTS[3:]
_ELEMENT_KINDS = {"date": "date", "dateTime": "dateTime", "instant": "dateTime", "time": "time"}
_SYSTEM_NAMES = {"date": "Date", "dateTime": "DateTime", "time": "Time"}
WIDEST_OFFSETS = (-12 * 60, 14 * 60)
"""The time zones of the world reach from here to there, in minutes east of UTC."""

Part = int | Decimal


class Temporal(NamedTuple):
    """A point in time as exact as it was written.

    ``kind``    ``date``, ``dateTime`` or ``time``.
    ``parts``   year, month, day, hour, minute, second (for a time: from the hour), as many as are known; seconds are
                decimal with the digits as written.
    ``offset``  minutes east of UTC, None when not stated.
    ``text``    as written.
    """

    kind: str
    parts: tuple[Part, ...]
    offset: int | None
    text: str

    @property
    def system_name(self) -> str:
        """The System type."""
        return _SYSTEM_NAMES[self.kind]

    def __str__(self) -> str:
        return self.text

    def compare(self, other: Temporal) -> int | None:
        """-1, 0 or 1; None when the precisions or missing time zones leave it open. Both must be times, or neither."""
        mine, theirs = self.parts, other.parts
        if self.kind != "time" and len(mine) > 3 and len(theirs) > 3 and self.offset != other.offset:
            if self.offset is None or other.offset is None:
                return _compare_without_zone(self, other)
            mine, theirs = _in_utc(self, self.offset), _in_utc(other, other.offset)
        return _compare_parts(mine, theirs)

    def equivalent(self, other: Temporal) -> bool:
        """The same, with the same precision (seconds and their fractions count as one precision)."""
        if (self.kind == "time") != (other.kind == "time") or len(self.parts) != len(other.parts):
            return False
        return self.compare(other) == 0

    def plus(self, amount: Decimal, unit: str) -> Temporal | None:
        """This point moved by a duration in a calendar unit (``year`` … ``millisecond``); None beyond the years 1 to 9999.

        A unit finer than the precision counts as far as it fills units of that precision.
        """
        return _plus_time(self, amount, unit) if self.kind == "time" else _plus_date(self, amount, unit)


def parse_literal(kind: str, text: str) -> Temporal | None:
    """The value of a literal (without ``@`` and ``@T``), None when there is no such day or time."""
    return _parse(kind, text)


@lru_cache(maxsize=4096)
def parse_text(kind: str, text: str) -> Temporal | None:
    """The value of a text that should be a ``date``, ``dateTime`` or ``time``; None when it is not."""
    return _parse(kind, text)


def parse_element(text: str, type_name: str) -> Any:
    """The value of a FHIR element of type date, dateTime, instant or time; the text itself when it is malformed."""
    return parse_text(_ELEMENT_KINDS[type_name], text) or text


def from_datetime(moment: datetime, kind: str) -> Temporal:
    """A moment of the clock as ``date``, ``dateTime`` or ``time`` (milliseconds)."""
    text = moment.isoformat(timespec="milliseconds")
    day: tuple[Part, ...] = (moment.year, moment.month, moment.day)
    if kind == "date":
        return Temporal(kind, day, None, text[:10])
    clock: tuple[Part, ...] = (moment.hour, moment.minute, Decimal(text[17:23]))
    if kind == "time":
        return Temporal(kind, clock, None, text[11:23])
    zone = moment.utcoffset()
    minutes, rest = divmod(zone.days * 86_400 + zone.seconds, 60) if zone is not None else (0, 0)
    if rest:
        raise ValueError("a time zone with seconds")
    return Temporal(kind, (*day, *clock), minutes if zone is not None else None, text)


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    return re.compile(_PATTERNS[kind], re.ASCII)


def _parse(kind: str, text: str) -> Temporal | None:
    match = _pattern(kind).match(text)
    if match is None:
        return None
    groups = match.groupdict()
    parts: list[Part] = []
    for name in _TIME_PARTS if kind == "time" else _DATE_PARTS:
        digits = groups.get(name)
        if digits is None:
            break
        parts.append(Decimal(digits) if name == "second" else int(digits))
    offset = _offset(groups.get("zone"))
    found = Temporal(kind, tuple(parts), offset, text)
    return found if _exists(found) else None


def _offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    return -minutes if zone[0] == "-" else minutes


def _exists(value: Temporal) -> bool:
    parts = value.parts
    day, clock = ((), parts) if value.kind == "time" else (parts[:3], parts[3:])
    limits: tuple[Part, ...] = (23, 59, Decimal("60.999999999"))  # 60: a leap second
    if any(part > limit for part, limit in zip(clock, limits, strict=False)):
        return False
    if day and not 1 <= day[0] <= 9999:
        return False
    if len(day) > 1 and not 1 <= day[1] <= 12:
        return False
    if len(day) > 2 and not 1 <= day[2] <= calendar.monthrange(int(day[0]), int(day[1]))[1]:
        return False
    return value.offset is None or abs(value.offset) <= 14 * 60


def _compare_parts(mine: tuple[Part, ...], theirs: tuple[Part, ...]) -> int | None:
    for left, right in zip(mine, theirs, strict=False):
        if left != right:
            return -1 if left < right else 1
    return 0 if len(mine) == len(theirs) else None


def _compare_without_zone(left: Temporal, right: Temporal) -> int | None:
    """Decided only when it comes out the same for every offset that the one without could have."""
    outcomes = set()
    for offset in WIDEST_OFFSETS:
        mine = _in_utc(left, offset if left.offset is None else left.offset)
        theirs = _in_utc(right, offset if right.offset is None else right.offset)
        outcomes.add(_compare_parts(mine, theirs))
    return outcomes.pop() if len(outcomes) == 1 else None


def _in_utc(value: Temporal, offset: int) -> tuple[Part, ...]:
    parts = value.parts
    year, month, day = (int(part) for part in parts[:3])
    minutes = int(parts[3]) * 60 + (int(parts[4]) if len(parts) > 4 else 0) - offset
    days, minutes = divmod(minutes, 24 * 60)
    ordinal = date(year, month, day).toordinal() + days
    if not 1 <= ordinal <= date.max.toordinal():
        return parts  # the first or last hours of the calendar
    shifted = date.fromordinal(ordinal)
    moved: tuple[Part, ...] = (shifted.year, shifted.month, shifted.day, minutes // 60, minutes % 60, *parts[5:])
    return moved[: max(len(parts), 5)] if offset % 60 else moved[: len(parts)]


# arithmetic

_MANY_DAYS = 10_000_000
"""More than there are between the years 1 and 9999."""
_SECONDS = {
    "week": Decimal(604800),
    "day": Decimal(86400),
    "hour": Decimal(3600),
    "minute": Decimal(60),
    "second": Decimal(1),
    "millisecond": Decimal("0.001"),
}


def _plus_date(value: Temporal, amount: Decimal, unit: str) -> Temporal | None:
    precision = len(value.parts)
    if unit in ("year", "month"):
        whole = int(amount) * (12 if unit == "year" else 1)
        if precision == 1:
            whole = int(Decimal(whole) / 12) * 12
        return _plus_months(value, whole)
    is_whole = precision > 2 and abs(amount) < _MANY_DAYS and amount == int(amount)
    if unit in ("day", "week") and is_whole and (precision < 6 or value.parts[5] < 60):
        return _plus_days(value, int(amount) * (7 if unit == "week" else 1))
    seconds = amount * _SECONDS[unit]
    if precision <= 2:
        days = int(seconds / 86400)
        return _plus_months(value, int(Decimal(days) / 365) * 12 if precision == 1 else int(Decimal(days) / 30))
    step = {3: Decimal(86400), 4: Decimal(3600), 5: Decimal(60)}.get(precision)
    if step is not None:
        seconds = int(seconds / step) * step
    elif unit not in ("second", "millisecond"):
        seconds = int(amount) * _SECONDS[unit]
    year, month, day, hour, minute, second = (*value.parts, 0, 0, Decimal(0))[:6]
    total = Decimal(int(hour) * 3600 + int(minute) * 60) + second + seconds
    days, rest = _split(total, 86400)
    ordinal = date(int(year), int(month), int(day)).toordinal() + days
    if not 1 <= ordinal <= date.max.toordinal():
        return None
    moved = date.fromordinal(ordinal)
    clock = _clock(rest, value.parts[5] if precision > 5 else None)
    return _remade(value, (moved.year, moved.month, moved.day, *clock)[:precision])


def _plus_days(value: Temporal, days: int) -> Temporal | None:
    """Whole days leave the clock as it is."""
    year, month, day = value.parts[:3]
    ordinal = date(int(year), int(month), int(day)).toordinal() + days
    if not 1 <= ordinal <= date.max.toordinal():
        return None
    moved = date.fromordinal(ordinal)
    return _remade(value, (moved.year, moved.month, moved.day, *value.parts[3:]))


def _plus_months(value: Temporal, months: int) -> Temporal | None:
    parts = value.parts
    count = int(parts[0]) * 12 + (int(parts[1]) - 1 if len(parts) > 1 else 0) + months
    year, month = divmod(count, 12)
    if not 1 <= year <= 9999:
        return None
    moved: tuple[Part, ...] = (year, month + 1, *parts[2:])
    if len(parts) > 2:
        moved = (year, month + 1, min(int(parts[2]), calendar.monthrange(year, month + 1)[1]), *parts[3:])
    return _remade(value, moved[: len(parts)])


def _plus_time(value: Temporal, amount: Decimal, unit: str) -> Temporal | None:
    if unit not in ("hour", "minute", "second", "millisecond"):
        return None
    precision = len(value.parts)
    seconds = amount * _SECONDS[unit] if unit in ("second", "millisecond") else int(amount) * _SECONDS[unit]
    step = {1: Decimal(3600), 2: Decimal(60)}.get(precision)
    if step is not None:
        seconds = int(seconds / step) * step
    hour, minute, second = (*value.parts, 0, Decimal(0))[:3]
    _, rest = _split(Decimal(int(hour) * 3600 + int(minute) * 60) + second + seconds, 86400)
    return _remade(value, _clock(rest, value.parts[2] if precision > 2 else None)[:precision])


def _split(total: Decimal, size: int) -> tuple[int, Decimal]:
    whole = int(total // size)
    rest = total - whole * size
    return (whole - 1, rest + size) if rest < 0 else (whole, rest)


def _clock(seconds: Decimal, written: Part | None) -> tuple[Part, ...]:
    """Seconds of the day as hour, minute, second; seconds with as many digits as they had, or all there are now."""
    hours, rest = _split(seconds, 3600)
    minutes, rest = _split(rest, 60)
    if written is None:
        return hours, minutes, rest
    exponent = Decimal(written).as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) else 0
    if digits < 3 and rest != rest.to_integral_value():
        digits = 3
    return hours, minutes, rest.quantize(Decimal(1).scaleb(-digits), rounding="ROUND_DOWN")


def _remade(value: Temporal, parts: tuple[Part, ...]) -> Temporal:
    return Temporal(value.kind, parts, value.offset, written(value.kind, parts, value.offset))


def written(kind: str, parts: tuple[Part, ...], offset: int | None) -> str:
    """The text of these parts."""
    day, clock = ((), parts) if kind == "time" else (parts[:3], parts[3:])
    text = "-".join(f"{part:04d}" if place == 0 else f"{part:02d}" for place, part in enumerate(map(int, day)))
    times = [f"{part:02d}" for part in map(int, clock[:2])]
    if len(clock) > 2:
        second = format(Decimal(clock[2]), "f")
        times.append(second if second[1:2].isdigit() else "0" + second)
    if kind == "time":
        return ":".join(times)
    if clock:
        text += "T" + ":".join(times)
    if clock and offset is not None:
        text += "Z" if offset == 0 else f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
    return text
