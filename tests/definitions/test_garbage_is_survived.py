"""Definitions are files of others: whatever they hold, questions about them get answers or an error of ours."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from vrfhir.definitions import CORE_CANONICAL, Definitions
from vrfhir.errors import VrfhirError
from vrfhir.terminology import Membership, Terminology

KEYS = """compose include exclude system concept code filter property op value valueSet expansion contains total content
complete display designation caseSensitive group element target unmapped mode source snapshot differential path id type
max base binding constraint extension url slicing contentReference kind baseDefinition version"""
WORDS = st.sampled_from(
    [*KEYS.split(), "https://example.org/x", "a", "is-a", "fixed", "*", "Patient.name", CORE_CANONICAL + "Patient"]
)
GARBAGE = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=25,
)
URL = "https://example.org/x"


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["ValueSet", "CodeSystem", "ConceptMap", "SearchParameter"]),
    st.dictionaries(WORDS, GARBAGE, max_size=6),
)
def test_terminology_of_garbage(kind: str, body: dict[str, Any]) -> None:
    definitions = Definitions.default().with_resources([body | {"resourceType": kind, "url": URL}])
    terminology = Terminology(definitions)
    assert isinstance(terminology.member(URL, None, "a"), Membership)
    assert isinstance(terminology.member(URL, URL, "a"), Membership)
    assert isinstance(terminology.code_in_system(URL, "a"), Membership)
    assert isinstance(terminology.displays(URL, "a"), tuple)
    assert isinstance(terminology.translate(URL, URL, "a"), list)
    assert isinstance(terminology.expansion(URL), dict | None)
    assert isinstance(definitions.search_parameters("Patient"), list)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(WORDS, GARBAGE, max_size=6))
def test_structures_of_garbage(body: dict[str, Any]) -> None:
    url = CORE_CANONICAL + "Patient"
    definitions = Definitions.default().with_resources([body | {"resourceType": "StructureDefinition", "url": url}])
    assert definitions.type("Patient") is not None
    try:
        assert all(row.name for row in definitions.fields("Patient").values())
    except VrfhirError as problem:
        assert "no snapshot" in str(problem)  # noqa: PT017 - either outcome is right
    assert isinstance(definitions.search_parameters("Patient"), list)


@given(st.lists(GARBAGE, max_size=3))
def test_resources_that_are_none_are_ignored(resources: list[Any]) -> None:
    assert Definitions.default().with_resources(resources).type("Patient") == Definitions.default().type("Patient")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.dictionaries(WORDS, GARBAGE, max_size=6), max_size=3),
    st.dictionaries(WORDS, GARBAGE, max_size=6),
    st.sampled_from(["Patient", "Observation.valueQuantity.unit", "Patient.name:a.family", "Extension.extension:b"]),
)
def test_differentials_of_garbage(rows: list[dict[str, Any]], body: dict[str, Any], path: str) -> None:
    base = CORE_CANONICAL + path.partition(".")[0]
    elements = [*rows, body | {"path": path.replace(":a", "").replace(":b", ""), "id": path}]
    given = body | {"url": URL, "baseDefinition": base, "differential": {"element": elements}}
    made = Definitions.default().with_resources([given | {"resourceType": "StructureDefinition"}]).structure(URL)
    assert made is not None
    assert made["snapshot"]["element"]
