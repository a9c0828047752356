"""Hypothesis strategies made from the map rows: a row added to the map is tested the day it is added.

Each conversion names the shape of its field; a row's strategy is that shape at the row's place.
"""

from __future__ import annotations

from hypothesis import strategies as st

from vrfhir.mappers.rows import Flavour, Row, load_maps
from vrfhir.mappers.vocabulary import code_map, table_codes

__all__ = ["NOT_GENERATED", "ROWS", "field_text", "segment_text"]

_WORD = st.text("abcdefghijklmnopqrstuvwxyzABCDEFG0123456789äßé-'", min_size=1, max_size=12).filter(
    lambda t: t.strip("-'")
)
_CODE = st.text("ABCDEFGHJK0123456789", min_size=1, max_size=8)
_DAY = st.dates().filter(lambda day: 1900 < day.year < 2100).map(lambda day: day.strftime("%Y%m%d"))
_MOMENT = st.datetimes().filter(lambda m: 1971 < m.year < 2100).map(lambda m: m.strftime("%Y%m%d%H%M%S+0000"))
_DIGITS = st.integers(1, 999999).map(str)


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("^".join)


_EMPTY = st.just("")
_NAME = _joined(_WORD, _WORD, st.one_of(_EMPTY, _WORD), _EMPTY, st.sampled_from(["", "Dr", "Mx"]))
_PERSON = _joined(
    _DIGITS, _WORD, _WORD, _EMPTY, _EMPTY, st.sampled_from(["", "Dr"]), _EMPTY, _EMPTY, st.sampled_from(["GMC", "NMC"])
)
_ADDRESS = _joined(
    _WORD, _EMPTY, _WORD, _EMPTY, _WORD, st.sampled_from(["GBR", "FRA"]), st.sampled_from(["H", "O", ""])
)
_PHONE = _joined(st.integers(10**6, 10**10).map(str), st.sampled_from(["PRN", "WPN"]), st.just("PH"))
_CX = _joined(_CODE, _EMPTY, _EMPTY, st.sampled_from(["RXX01", "LAB"]), st.sampled_from(["", "MR", "AN"]))
_EI = _joined(_CODE, st.sampled_from(["", "RXX01"]))
_CWE = _joined(_CODE, _WORD, st.sampled_from(["SCT", "I10", "99LOC", ""]))
_ORGANISATION = _joined(_WORD, _EMPTY, _EMPTY)
_PLACE = _joined(_WORD, _WORD, st.one_of(_EMPTY, _CODE))

