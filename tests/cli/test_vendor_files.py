"""What vendors take into their own repositories: the pre-commit hooks and the GitHub Action."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

BAD = '{"resourceType": "Patient", "gender": "fmale"}'
GOOD = '{"resourceType": "Patient", "gender": "female"}'


@pytest.fixture(scope="module")
def hooks(root: Path) -> dict[str, Any]:
    return {each["id"]: each for each in yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text())}


@pytest.fixture(scope="module")
def action(root: Path) -> Any:
    return yaml.safe_load((root / "action.yml").read_text())


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command, cwd=folder, env=os.environ | {"PATH": path, **environment}, capture_output=True, text=True, check=False
    )


def test_hooks_have_what_pre_commit_asks_for(hooks: dict[str, Any]) -> None:
    known = {
        "id",
        "name",
        "description",
        "entry",
        "language",
        "files",
        "exclude",
        "types",
        "types_or",
        "require_serial",
    }
    assert set(hooks) == {"vrfhir-validate", "vrfhir-map"}
    for each in hooks.values():
        assert {"id", "name", "entry", "language", "files"} <= set(each) <= known
        assert each["language"] == "python"
        assert re.compile(each["files"])


def test_the_hook_takes_resources_only(hooks: dict[str, Any]) -> None:
    hook = hooks["vrfhir-validate"]
    names = ["a/patient.json", "x.xml", "rows.ndjson", "package.json", "web/package-lock.json", "readme.md"]
    taken = [each for each in names if re.search(hook["files"], each) and not re.search(hook["exclude"], each)]
    assert taken == ["a/patient.json", "x.xml", "rows.ndjson"]


def test_the_entries_run(hooks: dict[str, Any], tmp_path: Path, root: Path) -> None:
    (tmp_path / "good.json").write_text(GOOD)
    (tmp_path / "bad.json").write_text(BAD)
    validate = shlex.split(hooks["vrfhir-validate"]["entry"])
    assert run([*validate, "good.json"], tmp_path).returncode == 0
    found = run([*validate, "good.json", "bad.json"], tmp_path)
    assert (found.returncode, "Terminology_TX_NoValid_16" in found.stdout) == (1, True)
    message = root / "examples" / "driver" / "hl7v2" / "ref-i12.hl7"
    mapped = run([*shlex.split(hooks["vrfhir-map"]["entry"]), str(message)], tmp_path)
    assert mapped.returncode == 0, mapped.stderr


def test_the_action_has_what_github_asks_for(action: Any) -> None:
    assert {"name", "description", "runs", "inputs"} <= set(action)
    assert action["runs"]["using"] == "composite"
    for each in action["inputs"].values():
        assert each["description"]
        assert each.get("required") or "default" in each
    for step in action["runs"]["steps"]:
        assert ("uses" in step) != ("run" in step)
        assert "run" not in step or step["shell"] == "bash"
        # what a caller gives reaches a script by environment only
        assert "${{" not in step.get("run", "")
    used = set(re.findall(r"inputs\.([\w-]+)", str(action)))
    assert used == set(action["inputs"])


def validated(action: Any, folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    step = next(each for each in action["runs"]["steps"] if each.get("id") == "validate")
    given = {name: str(each.get("default", "")) for name, each in action["inputs"].items()} | inputs
    environment = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], value)
        for name, value in step["env"].items()
    }
    output = folder / "github-output"
    return run(["bash", "-e", "-c", step["run"]], folder, GITHUB_OUTPUT=str(output), **environment)


def test_the_script_of_the_action_runs(action: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bad file.json").write_text(BAD)
    (tmp_path / "good.json").write_text(GOOD)
    done = validated(action, tmp_path, files="in\ngood.json\n", html="report.html", jobs="1")
    assert done.returncode == 1, done.stderr
    assert "2 checked, 1 not valid" in done.stdout
    assert '"ruleId": "Terminology_TX_NoValid_16"' in (tmp_path / "vrfhir.sarif").read_text()
    assert (tmp_path / "report.html").exists()
    assert (tmp_path / "github-output").read_text() == "sarif=vrfhir.sarif\n"
    assert validated(action, tmp_path, files="good.json", jobs="1").returncode == 0
    assert validated(action, tmp_path, files="in", **{"fail-on": "never"}, jobs="1").returncode == 0


def test_a_file_name_is_no_command(action: Any, tmp_path: Path) -> None:
    done = validated(
        action, tmp_path, files='$(touch owned)"; touch owned; "', profiles="--output=owned.json", jobs="1"
    )
    assert done.returncode == 2
    assert not list(tmp_path.glob("owned*"))
