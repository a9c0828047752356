"""How a run goes: setup, tests and teardown, what stops and what goes on, whose fault it is."""

from typing import Any

import httpx
import pytest

from vrfhir.conformance import Outcome, ScriptResult, SuiteResult, load_suite, run_suite
from vrfhir.conformance.outcomes import worst

from .tiny import (
    BASE,
    PATIENT,
    Recorded,
    answer,
    assertion,
    operation,
    resource_fixture,
    run,
    script_of,
    target_of,
    write_suite,
)

READ = operation("read", resource="Patient", params="/p1")
GOOD = assertion(response="okay")
BAD = assertion(response="gone")


def _system(**more: Any) -> Recorded:
    table: dict[str, Any] = {
        "GET /fhir/Patient/p1": answer(PATIENT),
        "POST /fhir/Patient": answer(PATIENT, 201, Location=f"{BASE}/Patient/p9/_history/1"),
        "DELETE /fhir/Patient/p9": httpx.Response(204),
    }
    return Recorded({**table, **more})


def _shape(result: ScriptResult) -> dict[str, list[str]]:
    return {phase.name: [action.outcome.value for action in phase.actions] for phase in result.phases}


def test_a_failed_assertion_ends_its_test_and_the_next_one_runs() -> None:
    result = run(script_of([READ, BAD, READ, GOOD], [READ, GOOD]), _system())
    assert _shape(result) == {"test 1": ["pass", "fail", "skip", "skip"], "test 2": ["pass", "pass"]}
    assert result.outcome is Outcome.FAIL


def test_warning_only_warns_and_goes_on() -> None:
    result = run(script_of([READ, _warned(), GOOD]), _system())
    assert _shape(result) == {"test 1": ["pass", "warning", "pass"]}
    assert result.outcome is Outcome.WARNING


def _warned() -> dict[str, Any]:
    return {"assert": {"response": "gone", "warningOnly": True}}


@pytest.mark.parametrize(
    "part",
    [
        {"stopTestOnFail": False},
        {
            "extension": [
                {
                    "url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-TestScript.setup.action.assert.stopTestOnFail",
                    "valueBoolean": False,
                }
            ]
        },
    ],
)
def test_stop_test_on_fail_false_goes_on_and_still_fails(part: dict[str, Any]) -> None:
    result = run(script_of([READ, assertion(response="gone", **part), GOOD]), _system())
    assert _shape(result) == {"test 1": ["pass", "fail", "pass"]}
    assert result.outcome is Outcome.FAIL


def test_a_fault_in_setup_skips_the_tests_and_teardown_runs() -> None:
    script = script_of([READ, GOOD], setup={"action": [READ, BAD]}, teardown={"action": [READ]})
    result = run(script, _system())
    assert _shape(result) == {"setup": ["pass", "fail"], "test 1": ["skip", "skip"], "teardown": ["pass"]}
    assert result.outcome is Outcome.FAIL


def test_autocreate_makes_the_fixture_and_autodelete_removes_it() -> None:
    system = _system()
    script = script_of(
        [operation("read", targetId="patient")], fixture=[{"id": "patient", "autocreate": True, "autodelete": True}]
    )
    run(script, system, {"patient": resource_fixture({"resourceType": "Patient"})})
    asked = [f"{request.method} {request.url.path}" for request in system.requests]
    assert asked == ["POST /fhir/Patient", "GET /fhir/Patient/p9", "DELETE /fhir/Patient/p9"]


def test_a_refused_autocreate_fails_and_nothing_is_deleted() -> None:
    system = _system(**{"POST /fhir/Patient": answer({"resourceType": "OperationOutcome"}, 422)})
    script = script_of([READ], fixture=[{"id": "patient", "autocreate": True, "autodelete": True}])
    result = run(script, system, {"patient": resource_fixture({"resourceType": "Patient"})})
    assert _shape(result) == {"setup": ["fail"], "test 1": ["skip"]}
    assert "refused the fixture “patient” with 422" in result.phases[0].actions[0].message
    assert [request.method for request in system.requests] == ["POST"]


def test_clean_up_that_fails_is_a_warning() -> None:
    teardown = {"action": [operation("read", targetId="never"), READ]}
    script = script_of([READ, GOOD], teardown=teardown, fixture=[{"id": "never"}])
    result = run(script, _system(), {"never": resource_fixture({"resourceType": "Patient"})})
    assert _shape(result)["teardown"] == ["error", "pass"]
    assert result.outcome is Outcome.WARNING


