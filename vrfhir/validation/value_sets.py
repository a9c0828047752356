"""ValueSet: what its compose includes, and by which filters (https://hl7.org/fhir/R4/valueset.html)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.terminology import Membership
from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import is_absolute
from vrfhir.validation.rows import rows, text
from vrfhir.validation.value_set_filters import check_filter

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_value_set"]

Json = dict[str, Any]

_OIDS: Mapping[str, str] = {
    "urn:oid:2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "urn:oid:2.16.840.1.113883.6.1": "http://loinc.org",
    "urn:oid:2.16.840.1.113883.6.8": "http://unitsofmeasure.org",
    "urn:oid:2.16.840.1.113883.6.88": "http://www.nlm.nih.gov/research/umls/rxnorm",
}
"""Identifiers that stand for code systems with a URL of their own."""


def check_value_set(scope: Scope, resource: Json, location: Location) -> None:
    """The includes and excludes of a compose."""
    compose = resource.get("compose")
    if not isinstance(compose, dict):
        return
    place = (location, "compose", "compose", -1)
    includes = list(rows(compose, "include", place))
    for each, here in includes:
        imported = each.get("valueSet")
        if len(includes) == 1 and isinstance(imported, list) and len(imported) > 1:
            scope.report("VALUESET_IMPORT_UNION_INTERSECTION", here)
        _include(scope, each, here)
    for each, here in rows(compose, "exclude", place):
        _include(scope, each, here)


def _include(scope: Scope, include: Json, place: Location) -> None:
    _imports(scope, include, place)
    system = text(include, "system")
    if not system:
        if "concept" in include or "filter" in include:
            scope.report("VALUESET_NO_SYSTEM_WARNING", place)
        return
    if not is_absolute(system):
        is_fragment = system.startswith("#")
        rule = "VALUESET_INCLUDE_SYSTEM_ABSOLUTE_FRAG" if is_fragment else "VALUESET_INCLUDE_SYSTEM_ABSOLUTE"
        scope.report(rule, place, found=system)
        return
    system = _without_version(scope, include, system, place)
    definitions = scope.engine.definitions
    resource = definitions.resource(system, "CodeSystem")
    if resource is None and definitions.resource(system, "ValueSet") is not None:
        scope.report("VALUESET_INCLUDE_WRONG_VS_HINT", place, found=system)
        return
    if system in _OIDS:
        scope.report("VALUESET_INCLUDE_WRONG_CS_OID", place, found=system, expected=_OIDS[system])
    if resource is not None and resource.get("content") == "supplement":
        scope.report(
            "VALUESET_INCLUDE_CS_SUPPLEMENT", place, found=system, expected=str(resource.get("supplements", ""))
        )
        return
    if resource is not None and (content := resource.get("content")) in ("not-present", "fragment", "example"):
        scope.report(
            "VALUESET_INCLUDE_CS_CONTENT",
            place,
            severity="warning" if content == "not-present" else "information",
            found=system,
            content=content,
        )
    for each, here in rows(include, "filter", place):
        check_filter(scope, system, resource, each, here)
    for concept, here in rows(include, "concept", place):
        code = text(concept, "code")
        if code and scope.engine.terminology.code_in_system(system, code) is Membership.OUT:
            scope.report("VALUESET_INCLUDE_INVALID_CONCEPT_CODE", here, found=code, system=system)


def _without_version(scope: Scope, include: Json, system: str, place: Location) -> str:
    """The system; a version belongs into its own element."""
    plain, bar, version = system.partition("|")
    if not bar:
        return system
    own = text(include, "version")
    if not version:
        number = 0
    elif not own:
        number = 1
    else:
        number = 3 if own == version else 2
    scope.report(
        f"VALUESET_REFERENCE_INVALID_TYPE_NO_VERSION_{number}",
        place,
        severity="error" if number else "warning",
        found=system,
    )
    return plain


def _imports(scope: Scope, include: Json, place: Location) -> None:
    imported = include.get("valueSet")
    definitions = scope.engine.definitions
    for at, canonical in enumerate(imported if isinstance(imported, list) else ()):
        if not isinstance(canonical, str) or canonical.startswith("#"):
            continue
        if definitions.resource(canonical, "ValueSet") is not None:
            continue
        here = (place, "valueSet", "valueSet", at)
        if definitions.resource(canonical, "CodeSystem") is not None:
            scope.report("VALUESET_REFERENCE_INVALID_TYPE", here, found=canonical, actual="CodeSystem")
        else:
            scope.report("VALUESET_REFERENCE_UNKNOWN", here, found=canonical)
