"""What is in a value set, decided from definitions alone, with three answers: in, out, cannot tell.

https://hl7.org/fhir/R4/valueset.html#compositions: the union of the includes without the excludes; inside an include, all
of system, concepts, filters and imported value sets must hold. What depends on a code system that is not known whole
(SNOMED CT, LOINC, UCUM …) goes to ``judge``, and is "cannot tell" without one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vrfhir.definitions.concepts import LocalCodeSystem
from vrfhir.definitions.filters import passes
from vrfhir.definitions.membership import Membership, all_of, any_of
from vrfhir.definitions.rows import objects, texts

__all__ = ["FROZEN", "Expander", "Membership"]

Json = dict[str, Any]
Lookup = Callable[[str, str], Json | None]
Judge = Callable[[str, str], Membership]
Codes = dict[str, dict[str, None]]

IN, OUT, UNKNOWN = Membership.IN, Membership.OUT, Membership.UNKNOWN

FROZEN = "urn:vrfhir:frozen"
"""``expansion.identifier`` of the expansions that were made from the composition when the facts were built."""

_MAX_IMPORTS = 32


class Expander:
    """Value sets over a lookup of definitions. ``lookup(canonical, resource_type)`` gives a resource or None."""

    def __init__(self, lookup: Lookup, judge: Judge | None = None) -> None:
        self._lookup = lookup
        self._judge = judge or (lambda system, code: UNKNOWN)
        self._systems: dict[str, LocalCodeSystem | None] = {}
        self._enumerated: dict[str, Codes | None] = {}

    def system(self, url: str) -> LocalCodeSystem | None:
        """A code system with its concepts, None when nothing of it is known."""
        if url not in self._systems:
            resource = self._lookup(url, "CodeSystem")
            usable = resource is not None and (resource.get("concept") or resource.get("content") == "complete")
            self._systems[url] = LocalCodeSystem(resource) if resource is not None and usable else None
        return self._systems[url]

    def code_in_system(self, system: str, code: str) -> Membership:
        """Whether a code system has a code."""
        local = self.system(system)
        if local is None:
            return self._judge(system, code)
        if local.find(code) is not None:
            return IN
        return OUT if local.is_complete else UNKNOWN

    def member(self, value_set: str, system: str | None, code: str) -> Membership:
        """Whether a value set contains a code; without a system: whether it contains the code in any system."""
        codes = self.codes(value_set)
        if codes is not None:
            return self._among(codes, system, code)
        return self._decide(value_set, system, code, 0)

    def member_of(self, resource: Json, system: str | None, code: str) -> Membership:
        """The same of a value set that is given itself, rather than by its canonical."""
        codes = self._enumerate(resource)
        return self._decide_of(resource, system, code, 0) if codes is None else self._among(codes, system, code)

    def codes(self, value_set: str) -> Codes | None:
        """The whole expansion, system → codes in order, or None when it is not known whole."""
        if value_set not in self._enumerated:
            self._enumerated[value_set] = None
            resource = self._lookup(value_set, "ValueSet")
            self._enumerated[value_set] = None if resource is None else self._enumerate(resource)
        return self._enumerated[value_set]

    def _among(self, codes: Codes, system: str | None, code: str) -> Membership:
        if system is None:
            return Membership.of(any(code in each for each in codes.values()))
        listed = codes.get(system)
        if listed is None:
            return OUT
        if code in listed:
            return IN
        local = self.system(system)
        concept = None if local is None or local.is_case_sensitive else local.find(code)
        return Membership.of(concept is not None and concept.code in listed)

    # Enumeration: everything in the set, or None.

    def _enumerate(self, resource: Json) -> Codes | None:
        expansion = resource.get("expansion")
        stored = _expanded(expansion)
        if stored is not None and isinstance(expansion, dict) and expansion.get("identifier") == FROZEN:
            return stored
        composed = self._compose(resource.get("compose"))
        # An expansion somebody published counts only where the composition cannot be listed from here.
        return stored if composed is None else composed

    def _compose(self, compose: Any) -> Codes | None:
        if not isinstance(compose, dict):
            return None
        result: Codes = {}
        for include in objects(compose, "include"):
            found = self._enumerate_include(include)
            if found is None:
                return None
            for system, codes in found.items():
                result.setdefault(system, {}).update(codes)
        for exclude in objects(compose, "exclude"):
            found = self._enumerate_include(exclude)
            if found is None:
                return None
            for system, codes in found.items():
                kept = result.get(system, {})
                result[system] = {code: None for code in kept if code not in codes}
        return result

    def _enumerate_include(self, include: Json) -> Codes | None:
        found: Codes | None = None
        if isinstance(include.get("system"), str):
            codes = self._enumerate_system(include)
            if codes is None:
                return None
            found = {include["system"]: codes}
        for imported in texts(include, "valueSet"):
            other = self.codes(imported)
            if other is None:
                return None
            found = other if found is None else _common(found, other)
        return found

    def _enumerate_system(self, include: Json) -> dict[str, None] | None:
        if "concept" in include:
            return {each["code"]: None for each in objects(include, "concept") if isinstance(each.get("code"), str)}
        local = self.system(include["system"])
        if local is None or not local.is_complete:
            return None
        kept: dict[str, None] = {}
        for code in local.concepts:
            answer = self._filtered(include, code)
            if answer is UNKNOWN:
                return None
            if answer is IN:
                kept[code] = None
        return kept

    # Decision: one code, as far as it can be told.

    def _decide(self, value_set: str, system: str | None, code: str, depth: int) -> Membership:
        resource = self._lookup(value_set, "ValueSet")
        return UNKNOWN if resource is None else self._decide_of(resource, system, code, depth)

    def _decide_of(self, resource: Json, system: str | None, code: str, depth: int) -> Membership:
        if depth > _MAX_IMPORTS or not isinstance(compose := resource.get("compose"), dict):
            return UNKNOWN
        included = any_of(self._in_include(each, system, code, depth) for each in objects(compose, "include"))
        if included is OUT:
            return OUT
        excluded = any_of(self._in_include(each, system, code, depth) for each in objects(compose, "exclude"))
        return OUT if excluded is IN else included if excluded is OUT else UNKNOWN

    def _in_include(self, include: Json, system: str | None, code: str, depth: int) -> Membership:
        answers = []
        if isinstance(include.get("system"), str):
            if system not in (None, include["system"]):
                return OUT
            answers.append(self._in_system_part(include, code))
        for imported in texts(include, "valueSet"):
            known = self.codes(imported)
            if known is not None:
                answers.append(self._among(known, system, code))
            else:
                answers.append(self._decide(imported, system, code, depth + 1))
        return all_of(answers) if answers else UNKNOWN

    def _in_system_part(self, include: Json, code: str) -> Membership:
        if "concept" in include:
            return Membership.of(any(each.get("code") == code for each in objects(include, "concept")))
        return self._filtered(include, code)

    def _filtered(self, include: Json, code: str) -> Membership:
        filters = objects(include, "filter")
        if not filters:
            return self.code_in_system(include["system"], code)
        local = self.system(include["system"])
        if local is None:
            if self.code_in_system(include["system"], code) is OUT:
                return OUT
            return all_of(_self_evident(each, code) for each in filters)
        concept = local.find(code)
        if concept is None:
            return OUT if local.is_complete else UNKNOWN
        answers = (
            passes(local, concept, str(each.get("property")), str(each.get("op")), str(each.get("value")))
            for each in filters
        )
        return all_of(Membership.of(answer) for answer in answers)


def _self_evident(filter_: Json, code: str) -> Membership:
    """What a filter says about a code of an unknown system: a concept is its own descendant-or-self, no more."""
    if filter_.get("property") in ("concept", "code") and filter_.get("value") == code:
        if filter_.get("op") in ("is-a", "=", "generalizes"):
            return IN
        if filter_.get("op") in ("descendent-of", "is-not-a"):
            return OUT
    return UNKNOWN


def _expanded(expansion: Any) -> Codes | None:
    """A stored expansion, None when it is only a page or a summary of one."""
    if not isinstance(expansion, dict) or not isinstance(expansion.get("contains"), list):
        return None
    result: Codes = {}
    count = _gather(expansion, result, 0)
    total = expansion.get("total")
    return None if isinstance(total, int) and total > count else result


def _gather(holder: Json, result: Codes, depth: int) -> int:
    count = 0
    for row in objects(holder, "contains") if depth <= _MAX_IMPORTS else ():
        count += 1
        if isinstance(code := row.get("code"), str) and row.get("abstract") is not True:
            result.setdefault(str(row.get("system", "")), {})[code] = None
        count += _gather(row, result, depth + 1)
    return count


def _common(one: Codes, other: Codes) -> Codes:
    shared: Mapping[str, dict[str, None]] = {system: one[system] for system in one if system in other}
    return {system: {code: None for code in codes if code in other[system]} for system, codes in shared.items()}
