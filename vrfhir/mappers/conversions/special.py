"""Conversions that one or two rows need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vrfhir.hl7v2 import escapes
from vrfhir.hl7v2.reference import version_meant
from vrfhir.mappers.conversions.codes import taken_concept
from vrfhir.mappers.conversions.identifiers import identifier_type
from vrfhir.mappers.conversions.people import keys_of, practitioner_system
from vrfhir.mappers.conversions.primitives import fhir_decimal, fhir_text
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.conversions.times import as_sent
from vrfhir.mappers.conversions.vocational import ALREADY
from vrfhir.mappers.vocabulary import sender_system, table_codes, table_system
from vrfhir.terminology.registries import COUNTRIES_2, COUNTRIES_3, LANGUAGES

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context

__all__: list[str] = []

_COUNTRIES = "urn:iso:std:iso:3166"
_LANGUAGES = "urn:ietf:bcp:47"
_MINUTES = frozenset({"min", "mins", "minute", "minutes", "minute(s)", "m"})
_UNIT_SYSTEMS = frozenset({"ISO", "ISO+", "ANS+", "UCUM", "HL70272"})
_DATA_DICTIONARY = "https://vrfhir.org/fhir/sid/nhs-data-dictionary/"


@register("country")
def _country(row: RowFacts) -> Conversion:
    """MSH-17: an ISO 3166 code as a tag."""

    def convert(cell: Cell, _: Context) -> dict[str, Any] | None:
        code = cell.take(row.component or 1)
        return {"system": _COUNTRIES, "code": code} if code in COUNTRIES_2 or code in COUNTRIES_3 else None

    return convert


@register("version")
def _version(row: RowFacts) -> Conversion:
    """MSH-12: the version as a tag; a spelling of the sender's own stands beside it."""
    system, codes = table_system("0104"), table_codes("0104")

    def convert(cell: Cell, _: Context) -> dict[str, Any] | None:
        said = cell.peek(1)
        meant = version_meant(said)
        if meant not in codes:
            return None
        tag: dict[str, Any] = {"system": system, "code": meant}
        if meant != said:
            tag = {"extension": [as_sent(cell, said, 1, 1)], **tag}
        cell.take(1)
        return tag

    return convert


@register("fhir-id")
def _fhir_id(row: RowFacts) -> Conversion:
    """MSA-2 as MessageHeader.response.identifier, whose type ``id`` has few characters."""

    def convert(cell: Cell, _: Context) -> str | None:
        text = cell.take(row.component or 1)
        return text if re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", text) else None

    return convert


@register("language-concept")
def _language_concept(row: RowFacts) -> Conversion:
    """A language: the BCP 47 tag first, where the code is one, then what was sent."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        code = cell.peek(1)
        concept = taken_concept(cell, context)
        if concept is not None and code.lower() in LANGUAGES:
            tag = {"system": _LANGUAGES, "code": code.lower()}
            sent = concept.pop("coding", [])
            text = concept.pop("text", "") or next((c["display"] for c in sent if "display" in c), "")
            concept["coding"] = [tag, *(coding for coding in sent if "system" in coding)]
            if text:
                concept["text"] = text
        return concept

    return convert


@register("voided")
def _voided(row: RowFacts) -> Conversion:
    """DG1-21 ``D``: the diagnosis was entered in error. A and U say nothing about the condition."""

    def convert(cell: Cell, _: Context) -> dict[str, Any] | None:
        if cell.take(1) != "D":
            return None
        system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
        return {"coding": [{"system": system, "code": "entered-in-error"}]}

    return convert


@register("open-note")
def _open_note(row: RowFacts) -> Conversion:
    """Text that an earlier row could not place, as a note."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        if cell.settled:
            return None
        text = fhir_text(cell.whole())
        return {"text": text} if text else None

    return convert


@register("ndl-practitioner")
def _ndl_practitioner(row: RowFacts) -> Conversion:
    """NDL: the person of its first component (CNN: number, family name, given name …)."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        number, family, given = cell.take(1, 1), cell.take(1, 2), cell.take(1, 3)
        if not number and not family:
            return None
        resource: dict[str, Any] = {"resourceType": "Practitioner"}
        if number:
            system = practitioner_system(number, context) or sender_system(context.sender, cell.take(1, 9))
            resource["identifier"] = [{"system": system, "value": number}]
        name: dict[str, Any] = {"family": family} if family else {}
        givens = [text for text in (given, cell.take(1, 4)) if text]
        if givens:
            name["given"] = givens
        for element, part in (("suffix", 5), ("prefix", 6)):
            if cell.peek(1, part):
                name[element] = [cell.take(1, part)]
        if name:
            resource["name"] = [name]
        return context.named(resource, cell, *keys_of(resource)).reference

    return convert


@register("specimen-reference")
def _specimen_reference(row: RowFacts) -> Conversion:
    """EIP: the placer's number of a specimen that is not in the message, or the filler's."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        component = next((number for number in (1, 2) if cell.peek(number, 1)), 0)
        if not component:
            return None
        kind = identifier_type("PLAC" if component == 1 else "FILL")
        identifier: dict[str, Any] = {"type": kind, "value": cell.take(component, 1)}
        namespace = cell.take(component, 2)
        if namespace:
            identifier["system"] = sender_system(context.sender, namespace)
        return {"identifier": identifier}

    return convert


