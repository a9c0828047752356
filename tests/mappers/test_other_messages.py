"""ADT, SIU, MDM, ORU, ORM, OMG and ACK: read, accounted for, with the resources they are about."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from mapped_messages import only, resources, sample_paths
from test_bundle import references
from test_no_leaf_is_lost import survives, texts

from vrfhir import Validator
from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import parse
from vrfhir.issues import has_errors
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.mappers.other import SUPPORTED

PID = "PID|1||9000004128^^^NHS^NH||Millward^John||19790314|1"


def supported() -> list[Path]:
    found = []
    for path in sample_paths("*.hl7"):
        code, trigger = path.stem.split("-")[:2]
        if trigger in SUPPORTED.get(code, ()):
            found.append(path)
    return found


def made(message_type: str, *segments: str, version: str = "2.5.1") -> Any:
    head = rf"MSH|^~\&|PAS|RXX01|VR|Y99902|20261116101700||{message_type}|C1|P|{version}|||||GBR"
    return to_fhir(("\r".join((head, *segments)) + "\r").encode())


def test_the_number_of_the_patient_is_carried_beside_the_record_that_is_replaced() -> None:
    mapping = made("ADT^A40^ADT_A39", "EVN|A40|20261116", PID, "MRG|P-7^^^Y99901^MR~9000004128^^^NHS^NH")
    _, replaced = resources(mapping.bundle, "Patient")
    assert [each["value"] for each in replaced["identifier"]] == ["P-7"]
    assert {entry.outcome for entry in mapping.ledger if entry.path.startswith("MRG[1]-1[2]")} == {"carried"}
    assert b"MRG|P-7^^^Y99901^MR~9000004128^^^NHS^NH\r" in to_hl7v2(mapping.bundle, version="").message


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_an_error_of_an_old_version_is_the_same_issue_as_one_of_a_new_version(version: str) -> None:
    """ERR-1 (ELD) before 2.5, with all its repetitions, and ERR-2 and ERR-3 since: the same OperationOutcome."""
    details = "102{0}Data type error{0}HL70357{0}VR-REFERRAL-0003{0}Wrong check digit{0}99VRFHIR"
    head = r"MSH|^~\&|VRSYS|Y99902|GPSYS|Y99901|20261123||ACK^I12^ACK|1|P|"
    old = f"{head}{version}\rMSA|AE|C9\rERR|PID^1^3^{details.format('&')}~RF1^1^6^205&Duplicate&HL70357\r"
    new = f"{head}2.5.1\rMSA|AE|C9\rERR||PID^1^3|{details.format('^')}|E\rERR||RF1^1^6|205^Duplicate^HL70357|E\r"
    one, two = (only(to_fhir(text.encode()).bundle, "OperationOutcome")["issue"] for text in (old, new))
    assert one == [{name: value for name, value in issue.items() if name != "_code"} for issue in two]
    assert [each["code"] for each in one] == ["value", "duplicate"]
    assert [each["location"] for each in one] == [["PID^1^3"], ["RF1^1^6"]]


@pytest.mark.shared
@pytest.mark.skipif(not supported(), reason="the public sample messages are not here")
def test_every_sample_of_a_supported_type_is_accounted_for_to_the_last_value() -> None:
    leaves = mapped = found = 0
    for path in supported():
        mapping = to_fhir(path.read_bytes())
        assert mapping.ledger.unaccounted == [], path.name
        assert [entry.path for entry in mapping.ledger] == [leaf.path for leaf in parse(path.read_bytes()).leaves()], (
            path.name
        )
        full_urls = {entry["fullUrl"] for entry in mapping.bundle["entry"]}
        assert set(references(mapping.bundle)) <= full_urls, path.name
        everything = "\n".join(texts(mapping.bundle))
        for entry in mapping.ledger:
            kept = entry.outcome in ("mapped", "carried")
            leaves, mapped = leaves + kept, mapped + (entry.outcome == "mapped")
            found += kept and survives(entry, everything)
    assert len(supported()) >= 350
    assert found / leaves >= 0.97
    assert mapped / leaves >= 0.8


@pytest.mark.shared
@pytest.mark.skipif(not supported(), reason="the public sample messages are not here")
@pytest.mark.parametrize("path", [p for p in supported() if not p.stem.startswith("ORU")], ids=lambda path: path.stem)
def test_the_bundles_are_valid_and_read_by_fhir_resources(path: Path) -> None:
    bundle = to_fhir(path.read_bytes()).bundle
    issues = Validator().validate(bundle).issues
    assert not has_errors(issues)
    for entry in bundle["entry"]:
        resource = json.loads(json.dumps(entry["resource"], default=float))
        get_fhir_model_class(resource["resourceType"])(**resource)


@pytest.mark.parametrize("trigger", sorted(SUPPORTED["ADT"] - {"A40"}))
def test_adt_is_about_the_patient(trigger: str) -> None:
    bundle = made(f"ADT^{trigger}", "EVN||20261116101500|||U1^Nurse^Nora", PID, "PV1|1|O").bundle
    header = bundle["entry"][0]["resource"]
    patient = next(e for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    assert header["focus"] == [{"reference": patient["fullUrl"]}]
    assert only(bundle, "Encounter")["class"]["code"] == "AMB"
    assert resources(bundle, "ServiceRequest") == []


def test_a40_links_the_two_patients_and_deletes_none() -> None:
    bundle = made("ADT^A40^ADT_A39", PID, "MRG|P-1^^^RXX01^MR||||||Milward^Jon").bundle
    stays, goes = sorted(resources(bundle, "Patient"), key=lambda each: each.get("active") is False)
    assert goes["active"] is False
    assert goes["identifier"][0]["value"] == "P-1"
    assert [link["type"] for link in stays["link"] + goes["link"]] == ["replaces", "replaced-by"]


@pytest.mark.parametrize(
    ("trigger", "status"),
    [("S12", "booked"), ("S13", "booked"), ("S14", "booked"), ("S15", "cancelled"), ("S26", "noshow")],
)
def test_siu_is_an_appointment_whose_status_the_event_says(trigger: str, status: str) -> None:
    schedule = "SCH|A1|B1||||FOLLOWUP^Follow-up|CHECK|NORMAL|30|min|^^^20261201100000^20261201103000|||||||||||||Booked"
    bundle = made(
        f"SIU^{trigger}^SIU_S12",
        schedule,
        PID,
        "RGS|1",
        "AIS|1||VR1^Work assessment^L",
        "AIP|1||C1^Nair^Priya",
        "AIL|1||Room 4",
    ).bundle
    appointment = only(bundle, "Appointment")
    assert appointment["status"] == status
    assert appointment["start"] == "2026-12-01T10:00:00+00:00"
    assert appointment["minutesDuration"] == 30
    assert len(appointment["participant"]) == 3


def test_mdm_is_a_document_with_its_bytes() -> None:
    bundle = made(
        "MDM^T02^MDM_T02",
        "EVN|T02|20261116101500",
        PID,
        "PV1|1|O",
        "TXA|1|MED3^Fit note^L|AP|20261116|||||9900417^Okafor^Amara|||DOC-1^RXX01|||||AU||AV",
        "OBX|1|ED|MED3^Fit note^L||^application^pdf^Base64^JVBERi0xLjQK||||||F",
        "OBX|2|TX|NOTE^Note^L||May work from home||||||F",
    ).bundle
    document = only(bundle, "DocumentReference")
    attachment = document["content"][0]["attachment"]
    assert (attachment["contentType"], b64decode(attachment["data"])) == ("application/pdf", b"%PDF-1.4\n")
    assert (document["docStatus"], document["status"], document["masterIdentifier"]["value"]) == (
        "final",
        "current",
        "DOC-1",
    )
    assert "May work from home" in "\n".join(texts(bundle))


def test_oru_is_a_report_with_scores() -> None:
    bundle = made(
        "ORU^R01^ORU_R01",
        PID,
        "OBR|1|P1|F1|phq-9^PHQ-9^L|||20261116||||||||||||||||||F",
        "OBX|1|NM|44261-6^PHQ-9 total^LN||14|{score}^score^UCUM|||||F|||20261116",
    ).bundle
    report, score = only(bundle, "DiagnosticReport"), only(bundle, "Observation")
    assert report["status"] == score["status"] == "final"
    assert str(score["valueQuantity"]["value"]) == "14"
    assert bundle["entry"][0]["resource"]["focus"][0]["reference"].startswith("urn:uuid:")


@pytest.mark.parametrize("kind", ["ORM^O01^ORM_O01", "OMG^O19^OMG_O19"])
def test_an_order_keeps_both_numbers_and_its_control_code(kind: str) -> None:
    bundle = made(
        kind,
        PID,
        "ORC|NW|P1^RXX01|F1^LAB||IP||||20261116|||9900417^Okafor^Amara",
        "OBR|1|P1^RXX01|F1^LAB|VA^Vocational assessment^L|R",
        "NTE|1||Please before December",
    ).bundle
    order = only(bundle, "ServiceRequest")
    assert [each["value"] for each in order["identifier"]] == ["P1", "F1"]
    assert (order["status"], order["intent"], order["priority"]) == ("active", "order", "routine")
    assert "Vocational assessment" in json.dumps(order["code"])
    assert order["note"][0]["text"] == "Please before December"
    assert {"system": "http://terminology.hl7.org/CodeSystem/v2-0119", "code": "NW"} in order["meta"]["tag"]


def test_ack_is_a_response_with_its_errors() -> None:
    bundle = made("ACK^I12^ACK", "MSA|AE|C9", "ERR||PID^1^5|101^Required field missing^HL70357|E").bundle
    header, outcome = bundle["entry"][0]["resource"], only(bundle, "OperationOutcome")
    assert header["response"]["identifier"] == "C9"
    assert outcome["issue"][0]["code"] == "required"


@pytest.mark.parametrize("version", ["2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8", "2.8.1", "2.8.2"])
def test_every_version_is_read(version: str) -> None:
    assert only(made("ADT^A01", PID, version=version).bundle, "Patient")["gender"] == "male"


@pytest.mark.parametrize("kind", ["ADT^A02", "MDM^T01", "DFT^P03", "SIU^S17", "ORU^R30"])
def test_what_is_not_supported_is_refused(kind: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        made(kind, PID)
    assert refused.value.issues[0].id in ("VR-V2-0501", "VR-V2-0502")


@pytest.mark.parametrize("orderer", ["1234^Care^Ida^^^Dr^^^GMC", "1234", "^Care^Ida"])
def test_what_other_fields_say_of_a_practitioner_is_said_of_that_one(orderer: str) -> None:
    segments = [
        r"MSH|^~\&|LAB|RXX01|VRSYS|Y99902|20261116101700||ORU^R01^ORU_R01|C1|P|2.5.1|||||GBR",
        "PID|1||9000004128^^^NHS^NH||Millward^John||19790314|1",
        f"ORC|RE|P1|F1|||||||||{orderer}||||||||||||1 Example Road^^Testford",
        "OBR|1|P1|F1|718-7^Haemoglobin^LN|||20261116|||||||||||||||||F",
        "SPM|1|P1&LAB^F1||119297000^Blood^SCT|||||||||a note||||20261116",
    ]
    bundle = to_fhir("\r".join([*segments, ""]).encode()).bundle
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls)
    practitioner = only(bundle, "Practitioner")
    assert practitioner["address"][0]["city"] == "Testford"
    specimen = only(bundle, "Specimen")
    assert [each["value"] for each in specimen["identifier"]] == ["P1", "F1"]
    assert specimen["type"]["coding"][0]["code"] == "119297000"
    assert only(bundle, "DiagnosticReport")["specimen"][0]["reference"].endswith(specimen["id"])


@pytest.mark.parametrize("code", ["8302-2^Height^LN||170|cm", "29463-7^Weight^LN||81.5|kg", "8867-4^Pulse^LN||72|/min"])
def test_a_vital_sign_without_a_time_is_valid_and_comes_back(code: str) -> None:
    pid = "PID|1||9000004128^^^NHS^NH||Millward^John"
    source = (
        "MSH|^~\\&|PAS|RXX01|VRSYS|Y99902|20260704093015||ADT^A08^ADT_A01|C1|P|2.4|||||GBR\r"
        f"EVN|A08|20260704093000\r{pid}\rPV1|1|N\rOBX|1|NM|{code}|||||F\r"
    ).encode()
    bundle = to_fhir(source).bundle
    assert [issue for issue in Validator().validate(bundle).issues if issue.is_error] == []
    (observation,) = (e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Observation")
    assert list(observation["effectivePeriod"]) == ["extension"]
    assert to_hl7v2(to_fhir(source, exact=True).bundle, version="").message == source
    told = source.replace(b"|||||F\r", b"|||||F|||20260701\r")
    (observation,) = (
        e["resource"] for e in to_fhir(told).bundle["entry"] if e["resource"]["resourceType"] == "Observation"
    )
    assert "effectivePeriod" not in observation


@pytest.mark.parametrize(
    ("number", "name", "found"),
    [
        ("9000004136^^^NHS^NH", "Millward^John", ["VR-V2-0514"]),
        ("", "Other^Jane", ["VR-V2-0514"]),
        ("9000004128^^^NHS^NH", "Millward^Jon", []),
        ("P-7^^^RXX01^MR~9000004128^^^NHS^NH", "Millward^John", []),
    ],
)
@pytest.mark.parametrize("kind", ["ADT^A40^ADT_A39", "ORU^R01^ORU_R01", "SIU^S12^SIU_S12"])
def test_somebody_else_in_a_second_pid_is_an_error_of_content(
    kind: str, number: str, name: str, found: list[str]
) -> None:
    first = "PID|1||9000004128^^^NHS^NH||Millward^John||19790314|1"
    source = f"MSH|^~\\&|PAS|RXX01|VRSYS|Y99902|20260704093015||{kind}|C1|P|2.4\r{first}\rPID|2||{number}||{name}||19790314|1\r"
    assert [issue.id for issue in to_fhir(source.encode()).issues if issue.is_error] == found
