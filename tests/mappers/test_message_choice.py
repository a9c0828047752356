"""Which message a Bundle becomes: what it says itself, what is asked for, and what is refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from vrfhir.errors import UnreadableError
from vrfhir.fhir.json import parse
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.mappers.writing.structures import STRUCTURES, message_type, structure, structure_of
from vrfhir.validation import Validator

EXAMPLES = Path(__file__).parents[2] / "examples"
TABLE = "http://terminology.hl7.org/CodeSystem/v2-0003"
OURS = "https://vrfhir.org/fhir/CodeSystem/vr-message-event"


def bundle(system: str = "", code: str = "", *types: str, answer: bool = False) -> dict[str, Any]:
    header: dict[str, Any] = {"resourceType": "MessageHeader", "eventCoding": {"system": system, "code": code}}
    if answer:
        header["response"] = {"identifier": "C1", "code": "ok"}
    resources = [header, *({"resourceType": name} for name in types)]
    entries = [{"fullUrl": f"urn:x:{n}", "resource": each} for n, each in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "message", "entry": entries}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (bundle(OURS, "referral-cancel", "ServiceRequest"), ("REF", "I14")),
        (bundle(OURS, "status-update", "Task", answer=True), ("RRI", "I13")),
        (bundle(TABLE, "I13", "ServiceRequest"), ("REF", "I13")),
        (bundle(TABLE, "I13", "Task", answer=True), ("RRI", "I13")),
        (bundle("https://example.org/event", "anything", "ServiceRequest"), ("REF", "I12")),
    ],
)
def test_a_bundle_says_which_message_it_is(given: dict[str, Any], expected: tuple[str, str]) -> None:
    assert message_type(given) == expected


def test_what_says_no_message_is_refused() -> None:
    with pytest.raises(UnreadableError) as refused:
        to_hl7v2(bundle("https://example.org/event", "anything", "Patient"))
    assert [issue.id for issue in refused.value.issues] == ["VR-V2-0546"]


@pytest.mark.parametrize("wanted", ["XYZ^Z01", "REF^I16", "ADT^A02", "nonsense", "REF", "ref^i12", "REF^I12\r"])
def test_a_message_that_is_not_written_is_refused(wanted: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        to_hl7v2(bundle(OURS, "referral-request", "ServiceRequest"), message=wanted)
    assert [issue.id for issue in refused.value.issues] == ["VR-V2-0545"]


@pytest.mark.parametrize("wanted", ["RRI^I13", "RRI_I13", "RRI^I13^RRI_I12"])
def test_a_message_can_be_asked_for_in_the_spellings_of_msh_9(wanted: str) -> None:
    assert message_type(bundle(OURS, "referral-request", "ServiceRequest"), wanted) == ("RRI", "I13")


def test_a_structure_has_one_plan() -> None:
    with pytest.raises(ValueError, match="REF_I12"):
        structure("REF_I12")(STRUCTURES["REF_I12"].plan)
    assert structure_of("REF", "I15") is STRUCTURES["REF_I12"]
    assert structure_of("DFT", "P03") is None


DOCUMENTS = sorted(EXAMPLES.glob("*/fhir/*-document.json"))


@pytest.mark.parametrize("version", ["2.4", "2.5.1"])
@pytest.mark.parametrize("path", DOCUMENTS, ids=[f"{each.parts[-3]}-{each.stem}" for each in DOCUMENTS])
def test_a_document_is_written_as_such_and_read_as_a_message_about_it(path: Path, version: str) -> None:
    document = parse(path.read_bytes()).resource
    written = to_hl7v2(document, version=version)
    assert written.message.split(b"|")[8] == b"MDM^T02^MDM_T02"
    assert written.loss == []
    read = to_fhir(written.message).bundle
    assert [issue for issue in Validator().validate(read).issues if issue.is_error] == []
    entries = {each["fullUrl"]: each["resource"] for each in read["entry"]}
    assert (read["type"], read["identifier"]) == ("message", document["identifier"])
    about = [entries[each["reference"]]["resourceType"] for each in read["entry"][0]["resource"]["focus"]]
    assert set(about) == {"Composition"}
    kinds = Counter(each["resource"]["resourceType"] for each in document["entry"])
    assert not kinds - Counter(each["resourceType"] for each in entries.values())
