"""Terminology from the loaded definitions alone.

>>> from vrfhir.definitions import Definitions
>>> Terminology(Definitions.default()).member("http://hl7.org/fhir/ValueSet/request-status", None, "active")
<Membership.IN: 'in'>

Complete code systems are decided exactly. Of systems that are rules rather than lists (languages, MIME types, units) the
grammar decides what it can. For everything else (SNOMED CT, LOINC …) only what value sets enumerate is known.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from vrfhir.definitions import Definitions
from vrfhir.definitions.concepts import Concept, Wording
from vrfhir.definitions.expansion import Expander
from vrfhir.definitions.layers import version_fits
from vrfhir.definitions.membership import Membership
from vrfhir.definitions.rows import objects
from vrfhir.terminology.grammars import judge

__all__ = ["Terminology", "Translation"]

Json = dict[str, Any]


class Translation(NamedTuple):
    """One target of a ConceptMap element; ``code`` is None for *unmatched*."""

    system: str
    code: str | None
    equivalence: str


class Terminology:
    """Questions about codes. Answers are cached; one instance may be shared by threads that only ask."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._expander = Expander(definitions.resource, judge)
        self._members: dict[tuple[str, str | None, str], Membership] = {}

    def member(self, value_set: str, system: str | None, code: str) -> Membership:
        """Whether a value set contains a code. ``system`` None: as for a ``code`` element, in any system of the set."""
        key = (value_set, system, code)
        found = self._members.get(key)
        if found is None:
            if len(self._members) > _MAX_CACHED:
                self._members.clear()
            found = self._members[key] = self._expander.member(value_set, system, code)
        return found

    def member_of(self, resource: Json, system: str | None, code: str) -> Membership:
        """Whether a value set that is given itself contains a code."""
        return self._expander.member_of(resource, system, code)

    def is_known(self, value_set: str) -> bool:
        """True when the value set itself is among the definitions."""
        return self._definitions.resource(value_set, "ValueSet") is not None

    def expansion(self, value_set: str) -> dict[str, list[str]] | None:
        """All codes by system, in order, or None when the set cannot be listed whole from what is known locally."""
        codes = self._expander.codes(value_set)
        return None if codes is None else {system: list(listed) for system, listed in codes.items()}

    def system_is_known(self, system: str) -> bool:
        """True when some concepts of the code system are known."""
        return self._expander.system(system) is not None

    def code_in_system(self, system: str, code: str) -> Membership:
        """Whether a code system has a code."""
        return self._expander.code_in_system(system, code)

    def is_settled(self, system: str, code: str) -> bool:
        """False when the answer about a code may be another the next time; local definitions do not change."""
        return True

    def concept(self, system: str, code: str) -> Concept | None:
        """What is known of a concept: display, designations, properties."""
        local = self._expander.system(system)
        return None if local is None else local.find(code)

    def display(self, system: str, code: str) -> str | None:
        """The preferred words for a code, None when they are not known."""
        concept = self.concept(system, code)
        return concept.display if concept else None

    def displays(self, system: str, code: str) -> tuple[str, ...]:
        """All words known for a code, the preferred first; empty when none are."""
        concept = self.concept(system, code)
        if concept is None:
            return ()
        first = (concept.display,) if concept.display else ()
        return (*first, *(each for each in concept.designations if each not in first))

    def holds(self, system: str, version: str) -> bool:
        """True when this version of a code system is among the definitions (``4.0`` is any ``4.0.x``)."""
        wanted = (
            system if system.startswith(_THO) else f"{system}|{version}"
        )  # there newer ones replace those of R4 core
        found = self._definitions.resource(wanted, "CodeSystem")
        return found is not None and version_fits(version, str(found.get("version", "")))

    def system_in(self, value_set: str, code: str) -> str:
        """The system of a code in a value set that can be listed whole; empty when that cannot be told."""
        codes = self._expander.codes(value_set) or {}
        return next((system for system, listed in codes.items() if code in listed), "")

    def included_version(self, value_set: str, system: str) -> str | None:
        """The version of a code system that a value set includes, empty for any; None when it does not include it itself."""
        compose = (self._definitions.resource(value_set, "ValueSet") or {}).get("compose")
        for include in objects(compose, "include") if isinstance(compose, dict) else ():
            if include.get("system") == system:
                return str(include.get("version", ""))
        return None

    def is_worded_in(self, value_set: str, system: str, code: str, display: Any) -> bool:
        """True for words that a value set itself has for a code, or a supplement that it asks for."""
        resource = self._definitions.resource(value_set, "ValueSet") or {}
        compose = resource.get("compose")
        for include in objects(compose, "include") if isinstance(compose, dict) and isinstance(display, str) else ():
            for concept in objects(include, "concept") if include.get("system") == system else ():
                if concept.get("code") == code and display in _all_words(concept):
                    return True
        for canonical in _supplements(resource):
            added = self.concept(canonical, code)
            if added is not None and display in (added.display, *added.designations):
                return True
        return False

    def missing_supplement(self, value_set: str) -> str:
        """A code system supplement that a value set asks for and nobody knows; empty when there is none."""
        resource = self._definitions.resource(value_set, "ValueSet") if value_set else None
        wanted = _supplements(resource or {})
        return next((each for each in wanted if self._definitions.resource(each, "CodeSystem") is None), "")

    def wording(self, system: str, code: str, display: str, language: str) -> tuple[Wording, tuple[str, ...]]:
        """What a display is to a code in a language, and the words that are right; nothing is wrong with what is not known."""
        local = self._expander.system(system)
        concept = None if local is None else local.find(code)
        if local is not None and concept is not None:
            return local.wording(concept, display, language)
        is_right = self.is_display(system, code, display)
        return Wording.RIGHT if is_right else Wording.WRONG, self.displays(system, code)

    def is_display(self, system: str, code: str, display: str) -> bool:
        """True for words that are known for a code, whatever their case and spaces, and when none are known."""
        known = self.displays(system, code)
        wanted = " ".join(display.split()).casefold()
        return not known or any(" ".join(each.split()).casefold() == wanted for each in known)

    def is_inactive(self, system: str, code: str) -> bool:
        """True when the code system marks the code as retired."""
        concept = self.concept(system, code)
        return concept is not None and concept.is_inactive

    def translate(self, concept_map: str, system: str, code: str) -> list[Translation]:
        """The targets of a code by a ConceptMap, empty when it has none (https://hl7.org/fhir/R4/conceptmap.html)."""
        resource = self._definitions.resource(concept_map, "ConceptMap") or {}
        found = []
        for group in objects(resource, "group"):
            if group.get("source", system) == system:
                found.extend(_targets(group, code))
        return found


