"""Bounds: no expression, pattern or resource makes the engine run away."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.fhirpath import Environment, FhirPathError, compile  # noqa: A004
from vrfhir.fhirpath.automaton import Automaton
from vrfhir.fhirpath.patterns import MAX_PATTERN, MAX_SUBJECT, fits, found, replaced
from vrfhir.fhirpath.patterns import regex_parser as parser  # type: ignore[attr-defined]

_BIG = {"resourceType": "Bundle", "entry": [{"fullUrl": f"urn:uuid:{number}"} for number in range(300)]}


@pytest.mark.parametrize(
    "expression",
    [
        "1.combine(1)" + ".select(1.combine(1))" * 60,
        "1" + ".combine(1).select(1 | 2)" * 60,
        "1.combine(1)" + ".select($this.combine($this).combine(2))" * 40,
        "('a').repeat($this & 'a')",
        "entry.where(%resource.entry.where(%resource.entry.where(%resource.entry.fullUrl.count() > 1).exists()).exists())",
        "entry.select(%resource.descendants()).select(%resource.descendants())",
        "entry.aggregate($total | $this | %resource.entry)" + ".select(%resource.entry.distinct())",
    ],
)
def test_work_is_bounded(expression: str) -> None:
    environment = Environment(resource=_BIG, max_steps=100_000)
    with pytest.raises(FhirPathError) as caught:
        compile(expression).evaluate(_BIG, environment=environment)
    assert caught.value.kind == "limit"


@pytest.mark.parametrize(
    "expression",
    ["'aaaaaaaaaa'" + ".replace('a', 'aaaaaaaaaaaaaaaaaaaa')" * 30, "'aa'" + ".select($this & $this)" * 40, "'" + "x" * 1000 + "'" + ".replace('', 'yyyyyyyyyyyyyyyyyyyy')" * 9],
)  # fmt: skip
def test_text_is_bounded(expression: str) -> None:
    with pytest.raises(FhirPathError) as caught:
        compile(expression).evaluate([], environment=Environment())
    assert caught.value.kind == "limit"


@pytest.mark.parametrize(
    "expression",
    [
        "10.0.power(999999)",
        "9.power(9).power(9).power(9)",
        "99999999.0.exp()",
        "10.0.power(900).floor()",
        "2.power(99999999)",
    ],
)
def test_numbers_beyond_reason_are_empty(expression: str) -> None:
    assert compile(expression).evaluate([], environment=Environment()) == []


def test_deep_data_are_walked_without_recursion() -> None:
    deep: dict[str, object] = {"x": "y"}
    for _ in range(5000):
        deep = {"x": deep}
    assert compile("descendants().count()").evaluate({"resourceType": "Basic", **deep}, environment=Environment()) == [
        5001
    ]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(a+)+$", "a" * 5000 + "!"),
        (r"(a|a)*b", "a" * 3000),
        (r"(a?){60}a{60}b", "a" * 60),
        (r"((a?){8}){8}b", "a" * 64),
        (r"a*a*a*a*b", "a" * 2000),
        (r"(.*a){12}$", "a" * 500 + "!"),
        (r"^([\w.]+)+@", "a" * 4000),
    ],
)
def test_patterns_that_would_backtrack_forever_end(pattern: str, text: str) -> None:
    start = time.process_time()
    assert found(text, pattern) is False
    assert fits(text, pattern) is False
    assert time.process_time() - start < 20  # backtracking would outlive us all


@pytest.mark.parametrize(
    "call",
    [
        lambda: found("a", "a" * (MAX_PATTERN + 1)),
        lambda: found("a" * (MAX_SUBJECT + 1), "a"),
        lambda: found("ab" * 3000, r"(?:(a|b)\1?)+c"),
        lambda: replaced("a" * 5000, r"(a+)+$", ""),
        lambda: found("a", "("),
        lambda: replaced("a", "(a)", "$2"),
    ],
)
def test_patterns_that_are_refused(call: object) -> None:
    with pytest.raises(FhirPathError):
        call()  # type: ignore[operator]


_ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", "(a|b)", "(ab|a|)", "^", "$", r"\b", "1"])
_PATTERNS = st.lists(st.tuples(_ATOMS, st.sampled_from(["", "*", "+", "?", "{2}", "{1,3}", "*?"])), max_size=5).map(
    lambda parts: "".join(atom + (repeat if atom not in ("^", "$", r"\b") else "") for atom, repeat in parts)
)


@given(
    pattern=_PATTERNS, outer=st.sampled_from(["%s", "(%s)*", "(%s){2}", "(%s|b)+"]), text=st.text("ab1 \n", max_size=8)
)
def test_the_automaton_agrees_with_pythons_engine(pattern: str, outer: str, text: str) -> None:
    whole = outer % pattern
    automaton = Automaton(parser.parse(whole, re.DOTALL))
    assert automaton.found(text, whole=False) is (re.search(whole, text, re.DOTALL) is not None)
    assert automaton.found(text, whole=True) is (re.fullmatch(whole, text, re.DOTALL) is not None)
