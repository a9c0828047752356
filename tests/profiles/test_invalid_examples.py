"""The invalid examples: every rule has one, and each breaks exactly the rule that the index names."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vrfhir.profiles import artefacts

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from extend_invalid_examples import reason_for  # noqa: E402
from invalid.constraints import constraints  # noqa: E402

INVALID = ROOT / "conformance" / "invalid"
INDEX: list[dict[str, Any]] = json.loads((INVALID / "index.json").read_text(encoding="utf-8"))["examples"]
RECORD: dict[str, list[dict[str, str]]] = json.loads((ROOT / "conformance" / "crosscheck.json").read_text())["examples"]
NOT_SHOWN: dict[str, list[dict[str, Any]]] = json.loads((INVALID.parent / "invalid-not-shown.json").read_text(encoding="utf-8"))
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
    named = [one for index, one in enumerate(found) if one["rule"] not in row.get("also", []) and one not in found[:index]]
    expected = {"severity": row["severity"], "rule": row["rule"], "element": row["element"]}
    unseen = {file: one["reason"] for one in NOT_SHOWN["unseen"] for file in one["files"]}
    if row["file"] in unseen:
        assert expected not in named, "HL7's validator sees it by now"
    else:
        assert named == [expected]


def test_every_constraint_is_broken_by_an_example_or_says_why_not() -> None:
    shown = {(row["profile"], row.get("constraint")) for row in INDEX} | {
        (row["profile"], row["rule"]) for row in INDEX
    }
    missing = [
        f"{one.profile.rpartition('/')[2]} {one.label}"
        for one in constraints()
        if not {(one.profile, one.label), (one.profile, one.keyword)} & shown
        and not reason_for(one, NOT_SHOWN["reasons"])
    ]
    assert missing == [], "run tools/extend_invalid_examples.py --write, or give the reason in invalid-not-shown.json"


def test_rows_name_constraints_that_exist() -> None:
    known = {(one.profile, one.label) for one in constraints()}
    assert [
        row["file"] for row in INDEX if "constraint" in row and (row["profile"], row["constraint"]) not in known
    ] == []


def test_reasons_are_needed_and_given() -> None:
    """A reason that fits no constraint without an example is taken out."""
    shown = {(row["profile"], row.get("constraint")) for row in INDEX} | {
        (row["profile"], row["rule"]) for row in INDEX
    }
    bare = [one for one in constraints() if not {(one.profile, one.label), (one.profile, one.keyword)} & shown]
    for reason in NOT_SHOWN["reasons"]:
        assert reason["reason"].endswith(".")
        for pattern in reason["constraints"]:
            assert any(reason_for(one, [{**reason, "constraints": [pattern]}]) for one in bare), pattern
    files = {row["file"] for row in INDEX}
    assert {file for one in NOT_SHOWN["unseen"] for file in one["files"]} <= files
