"""Our validator on the stories and the invalid corpus: the same verdict as HL7's, rule by rule and element by element."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from vrfhir import Validator

ROOT = Path(__file__).parents[2]
STORIES = sorted((ROOT / "examples").glob("*/fhir/*.json"))
INVALID = ROOT / "conformance" / "invalid"
INDEX: list[dict[str, Any]] = json.loads((INVALID / "index.json").read_text(encoding="utf-8"))["examples"]

DIFFERENCES: dict[str, str] = {}
"""Where our validator still says more than HL7's (warnings); strict, so an entry goes when the difference does."""


def case(value: Any, name: str) -> Any:
    """A test case, marked where the difference is known."""
    marks = [pytest.mark.xfail(reason=DIFFERENCES[name], strict=True)] if name in DIFFERENCES else []
    return pytest.param(value, id=name, marks=marks)


@cache
def validator() -> Validator:
    return Validator()


@cache
def findings(path: Path) -> tuple[tuple[str, str, str], ...]:
    """(severity, rule, element) of every error and warning."""
    return tuple(
        (issue.severity, issue.id.rsplit("#", 1)[-1], re.sub(r"/\*.*?\*/|\.ofType\(\w+\)", "", issue.expression))
        for issue in validator().validate(path.read_bytes()).issues
        if issue.severity != "information"
    )


UNAVOIDABLE = {
    "Reference_REF_MultipleMatches": "an employer's record fits VR-Organization too; HL7's engine warns as well"
}
"""Warnings in valid stories, with the reason."""


@pytest.mark.parametrize("path", [case(one, f"{one.parts[-3]}/{one.name}") for one in STORIES])
def test_stories_are_valid(path: Path) -> None:
    assert [one for one in findings(path) if one[0] != "warning" or one[1] not in UNAVOIDABLE] == []


@pytest.mark.parametrize("row", [case(row, row["file"]) for row in INDEX])
def test_exactly_the_named_rule_is_found(row: dict[str, Any]) -> None:
    before = set(findings(ROOT / "examples" / row["from"]))
    found = [one for one in findings(INVALID / row["file"]) if one not in before]
    named = [one for one in dict.fromkeys(found) if one[1] not in row.get("also", [])]
    assert named == [(row["severity"], row["rule"], row["element"])]
