"""Coded elements against their value sets and code systems (https://hl7.org/fhir/R4/terminologies.html#binding).

Three answers: in, not in, cannot tell. Only "not in" is an error, and only for a required binding; "cannot tell" is said
as HL7's validator says it for that strength. What was found out about a coding is remembered for the life of the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.terminology import Membership
from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import Finding
from vrfhir.validation.systems import check_system, is_of_hl7

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope
    from vrfhir.validation.tables import Binding, Child

__all__ = [
    "check_code",
    "check_coding",
    "check_concept",
    "check_quantity_code",
    "check_rebound",
    "coding_element",
    "concept_element",
]

Json = dict[str, Any]

_CODED_PRIMITIVES = frozenset({"code", "string", "uri", "url", "canonical"})
_SYSTEM_TYPES = "http://hl7.org/fhirpath/System."
"""FHIRPath's own types: R4's definitions name them where their value set of types does not."""
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
_SUPERSEDED = frozenset({"Terminology_TX_NoValid_2_CC", "Terminology_TX_NoValid_13"})
"""Warnings of extensible bindings that count no more once a stricter binding of the element, or a fitting one, is checked."""
_REPLACED = _SUPERSEDED | {
    "Terminology_TX_Code_ValueSet_Ext",
    "Terminology_TX_NoValid_17",
    "TERMINOLOGY_TX_NOSVC_BOUND_EXT",
    "TERMINOLOGY_TX_NOSVC_BOUND_REQ",
    "Terminology_TX_Confirm_4a",
}
"""What a profile that stands in place of the base type takes back when it binds an element anew."""


def check_rebound(scope: Scope, binding: Binding, base: Binding | None, location: Location) -> bool:
    """Before a profile's binding is checked: take back what the base said, and see that the value set is known.

    A profile that was asked for stands in place of the base type, so what it binds anew is no more bound by that. One that
    the resource claims is checked beside its type; there only a required binding supersedes the warnings of others.
    """
    if binding.exists is None:
        binding.exists = not binding.value_set or scope.engine.terminology.is_known(binding.value_set)
    findings = scope.findings
    if findings.provisional and (said := findings.said_for_now(location)):
        if scope.instead and base is not None:
            findings.retract(said, _REPLACED, base.value_set)
        if binding.exists and binding.strength == "required":
            findings.retract(said, _SUPERSEDED)
    if not binding.exists:
        scope.report("Terminology_TX_ValueSet_NotFound", location, value_set=binding.value_set)
    return binding.exists


def check_code(
    scope: Scope, binding: Binding, type_name: str, code: str, location: Location, *, base: bool = True
) -> None:
    """A bound primitive: the value set decides which system is meant."""
    if binding.strength == "example" or type_name not in _CODED_PRIMITIVES:
        return
    if not binding.value_set:
        if type_name == "code":
            scope.report("Terminology_TX_Binding_NoSource", location)
        return
    answer = binding.known.get(code)
    if answer is None:
        answer = scope.engine.terminology.member(binding.value_set, None, code)
        if answer is Membership.IN:
            binding.known[code] = answer
    if answer is Membership.IN:
        return
    if code.startswith(_SYSTEM_TYPES) and binding.value_set.partition("|")[0].endswith("/defined-types"):
        return
    facts: Json = {"found": code, "value_set": binding.value_set, "near": ""}
    if answer is Membership.UNKNOWN:
        scope.report("Terminology_TX_NoValid_15", location, **facts)
    elif binding.strength == "required":
        facts["near"] = scope.engine.nearest_codes(binding.value_set, code)
        scope.report("UNABLE_TO_INFER_CODESYSTEM", location, **facts)
        scope.report("Terminology_TX_NoValid_16", location, **facts)
    elif binding.strength == "extensible":
        _extensible(scope, binding, [(None, code)], location, "Terminology_TX_NoValid_17", facts)
    elif not base:
        scope.report("Terminology_TX_NoValid_18", location, **facts)


def concept_element(scope: Scope, child: Child, value: Json, location: Location, parent: Json) -> None:
    """A CodeableConcept where its type is used."""
    check_concept(scope, child.binding, value, location)


def check_concept(scope: Scope, binding: Binding | None, value: Json, location: Location, *, base: bool = True) -> None:
    """A CodeableConcept: each coding for itself, then all of them against the value set."""
    codings = value.get("coding", ())
    if base:
        known = scope.engine.codings
        for at, coding in enumerate(codings):
            display = coding.get("display")
            if display.__class__ is dict or known.get((coding.get("system"), coding.get("code"), display)) != ():
                _report_coding(scope, coding, (location, "coding", "coding", at), alone=False)
    if binding is None or binding.strength == "example":
        return
    if len(codings) == 1 and binding.known.get((codings[0].get("system"), codings[0].get("code"))) is Membership.IN:
        if not base and binding.strength == "extensible":
            _fits(scope, location)
        return
    if not binding.value_set:
        scope.report("Terminology_TX_Binding_NoSource", location)
        return
    facts: Json = {"value_set": binding.value_set, "near": ""}
    if not codings:
        if binding.strength == "required":
            scope.report("Terminology_TX_Code_ValueSet", location, **facts)
        elif binding.strength == "extensible" and (base or not binding.maximum):
            scope.report_for_now("Terminology_TX_Code_ValueSet_Ext", location, **facts)
        return
    pairs = [(each.get("system"), each.get("code")) for each in codings]
    answer = _any_member(scope, binding.value_set, pairs, binding.known)
    if answer is Membership.IN:
        if not base and binding.strength == "extensible":
            _fits(scope, location)
        return
    facts["found"] = ", ".join(f"{system or ''}#{code or ''}" for system, code in pairs)
    if binding.strength == "required":
        if answer is Membership.UNKNOWN:
            scope.report_for_now("TERMINOLOGY_TX_NOSVC_BOUND_REQ", location, **facts)
        else:
            facts["near"] = scope.engine.nearest_codes(binding.value_set, str(pairs[0][1] or ""))
            scope.report("Terminology_TX_NoValid_1_CC", location, **facts)
            _unknown_systems(scope, pairs, location)
    elif binding.strength == "extensible":
        if answer is Membership.UNKNOWN:
            if binding.maximum:
                _maximum(scope, binding, pairs, location, facts)
            else:
                scope.report_for_now("TERMINOLOGY_TX_NOSVC_BOUND_EXT", location, **facts)
        else:
            _extensible(scope, binding, pairs, location, "Terminology_TX_NoValid_2_CC", facts)
    elif not base and answer is Membership.OUT:
        scope.report("Terminology_TX_NoValid_3_CC", location, **facts)


def _unknown_systems(scope: Scope, pairs: list[tuple[Any, Any]], location: Location) -> None:
    """Where a code is required, a system under HL7's own addresses that HL7 does not define is an error."""
    for at, (system, code) in enumerate(pairs):
        if type(system) is str and type(code) is str and code and is_of_hl7(system):
            for rule, facts in _about(scope, system, code, None):
                if rule == "UNKNOWN_CODESYSTEM":
                    place = ((location, "coding", "coding", at), "system", "system", -1)
                    scope.report(rule, place, severity="error", **facts)


