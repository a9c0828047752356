"""CodeSystem: content and counts, supplements, properties and designations (https://hl7.org/fhir/R4/codesystem.html)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vrfhir.validation.code_system_properties import check_concept_properties, check_properties
from vrfhir.validation.paths import Location
from vrfhir.validation.rows import at, rows, text

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_code_system", "is_of_hl7"]

Json = dict[str, Any]

_DEPTH = 64


def is_of_hl7(url: str) -> bool:
    """True for the canonical of something that HL7 itself publishes."""
    return url.startswith(("http://hl7.org/", "http://terminology.hl7.org/"))


def check_code_system(scope: Scope, resource: Json, location: Location) -> None:
    """What a code system says about itself holds for what is in it."""
    concepts = list(_concepts(resource, location, 0))
    _content(scope, resource, location, len(concepts))
    supplemented = text(resource, "supplements")
    if supplemented or resource.get("content") == "supplement":
        _supplement(scope, resource, supplemented, location)
    elif "caseSensitive" not in resource:
        rule = "CODESYSTEM_CS_HL7_MISSING_ELEMENT_SHOULD" if is_of_hl7(text(resource, "url")) else _MISSING
        scope.report(rule, location, name="caseSensitive")
    _value_set(scope, resource, location)
    properties = check_properties(scope, resource, location)
    _codes(scope, resource, concepts)
    check_concept_properties(scope, concepts, properties)


_MISSING = "CODESYSTEM_CS_NONHL7_MISSING_ELEMENT"


def _concepts(holder: Json, location: Location, depth: int) -> Iterator[tuple[Json, Location]]:
    for each, place in rows(holder, "concept", location):
        yield each, place
        if depth < _DEPTH:
            yield from _concepts(each, place, depth + 1)


def _content(scope: Scope, resource: Json, location: Location, found: int) -> None:
    content, count = resource.get("content"), resource.get("count")
    if content == "not-present" and found:
        scope.report("CODESYSTEM_CS_COUNT_NO_CONTENT_ALLOWED", (location, "concept", "concept", 0))
    if content == "complete" and not found:
        scope.report("CODESYSTEM_CS_COMPLETE_AND_EMPTY", location)
    if not isinstance(count, int) or isinstance(count, bool):
        return
    if content == "complete" and count != found:
        scope.report("CODESYSTEM_CS_COUNT_COMPLETE_WRONG", at(location, "count"), stated=count, found=found)
    elif content in ("fragment", "example") and found >= count:
        scope.report("CODESYSTEM_CS_COUNT_FRAGMENT_WRONG", at(location, "count"), stated=count, found=found)


def _supplement(scope: Scope, resource: Json, supplemented: str, location: Location) -> None:
    if not supplemented:
        scope.report("CODESYSTEM_CS_HL7_PRESENT_ELEMENT_SUPPL_MISSING", at(location, "content"))
        scope.report("CODESYSTEM_CS_SUPP_NO_SUPP", location)
        return
    if resource.get("content") != "supplement":
        scope.report("CODESYSTEM_CS_HL7_PRESENT_ELEMENT_SUPPL_WRONG", at(location, "content"))
    if "caseSensitive" in resource:
        scope.report("CODESYSTEM_CS_HL7_PRESENT_ELEMENT_SUPPL", at(location, "caseSensitive"), name="caseSensitive")
    terminology = scope.engine.terminology
    base = scope.engine.definitions.resource(supplemented, "CodeSystem")
    if base is None:
        if resource.get("concept"):
            scope.report("CODESYSTEM_CS_SUPP_CANT_CHECK", location, found=supplemented)
        return
    meaning, own = base.get("hierarchyMeaning"), resource.get("hierarchyMeaning")
    if meaning and own and meaning != own:
        scope.report("CODESYSTEM_CS_SUPP_HIERARCHY_MEANING", location, found=own, expected=meaning)
    count = resource.get("count")
    if isinstance(count, int) and count != base.get("count", 0):
        scope.report(
            "CODESYSTEM_CS_COUNT_SUPPLEMENT_WRONG", at(location, "count"), found=count, expected=base.get("count", 0)
        )
    for concept, place in rows(resource, "concept", location):
        code = text(concept, "code")
        if code and terminology.code_in_system(supplemented, code).value == "out":
            scope.report("CODESYSTEM_CS_SUPP_INVALID_CODE", place, found=code, system=supplemented)


def _value_set(scope: Scope, resource: Json, location: Location) -> None:
    canonical = text(resource, "valueSet")
    if not canonical:
        return
    if resource.get("content") != "complete":
        scope.report("CODESYSTEM_CS_NO_VS_NOTCOMPLETE", location)
    value_set = scope.engine.definitions.resource(canonical, "ValueSet")
    if value_set is None:
        return
    url = text(resource, "url")
    compose = value_set.get("compose")
    includes = compose.get("include") if isinstance(compose, dict) else None
    if not isinstance(includes, list) or len(includes) != 1 or not isinstance(includes[0], dict):
        scope.report("CodeSystem_CS_VS_Invalid", location, system=url, value_set=canonical)
    elif includes[0].get("system") != url:
        scope.report(
            "CodeSystem_CS_VS_WrongSystem", location, system=url, value_set=canonical, found=includes[0].get("system")
        )
    elif any(name in includes[0] for name in ("valueSet", "concept", "filter")):
        scope.report("CodeSystem_CS_VS_IncludeDetails", location, system=url, value_set=canonical)


def _codes(scope: Scope, resource: Json, concepts: list[tuple[Json, Location]]) -> None:
    url, language = text(resource, "url"), resource.get("language")
    seen: set[str] = set()
    for concept, place in concepts:
        code, display = text(concept, "code"), text(concept, "display")
        if code and code in seen:
            scope.report("CODESYSTEM_DUPLICATE_CODE", place, found=code)
        seen.add(code)
        if is_of_hl7(url) and resource.get("content") != "supplement":
            if not display:
                scope.report("CODESYSTEM_CONCEPT_NO_DISPLAY", place)
            if not text(concept, "definition"):
                scope.report("CODESYSTEM_CONCEPT_NO_DEFINITION", place)
        for designation, here in rows(concept, "designation", place):
            value = text(designation, "value")
            if not display or not value or value == display or "use" in designation:
                continue
            if "language" not in designation:
                scope.report("CODESYSTEM_DESIGNATION_DISP_CLASH_NO_LANG", here, found=value, display=display)
            elif designation["language"] == language:
                scope.report("CODESYSTEM_DESIGNATION_DISP_CLASH_LANG", here, found=value, display=display)
