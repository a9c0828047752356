"""Which items of a Questionnaire are enabled by the answers given (https://hl7.org/fhir/R4/questionnaire.html, enableWhen)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from vrfhir.validation.quantity_answers import compared
from vrfhir.validation.questions import Question

__all__ = ["Given", "is_enabled"]

Json = dict[str, Any]


class Given:
    """The answers of a response by the linkId of their item, as seen from where an item stands.

    What is asked about is looked for beside the item first, then around it: in a group that repeats, its own answers count.
    """

    def __init__(self, response: Json) -> None:
        self._inside: dict[int, dict[Any, list[Json]]] = {}
        self.path: list[Json] = [response]
        """The response, and the items and answers that hold the one that is looked at."""

    def answers(self, link: Any) -> list[Json]:
        """The answers to a question that are nearest."""
        for holder in reversed(self.path):
            found = self._inside.get(id(holder))
            if found is None:
                found = self._inside[id(holder)] = {}
                _collect(holder, found)
            if link in found:
                return found[link]
        return []


def is_enabled(question: Question, given: Given) -> bool:
    """True when the conditions of an item hold, or it has none."""
    conditions = question.conditions
    if not conditions:
        return True
    if question.item.get("enableBehavior") == "all":
        return all(_holds(*each, given) for each in conditions)
    return any(_holds(*each, given) for each in conditions)


def _holds(link: Any, operator: str, expected: Any, given: Given) -> bool:
    found = given.answers(link) if isinstance(link, str) else ()
    answers = [value for each in found if (value := _value(each)) is not None]
    if operator == "exists":
        return bool(answers) is (expected is True)
    test = _OPERATORS.get(operator)
    return test is not None and any(test(each, expected) for each in answers)


def _collect(holder: Json, found: dict[Any, list[Json]]) -> None:
    items = holder.get("item")
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        listed = item.get("answer")
        answers = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        link = item.get("linkId")
        if isinstance(link, str):
            found.setdefault(link, []).extend(answers)
        if "item" in item:
            _collect(item, found)
        for each in answers:
            if "item" in each:
                _collect(each, found)


def _value(answer: Json) -> Any:
    for key, value in answer.items():
        if key.startswith("value"):
            return value
    return None


def _same(value: Any, expected: Any) -> bool:
    if isinstance(value, dict) and isinstance(expected, dict):
        if "value" in expected or "value" in value:
            return compared(value, expected) == 0
        if "code" in expected or "code" in value:
            return value.get("code") == expected.get("code") and value.get("system") == expected.get("system")
        return value == expected
    return bool(value == expected)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(value: Any, expected: Any) -> bool:
        if isinstance(value, dict) and isinstance(expected, dict):
            order = compared(value, expected)
            return order is not None and compare(order, 0)
        numbers = (int, Decimal, float)
        if isinstance(value, bool) or isinstance(expected, bool):
            return isinstance(value, bool) and isinstance(expected, bool) and compare(int(value), int(expected))
        if isinstance(value, numbers) and isinstance(expected, numbers):
            return compare(Decimal(str(value)), Decimal(str(expected)))
        if isinstance(value, str) and isinstance(expected, str):
            size = min(len(value), len(expected))
            return compare(value[:size], expected[:size])
        return False

    return test


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": _same,
    "!=": lambda value, expected: not _same(value, expected),
    ">": _ordered(lambda value, expected: value > expected),
    "<": _ordered(lambda value, expected: value < expected),
    ">=": _ordered(lambda value, expected: value >= expected),
    "<=": _ordered(lambda value, expected: value <= expected),
}
