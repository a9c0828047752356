"""Strings, numbers, booleans and codes of one component."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from vrfhir.fhir.json import decimal
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.paths import Primitive
from vrfhir.mappers.vocabulary import extension_urls
from vrfhir.terminology.registries import COUNTRIES_2, CURRENCIES, LANGUAGES

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context

__all__ = ["fhir_decimal", "fhir_text"]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LONGEST_NUMBER = 40
_LANGUAGES = {
    "ara": "ar", "ben": "bn", "ces": "cs", "chi": "zh", "cym": "cy", "deu": "de", "dut": "nl", "eng": "en", "fas": "fa", "fra": "fr",
    "fre": "fr", "ger": "de", "gla": "gd", "gle": "ga", "guj": "gu", "hin": "hi", "hun": "hu", "ita": "it", "jpn": "ja", "kor": "ko",
    "lav": "lv", "lit": "lt", "nld": "nl", "nor": "no", "pan": "pa", "pol": "pl", "por": "pt", "ron": "ro", "rum": "ro", "rus": "ru",
    "slk": "sk", "som": "so", "spa": "es", "swe": "sv", "tur": "tr", "ukr": "uk", "urd": "ur", "vie": "vi", "wel": "cy", "zho": "zh",
}  # fmt: skip
"""ISO 639-2 codes (both kinds) of languages that have a shorter one in ISO 639-1, which BCP 47 asks for."""


def fhir_decimal(text: str) -> Decimal | None:
    """NM as a FHIR decimal, digits kept; None when it is no number."""
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return None
    plain = text.lstrip("+")
    if plain.startswith((".", "-.")):
        plain = plain.replace(".", "0.", 1)
    sign = "-" if plain.startswith("-") else ""
    digits = plain.lstrip("-").lstrip("0")
    plain = sign + ("0" + digits if not digits or digits.startswith(".") else digits)
    try:
        return decimal(plain)
    except InvalidOperation:
        return None


def fhir_text(text: str) -> str | None:
    """Text as a FHIR string: without blanks around it, and None when nothing is left or it has control characters."""
    text = text.strip()
    if text.isprintable():
        return text or None
    return None if not text or _FORBIDDEN.search(text) else text


@register("string")
def _string(row: RowFacts) -> Conversion:
    component, subcomponent = row.component, row.subcomponent or 1
    if component:
        return lambda cell, _: fhir_text(cell.take(component, subcomponent))
    return lambda cell, context: fhir_text(cell.whole())


@register("part")
def _part(row: RowFacts) -> Conversion:
    """The first component only; what else the field holds stays open."""
    return lambda cell, _: fhir_text(cell.take(row.component or 1, row.subcomponent or 1))


@register("boolean")
def _boolean(row: RowFacts) -> Conversion:
    """HL7 table 0136: Y and N, nothing else."""

    def convert(cell: Cell, _: Context) -> bool | None:
        return {"Y": True, "N": False}.get(cell.take(row.component or 1))

    return convert


@register("positiveInt")
def _positive(row: RowFacts) -> Conversion:
    def convert(cell: Cell, _: Context) -> int | None:
        text = cell.take(row.component or 1)
        return int(text) if re.fullmatch(r"[1-9][0-9]{0,8}", text) else None

    return convert


@register("decimal")
def _decimal(row: RowFacts) -> Conversion:
    return lambda cell, _: fhir_decimal(cell.take(row.component or 1))


@register("language")
def _language(row: RowFacts) -> Conversion:
    """A language tag (BCP 47) from a code such as ``EN`` or ``en-US``; of ``ENG^English^ISO`` with all that beside it."""

    def convert(cell: Cell, context: Context) -> Primitive | str | None:
        code = cell.peek(row.component or 1)
        match = re.fullmatch(r"([A-Za-z]{2})(?:[-_]([A-Za-z]{2}))?", code)
        if match and (match[1].lower() not in LANGUAGES or (match[2] and match[2].upper() not in COUNTRIES_2)):
            return None
        if match is not None and (row.component or len(cell.at) == 1):
            cell.take(row.component or 1)
            return match[1].lower() + (f"-{match[2].upper()}" if match[2] else "")
        tag = match[1].lower() if match is not None else _LANGUAGES.get(code.lower())
        if tag is None or row.component:
            return None
        from vrfhir.mappers.conversions.codes import taken_concept

        return Primitive(
            tag, [{"url": extension_urls()["alternate-codes"], "valueCodeableConcept": taken_concept(cell, context)}]
        )

    return convert


@register("Annotation")
def _annotation(row: RowFacts) -> Conversion:
    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        text = fhir_text(cell.whole())
        return {"text": text} if text else None

    return convert


@register("Quantity")
def _quantity(row: RowFacts) -> Conversion:
    """CQ: number and unit."""

    def convert(cell: Cell, _: Context) -> dict[str, Any] | None:
        value = fhir_decimal(cell.take(1))
        if value is None:
            return None
        quantity: dict[str, Any] = {"value": value}
        unit = cell.take(2, 1)
        if unit:
            quantity["unit"] = unit
        return quantity

    return convert


@register("Money")
def _money(row: RowFacts) -> Conversion:
    """MO, or the price in CP.1."""

    def convert(cell: Cell, _: Context) -> dict[str, Any] | None:
        value = fhir_decimal(cell.take(1, 1))
        if value is None:
            return None
        money: dict[str, Any] = {"value": value}
        currency = cell.peek(1, 2) or cell.peek(2)
        if currency in CURRENCIES:
            money["currency"] = cell.take(1, 2) or cell.take(2)
        return money

    return convert
