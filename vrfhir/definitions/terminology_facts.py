"""The facts of value sets, code systems, maps, search parameters and operations: codes, no prose.

Displays and designations are kept only of code systems whose words are HL7's or ours to ship
(:mod:`vrfhir.definitions.words`); of all others (SNOMED CT, LOINC, DICOM …) only codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vrfhir.definitions.words import is_open_system

__all__ = ["trimmed"]

Json = dict[str, Any]

_HEADER = ("resourceType", "id", "url", "version", "name", "status", "experimental")


def trimmed(resource: Json) -> Json | None:
    """The facts of a resource of one of these types, None for other types."""
    trim = _TRIMMERS.get(resource.get("resourceType", ""))
    return None if trim is None else trim(resource)


def _value_set(resource: Json) -> Json:
    kept = _pick(resource, (*_HEADER, "immutable"))
    compose = resource.get("compose")
    if isinstance(compose, dict):
        kept["compose"] = {
            key: [_include(each) for each in compose[key]] for key in ("include", "exclude") if key in compose
        }
        kept["compose"] |= _pick(compose, ("lockedDate", "inactive"))
    expansion = resource.get("expansion")
    if isinstance(expansion, dict):
        kept["expansion"] = {
            "contains": [_contained(each) for each in expansion.get("contains", ())],
            **_pick(expansion, ("total", "parameter")),
        }
    return kept


def _include(include: Json) -> Json:
    kept = _pick(include, ("system", "version", "valueSet", "filter"))
    if concepts := include.get("concept"):
        words = ("code", "display") if is_open_system(include.get("system")) else ("code",)
        kept["concept"] = [_pick(each, words) for each in concepts]
    return kept


def _contained(entry: Json) -> Json:
    words = ("display",) if is_open_system(entry.get("system")) else ()
    kept = _pick(entry, ("system", "version", "code", "abstract", "inactive", *words))
    if nested := entry.get("contains"):
        kept["contains"] = [_contained(each) for each in nested]
    return kept


def _code_system(resource: Json) -> Json:
    names = (
        *_HEADER,
        "caseSensitive",
        "valueSet",
        "hierarchyMeaning",
        "compositional",
        "versionNeeded",
        "content",
        "supplements",
    )
    kept = _pick(resource, names)
    if properties := resource.get("property"):
        kept["property"] = [_pick(each, ("code", "uri", "type")) for each in properties if _decides(each)]
    url = resource.get("url")
    if resource.get("content") in ("complete", "fragment", "supplement") and resource.get("concept"):
        kept["concept"] = [_concept(each, is_open_system(url)) for each in resource["concept"]]
    return kept


def _concept(concept: Json, with_words: bool) -> Json:
    kept = _pick(concept, ("code", "display") if with_words else ("code",))
    if with_words and concept.get("designation"):
        kept["designation"] = [_pick(each, ("language", "value")) for each in concept["designation"]]
    if properties := [_property(each) for each in concept.get("property", ()) if _decides(each)]:
        kept["property"] = properties
    if nested := concept.get("concept"):
        kept["concept"] = [_concept(each, with_words) for each in nested]
    return kept


def _decides(concept_property: Json) -> bool:
    """False for properties that only say how a concept was published, or say it in prose."""
    code = str(concept_property.get("code", ""))
    return code not in _PUBLISHING and not code.startswith(_PUBLISHING_PREFIXES)


def _property(row: Json) -> Json:
    coding = row.get("valueCoding")
    return row if not isinstance(coding, dict) else row | {"valueCoding": _pick(coding, ("system", "code"))}


_PUBLISHING = frozenset(
    {
        *("deprecationDate", "comment", "definition", "usage-note", "HL7usageNotes", "appliesTo", "howApplies"),
        *("internalId", "OID", "source", "steward", "vocab-domain", "DeprecationInfo", "openIssue"),
        *("OwningSection", "OwningSubSection", "OwningAffiliate"),
    }
)
_PUBLISHING_PREFIXES = ("v2-", "v2cs-", "contextBinding", "Name:", "Sort:")
"""Of HL7's terminology: how v2 tables, the v3 model's classes and its binding realms came to be."""


def _concept_map(resource: Json) -> Json:
    names = ("sourceUri", "sourceCanonical", "targetUri", "targetCanonical")
    kept = _pick(resource, _HEADER + names)
    kept["group"] = [
        _pick(group, ("source", "sourceVersion", "target", "targetVersion", "unmapped"))
        | {"element": [_mapped(each) for each in group.get("element", ())]}
        for group in resource.get("group", ())
    ]
    return kept


def _mapped(element: Json) -> Json:
    kept = _pick(element, ("code",))
    if targets := element.get("target"):
        kept["target"] = [_pick(each, ("code", "equivalence", "dependsOn", "product")) for each in targets]
    return kept


def _search_parameter(resource: Json) -> Json:
    names = (
        *("resourceType", "id", "url", "version", "name", "code", "base", "type", "expression", "target"),
        *("multipleOr", "multipleAnd", "comparator", "modifier", "chain"),
    )
    kept = _pick(resource, names)
    if components := resource.get("component"):
        kept["component"] = [_pick(each, ("definition", "expression")) for each in components]
    return kept


def _operation(resource: Json) -> Json:
    names = (
        *_HEADER,
        "kind",
        "affectsState",
        "code",
        "base",
        "resource",
        "system",
        "type",
        "instance",
        "inputProfile",
        "outputProfile",
    )
    kept = _pick(resource, names)
    if parameters := resource.get("parameter"):
        kept["parameter"] = [_parameter(each) for each in parameters]
    return kept


def _parameter(parameter: Json) -> Json:
    kept = _pick(parameter, ("name", "use", "min", "max", "type", "targetProfile", "searchType"))
    if isinstance(binding := parameter.get("binding"), dict):
        kept["binding"] = _pick(binding, ("strength", "valueSet"))
    if parts := parameter.get("part"):
        kept["part"] = [_parameter(each) for each in parts]
    return kept


def _compartment(resource: Json) -> Json:
    kept = _pick(resource, (*_HEADER, "code", "search"))
    kept["resource"] = [_pick(each, ("code", "param")) for each in resource.get("resource", ())]
    return kept


_TRIMMERS: Mapping[str, Callable[[Json], Json]] = {
    "ValueSet": _value_set,
    "CodeSystem": _code_system,
    "ConceptMap": _concept_map,
    "SearchParameter": _search_parameter,
    "OperationDefinition": _operation,
    "CompartmentDefinition": _compartment,
}


def _pick(source: Json, keys: tuple[str, ...]) -> Json:
    return {key: source[key] for key in keys if key in source}
