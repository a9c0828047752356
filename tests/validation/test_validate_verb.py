"""``vrfhir validate``: exit codes, outputs, and the pipe."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from vrfhir.cli import main
from vrfhir.validation import Validator
from vrfhir.validation.pipe import answer_lines

GOOD = '{"resourceType": "Patient", "id": "p", "name": [{"family": "Example"}]}'
BAD = '{"resourceType": "Patient",\n "gender": "fmale"}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.json").write_text(GOOD)
    (tmp_path / "bad.json").write_text(BAD)
    (tmp_path / "rows.ndjson").write_text(GOOD + "\n\n" + BAD.replace("\n", "") + "\n")
    return tmp_path


def test_exit_codes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(folder / "good.json")]) == 0
    assert main(["validate", str(folder / "bad.json")]) == 1
    assert main(["validate", str(folder / "none.json")]) == 2
    assert main(["validate", str(folder / "*.nothing")]) == 2
    assert main(["validate"]) == 2
    assert main(["validate", str(folder / "good.json"), "--profile", "https://none.test/x"]) == 2
    assert "not known" in capsys.readouterr().err


def test_plain_output_names_place_rule_and_remedy(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["validate", str(folder / "bad.json")])
    out = capsys.readouterr().out
    assert "2:19 Patient.gender  [Terminology_TX_NoValid_16]" in out
    assert "Did you mean female or male?" in out
    assert "\x1b" not in out


def test_folders_globs_and_ndjson(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--json", str(folder)]) == 1
    reports = json.loads(capsys.readouterr().out)["reports"]
    assert [(Path(each["source"]).name, each["valid"]) for each in reports] == [
        ("bad.json", False),
        ("good.json", True),
        ("rows.ndjson:1", True),
        ("rows.ndjson:3", False),
    ]
    assert main(["validate", str(folder / "g*.json")]) == 0


def test_warnings_can_fail(folder: Path) -> None:
    (folder / "warn.json").write_text('{"resourceType": "Patient", "name": [{"family": " Example"}]}')
    assert main(["validate", str(folder / "warn.json")]) == 0
    assert main(["validate", "--fail-on", "warning", str(folder / "warn.json")]) == 1


def test_the_pipe_answers_each_line(folder: Path) -> None:
    requests = [
        json.dumps({"id": "1", "resource": str(folder / "bad.json"), "format": "json"}),
        "not json",
        json.dumps({"id": "2", "resource": str(folder / "none.json")}),
        json.dumps({"id": "3", "resource": str(folder / "good.json"), "profile": {"url": "https://none.test/x"}}),
        json.dumps({"id": "4"}),
        "",
        json.dumps(
            {
                "id": "5",
                "resource": str(folder / "good.json"),
                "supporting": [],
                "options": {"validateReference": "CHECK_VALID"},
            }
        ),
    ]
    first, second, third, fourth, fifth, sixth = map(json.loads, answer_lines(Validator(), requests))
    issue, other = first["issues"]
    assert other["messageId"] == "UNABLE_TO_INFER_CODESYSTEM"
    assert (issue["severity"], issue["expression"], issue["line"], issue["messageId"]) == (
        "error",
        "Patient.gender",
        2,
        "Terminology_TX_NoValid_16",
    )
    assert "crash" in second
    assert third["id"] == "2"
    assert "crash" in third
    assert "not known" in fourth["crash"]
    assert "crash" in fifth
    assert sixth == {"id": "5", "issues": []}


def test_heavy_libraries_stay_out() -> None:
    code = "import sys, vrfhir.validation; print(sorted(set(sys.modules) & {'lxml', 'rich', 'httpx', 'fastapi', 'pydantic'}))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
