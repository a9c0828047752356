"""Laws that hold whatever the data: empty propagation, three-valued logic, equality, and that nothing escapes."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import pytest
from fhirpath_patient import Evaluate, patient
from fhirpath_trees import expressions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vrfhir.definitions import Definitions
from vrfhir.fhirpath import Environment, FhirPathError, compile, unparse  # noqa: A004
from vrfhir.fhirpath.syntax import Syntax

TRUTH = {"true": True, "false": False, "{}": None}

# http://hl7.org/fhirpath/N1/#boolean-logic: rows by left operand, columns true, false, empty
TABLES = {
    "and": {"true": "tf-", "false": "fff", "{}": "-f-"},
    "or": {"true": "ttt", "false": "tf-", "{}": "t--"},
    "xor": {"true": "ft-", "false": "tf-", "{}": "---"},
    "implies": {"true": "tf-", "false": "ttt", "{}": "t--"},
}


@pytest.mark.parametrize("operator", TABLES)
@pytest.mark.parametrize("left", TRUTH)
@pytest.mark.parametrize(("column", "right"), list(enumerate(TRUTH)))
def test_three_valued_logic(evaluate: Evaluate, operator: str, left: str, column: int, right: str) -> None:
    expected = {"t": [True], "f": [False], "-": []}[TABLES[operator][left][column]]
    assert evaluate(f"{left} {operator} {right}") == expected
    # the same where the values come from collections and not from boolean expressions
    assert evaluate(f"({left} | {{}}) {operator} ({right} | {{}})") == expected


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "div", "mod", "=", "!=", "<", "<=", ">", ">="])
def test_operators_with_an_empty_side_are_empty(evaluate: Evaluate, operator: str) -> None:
    for pair in ("{} %s 1", "1 %s {}", "{} %s {}"):
        assert evaluate(pair % operator) == []


@pytest.mark.parametrize(
    "call",
    [
        "abs()", "ceiling()", "exp()", "floor()", "ln()", "log(2)", "power(2)", "round(1)", "sqrt()", "truncate()",
        "indexOf('a')", "substring(1)", "startsWith('a')", "endsWith('a')", "contains('a')", "upper()", "lower()",
        "replace('a', 'b')", "matches('a')", "matchesFull('a')", "replaceMatches('a', 'b')", "length()", "toChars()", "trim()",
        "split(',')", "join(',')", "encode('hex')", "decode('hex')", "escape('html')", "unescape('html')",
        "toBoolean()", "toInteger()", "toDecimal()", "toString()", "toDate()", "toDateTime()", "toTime()", "toQuantity()",
        "convertsToInteger()", "convertsToQuantity()", "lowBoundary()", "highBoundary()", "precision()", "comparable(1 'mg')",
        "not()", "first()", "last()", "tail()", "single()", "skip(1)", "take(1)", "distinct()", "children()", "descendants()",
        "where(true)", "select(1)", "repeat(1)", "sort()", "ofType(string)", "as(string)", "is(string)", "type()",
        "extension('x')", "resolve()", "memberOf('x')", "conformsTo('x')", "htmlChecks()", "getValue()", "checkModifiers()",
        "aggregate($total + $this)", "intersect(1)", "exclude(1)",
    ],
)  # fmt: skip
def test_functions_of_nothing_give_nothing(evaluate: Evaluate, call: str) -> None:
    assert evaluate("{}." + call) == []


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("empty()", True), ("exists()", False), ("count()", 0), ("all(false)", True), ("allTrue()", True), ("anyTrue()", False),
        ("allFalse()", True), ("anyFalse()", False), ("isDistinct()", True), ("subsetOf(1)", True), ("supersetOf(1)", False),
        ("hasValue()", False), ("iif(true, 1, 2)", 1),
    ],
)  # fmt: skip
def test_functions_that_say_something_about_nothing(evaluate: Evaluate, call: str, value: Any) -> None:
    assert evaluate("{}." + call) == [value]


@pytest.fixture(scope="module")
def wide_environment() -> Environment:
    return Environment(fields=Definitions.default().fields, resource=patient(), max_steps=20_000)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=400)
@given(tree=expressions())
def test_evaluation_raises_nothing_but_its_own_error(wide_environment: Environment, tree: Syntax) -> None:
    with suppress(FhirPathError):
        expression = compile(unparse(tree))
        found = expression.evaluate(wide_environment.resource, environment=wide_environment)
        # the same again: evaluation changes nothing
        assert len(expression.evaluate(wide_environment.resource, environment=wide_environment)) == len(found)
    assert wide_environment.resource == patient()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.decimals(-9, 9, places=1) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "_birthDate", "birthDate", "valueQuantity", "value", "extension", "contained", "text", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
_LOOKS = [
    "descendants().count()", "name.given.first() & 'x'", "birthDate < today()", "extension('x').value", "descendants().where($this is string)",
    "text.htmlChecks()", "contained.id | name.family", "children().type().name", "birthDate.extension.value.hasValue()", "(name | extension) ~ extension",
    "extension.value = extension.value", "%resource.descendants().distinct().count()", "repeat(name)", "value + 1 'mg'", "name.checkModifiers('x')",
    "descendants().resolve()", "descendants().select(toString())",
]  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(data=st.dictionaries(st.sampled_from(["name", "birthDate", "_birthDate", "extension", "contained", "text", "value"]), _JSON, max_size=5),
       look=st.sampled_from(_LOOKS), typed=st.booleans())  # fmt: skip
def test_broken_data_raise_nothing_else_either(data: dict[str, Any], look: str, typed: bool) -> None:
    resource = {"resourceType": "Patient", **data}
    environment = Environment(fields=Definitions.default().fields if typed else None, resource=resource)
    before = copy.deepcopy(resource)
    with suppress(FhirPathError):
        compile(look).evaluate(resource, environment=environment)
    with suppress(FhirPathError):
        assert compile(look).test(environment.node(resource), environment) in (True, False)
    assert resource == before


VALUES = [
    "1",
    "2",
    "1.0",
    "'a'",
    "true",
    "@2014",
    "@2014-01",
    "@T10:00",
    "1 'kg'",
    "1000 'g'",
    "4 days",
    "name",
    "name.first()",
    "{}",
]


@pytest.mark.parametrize("left", VALUES)
@pytest.mark.parametrize("right", VALUES)
def test_equality_is_symmetric_and_inequality_its_opposite(evaluate: Evaluate, left: str, right: str) -> None:
    equal = evaluate(f"{left} = {right}")
    assert equal == evaluate(f"{right} = {left}")
    assert evaluate(f"{left} != {right}") == [not value for value in equal]
    assert evaluate(f"{left} ~ {right}") == evaluate(f"{right} ~ {left}")
    assert evaluate(f"{left} !~ {right}") == [not value for value in evaluate(f"{left} ~ {right}")]
    if equal == [True]:
        assert evaluate(f"{left} ~ {right}") == [True]


@pytest.mark.parametrize("value", VALUES)
def test_everything_is_equivalent_to_itself(evaluate: Evaluate, value: str) -> None:
    assert evaluate(f"{value} ~ {value}") == [True]
    assert evaluate(f"({value} | {value}).count() = ({value}).distinct().count()") == [True]
