"""Maps name codes that exist, leave none of ours out, and lead back to where they came from where both ends mean the same."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from vrfhir.definitions import Definitions
from vrfhir.definitions.membership import Membership
from vrfhir.profiles import CANONICAL, artefacts
from vrfhir.terminology.local import Terminology

MAPS: dict[str, dict[str, Any]] = {
    one.id: json.loads(one.path.read_text(encoding="utf-8")) for one in artefacts() if one.resource_type == "ConceptMap"
}
SNOMED = "http://snomed.info/sct"
CTV3 = "http://read.info/readctv3"
READ_V2 = "http://read.info/readv2"
UCUM = "http://unitsofmeasure.org"
NOT_HELD = {SNOMED, CTV3, READ_V2, UCUM}
"""Systems of which no whole list can be held here; BaRS systems are known by their base."""
BARS = "https://fhir.nhs.uk/CodeSystem/"
BOTH_WAYS = ("equal", "equivalent")

FIT_NOTE_CODES = {
    SNOMED: """751481000000104 751601000000107 751621000000103 751641000000105 751731000000106 751751000000104
        775241000000108 775261000000109 775221000000101 775281000000100 775301000000104 775321000000108 775351000000103
        1331000000103 1341000000107 1351000000105 1321000000100 18381000000107 5121000000100 14241000000101
        165801000000106 224459001 772786005 365524007 160910001 225891002""",
    CTV3: """XaX1E XaX1K XaX1L XaX1M XaX1R XaX1S XaXf1 XaXf2 XaXf3 XaXf4 XaXf5 XaXf7 9D11. 9D12. 9D2.. Y08c1 Y08c2
        Y1712""",
    READ_V2: "9D11. 9D15. 9D16.",
}
"""The codes that GP systems record for fit notes, as published by OpenSAFELY (sick notes: SNOMED CT, CTV3, Read v2)."""

V2_TABLES = {
    "0280": ("vr-priority-from-v2", "vr-priority-to-v2"),
    "0281": ("vr-referral-type-from-v2", "vr-referral-type-to-v2"),
    "0282": ("vr-disposition-from-v2", "vr-disposition-to-v2"),
    "0283": ("vr-referral-status-from-v2", "vr-referral-status-to-v2"),
    "0284": ("vr-patient-class-from-v2", "vr-patient-class-to-v2"),
    "0286": ("vr-provider-role-from-v2", "vr-provider-role-to-v2"),
    "0336": ("vr-referral-reason-from-v2", "vr-referral-reason-to-v2"),
}
"""Tables of the referral segments and their maps in both directions. Table 0285 is filled by each site: it has no codes."""


class Row(NamedTuple):
    map: str
    source: str
    code: str
    target: str
    target_code: str | None
    equivalence: str
    comment: str


def rows() -> Iterator[Row]:
    for name, concept_map in MAPS.items():
        for group in concept_map["group"]:
            for element in group["element"]:
                for target in element["target"]:
                    yield Row(
                        name,
                        group["source"],
                        element["code"],
                        group["target"],
                        target.get("code"),
                        target["equivalence"],
                        target.get("comment", ""),
                    )


ROWS = list(rows())


def test_every_code_of_a_system_that_we_hold_exists() -> None:
    terminology = Terminology(Definitions.default())
    asked = {(row.source, row.code) for row in ROWS} | {
        (row.target, row.target_code) for row in ROWS if row.target_code
    }
    held = [(system, code) for system, code in asked if system not in NOT_HELD and not system.startswith(BARS)]
    assert {one for one in held if terminology.code_in_system(*one) is not Membership.IN} == set()
    assert {system for system, _ in held} > {f"{CANONICAL}/CodeSystem/vr-intervention"}
    assert len(held) > 150


def check_digit_is_right(concept: str) -> bool:
    """The last digit of a SNOMED CT identifier is its Verhoeff check digit."""
    multiply = [
        [(a + b) % 5 if a < 5 and b < 5 else (5 + (a + b) % 5) if a < 5 <= b else 0 for b in range(10)]
        for a in range(10)
    ]
    for a in range(5, 10):
        multiply[a] = [5 + (a - 5 - b) % 5 if b < 5 else (a - b) % 5 for b in range(10)]
    permute = [list(range(10)), [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
    for _ in range(6):
        permute.append([permute[1][one] for one in permute[-1]])
    value = 0
    for place, digit in enumerate(reversed(concept)):
        value = multiply[value][permute[place % 8][int(digit)]]
    return value == 0


def test_snomed_identifiers_are_concepts_with_a_right_check_digit() -> None:
    assert check_digit_is_right("73211009")
    assert not check_digit_is_right("73211008")
    named = {row.code for row in ROWS if row.source == SNOMED}
    named |= {row.target_code for row in ROWS if row.target == SNOMED and row.target_code}
    assert {one for one in named if not check_digit_is_right(one) or not re.fullmatch(r"\d+[01]0\d", one)} == set()
    assert len(named) > 40


def test_what_is_not_mapped_says_why_and_what_is_mapped_has_a_target() -> None:
    for row in ROWS:
        assert (row.equivalence == "unmatched") == (row.target_code is None), row
        if row.equivalence in ("unmatched", "inexact"):
            assert row.comment.endswith("."), row


def test_where_both_ends_mean_the_same_the_way_back_leads_to_the_start() -> None:
    back = {(row.source, row.code, row.target): row for row in ROWS}
    ways = {(row.source, row.target) for row in ROWS}
    followed = 0
    for row in ROWS:
        if row.equivalence in BOTH_WAYS and row.target_code and (row.target, row.source) in ways:
            found = back.get((row.target, row.target_code, row.source))
            assert found is not None, row
            assert found.target_code == row.code, (row, found)
            assert found.equivalence in BOTH_WAYS, (row, found)
            followed += 1
    assert followed >= 40


@pytest.mark.parametrize("table", V2_TABLES)
def test_tables_of_the_referral_segments_are_mapped_both_ways(table: str) -> None:
    system = f"http://terminology.hl7.org/CodeSystem/v2-{table}"
    resource = Definitions.default().resource(system, "CodeSystem")
    assert resource is not None
    codes = {str(concept["code"]) for concept in resource["concept"]}
    one_way, other_way = V2_TABLES[table]
    assert {row.code for row in ROWS if row.map == one_way and row.source == system} == codes
    assert {row.target for row in ROWS if row.map == other_way} == {system}


@pytest.mark.parametrize("system", FIT_NOTE_CODES)
def test_every_fit_note_code_of_gp_systems_is_accounted_for(system: str) -> None:
    found = {row.code for row in ROWS if row.map == "vr-fit-note-record-from-gp-codes" and row.source == system}
    assert found >= set(FIT_NOTE_CODES[system].split())


def test_duplicates_and_notes_that_were_not_issued_are_not_counted_as_issued() -> None:
    kinds: dict[str, set[str | None]] = {}
    for row in ROWS:
        if row.map == "vr-fit-note-record-from-gp-codes":
            kinds.setdefault(row.code, set()).add(row.target_code)
    assert kinds["751621000000103"] == kinds["XaXf2"] == kinds["775261000000109"] == {"duplicate"}
    assert kinds["775221000000101"] == kinds["1351000000105"] == {"not-issued"}
    assert kinds["Y08c1"] == {None}
    units = {row.code: row.target_code for row in ROWS if row.map == "vr-fit-note-duration-from-gp-codes"}
    assert units == {"Y08c1": "wk", "Y08c2": "mo", "Y1712": "d"}


def test_bars_and_the_nhs_employment_status_are_mapped_both_ways() -> None:
    for name in ("event", "decline-reason", "category"):
        assert any(row.target.startswith(BARS) for row in ROWS if row.map == f"vr-{name}-to-bars")
        assert any(row.source.startswith(BARS) for row in ROWS if row.map == f"vr-{name}-from-bars")
    there = {row.code: row.target_code for row in ROWS if row.map == "vr-employment-status-to-odh"}
    assert (there["01"], there["02"], {there[f"0{one}"] for one in range(3, 9)}) == (
        "Employed",
        "Unemployed",
        {"NotInLaborForce"},
    )
