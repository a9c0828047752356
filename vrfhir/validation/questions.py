"""The questions of a Questionnaire (https://hl7.org/fhir/R4/questionnaire.html), read once for all responses to it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

__all__ = ["Form", "Level", "Question"]

Json = dict[str, Any]

_EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
_EXCLUSIVE = _EXTENSION + "questionnaire-optionExclusive"
_ASKED = frozenset({"answerOption", "answerValueSet", "maxLength"})
_OCCURRENCES = (
    ("questionnaire-maxOccurs", "QUESTIONNAIRE_QR_ITEM_MAX_OCCURS"),
    ("questionnaire-minOccurs", "QUESTIONNAIRE_QR_ITEM_MIN_OCCURS"),
)
_MOST = 100_000
"""Questions looked through for one that stands elsewhere."""


class Question:
    """One item of a Questionnaire."""

    def __init__(self, item: Json) -> None:
        self.item = item
        self.link: Any = item.get("linkId")
        self.kind: Any = item.get("type")
        self.type = str(item.get("type", ""))
        self.text: Any = item.get("text")
        self.is_required = item.get("required") is True
        self.repeats = item.get("repeats") is True
        self.is_conditional = "enableWhen" in item
        self.has_inner = "item" in item
        self.limits = tuple(
            (limit, rule, "max" in name)
            for name, rule in _OCCURRENCES
            if isinstance(limit := self._occurrences(name), int)
        )
        """How often at most and at least it is answered: the number, the rule, and whether it is the most."""
        self.right: set[tuple[str, str, str | None]] = set()
        """Codings that were right as its answer: system, code and display."""

    def _occurrences(self, name: str) -> Any:
        for each in _rows(self.item.get("extension")):
            if each.get("url") == _EXTENSION + name:
                return next((value for key, value in each.items() if key.startswith("value")), None)
        return None

    @cached_property
    def inner(self) -> Level:
        """The questions under this one."""
        return Level(_rows(self.item.get("item")))

    @cached_property
    def is_free(self) -> bool:
        """True when nothing is asked of a plain answer but its type."""
        return not self._settings and self.item.keys().isdisjoint(_ASKED)

    @cached_property
    def conditions(self) -> tuple[tuple[Any, str, Any], ...]:
        """When it is enabled: the question asked about, the operator and the answer expected."""
        listed = self.item.get("enableWhen", ())
        return tuple(
            (
                each.get("question"),
                str(each.get("operator")),
                next((value for key, value in each.items() if key.startswith("answer")), None),
            )
            for each in listed
            if isinstance(each, dict)
        )

    @cached_property
    def exclusive(self) -> list[Any]:
        """The answer options that are chosen alone or not at all."""
        found = []
        for option in _rows(self.item.get("answerOption")):
            if any(
                each.get("url") == _EXCLUSIVE and each.get("valueBoolean") is True
                for each in _rows(option.get("extension"))
            ):
                found += [value for key, value in option.items() if key.startswith("value")]
        return found

    @cached_property
    def _settings(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for each in self.item.get("extension", ()):
            if isinstance(each, dict):
                name = str(each.get("url", "")).rpartition("/")[2].rpartition("-")[2]
                found.setdefault(name, []).extend(value for key, value in each.items() if key.startswith("value"))
        return found

    def settings(self, name: str) -> list[Any]:
        """The values of all extensions that end in a name."""
        return self._settings.get(name, [])

    def setting(self, name: str) -> Any:
        """The first of them, None when there is none."""
        return next(iter(self._settings.get(name, ())), None)


class Level:
    """Questions that stand beside each other."""

    def __init__(self, items: list[Json]) -> None:
        self.questions = [Question(each) for each in items]
        self.order: dict[Any, int] = {each.link: at for at, each in enumerate(self.questions)}


class Form:
    """All questions of a Questionnaire."""

    def __init__(self, questionnaire: Json) -> None:
        self.questionnaire = questionnaire
        self.top = Level(_rows(questionnaire.get("item")))

    @cached_property
    def known(self) -> dict[str, Question]:
        """All questions by their linkId, wherever they stand."""
        return {each.link: each for each in self._all() if isinstance(each.link, str)}

    def _all(self) -> Iterator[Question]:
        waiting = list(self.top.questions)
        for _ in range(_MOST):
            if not waiting:
                return
            question = waiting.pop()
            yield question
            waiting.extend(question.inner.questions)


def _rows(value: Any) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
