"""A code system that is known whole: its concepts, their words, their properties and who is whose parent.

https://hl7.org/fhir/R4/codesystem.html; the hierarchy is both the nesting of concepts and the ``parent``, ``child`` and
``subsumedBy`` properties (https://hl7.org/fhir/R4/codesystem.html#hierarchy).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from vrfhir.definitions.rows import objects

__all__ = ["Concept", "LocalCodeSystem"]

Json = dict[str, Any]

_MAX_DEPTH = 64
_INACTIVE_STATUSES = ("retired", "inactive")


class Concept(NamedTuple):
    """One concept; ``properties`` holds every value of each property as text."""

    code: str
    display: str | None
    designations: tuple[str, ...]
    properties: Mapping[str, tuple[str, ...]]

    @property
    def is_inactive(self) -> bool:
        """True when the system marks it as no longer to be used."""
        status = self.properties.get("status", ())
        return "true" in self.properties.get("inactive", ()) or any(each in _INACTIVE_STATUSES for each in status)


class LocalCodeSystem:
    """The concepts of a CodeSystem resource, by code."""

    def __init__(self, resource: Json) -> None:
        self.url = str(resource.get("url", ""))
        self.is_complete = resource.get("content") == "complete"
        self.is_case_sensitive = resource.get("caseSensitive") is not False
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
            words = tuple(str(each.get("value", "")) for each in objects(row, "designation"))
            display = row.get("display")
            shown = display if isinstance(display, str) else None
            self.concepts.setdefault(code, Concept(code, shown, words, _properties(row)))
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
