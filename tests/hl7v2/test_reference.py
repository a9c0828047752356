"""The reference tables: against what the standard says of the referral segments, and against hl7apy itself."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from importlib.metadata import version as installed
from pathlib import Path

import pytest

from vrfhir.hl7v2.reference import VERSIONS, nearest_version, structure_name, tables

REF_2_4 = (
    "MSH RF1? (AUT CTD?)? (PRD CTD*)+ PID NK1* GT1* (IN1 IN2? IN3?)* ACC? DG1* DRG* AL1* (PR1 (AUT CTD?)?)* "
    "(OBR NTE* (OBX NTE*)*)* (PV1 PV2?)? NTE*"
)
RRI_2_4 = "MSH MSA? " + REF_2_4.removeprefix("MSH ").replace(" NK1* GT1* (IN1 IN2? IN3?)*", "")


def test_the_referral_structures_step_by_step() -> None:
    steps = {
        ("2.3", "2.3.1", "2.4"): [],
        ("2.5", "2.5.1"): [("MSH", "MSH SFT*")],
        ("2.6", "2.7"): [("MSH", "MSH SFT* UAC?")],
        ("2.8", "2.8.1", "2.8.2"): [("MSH", "MSH SFT* UAC?"), ("OBX NTE*", "OBX PRT* NTE*")],
    }
    for versions, changes in steps.items():
        for name, expected in (("REF_I12", REF_2_4), ("RRI_I12", RRI_2_4)):
            for old, new in changes:
                expected = expected.replace(old, new)
            for version in versions:
                assert re.sub(r"[A-Z0-9_]+\(", "(", tables(version).structures[name]) == expected


@pytest.mark.parametrize(
    ("segment", "counts"),
    [
        ("RF1", [11, 11, 11, 11, 11, 12, 12, 25, 25, 25]),
        ("PRD", [9, 9, 9, 9, 9, 14, 14, 14, 14, 14]),
        ("CTD", [7] * 10),
        ("ERR", [1, 1, 1, 12, 12, 12, 12, 12, 12, 12]),
        ("AUT", [10, 10, 10, 10, 10, 10, 12, 29, 29, 29]),
    ],
)
def test_field_counts_by_version(segment: str, counts: list[int]) -> None:
    assert [len(tables(version).segment(segment) or ()) for version in VERSIONS] == counts


def test_definitions() -> None:
    field = tables("2.5.1").field("RF1", 6)
    assert field is not None
    assert (field.datatype, field.is_required, field.repeats, field.name) == (
        "EI",
        True,
        False,
        "originating referral identifier",
    )
    reason = tables("2.6").field("RF1", 10)
    assert reason is not None
    assert (reason.datatype, reason.maximum, reason.table) == ("CWE", None, "0336")
    withdrawn = tables("2.8").field("MSA", 3)
    assert withdrawn is not None
    assert withdrawn.is_withdrawn
    assert [component.datatype for component in tables("2.4").datatype("EI") or ()] == ["ST", "IS", "ST", "ID"]
    assert tables("2.4").datatype("ST") is None
    assert tables("2.4").segment("ZU1") is None
    assert tables("2.4").field("RF1", 12) is None


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        ("2.4", "2.4"),
        ("2.5+", "2.5"),
        ("2.6.1", "2.6"),
        ("2.7.1", "2.7"),
        ("2.9", "2.8.2"),
        ("2.999", "2.8.2"),
        ("2.2", "2.3"),
        ("2", "2.3"),
        ("", "2.4"),
        ("V2.4", "2.4"),
        ("3.0", "2.4"),
        ("2.4.9.9.9.9", "2.4"),
    ],
)
def test_the_nearest_version(declared: str, used: str) -> None:
    assert nearest_version(declared) == used


@pytest.mark.parametrize(
    ("code", "trigger", "version", "structure"),
    [
        ("REF", "I14", "2.4", "REF_I12"),
        ("RRI", "I15", "2.8", "RRI_I12"),
        ("ADT", "A08", "2.5", "ADT_A01"),
        ("ADT", "A28", "2.4", "ADT_A05"),
        ("ADT", "A28", "2.3", "ADT_A01"),
        ("ADT", "A40", "2.3.1", "ADT_A39"),
        ("SIU", "S26", "2.5", "SIU_S12"),
        ("MDM", "T02", "2.5", "MDM_T02"),
        ("ACK", "I12", "2.5", "ACK"),
        ("BAR", "P01", "2.5", ""),
    ],
)
def test_structures_of_events(code: str, trigger: str, version: str, structure: str) -> None:
    assert structure_name(code, trigger, version) == structure
    if structure:
        assert tables(version).structure(structure) is not None


@pytest.mark.parametrize("version", VERSIONS)
def test_every_field_is_what_hl7apy_says(version: str) -> None:
    segments = importlib.import_module(f"hl7apy.v{version.replace('.', '_')}.segments").SEGMENTS
    for name in tables(version).segment_names:
        ours = tables(version).segment(name) or ()
        for child, reference, (minimum, maximum), _ in segments[name][1]:
            field = ours[int(child.rpartition("_")[2]) - 1]
            assert field.minimum == minimum, child
            if not field.is_withdrawn:
                assert field.maximum == (None if maximum == -1 else maximum), child
                assert (field.datatype or None) == (reference[2] or "").removesuffix("_SIMPLE") or None, child


def test_the_committed_tables_are_what_the_tool_makes(root: Path) -> None:
    made_from = json.loads((root / "vrfhir/hl7v2/data/2.4.json").read_text(encoding="utf-8"))["source"]
    if made_from != f"hl7apy {installed('hl7apy')}":
        pytest.skip(f"the tables were made from {made_from}, another version is installed here")
    done = subprocess.run(
        [sys.executable, "tools/extract_hl7v2_tables.py", "--check"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tool_sees_a_changed_file(root: Path, tmp_path: Path) -> None:
    code = f"""
import runpy, sys, pathlib
module = runpy.run_path({str(root / "tools" / "extract_hl7v2_tables.py")!r})
folder = pathlib.Path({str(tmp_path)!r})
module["main"].__globals__["FOLDER"] = folder
sys.argv = ["tool"]
assert module["main"]() == 0
sys.argv = ["tool", "--check"]
assert module["main"]() == 0
path = folder / "2.4.json"
path.write_text(path.read_text().replace("referral priority", "priority"))
sys.exit(module["main"]())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, "2.4.json" in done.stdout) == (1, True), done.stderr


def test_the_files_say_where_they_come_from(root: Path) -> None:
    for path in (root / "vrfhir" / "hl7v2" / "data").glob("*.json"):
        facts = json.loads(path.read_text(encoding="utf-8"))
        assert facts["generated"].startswith("by tools/extract_hl7v2_tables.py")
        assert facts["source"].startswith("hl7apy ")
