"""HL7's public FHIRPath suite for R4, the development half, through the command's pipe: http://hl7.org/fhirpath/tests.html."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FLOOR = 463
"""Tests that pass today; a change may raise it, none may lower it."""


@pytest.mark.shared
def test_the_public_suite_keeps_its_score(shared: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    subprocess.run(
        [sys.executable, shared / "tools" / "score_fhirpath.py", shared / "data" / "fhirpath-cases", "--types",
         "--cmd", f"{sys.executable} -m vrfhir fhirpath --jsonl", "--report", report],
        check=True, capture_output=True,
    )  # fmt: skip
    outcome = json.loads(report.read_text(encoding="utf-8"))
    assert outcome["total"]["pass"] >= FLOOR, [failed["id"] for failed in outcome["fails"]]
