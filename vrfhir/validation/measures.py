"""Measures: criteria in CQL need the library that defines them (https://hl7.org/fhir/R4/measure.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_measure"]

Json = dict[str, Any]


def check_measure(scope: Scope, resource: Json, location: Location) -> None:
    """The criteria of populations, stratifiers and supplemental data."""
    libraries = _libraries(scope, resource)
    groups = _rows(resource, "group")
    if not groups:
        scope.report("MEASURE_M_NO_GROUPS", location)
    for at, group in groups:
        place = (location, "group", "group", at)
        if len(groups) > 1 and "code" not in group:
            scope.report("MEASURE_M_GROUP_CODE", place)
        if not _rows(group, "population"):
            scope.report("MEASURE_M_GROUP_POP", place)
        for name, rule in (
            ("population", "MEASURE_M_GROUP_POP_NO_CODE"),
            ("stratifier", "MEASURE_M_GROUP_STRATA_NO_CODE"),
        ):
            listed = _rows(group, name)
            for number, each in listed:
                where = (place, name, name, number)
                if len(listed) > 1 and "code" not in each:
                    scope.report(rule, where)
                _criteria(scope, each, libraries, where)
    for at, each in _rows(resource, "supplementalData"):
        _criteria(scope, each, libraries, (location, "supplementalData", "supplementalData", at))


def _libraries(scope: Scope, resource: Json) -> list[str]:
    """The names of the libraries that can be found."""
    listed = resource.get("library")
    found = []
    for canonical in listed if isinstance(listed, list) else ():
        library = scope.engine.definitions.resource(canonical, "Library") if isinstance(canonical, str) else None
        if library is not None:
            found.append(str(library.get("name", "")))
    return found


def _criteria(scope: Scope, holder: Json, libraries: list[str], location: Location) -> None:
    """Criteria in CQL name something that a library defines."""
    criteria = holder.get("criteria")
    language = criteria.get("language") if isinstance(criteria, dict) else None
    if not isinstance(criteria, dict) or not isinstance(language, str) or not language:
        return
    place = (location, "criteria", "criteria", -1)
    if not language.startswith("text/cql") or language.startswith("text/cql-expression"):
        scope.report("MEASURE_M_CRITERIA_UNKNOWN", place, found=language)
        return
    expression = criteria.get("expression")
    name, dot, _ = (expression if isinstance(expression, str) else "").partition(".")
    if not libraries:
        scope.report("MEASURE_M_CRITERIA_CQL_NO_LIB", place)
    elif dot and libraries.count(name) > 1:
        scope.report("MEASURE_M_CRITERIA_CQL_LIB_DUPL", place, found=name)
    elif dot and name not in libraries:
        scope.report("MEASURE_M_CRITERIA_CQL_LIB_NOT_FOUND", place, found=name)
    elif not dot and len(libraries) > 1:
        scope.report("MEASURE_M_CRITERIA_CQL_ONLY_ONE_LIB", place)


def _rows(holder: Json, name: str) -> list[tuple[int, Json]]:
    listed = holder.get(name)
    return [(at, each) for at, each in enumerate(listed) if isinstance(each, dict)] if isinstance(listed, list) else []
