"""The same run as JUnit, TestReport, JSON and text."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from rich.console import Console

from vrfhir import Validator
from vrfhir.conformance import SuiteResult, load_suite, run_suite
from vrfhir.conformance.reports import (
    PlainObserver,
    junit_xml,
    keep_bodies,
    observer_for,
    print_summary,
    test_report,
    test_reports,
    to_dict,
)
from vrfhir.fhir import json as fhir_json

from .tiny import PATIENT, Recorded, answer, assertion, operation, script_of, target_of, write_suite

test_report.__test__ = test_reports.__test__ = False  # type: ignore[attr-defined]

READ = operation("read", resource="Patient", params="/p1", description="read a patient")
SCRIPTS: dict[str, Any] = {
    "good": script_of([READ, assertion(response="okay", description="it is there")]),
    "bad": script_of(
        [READ, assertion(response="gone", description="it is \x1b[31m gone"), READ],
        [READ, {"assert": {"response": "gone", "warningOnly": True}}],
        setup={"action": [READ]},
    ),
    "long": script_of(
        [operation("create", sourceId="f"), assertion(response="created")],
        fixture=[{"id": "f", "resource": {"reference": "fixtures/f.json"}}],
    ),
    "broken": script_of([operation("read", targetId="nobody")]),
}
ROWS = [
    {
        "id": "R-1",
        "statement": "Gone is gone.",
        "source": "Some clause",
        "url": "http://x.example/c",
        "tests": ["bad/test 1"],
    },
    {"id": "R-2", "statement": "All.", "source": "Other clause", "tests": ["bad", "good"]},
]


@pytest.fixture
def result(tmp_path: Path) -> SuiteResult:
    fixture = json.dumps({"resourceType": "Patient", "name": [{"text": "x" * 2_000}]})
    folder = write_suite(tmp_path / "suite", SCRIPTS, {"f.json": fixture})
    (folder / "requirements.json").write_text(json.dumps({"requirements": ROWS}), encoding="utf-8")
    system = Recorded({"GET /fhir/Patient/p1": answer({**PATIENT, "language": "\x07"})})
    return run_suite(load_suite(folder), target_of(system, headers=[("Authorization", "Bearer s3cret")]), run_id="r")


def test_junit_counts_and_names_clause_answer_and_curl(result: SuiteResult) -> None:
    root = etree.fromstring(junit_xml(result))
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5",
        "failures": "2",
        "errors": "1",
        "skipped": "0",
    }
    failure = root.find(".//testcase[@name='test 1']/failure")
    assert failure is not None
    assert failure.get("type") == "R-1"
    text = failure.text or ""
    assert "clause: Some clause – Gone is gone. http://x.example/c" in text
    assert "came: GET http://tested.example/fhir/Patient/p1 → 200 OK" in text
    assert "curl -sS -i -X GET" in text
    error = root.find(".//error")
    assert error is not None
    assert "“nobody”" in error.get("message", "")


def test_junit_of_a_run_that_could_not_begin(result: SuiteResult) -> None:
    nothing = run_suite(load_suite(_one_script(result)), target_of(Recorded({"GET /fhir/metadata": answer(PATIENT)})))
    root = etree.fromstring(junit_xml(nothing))
    assert (root.get("tests"), root.get("errors")) == ("1", "1")


def _one_script(result: SuiteResult) -> Path:
    from tempfile import mkdtemp

    return write_suite(Path(mkdtemp()), {"good": SCRIPTS["good"]})


def test_test_reports_are_valid_r4(result: SuiteResult) -> None:
    bundle = json.loads(fhir_json.serialize(test_reports(result)))
    reports = {entry["resource"]["name"]: entry["resource"] for entry in bundle["entry"]}
    assert len(bundle["entry"]) == 4
    assert reports["Tiny"]["tester"].startswith("vrfhir ")
    report = Validator().validate(fhir_json.serialize(test_reports(result)))
    assert [issue.to_dict() for issue in report.issues if issue.is_error] == []


def test_a_test_report_tells_each_action(result: SuiteResult) -> None:
    by_key = {script.script: test_report(script, result) for script in result.scripts}
    bad = by_key["bad"]
    assert (bad["status"], bad["result"], str(bad["score"])) == ("completed", "fail", "50")
    assert [next(iter(action.values()))["result"] for action in bad["test"][0]["action"]] == ["pass", "fail", "skip"]
    assert [next(iter(action.values()))["result"] for action in bad["test"][1]["action"]] == ["pass", "warning"]
    assert bad["participant"][1] == {"type": "server", "uri": "http://tested.example/fhir"}
    assert (by_key["broken"]["status"], by_key["broken"]["result"]) == ("stopped", "pending")
    assert (by_key["good"]["result"], str(by_key["good"]["score"])) == ("pass", "100")


def test_json_has_the_evidence_of_what_failed(result: SuiteResult) -> None:
    shape = json.loads(json.dumps(to_dict(result)))
    assert (shape["outcome"], shape["exitCode"], shape["counts"]["pass"]) == ("fail", 1, 1)
    bad = next(script for script in shape["scripts"] if script["script"] == "bad")
    assert [fault["test"] for fault in bad["faults"]] == ["test 1"]
    assert bad["evidence"][0]["response"]["status"] == 200
    assert bad["evidence"][0]["request"]["headers"]["Authorization"] == "(not shown)"
    assert next(script for script in shape["scripts"] if script["script"] == "good")["evidence"] == []


def test_text_shows_clause_answer_and_a_curl_line_that_works(result: SuiteResult, tmp_path: Path) -> None:
    bodies = keep_bodies(result, str(tmp_path / "evidence"))
    out = io.StringIO()
    print_summary(result, Console(file=out, width=60), bodies)
    text = out.getvalue()
    assert "FAIL: bad/test 1: it is" in text
    assert "  clause:   R-1 Some clause: Gone is gone. <http://x.example/c>" in text
    assert '-H "Authorization: $AUTHORIZATION"' in text
    assert "s3cret" not in text
    assert "could not test: broken: script" in text
    assert "1 passed" in text
    assert "2 failed" in text
    assert "1 could not be tested" in text
    file = tmp_path / "evidence" / "long-1.body"
    assert f"--data-binary @{file}" in text
    assert len(file.read_bytes()) > 2_000


def test_no_control_character_reaches_a_terminal_or_xml(result: SuiteResult) -> None:
    out = io.StringIO()
    print_summary(result, Console(file=out, force_terminal=False, width=200))
    shown = out.getvalue() + junit_xml(result).decode() + json.dumps(to_dict(result))
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_progress_is_a_line_per_script_in_a_pipe_and_alive_on_a_terminal(result: SuiteResult) -> None:
    out = io.StringIO()
    with PlainObserver(out) as observer:
        for script in result.scripts:
            observer.ended(script)
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("FAIL            bad ")
    assert "could not test  broken" in lines[1]
    assert isinstance(observer_for(Console(file=io.StringIO()), 4), PlainObserver)
    terminal = Console(file=io.StringIO(), force_terminal=True, width=120)
    with observer_for(terminal, len(result.scripts)) as live:
        for script in result.scripts:
            live.ended(script)
    print_summary(result, terminal)
    shown = terminal.file.getvalue()  # type: ignore[attr-defined]
    assert "What it shows" in shown
    assert "could not test" in shown
