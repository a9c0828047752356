"""A run as R4 ``TestReport`` resources (https://hl7.org/fhir/R4/testreport.html), one per script."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from vrfhir import __version__
from vrfhir.conformance.exchange import printable
from vrfhir.conformance.outcomes import ActionResult, Outcome, PhaseResult, ScriptResult, SuiteResult

__all__ = ["test_report", "test_reports"]

_ENGINE = "https://vrfhir.org/conformance"


def test_reports(result: SuiteResult) -> dict[str, Any]:
    """The TestReport of a run with one script, else a collection Bundle of all of them."""
    reports = [test_report(script, result) for script in result.scripts]
    if len(reports) == 1:
        return reports[0]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": result.started,
        "entry": [
            {"fullUrl": uuid5(NAMESPACE_URL, f"{result.target} {result.started} {number}").urn, "resource": report}
            for number, report in enumerate(reports, 1)
        ],
    }


def test_report(script: ScriptResult, result: SuiteResult) -> dict[str, Any]:
    """One script's TestReport. A script that could not be run is ``stopped`` with a ``pending`` result."""
    untested = script.outcome in (Outcome.ERROR, Outcome.SKIP)
    verdict = "pending" if untested else "fail" if script.outcome is Outcome.FAIL else "pass"
    report: dict[str, Any] = {
        "resourceType": "TestReport",
        "name": script.name or script.script,
        "status": "stopped" if untested else "completed",
        "testScript": _reference(script),
        "result": verdict,
    }
    score = _score(script.tests)
    if score is not None:
        report["score"] = score
    report |= {
        "tester": f"vrfhir {__version__}",
        "issued": result.started,
        "participant": [
            {"type": "test-engine", "uri": _ENGINE, "display": f"vrfhir {__version__}"},
            {"type": "server", "uri": result.target},
        ],
    }
    if script.issues:
        text = "; ".join(issue.text for issue in script.issues)
        report["setup"] = {"action": [{"assert": {"result": "error", "message": printable(text)}}]}
    for phase in script.phases:
        if phase.phase == "test":
            report.setdefault("test", []).append(_test(phase))
        elif phase.actions:
            report[phase.phase] = {"action": [_action(action) for action in phase.actions]}
    return report


def _reference(script: ScriptResult) -> dict[str, Any]:
    reference = {"reference": script.url} if script.url else {}
    return {**reference, "display": script.title or script.name or script.script}


def _score(tests: Sequence[PhaseResult]) -> Decimal | None:
    """The share of tests that passed, in percent; skipped ones count as not passed."""
    if not tests:
        return None
    passed = sum(test.outcome in (Outcome.PASS, Outcome.WARNING) for test in tests)
    return Decimal(round(10_000 * passed / len(tests))) / 100


def _test(phase: PhaseResult) -> dict[str, Any]:
    shape: dict[str, Any] = {"name": phase.name}
    if phase.description:
        shape["description"] = phase.description
    return {**shape, "action": [_action(action) for action in phase.actions]}


def _action(action: ActionResult) -> dict[str, Any]:
    detail: dict[str, Any] = {"result": action.outcome.value}
    message = ": ".join(part for part in (action.label, action.message) if part)
    if message:
        detail["message"] = printable(message)
    return {action.kind: detail}
