"""Runs TestScripts against a target: setup, tests, teardown (https://hl7.org/fhir/R4/testscript.html).

The rules of a run:

* A fault in ``setup`` ends the script: its tests are skipped, ``teardown`` still runs.
* A failed assertion ends its test; the next test runs. ``warningOnly`` makes a failure a warning, and R5's
  ``stopTestOnFail: false`` lets the test go on after it.
* An operation fails only when no answer comes. Whether the answer is the right one, assertions say.
* ``autocreate`` fixtures are created before setup and must be accepted; ``autodelete`` ones are deleted at the end.
* What cannot be tested – no such variable, no such profile, the system gone – is an ``error``, not a failure. A request
  without answer is a failure only while the system still answers others.
"""

from __future__ import annotations

import secrets
import string
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from vrfhir.conformance.assertions import check_assertion, kinds
from vrfhir.conformance.exchange import Exchange, printable
from vrfhir.conformance.operations import build_request
from vrfhir.conformance.outcomes import ActionResult, Outcome, PhaseResult, ScriptResult, SuiteResult
from vrfhir.conformance.requirements import Requirement, for_script, for_test
from vrfhir.conformance.script import Action, Assertion, Operation, Phase
from vrfhir.conformance.session import Session
from vrfhir.conformance.suites import LoadedScript, Suite
from vrfhir.conformance.target import Target
from vrfhir.conformance.variables import EngineVariables
from vrfhir.conformance.verdicts import ExpectationError, UntestableError

__all__ = ["Observer", "new_run_id", "run_script", "run_suite"]

_ALPHABET = string.ascii_lowercase + string.digits


class Observer(Protocol):
    """Told how a run goes, for live output."""

    def began(self, script: LoadedScript, number: int, total: int) -> None:
        """A script starts."""

    def ended(self, result: ScriptResult) -> None:
        """A script has ended."""


