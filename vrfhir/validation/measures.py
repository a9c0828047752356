"""Measures: criteria in CQL need the library that defines them (https://hl7.org/fhir/R4/measure.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_measure"]

Json = dict[str, Any]

_CQL = frozenset({"text/cql", "text/cql.identifier", "text/cql.expression"})


def check_measure(scope: Scope, resource: Json, location: Location) -> None:
    """Criteria of populations and stratifiers in CQL without any library."""
    if resource.get("library"):
        return
    for at, group in _rows(resource, "group"):
        place = (location, "group", "group", at)
        for name in ("population", "stratifier"):
            for number, each in _rows(group, name):
                criteria = each.get("criteria")
                if isinstance(criteria, dict) and criteria.get("language") in _CQL:
                    scope.report(
                        "MEASURE_M_CRITERIA_CQL_NO_LIB", ((place, name, name, number), "criteria", "criteria", -1)
                    )


def _rows(holder: Json, name: str) -> list[tuple[int, Json]]:
    listed = holder.get(name)
    return [(at, each) for at, each in enumerate(listed) if isinstance(each, dict)] if isinstance(listed, list) else []
