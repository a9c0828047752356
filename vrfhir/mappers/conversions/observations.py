"""OBX-5 by OBX-2, and the units of OBX-6 (v2-to-FHIR guide, OBX[Observation]; FHIR R4 Observation.value[x])."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.codes import resolve_system, taken_concept
from vrfhir.mappers.conversions.primitives import fhir_decimal, fhir_text
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.conversions.times import put, taken_datetime, taken_period, taken_time
from vrfhir.mappers.conversions.vital_signs import takes_quantity, unit_code, vital_sign
from vrfhir.mappers.vocabulary import extension_urls, ucum_code

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context
    from vrfhir.terminology.vital_signs import Implied

__all__ = ["TEXT_TYPES", "VALUE_TYPE", "canonical_type"]

TEXT_TYPES = frozenset({"ST", "TX", "FT", ""})
_COMPARATORS = frozenset({"<", "<=", ">=", ">"})
_UCUM = "http://unitsofmeasure.org"
_TYPE = re.compile("[A-Z]{2,3}")
VALUE_TYPE = "https://vrfhir.org/fhir/sid/v2-value-type"
"""System of a tag that keeps OBX-2."""
_OLD = ("2.1", "2.2", "2.3", "2.4", "2.5")

Value = Callable[["Cell", "Context"], "dict[str, Any] | None"]


def canonical_type(resource: Mapping[str, Any], version: str) -> str:
    """The OBX-2 that would be written for an Observation's value; empty when it has none."""
    old = version.startswith(_OLD)
    quantity = resource.get("valueQuantity")
    if quantity is not None:
        return "SN" if "comparator" in quantity else "NM"
    for element, name in (
        ("valueCodeableConcept", "CE" if old else "CWE"),
        ("valueString", "ST"),
        ("valueTime", "TM"),
        ("valueRange", "SN"),
        ("valueRatio", "SN"),
        ("valuePeriod", "DR"),
    ):
        if element in resource:
            return name
    if "valueDateTime" in resource:
        return "DT" if len(resource["valueDateTime"]) == 10 else ("TS" if old else "DTM")
    return ""


def _number(cell: Cell, _: Context) -> dict[str, Any] | None:
    value = fhir_decimal(cell.take(1))
    return {"valueQuantity": {"value": value}} if value is not None else None


def _composite_quantity(cell: Cell, _: Context) -> dict[str, Any] | None:
    value = fhir_decimal(cell.take(1))
    if value is None:
        return None
    quantity: dict[str, Any] = {"value": value}
    if cell.peek(2):
        quantity["unit"] = cell.take(2)
    return {"valueQuantity": quantity}


def _structured(cell: Cell, _: Context) -> dict[str, Any] | None:
    """SN: comparator, number, separator or suffix, number."""
    comparator, separator = cell.peek(1), cell.peek(3)
    one, two = fhir_decimal(cell.peek(2)), fhir_decimal(cell.peek(4))
    if one is None or (comparator and comparator not in _COMPARATORS):
        return None
    if not separator and two is None:
        quantity: dict[str, Any] = {"value": one}
        cell.take(2)
        if comparator:
            quantity["comparator"] = cell.take(1)
        return {"valueQuantity": quantity}
    if comparator or two is None or separator not in ("-", ":", "/"):
        return None
    for number in (2, 3, 4):
        cell.take(number)
    if separator == "-":
        return {"valueRange": {"low": {"value": one}, "high": {"value": two}}}
    return {"valueRatio": {"numerator": {"value": one}, "denominator": {"value": two}}}


def _range(cell: Cell, _: Context) -> dict[str, Any] | None:
    low, high = fhir_decimal(cell.take(1)), fhir_decimal(cell.take(2))
    found = {name: {"value": value} for name, value in (("low", low), ("high", high)) if value is not None}
    return {"valueRange": found} if found else None


def _moment(cell: Cell, context: Context) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    put(found, "valueDateTime", taken_datetime(cell, context, 1))
    return found or None


def _clock(cell: Cell, _: Context) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    put(found, "valueTime", taken_time(cell))
    return found or None


def _span(cell: Cell, context: Context) -> dict[str, Any] | None:
    period = taken_period(cell, context, 1, 2)
    return {"valuePeriod": period} if period else None


def _concept(cell: Cell, context: Context) -> dict[str, Any] | None:
    concept = taken_concept(cell, context)
    return {"valueCodeableConcept": concept} if concept else None


def _text(cell: Cell, context: Context) -> dict[str, Any] | None:
    text = fhir_text(cell.whole())
    return {"valueString": text} if text else None


_VALUES: Mapping[str, Value] = {
    "NM": _number,
    "CQ": _composite_quantity,
    "SN": _structured,
    "NR": _range,
    "DT": _moment,
    "TS": _moment,
    "DTM": _moment,
    "TM": _clock,
    "DR": _span,
    "CE": _concept,
    "CWE": _concept,
    "CNE": _concept,
    "CF": _concept,
    "IS": _concept,
    "ID": _concept,
}


def _value(cell: Cell, context: Context) -> dict[str, Any] | None:
    """``{valueX: …}`` of one repetition; what does not fit its type becomes text, with a finding."""
    kind = context.segment.value(2)
    reader = _VALUES.get(kind)
    if reader is None:
        return _text(cell, context)
    found = reader(cell, context)
    if found is None and cell.at:
        cell.release()
        context.report("VR-V2-0522", cell.first_path(), type=kind)
        found = _text(cell, context)
    return found


