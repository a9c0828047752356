"""Back to v2: OBX-5 with its type and units, and documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.observations import TEXT_TYPES, canonical_type
from vrfhir.mappers.vocabulary import code_map, extension_urls, ucum_code
from vrfhir.mappers.writing.codes import concept_parts
from vrfhir.mappers.writing.primitives import apart, number_text, period_parts, v2_datetime, v2_time
from vrfhir.mappers.writing.registry import Inverse, Parts, inverse, key

if TYPE_CHECKING:
    from vrfhir.mappers.conversions.registry import RowFacts
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["value_parts"]

_UCUM = "http://unitsofmeasure.org"


def value_parts(holder: dict[str, Any], writing: Writing) -> tuple[str, Parts] | None:
    """(OBX-2, OBX-5) of the ``value[x]`` in a holder, taken out of it; units stay. None when v2 has no type for it.

    ``writing.kind`` is the type it came in, when that is known.
    """
    kind = writing.kind or canonical_type(holder, writing.version)
    quantity = holder.get("valueQuantity")
    if isinstance(quantity, dict) and "value" in quantity:
        number = number_text(quantity.pop("value"))
        if kind == "SN" or "comparator" in quantity:
            return "SN", {**({key(1): quantity.pop("comparator")} if "comparator" in quantity else {}), key(2): number}
        if kind == "CQ" and "unit" in quantity:
            return kind, {key(1): number, key(2): quantity.pop("unit")}
        return kind, {key(1): number}
    if "valueCodeableConcept" in holder:
        found = concept_parts(holder.pop("valueCodeableConcept"), writing)
        return (kind, found) if found else None
    for element in ("valueString", "valueTime", "valueDateTime"):
        if element in holder:
            twin = holder.pop("_" + element, None)
            text = str(holder.pop(element))
            if element == "valueString" and writing.kind not in TEXT_TYPES:
                return kind, apart(text)
            if element == "valueTime":
                text = v2_time(text, twin)
            elif element == "valueDateTime":
                text = v2_datetime(text, writing, twin)
            return (kind, {key(1): text}) if text else None
    if "valueRange" in holder or "valueRatio" in holder:
        one, two, mark = ("low", "high", "-") if "valueRange" in holder else ("numerator", "denominator", ":")
        both = holder.pop("valueRange" if mark == "-" else "valueRatio")
        numbers = [both.get(each, {}).get("value") for each in (one, two)]
        if mark == "-" and None in numbers:
            return "NR", {key(1 + place): number_text(n) for place, n in enumerate(numbers) if n is not None}
        if None in numbers:
            return None
        return kind, {key(2): number_text(numbers[0]), key(3): mark, key(4): number_text(numbers[1])}
    if "valuePeriod" in holder:
        found = period_parts(holder["valuePeriod"], writing, 1, 2)
        return (kind, found) if found else None
    return None


def unit_parts(quantity: dict[str, Any], writing: Writing) -> Parts | None:
    """OBX-6 of a Quantity, taken out of it: code, text and the name of the system, or the unit as it was written.

    A unit that only the partner file named was not sent.
    """
    if any(
        each.get("url") == extension_urls()["v2-content"] for each in quantity.get("_unit", {}).get("extension", ())
    ):
        for name in ("unit", "_unit", "system", "code"):
            quantity.pop(name, None)
        return None
    unit, system, code = quantity.pop("unit", ""), quantity.pop("system", ""), quantity.pop("code", "")
    if code and system == _UCUM:
        if ucum_code(unit) == code and unit != code:
            return {key(1): unit}
        found = {key(1): code, key(3): "UCUM"}
        if unit and unit != code:
            found[key(2)] = unit
        return found
    if code and system:
        parts = {key(1): code, key(3): writing.coding_name(system) or system}
        return parts | ({key(2): unit} if unit and unit != code else {})
    return {key(1): unit} if unit else None


@inverse("observation-value")
def _observation_value(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        found = value_parts(value, writing) if isinstance(value, dict) else None
        if found is None:
            return None
        writing.kind = found[0]
        return found[1]

    return back


@inverse("observation-component")
def _observation_component(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or not str(value.get("code", {}).get("text", "")).startswith("Repetition "):
            return None
        value.pop("code")
        found = value_parts(value, writing)
        return found[1] if found else None

    return back


@inverse("unit")
def _unit(row: RowFacts) -> Inverse:
    return lambda value, writing: unit_parts(value, writing) if isinstance(value, dict) else None


@inverse("value-type")
@inverse("item-type")
@inverse("document-type")
@inverse("selector")
def _said_elsewhere(row: RowFacts) -> Inverse:
    """Written with the value whose row it belongs to, never by itself."""
    return lambda value, _: None


@inverse("open-note")
def _open_note(row: RowFacts) -> Inverse:
    """Only a note that is marked as this field's."""

    def back(value: Any, _: Writing) -> Parts | None:
        text = value.pop("text", "") if isinstance(value, dict) else ""
        return {key(1): text} if text else None

    return back


_TYPES = {"application": "AP", "image": "IM", "text": "TX", "audio": "AU"}


@inverse("Attachment")
def _attachment(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or not value.get("data"):
            return None
        found = {key(4): "Base64", key(5): value.pop("data")}
        writing.kind = "ED"
        words = value.pop("title", "").split(" ") if value.get("title") else []
        kind = value.pop("contentType", "")
        known = code_map("mime-type")
        if len(words) in (2, 3) and known.codes.get(words[-1].upper()) == kind:
            texts = (words[0] if len(words) == 3 else "", words[-2], words[-1])
            found.update({key(number): text for number, text in enumerate(texts, 1) if text})
            words = []
        elif kind:
            main, _, subtype = kind.partition("/")
            found[key(2)] = _TYPES.get(main, main.upper())
            found[key(3)] = next(
                (code for code in known.codes if known.codes[code] == kind and "/" not in code), subtype
            )
        if words:
            value["title"] = " ".join(words)
        for name in ("size", "hash"):
            value.pop(name, None)
        return found

    return back


def _address(value: dict[str, Any]) -> Parts | None:
    """Where a document lies and its type: RP has no place for a title."""
    url, kind = value.pop("url", ""), value.get("contentType", "")
    if not url:
        return None
    main, _, subtype = kind.partition("/")
    codes = code_map("mime-type").codes
    words = next((code for code in codes if codes[code] == kind and "/" not in code), subtype) if kind else ""
    found = {key(1): url, key(3): _TYPES.get(main, main.upper()), key(4): words}
    return {place: text for place, text in found.items() if text}


@inverse("pointer")
def _pointer(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or "data" in value or not (value.get("url") or value.get("title")):
            return None
        writing.kind = "RP"
        if not writing.from_v2:
            return _address(value)
        url, words = value.pop("url", ""), value.pop("title", "")
        texts = [url, *words.split(" ")] if url else [words]
        value.pop("contentType", None)
        return {key(number): text for number, text in enumerate(texts[:4], 1) if text}

    return back
