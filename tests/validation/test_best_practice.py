"""Good practice is said when asked for, with the severity asked for."""

from __future__ import annotations

from typing import Any

import pytest

from vrfhir.validation import Options, Validator

Json = dict[str, Any]

BARE: Json = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
TEXT = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'}
FULL = BARE | {
    "text": TEXT,
    "subject": {"display": "y"},
    "performer": [{"display": "z"}],
    "effectiveDateTime": "2026",
}


def said(resource: Json, level: str) -> list[tuple[str, str]]:
    report = Validator(options=Options(best_practice=level)).validate(resource)
    return [(issue.severity, issue.id.rpartition("#")[2][:16]) for issue in report.issues]


@pytest.mark.parametrize(("level", "severity"), [("hint", "information"), ("warning", "warning"), ("error", "error")])
def test_severities(level: str, severity: str) -> None:
    assert said(BARE, level) == [(severity, "dom-6"), *[(severity, "All_observations")] * 3]


def test_nothing_is_said_unless_asked_for() -> None:
    assert said(BARE, "ignore") == []


def test_what_follows_good_practice() -> None:
    assert said(FULL, "error") == []
    contained = {"resourceType": "Patient", "id": "p"}
    assert said(FULL | {"contained": [contained], "subject": {"reference": "#p"}}, "error") == []
