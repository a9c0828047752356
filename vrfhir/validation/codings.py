"""One coding for itself, whatever it is bound to: its system, the version of that, the code, the display.

https://hl7.org/fhir/R4/datatypes.html#Coding. What was found out about a coding is remembered for the life of the engine.
Code systems count that are among the definitions; those that an input brings along (contained, bundled) do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.definitions.concepts import Concept
from vrfhir.terminology import Membership, Wording
from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import Finding
from vrfhir.validation.systems import check_system, is_of_hl7

if TYPE_CHECKING:
    from vrfhir.validation.engine import Engine
    from vrfhir.validation.scope import Scope

__all__ = [
    "IN_FRAGMENT",
    "NOT_HELD",
    "about",
    "check_alone",
    "doubt",
    "report_coding",
    "report_status",
    "weigh_heavier",
]

Json = dict[str, Any]
Key = tuple[str | None, ...]

_LANGUAGE = "en"
"""The language of displays where a resource states none, as HL7's validator has it."""
NOT_HELD = "UNKNOWN_CODESYSTEM_VERSION"
"""The rule about a version of a code system that is not among the definitions."""
IN_FRAGMENT = "UNKNOWN_CODE_IN_FRAGMENT"
"""The rule about a code that a code system lacks of which only a part is published."""
_WORDINGS = {
    Wording.WRONG: "Display_Name_for__should_be_one_of__instead_of",
    Wording.SPACED: "Display_Name_WS_for__should_be_one_of__instead_of",
    Wording.NONE: "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR",
}
_MISNAMED = frozenset(_WORDINGS.values())
_DOUBTS = _MISNAMED | {NOT_HELD, IN_FRAGMENT}
_UNKNOWN = frozenset({"UNKNOWN_CODESYSTEM", "UNKNOWN_CODESYSTEM_VERSION_NONE", NOT_HELD})
_EXTERNAL = (
    "http://snomed.info/sct",
    "http://loinc.org",
    "http://unitsofmeasure.org",
    "http://hl7.org/fhir/sid/icd-9-cm",
    "http://hl7.org/fhir/sid/icd-10",
    "http://fdasis.nlm.nih.gov",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://www.ama-assn.org/go/cpt",
    "http://dicom.nema.org/resources/ontology/DCM",
    "http://hl7.org/fhir/sid/ndc",
    "urn:iso:std:iso:3166",
    "urn:ietf:bcp:13",
    "urn:ietf:bcp:47",
    "urn:iso:std:iso:4217",
)


def _key(scope: Scope, coding: Json) -> Key:
    """What all that is to be said about a coding depends on."""
    display, version = coding.get("display"), coding.get("version")
    key: Key = (coding.get("system"), coding.get("code"), display if type(display) is str else None)
    language = scope.resource.get("language")
    if type(version) is str or (type(language) is str and language != _LANGUAGE):
        key = (*key, version if type(version) is str else None, language if type(language) is str else None)
    return key


def about(scope: Scope, coding: Json) -> tuple[Finding, ...]:
    """What is to be said about a coding with a system and a code, whatever it is bound to."""
    key = _key(scope, coding)
    found = scope.engine.codings.get(key)
    if found is None:
        found = tuple(_about(scope.engine, str(key[0]), str(key[1]), *key[2:]))
        if not scope.engine.remember(key, found):
            scope.findings.said += 1  # nothing may be concluded from this silence
    if len(key) > 3 and key[2] is not None:
        scope.findings.said += 1  # nor from what was right in this language
    return found


def doubt(scope: Scope, coding: Json) -> str:
    """Why it cannot be said that a coding is in a value set: the id of the rule it breaks, empty when it may be."""
    system, code = coding.get("system"), coding.get("code")
    if type(system) is str and type(code) is str and code:
        for rule, _ in about(scope, coding):
            if rule in _DOUBTS and (rule not in _MISNAMED or coding.get("display")):
                return rule  # an empty display is refused for its form, and says nothing against the code
    return ""


def check_alone(scope: Scope, coding: Json, location: Location, *, is_bound: bool) -> None:
    """A Coding that is not part of a CodeableConcept."""
    system = coding.get("system")
    if type(system) is not str or check_system(scope, system, location, is_bound=is_bound):
        report_coding(scope, coding, location, alone=True, silent=not is_bound)


