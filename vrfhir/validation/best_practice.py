"""Rules that are advice (http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice), with who, whom and when of
an Observation: only when asked for, with the severity that was asked for."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from vrfhir.errors import VrfhirError
from vrfhir.issues import Severity
from vrfhir.validation.invariants import Invariant
from vrfhir.validation.paths import Location

if TYPE_CHECKING:
    from vrfhir.definitions import Definitions
    from vrfhir.validation.scope import Scope

__all__ = ["check_best_practice"]

Json = dict[str, Any]

_SEVERITIES: dict[str, Severity] = {"hint": "information", "warning": "warning", "error": "error"}
_OBSERVATIONS = (
    ("All_observations_should_have_a_subject", ("subject",)),
    ("All_observations_should_have_a_performer", ("performer",)),
    (
        "All_observations_should_have_an_effectiveDateTime_or_an_effectivePeriod",
        ("effectiveDateTime", "effectivePeriod", "effectiveTiming", "effectiveInstant"),
    ),
)


def check_best_practice(scope: Scope, resource: Json, location: Location) -> None:
    """Report the advice that a resource does not follow. In R4 all of it is about whole resources, none about contained."""
    severity = _SEVERITIES.get(scope.options.best_practice)
    if severity is None or scope.root is not resource:
        return
    name = resource["resourceType"]
    for invariant in _advice(scope.engine.definitions, name):
        try:
            if invariant.expression.test(scope.node(resource, name), scope.environment):
                continue
        except (VrfhirError, RecursionError):
            continue  # advice that cannot be evaluated is none
        scope.failed_invariant(invariant, location, severity=severity)
    if name == "Observation":
        for rule, keys in _OBSERVATIONS:
            if not any(key in resource or "_" + key in resource for key in keys):
                scope.report(rule, location, severity=severity)


@lru_cache(maxsize=1_000)
def _advice(definitions: Definitions, name: str) -> tuple[Invariant, ...]:
    definition = definitions.type(name) or {}
    root = definition.get("snapshot", {}).get("element", [{}])[0]
    return tuple(
        Invariant(each, definition["url"])
        for each in root.get("constraint", ())
        if each.get("bestPractice") and "expression" in each
    )
