"""What is good practice and no duty: a narrative (dom-6), and who, whom and when of an Observation.

Said only when asked for, with the severity asked for (https://hl7.org/fhir/R4/best-practices.html, …/domainresource.html).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location

if TYPE_CHECKING:
    from vrfhir.issues import Severity
    from vrfhir.validation.scope import Scope

__all__ = ["check_best_practice"]

Json = dict[str, Any]

_NARRATIVE = "http://hl7.org/fhir/StructureDefinition/DomainResource#dom-6"
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
    """One resource that is not contained in another."""
    severity = _SEVERITIES.get(scope.options.best_practice)
    if severity is None or scope.root is not resource:
        return
    name = resource["resourceType"]
    text = resource.get("text")
    if "DomainResource" in scope.engine.type_chain(name) and not (isinstance(text, dict) and "div" in text):
        scope.report(_NARRATIVE, location, severity=severity)
    if name == "Observation":
        for rule, keys in _OBSERVATIONS:
            if not any(key in resource or "_" + key in resource for key in keys):
                scope.report(rule, location, severity=severity)