def _fits(scope: Scope, location: Location) -> None:
    """A concept that fits an extensible binding: that it misses another one is no more worth a warning."""
    if scope.findings.provisional and (said := scope.findings.said_for_now(location)):
        scope.findings.retract(said, _SUPERSEDED)


def coding_element(scope: Scope, child: Child, value: Json, location: Location, parent: Json) -> None:
    """A Coding where its type is used. Those in a CodeableConcept are checked with it."""
    if location[1] == "coding" and child.path == "CodeableConcept.coding":
        return
    check_coding(scope, child.binding, value, location)


def check_coding(scope: Scope, binding: Binding | None, value: Json, location: Location, *, base: bool = True) -> None:
    """A Coding against a value set."""
    if base:
        is_bound = binding is not None and binding.strength != "example" and bool(binding.value_set)
        _report_coding(scope, value, location, alone=True, is_bound=is_bound)
    code, system = value.get("code"), value.get("system")
    if (
        binding is None
        or binding.strength == "example"
        or type(code) is not str
        or type(system) is not str
        or not binding.value_set
    ):
        return
    answer = _any_member(scope, binding.value_set, [(system, code)], binding.known)
    if answer is Membership.IN:
        return
    facts: Json = {"found": f"{system}#{code}", "value_set": binding.value_set, "near": ""}
    if binding.strength == "required":
        if answer is Membership.UNKNOWN:
            scope.report_for_now("Terminology_TX_Confirm_4a", location, **facts)
        else:
            facts["near"] = scope.engine.nearest_codes(binding.value_set, code)
            scope.report("Terminology_TX_NoValid_12", location, **facts)
    elif binding.strength == "extensible":
        if answer is Membership.OUT:
            _extensible(scope, binding, [(system, code)], location, "Terminology_TX_NoValid_13", facts)
        elif binding.maximum:
            _maximum(scope, binding, [(system, code)], location, facts)
    elif not base and answer is Membership.OUT:
        scope.report("Terminology_TX_NoValid_14", location, **facts)


