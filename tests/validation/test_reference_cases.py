"""Agreement with HL7's engine on the public reference cases: a sample of them, in this process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vrfhir.validation import Validator

CASES = Path(__file__).parents[2] / "../shared/data/reference-cases"


@pytest.mark.shared
def test_verdicts_agree_with_the_reference() -> None:
    if not (CASES / "cases.jsonl").is_file():
        pytest.skip("the reference cases do not lie beside the project (../shared/data/reference-cases)")
    lines = (CASES / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [case for case in map(json.loads, lines) if case["terminology"] != "issues" and not case.get("extPack")]
    validator = Validator()
    sample = cases[::5]
    wrong = []
    for case in sample:
        expected = case["expected"]["error"] + case["expected"]["fatal"] == 0
        if validator.validate((CASES / "files" / case["resource"]).read_bytes()).valid is not expected:
            wrong.append(case["id"])
    assert len(wrong) <= len(sample) * 0.02, wrong
