"""Our validator on instances that nobody wrote, compared with what HL7's said of them.

They are grown from the definitions (``tools/instances``); ``tools/judge.py --record`` keeps HL7's answers. The figures are not those of
a suite that was worked on: most of what is compared here was seen by nobody.
"""

import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from instances import Case, cases  # noqa: E402
from reference.comparison import Comparison, our_issues  # noqa: E402
from reference.instance_record import RECORD, load, recorded  # noqa: E402

CASES = 800
VERDICT, RECALL, PRECISION, NAMES = 97.5, 92.0, 93.0, 95.0
"""What must at least be reached, in percent."""
LARGEST = 1_500_000


@pytest.fixture(scope="module")
def grown() -> list[tuple[Case, list[dict[str, Any]] | None]]:
    return list(recorded())


def test_the_record_is_of_the_cases_as_they_are(grown: list[tuple[Case, list[dict[str, Any]] | None]]) -> None:
    assert len(grown) >= CASES
    assert RECORD.stat().st_size < LARGEST
    stale = [case.identity for case, told in grown if told is None]
    assert len(stale) <= len(grown) // 20, "ask again: tools/judge.py SEED ... --engine ... --record"


def test_a_seed_always_grows_the_same() -> None:
    seed = next(iter(load()["seeds"]))
    assert [one.digest for one in cases(seed, 40)] == [one.digest for one in cases(seed, 40)]


def test_two_validators_agree(grown: list[tuple[Case, list[dict[str, Any]] | None]]) -> None:
    total = Comparison()
    for case, told in grown:
        if told is not None:
            total.add(case, told, our_issues(case))
    found = (total.share("verdict"), total.share("recall"), total.share("precision"), total.share("names"))
    assert all(have >= want for have, want in zip(found, (VERDICT, RECALL, PRECISION, NAMES), strict=True)), str(total)


def test_the_comparison_counts_what_differs() -> None:
    case = Case("x/1:Patient~unchanged", b'{"resourceType":"Patient"}', "json")
    theirs = [
        {"severity": "error", "messageId": "A", "expression": "Patient.name[0]"},
        {"severity": "error", "messageId": "B", "expression": "Patient"},
        {"severity": "warning", "messageId": "C", "expression": "Patient"},
    ]
    total = Comparison()
    total.add(case, theirs, [{"severity": "error", "messageId": "a", "expression": "Patient.name"}])
    total.add(case, [], [{"severity": "error", "messageId": "D", "expression": "Patient"}])
    total.add(case, [{"severity": "crash", "messageId": "", "expression": ""}], [])
    assert [total.share(each) for each in ("verdict", "recall", "precision", "names")] == [50.0, 50.0, 50.0, 100.0]
    assert (total.cases, total.crashed, total.warnings, total.warned) == (2, 1, 1, 0)
    assert any(kind.startswith("error EXTRA d") for kind in total.kinds)
