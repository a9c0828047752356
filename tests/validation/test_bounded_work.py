"""Bounds of one validation: how many findings are told, and how much a rule of a definition may calculate."""

from __future__ import annotations

import time
from typing import Any

import pytest

from vrfhir import Validator
from vrfhir.definitions import Definitions
from vrfhir.validation import scope
from vrfhir.validation.scope import MOST_FINDINGS

Json = dict[str, Any]

PROFILE = "https://example.org/fhir/StructureDefinition/patient"


def _profile(path: str, expression: str) -> Json:
    """A profile of Patient with one rule."""
    rule = {"key": "slow-1", "severity": "error", "human": "slow", "expression": expression}
    return {
        "resourceType": "StructureDefinition",
        "url": PROFILE,
        "name": "Slow",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "derivation": "constraint",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "differential": {"element": [{"id": path, "path": path, "constraint": [rule]}]},
    }


def _validator(path: str, expression: str) -> Validator:
    return Validator(Definitions.default().with_resources([_profile(path, expression)]))


def test_of_very_many_findings_the_first_are_told() -> None:
    resource = {"resourceType": "Patient", **{f"key{number}": 1 for number in range(MOST_FINDINGS + 5)}}
    issues = Validator().validate(resource).issues
    assert len(issues) == MOST_FINDINGS + 1
    assert issues[-1].id == "VR-VAL-0006"
    assert str(MOST_FINDINGS) in issues[-1].text


def test_just_as_many_findings_as_are_told_need_no_word_about_more() -> None:
    resource = {"resourceType": "Patient", **{f"key{number}": 1 for number in range(MOST_FINDINGS)}}
    issues = Validator().validate(resource).issues
    assert len(issues) == MOST_FINDINGS
    assert {each.id for each in issues} == {"UNRECOGNISED_PROPERTY_"}


@pytest.mark.parametrize(("gender", "valid"), [("male", True), ("mail", False)])
def test_what_is_not_told_still_decides(gender: str, valid: bool) -> None:
    """Ten thousand warnings and then one error: the resource is invalid."""
    given = [f"{number} " for number in range(MOST_FINDINGS + 5)]  # no more than a warning each
    resource = {"resourceType": "Patient", "name": [{"given": given}], "gender": gender}
    report = Validator().validate(resource)
    assert len(report.issues) == MOST_FINDINGS + 1
    assert report.valid is valid
    assert report.issues[-1].is_error is not valid


@pytest.mark.parametrize(
    "expression",
    [
        "(1).repeat($this + 1).exists()",
        "(1.0).repeat($this / 3).exists()",
        "'1'.repeat((toInteger() + 1).toString()).exists()",
        "(@2020-01-01).repeat($this + 1 day).exists()",
        "(1 'mg').repeat($this + 1 'mg').exists()",
        "(1).repeat((($this + 1) * 7) mod 1000003).exists()",
    ],
)
def test_a_rule_that_does_not_end_is_given_up(expression: str) -> None:
    validator = _validator("Patient", expression)
    resource = {"resourceType": "Patient", "gender": "male"}
    started = time.thread_time()
    report = validator.validate(resource, profiles=[PROFILE])
    assert time.thread_time() - started < 4  # a second on an idle machine
    assert [each.id for each in report.issues if each.is_error] == ["VR-VAL-0005"]
    assert "slow-1" in report.issues[0].text


def test_a_rule_that_was_given_up_is_not_evaluated_for_every_element() -> None:
    validator = _validator("Patient.name", "(1).repeat($this + 1).exists()")
    resource = {"resourceType": "Patient", "name": [{"family": f"Name{number}"} for number in range(200)]}
    started = time.thread_time()
    report = validator.validate(resource, profiles=[PROFILE])
    assert time.thread_time() - started < 4
    assert [each.id for each in report.issues if each.is_error] == ["VR-VAL-0005"]


def test_long_rules_share_what_there_is_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule may take long, but not on every element of a large resource."""
    monkeypatch.setattr(scope, "_PATIENCE", 1_000_000)
    validator = _validator("Patient.name", "(1).repeat(iif($this < 5000, $this + 1, {})).count() = 4999")
    few = {"resourceType": "Patient", "name": [{"family": f"Name{number}"} for number in range(3)]}
    many = {"resourceType": "Patient", "name": [{"family": f"Name{number}"} for number in range(200)]}
    assert "VR-VAL-0005" not in {each.id for each in validator.validate(few, profiles=[PROFILE]).issues}
    assert [each.id for each in validator.validate(many, profiles=[PROFILE]).issues if each.is_error] == ["VR-VAL-0005"]


def test_many_rules_that_do_not_end_share_one_budget() -> None:
    """Each for itself may take its whole bound; all together may not."""
    profile = _profile("Patient", "true")
    rules = [
        {
            "key": f"slow-{number}",
            "severity": "error",
            "human": "x",
            "expression": f"({number}).repeat($this + 1).exists()",
        }
        for number in range(40)
    ]
    profile["differential"]["element"][0]["constraint"] = rules
    validator = Validator(Definitions.default().with_resources([profile]))
    started = time.thread_time()
    report = validator.validate({"resourceType": "Patient", "gender": "male"}, profiles=[PROFILE])
    assert time.thread_time() - started < 12  # forty bounds of their own would take four times as long
    assert {each.id for each in report.issues if each.is_error} == {"VR-VAL-0005"}
    assert len(report.issues) == len(rules)
