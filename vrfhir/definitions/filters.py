"""The filters of ``ValueSet.compose.include.filter`` on a code system that is known whole.

https://hl7.org/fhir/R4/valueset-filter-operator.html. A filter answers True, False, or None when it cannot be decided:
an operator or property that means nothing here, or a regular expression that is not safe to run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vrfhir.definitions.concepts import Concept, LocalCodeSystem

__all__ = ["passes"]

_CONCEPT_PROPERTIES = ("concept", "code")


def passes(system: LocalCodeSystem, concept: Concept, prop: str, operator: str, value: str) -> bool | None:
    """Whether a concept passes one filter."""
    check = _OPERATORS.get(operator)
    return None if check is None else check(system, concept, prop, value)


def _is_a(system: LocalCodeSystem, concept: Concept, prop: str, value: str) -> bool | None:
    if prop not in _CONCEPT_PROPERTIES:
        return None
    return concept.code == value or value in system.ancestors(concept.code)


def _descendent_of(system: LocalCodeSystem, concept: Concept, prop: str, value: str) -> bool | None:
    return value in system.ancestors(concept.code) if prop in _CONCEPT_PROPERTIES else None


def _is_not_a(system: LocalCodeSystem, concept: Concept, prop: str, value: str) -> bool | None:
    answer = _is_a(system, concept, prop, value)
    return None if answer is None else not answer


def _generalizes(system: LocalCodeSystem, concept: Concept, prop: str, value: str) -> bool | None:
    if prop not in _CONCEPT_PROPERTIES:
        return None
    return concept.code == value or concept.code in system.ancestors(value)


def _equals(system: LocalCodeSystem, concept: Concept, prop: str, value: str) -> bool | None:
    return value in _values(system, concept, prop)


def _in(system: LocalCodeSystem, concept: Concept, prop: str, value: str) -> bool | None:
    wanted = {each.strip() for each in value.split(",")}
    return not wanted.isdisjoint(_values(system, concept, prop))


def _not_in(system: LocalCodeSystem, concept: Concept, prop: str, value: str) -> bool | None:
    return not _in(system, concept, prop, value)


def _regex(system: LocalCodeSystem, concept: Concept, prop: str, value: str) -> bool | None:
    """None when it is no regular expression, or one that could run away (patterns come from anywhere)."""
    from vrfhir.fhirpath.errors import FhirPathError
    from vrfhir.fhirpath.patterns import fits

    try:
        return any(fits(each, value) for each in _values(system, concept, prop))
    except FhirPathError:
        return None


def _exists(system: LocalCodeSystem, concept: Concept, prop: str, value: str) -> bool | None:
    return bool(_values(system, concept, prop)) is (value == "true")


_Check = Callable[[LocalCodeSystem, Concept, str, str], bool | None]

_OPERATORS: Mapping[str, _Check] = {
    "is-a": _is_a,
    "descendent-of": _descendent_of,
    "is-not-a": _is_not_a,
    "generalizes": _generalizes,
    "=": _equals,
    "in": _in,
    "not-in": _not_in,
    "regex": _regex,
    "exists": _exists,
}


def _values(system: LocalCodeSystem, concept: Concept, prop: str) -> tuple[str, ...]:
    if prop in _CONCEPT_PROPERTIES:
        return (concept.code,)
    if prop == "display":
        return (concept.display,) if concept.display else ()
    if prop == "parent":
        return tuple(system.parents(concept.code))
    if prop == "child":
        return tuple(system.children(concept.code))
    return concept.properties.get(prop, ())
