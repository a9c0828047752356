"""Random syntax trees: what the grammar can say, with names and functions that mean something."""

from __future__ import annotations

import string
from decimal import Decimal

from hypothesis import strategies as st

from vrfhir.fhirpath.functions import FUNCTIONS
from vrfhir.fhirpath.parser import CALENDAR_KEYWORDS, PRECEDENCE
from vrfhir.fhirpath.syntax import (
    Binary,
    Call,
    Empty,
    Index,
    Invocation,
    Literal,
    Member,
    QuantityLiteral,
    Sort,
    Special,
    Syntax,
    TypeName,
    TypeOperation,
    Unary,
    Variable,
)

_NAMES = [
    "Patient",
    "name",
    "given",
    "family",
    "use",
    "birthDate",
    "extension",
    "value",
    "id",
    "text",
    "div",
    "telecom",
    "contains",
]
_TYPES = [
    TypeName("", "Patient"),
    TypeName("", "string"),
    TypeName("", "Quantity"),
    TypeName("System", "Integer"),
    TypeName("FHIR", "HumanName"),
]
_MOMENTS = [
    ("date", "2014"),
    ("date", "2014-02-28"),
    ("dateTime", "2014-02-28T10:00:00.5+01:00"),
    ("dateTime", "2014T"),
    ("time", "10:30"),
]  # fmt: skip


def _leaves() -> st.SearchStrategy[Syntax]:
    return st.one_of(
        st.just(Empty()),
        st.sampled_from(_NAMES).map(Member),
        st.text(string.printable + "é\U0001f600", max_size=8).map(lambda text: Literal("string", text)),
        st.integers(0, 10**9).map(lambda number: Literal("integer", str(number))),
        st.decimals(0, 10**6, places=3).map(lambda number: Literal("decimal", f"{number:f}")),
        st.booleans().map(lambda value: Literal("boolean", str(value).lower())),
        st.sampled_from(_MOMENTS).map(lambda pair: Literal(*pair)),
        st.tuples(st.decimals(0, 1000, places=1), st.sampled_from(sorted(CALENDAR_KEYWORDS))).map(
            lambda pair: QuantityLiteral(Decimal(pair[0]), pair[1], True)
        ),
        st.tuples(st.decimals(0, 1000, places=1), st.sampled_from(["mg", "kg", "1", "m/s", "foo", "cm"])).map(
            lambda pair: QuantityLiteral(Decimal(pair[0]), pair[1], False)
        ),
        st.sampled_from(["this", "index", "total"]).map(Special),
        st.sampled_from(["resource", "context", "ucum", "vs-x", "odd name"]).map(Variable),
    )


def _calls(inner: st.SearchStrategy[Syntax]) -> st.SearchStrategy[Syntax]:
    by_kind = {
        "n": st.sampled_from(_TYPES),
        "s": st.builds(Sort, inner.filter(lambda tree: not isinstance(tree, Unary)), st.booleans()),
    }

    def call(name: str) -> st.SearchStrategy[Syntax]:
        kinds = FUNCTIONS[name].arguments
        counts = st.integers(FUNCTIONS[name].required, len(kinds))
        arguments = counts.flatmap(lambda count: st.tuples(*(by_kind.get(kind, inner) for kind in kinds[:count])))
        return arguments.map(lambda given: Call(name, given))

    return st.sampled_from(sorted(FUNCTIONS)).flatmap(call)


def _larger(inner: st.SearchStrategy[Syntax]) -> st.SearchStrategy[Syntax]:
    operators = sorted(set(PRECEDENCE) - {"is", "as"})
    return st.one_of(
        st.builds(Binary, st.sampled_from(operators), inner, inner),
        st.builds(Unary, st.sampled_from("+-"), inner),
        st.builds(TypeOperation, st.sampled_from(["is", "as"]), inner, st.sampled_from(_TYPES)),
        st.builds(Invocation, inner, st.one_of(st.sampled_from(_NAMES).map(Member), _calls(inner))),
        st.builds(Index, inner, inner),
        _calls(inner),
    )


def expressions() -> st.SearchStrategy[Syntax]:
    """Any expression of moderate size."""
    return st.recursive(_leaves(), _larger, max_leaves=12)
