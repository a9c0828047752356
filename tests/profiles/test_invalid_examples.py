"""The invalid examples: every rule has one, and each breaks exactly the rule that the index names."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vrfhir.profiles import artefacts

ROOT = Path(__file__).parents[2]
INVALID = ROOT / "conformance" / "invalid"
INDEX: list[dict[str, Any]] = json.loads((INVALID / "index.json").read_text(encoding="utf-8"))["examples"]
RECORD: dict[str, list[dict[str, str]]] = json.loads((ROOT / "conformance" / "crosscheck.json").read_text())["examples"]
STRUCTURES = {
    one.url: json.loads(one.path.read_text(encoding="utf-8"))
    for one in artefacts()
    if one.resource_type == "StructureDefinition"
}


def invariants() -> dict[tuple[str, str], str]:
    """(profile, key) -> severity of every invariant that our profiles add."""
    return {
        (url, rule["key"]): rule["severity"]
        for url, structure in STRUCTURES.items()
        for element in structure["differential"]["element"]
        for rule in element.get("constraint", [])
    }


def test_every_invariant_is_broken_by_an_example() -> None:
    broken = {(row["profile"], row["rule"]) for row in INDEX}
    assert invariants().keys() - broken == set()


def test_the_index_is_true() -> None:
    known = invariants()
    for row in INDEX:
        assert row["profile"] in STRUCTURES, row["file"]
        assert (ROOT / "examples" / row["from"]).is_file(), row["file"]
        if row["rule"].startswith("vr-"):
            assert known[row["profile"], row["rule"]] == row["severity"], row["file"]
    files = [row["file"] for row in INDEX]
    assert len(files) == len(set(files))


def test_the_files_are_what_the_index_says() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "build_invalid_examples.py"), "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("row", INDEX, ids=lambda row: row["file"])
def test_hl7s_validator_finds_exactly_the_named_rule(row: dict[str, Any]) -> None:
    before = RECORD[f"examples/{row['from']}"]
    found = [one for one in RECORD[f"conformance/invalid/{row['file']}"] if one not in before]
    named = [one for one in found if one["rule"] not in row.get("also", [])]
    expected = {"severity": row["severity"], "rule": row["rule"], "element": row["element"]}
    assert named == [expected]


RAISING = [
    structure
    for structure in STRUCTURES.values()
    if structure["type"] != "Extension"
    and any(one.get("min", 0) > 0 and "." in one["id"] for one in structure["differential"]["element"])
]


@pytest.mark.parametrize("structure", RAISING, ids=lambda one: one["id"])
def test_a_profile_that_requires_more_has_an_example_with_less(structure: dict[str, Any]) -> None:
    rules = {row["rule"] for row in INDEX if row["profile"] == structure["url"]}
    assert any(rule.startswith("Validation_VAL_Profile_Minimum") for rule in rules)