def report_coding(scope: Scope, coding: Json, location: Location, *, alone: bool = False, silent: bool = False) -> None:
    """Say what is to be said about a coding whatever it is bound to; ``silent`` about systems that nobody knows."""
    code = coding.get("code")
    if type(code) is not str or not code:
        return
    if type(coding.get("system")) is not str:
        rule = "TERMINOLOGY_TX_SYSTEM_NO_CODE" if alone else "Coding_has_no_system__cannot_validate"
        scope.report(rule, location)
        return
    for rule, facts in about(scope, coding):
        if silent and rule in _UNKNOWN:
            continue
        suffix = facts.get("at", "")
        scope.report(rule, (location, suffix, suffix, -1) if suffix else location, **facts)


def is_external(system: str) -> bool:
    """True for systems that are known to exist, though nobody ships their codes."""
    return not system.endswith("/") and system.startswith(_EXTERNAL)


def _status(concept: Concept | None) -> list[Finding]:
    """What is to be said about the status of a concept (https://hl7.org/fhir/R4/codesystem.html#status)."""
    if concept is None or not concept.properties:
        return []
    if concept.is_deprecated:
        return [("DEPRECATED_CONCEPT_FOUND", {"found": concept.code})]
    return [("INACTIVE_CONCEPT_FOUND", {"found": concept.code})] if concept.is_inactive else []


def report_status(scope: Scope, value_set: str, code: str, location: Location) -> bool:
    """The status of a code whose system its value set decides. True when something was said."""
    terminology = scope.engine.terminology
    system = terminology.system_in(value_set, code)
    found = _status(terminology.concept(system, code)) if system else []
    for rule, facts in found:
        scope.report(rule, location, **facts)
    return bool(found)


def _about(
    engine: Engine, system: str, code: str, display: str | None, version: str | None = None, language: str | None = None
) -> list[Finding]:
    known = engine.definitions.resource(system, "CodeSystem")
    if known is not None and (known.get("content") == "supplement" or "supplements" in known):
        return [("CODESYSTEM_CS_NO_SUPPLEMENT", {"system": system, "at": "system"})]
    if known is None and engine.definitions.resource(system, "ValueSet") is not None:
        return [("TERMINOLOGY_TX_SYSTEM_VALUESET2", {"found": system, "at": "system"})]
    terminology = engine.terminology
    source, content = system, "" if known is None else known.get("content")
    if version and known is not None and (content != "not-present" or not system.startswith(_EXTERNAL)):
        if not terminology.holds(system, version):
            return [(NOT_HELD, {"system": system, "found": version, "at": "system"})]
        source = f"{system}|{version}" if version != known.get("version") else system
    answer = Membership.UNKNOWN if content == "example" else terminology.code_in_system(source, code)
    if answer is Membership.OUT:
        return [("Unknown_Code_in_Version", {"found": code, "system": system, "at": "code"})]
    if answer is Membership.UNKNOWN:
        if content == "fragment":
            return [(IN_FRAGMENT, {"found": code, "system": system, "at": "code"})]
        if is_external(system):
            return []
        if version and known is None:
            return [("UNKNOWN_CODESYSTEM_VERSION_NONE", {"system": system, "found": version, "at": "system"})]
        return [("UNKNOWN_CODESYSTEM", {"system": system, "at": "system"})]
    found = _status(terminology.concept(source, code))
    if display is not None:
        wording, right = terminology.wording(source, code, display, language or _LANGUAGE)
        if wording in _WORDINGS:
            found.append((_WORDINGS[wording], _words(system, code, display, right)))
    return found


def _words(system: str, code: str, display: str, right: tuple[str, ...]) -> Json:
    shown = " or ".join(f"'{each}'" for each in right)
    return {"found": display, "system": system, "code": code, "expected": shown, "at": "display"}


def weigh_heavier(scope: Scope, coding: Json, location: Location) -> None:
    """Where a code is required, a system under HL7's own addresses that HL7 does not define is an error, its version too."""
    system, code = coding.get("system"), coding.get("code")
    if type(system) is str and type(code) is str and code and is_of_hl7(system):
        for rule, facts in about(scope, coding):
            if rule in ("UNKNOWN_CODESYSTEM", NOT_HELD):
                scope.report(rule, (location, "system", "system", -1), severity="error", **facts)
