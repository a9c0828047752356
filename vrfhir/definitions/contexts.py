"""Where an extension may stand, as far as its author's contexts concern R4.

HL7's extension pack is written once for all versions of FHIR: a context may be marked as meant for some versions only
(http://hl7.org/fhir/StructureDefinition/version-specific-use), and may name an abstract type that R4 does not have yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vrfhir.definitions.rows import objects

__all__ = ["CANONICAL_RESOURCES", "r4_contexts"]

Json = dict[str, Any]

CANONICAL_RESOURCES = (
    *("ActivityDefinition", "CapabilityStatement", "ChargeItemDefinition", "CodeSystem", "CompartmentDefinition"),
    *("ConceptMap", "EffectEvidenceSynthesis", "EventDefinition", "Evidence", "EvidenceVariable", "ExampleScenario"),
    *("GraphDefinition", "ImplementationGuide", "Library", "Measure", "MessageDefinition", "NamingSystem"),
    *("OperationDefinition", "PlanDefinition", "Questionnaire", "ResearchDefinition", "ResearchElementDefinition"),
    *("RiskEvidenceSynthesis", "SearchParameter", "StructureDefinition", "StructureMap", "TerminologyCapabilities"),
    *("TestScript", "ValueSet"),
)
"""The R4 resources that R5 puts under its abstract type CanonicalResource."""

_LATER_TYPES: Mapping[str, tuple[str, ...]] = {
    "Base": ("Element", "Resource"),
    "CanonicalResource": CANONICAL_RESOURCES,
}
_VERSION_USE = "http://hl7.org/fhir/StructureDefinition/version-specific-use"
_R4 = "4.0"


def r4_contexts(definition: Json) -> list[Json]:
    """The contexts of an extension's StructureDefinition that hold for R4, in types that R4 has."""
    found = []
    for context in objects(definition, "context"):
        if _is_for_r4(context):
            kind, written = str(context.get("type", "")), str(context.get("expression", ""))
            expressions = _LATER_TYPES.get(written, (written,)) if kind == "element" else (written,)
            found += [{"type": kind, "expression": each} for each in expressions]
    return found


def _is_for_r4(context: Json) -> bool:
    for use in objects(context, "extension"):
        if use.get("url") == _VERSION_USE:
            limits = {each.get("url"): str(each.get("valueCode", ""))[:3] for each in objects(use, "extension")}
            if not limits.get("startFhirVersion", _R4) <= _R4 <= limits.get("endFhirVersion", _R4):
                return False
    return True
