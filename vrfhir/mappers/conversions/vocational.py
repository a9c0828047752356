"""UK numbers of patients, and the statuses of a referral."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vrfhir.fhir.identifiers import SYSTEMS, nhs_number_is_valid, nhs_number_region
from vrfhir.mappers.conversions.codes import taken_concept
from vrfhir.mappers.conversions.identifiers import ALREADY, identifier_type, taken_identifier
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.records import Record
from vrfhir.mappers.vocabulary import code_map, sender_system, table_codes, table_system

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context

__all__ = ["ALREADY", "NHS_NUMBER"]

_STATUS = "https://vrfhir.org/fhir/CodeSystem/vr-referral-status"

NHS_NUMBER = SYSTEMS["nhs-number"]

_BETWEEN_DIGITS = re.compile(r"[\s\-]")
_TEN_DIGITS = re.compile(r"[0-9]{10}")
_BY_REGION = {"scotland": SYSTEMS["chi"], "northern-ireland": SYSTEMS["hc-number"]}
_ENGLISH = frozenset({"england-wales-iom", "test"})


_MERGED = "MRG"
"""Its numbers are those of the record that is replaced. The patient's own number finds the patient, so there it is carried only."""
_NUMBER, _AUTHORITY, _AUTHORITY_ID, _TYPE = 1 << 12 | 1, 4 << 12 | 1, 4 << 12 | 2, 5 << 12 | 1


def _is_marked(cell: Cell, context: Context, system: str) -> bool:
    return system == NHS_NUMBER or cell.peek(5) in context.partner.nhs_number_types


@register("patient-identifier")
def _patient_identifier(row: RowFacts) -> Conversion:
    """CX of a patient, read by the rules for NHS numbers: authority NHS, type NH, or an unmarked number that can be no other.

    A number in the Scottish or Northern Irish range is never called an NHS number, whatever its mark says.
    """
    kind_code = row.options.get("type", "")

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        at = cell.at
        raw = at.get(_NUMBER)
        if not raw:
            return None
        number = raw if raw.isalnum() else _BETWEEN_DIGITS.sub("", raw)
        authority = context.partner.system("patient", at.get(_AUTHORITY, ""), at.get(_AUTHORITY_ID, ""))
        unmarked = _AUTHORITY not in at and _AUTHORITY_ID not in at and _TYPE not in at
        marked = _is_marked(cell, context, authority) and authority in ("", NHS_NUMBER)
        if not marked and not (unmarked and nhs_number_is_valid(number) and nhs_number_region(number) in _ENGLISH):
            identifier = taken_identifier(cell, context, "patient", sender_system(context.sender))
            if identifier is not None and kind_code and "type" not in identifier:
                identifier = {"type": identifier_type(kind_code, inferred=True), **identifier}
            return identifier
        return _nhs_number(row, cell, context, number)

    return convert


def _nhs_number(row: RowFacts, cell: Cell, context: Context, number: str) -> dict[str, Any] | None:
    path = cell.origin
    identifier = taken_identifier(cell, context, "patient")
    if identifier is None:
        return None
    if not _TEN_DIGITS.fullmatch(number):
        context.report("VR-V2-0511", path)
        return {**identifier, "system": sender_system(context.sender, cell.peek(4, 1))}
    region = nhs_number_region(number)
    system = _BY_REGION.get(region, NHS_NUMBER)
    if system != NHS_NUMBER:
        context.report("VR-V2-0512", path, region=region)
    if not nhs_number_is_valid(number):
        context.report("VR-V2-0510", path)
    identifier["system"], identifier["value"] = system, number
    known = context.shared.get("NhsNumber")
    if cell.segment.name == _MERGED:
        is_the_patients = known is not None and known.resource.get("value") == number
        return None if is_the_patients else identifier
    if system == NHS_NUMBER:
        if known is not None and known.resource.get("value") == number:
            return ALREADY
        if known is not None:
            context.report("VR-V2-0513", path)
        else:
            patient = context.shared.get("Patient")
            context.shared["NhsNumber"] = Record(
                identifier, "NhsNumber", path, patient.full_url if patient is not None else ""
            )
    return identifier


@register("nhs-number-status")
def _nhs_number_status(row: RowFacts) -> Conversion:
    """PID-32 ``NSTS01`` … ``NSTS08``, or the plain code; other repetitions say something else (UK: no fixed places)."""
    codes = code_map("nhs-number-status")

    def convert(cell: Cell, _: Context) -> dict[str, Any] | None:
        code = codes.codes.get(cell.take(1))
        return {"coding": [{"system": codes.system, "code": code}]} if code else None

    return convert


@register("ethnic-category")
def _ethnic_category(row: RowFacts) -> Conversion:
    """PID-22 with a code of the NHS Data Dictionary; the tables of other countries have no UK element."""
    codes = code_map("ethnic-category")

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        code = cell.peek(1)
        if not context.uk or code not in codes.codes or cell.peek(3).upper().startswith("HL7"):
            return None
        concept: dict[str, Any] = {"coding": [{"system": codes.system, "code": cell.take(1)}]}
        if cell.peek(2):
            concept["text"] = cell.take(2)
        return concept

    return convert


@register("service-type")
def _service_type(row: RowFacts) -> Conversion:
    """RF1-3 as the service asked for: any code but those of table 0281, which names a kind of performer."""
    return lambda cell, context: taken_concept(cell, context)


@register("pending-status")
def _pending_status(row: RowFacts) -> Conversion:
    """RF1-1 ``P`` of a request, in its table's own words: what the Task status says, and no more."""

    words = (("P",), (table_codes("0283")["P"],), ("HL70283", "0283"))
    said = {number << 12 | 1: texts for number, texts in enumerate(words, 1)}

    def convert(cell: Cell, context: Context) -> str | None:
        at = cell.at
        if at.get(_NUMBER) != "P" or context.is_response or context.trigger not in ("I12", "I13"):
            return None
        for key, text in at.items():
            if text not in said.get(key, ()):
                return None
        cell.taken.extend(at)
        return "requested"

    return convert


_MILESTONES = {"P": "received", "A": "accepted", "R": "declined"}
"""Table 0283 as milestones; ``P`` is one only in an answer, where the service speaks."""


@register("business-status")
def _business_status(row: RowFacts) -> Conversion:
    """RF1-1 as sent, beside the milestone it stands for."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        if cell.settled:
            return None
        concept = taken_concept(cell, context, "0283")
        if concept is None:
            return None
        coding = concept.get("coding", [{}])[0]
        code = coding.get("code", "") if coding.get("system") == table_system("0283") else ""
        said = any(each.get("system") == _STATUS for each in concept.get("coding", ()))
        if not said and code in _MILESTONES and context.trigger != "I14" and (code != "P" or context.is_response):
            concept["coding"].insert(0, {"system": _STATUS, "code": _MILESTONES[code]})
        return concept

    return convert
