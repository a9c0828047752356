"""When a message was written, as far as it says: EVN-2 of an event, else MSH-7.

A date without a time is a whole day, so a moment is a span; a time to come cannot be, so it ends with the receipt.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from vrfhir.hl7v2 import Message, Timestamp, read_timestamp
from vrfhir.server.http import microseconds

__all__ = ["Written", "written"]

_SPANS = {
    "month": timedelta(days=31),
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
}


class Written(NamedTuple):
    """The first and the last moment it can have been, in microseconds since 1970."""

    earliest: int
    latest: int


def written(message: Message, zone: tzinfo, received: datetime) -> Written:
    """When ``message`` was written; when it was received if it does not say. ``zone`` holds for times without an offset."""
    now = microseconds(received)
    event = message.segment("EVN")
    for text in (event.value(2) if event is not None else None, message.header.value(7)):
        stamp = read_timestamp(text) if text else None
        if stamp is not None and stamp.is_usable and stamp.precision in _SPANS:
            moment = _moment(stamp, zone)
            if moment is not None:
                last = microseconds(moment + _SPANS[stamp.precision]) - 1000
                return Written(min(microseconds(moment), now), min(last, now))
    return Written(now, now)


def _moment(stamp: Timestamp, zone: tzinfo) -> datetime | None:
    where = zone if stamp.offset is None else UTC
    micro = int((stamp.fraction + "000000")[:6])
    try:
        moment = datetime(
            stamp.year, stamp.month or 1, stamp.day or 1, stamp.hour, stamp.minute, stamp.second, micro, where
        )
        moment = moment - timedelta(minutes=stamp.offset or 0) if stamp.offset is not None else moment
        return moment.astimezone(UTC) if moment.year >= 1970 else None
    except (ValueError, OverflowError):
        return None
