"""One failure as a person needs it: what was expected and by which clause, what came, how to see it again."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vrfhir.conformance.exchange import Exchange, printable, told
from vrfhir.conformance.outcomes import Outcome, ScriptResult, SuiteResult
from vrfhir.conformance.requirements import Requirement

__all__ = ["Fault", "faults", "keep_bodies"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A step that failed or could not be tested. ``curl`` sends the request again."""

    script: str
    test: str
    step: str
    outcome: Outcome
    message: str
    expected: str
    found: str
    requirements: Sequence[Requirement]
    came: str
    excerpt: str
    curl: str


def faults(script: ScriptResult, bodies: Mapping[int, str] | None = None) -> list[Fault]:
    """The faults of a script, in the order they happened. ``bodies``: exchange number → file with the long body sent."""
    found = [
        Fault(
            script.script,
            "",
            "script",
            Outcome.ERROR,
            printable(issue.text),
            "",
            "",
            script.requirements,
            printable(issue.expression),
            "",
            "",
        )
        for issue in script.issues
        if issue.is_error
    ]
    for phase in script.phases:
        for action in phase.faults if phase.phase != "teardown" else ():
            exchange = action.exchange
            response = exchange.response if exchange else None
            found.append(
                Fault(
                    script.script,
                    phase.name,
                    action.label,
                    action.outcome,
                    printable(action.message),
                    printable(action.expected),
                    printable(action.actual),
                    phase.requirements or script.requirements,
                    printable(exchange.summary) if exchange else "",
                    told(response) if response else "",
                    exchange.curl((bodies or {}).get(exchange.number, "")) if exchange else "",
                )
            )
    return found


def keep_bodies(result: SuiteResult, folder: str = "") -> dict[str, dict[int, str]]:
    """Writes the long request bodies of failed steps to files, so that each curl line is one that works.

    Returns script → exchange number → file. Without ``folder``, a new temporary folder is made when it is needed.
    """
    kept: dict[str, dict[int, str]] = {}
    place = Path(folder) if folder else None
    for script in result.scripts:
        for exchange in _failed_exchanges(script):
            if not exchange.has_long_body:
                continue
            if place is None:
                place = Path(tempfile.mkdtemp(prefix="vrfhir-conform-"))
            place.mkdir(parents=True, exist_ok=True)
            path = place / f"{script.script.replace('/', '-')}-{exchange.number}.body"
            path.write_bytes(exchange.request.body)
            kept.setdefault(script.script, {})[exchange.number] = str(path)
    return kept


def _failed_exchanges(script: ScriptResult) -> list[Exchange]:
    return [action.exchange for phase in script.phases for action in phase.faults if action.exchange is not None]
