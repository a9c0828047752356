"""Conditions of map rows: a small syntax tree, compiled to closures, the usual ones to Python expressions.

In the row files a condition is a list: ``["valued", "RF1-14"]``, ``["=", "OBX-2", "NM"]``, ``["in", "OBX-2", ["ST", "TX"]]``,
``["count", "PID-11", ">", 1]``, ``["length", "PID-7", ">", 8]``, ``["matches", "OBX-3.3", "^VR"]``,
``["before", "PR1-5", "MSH-7"]``, ``["same", "PRD-2.1", "PID-5.1"]``, ``["fact", "uk"]``, ``["has", "Encounter"]``,
``["open", "Fitness"]``, ``["and", …]``, ``["or", …]``, ``["not", …]``.

This is the condition language of the HL7 v2-to-FHIR guide (``antlr_condition_syntax.md``: VALUED, EQUALS, IN, COUNT,
AND, OR, NOT) plus what the UK and VR rows need.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vrfhir.hl7v2 import parse_path

if TYPE_CHECKING:
    from vrfhir.mappers.cells import SegmentView
    from vrfhir.mappers.context import Context

__all__ = ["Condition", "Names", "compile_condition", "condition_source"]

Condition = Callable[["SegmentView", "Context"], bool]

_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
}


class Names:
    """What a generated function needs besides its parameters: constants by name, and values of its segment."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {}
        self.values: dict[tuple[int, int], str] = {}

    def constant(self, stem: str, value: Any) -> str:
        """The name of a constant."""
        name = f"{stem}_{len(self.constants)}"
        self.constants[name] = value
        return name

    def value(self, field: int, key: int) -> str:
        """The name of a value of the segment: the text of a part of the first repetition of a field, or nothing."""
        return self.values.setdefault((field, key), f"v{field}_{key >> 12}_{key & 0xFFF}")

    def reading(self) -> list[str]:
        """Statements that set the values, given ``get``, which gives the first cell of a field."""
        lines = []
        for field in sorted({field for field, _ in self.values}):
            lines.append(f"cell = get({field})")
            names = {key: name for (owner, key), name in self.values.items() if owner == field}
            lines.append("if cell is None or cell.repetition != 1:")
            lines.append("    " + " = ".join(names.values()) + ' = ""')
            lines.append("else:")
            lines += [f'    {name} = cell.at.get({key}, "")' for key, name in names.items()]
        return lines


def condition_source(tree: Any, segment: str, names: Names) -> str:
    """The condition as a Python expression over ``fields``, ``segment`` and ``context``; ValueError when it is none."""
    closure = compile_condition(tree)
    word, *rest = tree
    if word in ("and", "or"):
        parts = [condition_source(part, segment, names) for part in rest]
        parts.sort(key=lambda part: "context)" in part or ".fact(" in part)  # what is settled at a glance comes first
        return "(" + f" {word} ".join(parts) + ")"
    if word == "not":
        return f"(not {condition_source(rest[0], segment, names)})"
    if word in ("open", "has"):
        return f"({rest[0]!r} in context.{'current' if word == 'open' else 'shared'})"
    if word == "fact":
        return f"context.{rest[0]}" if rest[0] in ("uk", "vr") else f"context.fact({rest[0]!r})"
    place = parse_path(rest[0])
    if place.segment == segment and word in ("=", "in"):
        name = names.value(place.field, (place.component or 1) << 12 | (place.subcomponent or 1))
        if word == "=":
            return f"({name} == {names.constant('wanted', rest[1])})"
        return f"({name} in {names.constant('among', frozenset(rest[1]))})"
    if place.segment == segment and word == "valued" and not place.component:
        return f"({place.field} in fields)"
    return f"{names.constant('condition', closure)}(segment, context)"


def compile_condition(tree: Any) -> Condition:
    """The closure for a condition; ValueError when it is none."""
    if not isinstance(tree, list) or not tree or not isinstance(tree[0], str):
        raise ValueError(f"not a condition: {tree!r}")
    word, *rest = tree
    try:
        return _WORDS[word](*rest)
    except (KeyError, TypeError, re.error) as error:
        raise ValueError(f"not a condition: {tree!r}") from error


def _both(*parts: Any) -> Condition:
    compiled = tuple(compile_condition(part) for part in parts)
    if len(compiled) == 2:
        one, two = compiled
        return lambda segment, context: one(segment, context) and two(segment, context)
    return lambda segment, context: all(part(segment, context) for part in compiled)