def _sign_value(cell: Cell, context: Context, found: Implied) -> dict[str, Any] | None:
    """The value of a vital sign: a number with a unit of its profile, whatever OBX-2 calls it; anything else stays open."""
    segment = context.segment
    kind = segment.value(2)
    unit = unit_code(segment.fields.get(6), found.sign.units) or _declared_unit(context)
    if not takes_quantity(found, unit):
        return None
    if kind in ("NM", "SN", "CQ"):
        value = _VALUES[kind](cell, context)
        if value is not None and "valueQuantity" in value:
            return value
        cell.release()
    elif kind and kind in TEXT_TYPES and cell is segment.fields[5] and cell.next is None and len(cell.at) == 1:
        number = fhir_decimal(cell.peek(1))
        if number is not None and str(number) == cell.peek(1):
            return _number(cell, context)
    return None


@register("observation-value")
def _observation_value(row: RowFacts) -> Conversion:
    """OBX-5 as the value, by its type; of a vital sign only what its profile has a place for."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        found = vital_sign(context.focus)
        value = _value(cell, context) if found is None else _sign_value(cell, context, found)
        if value is not None and context.partner.units:
            quantity, unit = value.get("valueQuantity"), _declared_unit(context)
            if quantity is not None and unit and "unit" not in quantity:
                quantity |= {"unit": unit, "_unit": _not_sent(context), "system": _UCUM, "code": unit}
        return value

    return convert


def _declared_unit(context: Context) -> str:
    """The unit that the partner file names for the code in OBX-3, when OBX-6 says none."""
    units, segment = context.partner.units, context.segment
    if not units or 6 in segment.fields:
        return ""
    for first in (1, 4):
        code, name = segment.value(3, first), segment.value(3, first + 2)
        if code and (unit := units.get((code, name)) or units.get((code, ""))):
            return unit
    return ""


def _not_sent(context: Context) -> dict[str, Any]:
    """Beside a unit that the sender did not send: OBX-6 was empty."""
    path = f"{context.segment.path}-6[1].1.1"
    parts = [
        {"url": "path", "valueString": path},
        {"url": "value", "valueString": "none"},
        {"url": "type", "valueCode": "none"},
    ]
    return {"extension": [{"url": extension_urls()["v2-content"], "extension": parts}]}


@register("observation-component")
def _observation_component(row: RowFacts) -> Conversion:
    """A further repetition of OBX-5: a component (which must not repeat the observation's code: obs-7)."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        if context.segment.fields[5].settled is None and vital_sign(context.focus) is not None:
            return None  # carried, as the first one is
        value = _value(cell, context)
        return {"code": {"text": f"Repetition {cell.repetition}"}, **value} if value else None

    return convert


@register("value-type")
def _value_type(row: RowFacts) -> Conversion:
    """OBX-2 says no more than the type of the value that was placed: taken when it would be written again."""

    def convert(cell: Cell, context: Context) -> str | None:
        written = canonical_type(context.focus, context.message.version)
        return cell.take(1) if written and cell.peek(1) == written else None

    return convert


@register("type-tag")
def _type_tag(row: RowFacts) -> Conversion:
    """OBX-2 that is not the type which would be written (``TX``, ``CE`` where CWE is usual): kept as a tag."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        if cell.settled or not _TYPE.fullmatch(cell.peek(1)):
            return None
        return {"system": VALUE_TYPE, "code": cell.take(1)}

    return convert


@register("unit")
def _unit(row: RowFacts) -> Conversion:
    """CWE or CE of OBX-6 as the unit of a Quantity; code and system only for UCUM."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        code, term, system = cell.peek(1), cell.peek(2), cell.peek(3)
        if (not code and not term) or "valueQuantity" not in context.focus:
            return None
        if code and system.upper() == "UCUM":
            found = vital_sign(context.focus)
            meant = unit_code(cell, found.sign.units) if found is not None else code
            if meant != code:
                return {"unit": cell.take(1), "system": _UCUM, "code": meant}
            context.names[cell.take(3)] = _UCUM
            unit: dict[str, Any] = {"unit": cell.take(2) or code, "system": _UCUM, "code": cell.take(1)}
            return unit
        unit = {"unit": cell.take(2) if term and not code else cell.take(1)}
        ucum = ucum_code(unit["unit"])
        if ucum:
            if ucum == code and term:
                unit["unit"] = cell.take(2)
            return {**unit, "system": _UCUM, "code": ucum}
        if system and code and not any(mark.isspace() for mark in code):
            uri, derivable = resolve_system(context, system, code, "")
            unit |= {"unit": cell.take(2) or code, "system": uri, "code": cell.take(1)}
            if derivable:
                context.names[cell.take(3)] = uri
        return unit

    return convert


@register("reference-range")
def _reference_range(row: RowFacts) -> Conversion:
    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        text = fhir_text(cell.whole())
        return {"text": text} if text else None

    return convert


@register("sub-id")
def _sub_id(row: RowFacts) -> Conversion:
    """OBX-4: tells observations of one code apart."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        value = fhir_text(cell.whole())
        return {"type": {"text": "observation sub-id"}, "value": value} if value else None

    return convert
