"""``import vrfhir`` is cheap, and everything it names is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import vrfhir


@pytest.mark.parametrize("name", vrfhir.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(vrfhir, name) is not None


def test_unknown_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'validater'"):
        _ = vrfhir.validater  # type: ignore[attr-defined]


def test_importing_the_package_imports_none_of_its_rooms() -> None:
    script = "import sys, vrfhir; print([name for name in sys.modules if name.startswith('vrfhir.')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['vrfhir.issues']"


def test_validating_imports_nothing_heavy(root: Path) -> None:
    script = (
        "import sys; from vrfhir.cli import main; main(['validate', sys.argv[1]]);"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'rich', 'lxml', 'httpx', 'fastapi', 'pydantic', 'uvicorn', 'hl7apy', 'msgspec', 'sqlite3'}))"
    )
    example = str(root / "examples" / "driver" / "fhir" / "patient.json")
    done = subprocess.run([sys.executable, "-c", script, example], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_typed_models_read_what_we_ship(root: Path) -> None:
    path = root / "examples" / "driver" / "fhir" / "task-accepted.json"
    task = vrfhir.models().get_fhir_model_class("Task").model_validate_json(path.read_bytes())
    assert task.status == "accepted"
