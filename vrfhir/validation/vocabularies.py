"""CodeSystem and ValueSet: what they say about their own content (https://hl7.org/fhir/R4/codesystem.html, …/valueset.html)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import is_absolute

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_code_system", "check_value_set"]

Json = dict[str, Any]


def check_code_system(scope: Scope, resource: Json, location: Location) -> None:
    """The stated content and number of concepts are what is there; properties are defined once."""
    content, count = resource.get("content"), resource.get("count")
    concepts = list(_concepts(resource))
    if content == "not-present" and concepts:
        scope.report("CODESYSTEM_CS_COUNT_NO_CONTENT_ALLOWED", (location, "concept", "concept", 0))
    if content == "complete" and isinstance(count, int) and count != len(concepts):
        place = (location, "count", "count", -1)
        scope.report("CODESYSTEM_CS_COUNT_COMPLETE_WRONG", place, stated=count, found=len(concepts))
    for name, rule in (("code", "CODESYSTEM_PROPERTY_DUPLICATE_CODE"), ("uri", "CODESYSTEM_PROPERTY_DUPLICATE_URI")):
        seen: set[str] = set()
        for at, each in enumerate(_rows(resource.get("property"))):
            value = each.get(name)
            if isinstance(value, str):
                if value in seen:
                    scope.report(rule, (location, "property", "property", at), found=value)
                seen.add(value)


def check_value_set(scope: Scope, resource: Json, location: Location) -> None:
    """The systems of a compose are absolute."""
    compose = resource.get("compose")
    if not isinstance(compose, dict):
        return
    place = (location, "compose", "compose", -1)
    for name in ("include", "exclude"):
        for at, each in enumerate(_rows(compose.get(name))):
            system = each.get("system")
            if isinstance(system, str) and not is_absolute(system):
                rule = (
                    "VALUESET_INCLUDE_SYSTEM_ABSOLUTE_FRAG"
                    if system.startswith("#")
                    else "VALUESET_INCLUDE_SYSTEM_ABSOLUTE"
                )
                scope.report(rule, (place, name, name, at), found=system)


def _concepts(holder: Json) -> Iterator[Json]:
    for each in _rows(holder.get("concept")):
        yield each
        yield from _concepts(each)


def _rows(value: Any) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
