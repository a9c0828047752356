"""The shipped suite: sound in itself, and passed by our own endpoint."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from vrfhir import Validator
from vrfhir.conformance import LoadedScript, Outcome, Target, find_suite, load_suite, run_suite
from vrfhir.conformance.reports import faults, test_reports
from vrfhir.definitions import Definitions
from vrfhir.fhir import json as fhir_json

from .conftest import Served

test_reports.__test__ = False  # type: ignore[attr-defined]

SUITE = load_suite(find_suite("referral"))
OVERLAY = SUITE.folder.parent / "engine" / "StructureDefinition-Extension-VR-TestScriptOverlay.json"


@pytest.fixture(scope="module")
def validator() -> Validator:
    """Our validator, with the engine's own extension."""
    return Validator(Definitions.default().with_resources([json.loads(OVERLAY.read_text(encoding="utf-8"))]))


@pytest.mark.parametrize("entry", SUITE.scripts, ids=lambda entry: entry.script.key)
def test_a_script_can_be_run_and_is_valid(entry: LoadedScript, validator: Validator) -> None:
    assert entry.issues == []
    report = validator.validate(fhir_json.serialize(dict(entry.script.resource)))
    assert [f"{issue.expression}: {issue.text}" for issue in report.issues if issue.is_error] == []
    assert entry.script.url == f"https://vrfhir.org/fhir/TestScript/vr-referral-{entry.script.key}"


def test_every_requirement_has_tests_and_every_test_a_requirement() -> None:
    tests = {(entry.script.key, p.name) for entry in SUITE.scripts for p in entry.script.phases if p.kind == "test"}
    named: set[tuple[str, str]] = set()
    for requirement in SUITE.requirements:
        assert requirement.tests, requirement.id
        for reference in requirement.tests:
            script, _, test = reference.partition("/")
            found = {pair for pair in tests if pair[0] == script and test in ("", pair[1])}
            assert found, f"{requirement.id} names “{reference}”, which does not exist"
            named |= found
    assert tests - named == set()
    assert len({requirement.id for requirement in SUITE.requirements}) == len(SUITE.requirements)


def test_every_fixture_file_is_used() -> None:
    used = {fixture.reference for entry in SUITE.scripts for fixture in entry.script.fixtures}
    assert {f"fixtures/{path.name}" for path in (SUITE.folder / "fixtures").iterdir()} == used


def test_every_assertion_says_what_it_expects() -> None:
    for entry in SUITE.scripts:
        for phase in entry.script.phases:
            for action in phase.actions:
                part = action.operation or action.assertion
                assert part is not None
                assert part.description, f"{entry.script.key}: {action.place}"


def test_our_endpoint_passes_whole(served: Served) -> None:
    served.wrapper.fault = None
    with Target(served.base) as target:
        result = run_suite(SUITE, target)
    found = [
        (fault.script, fault.test, fault.step, fault.message, fault.excerpt)
        for s in result.scripts
        for fault in faults(s)
    ]
    assert found == []
    assert (result.outcome, result.exit_code) == (Outcome.PASS, 0)


def test_two_runs_do_not_disturb_each_other(served: Served) -> None:
    served.wrapper.fault = None
    with Target(served.base) as target:
        outcomes = [run_suite(SUITE.only("referral-replay"), target).outcome for _ in range(2)]
    assert outcomes == [Outcome.PASS, Outcome.PASS]


def test_scripts_do_not_depend_on_each_other(served: Served) -> None:
    served.wrapper.fault = None
    backwards = replace(SUITE, scripts=list(reversed(SUITE.scripts)))
    with Target(served.base) as target:
        assert run_suite(backwards, target).outcome is Outcome.PASS


def test_the_report_of_our_endpoint_is_valid(served: Served, validator: Validator, tmp_path: Path) -> None:
    served.wrapper.fault = None
    with Target(served.base) as target:
        report = test_reports(run_suite(SUITE, target))
    checked = validator.validate(fhir_json.serialize(report))
    assert [f"{issue.expression}: {issue.text}" for issue in checked.issues if issue.is_error] == []
