"""How far two validators agree about one resource, and what kinds of disagreement there are.

Only errors count. Two errors are the same when they stand at the same place and name the same rule; where the reference
names none (its JSON parser does not), the place decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reference.engine import BAD, UNDECIDED, Finding

__all__ = ["Agreement", "Difference", "differences", "spot"]

_CHOICE = re.compile(
    r"\.value(?:Boolean|String|Coding|CodeableConcept|Quantity|Reference|Date|DateTime|Integer|Decimal|Uri|Code"
    r"|Identifier|Period|Attachment|Time|Range|Ratio)\b"
)


class Difference(NamedTuple):
    """One error that only one side has (``missing`` here, ``extra`` here), or that both call by different names."""

    kind: str
    element: str
    changes_verdict: bool


def spot(element: str) -> str:
    """A place in the coarsest form that still tells places apart: no first index, no type in a choice."""
    return _CHOICE.sub(".value", re.sub(r"\[x\]|\[0\]", "", element)).strip(".")


def _errors(findings: Iterable[Finding]) -> list[Finding]:
    """The errors, each rule once for a place: how many elements are missing at one place is not compared."""
    found = [Finding("error", each.rule.lower(), spot(each.element)) for each in findings if each.severity in BAD]
    return list(dict.fromkeys(found))


def _comparable(theirs: Sequence[Finding], ours: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """The errors of both, without those of ours where the reference could not decide."""
    open_places = {spot(each.element) for each in theirs if each.severity == UNDECIDED}
    return _errors(theirs), [each for each in _errors(ours) if each.element not in open_places]


def _named(rule: str) -> bool:
    """A message id or an invariant key; the engine puts whole sentences where it has no id."""
    return bool(rule) and " " not in rule


def differences(theirs: Sequence[Finding], ours: Sequence[Finding]) -> list[Difference]:
    """What the two say differently, each error of either side at most once."""
    left, right = _comparable(theirs, ours)
    verdict = bool(left) != bool(right)
    for same in (_same_rule, _unnamed):
        left, right = _without_pairs(left, right, same)
    found = []
    for one in list(left):
        other = next((each for each in right if each.element == one.element), None)
        if other is not None:
            left.remove(one)
            right.remove(other)
            found.append(Difference(f"other name: {one.rule} is {other.rule}", one.element, verdict))
    found += [
        Difference(f"missing: {each.rule if _named(each.rule) else 'unnamed'}", each.element, verdict) for each in left
    ]
    found += [Difference(f"extra: {each.rule}", each.element, verdict) for each in right]
    return found


def _same_rule(one: Finding, other: Finding) -> bool:
    return one.element == other.element and one.rule == other.rule


def _unnamed(one: Finding, other: Finding) -> bool:
    return one.element == other.element and not _named(one.rule)


def _without_pairs(
    left: list[Finding], right: list[Finding], same: Callable[[Finding, Finding], bool]
) -> tuple[list[Finding], list[Finding]]:
    rest, others = [], list(right)
    for one in left:
        match = next((each for each in others if same(one, each)), None)
        if match is None:
            rest.append(one)
        else:
            others.remove(match)
    return rest, others


@dataclass
class Agreement:
    """Counts over many resources."""

    cases: int = 0
    same_verdict: int = 0
    expected: int = 0
    located: int = 0
    reported: int = 0
    placed: int = 0
    named: int = 0
    same_name: int = 0
    kinds: dict[str, list[str]] = field(default_factory=dict)

    def add(self, identity: str, theirs: Sequence[Finding], ours: Sequence[Finding]) -> list[Difference]:
        """Count one resource."""
        left, right = _comparable(theirs, ours)
        self.cases += 1
        self.same_verdict += bool(left) == bool(right)
        places = {each.element for each in right}
        wanted = {each.element for each in left}
        self.expected += len(left)
        self.located += sum(each.element in places for each in left)
        self.reported += len(right)
        self.placed += sum(each.element in wanted for each in right)
        known = {(each.element, each.rule) for each in right}
        comparable = [each for each in left if each.element in places and _named(each.rule)]
        self.named += len(comparable)
        self.same_name += sum((each.element, each.rule) in known for each in comparable)
        found = differences(theirs, ours)
        for each in found:
            self.kinds.setdefault(each.kind, []).append(identity)
        return found

    @property
    def verdict(self) -> float:
        """Percentage of resources that both call valid, or both invalid."""
        return _share(self.same_verdict, self.cases)

    @property
    def recall(self) -> float:
        """Percentage of the reference's errors at whose place we report one."""
        return _share(self.located, self.expected)

    @property
    def precision(self) -> float:
        """Percentage of our errors at whose place the reference reports one."""
        return _share(self.placed, self.reported)

    @property
    def names(self) -> float:
        """Of the reference's named errors found at their place, the percentage we call by the same name."""
        return _share(self.same_name, self.named)

    def __str__(self) -> str:
        return (
            f"{self.cases} cases: verdict {self.verdict:.2f} %, places recall {self.recall:.1f} % precision "
            f"{self.precision:.1f} %, same rule at the same place {self.names:.1f} %"
        )


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0
