"""The system of a code as such: absolute, no value set, no misspelt form of a system that is known.

https://hl7.org/fhir/R4/terminologies.html#system. Where a binding decides about a Coding, most of this is left to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import is_absolute, is_system

if TYPE_CHECKING:
    from vrfhir.validation.engine import Engine
    from vrfhir.validation.scope import Scope

__all__ = ["check_system", "is_of_hl7"]

_EXACT = ("http://snomed.info/sct", "http://loinc.org", "http://unitsofmeasure.org")
"""Systems whose URI has no longer form."""
_OF_FHIR = "http://hl7.org/fhir"
_OF_HL7 = (_OF_FHIR, "http://terminology.hl7.org")
_NOT_SHIPPED = (
    "http://hl7.org/fhir/sid/icd-10",
    "http://hl7.org/fhir/sid/cvx",
    "http://hl7.org/fhir/sid/icd-9",
    "http://hl7.org/fhir/sid/ndc",
    "http://hl7.org/fhir/sid/mvx",
    "http://hl7.org/fhir/sid/srt",
    "http://hl7.org/fhir/sid/dicm",
    "http://hl7.org/fhir/sid/ex-icd",
    "http://hl7.org/fhir/test",
)


def check_system(scope: Scope, system: str, location: Location, *, is_bound: bool) -> bool:
    """The system of a Coding or Quantity. False when nothing more can be said about the code."""
    engine = scope.engine
    if is_bound and not is_absolute(system):
        if system.strip():
            scope.report("Terminology_TX_System_Relative", (location, "system", "system", -1), found=system)
        return bool(system.strip())
    if not is_bound and not is_system(system):
        scope.report("Terminology_TX_System_Relative", location, found=system)
        return False
    if is_bound or _is_known(engine, system):
        return True
    if system.startswith("https:") and _is_known(engine, "http:" + system[6:]):
        scope.report("TERMINOLOGY_TX_SYSTEM_HTTPS", location, found=system, expected="http:" + system[6:])
    elif system.startswith(tuple(each + "/" for each in _EXACT)):
        expected = next(each for each in _EXACT if system.startswith(each + "/"))
        scope.report("Terminology_TX_System_Invalid", location, found=system, expected=expected)
    elif engine.definitions.resource(system, "ValueSet") is not None:
        scope.report("TERMINOLOGY_TX_SYSTEM_VALUESET2", location, found=system)
    elif system.startswith(_OF_FHIR) and (system.endswith("/") or not system.startswith(_NOT_SHIPPED)):
        scope.report("Terminology_TX_System_Unknown", location, found=system)
    else:
        return True
    return False


def is_of_hl7(system: str) -> bool:
    """True for a system that HL7 would define: one that is not known there does not exist."""
    return system.startswith(_OF_HL7)


def _is_known(engine: Engine, system: str) -> bool:
    return system in _EXACT or engine.definitions.resource(system, "CodeSystem") is not None
