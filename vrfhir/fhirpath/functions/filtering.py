"""Filtering, projection, subsetting, combining (http://hl7.org/fhirpath/N1/#filtering-and-projection, #subsetting, #combining)."""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any

from vrfhir.fhirpath.arithmetic import compare
from vrfhir.fhirpath.children import PrimitiveChild
from vrfhir.fhirpath.environment import Frame
from vrfhir.fhirpath.equality import ItemSet
from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.functions.signature import Function, Run, Test, only, plain, value_of
from vrfhir.fhirpath.nodes import Node, atom

__all__ = ["FUNCTIONS", "union", "where_text"]


_REMEMBERED = 5
"""Steps that it takes to see whether an item was found before."""


def _where(criterion: Test) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        before = frame.this, frame.index
        frame.spend(len(items))
        found = []
        for index, item in enumerate(items):
            frame.this = focus = [item]
            frame.index = index
            if criterion(focus, frame):
                found.append(item)
        frame.this, frame.index = before
        return found

    return run


def where_text(name: str, text: str, criterion: Test) -> Run:
    """``where(name = 'text')``, the commonest filter: a plain text is compared where it stands in the JSON object.

    All else – other types, extensions beside the value, lists – goes to the criterion.
    """
    general = _where(criterion)

    def run(items: list[Any], frame: Frame) -> list[Any]:
        found = []
        for item in items:
            if type(item) is not Node or type(item.value) is not dict:
                return general(items, frame)
            child = item.type.children.get(name) or item.type.child(name)
            value = item.value.get(child.key)
            if type(child) is not PrimitiveChild or type(value) is not str or child.shadow in item.value:
                return general(items, frame)
            if value == text:
                found.append(item)
        frame.spend(2 * len(items))
        return found

    return run


def _select(projection: Run) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        before = frame.this, frame.index
        frame.spend(len(items))
        found: list[Any] = []
        for index, item in enumerate(items):
            frame.this = focus = [item]
            frame.index = index
            found += projection(focus, frame)
            frame.spend(1)
        frame.this, frame.index = before
        frame.spend(len(found))
        return found

    return run


def _repeat(projection: Run) -> Run:
    """Each item once: what was found before is not searched again, so that cycles end."""

    def run(items: list[Any], frame: Frame) -> list[Any]:
        before = frame.this, frame.index
        seen, found, queue = ItemSet(), [], items
        while queue:
            following: list[Any] = []
            for index, item in enumerate(queue):
                frame.this = focus = [item]
                frame.index = index
                following += projection(focus, frame)
            work = seen.work
            queue = [item for item in following if seen.add(item)]
            frame.spend(len(following) * _REMEMBERED + seen.work - work)
            found += queue
        frame.this, frame.index = before
        return found

    return run


def _aggregate(step: Run, start: Run | None = None) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        before = frame.this, frame.index, frame.total
        total = start(items, frame) if start is not None else []
        frame.spend(len(items))
        for index, item in enumerate(items):
            frame.this = focus = [item]
            frame.index = index
            frame.total = total
            total = step(focus, frame)
            frame.spend(len(total))
        frame.this, frame.index, frame.total = before
        return total

    return run


def _sort(*criteria: tuple[Run, bool]) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        before = frame.this, frame.index
        frame.spend(len(items))
        keyed: list[tuple[list[Any], Any]] = []
        for index, item in enumerate(items):
            frame.this = focus = [item]
            frame.index = index
            keyed.append(([_key(key(focus, frame)) for key, _ in criteria] or [atom(item)], item))
        frame.this, frame.index = before
        directions = [-1 if descending else 1 for _, descending in criteria] or [1]

        def compared(left: tuple[list[Any], Any], right: tuple[list[Any], Any]) -> int:
            return _order(left[0], right[0], directions)

        keyed.sort(key=cmp_to_key(compared))
        return [item for _, item in keyed]

    return run


def _key(found: list[Any]) -> Any:
    return atom(only(found, "sort")) if found else None


def _order(left: list[Any], right: list[Any], directions: list[int]) -> int:
    for mine, theirs, direction in zip(left, right, directions, strict=True):
        if mine is None or theirs is None:
            order = (mine is None) - (theirs is None)  # what has no key comes last, unless descending
        else:
            order = compare(mine, theirs) or 0
        if order:
            return order * direction
    return 0


def _single(items: list[Any]) -> list[Any]:
    return [only(items, "single")] if items else items


def _counted(name: str, part: Any) -> Function:
    def build(count: Run) -> Run:
        def run(items: list[Any], frame: Frame) -> list[Any]:
            number = value_of(count, items, frame, int, name)
            if number is None:
                raise FhirPathError(f"{name}() needs a number.")
            return list(part(items, max(number, 0)))

        return run

    return Function(build, "v", 1)


def union(left: list[Any], right: list[Any], frame: Frame) -> list[Any]:
    """Both, each item once."""
    seen = ItemSet()
    found = [item for items in (left, right) for item in items if seen.add(item)]
    frame.spend(seen.work)
    return found


def _union(other: Run) -> Run:
    return lambda items, frame: union(items, other(items, frame), frame)


def _combine(other: Run) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        found = items + other(items, frame)
        frame.spend(len(found))
        return found

    return run


def _intersect(other: Run) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        members, seen = ItemSet(other(items, frame)), ItemSet()
        found = [item for item in items if item in members and seen.add(item)]
        frame.spend(members.work + seen.work)
        return found

    return run


def _exclude(other: Run) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        members = ItemSet(other(items, frame))
        found = [item for item in items if item not in members]
        frame.spend(members.work)
        return found

    return run


def _coalesce(*choices: Run) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        return next((found for choice in choices if (found := choice(items, frame))), [])

    return run


FUNCTIONS = {
    "where": Function(_where, "t", 1),
    "select": Function(_select, "r", 1),
    "repeat": Function(_repeat, "r", 1),
    "aggregate": Function(_aggregate, "rv", 1),
    "sort": Function(_sort, "s", repeats=True),
    "single": plain(_single),
    "first": plain(lambda items: items[:1]),
    "last": plain(lambda items: items[-1:]),
    "tail": plain(lambda items: items[1:]),
    "skip": _counted("skip", lambda items, number: items[number:]),
    "take": _counted("take", lambda items, number: items[:number]),
    "union": Function(_union, "v", 1),
    "combine": Function(_combine, "v", 1),
    "intersect": Function(_intersect, "v", 1),
    "exclude": Function(_exclude, "v", 1),
    "coalesce": Function(_coalesce, "v", 1, repeats=True),
}
