"""Systems of codes as such, and references that lead to an entry only under another fullUrl."""

from __future__ import annotations

from typing import Any

import pytest

from vrfhir.validation import Validator

Json = dict[str, Any]

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
VALUE_SET = "http://hl7.org/fhir/ValueSet/request-status"


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator()


def said(validator: Validator, resource: Json, word: str) -> set[tuple[str, str, str]]:
    """Severity, rule and place of every finding whose rule holds a word."""
    return {
        (issue.severity, issue.id, issue.expression)
        for issue in validator.validate(resource).issues
        if word.lower() in issue.id.lower()
    }


def measured(system: str) -> Json:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "valueQuantity": {"value": 1, "system": system, "code": "a"},
    }


def tagged(system: str) -> Json:
    return {
        "resourceType": "Basic",
        "code": {"text": "x"},
        "meta": {"tag": [{"system": system, "code": "a"}]},
    }


@pytest.mark.parametrize(
    ("system", "rule"),
    [
        (VALUE_SET, "TERMINOLOGY_TX_SYSTEM_VALUESET2"),
        ("https://snomed.info/sct", "TERMINOLOGY_TX_SYSTEM_HTTPS"),
        ("https://terminology.hl7.org/CodeSystem/condition-clinical", "TERMINOLOGY_TX_SYSTEM_HTTPS"),
        ("http://snomed.info/sct/", "Terminology_TX_System_Invalid"),
        ("http://loinc.org/1", "Terminology_TX_System_Invalid"),
        ("http://hl7.org/fhir/sid/icd-10/", "Terminology_TX_System_Unknown"),
        ("http://hl7.org/fhir/no-such-system", "Terminology_TX_System_Unknown"),
        ("mailto:a@b", "Terminology_TX_System_Relative"),
    ],
)
def test_the_system_of_a_coding_or_quantity_that_nothing_binds(validator: Validator, system: str, rule: str) -> None:
    assert said(validator, measured(system), "system") == {("error", rule, "Observation.value.ofType(Quantity)")}
    assert said(validator, tagged(system), "system") == {("error", rule, "Basic.meta.tag[0]")}


@pytest.mark.parametrize("system", ["http://snomed.info/sct", "http://loinc.org", "http://hl7.org/fhir/sid/icd-10"])
def test_known_systems_pass(validator: Validator, system: str) -> None:
    assert said(validator, tagged(system), "system") == set()


def endpoint(system: str) -> Json:
    return {
        "resourceType": "Endpoint",
        "status": "active",
        "connectionType": {"system": system, "code": "a"},
        "payloadType": [{"text": "x"}],
        "address": "https://example.com",
    }


def test_the_system_of_a_bound_coding_is_told_at_the_system(validator: Validator) -> None:
    place = "Endpoint.connectionType.system"
    assert ("error", "TERMINOLOGY_TX_SYSTEM_VALUESET2", place) in said(validator, endpoint(VALUE_SET), "system")
    assert ("error", "Terminology_TX_System_Relative", place) in said(validator, endpoint("xyz"), "system")
    assert said(validator, endpoint("  "), "relative") == set()
    assert said(validator, endpoint("https://snomed.info/sct"), "https") == set()


@pytest.mark.parametrize(
    ("system", "severity"),
    [
        ("http://terminology.hl7.org/CodeSystem/condition-clinical/", "error"),
        ("http://hl7.org/fhir/sid/icd-10/", "error"),
        ("http://example.com/cs", "warning"),
    ],
)
def test_a_system_hl7_does_not_define_where_a_code_is_required(
    validator: Validator, system: str, severity: str
) -> None:
    concept = {"coding": [{"system": system, "code": "active"}]}
    condition = {"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "clinicalStatus": concept}
    place = "Condition.clinicalStatus.coding[0].system"
    assert said(validator, condition, "UNKNOWN_CODESYSTEM") == {(severity, "UNKNOWN_CODESYSTEM", place)}
    elsewhere = {"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "category": [concept]}
    assert {each[0] for each in said(validator, elsewhere, "UNKNOWN_CODESYSTEM")} == {"warning"}


def test_a_text_where_a_code_is_required_is_no_code(validator: Validator) -> None:
    basic = {"resourceType": "Basic", "code": {"text": "x"}, "extension": [{"url": ABSENT, "valueString": "nothing"}]}
    rules = {each[1] for each in said(validator, basic, "NoValid_16")}
    assert rules == {"Terminology_TX_NoValid_16"}
    basic["extension"] = [{"url": ABSENT, "valueString": "unknown"}]
    assert said(validator, basic, "NoValid_16") == set()
    assert said(validator, basic, "Extension_EXT_Type") != set()


def bundled(kind: str, first: Json, full_url: str, reference: str = "Patient/p") -> Json:
    observation = {
        "resourceType": "Observation",
        "id": "o",
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": reference},
    }
    return {
        "resourceType": "Bundle",
        "type": kind,
        "identifier": {"system": "http://example.com/id", "value": "1"},
        "timestamp": "2026-01-01T00:00:00Z",
        "entry": [
            first,
            {"fullUrl": "http://example.com/fhir/Observation/o", "resource": observation},
            {"fullUrl": full_url, "resource": {"resourceType": "Patient", "id": "p"}},
        ],
    }


HEADER: Json = {
    "fullUrl": "http://example.com/fhir/MessageHeader/m",
    "resource": {
        "resourceType": "MessageHeader",
        "id": "m",
        "eventUri": "http://example.com/event",
        "source": {"endpoint": "http://example.com"},
        "focus": [{"reference": "Observation/o"}],
    },
}
BASIC: Json = {
    "fullUrl": "http://example.com/fhir/Basic/b",
    "resource": {"resourceType": "Basic", "id": "b", "code": {"text": "x"}},
}


def test_an_entry_under_another_full_url_is_not_found(validator: Validator) -> None:
    other, right = "http://other.example.com/fhir/Patient/p", "http://example.com/fhir/Patient/p"
    apparent = {("error", "BUNDLE_BUNDLE_ENTRY_NOTFOUND_APPARENT", "Bundle")}
    assert said(validator, bundled("message", HEADER, other), "NOTFOUND") == apparent
    assert said(validator, bundled("message", HEADER, right), "NOTFOUND") == set()
    assert said(validator, bundled("message", HEADER, right, "Patient/q"), "NOTFOUND") == set()
    assert said(validator, bundled("collection", BASIC, other), "NOTFOUND") == set()


def test_what_the_first_entry_needs_is_not_found_under_another_full_url(validator: Validator) -> None:
    header = {**HEADER, "resource": {**HEADER["resource"], "focus": [{"reference": "Patient/p"}]}}
    place = "Bundle.entry[0].resource.focus[0]"
    elsewhere = bundled("message", header, "http://other.example.com/fhir/Patient/p", "Patient/q")
    assert said(validator, elsewhere, "NOTFOUND") == {("error", "BUNDLE_BUNDLE_ENTRY_NOTFOUND_APPARENT", place)}
    header = {**HEADER, "resource": {**HEADER["resource"], "focus": [{"reference": "Patient/q"}]}}
    nowhere = bundled("message", header, "http://example.com/fhir/Patient/p")
    assert said(validator, nowhere, "NOTFOUND") == {("error", "Bundle_BUNDLE_Entry_NotFound", place)}
