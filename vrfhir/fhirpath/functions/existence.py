"""Existence: empty, exists, all, allTrue …, count, distinct (http://hl7.org/fhirpath/N1/#existence)."""

from __future__ import annotations

from typing import Any

from vrfhir.fhirpath.environment import Frame
from vrfhir.fhirpath.equality import ItemSet
from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.functions.signature import Function, Run, Test, truth
from vrfhir.fhirpath.nodes import atom

__all__ = ["FUNCTIONS"]


def _empty() -> Test:
    return lambda items, _: not items


def _exists(criterion: Test | None = None) -> Test:
    if criterion is None:
        return lambda items, _: bool(items)
    return _any(criterion)


def _any(criterion: Test) -> Test:
    def test(items: list[Any], frame: Frame) -> bool:
        before = frame.this, frame.index
        frame.spend(len(items))
        found = False
        for index, item in enumerate(items):
            frame.this = focus = [item]
            frame.index = index
            if criterion(focus, frame):
                found = True
                break
        frame.this, frame.index = before
        return found

    return test


def _all(criterion: Test) -> Test:
    def test(items: list[Any], frame: Frame) -> bool:
        before = frame.this, frame.index
        frame.spend(len(items))
        found = True
        for index, item in enumerate(items):
            frame.this = focus = [item]
            frame.index = index
            if not criterion(focus, frame):
                found = False
                break
        frame.this, frame.index = before
        return found

    return test


def _booleans(items: list[Any], name: str) -> list[bool]:
    values = [atom(item) for item in items]
    if any(type(value) is not bool for value in values):
        raise FhirPathError(f"{name}() works on booleans only.")
    return values


def _all_true() -> Test:
    return lambda items, _: all(_booleans(items, "allTrue"))


def _any_true() -> Test:
    return lambda items, _: any(_booleans(items, "anyTrue"))


def _all_false() -> Test:
    return lambda items, _: not any(_booleans(items, "allFalse"))


def _any_false() -> Test:
    return lambda items, _: not all(_booleans(items, "anyFalse"))


def _within(smaller: list[Any], larger: list[Any], frame: Frame) -> bool:
    members = ItemSet(larger)
    found = all(item in members for item in smaller)
    frame.spend(members.work)
    return found


def _subset_of(other: Run) -> Test:
    return lambda items, frame: _within(items, other(items, frame), frame)


def _superset_of(other: Run) -> Test:
    return lambda items, frame: _within(other(items, frame), items, frame)


def _count() -> Run:
    return lambda items, _: [len(items)]


def _distinct() -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        seen = ItemSet()
        found = [item for item in items if seen.add(item)]
        frame.spend(seen.work)
        return found

    return run


def _is_distinct() -> Test:
    def test(items: list[Any], frame: Frame) -> bool:
        seen = ItemSet()
        found = all(seen.add(item) for item in items)
        frame.spend(seen.work)
        return found

    return test


def _not() -> Test:
    def test(items: list[Any], _: Frame) -> bool | None:
        value = truth(items)
        return None if value is None else not value

    return test


FUNCTIONS = {
    "empty": Function(_empty, tests=True),
    "exists": Function(_exists, "t", tests=True),
    "all": Function(_all, "t", 1, tests=True),
    "allTrue": Function(_all_true, tests=True),
    "anyTrue": Function(_any_true, tests=True),
    "allFalse": Function(_all_false, tests=True),
    "anyFalse": Function(_any_false, tests=True),
    "subsetOf": Function(_subset_of, "v", 1, tests=True),
    "supersetOf": Function(_superset_of, "v", 1, tests=True),
    "count": Function(_count),
    "distinct": Function(_distinct),
    "isDistinct": Function(_is_distinct, tests=True),
    "not": Function(_not, tests=True),
}