def _breaks(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("connection reset")


def _is_silent(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("silence")


@pytest.mark.parametrize(("behaviour", "words"), [(_breaks, "connection reset"), (_is_silent, "no answer within")])
def test_no_answer_is_a_failure_while_the_system_answers_others(behaviour: Any, words: str) -> None:
    result = run(script_of([READ, GOOD]), _system(**{"GET /fhir/Patient/p1": behaviour}))
    assert _shape(result) == {"test 1": ["fail", "skip"]}
    assert words in result.phases[0].actions[0].message


def test_no_answer_is_an_error_when_the_system_is_gone() -> None:
    system = _system(**{"GET /fhir/Patient/p1": _breaks, "GET /fhir/metadata": _breaks})
    result = run(script_of([READ, GOOD]), system)
    assert _shape(result) == {"test 1": ["error", "skip"]}
    assert result.outcome is Outcome.ERROR


def test_a_variable_that_fails_stops_the_operation_that_needs_it() -> None:
    script = script_of(
        [READ, operation("read", resource="Patient", params="/${next}")],
        variable=[{"name": "next", "headerField": "X-Next"}],
    )
    result = run(script, _system())
    assert _shape(result) == {"test 1": ["pass", "fail"]}


def test_a_certain_failure_outranks_what_could_not_be_tested() -> None:
    assert worst([Outcome.PASS, Outcome.ERROR, Outcome.FAIL]) is Outcome.FAIL
    assert worst([Outcome.PASS, Outcome.ERROR, Outcome.WARNING]) is Outcome.ERROR
    assert worst([Outcome.SKIP, Outcome.PASS]) is Outcome.PASS
    assert worst([]) is Outcome.SKIP


class _Heard:
    def __init__(self) -> None:
        self.words: list[str] = []

    def began(self, script: Any, number: int, total: int) -> None:
        self.words.append(f"{number}/{total} {script.script.key}")

    def ended(self, result: ScriptResult) -> None:
        self.words.append(f"{result.script} {result.outcome}")


def _suite_result(tmp_path: Any, system: Recorded, **scripts: Any) -> tuple[SuiteResult, list[str]]:
    heard = _Heard()
    suite = load_suite(write_suite(tmp_path / "suite", scripts))
    return run_suite(suite, target_of(system), run_id="r", observer=heard), heard.words


def test_a_suite_runs_every_script_and_tells_the_observer(tmp_path: Any) -> None:
    result, words = _suite_result(tmp_path, _system(), b=script_of([READ, BAD]), a=script_of([READ, GOOD]))
    assert words == ["1/2 a", "a pass", "2/2 b", "b fail"]
    assert (result.exit_code, result.count(Outcome.PASS), result.count(Outcome.FAIL)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("scripts", "code"),
    [
        ({"a": script_of([READ, GOOD])}, 0),
        ({"a": script_of([READ, _warned()])}, 0),
        ({"a": script_of([READ, BAD])}, 1),
        ({"a": script_of([READ, GOOD]), "b": script_of([])}, 2),
        ({"a": script_of([READ, BAD]), "b": "{"}, 1),
    ],
)
def test_exit_codes(tmp_path: Any, scripts: dict[str, Any], code: int) -> None:
    assert _suite_result(tmp_path, _system(), **scripts)[0].exit_code == code


def test_a_suite_is_not_run_against_what_is_no_fhir_base(tmp_path: Any) -> None:
    system = Recorded({"GET /fhir/metadata": httpx.Response(200, text="<html>hello</html>")})
    result, words = _suite_result(tmp_path, system, a=script_of([READ]))
    assert (result.exit_code, words, len(system.requests)) == (2, [], 1)
    assert [issue.id for issue in result.issues] == ["VR-TS-0402"]


def test_evidence_of_every_request_is_kept() -> None:
    result = run(script_of([READ, GOOD], [READ, BAD]), _system())
    assert [exchange.number for exchange in result.exchanges] == [1, 2]
    shape = result.exchanges[0].to_dict(limit=40)
    assert shape["request"]["url"] == f"{BASE}/Patient/p1"
    assert shape["response"]["status"] == 200
    assert shape["response"]["body"].startswith('{"resourceType": "Patient"')
    assert shape["response"]["body"].endswith("bytes)")
