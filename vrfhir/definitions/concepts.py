"""A code system that is known whole: its concepts, their words, their properties and who is whose parent.

https://hl7.org/fhir/R4/codesystem.html; the hierarchy is both the nesting of concepts and the ``parent``, ``child`` and
``subsumedBy`` properties (https://hl7.org/fhir/R4/codesystem.html#hierarchy).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple

from vrfhir.definitions.rows import objects

__all__ = ["Concept", "LocalCodeSystem", "Wording"]

Json = dict[str, Any]

_MAX_DEPTH = 64
_INACTIVE_STATUSES = ("retired", "inactive")


class Wording(Enum):
    """What a display is to a concept: right, wrong, right but for white space, or beyond the words of that language."""

    RIGHT = "right"
    WRONG = "wrong"
    SPACED = "spaced"
    NONE = "none"


class Concept(NamedTuple):
    """One concept; ``properties`` holds every value of each property as text."""

    code: str
    display: str | None
    designations: tuple[str, ...]
    properties: Mapping[str, tuple[str, ...]]
    languages: tuple[str | None, ...] = ()
    """The language of each designation, None where none is stated."""

    @property
    def is_inactive(self) -> bool:
        """True when the system marks it as no longer to be used."""
        status = self.properties.get("status", ())
        return "true" in self.properties.get("inactive", ()) or any(each in _INACTIVE_STATUSES for each in status)

    @property
    def is_deprecated(self) -> bool:
        """True when the system plans to take it out of use."""
        return "deprecated" in self.properties.get("status", ())


class LocalCodeSystem:
    """The concepts of a CodeSystem resource, by code."""

    def __init__(self, resource: Json) -> None:
        self.url = str(resource.get("url", ""))
        self.is_complete = resource.get("content") == "complete"
        self.is_case_sensitive = resource.get("caseSensitive") is not False
        language = resource.get("language")
        self.language: str | None = language if isinstance(language, str) else None
        """The language of its displays."""
        self.concepts: dict[str, Concept] = {}
        self._parents: dict[str, set[str]] = {}
        self._collect(resource, None, 0)
        for code, concept in self.concepts.items():
            for name in ("parent", "subsumedBy"):
                self._parents[code].update(concept.properties.get(name, ()))
            for child in concept.properties.get("child", ()):
                self._parents.setdefault(child, set()).add(code)

    def _collect(self, holder: Json, parent: str | None, depth: int) -> None:
        for row in objects(holder, "concept") if depth <= _MAX_DEPTH else ():
            if not isinstance(code := row.get("code"), str):
                continue
            designations = objects(row, "designation")
            words = tuple(str(each.get("value", "")) for each in designations)
            languages = tuple(_language(each) for each in designations)
            display = row.get("display")
            shown = display if isinstance(display, str) else None
            self.concepts.setdefault(code, Concept(code, shown, words, _properties(row), languages))
            parents = self._parents.setdefault(code, set())
            if parent is not None:
                parents.add(parent)
            self._collect(row, code, depth + 1)

    def find(self, code: str) -> Concept | None:
        """The concept of a code, whatever its case when the system says that case does not matter."""
        concept = self.concepts.get(code)
        if concept is None and not self.is_case_sensitive:
            concept = self._folded.get(code.casefold())
        return concept

    @cached_property
    def _folded(self) -> dict[str, Concept]:
        return {code.casefold(): concept for code, concept in self.concepts.items()}

    @cached_property
    def has_words(self) -> bool:
        """True when some concept has a display: then one that has none lacks it, rather than having lost it."""
        return any(each.display for each in self.concepts.values())

    def wording(self, concept: Concept, display: str, language: str) -> tuple[Wording, tuple[str, ...]]:
        """What a display is to a concept in a language, and the words that are right there.

        Words count when they are in that language, in the one it is a dialect of (``en`` for ``en-GB``), or in no stated one.
        """
        right = [concept.display] if concept.display and _speaks(self.language, language) else []
        right += [
            words
            for words, stated in zip(concept.designations, concept.languages, strict=True)
            if words and words not in right and _speaks(stated, language)
        ]
        folded = display.casefold()
        if any(each.casefold() == folded for each in right):
            return Wording.RIGHT, tuple(right)
        if not right:
            if not self.has_words or (concept.display and concept.display.casefold() == folded):
                return Wording.RIGHT, ()
            return Wording.NONE, (concept.display,) if concept.display else ()
        spaced = _single_spaced(folded)
        if any(_single_spaced(each.casefold()) == spaced for each in right):
            return Wording.SPACED, tuple(right)
        return Wording.WRONG, tuple(right)

    def parents(self, code: str) -> frozenset[str]:
        """The direct parents of a concept."""
        return frozenset(self._parents.get(code, ()))

    def ancestors(self, code: str) -> frozenset[str]:
        """All concepts above a concept, without itself."""
        found: set[str] = set()
        waiting = list(self._parents.get(code, ()))
        while waiting:
            above = waiting.pop()
            if above not in found:
                found.add(above)
                waiting.extend(self._parents.get(above, ()))
        return frozenset(found)

    def children(self, code: str) -> Iterator[str]:
        """The concepts directly below a concept."""
        return (each for each, parents in self._parents.items() if code in parents)


def _language(designation: Json) -> str | None:
    language = designation.get("language")
    return language if isinstance(language, str) else None


def _speaks(stated: str | None, wanted: str) -> bool:
    """True when words in the stated language serve who wants another."""
    return stated is None or (wanted + "-").casefold().startswith(stated.casefold() + "-")


def _single_spaced(text: str) -> str:
    return " ".join(text.split())


def _properties(row: Json) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for each in objects(row, "property"):
        name = each.get("code")
        if isinstance(name, str):
            found[name] = (*found.get(name, ()), *_values(each))
    return found


def _values(row: Json) -> Iterator[str]:
    for key, value in row.items():
        if key.startswith("value"):
            if isinstance(value, bool):
                yield "true" if value else "false"
            elif isinstance(value, dict):
                yield str(value.get("code", ""))
            else:
                yield str(value)
