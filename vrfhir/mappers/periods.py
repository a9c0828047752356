"""The bounds of a Period (FHIR R4, Period, rule per-1)."""

from __future__ import annotations

__all__ = ["in_order"]

_ZONE_FROM = len("2026-11-16T10:17:00")


def in_order(start: str, end: str) -> bool:
    """Whether a Period may have these dateTimes as its bounds: the end is certainly not before the start.

    >>> in_order("2026-11-16", "2026-11-16"), in_order("2026-11-16", "2026-11-16T10:17:00Z")
    (True, False)
    """
    if len(start) == len(end) and start[_ZONE_FROM:] == end[_ZONE_FROM:]:
        return start <= end
    from vrfhir.fhirpath.temporal import parse_text

    one, two = parse_text("dateTime", start), parse_text("dateTime", end)
    order = one.compare(two) if one is not None and two is not None else None
    return order is not None and order <= 0
