"""Text to tree and back: http://hl7.org/fhirpath/N1/grammar.html."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from fhirpath_trees import expressions
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.fhirpath import FhirPathError, compile, parse, unparse  # noqa: A004
from vrfhir.fhirpath.lexer import MAX_LENGTH
from vrfhir.fhirpath.parser import MAX_NESTING
from vrfhir.fhirpath.syntax import (
    Binary,
    Call,
    Invocation,
    Literal,
    Member,
    QuantityLiteral,
    Syntax,
    TypeName,
    TypeOperation,
    Unary,
    Variable,
)


@given(expressions())
def test_printing_and_parsing_again_gives_the_same_tree(tree: Syntax) -> None:
    assert parse(unparse(tree)) == tree


@pytest.mark.parametrize(
    ("loose", "explicit"),
    [
        ("1 + 2 * 3", "1 + (2 * 3)"),
        ("1 - 2 - 3", "(1 - 2) - 3"),
        ("-1.abs()", "-(1.abs())"),
        ("a = b | c", "a = (b | c)"),
        ("a > b = c > d", "(a > b) = (c > d)"),
        ("a is B = c", "(a is B) = c"),
        ("a | b is C", "a | (b is C)"),
        ("a and b or c and d", "(a and b) or (c and d)"),
        ("a or b xor c", "(a or b) xor c"),
        ("a implies b or c", "a implies (b or c)"),
        ("a in b and c contains d", "(a in b) and (c contains d)"),
        ("a & b + c", "(a & b) + c"),
        ("a.b[0].c", "((a.b)[0]).c"),
        ("a // comment\n + /* another */ b", "a + b"),
    ],
)
def test_operators_bind_as_the_specification_says(loose: str, explicit: str) -> None:
    assert parse(loose) == parse(explicit)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("4 days", QuantityLiteral(Decimal(4), "days", True)),
        ("4.50 'mg'", QuantityLiteral(Decimal("4.50"), "mg", False)),
        ("@2014", Literal("date", "2014")),
        ("@2014T", Literal("dateTime", "2014T")),
        ("@2014-05-06T07:08:09.10+01:00", Literal("dateTime", "2014-05-06T07:08:09.10+01:00")),
        ("@T07:08", Literal("time", "07:08")),
        (r"'\'\\\u00e9\n'", Literal("string", "'\\\u00e9\n")),
        (r"'\ud83d\ude00'", Literal("string", "\U0001f600")),
        ("`div`", Member("div")),
        ("text.div", Invocation(Member("text"), Member("div"))),
        ("contains", Member("contains")),
        ("%ext-x-y", Variable("ext-x-y")),
        ("%`a b`", Variable("a b")),
        ("a is System.String", TypeOperation("is", Member("a"), TypeName("System", "String"))),
        ("ofType(Patient)", Call("ofType", (TypeName("", "Patient"),))),
        ("- - 1", Unary("-", Unary("-", Literal("integer", "1")))),
        ("day + 1 day", Binary("+", Member("day"), QuantityLiteral(Decimal(1), "day", True))),
    ],
)
def test_literals_and_names(text: str, tree: Syntax) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("1 +", 3),
        ("(1", 2),
        ("1 2", 2),
        ("a..b", 2),
        ("'open", 0),
        ("`open", 0),
        ("2 /* open", 2),
        (r"'\q'", 1),
        ("@T14:34:28Z", 10),
        ("@2014-1", 0),
        ('"double"', 0),
        ("$that", 0),
        ("a.where(", 8),
        ("{1}", 1),
        ("and", 0),
        ("1L", 1),
        ("#", 0),
    ],
)
def test_what_is_no_expression_is_refused_with_its_place(text: str, position: int) -> None:
    with pytest.raises(FhirPathError) as caught:
        parse(text)
    assert (caught.value.kind, caught.value.position) == ("syntax", position)


@pytest.mark.parametrize("text", ["@2014-13", "@2014-02-30", "@T25", "@2014-01-01T10:61"])
def test_days_and_times_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(FhirPathError) as caught:
        compile(text)
    assert caught.value.kind == "syntax"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("foo()", "semantic"),
        ("where()", "semantic"),
        ("first(1)", "semantic"),
        ("not(true)", "semantic"),
        ("(" * (MAX_NESTING + 1) + "1" + ")" * (MAX_NESTING + 1), "limit"),
        ("-" * 100 + "1", "limit"),
        ("1" + "+1" * 200, "limit"),
        ("9" * 100, "limit"),
        ("a" * (MAX_LENGTH + 1), "limit"),
    ],
)
def test_what_cannot_be_compiled(text: str, kind: str) -> None:
    with pytest.raises(FhirPathError) as caught:
        compile(text)
    assert caught.value.kind == kind


@pytest.mark.parametrize("operator", [" and ", " or ", " | ", "."])
def test_long_rows_of_common_operators_are_fine(operator: str) -> None:
    assert compile(operator.join(["a"] * 1000)) is not None


@given(st.text(max_size=40))
def test_any_text_parses_or_is_refused(text: str) -> None:
    with suppress(FhirPathError):
        assert parse(unparse(parse(text))) == parse(text)
