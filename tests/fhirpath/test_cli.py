"""``vrfhir fhirpath``: text, JSON, the pipe, exit codes."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from vrfhir.cli import main

PATIENT = '{"resourceType": "Patient", "active": true, "birthDate": "1980-01-02", "name": [{"family": "Example"}, {"family": "Other"}]}'
XML = '<Patient xmlns="http://hl7.org/fhir"><active value="true"/><name><family value="Example"/></name></Patient>'


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    contents = {"good": PATIENT, "xml": XML, "broken": '{"resourceType": '}
    for name, text in contents.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return {name: str(tmp_path / name) for name in (*contents, "absent")}


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["fhirpath", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_values_are_printed(capsys: pytest.CaptureFixture[str], files: dict[str, str]) -> None:
    assert _run(capsys, "name.family", files["good"]) == (0, "Example\nOther\n", "")
    assert _run(capsys, "Patient.name.family", files["xml"]) == (0, "Example\n", "")
    assert _run(capsys, "1 + 1") == (0, "2\n", "")
    code, out, _ = _run(capsys, "name.count()", files["good"], files["xml"])
    assert (code, out) == (0, f"{files['good']}: 2\n{files['xml']}: 1\n")


def test_json_output(capsys: pytest.CaptureFixture[str], files: dict[str, str]) -> None:
    code, out, _ = _run(capsys, "birthDate | name.first()", files["good"], "--json")
    assert code == 0
    assert json.loads(out)["outputs"] == [
        {"type": "date", "value": "1980-01-02"},
        {"type": "HumanName", "value": '{"family":"Example"}'},
    ]


def test_traces_go_to_standard_error(capsys: pytest.CaptureFixture[str], files: dict[str, str]) -> None:
    assert _run(capsys, "active.trace('a')", files["good"], "--trace") == (0, "true\n", "trace a: true\n")
    assert _run(capsys, "active.trace('a')", files["good"]) == (0, "true\n", "")


def test_exit_codes(capsys: pytest.CaptureFixture[str], files: dict[str, str]) -> None:
    assert _run(capsys, "name.single()", files["good"])[0] == 1
    assert _run(capsys, "name.nonsense", files["good"], "--strict")[0] == 1
    assert _run(capsys, "name.", files["good"])[0] == 2
    assert _run(capsys, "name", files["broken"])[0] == 2
    code, out, err = _run(capsys, "active", files["absent"], files["good"])
    assert code == 2
    assert "true" in out
    assert "absent" in err
    assert "Traceback" not in err
    assert _run(capsys)[0] == 2


def _pipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *lines: Any) -> list[dict[str, Any]]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    monkeypatch.setattr("sys.stdin", io.StringIO(text + "\n"))
    assert main(["fhirpath", "--jsonl"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_pipe_answers_every_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], files: dict[str, str]
) -> None:
    answers = _pipe(
        monkeypatch,
        capsys,
        {"id": "1", "expression": "name.family.first()", "input": files["good"], "format": "json", "mode": None},
        {"id": "2", "expression": "4 days", "input": None},
        {"id": "3", "expression": "name.nonsense", "input": files["xml"], "format": "xml", "mode": "strict"},
        {"id": "4", "expression": "1 +"},
        {"id": "5", "expression": "name", "input": files["absent"]},
        "not json",
        {"id": "7"},
        "[1]",
        {"id": "9", "expression": "true"},
    )
    assert answers[0] == {"id": "1", "outputs": [{"type": "string", "value": "Example"}]}
    assert answers[1] == {"id": "2", "outputs": [{"type": "Quantity", "value": "4 days"}]}
    assert [answer["id"] for answer in answers] == ["1", "2", "3", "4", "5", None, "7", None, "9"]
    assert all("error" in answer for answer in answers[2:8])
    assert answers[8]["outputs"] == [{"type": "boolean", "value": "true"}]


def test_references_within_a_bundle(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Organization", "name": "Practice"}},
            {
                "fullUrl": "urn:uuid:2",
                "resource": {"resourceType": "Patient", "managingOrganization": {"reference": "urn:uuid:1"}},
            },
        ],
    }
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle), encoding="utf-8")
    assert _run(capsys, "Bundle.entry.resource.managingOrganization.resolve().name", str(path)) == (0, "Practice\n", "")


def test_value_sets_are_known(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "patient.json"
    path.write_text('{"resourceType": "Patient", "gender": "female"}', encoding="utf-8")
    assert _run(capsys, "gender.memberOf(%`vs-administrative-gender`)", str(path)) == (0, "true\n", "")
