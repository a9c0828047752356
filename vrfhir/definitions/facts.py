"""What is kept of a conformance resource: the facts a machine checks, none of the prose.

The shape stays FHIR JSON (https://hl7.org/fhir/R4/structuredefinition.html, …/valueset.html, …/codesystem.html …), so
that facts and the resource they came from can be read by the same code. Two things are normalised:

* FHIRPath system types in ``ElementDefinition.type.code`` become the FHIR primitive they stand for
  (https://hl7.org/fhir/R4/elementdefinition.html#regex says where the real type is recorded). ``Resource.id`` becomes
  ``id``, as the resource pages have it; the published snapshots say ``string`` there by mistake.
* a best-practice rule carries ``"bestPractice": true`` instead of the extension that marks it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["OPEN_SYSTEMS", "facts", "is_open_system", "structure_facts"]

Json = dict[str, Any]

_SYSTEM_TYPE = "http://hl7.org/fhirpath/System."
_EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
_FHIR_TYPE = _EXTENSION + "structuredefinition-fhir-type"
_REGEX = _EXTENSION + "regex"
_MAX_VALUE_SET = _EXTENSION + "elementdefinition-maxValueSet"
_MIN_VALUE_SET = _EXTENSION + "elementdefinition-minValueSet"
_BEST_PRACTICE = _EXTENSION + "elementdefinition-bestpractice"
_IMPOSE = _EXTENSION + "structuredefinition-imposeProfile"
_CORE_CANONICAL = "http://hl7.org/fhir/StructureDefinition/"
_CORE_VERSION = "4.0.1"

OPEN_SYSTEMS = ("http://hl7.org/", "http://terminology.hl7.org/", "https://fhir.hl7.org.uk/", "https://vrfhir.org/")
"""Code systems whose words may be shipped. Of all others (SNOMED CT, LOINC, DICOM …) only enumerated codes are kept."""

_HEADER = ("resourceType", "id", "url", "version", "name", "status", "experimental")
_STRUCTURE = ("type", "kind", "abstract", "derivation", "baseDefinition", "context", "contextInvariant", "fhirVersion")
_ELEMENT = (
    "id",
    "path",
    "sliceName",
    "sliceIsConstraining",
    "min",
    "max",
    "base",
    "contentReference",
    "representation",
)
_ELEMENT_AFTER_TYPE = ("maxLength", "slicing")
_ELEMENT_FLAGS = ("isModifier", "mustSupport", "isSummary")
_VALUE_PREFIXES = ("fixed", "pattern", "minValue", "maxValue", "defaultValue")
_TYPE = ("code", "profile", "targetProfile", "aggregation", "versioning")


def is_open_system(system: str | None) -> bool:
    """True when displays of this code system are HL7's or ours to ship."""
    return system is not None and system.startswith(OPEN_SYSTEMS)


def facts(resource: Json, *, trim_terminology: bool = False) -> Json:
    """The facts of any conformance resource. ``trim_terminology`` also drops words that are not ours to ship."""
    kind = resource.get("resourceType", "")
    if kind == "StructureDefinition":
        return structure_facts(resource)
    if trim_terminology and kind in _TRIMMERS:
        return _TRIMMERS[kind](resource)
    return {key: value for key, value in resource.items() if key != "text"}


def structure_facts(definition: Json) -> Json:
    """A StructureDefinition without prose. Without a snapshot the differential is kept instead."""
    kept = _pick(definition, _HEADER + _STRUCTURE)
    if imposed := _extensions(definition, _IMPOSE):
        kept["extension"] = imposed
    url = str(definition.get("url", ""))
    own_words = not (url.startswith(_CORE_CANONICAL) and definition.get("version") == _CORE_VERSION)
    part = "snapshot" if _elements(definition, "snapshot") else "differential"
    is_resource = definition.get("kind") == "resource"
    elements = [_element(element, is_resource, own_words) for element in _elements(definition, part)]
    kept[part] = {"element": elements}
    return kept


