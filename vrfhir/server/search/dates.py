"""FHIR dates as intervals of microseconds: a date is as long as it is precise.

https://hl7.org/fhir/R4/search.html#date: ``2026-11`` is the whole month. Without a time zone UTC is taken.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

__all__ = ["EARLIEST", "LATEST", "interval"]

EARLIEST, LATEST = -(2**62), 2**62

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def interval(text: str) -> tuple[int, int] | None:
    """First and last microsecond since 1970 of a FHIR date, dateTime or instant; None for what is none."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        start = datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=_zone(zone),
        )
        low = (start - _EPOCH) // _MICROSECOND
        if fraction:
            digits = fraction[:6].ljust(6, "0")
            low += int(digits)
            return low, low + 10 ** max(0, 6 - len(fraction)) - 1
        return low, _after(start, month, day, hour, second, low) - 1
    except (ValueError, OverflowError):
        return None


def _after(start: datetime, month: str | None, day: str | None, hour: str | None, second: str | None, low: int) -> int:
    """The first microsecond behind the interval that begins at ``start``."""
    if second is not None:
        return low + 1_000_000
    if hour is not None:
        return low + 60_000_000
    if day is not None:
        return low + 86_400_000_000
    if month is not None:
        year, number = divmod(start.year * 12 + start.month, 12)
        end = start.replace(year=year, month=number + 1)
    else:
        end = start.replace(year=start.year + 1)
    return (end - _EPOCH) // _MICROSECOND


def _zone(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    assert text is not None  # noqa: S101 -- narrowed above
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:6])))
