"""Our validator on mutants: it says what HL7's said when it was asked, or the difference is explained.

The mutants are made again from the examples; the record of HL7's answers is keyed by id and content. Disagreements are told by
kind (which rule is missing, extra, or called otherwise); ``conformance/mutants/disagreements.json`` holds for each
kind how often it may occur and why. ``make crosscheck`` renews the record and prints the kinds.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from mutants import Mutant, mutants  # noqa: E402
from reference.agreement import Agreement, differences  # noqa: E402
from reference.engine import Finding  # noqa: E402
from reference.mutant_record import agreement, counted, explanation, load  # noqa: E402

from vrfhir import Validator  # noqa: E402

EXPLAINED: list[dict[str, Any]] = json.loads(
    (ROOT / "conformance" / "mutants" / "disagreements.json").read_text(encoding="utf-8")
)["disagreements"]
CASES = 5_000
VERDICT, RECALL, PRECISION, NAMES = 98.0, 92.0, 92.0, 90.0
"""What must at least be reached, in percent."""


@pytest.fixture(scope="module")
def made() -> list[Mutant]:
    return list(mutants())


@pytest.fixture(scope="module")
def compared(made: list[Mutant]) -> tuple[Agreement, list[str]]:
    return agreement(load(), made)


def test_there_are_enough_and_each_is_one_of_a_kind(made: list[Mutant]) -> None:
    assert len(made) >= CASES
    assert len({one.identity for one in made}) == len(made)


def test_the_record_is_of_the_mutants_as_they_are(made: list[Mutant], compared: tuple[Agreement, list[str]]) -> None:
    _, stale = compared
    assert stale == [], "run make crosscheck"
    assert load().keys() == {one.identity for one in made}, "run make crosscheck"


def test_the_same_seed_makes_the_same_mutants(made: list[Mutant]) -> None:
    again = mutants()
    assert [next(again).digest for _ in range(300)] == [one.digest for one in made[:300]]


def test_seeds_are_valid_for_both(made: list[Mutant]) -> None:
    recorded = load()
    validator = Validator()
    for one in made:
        if one.kind == "unchanged":
            assert [each for each in recorded[one.identity][1] if each.severity in ("error", "fatal")] == [], (
                one.identity
            )
            assert validator.validate(one.content).valid, one.identity


def test_we_agree(compared: tuple[Agreement, list[str]]) -> None:
    total, _ = compared
    assert total.cases >= CASES
    reached = (total.verdict, total.recall, total.precision, total.names)
    assert all(have >= want for have, want in zip(reached, (VERDICT, RECALL, PRECISION, NAMES), strict=True)), str(
        total
    )


def test_every_disagreement_is_explained(compared: tuple[Agreement, list[str]]) -> None:
    total, _ = compared
    unexplained = {kind: cases[:3] for kind, cases in total.kinds.items() if explanation(kind, EXPLAINED) is None}
    assert unexplained == {}, "fix them, or explain them in conformance/mutants/disagreements.json"
    more = [row for row, count in zip(EXPLAINED, counted(total, EXPLAINED), strict=False) if count > row["at_most"]]
    assert more == [], "there are more of these than before"


def test_explanations_are_given_and_needed(compared: tuple[Agreement, list[str]]) -> None:
    total, _ = compared
    assert all(row["reason"].endswith(".") for row in EXPLAINED)
    unused = [row for row, count in zip(EXPLAINED, counted(total, EXPLAINED), strict=False) if count == 0]
    assert unused == [], "no longer so: take them out"


def test_the_comparison_sees_what_differs() -> None:
    theirs = [
        Finding("error", "A", "Patient.name[0]"),
        Finding("error", "B", "Patient"),
        Finding("error", "", "Patient.x"),
    ]
    ours = [Finding("error", "a", "Patient.name"), Finding("error", "C", "Patient"), Finding("error", "D", "Patient.x")]
    assert [one.kind for one in differences(theirs, ours)] == ["other name: b is c"]
    assert [one.kind for one in differences(theirs[:1], [])] == ["missing: a"]
    assert [(one.kind, one.changes_verdict) for one in differences([], ours[:1])] == [("extra: a", True)]
    undecided = [Finding("undecided", "E", "Patient.language")]
    assert differences(undecided, [Finding("error", "E", "Patient.language")]) == []
    total = Agreement()
    total.add("one", theirs, ours)
    total.add("two", [], ours)
    assert (total.cases, total.same_verdict, total.verdict) == (2, 1, 50.0)