SHAPES: dict[str, st.SearchStrategy[str]] = {
    "string": _WORD,
    "error-location": st.sampled_from(["PID^1^5", "RF1^1", "OBX^2^5^1^1^2"]),
    "error-issue": st.sampled_from(
        ["PID^1^5^101&Required field missing&HL70357", "RF1^1^^207", "^^^102&&HL70357&X-1&&99T"]
    ),
    "part": _WORD,
    "concept-text": _WORD,
    "Annotation": _WORD,
    "open-note": _WORD,
    "name-text": _WORD,
    "birth-place": _WORD,
    "reference-range": _WORD,
    "display-coding": _WORD,
    "sub-id": _CODE,
    "text-identifier": _CODE,
    "fhir-id": _CODE,
    "boolean": st.sampled_from(["Y", "N"]),
    "positiveInt": st.integers(1, 500).map(str),
    "decimal": _DIGITS,
    "days": st.integers(1, 90).map(str),
    "Quantity": _joined(_DIGITS, st.sampled_from(["h", "d"])),
    "Money": st.integers(1, 99999).map(str),
    "date": _DAY,
    "birth-time": _DAY,
    "dateTime": st.one_of(_DAY, _MOMENT),
    "instant": _MOMENT,
    "HumanName": _NAME,
    "Address": _ADDRESS,
    "address-text": _WORD,
    "ContactPoint": _PHONE,
    "Identifier": _CX,
    "patient-identifier": _CX,
    "EntityIdentifier": _EI,
    "logical-reference": _EI,
    "licence": _CODE,
    "CodeableConcept": _CWE,
    "service-type": _CWE,
    "language-concept": st.sampled_from(["EN", "FR", "PL"]),
    "language": st.sampled_from(["EN", "FR"]),
    "country": st.just("GBR"),
    "version": st.sampled_from(["2.4", "2.5.1", "2.5+", "V2.4"]),
    "Practitioner": _PERSON,
    "Organization": _ORGANISATION,
    "organization-parts": _ORGANISATION,
    "Location": _PLACE,
    "location-parts": _PLACE,
    "practitioner-identifier": _joined(_DIGITS, st.sampled_from(["GMC", "HCPC"])),
    "producer": _joined(_CODE, _WORD),
    "data-dictionary": st.integers(1, 97).map(lambda n: f"{n:02}"),
    "ethnic-category": st.sampled_from(["A", "B", "Z"]),
    "nhs-number-status": st.sampled_from(["NSTS01", "NSTS04"]),
    "business-status": st.sampled_from(["A^Accepted^HL70283", "R^Rejected^HL70283", "X1^Other^99LOC"]),
    "pending-status": st.just("P^Pending^HL70283"),
    "voided": st.just("D"),
    "facility": st.sampled_from(["RXX01", "Northbank"]),
    "Period": st.tuples(_DAY, _DAY).map(lambda days: "^".join(sorted(days))),
    "Coding": _CWE,
    "facility-name": _WORD,
}
NOT_GENERATED = frozenset(
    {
        "selector", "value-type", "type-tag", "item-type", "document-type", "yes-no-words", "element-value", "element-name",
        "element-resource", "Attachment", "pointer", "observation-value", "observation-component", "unit", "endpoint",
        "message-identifier", "profile-tag", "facility-organization", "ndl-practitioner", "specimen-reference", "time",
        "minutes-unit", "resource-reference", "table-word", "as-patient", "pair-identifier", "pair-reference", "more-text", "opt", "data-dictionary-label",
    }
)  # fmt: skip
"""Conversions whose value depends on another field: their segments are drawn whole, in the tests of values."""


def _shape(row: Row) -> st.SearchStrategy[str]:
    if row.conversion == "code":
        return st.sampled_from(sorted(code for code in code_map(row.options["codes"]).codes if code.isalnum()))
    if row.conversion == "table-coding":
        return st.sampled_from(sorted(table_codes(row.options["table"])) or ["A"])
    return SHAPES[row.conversion]


@st.composite
def field_text(draw: st.DrawFn, row: Row) -> str:
    """ER7 text of the row's field with a value at the row's place."""
    text = draw(_shape(row))
    return "^" * (row.component - 1) + text if row.component else text


_REFERRAL = ("RF1", "PRD", "PID", "PD1", "NK1", "DG1", "AL1", "PR1", "PV1", "PV2", "ZU1", "ACC", "AUT", "IN1")
_SPECIAL = {"NK1": {3: "EMR^Employer^HL70063", 13: "Firm"}}


def _rows() -> list[tuple[str, Flavour, Row]]:
    return [
        (name, flavour, row)
        for name in _REFERRAL
        for flavour in load_maps()[name].flavours
        for row in flavour.rows
        if row.conversion not in NOT_GENERATED
    ]


ROWS = _rows()


def segment_text(flavour: Flavour, row: Row, text: str) -> str:
    """The segment of a form with one field."""
    fields = {1: "1"} if row.segment not in ("RF1", "PRD", "ACC", "AUT", "PD1", "PV2") else {}
    if row.segment == "NK1":
        fields |= _SPECIAL["NK1"] if flavour.name == "employer" else {2: "Kin^Next"}
    if row.segment == "RF1":
        fields |= {3: "18781004^^SCT", 6: "VR-1^RXX01"}
    if row.segment == "PRD":
        fields |= {1: "RP", 2: "Okafor^Amara"}
    if row.segment == "PID":
        fields |= {3: "9000004128^^^NHS^NH", 5: "Millward^John"}
    if row.segment == "PR1" and flavour.name == "done":
        fields |= {5: "20200101"}
    fields[row.field] = text
    return "|".join([row.segment, *(fields.get(number, "") for number in range(1, max(fields) + 1))])
