"""``assert.operator``: how a found value is compared (https://hl7.org/fhir/R4/valueset-assert-operator-codes.html)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation

from vrfhir.conformance.verdicts import UntestableError

__all__ = ["OPERATORS", "holds", "phrase"]

_DATE_TIME = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?")


def holds(operator: str, found: list[str], wanted: str) -> bool:
    """Whether the values found stand in the relation ``operator`` (``equals`` when empty) to the wanted text.

    Several values found satisfy ``contains`` when one of them does; for the others they are joined by a comma.
    """
    operator = operator or "equals"
    if operator == "empty":
        return not any(found)
    if operator == "notEmpty":
        return any(found)
    if operator == "contains":
        return any(wanted in value for value in found)
    if operator == "notContains":
        return not any(wanted in value for value in found)
    if operator not in _TESTS:
        raise UntestableError(f"the operator “{operator}” cannot be used here")
    if not found:
        return operator in ("notEquals", "notIn")
    return _TESTS[operator](",".join(found), wanted)


def phrase(operator: str, wanted: str) -> str:
    """What is expected, in words: ``one of 400, 422``."""
    operator = operator or "equals"
    if operator in ("in", "notIn"):
        wanted = ", ".join(_members(wanted))
    return f"{OPERATORS[operator]} {wanted}".strip() if operator in OPERATORS else f"{operator} {wanted}"


def _same(found: str, wanted: str) -> bool:
    return found == wanted


def _members(wanted: str) -> list[str]:
    return [member.strip() for member in wanted.split(",")]


def _order(found: str, wanted: str) -> int:
    """-1, 0 or 1; numbers by value, dates and times by instant, nothing else has an order."""
    try:
        left, right = Decimal(found), Decimal(wanted)
    except InvalidOperation:
        pass
    else:
        return (left > right) - (left < right)
    if not (_DATE_TIME.fullmatch(found) and _DATE_TIME.fullmatch(wanted)):
        raise UntestableError(f"“{found}” and “{wanted}” have no order: neither numbers nor dates")
    if "T" in found and "T" in wanted:
        first, second = datetime.fromisoformat(found), datetime.fromisoformat(wanted)
        if (first.tzinfo is None) != (second.tzinfo is None):
            raise UntestableError(f"“{found}” and “{wanted}” cannot be ordered: one has no time zone")
        return (first > second) - (first < second)
    length = min(len(found), len(wanted))
    return (found[:length] > wanted[:length]) - (found[:length] < wanted[:length])


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "equals": _same,
    "notEquals": lambda found, wanted: not _same(found, wanted),
    "in": lambda found, wanted: found in _members(wanted),
    "notIn": lambda found, wanted: found not in _members(wanted),
    "greaterThan": lambda found, wanted: _order(found, wanted) > 0,
    "lessThan": lambda found, wanted: _order(found, wanted) < 0,
}

OPERATORS: dict[str, str] = {
    "equals": "",
    "notEquals": "anything but",
    "in": "one of",
    "notIn": "none of",
    "greaterThan": "more than",
    "lessThan": "less than",
    "empty": "nothing",
    "notEmpty": "a value",
    "contains": "a text containing",
    "notContains": "no text containing",
    "eval": "true",
}
"""Every operator of R4 with the words for it."""