def new_run_id() -> str:
    """Ten letters and digits that tell this run's data from those of every other run."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(10))


def run_suite(
    suite: Suite,
    target: Target,
    *,
    run_id: str = "",
    variables: Mapping[str, str] | None = None,
    observer: Observer | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> SuiteResult:
    """Runs every script of a suite, one after the other, each on data of its own.

    Nothing is run against an address that is no FHIR base; ``issues`` then say what answered instead.
    """
    started, begun = clock(), time.perf_counter()
    _, unreachable = target.probe()
    if unreachable is not None:
        return SuiteResult(suite.name, target.base, started.isoformat(), issues=(unreachable,))
    run = run_id or new_run_id()
    results = []
    for number, loaded in enumerate(suite.scripts, start=1):
        if observer is not None:
            observer.began(loaded, number, len(suite.scripts))
        result = run_script(
            loaded, target, run_id=run, requirements=suite.requirements, variables=variables, clock=clock
        )
        results.append(result)
        if observer is not None:
            observer.ended(result)
    return SuiteResult(suite.name, target.base, started.isoformat(), results, seconds=time.perf_counter() - begun)


def run_script(
    loaded: LoadedScript,
    target: Target,
    *,
    run_id: str,
    requirements: Sequence[Requirement] = (),
    variables: Mapping[str, str] | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ScriptResult:
    """Runs one script. A script with errors of its own is not run."""
    script, begun = loaded.script, time.perf_counter()
    named = for_script(requirements, script.key)
    phases: list[PhaseResult] = []
    exchanges: Sequence[Exchange] = ()
    if not any(issue.is_error for issue in loaded.issues):
        engine = EngineVariables(run_id, script.key, target.base, clock())
        run = _ScriptRun(target, Session(script, loaded.fixtures, engine, variables), requirements)
        phases, exchanges = run.phases(), run.exchanges
    return ScriptResult(
        script.key,
        printable(script.name),
        printable(script.title),
        printable(script.url),
        phases,
        loaded.issues,
        exchanges,
        time.perf_counter() - begun,
        named,
    )


class _ScriptRun:
    """One run of one script."""

    def __init__(self, target: Target, session: Session, requirements: Sequence[Requirement]) -> None:
        self.target = target
        self.session = session
        self.script = session.script
        self.requirements = requirements
        self.exchanges: list[Exchange] = []

    def phases(self) -> list[PhaseResult]:
        setup = self._setup()
        results = [setup] if setup.actions else []
        for phase in self.script.phases:
            if phase.kind == "test":
                failed = setup.outcome in (Outcome.FAIL, Outcome.ERROR)
                results.append(self._skipped(phase, "setup failed") if failed else self._phase(phase))
        teardown = self._teardown()
        return [*results, teardown] if teardown.actions else results

    def _setup(self) -> PhaseResult:
        actions: list[ActionResult] = []
        for fixture in self.script.fixtures:
            if fixture.autocreate and not _has_fault(actions):
                actions.append(self._autocreate(fixture.id))
        phase = next((phase for phase in self.script.phases if phase.kind == "setup"), None)
        if phase is not None:
            rest = self._skipped(phase, "autocreate failed") if _has_fault(actions) else self._phase(phase)
            actions += rest.actions
        return PhaseResult("setup", "setup", "", actions)

    def _teardown(self) -> PhaseResult:
        """Every action runs, whatever became of the one before."""
        actions: list[ActionResult] = []
        for phase in self.script.phases:
            if phase.kind == "teardown":
                actions += [self._run(action) for action in phase.actions]
        for fixture in self.script.fixtures:
            if fixture.autodelete and self.session.created(fixture.id) is not None:
                operation = _implicit("delete", f"autodelete {fixture.id}", target_id=fixture.id)
                actions.append(self._operate(operation))
        return PhaseResult("teardown", "teardown", "", actions)

    def _phase(self, phase: Phase) -> PhaseResult:
        results: list[ActionResult] = []
        stopped = ""
        for action in phase.actions:
            if stopped:
                results.append(_result(action, Outcome.SKIP, stopped))
                continue
            result = self._run(action)
            results.append(result)
            goes_on = action.assertion is not None and not action.assertion.stop_test_on_fail
            if result.outcome is Outcome.ERROR or (result.outcome is Outcome.FAIL and not goes_on):
                stopped = "an earlier step did not succeed"
        named = for_test(self.requirements, self.script.key, phase.name) if phase.kind == "test" else ()
        return PhaseResult(phase.kind, printable(phase.name), printable(phase.description), results, named)

    def _skipped(self, phase: Phase, reason: str) -> PhaseResult:
        actions = [_result(action, Outcome.SKIP, reason) for action in phase.actions]
        named = for_test(self.requirements, self.script.key, phase.name) if phase.kind == "test" else ()
        return PhaseResult(phase.kind, printable(phase.name), printable(phase.description), actions, named)

    def _run(self, action: Action) -> ActionResult:
        if action.operation is not None:
            return self._operate(action.operation)
        assert action.assertion is not None  # noqa: S101 - the static check has seen to it
        return self._assert(action.assertion)

    def _autocreate(self, fixture_id: str) -> ActionResult:
        result = self._operate(_implicit("create", f"autocreate {fixture_id}", source_id=fixture_id))
        response = result.exchange.response if result.exchange else None
        if result.outcome is not Outcome.PASS or (response is not None and response.status < 300):
            return result
        status = response.status if response else 0
        message = f"the system refused the fixture “{fixture_id}” with {status}"
        return ActionResult(
            "operation", result.label, Outcome.FAIL, message, "status: 201", str(status), result.exchange
        )

    def _operate(self, operation: Operation) -> ActionResult:
        label = _operation_label(operation)
        try:
            request = build_request(operation, self.session, self.target.headers)
        except ExpectationError as failed:
            return ActionResult(
                "operation", label, Outcome.FAIL, failed.message, failed.expected, failed.actual, self.session.last
            )
        except UntestableError as reason:
            return ActionResult("operation", label, Outcome.ERROR, str(reason), exchange=self.session.last)
        exchange = self.target.send(len(self.exchanges) + 1, request)
        self.exchanges.append(exchange)
        self.session.record(
            exchange, request_id=operation.request_id, response_id=operation.response_id, source_id=operation.source_id
        )
        if exchange.response is not None:
            return ActionResult("operation", label, Outcome.PASS, exchange.summary, exchange=exchange)
        _, gone = self.target.probe()
        outcome = Outcome.ERROR if gone else Outcome.FAIL
        return ActionResult("operation", label, outcome, exchange.trouble, "an answer", exchange.trouble, exchange)

    def _assert(self, assertion: Assertion) -> ActionResult:
        label = _assertion_label(assertion)
        about = self.session.last
        try:
            check_assertion(assertion, self.session)
        except ExpectationError as failed:
            outcome = Outcome.WARNING if assertion.warning_only else Outcome.FAIL
            expected = failed.expected or assertion.description
            return ActionResult("assert", label, outcome, failed.message, expected, failed.actual, about)
        except UntestableError as reason:
            return ActionResult("assert", label, Outcome.ERROR, str(reason), exchange=about)
        return ActionResult("assert", label, Outcome.PASS, exchange=about)


def _has_fault(actions: Sequence[ActionResult]) -> bool:
    return any(action.outcome in (Outcome.FAIL, Outcome.ERROR) for action in actions)


def _result(action: Action, outcome: Outcome, message: str) -> ActionResult:
    if action.operation is not None:
        return ActionResult("operation", _operation_label(action.operation), outcome, message)
    return ActionResult("assert", _assertion_label(action.assertion) if action.assertion else "", outcome, message)


def _operation_label(operation: Operation) -> str:
    return printable(operation.description or operation.label or f"{operation.type} {operation.resource}".strip())


def _assertion_label(assertion: Assertion) -> str:
    return printable(assertion.description or assertion.label or " and ".join(kinds(assertion)))


def _implicit(kind: str, description: str, *, source_id: str = "", target_id: str = "") -> Operation:
    """The operation behind ``autocreate`` and ``autodelete``."""
    return Operation(
        type=kind,
        resource="",
        label="",
        description=description,
        accept="",
        content_type="",
        destination=None,
        encode_request_url=True,
        method="",
        origin=None,
        params="",
        request_headers=(),
        request_id="",
        response_id="",
        source_id=source_id,
        target_id=target_id,
        url="",
    )