def check_quantity_code(scope: Scope, value: Json, location: Location) -> None:
    """The unit of a Quantity against the code system it names."""
    code, system = value.get("code"), value.get("system")
    if type(system) is not str or not check_system(scope, system, location, is_bound=False):
        return
    if type(code) is str and code:
        for rule, facts in _about(scope, system, code, None):
            suffix = facts.get("at", "")
            scope.report(rule, (location, suffix, suffix, -1) if suffix else location, **facts)


def _extensible(
    scope: Scope, binding: Binding, pairs: list[tuple[Any, Any]], location: Location, rule: str, facts: Json
) -> None:
    if binding.maximum:
        _maximum(scope, binding, pairs, location, facts)
    else:
        scope.report_for_now(rule, location, **facts)


def _maximum(scope: Scope, binding: Binding, pairs: list[tuple[Any, Any]], location: Location, facts: Json) -> None:
    is_code = len(pairs) == 1 and pairs[0][0] is None
    if is_code:
        answer = scope.engine.terminology.member(binding.maximum, None, str(pairs[0][1]))
    else:
        answer = _any_member(scope, binding.maximum, pairs, {})
    if answer is Membership.OUT:
        rule = "Terminology_TX_NoValid_9" if is_code else "Terminology_TX_NoValid_7"
        scope.report(rule, location, **(facts | {"value_set": binding.maximum}))


def _any_member(scope: Scope, value_set: str, pairs: list[tuple[Any, Any]], known: dict[Any, Any]) -> Membership:
    """IN when any coding is, UNKNOWN when none is but one may be."""
    answer = Membership.OUT
    for pair in pairs:
        found = known.get(pair)
        if found is None:
            system, code = pair
            if type(code) is not str or (system is not None and type(system) is not str) or system is None:
                found = Membership.OUT
            else:
                found = scope.engine.terminology.member(value_set, system, code)
            if found is Membership.IN:
                known[pair] = found
        if found is Membership.IN:
            return found
        if found is Membership.UNKNOWN:
            answer = found
    return answer


def _report_coding(scope: Scope, coding: Json, location: Location, *, alone: bool, is_bound: bool = False) -> None:
    code, system, display = coding.get("code"), coding.get("system"), coding.get("display")
    if alone and type(system) is str and not check_system(scope, system, location, is_bound=is_bound):
        return
    if type(code) is not str or not code:
        return
    if type(system) is not str:
        rule = "TERMINOLOGY_TX_SYSTEM_NO_CODE" if alone else "Coding_has_no_system__cannot_validate"
        scope.report(rule, location)
        return
    key = (system, code, display if type(display) is str else None)
    found = scope.engine.codings.get(key)
    if found is None:
        found = tuple(_about(scope, *key))
        if not scope.engine.remember(key, found):
            scope.findings.said += 1  # nothing may be concluded from this silence
    for rule, facts in found:
        suffix = facts.get("at", "")
        scope.report(rule, (location, suffix, suffix, -1) if suffix else location, **facts)


def _about(scope: Scope, system: str, code: str, display: str | None) -> list[Finding]:
    """What is to be said about a coding whatever it is bound to."""
    engine = scope.engine
    supplement = engine.definitions.resource(system, "CodeSystem")
    if supplement is not None and (supplement.get("content") == "supplement" or "supplements" in supplement):
        return [("CODESYSTEM_CS_NO_SUPPLEMENT", {"system": system, "at": "system"})]
    if supplement is None and engine.definitions.resource(system, "ValueSet") is not None:
        return [("TERMINOLOGY_TX_SYSTEM_VALUESET2", {"found": system, "at": "system"})]
    answer = engine.terminology.code_in_system(system, code)
    if answer is Membership.OUT:
        return [("Unknown_Code_in_Version", {"found": code, "system": system, "at": "code"})]
    if answer is Membership.UNKNOWN:
        if supplement is None and (system.endswith("/") or not system.startswith(_EXTERNAL)):
            return [("UNKNOWN_CODESYSTEM", {"system": system, "at": "system"})]
        return []
    if display is not None and not engine.terminology.is_display(system, code, display):
        shown = " or ".join(f"'{each}'" for each in dict.fromkeys(engine.displays(system, code)))
        facts = {"found": display, "system": system, "code": code, "expected": shown, "at": "display"}
        return [("Display_Name_for__should_be_one_of__instead_of", facts)]
    return []
