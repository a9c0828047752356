"""Elements that a profile binds anew: what HL7's validator then says of the base type's binding, and what no more."""

from __future__ import annotations

from typing import Any

import pytest

from vrfhir.definitions import Definitions
from vrfhir.validation import Validator

Json = dict[str, Any]

ROOT = "https://example.test/"
SYSTEM = ROOT + "CodeSystem/words"
PROFILE = ROOT + "StructureDefinition/agreement"
CODES: Json = {
    "resourceType": "CodeSystem",
    "url": SYSTEM,
    "status": "active",
    "content": "complete",
    "concept": [{"code": "inside"}, {"code": "outside"}],
}
SET: Json = {
    "resourceType": "ValueSet",
    "url": ROOT + "ValueSet/words",
    "status": "active",
    "compose": {"include": [{"system": SYSTEM, "concept": [{"code": "inside"}]}]},
}
PLAIN = "Terminology_TX_NoValid_13"
CONCEPT = "Terminology_TX_NoValid_2_CC"


def agreement(code: str, *, claims: bool) -> Json:
    coding = {"system": SYSTEM, "code": code}
    return {
        "resourceType": "Consent",
        **({"meta": {"profile": [PROFILE]}} if claims else {}),
        "status": "active",
        "scope": {"coding": [coding]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "policyRule": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTIN"}]},
        "provision": {"class": [coding]},
    }


def findings(path: str, strength: str, code: str, *, claims: bool, value_set: str = "words") -> list[str]:
    """The rules broken at one element."""
    definition: Json = {
        "resourceType": "StructureDefinition",
        "url": PROFILE,
        "name": "Agreement",
        "status": "draft",
        "kind": "resource",
        "abstract": False,
        "type": "Consent",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Consent",
        "derivation": "constraint",
        "differential": {
            "element": [
                {"id": "Consent", "path": "Consent"},
                {
                    "id": path,
                    "path": path,
                    "binding": {"strength": strength, "valueSet": ROOT + "ValueSet/" + value_set},
                },
            ]
        },
    }
    validator = Validator(Definitions.default().with_resources([definition, CODES, SET]))
    report = validator.validate(agreement(code, claims=claims), profiles=() if claims else [PROFILE])
    return sorted(issue.id for issue in report.issues if issue.expression.removesuffix("[0]") == path)


CLASS, SCOPE = "Consent.provision.class", "Consent.scope"


def test_without_a_profile_the_base_speaks() -> None:
    report = Validator(Definitions.default().with_resources([CODES])).validate(agreement("inside", claims=False))
    assert {issue.id for issue in report.issues} >= {PLAIN, CONCEPT}


@pytest.mark.parametrize(
    ("path", "strength", "code", "expected"),
    [
        (CLASS, "required", "inside", []),
        (SCOPE, "required", "inside", []),
        (CLASS, "required", "outside", ["Terminology_TX_NoValid_12"]),
        (SCOPE, "required", "outside", ["Terminology_TX_NoValid_1_CC"]),
        (SCOPE, "extensible", "inside", []),
        (CLASS, "extensible", "inside", [PLAIN]),
        (CLASS, "extensible", "outside", [PLAIN, PLAIN]),
        (SCOPE, "extensible", "outside", [CONCEPT, CONCEPT]),
        (CLASS, "preferred", "inside", [PLAIN]),
        (SCOPE, "preferred", "inside", [CONCEPT]),
    ],
)
def test_a_claimed_profile_stands_beside_the_base(path: str, strength: str, code: str, expected: list[str]) -> None:
    assert findings(path, strength, code, claims=True) == expected


@pytest.mark.parametrize(
    ("path", "strength", "code", "expected"),
    [
        (CLASS, "extensible", "inside", []),
        (SCOPE, "preferred", "inside", []),
        (CLASS, "extensible", "outside", [PLAIN]),
        (SCOPE, "preferred", "outside", ["Terminology_TX_NoValid_3_CC"]),
    ],
)
def test_a_profile_asked_for_stands_in_place_of_the_base(
    path: str, strength: str, code: str, expected: list[str]
) -> None:
    assert findings(path, strength, code, claims=False) == expected


@pytest.mark.parametrize("strength", ["required", "extensible", "preferred", "example"])
def test_an_unknown_value_set_is_named_and_takes_nothing_back(strength: str) -> None:
    found = findings(SCOPE, strength, "inside", claims=True, value_set="missing")
    assert found == [CONCEPT, "Terminology_TX_ValueSet_NotFound"]
