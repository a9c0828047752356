"""The structure matcher: REF_I12 and RRI_I12 in every version, and what real messages do to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.hl7v2 import match_structure, parse
from vrfhir.hl7v2.reference import VERSIONS, tables
from vrfhir.hl7v2.structure import StructureMatch
from vrfhir.hl7v2.structure_pattern import Group, parse_pattern

FULL = "MSH RF1 AUT CTD PRD CTD PRD PID NK1 NK1 GT1 IN1 IN2 IN1 ACC DG1 DG1 DRG AL1 PR1 AUT PR1 OBR NTE OBX NTE OBX OBR OBX PV1 PV2 NTE"


def match(names: str, event: str = "REF^I12", version: str = "2.4") -> StructureMatch:
    header = f"MSH|^~\\&|A|B|C|D|20260105||{event}|1|P|{version}"
    lines = [header if name == "MSH" else name + "|1" for name in names.split()]
    return match_structure(parse("\r".join(lines).encode()))


def findings(names: str, event: str = "REF^I12", version: str = "2.4") -> list[tuple[str, str]]:
    return [(issue.id[-4:], issue.expression) for issue in match(names, event, version).issues]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_full_referral_fits_every_version(version: str) -> None:
    assert findings(FULL, version=version) == []
    assert findings("MSH PRD PID", version=version) == []
    assert findings("MSH MSA RF1 PRD PID PV1 NTE", "RRI^I12", version) == []


def test_the_groups_segments_stand_in() -> None:
    found = match("MSH RF1 AUT PRD CTD PRD PID PR1 AUT OBR NTE OBX NTE OBX PV1 NTE ZU1", version="2.5.1")
    assert found.groups == [
        "",
        "",
        "AUTHORIZATION_CONTACT[1]",
        "PROVIDER_CONTACT[1]",
        "PROVIDER_CONTACT[1]",
        "PROVIDER_CONTACT[2]",
        "",
        "PROCEDURE[1]",
        "PROCEDURE[1]/AUTCTD_SUPPGRP2[1]",
        "OBSERVATION[1]",
        "OBSERVATION[1]",
        "OBSERVATION[1]/RESULTS_NOTES[1]",
        "OBSERVATION[1]/RESULTS_NOTES[1]",
        "OBSERVATION[1]/RESULTS_NOTES[2]",
        "PATIENT_VISIT[1]",
        "",
        None,
    ]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("MSH RF1 PID", [("0122", "PRD")]),
        ("MSH RF1 PRD", [("0122", "PID")]),
        ("MSH PRD PID PV1 RF1", [("0120", "RF1[1]")]),
        ("MSH PID PRD", [("0120", "PRD[1]")]),
        ("MSH PID PRD PRD", [("0120", "PRD[1]"), ("0120", "PRD[2]")]),
        ("MSH EVN PRD PID PD1", [("0121", "EVN[1]"), ("0121", "PD1[1]")]),
        ("MSH ZU1 PRD ZU2 PID ZU8", []),
        ("MSH PRD PID PID", [("0123", "PID[2]")]),
        ("MSH PRD PID OBX OBX", [("0122", "OBR")]),
        ("MSH PRD AUT PID", [("0120", "AUT[1]")]),
        ("MSH PRD PID PV1 OBR OBX", [("0120", "OBR[1]"), ("0120", "OBX[1]")]),
    ],
)
def test_deviations_are_named_and_nothing_else(names: str, expected: list[tuple[str, str]]) -> None:
    assert findings(names) == expected


def test_a_structure_not_supported_gives_no_findings() -> None:
    assert match("MSH PID", "BAR^P01") == StructureMatch("", [None, None], ())


def test_segments_newer_than_the_version_are_unexpected() -> None:
    assert findings("MSH SFT PRD PID", version="2.4") == [("0121", "SFT[1]")]
    assert findings("MSH SFT PRD PID", version="2.5") == []
    assert findings("MSH SFT UAC PRD PID OBR OBX PRT NTE", version="2.8") == []


@given(st.lists(st.sampled_from([*FULL.split()[1:], "EVN", "ZU1", "PRT", "MSA"]), max_size=25))
def test_every_segment_has_an_answer_and_nothing_crashes(names: list[str]) -> None:
    for event in ("REF^I12", "ORU^R01", "ADT^A01", "OMG^O19", "ORM^O01"):
        found = match(" ".join(["MSH", *names]), event, "2.5.1")
        assert len(found.groups) == len(names) + 1
        unplaced = {issue.line for issue in found.issues if issue.id == "VR-V2-0121"}
        for line, (name, group) in enumerate(zip(["MSH", *names], found.groups, strict=True), 1):
            assert (group is None) == (line in unplaced or name.startswith("Z"))


def sentences(group: Group, draw: st.DrawFn) -> list[str]:
    """A message that follows the grammar."""
    words: list[str] = []
    children = [draw(st.sampled_from(group.children))] if group.is_choice else group.children
    for child in children:
        for _ in range(draw(st.integers(max(child.minimum, group.is_choice), min(child.maximum or 3, 3)))):
            words += sentences(child, draw) if isinstance(child, Group) else [child.name]
    return words


@given(st.data())
def test_what_follows_the_grammar_of_a_referral_has_no_findings(data: st.DataObject) -> None:
    version = data.draw(st.sampled_from(VERSIONS))
    event = data.draw(st.sampled_from(["REF^I12", "RRI^I12"]))
    top = tables(version).structure(event.replace("^", "_"))
    assert top is not None
    words = data.draw(st.composite(lambda draw: sentences(top, draw))())
    assert findings(" ".join(words), event, version) == []


def test_patterns_are_trees() -> None:
    top = parse_pattern("X", "MSH A(PRD CTD*)+ |(OBR RXO) NTE?")
    assert [child.name for child in top.children] == ["MSH", "A", "", "NTE"]
    assert [(place.name, place.minimum, place.maximum) for place in top.places()][:3] == [
        ("MSH", 1, 1),
        ("PRD", 1, 1),
        ("CTD", 0, None),
    ]
    with pytest.raises(ValueError, match="closes"):
        parse_pattern("X", "MSH)")


@pytest.mark.shared
def test_the_public_referrals_fit(shared: Path) -> None:
    for path in (shared / "data" / "hl7v2-samples").glob("REF*.hl7"):
        assert match_structure(parse(path.read_bytes())).issues == ()
