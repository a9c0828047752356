"""What is kept of a conformance resource: the facts a machine checks, none of the prose.

The shape stays FHIR JSON (https://hl7.org/fhir/R4/structuredefinition.html, …/valueset.html, …/codesystem.html …), so
that facts and the resource they came from can be read by the same code. Three things are normalised:

* FHIRPath system types in ``ElementDefinition.type.code`` become the FHIR primitive they stand for
  (https://hl7.org/fhir/R4/elementdefinition.html#regex says where the real type is recorded). ``Resource.id`` becomes
  ``id``, as the resource pages have it; the published snapshots say ``string`` there by mistake.
* an extension's contexts are those that hold for R4 (:mod:`vrfhir.definitions.contexts`).
* a best-practice rule carries ``"bestPractice": true`` instead of the extension that marks it.
"""

from __future__ import annotations

from typing import Any

from vrfhir.definitions.contexts import r4_contexts
from vrfhir.definitions.rows import objects
from vrfhir.definitions.terminology_facts import trimmed

__all__ = ["facts", "structure_facts"]

Json = dict[str, Any]

_SYSTEM_TYPE = "http://hl7.org/fhirpath/System."
_EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
_FHIR_TYPE = _EXTENSION + "structuredefinition-fhir-type"
_REGEX = _EXTENSION + "regex"
_MAX_VALUE_SET = _EXTENSION + "elementdefinition-maxValueSet"
_MIN_VALUE_SET = _EXTENSION + "elementdefinition-minValueSet"
_ADDITIONAL = "http://hl7.org/fhir/tools/StructureDefinition/additional-binding"
_DECIDING = ("required", "maximum", "extensible")
_BEST_PRACTICE = _EXTENSION + "elementdefinition-bestpractice"
_IMPOSE = _EXTENSION + "structuredefinition-imposeProfile"
_CORE_CANONICAL = "http://hl7.org/fhir/StructureDefinition/"
_CORE_VERSION = "4.0.1"

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


def facts(resource: Json, *, trim_terminology: bool = False) -> Json:
    """The facts of any conformance resource. ``trim_terminology`` also drops words that are not ours to ship."""
    kind = resource.get("resourceType", "")
    if kind == "StructureDefinition":
        return structure_facts(resource)
    if trim_terminology and (kept := trimmed(resource)) is not None:
        return kept
    return {key: value for key, value in resource.items() if key != "text"}


def structure_facts(definition: Json) -> Json:
    """A StructureDefinition without prose. Without a snapshot the differential is kept instead."""
    kept = _pick(definition, _HEADER + _STRUCTURE)
    if imposed := _extensions(definition, _IMPOSE):
        kept["extension"] = imposed
    if "context" in kept:
        kept["context"] = r4_contexts(definition)
    url = str(definition.get("url", ""))
    own_words = not (url.startswith(_CORE_CANONICAL) and definition.get("version") == _CORE_VERSION)
    part = "snapshot" if objects(definition.get("snapshot"), "element") else "differential"
    is_resource = definition.get("kind") == "resource"
    elements = [_element(element, is_resource, own_words) for element in objects(definition.get(part), "element")]
    kept[part] = {"element": elements}
    return kept


def _element(element: Json, in_resource: bool, own_words: bool) -> Json:
    kept = _pick(element, _ELEMENT)
    if types := objects(element, "type"):
        path = str(element.get("path", ""))
        is_resource_id = in_resource and path.endswith(".id") and path.count(".") == 1
        kept["type"] = [_type(each, is_resource_id) for each in types]
    for key, value in element.items():
        if key.startswith(_VALUE_PREFIXES) or key.startswith(("_fixed", "_pattern")):
            kept[key] = value
    kept |= _pick(element, _ELEMENT_AFTER_TYPE)
    if isinstance(slicing := kept.get("slicing"), dict):
        kept["slicing"] = {key: value for key, value in slicing.items() if key != "description"}
    kept |= {flag: True for flag in _ELEMENT_FLAGS if element.get(flag) is True}
    if isinstance(binding := element.get("binding"), dict):
        kept["binding"] = _binding(binding)
    if constraints := objects(element, "constraint"):
        kept["constraint"] = [_constraint(each, own_words) for each in constraints]
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
    limits = _extensions(binding, _MAX_VALUE_SET, _MIN_VALUE_SET)
    limits += [each for each in _extensions(binding, _ADDITIONAL) if _demands(each)]
    if limits:
        kept["extension"] = limits
    return kept


def _demands(additional: Json) -> bool:
    """True for an additional binding that decides; the others help those who enter codes."""
    purposes = (each.get("valueCode") for each in objects(additional, "extension") if each.get("url") == "purpose")
    return any(each in _DECIDING for each in purposes)


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


def _pick(source: Json, keys: tuple[str, ...]) -> Json:
    return {key: source[key] for key in keys if key in source}


def _extensions(holder: Json, *urls: str) -> list[Json]:
    return [each for each in objects(holder, "extension") if each.get("url") in urls]
