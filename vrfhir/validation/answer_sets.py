"""The value sets that questions name for their answers: those that are known, and those their questionnaire contains."""

from __future__ import annotations

from typing import Any

from vrfhir.terminology import Membership, Terminology

__all__ = ["AnswerSets"]

Json = dict[str, Any]


class AnswerSets:
    """The value sets within reach of one questionnaire."""

    __slots__ = ("_contained", "_terminology")

    def __init__(self, terminology: Terminology, questionnaire: Json) -> None:
        self._terminology = terminology
        listed = questionnaire.get("contained")
        rows = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        self._contained = {f"#{each.get('id')}": each for each in rows if each.get("resourceType") == "ValueSet"}

    def is_contained(self, canonical: str) -> bool:
        """True when the questionnaire contains the value set."""
        return canonical in self._contained

    def is_known(self, canonical: str) -> bool:
        """True when the value set itself is at hand."""
        return canonical in self._contained or self._terminology.is_known(canonical)

    def member(self, canonical: str, system: str | None, code: str) -> Membership:
        """Whether a code may be chosen."""
        contained = self._contained.get(canonical)
        if contained is None:
            return self._terminology.member(canonical, system, code)
        return self._terminology.member_of(contained, system, code)

    def includes(self, canonical: str, system: str) -> bool:
        """True when the value set is made of a code system itself."""
        contained = self._contained.get(canonical)
        if contained is None:
            return self._terminology.included_version(canonical, system) is not None
        compose = contained.get("compose")
        includes = compose.get("include") if isinstance(compose, dict) else None
        rows = includes if isinstance(includes, list) else []
        return any(isinstance(each, dict) and each.get("system") == system for each in rows)

    def is_worded(self, canonical: str, system: str, code: str, display: str) -> bool:
        """True for words that the value set itself has for a code."""
        return canonical not in self._contained and self._terminology.is_worded_in(canonical, system, code, display)

    def is_certain(self, canonical: Any, coding: tuple[str, str, str | None]) -> bool:
        """True when a coding was found in the value set, and nothing more may be known of it the next time."""
        system, code, _ = coding
        if not isinstance(canonical, str):
            return True
        return self.member(canonical, system, code) is Membership.IN and self._terminology.is_settled(system, code)