_THO = "http://terminology.hl7.org/"
_MAX_CACHED = 100_000


_SUPPLEMENT = "http://hl7.org/fhir/StructureDefinition/valueset-supplement"


def _supplements(value_set: Json) -> list[str]:
    """The supplements that a value set asks for (https://hl7.org/fhir/R4/extension-valueset-supplement.html)."""
    rows = (each for each in objects(value_set, "extension") if each.get("url") == _SUPPLEMENT)
    return [str(each["valueCanonical"]) for each in rows if isinstance(each.get("valueCanonical"), str)]


def _all_words(concept: Json) -> list[Any]:
    return [concept.get("display"), *(each.get("value") for each in objects(concept, "designation"))]


def _targets(group: Json, code: str) -> list[Translation]:
    target_system = str(group.get("target", ""))
    elements = [each for each in objects(group, "element") if each.get("code") == code]
    if elements:
        return [
            Translation(target_system, _text(target.get("code")), str(target.get("equivalence", "")))
            for element in elements
            for target in objects(element, "target")
        ]
    unmapped = group.get("unmapped")
    mode = unmapped.get("mode") if isinstance(unmapped, dict) else None
    if mode == "provided":
        return [Translation(target_system, code, "equal")]
    if isinstance(unmapped, dict) and mode == "fixed":
        return [Translation(target_system, _text(unmapped.get("code")), "inexact")]
    return []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