def _either(*parts: Any) -> Condition:
    compiled = tuple(compile_condition(part) for part in parts)
    if len(compiled) == 2:
        one, two = compiled
        return lambda segment, context: one(segment, context) or two(segment, context)
    return lambda segment, context: any(part(segment, context) for part in compiled)


def _negation(part: Any) -> Condition:
    compiled = compile_condition(part)
    return lambda segment, context: not compiled(segment, context)


def _valued(path: str) -> Condition:
    place = parse_path(path)
    field, component = place.field, place.component
    return _on(place.segment, lambda segment: segment.valued(field, component))


def _equal(path: str, value: str) -> Condition:
    read = _reader(path)
    return lambda segment, context: read(segment, context) == value


def _among(path: str, values: list[str]) -> Condition:
    read, allowed = _reader(path), frozenset(values)
    return lambda segment, context: read(segment, context) in allowed


def _matching(path: str, pattern: str) -> Condition:
    read, search = _reader(path), re.compile(pattern).search

    def matches(segment: SegmentView, context: Context) -> bool:
        text = read(segment, context)
        return text is not None and search(text) is not None

    return matches


def _count(path: str, comparison: str, number: int) -> Condition:
    place, compare = parse_path(path), _COMPARISONS[comparison]
    return _on(place.segment, lambda segment: compare(len(segment.cells(place.field)), number))


def _length(path: str, comparison: str, number: int) -> Condition:
    read, compare = _reader(path), _COMPARISONS[comparison]

    def measured(segment: SegmentView, context: Context) -> bool:
        text = read(segment, context)
        return text is not None and compare(len(text), number)

    return measured


def _before(first: str, second: str) -> Condition:
    """Both dates given, and the first one earlier, compared as far as the shorter one goes."""
    one, two = parse_path(first), parse_path(second)

    def earlier(segment: SegmentView, context: Context) -> bool:
        a = _value(segment, context, one.segment, one.field)
        b = _value(segment, context, two.segment, two.field)
        shared = min(len(a), len(b), 8)
        return shared >= 4 and a[:shared].isdigit() and b[:shared].isdigit() and a[:shared] < b[:shared]

    return earlier


def _same(first: str, second: str) -> Condition:
    """Both hold the same text, capitals or not; two empty places do, too."""
    one, two = _reader(first), _reader(second)
    return lambda segment, context: (one(segment, context) or "").lower() == (two(segment, context) or "").lower()


_FACTS = frozenset(
    {
        "uk",
        "vr",
        "status-query",
        "service-coded",
        "answer-coded",
        "authorises-referral",
        "document-noted",
        "orders",
        "noteless",
        "appointment-noted",
    }
    | {"route-self", "route-employer"}
)


def _fact(name: str) -> Condition:
    if name not in _FACTS:
        raise KeyError(name)
    return lambda _, context: context.fact(name)


def _has(role: str) -> Condition:
    return lambda _, context: role in context.shared


def _open(role: str) -> Condition:
    return lambda _, context: role in context.current


def _value(segment: SegmentView, context: Context, name: str, field: int) -> str:
    owner: SegmentView | None = segment if segment.name == name else context.first(name)
    return owner.value(field) if owner is not None else ""


def _reader(path: str) -> Callable[[SegmentView, Context], str | None]:
    """Reads a value of this segment, or of the message's first one of that name; None when there is none."""
    place = parse_path(path)
    name, field, key = place.segment, place.field, (place.component or 1) << 12 | (place.subcomponent or 1)

    def read(segment: SegmentView, context: Context) -> str | None:
        if segment.name != name:
            other = context.by_name.get(name)
            if other is None:
                return None
            segment = other
        cell = segment.fields.get(field)
        return cell.at.get(key, "") if cell is not None and cell.repetition == 1 else ""

    return read


def _on(name: str, test: Callable[[SegmentView], bool]) -> Condition:
    """The test on this segment when it has that name, else on the message's first segment of the name."""

    def tested(segment: SegmentView, context: Context) -> bool:
        if segment.name == name:
            return test(segment)
        other = context.first(name)
        return other is not None and test(other)

    return tested


_WORDS: dict[str, Callable[..., Condition]] = {
    "and": _both,
    "or": _either,
    "not": _negation,
    "valued": _valued,
    "=": _equal,
    "in": _among,
    "matches": _matching,
    "count": _count,
    "length": _length,
    "before": _before,
    "same": _same,
    "fact": _fact,
    "has": _has,
    "open": _open,
}
