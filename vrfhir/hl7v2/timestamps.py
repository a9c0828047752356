"""Dates and times: DTM and TS ``YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]``, DT and TM (HL7 v2 chapter 2A).

Reading never fails: what deviates is named in ``problem``. No zone is invented here.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

__all__ = ["Precision", "Timestamp", "read_time", "read_timestamp", "write_timestamp"]

Precision = Literal["none", "year", "month", "day", "hour", "minute", "second"]
Problem = Literal["", "form", "range", "punctuated", "offset", "fraction"]

_CLOCK = r"(?P<hour>[0-9]{2})(?:(?P<minute>[0-9]{2})(?:(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?)?)?"
_OFFSET = r"(?P<offset>[+-][0-9]{2}:?(?:[0-9]{2})?|Z)?"
_PLAIN = re.compile(rf"(?P<year>[0-9]{{4}})(?:(?P<month>[0-9]{{2}})(?:(?P<day>[0-9]{{2}})(?:{_CLOCK})?)?)?{_OFFSET}")
_TIME = re.compile(_CLOCK + _OFFSET)
_PUNCTUATED = re.compile(
    r"(?P<year>[0-9]{4})[-/](?P<month>[0-9]{2})(?:[-/](?P<day>[0-9]{2})"
    r"(?:[T ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?)?)?)?"
    + _OFFSET
)
_PRECISIONS: tuple[Precision, ...] = ("year", "month", "day", "hour", "minute", "second")
_LIMITS = {"year": (1, 9999), "month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59), "second": (0, 59)}


class Timestamp(NamedTuple):
    """A date, time or both, to the precision sent.

    ``fraction`` keeps its digits; ``offset`` is minutes from UTC or None; ``problem`` is empty, or ``form`` (no
    timestamp), ``range`` (no such day or time), or a deviation that could still be read: ``punctuated``
    (``1980-02-14``), ``offset`` (``+01``, ``Z``), ``fraction`` (more than four digits).
    """

    text: str
    precision: Precision = "none"
    year: int = 0
    month: int = 0
    day: int = 0
    hour: int = 0
    minute: int = 0
    second: int = 0
    fraction: str = ""
    offset: int | None = None
    problem: Problem = ""

    @property
    def is_usable(self) -> bool:
        """The value is known, even if it was not written as the standard asks."""
        return self.problem not in ("form", "range")

    @property
    def has_time(self) -> bool:
        """Hours at least."""
        return self.precision in ("hour", "minute", "second")

    def isoformat(self) -> str:
        """ISO 8601 to the precision sent: ``2026``, ``2026-01-05``, ``2026-01-05T09:30:00.5+00:00``; seconds are filled
        with 00, a zone stands only when one was sent. Empty when not usable."""
        if not self.is_usable:
            return ""
        date = f"{self.year:04}-{self.month:02}-{self.day:02}"
        if not self.has_time:
            return date[: {"year": 4, "month": 7}.get(self.precision, 10)] if self.year else ""
        clock = f"{self.hour:02}:{self.minute:02}:{self.second:02}" + (f".{self.fraction}" if self.fraction else "")
        if self.offset is not None:
            hours, minutes = divmod(abs(self.offset), 60)
            clock += f"{'-' if self.offset < 0 else '+'}{hours:02}:{minutes:02}"
        return f"{date}T{clock}" if self.year else clock


def read_timestamp(text: str) -> Timestamp:
    """Read a DTM, TS (first component) or DT value."""
    stripped = text.strip()
    match = _PLAIN.fullmatch(stripped)
    if match is not None:
        return _timestamp(text, match, "")
    match = _PUNCTUATED.fullmatch(stripped)
    if match is not None:
        return _timestamp(text, match, "punctuated")
    return Timestamp(text, problem="form")


def read_time(text: str) -> Timestamp:
    """Read a TM value: the time of a day that is not named."""
    match = _TIME.fullmatch(text.strip())
    return _timestamp(text, match, "") if match is not None else Timestamp(text, problem="form")


def write_timestamp(moment: datetime, precision: Precision = "second") -> str:
    """A DTM value; the zone is written when the moment has one and the precision includes a time."""
    digits = moment.strftime("%Y%m%d%H%M%S").rjust(14, "0")
    text = digits[: {"year": 4, "month": 6, "day": 8, "hour": 10, "minute": 12}.get(precision, 14)]
    offset = moment.utcoffset()
    if offset is None or precision in ("none", "year", "month", "day"):
        return text
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{text}{'-' if offset < timedelta(0) else '+'}{minutes // 60:02}{minutes % 60:02}"


def _timestamp(text: str, match: re.Match[str], problem: Problem) -> Timestamp:
    parts = match.groupdict()
    numbers = {name: int(parts[name]) for name in _LIMITS if parts.get(name)}
    precision = [name for name in _PRECISIONS if name in numbers][-1]
    fraction = parts.get("fraction") or ""
    offset, offset_problem = _offset(parts.get("offset"))
    problem = problem or offset_problem or ("fraction" if len(fraction) > 4 else "")
    if any(not low <= numbers[name] <= high for name, (low, high) in _LIMITS.items() if name in numbers) or (
        "day" in numbers and numbers["day"] > monthrange(numbers["year"], numbers["month"])[1]
    ):
        problem = "range"
    return Timestamp(text, precision, **numbers, fraction=fraction, offset=offset, problem=problem)


def _offset(text: str | None) -> tuple[int | None, Problem]:
    if not text:
        return None, ""
    if text == "Z":
        return 0, "offset"
    digits = text[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > 14 or minutes > 59:
        return None, "range"
    return (hours * 60 + minutes) * (-1 if text[0] == "-" else 1), "" if len(text) == 5 else "offset"
