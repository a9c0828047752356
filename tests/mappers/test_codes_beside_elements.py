"""What FHIR's own code or type does not say again stands beside it, and comes back at its place without any note."""

from __future__ import annotations

import pytest
from mapped_messages import only

from vrfhir.hl7v2 import parse
from vrfhir.mappers import Mapping, to_fhir, to_hl7v2
from vrfhir.validation import Validator

HEAD = r"MSH|^~\&|LABSYS|Y99901|EHR|Y99902|20261116101700+0000||{kind}|C1|P|2.5.1|||{more}"
PATIENT = "PID|1||A1^^^LAB^MR||Millward^John||19790314|M"


def mapped(kind: str, *segments: str, more: str = "") -> Mapping:
    """A message in FHIR, free of errors."""
    found = to_fhir("\r".join([HEAD.format(kind=kind, more=more), *segments]).encode())
    assert [issue for issue in Validator().validate(found.bundle).issues if issue.is_error] == []
    return found


def outcomes(found: Mapping, path: str) -> set[str]:
    """What became of the values under a path."""
    return {entry.outcome for entry in found.ledger if entry.path.startswith(path)}


def written(found: Mapping, segment: str, field: int) -> str:
    """A field after the way back, by the elements alone."""
    message = parse(to_hl7v2(found.bundle, version="2.5.1", allow_loss=True).message)
    return next(each.field(field) for each in message.segments if each.name == segment)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (5, "Millward^John^^^^^LEGAL"),
        (11, "4 Mill Lane^^Northbank^^NB1 1AA^FRA^P"),
        (11, "4 Mill Lane^^Northbank^^NB1 1AA^FRA^^^^^^^^^^^^^Mx Okafor"),
        (13, "01632960001^ORN^PH"),
        (13, "01632960001^WPN^CP"),
        (13, "01632960001^PRN^SAT"),
        (13, "01632960001^PRN^PH^^^^^^after six"),
        (3, "A1^4^M11^LAB^MR"),
        (3, "A1^^^LAB^MR^Ward office&2.16.840.1.113883.19.4&ISO"),
        (3, "A1^^^LAB^MR^&12D4567890&CLIA"),
        (35, "C1^Canis^99LOC"),
    ],
)
def test_a_field_of_the_patient_comes_back_whole(field: int, text: str) -> None:
    fields = PATIENT.split("|") + [""] * 35
    fields[field] = text
    found = mapped("ADT^A08^ADT_A01", "EVN||20261116101700+0000", "|".join(fields), "PV1|1|O")
    assert outcomes(found, f"PID[1]-{field}[") == {"mapped"}
    assert written(found, "PID", field) == text


def test_a_pseudonym_is_an_anonymous_name() -> None:
    found = mapped(
        "ADT^A08^ADT_A01", "EVN||20261116101700+0000", PATIENT.replace("Millward^John", "^^^^^^S"), "PV1|1|O"
    )
    assert only(found.bundle, "Patient")["name"] == [{"use": "anonymous"}]
    assert written(found, "PID", 5) == "^^^^^^S"


def test_a_type_that_fhir_has_no_use_for_is_carried() -> None:
    found = mapped("ADT^A08^ADT_A01", "EVN||20261116101700+0000", PATIENT.replace("^John", "^John^^^^^B"), "PV1|1|O")
    assert outcomes(found, "PID[1]-5[1].7") == {"carried"}


def test_another_record_of_the_patient_is_a_link() -> None:
    found = mapped("ADT^A08^ADT_A01", "EVN||20261116101700+0000", PATIENT, "PD1||||||||||B2^^^LAB^MR", "PV1|1|O")
    patient = only(found.bundle, "Patient")
    other = {**patient["identifier"][0], "value": "B2"}
    assert patient["link"] == [{"other": {"identifier": other}, "type": "seealso"}]
    assert written(found, "PD1", 10) == "B2^^^LAB^MR"


def test_the_language_of_a_message_by_three_letters() -> None:
    found = mapped(
        "ADT^A08^ADT_A01", "EVN||20261116101700+0000", PATIENT, "PV1|1|O", more="AL|NE|GBR||ENG^English^99LOC"
    )
    head = only(found.bundle, "MessageHeader")
    assert head["language"] == "en"
    assert [each["valueCode"] for each in head["extension"] if "valueCode" in each] == ["never"]
    assert written(found, "MSH", 19) == "ENG^English^99LOC"
    assert written(found, "MSH", 16) == "NE"


ORDER = (
    "ORC|RE|P1^LAB",
    "OBR|1|P1^LAB|F1^LAB|600^Culture^99LOC||||||2^mL|77^Okafor^Amara||||||||||||20261116120000+0000|||F",
)


def test_a_collector_stands_in_the_specimen() -> None:
    collected = ORDER[1].replace("||||||2^mL|", "|||||2^mL|")
    found = mapped("ORU^R01^ORU_R01", PATIENT, ORDER[0], collected, "OBX|1|NM|1^Weight^99LOC||7|kg^^UCUM|||||F")
    specimen = only(found.bundle, "Specimen")
    assert specimen["collection"]["quantity"] == {"value": 2, "unit": "mL"}
    assert only(found.bundle, "DiagnosticReport")["specimen"][0]["reference"].startswith("urn:uuid:")
    assert written(found, "OBR", 10).startswith("77^Okafor^Amara")
    assert written(found, "OBR", 9) == "2^mL"


def test_a_charge() -> None:
    charge = "FT1|1|T1^^^LAB||20261101|20261102|CG|71045^X-ray^99LOC|||2|100&GBP"
    found = mapped("ORM^O01^ORM_O01", PATIENT, "ORC|NW|P1^LAB", "OBR|1|P1^LAB||600^Culture^99LOC", charge)
    item = only(found.bundle, "ChargeItem")
    assert item["status"] == "unknown"
    assert item["priceOverride"] == {"value": 100, "currency": "GBP"}
    assert outcomes(found, "FT1[1]") <= {"mapped", "ignored"}
    for field, text in ((4, "20261101"), (7, "71045^X-ray^99LOC"), (10, "2")):
        assert written(found, "FT1", field) == text


def test_the_unit_of_a_duration_keeps_its_text() -> None:
    schedule = (
        "SCH|1^LAB|2^LAB||||Add|Check|Normal|20|Min^Minutes^ISO+||7^Okafor^Amara|||^^^North&2.16.840.1.113883.19.5&ISO"
    )
    found = mapped("SIU^S12^SIU_S12", schedule, PATIENT, "RGS|1", "AIP|1||8^Reyes^Ana|N^Nurse^99LOC||||||||Booked")
    assert outcomes(found, "SCH[1]-10") == {"mapped"}
    assert written(found, "SCH", 10) == "Min^Minutes^ISO+"
    assert written(found, "SCH", 15) == "^^^North&2.16.840.1.113883.19.5&ISO"
    assert written(found, "AIP", 12) == "Booked"
