from decimal import Decimal
from typing import Any

import pytest

from vrfhir.conformance.expressions import as_text, evaluate, fault
from vrfhir.conformance.verdicts import UntestableError

BUNDLE: dict[str, Any] = {
    "resourceType": "Bundle",
    "entry": [
        {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Task", "focus": {"reference": "urn:uuid:2"}}},
        {"fullUrl": "urn:uuid:2", "resource": {"resourceType": "ServiceRequest", "status": "active"}},
        {
            "fullUrl": "http://x.example/fhir/Task/3",
            "resource": {"resourceType": "Task", "id": "3", "focus": {"reference": "Patient/4"}},
        },
        {
            "fullUrl": "http://x.example/fhir/Patient/4",
            "resource": {"resourceType": "Patient", "id": "4", "active": True},
        },
    ],
}


def test_references_resolve_inside_the_bundle() -> None:
    assert evaluate("Bundle.entry[0].resource.focus.resolve().status", BUNDLE) == ["active"]
    assert evaluate("Bundle.entry[2].resource.focus.resolve().active", BUNDLE) == [True]


def test_values_are_compared_as_they_stand_in_json() -> None:
    resource = {
        "resourceType": "Observation",
        "valueQuantity": {"value": Decimal("1.50"), "unit": "h"},
        "effectiveDateTime": "2026-11-23T10:00:00+00:00",
    }
    texts = [as_text(v) for v in evaluate("value.value | effective | value.exists() | (1 + 1)", resource)]
    assert set(texts) == {"1.50", "2026-11-23T10:00:00+00:00", "true", "2"}
    assert as_text(evaluate("Observation.value", resource)[0]) == '{"unit":"h","value":"1.50"}'


def test_complex_values_are_equal_whatever_the_order_of_their_keys() -> None:
    assert as_text({"a": 1, "b": [True]}) == as_text({"b": [True], "a": 1})


def test_a_broken_expression_is_explained() -> None:
    assert fault("Patient.name") == ""
    assert fault("Patient.name[")
    with pytest.raises(UntestableError, match="cannot be evaluated"):
        evaluate("Bundle.entry.single()", BUNDLE)
