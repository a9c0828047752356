"""REF^I15 from FHIR: the question where a referral stands, made of any Bundle that holds the referral."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from mapped_messages import DRIVER, ROOT, only, resources
from same_content import missing

from vrfhir.cli import main
from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import match_structure, parse
from vrfhir.mappers import referral_response, status_query, to_fhir, to_hl7v2
from vrfhir.validation import Validator

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def bundle_of(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def has_a_number(path: Path) -> bool:
    return any(each.get("identifier") for each in resources(bundle_of(path), "ServiceRequest"))


REFERRALS = [each for each in sorted((ROOT / "examples").glob("*/fhir/message-*.json")) if has_a_number(each)]


def name_of(path: Path) -> str:
    return f"{path.parent.parent.name}-{path.stem}"


@pytest.mark.parametrize("version", ["2.4", "2.5.1"])
@pytest.mark.parametrize("path", REFERRALS, ids=name_of)
def test_the_question_is_written_and_comes_back_equal(path: Path, version: str) -> None:
    question = status_query(bundle_of(path), control_id="Q1", now=NOW)
    written = to_hl7v2(question, version=version)
    message = parse(written.message)
    assert (written.loss, written.issues) == ([], [])
    assert str(message.type) == "REF^I15^REF_I12"
    assert (message.control_id, message.version) == ("Q1", version)
    assert not match_structure(message).issues
    assert parse_message(written.message.decode(), validation_level=VALIDATION_LEVEL.STRICT).validate()
    again = to_fhir(written.message)
    assert again.ledger.unaccounted == []
    assert missing(question, again.bundle) == []
    assert [issue for issue in Validator().validate(again.bundle).issues if issue.is_error] == []


@pytest.mark.parametrize("path", REFERRALS, ids=name_of)
def test_it_names_the_referral_and_the_person_and_tells_nothing_else(path: Path) -> None:
    bundle = bundle_of(path)
    question = status_query(bundle)
    numbers = {n["value"] for each in resources(bundle, "ServiceRequest") for n in each.get("identifier", ())}
    said = parse(to_hl7v2(question).message)
    assert said.value("RF1-6.1") in numbers
    assert said.value("PID-3.1") in {n["value"] for n in only(bundle, "Patient")["identifier"]}
    assert {segment.name for segment in said.segments} <= {"MSH", "RF1", "PRD", "PID", "OBR", "OBX"}
    kinds = {entry["resource"]["resourceType"] for entry in question["entry"]}
    assert kinds <= {"MessageHeader", "ServiceRequest", "Patient", "PractitionerRole", "Practitioner", "Organization"}
    assert not {"address", "telecom", "contact", "deceasedBoolean"} & only(question, "Patient").keys()
    assert not {"note", "reasonReference", "reasonCode", "extension"} & only(question, "ServiceRequest").keys()


def test_of_an_answer_the_question_goes_to_who_answered() -> None:
    original = DRIVER.read_bytes()
    task = {"status": "accepted"}
    answer = referral_response(original=original, task=task, service_request={}, control_id="A1", now=NOW)
    question = parse(to_hl7v2(to_fhir(answer).bundle, message="REF^I15").message)
    asked = parse(original)
    assert [question.value(f"MSH-{n}") for n in (3, 4, 5, 6)] == [asked.value(f"MSH-{n}") for n in (3, 4, 5, 6)]
    assert question.value("RF1-6") == asked.value("RF1-6")
    assert question.segment("MSA") is None


def test_each_question_has_a_control_id_of_its_own() -> None:
    referral = to_fhir(DRIVER.read_bytes()).bundle
    ids = {parse(to_hl7v2(referral, message="REF^I15").message).control_id for _ in range(3)}
    assert len(ids) == 3
    assert "GP20261116-0417" not in ids


def test_a_collection_without_a_header_will_do() -> None:
    bundle = to_fhir(DRIVER.read_bytes()).bundle
    entries = [each for each in bundle["entry"] if each["resource"]["resourceType"] != "MessageHeader"]
    written = to_hl7v2({"resourceType": "Bundle", "type": "collection", "entry": entries}, message="REF^I15")
    assert parse(written.message).value("RF1-6") == "VR-2026-0417"


def test_a_question_that_was_read_goes_back_as_it_was(message: Callable[..., bytes]) -> None:
    source = message(RF1="RF1|P^Pending^HL70283||18781004^^SCT|||VR-1^Y99901").replace(b"REF^I12", b"REF^I15")
    assert to_hl7v2(to_fhir(source, exact=True).bundle, version="", message="REF^I15").message == source


@pytest.mark.parametrize(
    ("gone", "what"), [("ServiceRequest", "ServiceRequest with an identifier"), ("Patient", "Patient")]
)
def test_what_cannot_be_asked_is_refused(gone: str, what: str) -> None:
    bundle = to_fhir(DRIVER.read_bytes()).bundle
    bundle["entry"] = [each for each in bundle["entry"] if each["resource"]["resourceType"] != gone]
    with pytest.raises(UnreadableError) as refused:
        to_hl7v2(bundle, message="REF^I15")
    (issue,) = refused.value.issues
    assert issue.id == "VR-V2-0547"
    assert what in issue.text


def test_a_referral_without_a_number_cannot_be_asked_for() -> None:
    bundle = to_fhir(DRIVER.read_bytes()).bundle
    del only(bundle, "ServiceRequest")["identifier"]
    with pytest.raises(UnreadableError, match="identifier"):
        status_query(bundle)


def test_the_command_asks(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = ROOT / "examples/driver/fhir/message-referral-request.json"
    assert main(["map", "--to", "v2", "--message", "REF^I15", "--hl7-version", "2.4", str(path)]) == 0
    said = parse(capfdbinary.readouterr().out)
    assert (str(said.type), said.version, said.value("RF1-6")) == ("REF^I15^REF_I12", "2.4", "VR-2026-0417")
