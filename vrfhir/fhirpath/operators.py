"""The operators as closures (http://hl7.org/fhirpath/N1/#operations): three-valued logic, equality, order, arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vrfhir.fhirpath.arithmetic import ARITHMETIC, compare, concatenate, single
from vrfhir.fhirpath.arithmetic import negated as negative
from vrfhir.fhirpath.environment import Frame
from vrfhir.fhirpath.equality import ItemSet, equal, equal_items, equivalent
from vrfhir.fhirpath.functions.signature import Run, Test, only
from vrfhir.fhirpath.nodes import Node

__all__ = [
    "COMPARISON",
    "LOGIC",
    "arithmetic",
    "concatenation",
    "conjunction",
    "disjunction",
    "equality",
    "equals_text",
    "sign",
    "union_of",
]


# logic: http://hl7.org/fhirpath/N1/#boolean-logic


def conjunction(operands: Sequence[Test]) -> Test:
    """``and``: false as soon as one is false."""
    if len(operands) == 2:
        left, right = operands

        def both(items: list[Any], frame: Frame) -> bool | None:
            first = left(items, frame)
            if first is False:
                return False
            second = right(items, frame)
            return second if first else (False if second is False else None)

        return both

    def test(items: list[Any], frame: Frame) -> bool | None:
        outcome: bool | None = True
        for operand in operands:
            value = operand(items, frame)
            if value is False:
                return False
            if value is None:
                outcome = None
        return outcome

    return test


def disjunction(operands: Sequence[Test]) -> Test:
    """``or``: true as soon as one is true."""

    def test(items: list[Any], frame: Frame) -> bool | None:
        outcome: bool | None = False
        for operand in operands:
            value = operand(items, frame)
            if value:
                return True
            if value is None:
                outcome = None
        return outcome

    return test


def _exclusive(left: Test, right: Test) -> Test:
    def test(items: list[Any], frame: Frame) -> bool | None:
        first, second = left(items, frame), right(items, frame)
        return None if first is None or second is None else first is not second

    return test


def _implication(left: Test, right: Test) -> Test:
    def test(items: list[Any], frame: Frame) -> bool | None:
        first = left(items, frame)
        if first is False:
            return True
        second = right(items, frame)
        return second if first else (True if second else None)

    return test


LOGIC: dict[str, Callable[[Test, Test], Test]] = {"xor": _exclusive, "implies": _implication}


# equality and order


def equals_text(operand: Run, text: str, *, negated: bool) -> Test:
    """``operand = 'text'``, the commonest comparison, without the general machinery."""
    expected = [text]

    def test(items: list[Any], frame: Frame) -> bool | None:
        found = operand(items, frame)
        if len(found) == 1:
            item = found[0]
            value = item.value if type(item) is Node else item
            if type(value) is str:
                return (value == text) is not negated
        outcome = equal(found, expected)
        return outcome if outcome is None else outcome is not negated

    return test


def equality(left: Run, right: Run, *, negated: bool) -> Test:
    """``=`` and ``!=``"""

    def test(items: list[Any], frame: Frame) -> bool | None:
        mine, theirs = left(items, frame), right(items, frame)
        if len(mine) > 1:
            frame.spend(len(mine))
        outcome = equal(mine, theirs)
        return outcome if outcome is None else outcome is not negated

    return test


def _equivalence(*, negated: bool) -> Callable[[Run, Run], Test]:
    def build(left: Run, right: Run) -> Test:
        def test(items: list[Any], frame: Frame) -> bool | None:
            mine, theirs = left(items, frame), right(items, frame)
            if len(mine) == len(theirs):
                frame.spend(len(mine) * len(theirs))
            return equivalent(mine, theirs) is not negated

        return test

    return build


def _order(operator: str, decide: Callable[[int], bool]) -> Callable[[Run, Run], Test]:
    def build(left: Run, right: Run) -> Test:
        def test(items: list[Any], frame: Frame) -> bool | None:
            mine = single(left(items, frame), operator)
            theirs = single(right(items, frame), operator)
            if mine is None or theirs is None:
                return None
            order = compare(mine, theirs)
            return None if order is None else decide(order)

        return test

    return build


def _membership(item: Run, collection: Run, operator: str) -> Test:
    def test(items: list[Any], frame: Frame) -> bool | None:
        found = item(items, frame)
        if not found:
            return None
        members = collection(items, frame)
        wanted = only(found, operator)
        frame.spend(len(members))
        return any(equal_items(wanted, member) is True for member in members)

    return test


COMPARISON: dict[str, Callable[[Run, Run], Test]] = {
    "~": _equivalence(negated=False),
    "!~": _equivalence(negated=True),
    "<": _order("<", lambda order: order < 0),
    "<=": _order("<=", lambda order: order <= 0),
    ">": _order(">", lambda order: order > 0),
    ">=": _order(">=", lambda order: order >= 0),
    "in": lambda left, right: _membership(left, right, "in"),
    "contains": lambda left, right: _membership(right, left, "contains"),
}
"""Operator → how to build its test from both operands."""


# arithmetic and collections


def arithmetic(operator: str, left: Run, right: Run) -> Run:
    """``+ - * / div mod``: empty when either side is."""
    work = ARITHMETIC[operator]

    def run(items: list[Any], frame: Frame) -> list[Any]:
        mine = single(left(items, frame), operator)
        theirs = single(right(items, frame), operator)
        return [] if mine is None or theirs is None else frame.paid(work(mine, theirs))

    return run


def concatenation(left: Run, right: Run) -> Run:
    """``&``"""
    return lambda items, frame: frame.paid(concatenate(left(items, frame), right(items, frame)))


def union_of(operands: Sequence[Run]) -> Run:
    """``|``"""

    def run(items: list[Any], frame: Frame) -> list[Any]:
        seen = ItemSet()
        found = [item for operand in operands for item in operand(items, frame) if seen.add(item)]
        frame.spend(seen.work)
        return found

    return run


def sign(operator: str, operand: Run) -> Run:
    """``-x`` and ``+x``"""

    def run(items: list[Any], frame: Frame) -> list[Any]:
        value = single(operand(items, frame), operator)
        if value is None:
            return []
        opposite = negative(value)
        return [opposite] if operator == "-" else [value]

    return run
