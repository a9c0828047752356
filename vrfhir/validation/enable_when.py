"""Which items of a Questionnaire are enabled by the answers given (https://hl7.org/fhir/R4/questionnaire.html, enableWhen)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

__all__ = ["given_answers", "is_enabled"]

Json = dict[str, Any]


def given_answers(response: Json) -> dict[Any, list[Json]]:
    """The answers of a response by the linkId of their item, wherever it stands."""
    found: dict[Any, list[Json]] = {}
    _collect(response, found)
    return found


def is_enabled(question: Json, given: dict[Any, list[Json]]) -> bool:
    """True when the conditions of an item hold, or it has none. ``given`` is what :func:`given_answers` returns."""
    if "enableWhen" not in question:
        return True
    conditions = [each for each in question.get("enableWhen", ()) if isinstance(each, dict)]
    if not conditions:
        return True
    results = [_holds(each, given) for each in conditions]
    return all(results) if question.get("enableBehavior") == "all" else any(results)


def _holds(condition: Json, given: dict[Any, list[Json]]) -> bool:
    link = condition.get("question")
    answers = [_value(each) for each in (given.get(link, ()) if isinstance(link, str) else ())]
    answers = [each for each in answers if each is not None]
    operator = condition.get("operator")
    expected = next((value for key, value in condition.items() if key.startswith("answer")), None)
    if operator == "exists":
        return bool(answers) is (expected is True)
    if operator == "!=":
        return all(not _same(each, expected) for each in answers) if answers else False
    test = _OPERATORS.get(str(operator))
    return test is not None and any(test(each, expected) for each in answers)


def _collect(holder: Json, found: dict[Any, list[Json]]) -> None:
    for item in holder.get("item", ()):
        if not isinstance(item, dict):
            continue
        answers = [each for each in item.get("answer", ()) if isinstance(each, dict)]
        link = item.get("linkId")
        if isinstance(link, str):
            found.setdefault(link, []).extend(answers)
        if "item" in item:
            _collect(item, found)
        for each in answers:
            if "item" in each:
                _collect(each, found)


def _value(answer: Json) -> Any:
    return next((value for key, value in answer.items() if key.startswith("value")), None)


def _same(value: Any, expected: Any) -> bool:
    if isinstance(value, dict) and isinstance(expected, dict):
        if "code" in expected or "code" in value:
            return value.get("code") == expected.get("code") and value.get("system") == expected.get("system")
        return value == expected
    return bool(value == expected)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(value: Any, expected: Any) -> bool:
        if isinstance(value, dict) and isinstance(expected, dict):
            if value.get("code") != expected.get("code") or value.get("system") != expected.get("system"):
                return False
            value, expected = value.get("value"), expected.get("value")
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
    ">": _ordered(lambda value, expected: value > expected),
    "<": _ordered(lambda value, expected: value < expected),
    ">=": _ordered(lambda value, expected: value >= expected),
    "<=": _ordered(lambda value, expected: value <= expected),
}
