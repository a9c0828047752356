"""Back to v2: text, numbers, booleans, dates and times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.times import fhir_datetime, fhir_time
from vrfhir.mappers.vocabulary import extension_urls
from vrfhir.mappers.writing.registry import Inverse, Parts, inverse, key

if TYPE_CHECKING:
    from vrfhir.mappers.conversions.registry import RowFacts
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["apart", "number_text", "text_parts", "v2_datetime", "v2_time", "whole_parts"]

_DATETIME = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?", re.ASCII)


def number_text(value: Any) -> str:
    """A JSON number as NM: digits as they stand."""
    return format(value, "f") if hasattr(value, "as_tuple") else str(value)


def v2_datetime(text: str, writing: Writing, twin: Any = None) -> str:
    """DTM of a FHIR date, dateTime or instant; without an offset where the zone had been assumed. Empty when it is none."""
    match = _DATETIME.fullmatch(text)
    if match is None:
        return ""
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    plain = "".join(part for part in (year, month, day, hour, minute, second) if part)
    if hour is None:
        return plain
    shown = plain + (fraction or "")
    marks = twin.get("extension", ()) if isinstance(twin, dict) else ()
    for sent in sent_texts(marks):
        if _returns(sent, text, writing):
            return sent
    assumed = next((each for each in marks if each.get("url") == extension_urls()["assumed-zone"]), None)
    is_assumed = assumed is not None and assumed.get("valueString") == writing.partner.time_zone
    if is_assumed and _returns(shown, text, writing):
        return shown
    return shown + ("+0000" if offset == "Z" else (offset or "").replace(":", ""))


def v2_time(text: str, twin: Any = None) -> str:
    """TM of a FHIR time, as it was sent when it was more than FHIR can say."""
    for sent in sent_texts(twin.get("extension", ()) if isinstance(twin, dict) else ()):
        if fhir_time(sent) == text:
            return sent
    return text.replace(":", "")


def sent_texts(marks: Any) -> Iterator[str]:
    """The source text that a reading left beside a time it had to fill."""
    for mark in marks:
        if mark.get("url") == extension_urls()["v2-content"]:
            yield from (part.get("valueString", "") for part in mark.get("extension", ()) if part.get("url") == "value")


def _returns(written: str, text: str, writing: Writing) -> bool:
    found = fhir_datetime(written, writing.partner.time_zone)
    return found is not None and found[0] == text


def whole_parts(text: Any, row: RowFacts, writing: Writing) -> Parts | None:
    """Text of a whole field; what had been components and subcomponents of a message is that again."""
    if isinstance(text, str) and writing.as_it_was and not row.component and ("^" in text or "&" in text):
        return apart(text)
    return text_parts(text, row)


def apart(text: str) -> Parts:
    """Text that was several components and subcomponents, as these."""
    found: Parts = {}
    for component, whole in enumerate(text.split("^"), 1):
        for subcomponent, part in enumerate(whole.split("&"), 1):
            if part:
                found[key(component, subcomponent)] = part
    return found


def text_parts(text: Any, row: RowFacts) -> Parts | None:
    """Text at the place of the row."""
    if not isinstance(text, str) or not text.strip():
        return None
    return {key(row.component or 1, row.subcomponent or 1): text}


def _text(row: RowFacts) -> Inverse:
    return lambda value, _: text_parts(value, row)


for _name in ("string", "part", "fhir-id"):
    inverse(_name)(_text)


@inverse("boolean")
def _boolean(row: RowFacts) -> Inverse:
    return lambda value, _: text_parts({True: "Y", False: "N"}[value], row) if isinstance(value, bool) else None


@inverse("yes-no-words")
def _words(row: RowFacts) -> Inverse:
    def back(value: Any, _: Writing) -> Parts | None:
        if not isinstance(value, bool):
            return None
        return {key(2): "Yes" if value else "No", key(3): "HL70136"}

    return back


@inverse("positiveInt")
def _positive(row: RowFacts) -> Inverse:
    return lambda value, _: text_parts(str(value), row) if isinstance(value, int) else None


@inverse("decimal")
def _decimal(row: RowFacts) -> Inverse:
    return lambda value, _: text_parts(number_text(value), row)


@inverse("language")
def _language(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        sent = [
            e for e in (writing.twin or {}).get("extension", ()) if e.get("url") == extension_urls()["alternate-codes"]
        ]
        if sent and not row.component:
            from vrfhir.mappers.writing.codes import concept_parts

            return concept_parts(deepcopy(sent[0].get("valueCodeableConcept", {})), writing)
        return text_parts(value.upper() if len(str(value)) == 2 else value, row)

    return back


def _moment(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        return text_parts(v2_datetime(str(value), writing, writing.twin), row)

    return back


for _name in ("dateTime", "instant", "date"):
    inverse(_name)(_moment)


@inverse("birth-time")
def _birth_time(row: RowFacts) -> Inverse:
    """Written over the date, which it repeats."""

    def back(value: Any, writing: Writing) -> Parts | None:
        mark = {"url": extension_urls()["assumed-zone"], "valueString": writing.partner.time_zone}
        beside = next((twin for twin in _birth_dates(writing) if _says(twin, value)), None)
        return text_parts(v2_datetime(str(value), writing, beside or {"extension": [mark]}), row)

    return back


def _birth_dates(writing: Writing) -> Iterator[Mapping[str, Any]]:
    """What stands beside the dates of birth."""
    for each in writing.originals.values():
        if each.get("resourceType") == "Patient" and isinstance(each.get("_birthDate"), dict):
            yield each["_birthDate"]


def _says(twin: Mapping[str, Any], value: Any) -> bool:
    """A time of birth as it is asked for, and more than it."""
    marks = twin.get("extension", ())
    return len(marks) > 1 and any(each.get("valueDateTime") == value for each in marks)


@inverse("time")
def _time(row: RowFacts) -> Inverse:
    return lambda value, _: text_parts(str(value).replace(":", ""), row)


@inverse("Period")
def _period(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        return period_parts(value, writing, 1, 2) or None

    return back


def validity_parts(holder: Any, writing: Writing, start: int, end: int, whole: int) -> Parts:
    """The same in the component that holds both (DR): before 2.5, or where it had stood in it."""
    is_odd = writing.as_it_was and _stood_in(holder, (whole,) if writing.version >= "2.5" else (start, end))
    if (writing.version >= "2.5") != is_odd:
        return period_parts(holder, writing, start, end)
    found = period_parts(holder, writing, 1, 2)
    return {key(whole, place >> 12): text for place, text in found.items()}


def _stood_in(holder: Any, components: tuple[int, ...]) -> bool:
    """An end of the Period was sent in one of the components, as its source path says."""
    marks = [holder.get(name, {}) for name in ("_start", "_end")] if isinstance(holder, dict) else []
    paths = (
        str(part.get("valueString", ""))
        for mark in marks
        for each in mark.get("extension", ())
        for part in each.get("extension", ())
        if part.get("url") == "path"
    )
    return any(path.split(".")[1:2] == [str(component)] for path in paths for component in components)


def period_parts(holder: Any, writing: Writing, start: int, end: int) -> Parts:
    """The two ends of a Period at two components, taken out of it."""
    found: Parts = {}
    if isinstance(holder, dict):
        for element, component in (("start", start), ("end", end)):
            if element in holder:
                text = v2_datetime(str(holder.pop(element)), writing, holder.pop("_" + element, None))
                if text:
                    found[key(component)] = text
    return found


@inverse("Annotation")
def _annotation(row: RowFacts) -> Inverse:
    return lambda value, writing: (
        whole_parts(value.pop("text", None), row, writing) if isinstance(value, dict) else None
    )


@inverse("reference-range")
def _reference_range(row: RowFacts) -> Inverse:
    return lambda value, writing: (
        whole_parts(value.pop("text", None), row, writing) if isinstance(value, dict) else None
    )


@inverse("Quantity")
def _quantity(row: RowFacts) -> Inverse:
    def back(value: Any, _: Writing) -> Parts | None:
        if not isinstance(value, dict) or "value" not in value:
            return None
        found = {key(1): number_text(value.pop("value"))}
        unit = value.pop("unit", "")
        if unit:
            found[key(2)] = unit
        return found

    return back


@inverse("Money")
def _money(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or "value" not in value:
            return None
        composite = row.segment in ("IN1",)
        found = {key(1): number_text(value.pop("value"))}
        currency = value.pop("currency", "")
        if currency:
            found[key(1, 2) if composite else key(2)] = currency
        return found

    return back


@inverse("days")
def _days(row: RowFacts) -> Inverse:
    return lambda value, _: text_parts(number_text(value.pop("value")), row) if isinstance(value, dict) else None
