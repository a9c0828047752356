"""Our validator on the stories and the invalid corpus: the same verdict as HL7's, rule by rule and element by element."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from vrfhir import Validator

ROOT = Path(__file__).parents[2]
STORIES = sorted((ROOT / "examples").glob("*/fhir/*.json"))
INVALID = ROOT / "conformance" / "invalid"
INDEX: list[dict[str, Any]] = json.loads((INVALID / "index.json").read_text(encoding="utf-8"))["examples"]

DISAGREEMENTS: dict[str, str] = {
    "message-referral-request.json": "type narrowed on Bundle.entry.resource of a slice is compared with Resource",
    "message-referral-response.json": "type narrowed on Bundle.entry.resource of a slice is compared with Resource",
    "vr-referralmessage-max-1.json": "the same, on the second patient",
    "vr-level-1-1.json": "an invariant on the root of an extension is not evaluated",
    "vr-wish-1-1.json": "an invariant on the root of an extension is not evaluated",
    "vr-employer-pattern-1.json": "other message id for a CodeableConcept that misses its pattern",
    "vr-referraltask-pattern-2.json": "other message id for a CodeableConcept that misses its pattern",
    "vr-employment-pattern-1.json": "other message id for a CodeableConcept that misses its pattern",
    "vr-workabsence-pattern-1.json": "other message id for a CodeableConcept that misses its pattern",
    "vr-fitnessforwork-pattern-1.json": "other message id for a CodeableConcept that misses its pattern",
    "vr-fitnessforwork-slice-2.json": "message id in capitals",
    "vr-message-3-1.json": "entry reached only backwards is called an orphan",
    "vr-message-4-1.json": "entry reached only backwards is called an orphan",
    "vr-referraltask-target-2.json": "entry reached only backwards is called an orphan",
    "vr-referraltask-target-3.json": "entry reached only backwards is called an orphan",
    "consent.json": "bindings of the base are checked although the profile binds anew",
    "consent-withdrawn.json": "bindings of the base are checked although the profile binds anew",
    "vr-consent-3-1.json": "bindings of the base are checked although the profile binds anew",
    "vr-step-1-1.json": "an invariant on the root of an extension is not evaluated",
    "vr-fitnote-pattern-1.json": "other message id for a CodeableConcept that misses its pattern",
    "vr-plan-min-5.json": "message id in capitals",
    "vr-fitnote-min-5.json": "message id in capitals",
    "vr-document-1-1.json": "resolve() finds something for a reference that leads out of the document",
    "vr-document-1-2.json": "resolve() finds something for a reference that leads out of the document",
    "vr-employment-target-1.json": "a fault in a referenced resource is repeated at references bound to base types",
    "vr-workabsence-target-1.json": "a fault in a referenced resource is repeated at references bound to base types",
    "vr-fitnessforwork-target-1.json": "a fault in a referenced resource is repeated at references bound to base types",
    "vr-fitnessforwork-target-2.json": "a fault in a referenced resource is repeated at references bound to base types",
}
"""Known differences of our validator, each with its reason; an entry goes when the difference does."""


@cache
def validator() -> Validator:
    return Validator()


@cache
def findings(path: Path) -> tuple[tuple[str, str, str], ...]:
    """(severity, rule, element) of every error and warning."""
    return tuple(
        (issue.severity, issue.id.rsplit("#", 1)[-1], re.sub(r"/\*.*?\*/|\.ofType\(\w+\)", "", issue.expression))
        for issue in validator().validate(path.read_bytes()).issues
        if issue.severity != "information"
    )


def tolerated(name: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=DISAGREEMENTS[name], strict=False)] if name in DISAGREEMENTS else []


@pytest.mark.parametrize(
    "path", [pytest.param(one, id=f"{one.parts[-3]}/{one.name}", marks=tolerated(one.name)) for one in STORIES]
)
def test_stories_are_valid(path: Path) -> None:
    assert findings(path) == ()


@pytest.mark.parametrize("row", [pytest.param(row, id=row["file"], marks=tolerated(row["file"])) for row in INDEX])
def test_exactly_the_named_rule_is_found(row: dict[str, Any]) -> None:
    before = set(findings(ROOT / "examples" / row["from"]))
    found = [one for one in findings(INVALID / row["file"]) if one not in before]
    named = [one for one in found if one[1] not in row.get("also", [])]
    assert named == [(row["severity"], row["rule"], row["element"])]


def test_disagreements_name_existing_files() -> None:
    assert set(DISAGREEMENTS) <= {one.name for one in STORIES} | {row["file"] for row in INDEX}
