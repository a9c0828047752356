"""The precision of dates and times, and the first and last moment that a partial one may stand for.

https://build.fhir.org/ig/HL7/FHIRPath (lowBoundary, highBoundary, precision).
"""

from __future__ import annotations

import calendar
from decimal import Decimal

from vrfhir.fhirpath.temporal import WIDEST_OFFSETS, Part, Temporal, written

__all__ = ["boundary", "precision_digits"]

_DIGITS = {"date": (4, 6, 8), "dateTime": (4, 6, 8, 10, 12, 14), "time": (2, 4, 6)}


def precision_digits(value: Temporal) -> int:
    """How many digits it is written with: 4 for a year, 17 for a date-time with milliseconds, 9 for such a time."""
    digits = _DIGITS[value.kind][len(value.parts) - 1] if value.parts else 0
    if len(value.parts) == len(_DIGITS[value.kind]) and value.kind != "date":
        exponent = Decimal(value.parts[-1]).as_tuple().exponent
        digits += -exponent if isinstance(exponent, int) else 0
    return digits


def boundary(value: Temporal, precision: int | None, *, high: bool) -> Temporal | None:
    """The first or last point that the value may stand for, cut to a precision in digits; None for an odd precision."""
    widest = {"date": 8, "dateTime": 17, "time": 9}[value.kind]
    wanted = widest if precision is None else precision
    kind = "dateTime" if value.kind == "date" and wanted > 8 else value.kind
    counts = (*_DIGITS[kind], 9 if kind == "time" else 17) if kind != "date" else _DIGITS["date"]
    if wanted not in counts:
        return None
    full = _filled(value, high=high, kind=kind)
    kept = full[: min(counts.index(wanted) + 1, len(full))]
    seconds_place = 2 if kind == "time" else 5
    if len(kept) > seconds_place:
        places = Decimal("0.001") if wanted in (9, 17) else Decimal(1)
        kept = (*kept[:seconds_place], Decimal(kept[seconds_place]).quantize(places, rounding="ROUND_DOWN"))
    offset = value.offset
    if kind == "dateTime" and len(kept) > 3 and offset is None:
        offset = WIDEST_OFFSETS[0] if high else WIDEST_OFFSETS[1]
    return Temporal(kind, kept, offset, written(kind, kept, offset))


def _filled(value: Temporal, *, high: bool, kind: str) -> tuple[Part, ...]:
    parts = list(value.parts)
    clock: tuple[Part, ...] = (23, 59, Decimal("59.999")) if high else (0, 0, Decimal("0.000"))
    if kind == "time":
        return (*parts, *clock[len(parts) :])
    if len(parts) < 2:
        parts.append(12 if high else 1)
    if len(parts) < 3:
        parts.append(calendar.monthrange(int(parts[0]), int(parts[1]))[1] if high else 1)
    return (*parts, *clock[len(parts) - 3 :])
