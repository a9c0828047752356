"""Rules for Bundles, references in them, and contained resources."""

from __future__ import annotations

from typing import Any

import pytest

from vrfhir.validation import Validator

Json = dict[str, Any]

A = "urn:uuid:0c6ee6e2-9b0f-4d3a-8a29-7a6d2f3f1b11"
B = "urn:uuid:0c6ee6e2-9b0f-4d3a-8a29-7a6d2f3f1b12"
PATIENT: Json = {"resourceType": "Patient", "name": [{"family": "Example"}]}


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator()


def found(validator: Validator, bundle: Json) -> set[tuple[str, str]]:
    report = validator.validate({"resourceType": "Bundle", "id": "b"} | bundle)
    return {(issue.id, issue.expression) for issue in report.issues if issue.severity in ("error", "warning", "fatal")}


def header(*focus: str) -> Json:
    return {
        "resourceType": "MessageHeader",
        "eventCoding": {"system": "https://example.test/events", "code": "x"},
        "source": {"endpoint": "https://example.test/in"},
        "focus": [{"reference": each} for each in focus],
    }


def entry(url: str, resource: Json) -> Json:
    return {"fullUrl": url, "resource": resource}


def test_a_message_starts_with_its_header_and_reaches_its_focus(validator: Validator) -> None:
    good = {"type": "message", "entry": [entry(A, header(B)), entry(B, PATIENT)]}
    assert {rule for rule, _ in found(validator, good)} <= {"UNKNOWN_CODESYSTEM"}
    wrong = {"type": "message", "entry": [entry(B, PATIENT)]}
    assert ("Validation_BUNDLE_Message", "Bundle.entry[0].resource") in found(validator, wrong)
    lost = {"type": "message", "entry": [entry(A, header(B))]}
    assert ("Bundle_BUNDLE_Entry_NotFound", "Bundle.entry[0].resource.focus[0]") in found(validator, lost)
    assert ("Bundle_BUNDLE_Entry_NoFirst", "Bundle") in found(validator, {"type": "message"})


def test_entries_nothing_leads_to(validator: Validator) -> None:
    alone = {"type": "message", "entry": [entry(A, header()), entry(B, PATIENT)]}
    assert ("Bundle_BUNDLE_Entry_Orphan_MESSAGE", "Bundle.entry[1]") in found(validator, alone)


@pytest.mark.parametrize(
    ("kind", "rows", "rule"),
    [
        ("collection", [{"resource": PATIENT}], "BUNDLE_BUNDLE_ENTRY_FULLURL_REQUIRED"),
        ("collection", [entry("Patient/1", PATIENT)], "BUNDLE_ENTRY_URL_ABSOLUTE"),
        ("collection", [entry("https://x.test/Patient/1", PATIENT)], "BUNDLE_ENTRY_URL_MATCHES_NO_ID"),
        ("collection", [entry("https://x.test/Patient/1", PATIENT | {"id": "2"})], "BUNDLE_ENTRY_URL_MATCHES_TYPE_ID"),
        ("searchset", [entry("https://x.test/Patient/1", PATIENT | {"id": "1"})], "BUNDLE_SEARCH_NOSELF"),
        ("collection", [entry(A, PATIENT), entry(A, PATIENT)], "http://hl7.org/fhir/StructureDefinition/Bundle#bdl-7"),
    ],
)
def test_entries(validator: Validator, kind: str, rows: list[Json], rule: str) -> None:
    assert rule in {each for each, _ in found(validator, {"type": kind, "entry": rows})}


def test_batches_need_no_full_url(validator: Validator) -> None:
    request = {"method": "POST", "url": "Patient"}
    assert found(validator, {"type": "batch", "entry": [{"resource": PATIENT, "request": request}]}) == set()


def test_references_are_followed_by_full_url(validator: Validator) -> None:
    observation = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "subject": {"reference": B}}
    good = {"type": "collection", "entry": [entry(A, observation), entry(B, PATIENT)]}
    assert found(validator, good) == set()
    medication = {"resourceType": "Medication"}
    wrong = {"type": "collection", "entry": [entry(A, observation), entry(B, medication)]}
    place = "Bundle.entry[0].resource/*Observation/null*/.subject"
    assert ("Reference_REF_BadTargetType", place) in found(validator, wrong)
    lost = {"type": "collection", "entry": [entry(A, observation)]}
    assert ("Bundle_BUNDLE_Not_Local", place) in found(validator, lost)


def test_contained_resources(validator: Validator) -> None:
    inner = {"resourceType": "Practitioner", "id": "p"}
    link = [{"reference": "#p"}]
    twice = PATIENT | {"contained": [inner, inner], "generalPractitioner": link}
    report = validator.validate(twice)
    assert "RESOURCE_DUPLICATE_CONTAINED_ID" in {issue.id for issue in report.issues}
    nameless = PATIENT | {"contained": [{"resourceType": "Practitioner"}]}
    assert "Resource_RES_ID_Missing" in {issue.id for issue in validator.validate(nameless).issues}
    nested = PATIENT | {
        "contained": [inner | {"contained": [{"resourceType": "Patient", "id": "q"}]}],
        "generalPractitioner": link,
    }
    assert "http://hl7.org/fhir/StructureDefinition/DomainResource#dom-2" in {
        issue.id for issue in validator.validate(nested).issues
    }
