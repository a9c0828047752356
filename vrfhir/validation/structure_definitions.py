"""StructureDefinition: a profile that its base can carry (https://hl7.org/fhir/R4/structuredefinition.html, …/profiling.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.fhirpath import FhirPathError
from vrfhir.validation.paths import Location
from vrfhir.validation.profile_elements import check_elements
from vrfhir.validation.rows import rows, text

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_structure_definition"]

Json = dict[str, Any]


def check_structure_definition(scope: Scope, resource: Json, location: Location) -> None:
    """What the definition says of itself, and each element of its differential against the base."""
    kind, name = resource.get("kind"), text(resource, "type")
    if name != "Extension" and resource.get("context"):
        for _, place in rows(resource, "context", location):
            scope.report("SD_NO_CONTEXT_WHEN_NOT_EXTENSION", place, found=name)
    canonical = text(resource, "baseDefinition")
    if canonical and not resource.get("derivation"):
        scope.report("SD_MUST_HAVE_DERIVATION", location)
    if resource.get("derivation") == "specialization" and canonical:
        origin = scope.engine.structure(canonical)
        if origin is not None and origin.get("type") == name:
            scope.report("SD_TYPE_NOT_DERIVED", (location, "type", "type", -1), found=name)
            scope.report("SD_SPECIALIZED_TYPE_MATCHES", location, found=name)
    if resource.get("derivation") != "constraint":
        return
    if resource.get("abstract") is True and kind == "resource":
        scope.report("SD_DERIVATION_NO_CONCRETE", location, found=name)
    base = scope.engine.structure(canonical)
    if base is None:
        scope.report("Unable_to_find_base__for_", location, found=canonical)
    elif base.get("type") != name:
        scope.report("SD_CONSTRAINED_TYPE_NO_MATCH", location, found=name, expected=base.get("type"))
        scope.report(
            "ERROR_GENERATING_SNAPSHOT",
            location,
            problem=f"the base is of type {base.get('type')}, this of type {name}",
        )
        return
    elif base.get("kind") != kind:
        scope.report("SD_CONSTRAINED_KIND_NO_MATCH", location, found=kind, expected=base.get("kind"))
        scope.report("SD_DERIVATION_KIND_MISMATCH", location, found=kind, expected=base.get("kind"))
    if name == "Extension":
        _extension(scope, resource, location)
    if base is not None:
        check_elements(scope, resource, base, location)


def _extension(scope: Scope, resource: Json, location: Location) -> None:
    """The contexts of an extension exist; its url is fixed to its own."""
    for each, place in rows(resource, "context", location):
        expression = text(each, "expression")
        if each.get("type") == "element" and expression and not _is_element(scope, expression):
            scope.report("SD_CONTEXT_SHOULD_ELEMENT_NOT_FOUND", place, found=expression)
    invariants = resource.get("contextInvariant")
    for at, expression in enumerate(invariants if isinstance(invariants, list) else ()):
        if isinstance(expression, str):
            from vrfhir.fhirpath import parse

            try:
                parse(expression)
            except FhirPathError as refused:
                scope.report(
                    "ED_CONTEXT_INVARIANT_EXPRESSION_ERROR",
                    (location, "contextInvariant", "contextInvariant", at),
                    found=expression,
                    problem=str(refused),
                )
    url = text(resource, "url")
    fixed = [
        element["fixedUri"]
        for part in ("differential", "snapshot")
        if isinstance(resource.get(part), dict)
        for element, _ in rows(resource[part], "element", location)
        if element.get("path") == "Extension.url" and isinstance(element.get("fixedUri"), str)
    ]
    if not fixed:
        scope.report("SD_EXTENSION_URL_MISSING", location, expected=url)
    elif fixed[0] != url:
        scope.report("SD_EXTENSION_URL_MISMATCH", location, found=fixed[0], expected=url)


def _is_element(scope: Scope, expression: str) -> bool:
    """Whether an element context names a type or an element of one."""
    if "#" in expression:
        canonical, _, path = expression.partition("#")
        structure = scope.engine.structure(canonical)
        return structure is not None and any(
            path in (each.get("id"), each.get("path")) for each in _elements(structure)
        )
    name = expression.partition(".")[0]
    if name in ("Element", "BackboneElement", "Resource", "DomainResource", "CanonicalResource", "MetadataResource"):
        return True
    definition = scope.engine.definitions.type(name)
    if definition is None:
        return False
    if "." not in expression:
        return True
    plain = expression.removesuffix("[x]")
    return any(str(each.get("path", "")).removesuffix("[x]") == plain for each in _elements(definition)) or (
        _goes_deeper(scope, definition, expression)
    )


def _goes_deeper(scope: Scope, definition: Json, expression: str) -> bool:
    """An element inside the data type of another: its first step is in the type, the rest is left to FHIRPath."""
    first = ".".join(expression.split(".")[:2]).removesuffix("[x]")
    return expression.count(".") > 1 and any(
        str(each.get("path", "")).removesuffix("[x]") == first for each in _elements(definition)
    )


def _elements(structure: Json) -> list[Json]:
    snapshot = structure.get("snapshot")
    listed = snapshot.get("element") if isinstance(snapshot, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
