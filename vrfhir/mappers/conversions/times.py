"""DTM, TS, DT, TM and DR: dates and times (HL7 v2.8 chapter 2A.3.22; FHIR R4 datatypes, date, dateTime, instant, time).

The precision follows the input; FHIR wants minutes and seconds with an hour, they are filled with zeros. A time without
an offset gets that of the partner's zone on that day, marked by Extension-VR-AssumedTimeZone. What was sent stands beside a time
of which FHIR says more than the sender (Extension-VR-V2Content).
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from vrfhir.hl7v2 import escapes
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.paths import Primitive
from vrfhir.mappers.periods import in_order
from vrfhir.mappers.vocabulary import extension_urls

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context

__all__ = ["as_sent", "fhir_date", "fhir_datetime", "fhir_time", "taken_datetime", "taken_period", "taken_time"]

_FORM = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,9}))?)?)?)?)?)?([+-]\d\d(?:\d\d)?)?",
    re.ASCII,
)
_DASHED = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,9}))?)?)?(?:[+-]\d{4})?", re.ASCII)


_DAY = len("2026-11-16")


@lru_cache(maxsize=8192)
def fhir_datetime(text: str, zone: str) -> tuple[str, bool] | None:
    """(dateTime, whether the zone was assumed); None when the text is no date."""
    dashed = _DASHED.fullmatch(text)
    match = _FORM.fullmatch("".join(dashed.groups()) if dashed else text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        moment = datetime(  # noqa: DTZ001 - the zone follows
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), min(int(second or 0), 59)
        )
    except ValueError:
        return None
    if hour is None:
        return "-".join(part for part in (year, month, day) if part), False
    shown = f"{year}-{month}-{day}T{hour}:{minute or '00'}:{second or '00'}" + (f".{fraction}" if fraction else "")
    if offset is None:
        shift = moment.replace(tzinfo=ZoneInfo(zone)).utcoffset()
        total = int(shift.total_seconds()) // 60 if shift is not None else 0
        sign = "-" if total < 0 else "+"
        return f"{shown}{sign}{abs(total) // 60:02}:{abs(total) % 60:02}", True
    hours, minutes = int(offset[1:3]), int(offset[3:] or 0)
    if hours > 14 or minutes > 59 or (hours == 14 and minutes):
        return None
    return f"{shown}{offset[0]}{hours:02}:{minutes:02}", False


def fhir_date(text: str) -> str | None:
    """The date part; None when the text is no date."""
    found = fhir_datetime(text, "UTC")
    return found[0][:10] if found else None


def fhir_time(text: str) -> str | None:
    """HH:MM:SS, with the fraction unless it is zero; None when the text is no time."""
    match = _TIME.fullmatch(text)
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59 or int(match[3] or 0) > 59:
        return None
    fraction = f".{match[4]}" if match[4] and match[4].strip("0") else ""
    return f"{match[1]}:{match[2] or '00'}:{match[3] or '00'}{fraction}"


def taken_datetime(cell: Cell, context: Context, component: int = 1, subcomponent: int = 1) -> Primitive | None:
    """The dateTime at a place of the cell, taken; None and a finding when it is none.

    Where FHIR has to say more than the sender did, the source text stands beside it, and the zone that was assumed.
    """
    key = component << 12 | subcomponent
    text = cell.at.get(key)
    if not text:
        return None
    zone = context.partner.time_zone
    found = fhir_datetime(text, zone)
    if found is None:
        context.report("VR-V2-0521", cell.path(component, subcomponent))
        return None
    cell.taken.append(key)
    value, is_assumed = found
    if is_assumed:
        assumed = {"url": extension_urls()["assumed-zone"], "valueString": zone}
        return Primitive(value, [assumed, as_sent(cell, text, component, subcomponent)])
    return Primitive(value, [as_sent(cell, text, component, subcomponent)] if _is_filled(text) else [])


def _is_filled(text: str) -> bool:
    """An hour and no seconds, which FHIR wants: they are filled with zeros."""
    sign = text.find("+") if "+" in text else text.find("-")
    return 10 <= (sign if sign >= 0 else len(text)) <= 12


def taken_time(cell: Cell, component: int = 1) -> Primitive | None:
    """The time of day at a place of the cell, taken; as sent beside it where FHIR says less (an offset, a fraction of zero)."""
    text = cell.peek(component)
    value = fhir_time(text)
    if value is None:
        return None
    cell.take(component)
    if not set("+-") & set(text) and ("." in text) == ("." in value):
        return Primitive(value, [])
    return Primitive(value, [as_sent(cell, text, component, 1)])


def put(target: dict[str, Any], name: str, value: Primitive | None) -> None:
    """Set a primitive and its extensions in an object."""
    if value is not None:
        target[name] = value.value
        if value.extension:
            target["_" + name] = {"extension": value.extension}


def taken_period(cell: Cell, context: Context, start: int, end: int, whole: int = 0) -> dict[str, Any]:
    """The Period at two components, else at the older one that holds both (``whole``, DR); empty when there is none.

    The older one is withdrawn since 2.5, which brought the two: where a version has no such place, it stands beside what was sent
    in it. An end that is not after the
    start is not taken: FHIR has no such Period (per-1).
    """
    period: dict[str, Any] = {}
    places = [(start, 1), (end, 1)]
    if whole and start << 12 | 1 not in cell.at and end << 12 | 1 not in cell.at:
        places = [(whole, 1), (whole, 2)]
    for element, (component, part) in zip(("start", "end"), places, strict=True):
        text, value = cell.peek(component, part), taken_datetime(cell, context, component, part)
        is_odd = whole and (component == whole) == (context.message.version >= "2.5")
        if value is not None and is_odd and not value.extension:
            value = Primitive(value.value, [as_sent(cell, text, component, part)])
        if element == "end" and value is not None and "start" in period and not in_order(period["start"], value.value):
            cell.untake(component, part)
            context.report("VR-V2-0536", cell.path(component, part))
        else:
            put(period, element, value)
    return period


def as_sent(cell: Cell, text: str, component: int, subcomponent: int) -> dict[str, Any]:
    """What stood in the message, and where."""
    segment = cell.segment
    path = f"{segment.name}[{segment.occurrence}]-{cell.field}[{cell.repetition}].{component}.{subcomponent}"
    content = [
        {"url": "path", "valueString": path},
        {"url": "value", "valueString": text if text.isalnum() else escapes.encode(text)},
    ]
    return {"url": extension_urls()["v2-content"], "extension": content}


@register("dateTime")
def _datetime(row: RowFacts) -> Conversion:
    component, subcomponent = row.component or 1, row.subcomponent or 1
    key = component << 12 | subcomponent

    def convert(cell: Cell, context: Context) -> Primitive | str | None:
        text = cell.at.get(key, "")
        found = fhir_datetime(text, context.partner.time_zone)
        if found is None or found[1] or (len(found[0]) > _DAY and _is_filled(text)):
            return taken_datetime(cell, context, component, subcomponent)
        cell.taken.append(key)
        return found[0]

    return convert


@register("birth-time")
def _birth_time(row: RowFacts) -> Conversion:
    """The time of birth; what was assumed for it stands beside it, on the date of birth."""

    def convert(cell: Cell, context: Context) -> str | None:
        value = taken_datetime(cell, context, 1)
        if value is None:
            return None
        patient = context.shared.get("Patient")
        if value.extension and patient is not None:
            twin = patient.resource.setdefault("_birthDate", {}).setdefault("extension", [])
            twin.extend(each for each in value.extension if each not in twin)
        return str(value.value)

    return convert


@register("instant")
def _instant(row: RowFacts) -> Conversion:
    def convert(cell: Cell, context: Context) -> Primitive | None:
        value = taken_datetime(cell, context, row.component or 1)
        return value if value is not None and "T" in value.value else None

    return convert


@register("date")
def _date(row: RowFacts) -> Conversion:
    """A day; a time of day, for which the element has no room, stands beside it as sent (PID-7 has a row of its own for it)."""
    component, has_time_row = row.component or 1, row.segment == "PID"

    def convert(cell: Cell, context: Context) -> Primitive | str | None:
        text = cell.take(component)
        date = fhir_date(text)
        if date is None:
            if text:
                context.report("VR-V2-0521", cell.path(component))
            return None
        if len(text) <= _DAY or has_time_row:
            return date
        return Primitive(date, [as_sent(cell, text, component, 1)])

    return convert


@register("time")
def _time(row: RowFacts) -> Conversion:
    return lambda cell, context: taken_time(cell, row.component or 1)


@register("Period")
def _period(row: RowFacts) -> Conversion:
    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        period: dict[str, Any] = {}
        put(period, "start", taken_datetime(cell, context, 1))
        put(period, "end", taken_datetime(cell, context, 2))
        return period or None

    return convert
