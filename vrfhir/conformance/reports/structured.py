"""A run as JSON, for tools: every action, and the requests and responses of what did not pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vrfhir.conformance.outcomes import ActionResult, Outcome, PhaseResult, ScriptResult, SuiteResult
from vrfhir.conformance.reports.faults import faults

__all__ = ["to_dict"]


def to_dict(result: SuiteResult, bodies: Mapping[str, Mapping[int, str]] | None = None) -> dict[str, Any]:
    """The JSON shape of a run."""
    return {
        "suite": result.suite,
        "target": result.target,
        "started": result.started,
        "seconds": round(result.seconds, 3),
        "outcome": result.outcome.value,
        "exitCode": result.exit_code,
        "counts": {outcome.value: result.count(outcome) for outcome in Outcome},
        "issues": [issue.to_dict() for issue in result.issues],
        "scripts": [_script(script, (bodies or {}).get(script.script, {})) for script in result.scripts],
    }


def _script(script: ScriptResult, bodies: Mapping[int, str]) -> dict[str, Any]:
    failed = {action.exchange.number for phase in script.phases for action in phase.faults if action.exchange}
    return {
        "script": script.script,
        "name": script.name,
        "title": script.title,
        "url": script.url,
        "outcome": script.outcome.value,
        "seconds": round(script.seconds, 3),
        "requirements": [requirement.to_dict() for requirement in script.requirements],
        "issues": [issue.to_dict() for issue in script.issues],
        "phases": [_phase(phase) for phase in script.phases],
        "faults": [
            {
                "test": fault.test,
                "step": fault.step,
                "outcome": fault.outcome.value,
                "message": fault.message,
                "expected": fault.expected,
                "found": fault.found,
                "came": fault.came,
                "excerpt": fault.excerpt,
                "curl": fault.curl,
            }
            for fault in faults(script, bodies)
        ],
        "evidence": [exchange.to_dict() for exchange in script.exchanges if exchange.number in failed],
    }


def _phase(phase: PhaseResult) -> dict[str, Any]:
    return {
        "phase": phase.phase,
        "name": phase.name,
        "outcome": phase.outcome.value,
        "requirements": [requirement.id for requirement in phase.requirements],
        "actions": [_action(action) for action in phase.actions],
    }


def _action(action: ActionResult) -> dict[str, Any]:
    shape: dict[str, Any] = {"kind": action.kind, "label": action.label, "outcome": action.outcome.value}
    shape |= {key: value for key in ("message", "expected", "actual") if (value := getattr(action, key))}
    if action.exchange is not None:
        shape["exchange"] = action.exchange.number
    return shape
