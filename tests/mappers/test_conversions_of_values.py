"""Codes, dates, names, addresses, telephone numbers and observations: what each becomes, and what it must not become."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from mapped_messages import DRIVER, only, resources

from vrfhir.hl7v2 import parse
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.mappers.conversions.primitives import fhir_decimal
from vrfhir.mappers.conversions.times import fhir_date, fhir_datetime, fhir_time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1979", ("1979", False)),
        ("197903", ("1979-03", False)),
        ("19790314", ("1979-03-14", False)),
        ("1979-03-14", ("1979-03-14", False)),
        ("202601151030", ("2026-01-15T10:30:00+00:00", True)),
        ("202607151030", ("2026-07-15T10:30:00+01:00", True)),
        ("20260115103059.1234", ("2026-01-15T10:30:59.1234+00:00", True)),
        ("2026011510+0215", ("2026-01-15T10:00:00+02:15", False)),
        ("202601151030-05", ("2026-01-15T10:30:00-05:00", False)),
        ("00000000", None),
        ("19790231", None),
        ("202613", None),
        ("2026011525", None),
        ("202601151030+9900", None),
        ("yesterday", None),
        ("١٩٧٩", None),
    ],
)
def test_dates(text: str, expected: tuple[str, bool] | None) -> None:
    assert fhir_datetime(text, "Europe/London") == expected


def test_parts_of_dates() -> None:
    assert fhir_date("197903141200") == "1979-03-14"
    assert (fhir_time("0930"), fhir_time("2500"), fhir_time("093059.5")) == ("09:30:00", None, "09:30:59.5")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", "7"),
        ("+7.50", "7.50"),
        ("-.5", "-0.5"),
        ("007", "7"),
        ("0", "0"),
        ("1e3", None),
        ("1,5", None),
        ("9" * 50, None),
    ],
)
def test_numbers_keep_their_digits(text: str, expected: str | None) -> None:
    value = fhir_decimal(text)
    assert value is None if expected is None else (value == Decimal(expected) and str(value) == expected)


def test_an_assumed_zone_is_marked_and_a_given_one_is_not(message: Any) -> None:
    assumed = to_fhir(message(PV1="")).bundle
    assert assumed["_timestamp"]["extension"][0]["valueString"] == "Europe/London"
    msh = r"MSH|^~\&|GPSYS|Y99901|||20261116101700+0000||REF^I12^REF_I12|C1|P|2.4|||||GBR"
    assert "_timestamp" not in to_fhir(message(MSH=msh)).bundle


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("20261116", False),
        ("20261116101700+0000", False),
        ("20261116101700", True),
        ("202611161017", True),
        ("202611161017+0000", True),
        ("2026111610-0500", True),
    ],
)
def test_what_was_sent_stands_beside_a_time_of_which_fhir_says_more(message: Any, text: str, filled: bool) -> None:
    bundle = to_fhir(message(f"DG1|1||^Pain||{text}")).bundle
    condition = only(bundle, "Condition")
    marks = condition.get("_onsetDateTime", {}).get("extension", [])
    sent = [part["valueString"] for mark in marks for part in mark.get("extension", ()) if part["url"] == "value"]
    assert sent == ([text] if filled else [])
    again = to_hl7v2(bundle, version="2.5.1")
    assert parse(again.message).value("DG1-5") == text


@pytest.mark.parametrize(("code", "priority"), [("R", "routine"), ("A", "asap"), ("S", "stat")])
def test_priorities_of_table_0280(message: Any, code: str, priority: str) -> None:
    request = only(to_fhir(message(RF1=f"RF1||{code}^^HL70280|18781004^^SCT|||VR-1")).bundle, "ServiceRequest")
    assert request["priority"] == priority
    original = request["_priority"]["extension"][0]["valueCodeableConcept"]["coding"][0]
    assert original == {"system": "http://terminology.hl7.org/CodeSystem/v2-0280", "code": code}


@pytest.mark.parametrize("code", ["U^Urgent^HL70280", "2WW^Two week wait^99TRUST", "MED^Medical^HL70280"])
def test_an_unknown_priority_is_no_priority(message: Any, code: str) -> None:
    mapping = to_fhir(message(RF1=f"RF1||{code}|18781004^^SCT|||VR-1"))
    request = only(mapping.bundle, "ServiceRequest")
    assert "priority" not in request
    assert "_priority" not in request
    assert "VR-V2-0520" in [issue.id for issue in mapping.issues]
    assert code.split("^")[0] in str(request["extension"])


@pytest.mark.parametrize(
    ("status", "trigger", "task", "business"),
    [
        ("P^Pending^HL70283", "I12", "requested", []),
        ("P^Waiting^HL70283", "I12", "requested", ["P"]),
        ("A", "I12", "accepted", ["accepted", "A"]),
        ("R", "I12", "rejected", ["declined", "R"]),
        ("E", "I12", "cancelled", ["E"]),
        ("NEW^New^LOCAL", "I12", "requested", ["NEW"]),
        ("P", "I14", "cancelled", ["P"]),
        ("A", "I14", "cancelled", ["A"]),
    ],
)
def test_the_referral_status_drives_the_task(
    message: Any, status: str, trigger: str, task: str, business: list[str]
) -> None:
    msh = rf"MSH|^~\&|GPSYS|Y99901|||20261116||REF^{trigger}^REF_I12|C1|P|2.4|||||GBR"
    mapping = to_fhir(message(MSH=msh, RF1=f"RF1|{status}||18781004^^SCT|||VR-1"))
    found = only(mapping.bundle, "Task")
    assert found["status"] == task
    assert [coding["code"] for coding in found.get("businessStatus", {}).get("coding", ())] == business
    assert {entry.outcome for entry in mapping.ledger if entry.segment == "RF1[1]" and entry.field == 1} == {"mapped"}


def test_pending_is_a_milestone_only_in_an_answer(message: Any) -> None:
    msh = r"MSH|^~\&|VRSYS|Y99902|||20261116||RRI^I12^RRI_I12|C1|P|2.4|||||GBR"
    task = only(to_fhir(message(MSH=msh, PRD="", RF1="RF1|P^Pending^HL70283||18781004^^SCT|||VR-1")).bundle, "Task")
    assert [coding["code"] for coding in task["businessStatus"]["coding"]] == ["received", "P"]


def test_a_diagnosis_of_a_visit_keeps_its_kind_there(message: Any) -> None:
    bundle = to_fhir(message("DG1|1||M54.5^^I10||20261005|A|||||||||2", "PV1|1|O")).bundle
    condition = only(bundle, "Condition")
    assert [each["coding"][0]["code"] for each in condition["category"]] == ["encounter-diagnosis"]
    (diagnosis,) = only(bundle, "Encounter")["diagnosis"]
    assert diagnosis["condition"]["reference"].endswith(condition["id"])
    assert ([coding["code"] for coding in diagnosis["use"]["coding"]], diagnosis["rank"]) == (["AD", "A"], 2)


def test_without_a_visit_the_kind_of_diagnosis_is_carried(message: Any) -> None:
    mapping = to_fhir(message("DG1|1||M54.5^^I10||20261005|W"))
    assert "category" not in only(mapping.bundle, "Condition")
    assert [entry.outcome for entry in mapping.ledger if entry.path == "DG1[1]-6[1].1.1"] == ["carried"]


def test_only_code_systems_that_exist_are_ours(message: Any) -> None:
    condition = only(to_fhir(message("DG1|1||x^X^vr-panel^job-demand^^vr-observation")).bundle, "Condition")
    assert [coding["system"] for coding in condition["code"]["coding"]] == [
        "https://vrfhir.org/fhir/sid/v2/Y99901/vr-panel",
        "https://vrfhir.org/fhir/CodeSystem/vr-observation",
    ]


def test_without_a_status_there_is_no_task(message: Any) -> None:
    assert resources(to_fhir(message()).bundle, "Task") == []


@pytest.mark.parametrize(
    ("code", "gender"), [("1", "male"), ("2", "female"), ("9", "unknown"), ("M", "male"), ("F", "female")]
)
def test_gender_by_hl7_and_nhs_codes(message: Any, code: str, gender: str) -> None:
    patient = only(to_fhir(message(PID=f"PID|1||9000004128^^^NHS^NH||A^B||19790314|{code}")).bundle, "Patient")
    assert patient["gender"] == gender
    assert ("_gender" in patient) == code.isdigit()
    if code in "12":
        coding = patient["_gender"]["extension"][0]["valueCodeableConcept"]["coding"][0]
        assert coding["system"].endswith("/NHSDataModelAndDictionary-PersonStatedGenderCode")


def test_a_county_is_the_district(message: Any) -> None:
    pid = "PID|1||9000004128^^^NHS^NH||A^B||||||^Flat 2^Testford^Testshire^ZZ99 3VZ^GBR^H"
    address = only(to_fhir(message(PID=pid)).bundle, "Patient")["address"][0]
    assert (address["district"], address["postalCode"], address["use"]) == ("Testshire", "ZZ99 3VZ", "home")
    assert address["line"] == ["Flat 2"]
    assert "additionalLocator" in str(address["_line"])


@pytest.mark.parametrize(
    ("xtn", "expected"),
    [
        ("01632 960101", {"system": "phone", "value": "01632 960101", "use": "home"}),
        ("07700 900417^PRS^CP", {"system": "phone", "value": "07700 900417", "use": "mobile"}),
        ("^NET^Internet^a@b.example.com", {"system": "email", "value": "a@b.example.com"}),
        ("a@b.example.com", {"system": "email", "value": "a@b.example.com", "use": "home"}),
        ("^WPN^PH^^44^1632^960101", {"system": "phone", "value": "44 1632 960101", "use": "work"}),
        ("^WPN^PH^^^^^^^^^(626)555-1234", {"system": "phone", "value": "(626)555-1234", "use": "work"}),
    ],
)
def test_telecoms(message: Any, xtn: str, expected: dict[str, str]) -> None:
    pid = f"PID|1||9000004128^^^NHS^NH||A^B||||||||{xtn}"
    found = only(to_fhir(message(PID=pid)).bundle, "Patient")["telecom"]
    assert [{name: value for name, value in each.items() if name not in ("_value", "id")} for each in found] == [
        expected
    ]


def test_the_parts_of_a_number_are_kept_apart(message: Any) -> None:
    pid = "PID|1||9000004128^^^NHS^NH||A^B||||||||^WPN^PH^^44^1632^960101"
    telecom = only(to_fhir(message(PID=pid)).bundle, "Patient")["telecom"][0]
    parts = {each["url"].rpartition("-")[2]: each["valueString"] for each in telecom["_value"]["extension"]}
    assert parts == {"country": "44", "area": "1632", "local": "960101"}


def test_a_code_its_table_does_not_have_is_the_senders_own(message: Any) -> None:
    condition = only(to_fhir(message("DG1|1||ZZ9^Odd^HL70052")).bundle, "Condition")
    assert condition["code"]["coding"][0]["system"] == "https://vrfhir.org/fhir/sid/v2/Y99901/HL70052"


def test_a_standard_code_keeps_the_senders_words_as_text(message: Any) -> None:
    condition = only(to_fhir(message("DG1|1||M54.5^Bad back^I10^X1^Rücken^99L")).bundle, "Condition")
    assert condition["code"] == {
        "coding": [
            {"system": "http://hl7.org/fhir/sid/icd-10", "code": "M54.5"},
            {"system": "https://vrfhir.org/fhir/sid/v2/Y99901/99L", "code": "X1", "display": "Rücken"},
        ],
        "text": "Bad back",
    }


@pytest.mark.parametrize(("action", "status"), [("A", None), ("U", None), ("D", "entered-in-error")])
def test_only_a_deleted_diagnosis_is_in_error(message: Any, action: str, status: str | None) -> None:
    condition = only(to_fhir(message(f"DG1|1||M54.5^Pain^I10{'|' * 18}{action}")).bundle, "Condition")
    found = condition.get("verificationStatus", {}).get("coding", [{}])[0].get("code")
    assert found == status


@pytest.mark.parametrize(
    ("obx", "element", "value"),
    [
        (
            "NM|x^X^99L||7.50|h/wk",
            "valueQuantity",
            {"value": Decimal("7.50"), "unit": "h/wk", "system": "http://unitsofmeasure.org", "code": "h/wk"},
        ),
        ("SN|x^X^99L||>=^7", "valueQuantity", {"value": Decimal("7"), "comparator": ">="}),
        ("SN|x^X^99L||^1^-^2", "valueRange", {"low": {"value": Decimal("1")}, "high": {"value": Decimal("2")}}),
        ("ST|x^X^99L||A & B", "valueString", "A & B"),
        ("TX|x^X^99L||one~two", "valueString", "one\ntwo"),
        ("DT|x^X^99L||20261116", "valueDateTime", "2026-11-16"),
        ("TM|x^X^99L||0930", "valueTime", "09:30:00"),
        ("DR|x^X^99L||20261116^20261213", "valuePeriod", {"start": "2026-11-16", "end": "2026-12-13"}),
        ("NM|x^X^99L||not a number", "valueString", "not a number"),
    ],
)
def test_observation_values_by_type(message: Any, obx: str, element: str, value: Any) -> None:
    observation = only(to_fhir(message("OBR|1|||P^Panel^99L", f"OBX|1|{obx}")).bundle, "Observation")
    assert observation[element] == value
    assert len([name for name in observation if name.startswith("value")]) == 1


def test_a_value_that_does_not_fit_its_type_is_reported(message: Any) -> None:
    mapping = to_fhir(message("OBR|1|||P^Panel^99L", "OBX|1|NM|x^X^99L||many"))
    assert "VR-V2-0522" in [issue.id for issue in mapping.issues]


def test_more_values_become_components(message: Any) -> None:
    observation = only(to_fhir(message("OBR|1|||P^P^99L", "OBX|1|NM|x^X^99L||60~120")).bundle, "Observation")
    assert observation["valueQuantity"]["value"] == 60
    assert [each["valueQuantity"]["value"] for each in observation["component"]] == [120]


def test_an_obx_without_obr_stands_alone_with_a_warning(message: Any) -> None:
    mapping = to_fhir(message("OBX|1|ST|x^X^99L||text"))
    assert "VR-V2-0530" in [issue.id for issue in mapping.issues]
    assert resources(mapping.bundle, "DiagnosticReport") == []


def test_a_document_is_checked_base64(message: Any) -> None:
    good = only(
        to_fhir(message("OBR|1|||P^P^99L", "OBX|1|ED|d^D^99L||^AP^PDF^Base64^JVBERg==")).bundle, "DocumentReference"
    )
    attachment = good["content"][0]["attachment"]
    assert (attachment["contentType"], attachment["size"], attachment["data"]) == ("application/pdf", 4, "JVBERg==")
    bad = to_fhir(message("OBR|1|||P^P^99L", "OBX|1|ED|d^D^99L||^AP^PDF^Base64^not*base64"))
    assert "VR-V2-0523" in [issue.id for issue in bad.issues]
    assert bad.ledger.unaccounted == []


def test_notes_go_to_what_they_follow(message: Any) -> None:
    bundle = to_fhir(
        message(
            "DG1|1||M54.5^Pain^I10",
            "NTE|1||on the diagnosis",
            "OBR|1|||P^P^99L",
            "OBX|1|ST|x^X^99L||t",
            "NTE|1||on the result",
            "PV1|1|O",
            "NTE|1||on the referral",
        )
    ).bundle
    for kind, text in (
        ("Condition", "on the diagnosis"),
        ("Observation", "on the result"),
        ("ServiceRequest", "on the referral"),
    ):
        assert [note["text"] for note in only(bundle, kind)["note"]] == [text]


@pytest.mark.parametrize(
    "nk1",
    ["NK1|1|Northway Ltd|EMR^Employer^HL70063", "NK1|1||||||E||||||Northway Ltd", "NK1|1||||||||||||Northway Ltd"],
)
def test_an_employer_is_an_organisation_and_never_a_clinical_one(message: Any, nk1: str) -> None:
    bundle = to_fhir(message(nk1)).bundle
    employer = next(each for each in resources(bundle, "Organization") if each.get("name") == "Northway Ltd")
    assert employer["meta"]["profile"] == ["https://vrfhir.org/fhir/StructureDefinition/VR-Employer"]
    assert "fhir.nhs.uk" not in str(employer)
    assert resources(bundle, "RelatedPerson") == []


def test_referral_items_become_extensions_of_the_prescription(message: Any) -> None:
    request = only(
        to_fhir(
            message(
                "OBR|1|||P^P^99L",
                "OBX|1|CE|support-level^^vr-referral-item||B^^vr-support-level||||||F",
                "OBX|2|CE|patient-wish^^vr-referral-item||not-now^^vr-patient-wish||||||F",
                "OBX|3|DT|wish-review-date^^vr-referral-item||20270201||||||F",
                "OBX|4|CE|intervention^^vr-referral-item||physiotherapy^^vr-intervention~careers-advice^^vr-intervention||||||F",
            )
        ).bundle,
        "ServiceRequest",
    )
    level, wish = request["extension"][0], request["extension"][1]
    assert level["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "B"
    assert [each["url"] for each in wish["extension"]] == ["wish", "reviewDate"]
    assert wish["extension"][1]["valueDate"] == "2027-02-01"
    assert [each["coding"][0]["code"] for each in request["orderDetail"]] == ["physiotherapy", "careers-advice"]


def test_providers_by_role(message: Any) -> None:
    bundle = to_fhir(
        message(
            "PRD|RT^^HL70286|Nair^Priya", "PRD|PP^^HL70286|Gp^One", "CTD|PR^^HL70131|Contact^Carl", "PRD|XX|Odd^One"
        )
    ).bundle
    request, patient = only(bundle, "ServiceRequest"), only(bundle, "Patient")
    roles = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    assert roles[request["requester"]["reference"]]["code"][0]["coding"][0]["code"] == "RP"
    assert roles[request["performer"][0]["reference"]]["code"][0]["coding"][0]["code"] == "RT"
    assert roles[patient["generalPractitioner"][0]["reference"]]["code"][0]["coding"][0]["code"] == "PP"
    assert len(only(bundle, "CareTeam")["participant"]) == 2


def test_the_job_title_stays_text_beside_its_occupation_code() -> None:
    job = next(
        each["valueCodeableConcept"]
        for each in resources(to_fhir(DRIVER.read_bytes()).bundle, "Observation")
        if "Employment" in str(each.get("meta"))
    )
    assert job["text"].startswith("Lorry driver")
    assert job["coding"] == [
        {
            "system": "https://vrfhir.org/fhir/sid/ons-soc-2020",
            "code": "8211",
            "display": "Heavy and large goods vehicle drivers",
        }
    ]


def test_the_time_of_a_birth_that_has_no_element_is_kept_as_sent(message: Any) -> None:
    person = only(to_fhir(message("NK1|1|Kin^Next|SPO|||||||||||||19620110045504")).bundle, "RelatedPerson")
    assert person["birthDate"] == "1962-01-10"
    (mark,) = person["_birthDate"]["extension"]
    assert mark["extension"][1]["valueString"] == "19620110045504"
    person = only(to_fhir(message("NK1|1|Kin^Next|SPO|||||||||||||19620110")).bundle, "RelatedPerson")
    assert "_birthDate" not in person
