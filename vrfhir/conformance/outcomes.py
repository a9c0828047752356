"""What came of a test: the words of R4 ``TestReport`` plus the difference between *failed* and *could not be tested*.

https://hl7.org/fhir/R4/valueset-report-action-result-codes.html: ``pass``, ``skip``, ``fail``, ``warning``, ``error``.
``fail`` is the tested system's fault. ``error`` is ours or nobody's: a broken script, a system that cannot be reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from vrfhir.conformance.exchange import Exchange
from vrfhir.conformance.requirements import Requirement
from vrfhir.issues import Issue

__all__ = ["ActionResult", "Outcome", "PhaseResult", "ScriptResult", "SuiteResult", "worst"]


class Outcome(StrEnum):
    """The result of an action, a test, a script or a suite."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    WARNING = "warning"
    SKIP = "skip"
    FAIL = "fail"
    ERROR = "error"


_RANK = {Outcome.SKIP: 0, Outcome.PASS: 1, Outcome.WARNING: 2, Outcome.ERROR: 3, Outcome.FAIL: 4}


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of a whole from those of its parts; a certain failure outranks what could not be tested."""
    return max(outcomes, key=_RANK.__getitem__, default=Outcome.SKIP)


@dataclass(frozen=True, slots=True)
class ActionResult:
    """One operation or assertion as it went. ``exchange`` is the request and response it is about, if any."""

    kind: str
    label: str
    outcome: Outcome
    message: str = ""
    expected: str = ""
    actual: str = ""
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True)
class PhaseResult:
    """``setup``, one ``test`` or ``teardown`` of a script."""

    phase: str
    name: str
    description: str
    actions: Sequence[ActionResult]
    requirements: Sequence[Requirement] = ()

    @property
    def outcome(self) -> Outcome:
        """The worst of its actions. Clean-up that does not work never fails a script (TestScript.teardown)."""
        found = worst(action.outcome for action in self.actions)
        if self.phase == "teardown" and found in (Outcome.FAIL, Outcome.ERROR):
            return Outcome.WARNING
        return found

    @property
    def faults(self) -> list[ActionResult]:
        """The actions that failed or could not be tested."""
        return [action for action in self.actions if action.outcome in (Outcome.FAIL, Outcome.ERROR)]


@dataclass(frozen=True, slots=True)
class ScriptResult:
    """One TestScript as it went. ``issues`` say why it could not run at all."""

    script: str
    name: str
    title: str
    url: str
    phases: Sequence[PhaseResult] = ()
    issues: Sequence[Issue] = ()
    exchanges: Sequence[Exchange] = ()
    seconds: float = 0.0
    requirements: Sequence[Requirement] = ()

    @property
    def outcome(self) -> Outcome:
        """``error`` when the script could not run; else the worst of its phases."""
        if any(issue.is_error for issue in self.issues):
            return Outcome.ERROR
        return worst(phase.outcome for phase in self.phases)

    @property
    def tests(self) -> list[PhaseResult]:
        """The tests proper, without setup and teardown."""
        return [phase for phase in self.phases if phase.phase == "test"]


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """A suite as it went against one target. ``issues`` say why it could not run at all."""

    suite: str
    target: str
    started: str
    scripts: Sequence[ScriptResult] = ()
    issues: Sequence[Issue] = field(default_factory=tuple)
    seconds: float = 0.0

    @property
    def outcome(self) -> Outcome:
        """The worst of its scripts; ``error`` when nothing was tested."""
        if not self.scripts or any(issue.is_error for issue in self.issues):
            return Outcome.ERROR
        return worst(script.outcome for script in self.scripts)

    @property
    def exit_code(self) -> int:
        """0 passed, 1 something failed, 2 something could not be tested (and nothing failed)."""
        return {Outcome.FAIL: 1, Outcome.ERROR: 2, Outcome.SKIP: 2}.get(self.outcome, 0)

    def count(self, outcome: Outcome) -> int:
        """How many scripts came out so."""
        return sum(script.outcome is outcome for script in self.scripts)
