"""Properties of code systems: their definitions and their values (https://hl7.org/fhir/R4/codesystem.html#properties)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from vrfhir.terminology import Membership
from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import is_absolute
from vrfhir.validation.rows import rows, text

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["Property", "check_concept_properties", "check_properties"]

Json = dict[str, Any]

_STANDARD = "http://hl7.org/fhir/concept-properties"
_TYPES: Mapping[str, str] = {
    "status": "code",
    "inactive": "boolean",
    "effectiveDate": "dateTime",
    "deprecationDate": "dateTime",
    "retirementDate": "dateTime",
    "notSelectable": "boolean",
    "parent": "code",
    "child": "code",
    "partOf": "code",
    "synonym": "code",
    "comment": "string",
    "itemWeight": "decimal",
}
"""The properties FHIR defines, with their types."""
_ALSO = frozenset({"order"})
"""Published among them later, without a type that is checked."""
_INTERNAL = frozenset({"parent", "child", "partOf", "synonym"})
"""Those whose values are codes of the same code system."""
_VALUE_SET = "http://hl7.org/fhir/StructureDefinition/codesystem-property-valueset"


class Property(NamedTuple):
    """What is known of a property: its type, the standard property it is, the value set of its codes."""

    type: str
    standard: str
    value_set: str


def check_properties(scope: Scope, resource: Json, location: Location) -> dict[str, Property]:
    """The definitions of properties; gives them by code."""
    found: dict[str, Property] = {}
    uris: set[str] = set()
    of_hl7 = text(resource, "url").startswith(("http://hl7.org/fhir", "http://terminology.hl7.org"))
    for each, place in rows(resource, "property", location):
        code, uri, kind = text(each, "code"), text(each, "uri"), text(each, "type")
        standard = uri.partition("#")[2] if uri.startswith(_STANDARD + "#") else ""
        value_set = next(
            (
                text(extension, "valueCanonical") or text(extension, "valueUri")
                for extension, _ in rows(each, "extension", place)
                if extension.get("url") == _VALUE_SET
            ),
            "",
        )
        is_settled = False
        if uri and not is_absolute(uri):
            scope.report("CODESYSTEM_PROPERTY_ABSOLUTE_URI", place, found=uri)
        elif uri and uri in uris:
            scope.report("CODESYSTEM_PROPERTY_DUPLICATE_URI", place, found=uri)
        elif uri:
            is_settled = _uri(scope, uri, kind, code, place)
            if (
                uri.startswith(("http://hl7.org/fhir", "https://hl7.org/fhir"))
                and standard not in _TYPES
                and not of_hl7
            ):
                scope.report("CODESYSTEM_PROPERTY_BAD_HL7_URI", place, found=uri)
        uris.add(uri)
        if code in found:
            scope.report("CODESYSTEM_PROPERTY_DUPLICATE_CODE", place, found=code)
        if kind == "code" and not value_set and not is_settled:
            scope.report("CODESYSTEM_PROPERTY_CODE_DEFAULT_WARNING", place, found=code)
        _standard(scope, code, uri, standard if standard in _TYPES else "", kind, place)
        if value_set and kind == "code" and not scope.engine.terminology.is_known(value_set):
            scope.report("CODESYSTEM_PROPERTY_VALUESET_NOT_FOUND", place, found=value_set)
        found.setdefault(code, Property(kind, standard, value_set))
    return found


def _uri(scope: Scope, uri: str, kind: str, code: str, place: Location) -> bool:
    """Whether the URI leads to a definition of the property."""
    base, mark, fragment = uri.partition("#")
    if base == _STANDARD and (fragment in _TYPES or fragment in _ALSO):
        return True
    if not mark:
        rule = "CODESYSTEM_PROPERTY_URI_UNKNOWN_TYPE" if kind == "code" else "CODESYSTEM_PROPERTY_URI_UNKNOWN"
        scope.report(rule, place, found=uri)
        return False
    system = scope.engine.definitions.resource(base, "CodeSystem")
    if system is None:
        scope.report("CODESYSTEM_PROPERTY_URI_UNKNOWN_BASE", place, found=base)
        return False
    if any(each.get("uri") == uri for each, _ in rows(system, "property", place)):
        return True
    if scope.engine.terminology.concept(base, fragment) is not None:
        return True
    scope.report("CODESYSTEM_PROPERTY_URI_INVALID", place, found=uri)
    return False


def _standard(scope: Scope, code: str, uri: str, standard: str, kind: str, place: Location) -> None:
    """A standard property has its own code and type."""
    if standard:
        if code in _TYPES and code != standard:
            scope.report("CODESYSTEM_PROPERTY_URI_CODE_MISMATCH", place, found=code, expected=standard)
        if kind != _TYPES[standard]:
            scope.report("CODESYSTEM_PROPERTY_URI_TYPE_MISMATCH", place, found=kind, expected=_TYPES[standard], uri=uri)
        return
    if uri:
        return
    if code not in _TYPES:
        scope.report("CODESYSTEM_PROPERTY_UNKNOWN_CODE", place, found=code)
        return
    scope.report("CODESYSTEM_PROPERTY_KNOWN_CODE_SUGGESTIVE", place, found=code, expected=f"{_STANDARD}#{code}")
    if kind != _TYPES[code]:
        scope.report("CODESYSTEM_PROPERTY_CODE_TYPE_MISMATCH", place, found=kind, expected=_TYPES[code], code=code)


def check_concept_properties(
    scope: Scope, concepts: list[tuple[Json, Location]], properties: Mapping[str, Property]
) -> None:
    """The values of properties are of the type that their definition gives."""
    codes = {text(concept, "code") for concept, _ in concepts}
    for concept, location in concepts:
        for each, place in rows(concept, "property", location):
            name = text(each, "code")
            key = next((one for one in each if one.startswith("value")), "")
            definition = properties.get(name)
            if definition is None:
                scope.report("CODESYSTEM_PROPERTY_UNDEFINED", place, found=name)
            elif not key:
                scope.report("CODESYSTEM_PROPERTY_NO_VALUE", place, found=name)
            elif key[5:].casefold() != definition.type.casefold():
                kind = key[5:] if key == "valueCoding" else key[5:6].lower() + key[6:]
                scope.report("CODESYSTEM_PROPERTY_WRONG_TYPE", place, name=name, found=kind, expected=definition.type)
            elif definition.type == "code":
                _code(scope, definition, text(each, key), codes, place)


def _code(scope: Scope, definition: Property, value: str, codes: set[str], place: Location) -> None:
    terminology = scope.engine.terminology
    if definition.value_set:
        if terminology.member(definition.value_set, None, value) is Membership.OUT:
            scope.report("CODESYSTEM_PROPERTY_BAD_PROPERTY_CODE", place, found=value, value_set=definition.value_set)
        return
    if definition.standard == "status" or value in codes:
        return
    is_certain = definition.standard in _INTERNAL
    scope.report(
        "CODESYSTEM_PROPERTY_BAD_INTERNAL_REFERENCE", place, severity="error" if is_certain else "warning", found=value
    )
    if definition.standard == "synonym":
        scope.report("CODESYSTEM_PROPERTY_SYNONYM_CHECK", place, found=value)