_CODE, _TERM, _NAME = (number << 12 | 1 for number in (1, 2, 3))
_ITEM_TYPES = {"override-reason": "ST", "wish-review-date": "DT"}


@register("item-type")
def _item_type(row: RowFacts) -> Conversion:
    """OBX-2 of a referral item: the type its extension has anyway."""

    def convert(cell: Cell, context: Context) -> str | None:
        item = context.segment.fields.get(3)
        code = item.at.get(_CODE, "") if item is not None and item.repetition == 1 else ""
        written = _ITEM_TYPES.get(code) or ("CE" if context.is_before_2_6 else "CWE")
        if cell.at.get(_CODE) != written:
            return None
        cell.taken.append(_CODE)
        return written

    return convert


@register("document-type")
def _document_type(row: RowFacts) -> Conversion:
    """OBX-2 of a document: ED has data, RP has none."""

    def convert(cell: Cell, context: Context) -> str | None:
        content = context.focus.get("content", [{}])[0].get("attachment", {})
        written = "ED" if "data" in content else "RP" if content else ""
        return cell.take(1) if cell.peek(1) == written else None

    return convert


@register("days")
def _days(row: RowFacts) -> Conversion:
    """A length of stay in days."""

    def convert(cell: Cell, _: Context) -> dict[str, Any] | None:
        value = fhir_decimal(cell.take(1))
        if value is None:
            return None
        return {"value": value, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d"}

    return convert


@register("data-dictionary")
def _data_dictionary(row: RowFacts) -> Conversion:
    """A code of an NHS Data Dictionary attribute that has no FHIR code system: the attribute makes the system."""
    system = _DATA_DICTIONARY + row.options["name"].lower().replace(" ", "-")

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        code = cell.take(1)
        if not re.fullmatch(r"\S+", code):
            return None
        concept: dict[str, Any] = {"coding": [{"system": system, "code": code}]}
        if cell.peek(2):
            concept["text"] = cell.take(2)
        return concept

    return convert


@register("yes-no-words")
def _yes_no_words(row: RowFacts) -> Conversion:
    """What stands beside Y or N and says the same again: ``Yes``, ``No``, the table."""

    def convert(cell: Cell, _: Context) -> bool | None:
        get, taken = cell.at.get, cell.taken
        code = get(_CODE, "")
        if code not in ("Y", "N"):
            return None
        if get(_TERM) == ("Yes" if code == "Y" else "No"):
            taken.append(_TERM)
        if get(_NAME) in ("HL70136", "HL70532"):
            taken.append(_NAME)
        return code == "Y"

    return convert


@register("minutes-unit")
def _minutes_unit(row: RowFacts) -> Conversion:
    """The unit of a duration that FHIR counts in minutes, when it says just that: how it was written stands beside it."""
    element = row.element.partition(".")[2]

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        appointment = context.shared.get("Appointment")
        if appointment is None or cell.peek(1).lower() not in _MINUTES:
            return None
        marks = appointment.resource.setdefault("_" + element, {}).setdefault("extension", [])
        for component in (1, 2, 3):
            text = cell.peek(component)
            if text and (text.lower() in _MINUTES if component < 3 else text.upper() in _UNIT_SYSTEMS):
                marks.append(as_sent(cell, escapes.encode(cell.take(component)), component, 1))
        return ALREADY

    return convert


@register("resource-reference")
def _resource_reference(row: RowFacts) -> Conversion:
    """CWE naming a room, device or group (AIG-3) as a Reference by number and name."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        code, words = cell.take(1), cell.take(2)
        reference: dict[str, Any] = {}
        if code:
            reference["identifier"] = {"system": sender_system(context.sender, cell.take(3)), "value": code}
        if words:
            reference["display"] = words
        return reference or None

    return convert


@register("more-text")
def _more_text(row: RowFacts) -> Conversion:
    """Text after what other segments put into the same element, on a line of its own."""
    element = row.element.partition(".")[2]

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        text = fhir_text(cell.whole())
        noted = context.current.get("Noted")
        if not text or noted is None:
            return None
        earlier = noted.place.resource.get(element)
        noted.place.resource[element] = f"{earlier}\n{text}" if earlier else text
        return ALREADY

    return convert


_DECISIONS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


@register("opt")
def _opt(row: RowFacts) -> Conversion:
    """A code of consent or dissent as the rule of a Consent, beside the code itself; anything else decides nothing."""
    system = _DATA_DICTIONARY + row.options["name"].lower().replace(" ", "-")
    decisions = dict.fromkeys(row.options["in"], "OPTIN") | dict.fromkeys(row.options["out"], "OPTOUT")

    def convert(cell: Cell, _: Context) -> dict[str, Any] | None:
        code = cell.take(1)
        if code not in decisions:
            return None
        codings = [{"system": _DECISIONS, "code": decisions[code]}, {"system": system, "code": code}]
        return {"coding": codings}

    return convert


@register("data-dictionary-label")
def _data_dictionary_label(row: RowFacts) -> Conversion:
    """A code of an attribute as a security label; ``0`` asks for none."""
    system = _DATA_DICTIONARY + row.options["name"].lower().replace(" ", "-")

    def convert(cell: Cell, _: Context) -> dict[str, Any] | None:
        code = cell.take(1)
        return {"system": system, "code": code} if re.fullmatch(r"\S+", code) and code != "0" else None

    return convert
