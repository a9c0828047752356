"""Rules that plain JSON settles at a glance: whether an expression surely holds for an object, without evaluating it.

Most rules of profiles say that an element must be there when another is, or has a value. For those the keys and plain
values of the JSON object are enough. What is found here is one-sided: True means that FHIRPath would say true
(http://hl7.org/fhirpath/N1/#boolean-logic); anything else means that the expression has to be evaluated.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from vrfhir.fhirpath.syntax import (
    Binary,
    Call,
    Invocation,
    Literal,
    Member,
    QuantityLiteral,
    Special,
    Syntax,
    TypeName,
    Variable,
)
from vrfhir.validation.tables import PRIMITIVE, Child, Table

__all__ = ["glance", "is_well_known"]

Json = dict[str, Any]
Sure = Callable[[Json], bool]

_DAY = 86_400
_FULL_DATE = 10
_EMPTY_STAYS_EMPTY = frozenset(
    ("where", "select", "first", "last", "tail", "ofType", "as", "extension", "resolve", "distinct", "children")
)
"""Functions that make nothing out of nothing."""


_WELL_KNOWN = {
    **dict.fromkeys(("empty", "not", "first", "last", "count", "hasValue", "toString", "resolve"), (0, 0)),
    **dict.fromkeys(("all", "where", "select", "ofType", "extension", "matches", "startsWith", "contains"), (1, 1)),
    "exists": (0, 1),
    "substring": (1, 2),
}
"""Functions that nearly all rules are made of, and how many arguments each takes."""


_LONG_NUMBER = 18
"""Numbers have a bound on their digits, beyond this."""


def is_well_known(tree: Syntax) -> bool:
    """True for an expression of nothing but paths, texts, logic and well-known functions: one that surely compiles.

    What it would take to evaluate it need not be imported as long as it is settled at a glance.
    """
    waiting: list[Syntax] = [tree]
    while waiting:
        match waiting.pop():
            case Binary(left=left, right=right):
                waiting += (left, right)
            case Invocation(source=source, step=step):
                waiting += (source, step)
            case Call(name=name, arguments=given):
                least, most = _WELL_KNOWN.get(name, (1, 0))
                if not least <= len(given) <= most:
                    return False
                if name != "ofType":
                    waiting += given
                elif not isinstance(given[0], TypeName):
                    return False
            case Literal(kind="string" | "boolean"):
                pass
            case Literal(kind="integer", text=text) if len(text) < _LONG_NUMBER:
                pass
            case Member() | Special(name="this") | Variable(name="resource"):
                pass
            case _:
                return False
    return True


class _Verdict(NamedTuple):
    """When an expression is surely true, and when it is surely false; neither where it is empty or unclear."""

    true: Sure
    false: Sure


def glance(tree: Syntax, table: Table) -> Sure | None:
    """The test for objects of a type; None when there is nothing to see at a glance.

    >>> from vrfhir.fhirpath import compile
    >>> test = glance(compile("status = 'active' implies performer.exists()").tree, table)  # doctest: +SKIP
    >>> test({"resourceType": "ServiceRequest", "status": "draft"})  # doctest: +SKIP
    True
    """
    verdict = _verdict(tree, table)
    return None if verdict is None or verdict.true is _no else verdict.true


def _no(_: Json) -> bool:
    return False


def _verdict(tree: Syntax, table: Table) -> _Verdict | None:
    if isinstance(tree, Binary):
        return _comparison(tree, table) if tree.operator in ("=", "!=") else _connective(tree, table)
    if isinstance(tree, Invocation) and isinstance(tree.step, Call):
        if tree.step.name == "not" and not tree.step.arguments:
            inner = _verdict(tree.source, table)
            return None if inner is None else _Verdict(inner.false, inner.true)
        return _quantified(tree, tree.step, table)
    return None


_NEITHER = _Verdict(_no, _no)


def _connective(tree: Binary, table: Table) -> _Verdict | None:
    found = _verdict(tree.left, table), _verdict(tree.right, table)
    if found == (None, None):
        return None
    left, right = (each or _NEITHER for each in found)
    match tree.operator:
        case "and":
            return _Verdict(_both(left.true, right.true), _either(left.false, right.false))
        case "or":
            return _Verdict(_either(left.true, right.true), _both(left.false, right.false))
        case "implies":
            return _Verdict(_either(left.false, right.true), _both(left.true, right.false))
        case "xor":
            return _Verdict(
                _either(_both(left.true, right.false), _both(left.false, right.true)),
                _either(_both(left.true, right.true), _both(left.false, right.false)),
            )
    return None


def _both(one: Sure, other: Sure) -> Sure:
    return _no if _no in (one, other) else lambda value: one(value) and other(value)


def _either(one: Sure, other: Sure) -> Sure:
    if one is _no:
        return other
    return one if other is _no else lambda value: one(value) or other(value)


def _comparison(tree: Binary, table: Table) -> _Verdict | None:
    """``status = 'active'``: both sides a single text, the left one without extensions beside it."""
    children = _named(tree.left, table)
    if children is None or len(children) != 1 or not isinstance(tree.right, Literal) or tree.right.kind != "string":
        return None
    child, text = children[0], tree.right.text
    if child.kind != PRIMITIVE or child.is_list or child.type not in ("code", "string", "uri", "id") or "\\" in text:
        return None
    key = child.key

    def equal(value: Json) -> bool:
        return value.get(key) == text

    def different(value: Json) -> bool:
        found = value.get(key)
        return type(found) is str and found != text

    return _Verdict(equal, different) if tree.operator == "=" else _Verdict(different, equal)


def _quantified(tree: Invocation, call: Call, table: Table) -> _Verdict | None:
    """``name.exists()``, ``name.….empty()``, ``name.all(…)``."""
    if call.name not in ("exists", "empty", "all"):
        return None
    if isinstance(tree.source, Call) and tree.source.name == "where" and len(tree.source.arguments) == 1:
        chosen = _verdict(tree.source.arguments[0], table)  # of the one element that the rule is about
        if chosen is None or call.arguments:
            return None
        return _Verdict(chosen.true, chosen.false) if call.name == "exists" else _Verdict(chosen.false, chosen.true)
    children = _named(tree.source, table)
    if children is not None and not call.arguments:
        present, absent = _present(children), _absent(children)
        return _Verdict(present, absent) if call.name == "exists" else _Verdict(absent, present)
    root = _root(tree.source, table)
    if root is None:
        return None
    absent = _absent(root)
    if call.name == "all":
        return _Verdict(absent, _no)
    if call.name == "exists":
        return _Verdict(_no, absent)
    past = _past(tree.source, table)
    return _Verdict(absent if past is None else _either(absent, past), _no)


def _named(tree: Syntax, table: Table) -> tuple[Child, ...] | None:
    """The keys of an element that is named alone."""
    return table.names.get(tree.name) if isinstance(tree, Member) else None


def _root(tree: Syntax, table: Table) -> tuple[Child, ...] | None:
    """The keys of the first element of a path that is empty when that is."""
    while isinstance(tree, Invocation):
        step = tree.step
        if not isinstance(step, Member) and not (isinstance(step, Call) and step.name in _EMPTY_STAYS_EMPTY):
            return None
        tree = tree.source
    return _named(tree, table)


def _present(children: tuple[Child, ...]) -> Sure:
    keys = tuple(child.key for child in children)
    lists = any(child.is_list and child.kind == PRIMITIVE for child in children)
    if lists:
        return _no  # a list of nulls may stand there
    return lambda value: any(key in value for key in keys)


def _absent(children: tuple[Child, ...]) -> Sure:
    keys = frozenset(key for child in children for key in (child.key, child.fork))
    return lambda value: keys.isdisjoint(value)


def _past(tree: Syntax, table: Table) -> Sure | None:
    """``date.where($this > now() + 1 day)`` selects nothing when the day is over."""
    if not (isinstance(tree, Invocation) and isinstance(tree.step, Call) and tree.step.name == "where"):
        return None
    children = _named(tree.source, table)
    match tree.step.arguments:
        case (
            Binary(
                operator=">",
                left=Special(name="this"),
                right=Binary(operator="+", left=Call(name="now", arguments=()), right=QuantityLiteral() as span),
            ),
        ) if span.calendar and span.value >= 0 and children is not None and len(children) == 1:
            child = children[0]
            if child.is_list or child.type not in ("date", "dateTime", "instant"):
                return None
            key = child.key
            return lambda value: type(value.get(key)) is str and _is_over(value[key])
    return None


def _is_over(text: str) -> bool:
    return len(text) >= _FULL_DATE and text[:_FULL_DATE] < _today()


_calendar: tuple[int, str] = (-1, "")


def _today() -> str:
    """The date in the westernmost time zone, so that a day before it is over everywhere."""
    global _calendar
    day = int(time.time() - _DAY // 2) // _DAY
    if _calendar[0] != day:
        _calendar = day, datetime.fromtimestamp(day * _DAY, UTC).strftime("%Y-%m-%d")
    return _calendar[1]
