"""The importer of the v2-to-FHIR guide: conditions, targets, rows and the comparison, on lines of our own in its format."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from vrfhir.mappers.conditions import compile_condition

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

from guide.conditions import ConditionError, read_condition
from guide.rows import TargetError, read_file, read_target
from import_v2_guide import main

HEAD = (
    "HL7 v2,,,,,,Condition (IF True),,,HL7 FHIR,,,,,,,,,Comments\n"
    ",,,,,,Computable ANTLR,Computable FHIRPath,Narrative,FHIR Attribute,,Data Type,Cardinality - Min,Cardinality - Max,"
    'Data Type Mapping,"Vocabulary Mapping\n(IS, ID)",Assignment,,\n'
)
NAME = "HL7 Segment - FHIR R4_ PV1[Encounter] - Sheet1.csv"
LINES = (
    "1,PV1-1,Set,SI,0,1,,,,,,,,,,,,,\n"
    "4,PV1-4,Kind,CWE,0,1,IF PV1-4 VALUED,,,type,,CodeableConcept,0,-1,CWE[CodeableConcept],Kinds,,,\n"
    '4,PV1-4,Kind,CWE,0,1,,,,status,,code,0,1,,,"""planned""",,\n'
    "6,PV1-6,Place,PL,0,1,,,,location[2].location(Location),,Reference,0,1,PL[Location],,,,\n"
    "9,PV1-9,Who,XCN,0,-1,,,,length,,Quantity,0,1,XCN[Practitioner],,,,\n"
    '21,PV1-21,New,IS,0,1,"IF PV1-21 IN (""A""",,,hospitalization.newElement,,code,0,1,CWE[code],,,,\n'
    "22,PV1-22,New,IS,0,1,,,when asked,priority,,CodeableConcept,0,1,CWE[CodeableConcept],,,,\n"
)


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    (tmp_path / NAME).write_text(HEAD + LINES, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", None),
        ("IF PID-24 VALUED", ["valued", "PID-24"]),
        ("IF PID-25 IS NOT VALUED", ["not", ["valued", "PID-25"]]),
        ("PID-25 DOES NOT EXIST", ["not", ["valued", "PID-25"]]),
        ('IF OBX-2 EQUALS "SN" AND OBX-5.1 NOT EQUALS "<>"', ["and", ["=", "OBX-2", "SN"], ["not", ["=", "OBX-5.1", "<>"]]]),
        ('IF TXA-19 IN ("CA", "OB")', ["in", "TXA-19", ["CA", "OB"]]),
        ("IF TXA-19 NOT IN (“CA”)", ["not", ["in", "TXA-19", ["CA"]]]),
        ('IF CWE.3 IS "HL70276"', ["=", "SCH-7.3", "HL70276"]),
        ("IF OBX-33 COUNT>1", ["count", "OBX-33", ">", 1]),
        ("IF PID-11 LST.COUNT EQUALS 1", ["count", "PID-11", "=", 1]),
        ("IF PID-7 LENGTH GREATER THAN 8", ["length", "PID-7", ">", 8]),
        ("IF PV1-3.2 OR PV1-3.3 VALUED", ["or", ["valued", "PV1-3.2"], ["valued", "PV1-3.3"]]),
        ('IF EVN-4 NOT "U"', ["not", ["=", "EVN-4", "U"]]),
        ("IF (PID-1 VALUED OR PID-2 VALUED) AND NOT PID-3 VALUED",
         ["and", ["or", ["valued", "PID-1"], ["valued", "PID-2"]], ["not", ["valued", "PID-3"]]]),
    ],
)  # fmt: skip
def test_conditions_of_the_guide_are_conditions_of_ours(text: str, tree: Any) -> None:
    assert read_condition(text, "SCH-7") == tree
    if tree is not None:
        compile_condition(tree)


@pytest.mark.parametrize(
    "text", ['IF X IN ("A", X")', "c", "IF PID-3", "IF (PID-3 VALUED", "PID-3 IN", "IF PID-3 COUNT", "§"]
)
def test_what_is_no_condition_is_not_guessed(text: str) -> None:
    with pytest.raises(ConditionError):
        read_condition(text, "PID-3")


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("identifier[1]", "Encounter.identifier"),
        ("location[2].location(Location)", "Encounter.location.location"),
        ("requester(PractitionerRole.practitioner(Practitioner.address))", "Practitioner.address"),
        ("note(Annotation.text)", "Encounter.note.text"),
        ('type.coding.code="PART"', "Encounter.type.coding.code"),
    ],
)
def test_targets_name_the_resource_they_are_in(text: str, target: str) -> None:
    assert read_target(text, "Encounter") == target


@pytest.mark.parametrize("text", ["condition(Condition.asserter(Practitioner)", "a..b", ""])
def test_a_broken_target_is_told(text: str) -> None:
    with pytest.raises(TargetError):
        read_target(text, "Encounter")


def test_a_file_becomes_rows_with_their_lines(guide: Path) -> None:
    rows = [each.to_row() for each in read_file(guide / NAME)]
    assert rows[0] == {
        "id": "PV1-4", "v2": "PV1-4", "to": "Encounter.type", "as": "CodeableConcept", "when": ["valued", "PV1-4"],
        "vocabulary": "Kinds", "source": "ig", "reference": f"{NAME}:4",
    }  # fmt: skip
    assert rows[1]["constant"] == "planned"
    assert "condition" in rows[4]["unread"][0]
    assert rows[5]["unread"] == ["narrative condition: when asked"]


def test_the_comparison_says_what_is_the_same_elsewhere_and_missing(
    guide: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(guide), "--all", "--rows", str(guide / "rows.json")]) == 0
    text = capsys.readouterr().out
    kinds = {
        line.split()[1]: line.split()[0] for line in text.splitlines() if " ours: " in line and "not in" not in line
    }
    assert kinds["PV1-6"] == "same"
    assert kinds["PV1-9"] == "elsewhere"
    assert kinds["PV1-21"] == "unread"
    assert "not in the guide PV1-2 " in text
    assert "6 rows of 1 files, 1 not wholly understood" in text
    assert len(json.loads((guide / "rows.json").read_text(encoding="utf-8"))) == 6


def test_strictness_and_wrong_files(guide: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(guide), "--strict"]) == 1
    empty = guide / "empty"
    empty.mkdir()
    assert main([str(empty)]) == 2
    wrong = guide / "no-flavour.csv"
    wrong.write_text("a,b\n", encoding="utf-8")
    assert main([str(wrong)]) == 2
    other = guide / "HL7 Segment PV1[Encounter].csv"
    other.write_text("a,b\nc,d\n", encoding="utf-8")
    assert main([str(other)]) == 2
    assert "no column" in capsys.readouterr().err
