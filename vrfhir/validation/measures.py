"""Measures: groups, populations, and criteria in CQL with the library that defines them (https://hl7.org/fhir/R4/measure.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location
from vrfhir.validation.rows import at, rows, text

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_measure"]

Json = dict[str, Any]

_CQL = frozenset(
    {"text/cql", "text/cql.identifier", "text/cql.expression", "text/cql-identifier", "text/cql-expression"}
)


def check_measure(scope: Scope, resource: Json, location: Location) -> None:
    """A measure has groups, groups have populations; criteria in CQL need a library that is known."""
    groups = list(rows(resource, "group", location))
    if not groups:
        scope.report("MEASURE_M_NO_GROUPS", location)
    libraries = resource.get("library")
    listed = [each for each in libraries if isinstance(each, str)] if isinstance(libraries, list) else []
    has_library = any(scope.engine.definitions.resource(each, "Library") is not None for each in listed)
    for group, place in groups:
        if not group.get("population"):
            scope.report("MEASURE_M_GROUP_POP", place)
        for name in ("population", "stratifier"):
            for each, here in rows(group, name, place):
                criteria = each.get("criteria")
                if not isinstance(criteria, dict):
                    continue
                language = text(criteria, "language")
                if language in _CQL and not has_library:
                    scope.report("MEASURE_M_CRITERIA_CQL_NO_LIB", at(here, "criteria"))
                elif language and language not in _CQL:
                    scope.report("MEASURE_M_CRITERIA_UNKNOWN", at(here, "criteria"), found=language)
