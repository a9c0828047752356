"""References in a Bundle: https://hl7.org/fhir/R4/bundle.html#references."""

from __future__ import annotations

import pytest

from vrfhir.fhir.references import BundleIndex, Reference, contained, parse_reference

BASE = "https://example.org/fhir/"
UUID = "urn:uuid:2b6f4b3e-8c3d-4b1c-9a61-0d7f6f4f2c11"
PATIENT = {"resourceType": "Patient", "id": "1", "meta": {"versionId": "3"}}
OTHER = {"resourceType": "Patient", "id": "1"}
LOOSE = {"resourceType": "Organization", "id": "o"}
REQUEST = {
    "resourceType": "ServiceRequest",
    "id": "s",
    "contained": [{"resourceType": "Practitioner", "id": "d"}, "nonsense"],
}
BUNDLE = {
    "resourceType": "Bundle",
    "entry": [
        {"fullUrl": BASE + "Patient/1", "resource": PATIENT},
        {"fullUrl": "https://elsewhere.org/Patient/1", "resource": OTHER},
        {"fullUrl": UUID, "resource": LOOSE},
        {"fullUrl": BASE + "ServiceRequest/s", "resource": REQUEST},
        {"resource": {"resourceType": "Basic", "id": "b"}},
        "nonsense",
        {"fullUrl": 7, "resource": None},
    ],
}
INDEX = BundleIndex(BUNDLE)

CASES = [
    ("Patient/1", BASE + "ServiceRequest/s", PATIENT),
    ("Patient/1", "https://elsewhere.org/ServiceRequest/x", OTHER),
    ("Patient/1", UUID, None),
    ("Patient/1", "", None),
    (BASE + "Patient/1", UUID, PATIENT),
    ("Patient/1/_history/3", BASE + "ServiceRequest/s", PATIENT),
    ("Patient/1/_history/4", BASE + "ServiceRequest/s", None),
    (UUID, BASE + "ServiceRequest/s", LOOSE),
    (UUID + "#part", "", LOOSE),
    ("#d", BASE + "ServiceRequest/s", {"resourceType": "Practitioner", "id": "d"}),
    ("#x", BASE + "ServiceRequest/s", None),
    ("#", BASE + "ServiceRequest/s", REQUEST),
    ("Basic/b", "", None),
    ("", "", None),
    ("nonsense", BASE + "ServiceRequest/s", None),
]


@pytest.mark.parametrize(("reference", "full_url", "expected"), CASES)
def test_references_are_resolved_by_full_url(reference: str, full_url: str, expected: object) -> None:
    found = INDEX.resolve(reference, full_url=full_url, container=REQUEST)
    assert (found.resource if found else None) == expected


def test_a_resolved_reference_says_which_entry_it_is() -> None:
    found = INDEX.resolve(UUID)
    assert found is not None
    assert (found.entry, found.full_url) == (2, UUID)


def test_what_was_probably_meant_is_found_by_type_and_id() -> None:
    assert [each.entry for each in INDEX.by_type_and_id("Patient/1")] == [0, 1]
    assert INDEX.by_type_and_id(UUID) == []


def test_two_entries_with_one_url_are_both_candidates() -> None:
    index = BundleIndex({"entry": [{"fullUrl": UUID, "resource": LOOSE}, {"fullUrl": UUID, "resource": OTHER}]})
    assert len(index.candidates(UUID)) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Patient/1", Reference("Patient/1", "", "Patient", "1")),
        (BASE + "Task/a.b-c/_history/2", Reference(BASE + "Task/a.b-c/_history/2", BASE, "Task", "a.b-c", "2")),
        ("#a", Reference("#a", fragment="a")),
        (UUID, Reference(UUID)),
        ("Patient?identifier=x", Reference("Patient?identifier=x")),
        ("patient/1", Reference("patient/1")),
    ],
)
def test_references_are_taken_apart(text: str, expected: Reference) -> None:
    assert parse_reference(text) == expected


def test_a_bundle_without_entries_resolves_nothing() -> None:
    for bundle in ({}, {"entry": None}, {"entry": "x"}):
        assert BundleIndex(bundle).resolve("Patient/1") is None


def test_contained_of_something_else_is_nothing() -> None:
    assert contained({"contained": "x"}, "#a") is None