def _elements(definition: Json, part: str) -> list[Json]:
    holder = definition.get(part)
    found = holder.get("element") if isinstance(holder, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _element(element: Json, in_resource: bool, own_words: bool) -> Json:
    kept = _pick(element, _ELEMENT)
    if types := element.get("type"):
        path = str(element.get("path", ""))
        is_resource_id = in_resource and path.endswith(".id") and path.count(".") == 1
        kept["type"] = [_type(each, is_resource_id) for each in types if isinstance(each, dict)]
    for key, value in element.items():
        if key.startswith(_VALUE_PREFIXES) or key.startswith(("_fixed", "_pattern")):
            kept[key] = value
    kept |= _pick(element, _ELEMENT_AFTER_TYPE)
    if isinstance(slicing := kept.get("slicing"), dict):
        kept["slicing"] = {key: value for key, value in slicing.items() if key != "description"}
    kept |= {flag: True for flag in _ELEMENT_FLAGS if element.get(flag) is True}
    if isinstance(binding := element.get("binding"), dict):
        kept["binding"] = _binding(binding)
    if constraints := element.get("constraint"):
        kept["constraint"] = [_constraint(each, own_words) for each in constraints if isinstance(each, dict)]
    return kept


def _type(entry: Json, is_resource_id: bool) -> Json:
    kept = _pick(entry, _TYPE)
    code = str(kept.get("code", ""))
    if code.startswith(_SYSTEM_TYPE):
        named = [each.get("valueUrl") or each.get("valueUri") for each in _extensions(entry, _FHIR_TYPE)]
        kept["code"] = named[0] if named and named[0] else code.removeprefix(_SYSTEM_TYPE).lower()
        if is_resource_id:
            kept["code"] = "id"
    if patterns := _extensions(entry, _REGEX):
        kept["extension"] = patterns
    return kept


def _binding(binding: Json) -> Json:
    kept = _pick(binding, ("strength", "valueSet"))
    if limits := _extensions(binding, _MAX_VALUE_SET, _MIN_VALUE_SET):
        kept["extension"] = limits
    return kept


def _constraint(constraint: Json, own_words: bool) -> Json:
    kept = _pick(constraint, ("key", "severity", "expression", "source"))
    source = str(constraint.get("source", ""))
    if own_words and not _is_core_rule(source):
        kept |= _pick(constraint, ("human",))
    if any(each.get("valueBoolean") is True for each in _extensions(constraint, _BEST_PRACTICE)):
        kept["bestPractice"] = True
    return kept


def _is_core_rule(source: str) -> bool:
    return source.startswith(_CORE_CANONICAL) or (source != "" and "/" not in source)


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
        kept["property"] = [_pick(each, ("code", "uri", "type")) for each in properties]
    url = resource.get("url")
    if resource.get("content") in ("complete", "fragment", "supplement") and resource.get("concept"):
        kept["concept"] = [_concept(each, is_open_system(url)) for each in resource["concept"]]
    return kept


def _concept(concept: Json, with_words: bool) -> Json:
    kept = _pick(concept, ("code", "display") if with_words else ("code",))
    if with_words and concept.get("designation"):
        kept["designation"] = [_pick(each, ("language", "value")) for each in concept["designation"]]
    if concept.get("property"):
        kept["property"] = [each for each in concept["property"] if each.get("code") not in _PROSE_PROPERTIES]
    if nested := concept.get("concept"):
        kept["concept"] = [_concept(each, with_words) for each in nested]
    return kept


_PROSE_PROPERTIES = frozenset({"deprecationDate", "comment", "definition"})


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


def _extensions(holder: Json, *urls: str) -> list[Json]:
    found = holder.get("extension")
    if not isinstance(found, list):
        return []
    return [each for each in found if isinstance(each, dict) and each.get("url") in urls]
