import pytest

from vrfhir.conformance.operators import OPERATORS, holds, phrase
from vrfhir.conformance.verdicts import UntestableError


@pytest.mark.parametrize(
    ("operator", "found", "wanted", "expected"),
    [
        ("", ["a"], "a", True),
        ("equals", ["a"], "b", False),
        ("equals", [], "", False),
        ("equals", ["1.50"], "1.5", False),
        ("equals", ["a", "b"], "a,b", True),
        ("notEquals", ["a"], "b", True),
        ("notEquals", ["a"], "a", False),
        ("notEquals", [], "a", True),
        ("in", ["404"], "400, 404", True),
        ("in", ["40"], "400,404", False),
        ("in", [], "a", False),
        ("notIn", ["a"], "b,c", True),
        ("notIn", ["b"], "b,c", False),
        ("notIn", [], "b", True),
        ("greaterThan", ["10"], "9", True),
        ("greaterThan", ["9"], "9", False),
        ("greaterThan", ["2026-11-23"], "2026-11-22", True),
        ("greaterThan", ["2026-11-23T10:00:00Z"], "2026-11-23T10:30:00+01:00", True),
        ("lessThan", ["2.5"], "10", True),
        ("lessThan", ["2026"], "2026-05-01", False),
        ("empty", [], "", True),
        ("empty", [""], "", True),
        ("empty", ["x"], "", False),
        ("notEmpty", ["x"], "", True),
        ("notEmpty", [], "", False),
        ("contains", ["abc"], "b", True),
        ("contains", ["a", "b"], "b", True),
        ("contains", ["abc"], "x", False),
        ("contains", [], "x", False),
        ("notContains", ["abc"], "x", True),
        ("notContains", ["abc"], "b", False),
    ],
)
def test_an_operator_compares(operator: str, found: list[str], wanted: str, expected: bool) -> None:
    assert holds(operator, found, wanted) is expected


@pytest.mark.parametrize(
    ("operator", "found", "wanted"),
    [
        ("greaterThan", ["apple"], "pear"),
        ("lessThan", ["2026-11-23T10:00:00"], "2026-11-23T10:00:00Z"),
        ("eval", ["x"], "x"),
        ("like", ["x"], "x"),
    ],
)
def test_what_has_no_order_cannot_be_tested(operator: str, found: list[str], wanted: str) -> None:
    with pytest.raises(UntestableError):
        holds(operator, found, wanted)


def test_every_operator_of_r4_has_words() -> None:
    r4 = {
        "equals",
        "notEquals",
        "in",
        "notIn",
        "greaterThan",
        "lessThan",
        "empty",
        "notEmpty",
        "contains",
        "notContains",
        "eval",
    }
    assert set(OPERATORS) == r4
    assert phrase("in", "400,422") == "one of 400, 422"
    assert phrase("", "200") == "200"
    assert phrase("notEmpty", "") == "a value"
