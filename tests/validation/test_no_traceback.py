"""Whatever comes in, a report comes out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vrfhir.validation import Report, Validator

KEYS = [
    "resourceType",
    "id",
    "meta",
    "text",
    "contained",
    "extension",
    "modifierExtension",
    "identifier",
    "name",
    "_name",
    "given",
    "_given",
    "gender",
    "_gender",
    "birthDate",
    "deceasedBoolean",
    "deceasedDateTime",
    "reference",
    "subject",
    "status",
    "code",
    "coding",
    "system",
    "value",
    "valueQuantity",
    "valueString",
    "_valueString",
    "url",
    "div",
    "entry",
    "resource",
    "fullUrl",
    "type",
    "link",
    "relation",
    "item",
    "linkId",
    "answer",
    "questionnaire",
    "profile",
    "security",
    "period",
    "start",
    "end",
    "telecom",
    "component",
]
WORDS = [
    "",
    " ",
    "Patient",
    "Bundle",
    "Observation",
    "Resource",
    "x y",
    "#",
    "#a",
    "urn:uuid:1",
    "http://hl7.org/fhir/StructureDefinition/bp",
    "<div",
    "2020-01",
]

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.sampled_from(WORDS) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)
resources = st.dictionaries(st.sampled_from(KEYS), values, max_size=8)
kinds = st.sampled_from(
    [
        "Patient",
        "Bundle",
        "Observation",
        "QuestionnaireResponse",
        "Questionnaire",
        "Parameters",
        "ValueSet",
        "CodeSystem",
        "Measure",
    ]
)


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator()


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(resource=resources, kind=kinds)
def test_any_object(validator: Validator, resource: dict[str, Any], kind: str) -> None:
    named = resource | {"resourceType": kind}
    assert isinstance(validator.validate(named), Report)
    claimed = named | {
        "meta": {
            "profile": [
                "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient",
                "http://hl7.org/fhir/StructureDefinition/bp",
            ]
        }
    }
    assert isinstance(validator.validate(claimed), Report)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.binary(max_size=200))
def test_any_bytes(validator: Validator, text: bytes) -> None:
    assert not validator.validate(text).valid


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 400), put=st.sampled_from(["", "{", "]", '"', "\\", "null", "\x00", "é"]))
def test_damaged_text(validator: Validator, cut: int, put: str) -> None:
    good = json.dumps(
        {
            "resourceType": "Patient",
            "id": "a",
            "name": [{"family": "Example", "given": ["A", None], "_given": [None, {"id": "x"}]}],
        }
    )
    cut = min(cut, len(good))
    assert isinstance(validator.validate(good[:cut] + put + good[cut + 1 :]), Report)
