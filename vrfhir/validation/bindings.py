"""Coded elements against their value sets and code systems (https://hl7.org/fhir/R4/terminologies.html#binding).

Three answers: in, not in, cannot tell. Only "not in" is an error, and only for a required binding; "cannot tell" is said
as HL7's validator says it for that strength. What was found out about a coding is remembered for the life of the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.terminology import Membership
from vrfhir.validation.coded import plain_coding
from vrfhir.validation.codings import (
    IN_FRAGMENT,
    NOT_HELD,
    check_alone,
    doubt,
    report_coding,
    report_status,
    weigh_heavier,
)
from vrfhir.validation.paths import Location
from vrfhir.validation.systems import check_system

if TYPE_CHECKING:
    from vrfhir.issues import Issue
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
_OUTSIDE = 1_000
"""Concepts remembered that miss a preferred value set."""
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
        binding.lacks = scope.engine.terminology.missing_supplement(binding.value_set)
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
    scope: Scope,
    binding: Binding,
    type_name: str,
    code: str,
    location: Location,
    *,
    base: bool = True,
    formed: bool = True,
) -> None:
    """A bound primitive: the value set decides which system is meant.

    Of a code that is not in a required value set HL7's validator says two things: that, and that its system cannot be told.
    The second is only said of what is a code at all (``formed``).
    """
    if binding.strength == "example" or type_name not in _CODED_PRIMITIVES:
        return
    if not binding.value_set:
        if type_name == "code":
            scope.report("Terminology_TX_Binding_NoSource", location)
        return
    answer = binding.known.get(code)
    if answer is None:
        answer = scope.engine.terminology.member(binding.value_set, None, code)
        if answer is Membership.IN and not report_status(scope, binding.value_set, code, location):
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
        scope.report("Terminology_TX_NoValid_16", location, **facts)
        if formed and code == " ".join(code.split()):
            scope.report("UNABLE_TO_INFER_CODESYSTEM", location, **facts)
    elif binding.strength == "extensible":
        if not binding.maximum:
            scope.report_for_now("Terminology_TX_NoValid_17", location, **facts)
        elif scope.engine.terminology.member(binding.maximum, None, code) is Membership.OUT:
            scope.report("Terminology_TX_NoValid_11", location, **(facts | {"value_set": binding.maximum}))
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
            if (
                display.__class__ is dict
                or known.get((coding.get("system"), coding.get("code"), display)) != ()
                or "version" in coding
                or "language" in scope.resource
            ):
                report_coding(scope, coding, (location, "coding", "coding", at))
    if binding is None or binding.strength == "example":
        return
    if len(codings) == 1 and not binding.additional and _is_known(scope, binding, codings[0]):
        if not base and binding.strength == "extensible":
            _fits(scope, location)
        return
    if not binding.value_set:
        scope.report("Terminology_TX_Binding_NoSource", location)
        return
    if not base and binding.strength == "preferred" and not binding.additional and "language" not in scope.resource:
        _preferred(scope, binding, value, location)
        return
    _bound_concept(scope, binding, codings, location, base=base)
    for additional in binding.additional:
        if check_rebound(scope, additional, None, location):
            _bound_concept(scope, additional, codings, location, base=base)


def _preferred(scope: Scope, binding: Binding, value: Json, location: Location) -> None:
    """A concept that had better be of a value set: of a plain one the same is said wherever it stands."""
    key = plain_coding(value)
    known = None if key is None else binding.outside.get(key)
    if known is not None:
        scope.repeat(known, location)
        return
    issue = _bound_concept(scope, binding, value.get("coding", ()), location, base=False)
    if key is None or issue is None or binding.lacks or not scope.engine.terminology.is_settled(key[0], key[1]):
        return
    if len(binding.outside) >= _OUTSIDE:
        binding.outside.clear()
    binding.outside[key] = issue


def _is_known(scope: Scope, binding: Binding, coding: Json) -> bool:
    """True for a coding that is known to be in the value set, and to have nothing wrong with it."""
    system, code, display = coding.get("system"), coding.get("code"), coding.get("display")
    if binding.known.get((system, code)) is not Membership.IN:
        return False
    if display is None:
        return "version" not in coding
    return (
        display.__class__ is str
        and scope.engine.codings.get((system, code, display)) == ()
        and "version" not in coding
        and "language" not in scope.resource
    )


def _bound_concept(scope: Scope, binding: Binding, codings: Any, location: Location, *, base: bool) -> Issue | None:
    """The codings of a concept against one value set. Returns what was said of a preferred one that they miss."""
    facts: Json = {"value_set": binding.value_set, "near": ""}
    if not codings:
        if binding.strength == "required":
            scope.report("Terminology_TX_Code_ValueSet", location, **facts)
        elif binding.strength == "extensible" and binding.maximum and not base:
            scope.report("Terminology_TX_Code_ValueSetMax", location, **(facts | {"value_set": binding.maximum}))
        elif binding.strength == "extensible":
            scope.report_for_now("Terminology_TX_Code_ValueSet_Ext", location, **facts)
        return None
    answer = _bound_member(scope, binding, codings, location)
    if answer is Membership.IN:
        if not base and binding.strength == "extensible":
            _fits(scope, location)
        return None
    if _is_left_open(scope, binding, codings, location):
        return None
    pairs = [(each.get("system"), each.get("code")) for each in codings]
    facts["found"] = ", ".join(f"{system or ''}#{code or ''}" for system, code in pairs)
    if binding.strength == "required":
        if answer is Membership.UNKNOWN:
            scope.report_for_now("TERMINOLOGY_TX_NOSVC_BOUND_REQ", location, **facts)
        else:
            facts["near"] = scope.engine.nearest_codes(binding.value_set, str(pairs[0][1] or ""))
            scope.report("Terminology_TX_NoValid_1_CC", location, **facts)
            for at, coding in enumerate(codings):
                weigh_heavier(scope, coding, (location, "coding", "coding", at))
    elif binding.strength == "extensible":
        if binding.maximum:
            _maximum(scope, binding, codings, location, "Terminology_TX_NoValid_8", facts)
        if answer is Membership.OUT:
            scope.report_for_now("Terminology_TX_NoValid_2_CC", location, **facts)
        elif not binding.maximum:
            scope.report_for_now("TERMINOLOGY_TX_NOSVC_BOUND_EXT", location, **facts)
    elif not base and answer is Membership.OUT:
        return scope.tell("Terminology_TX_NoValid_3_CC", location, **facts)
    return None


def _is_left_open(scope: Scope, binding: Binding, codings: Any, location: Location) -> bool:
    """True when a coding is of a version that is not known, or of a system known in part: it may be in the value set."""
    is_open = False
    for at, coding in enumerate(codings):
        why = doubt(scope, coding)
        is_open = is_open or why in (NOT_HELD, IN_FRAGMENT)
        if why != NOT_HELD:
            continue
        place = (location, "coding", "coding", at) if type(codings) is list else location
        included = scope.engine.terminology.included_version(binding.value_set, coding["system"])
        if included is not None and included != coding["version"]:
            rule = "VALUESET_VALUE_MISMATCH" if included else "VALUESET_VALUE_MISMATCH_DEFAULT"
            facts = {"system": coding["system"], "found": coding["version"], "expected": included}
            scope.report(rule, (place, "version", "version", -1), **facts)
        if binding.strength == "required":
            weigh_heavier(scope, coding, place)
    return is_open


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
        check_alone(scope, value, location, is_bound=is_bound)
    if (
        binding is None
        or binding.strength == "example"
        or type(value.get("code")) is not str
        or type(value.get("system")) is not str
        or not binding.value_set
    ):
        return
    _bound_coding(scope, binding, value, location, base=base)
    for additional in binding.additional:
        if check_rebound(scope, additional, None, location):
            _bound_coding(scope, additional, value, location, base=base)


def _bound_coding(scope: Scope, binding: Binding, value: Json, location: Location, *, base: bool) -> None:
    answer = _bound_member(scope, binding, (value,), location)
    if answer is Membership.IN:
        return
    facts: Json = {"found": f"{value['system']}#{value['code']}", "value_set": binding.value_set, "near": ""}
    if _is_left_open(scope, binding, (value,), location):
        if "version" in value and binding.strength == "extensible":
            scope.report_for_now("Terminology_TX_Confirm_5", location, **facts)
    elif binding.strength == "required":
        if answer is Membership.UNKNOWN:
            scope.report_for_now("Terminology_TX_Confirm_4a", location, **facts)
        else:
            facts["near"] = scope.engine.nearest_codes(binding.value_set, value["code"])
            scope.report("Terminology_TX_NoValid_12", location, **facts)
    elif binding.strength == "extensible":
        if binding.maximum:
            _maximum(scope, binding, (value,), location, "Terminology_TX_NoValid_10", facts)
        elif answer is Membership.OUT:
            scope.report_for_now("Terminology_TX_NoValid_13", location, **facts)
    elif not base and answer is Membership.OUT:
        scope.report("Terminology_TX_NoValid_14", location, **facts)


def check_quantity_code(scope: Scope, value: Json, location: Location) -> None:
    """The unit of a Quantity against the code system it names."""
    code, system = value.get("code"), value.get("system")
    if type(system) is not str or not check_system(scope, system, location, is_bound=False):
        return
    if type(code) is str and code:
        report_coding(scope, {"system": system, "code": code}, location, alone=True, silent=True)


def _maximum(scope: Scope, binding: Binding, codings: Any, location: Location, rule: str, facts: Json) -> None:
    """Codes beyond an extensible value set against the one that they may not leave."""
    if not scope.engine.terminology.is_known(binding.maximum):
        scope.report("Terminology_TX_ValueSet_NotFound", location, value_set=binding.maximum)
    elif _any_member(scope, binding.maximum, codings, {}) is Membership.OUT:
        scope.report(rule, location, **(facts | {"value_set": binding.maximum}))


def _bound_member(scope: Scope, binding: Binding, codings: Any, location: Location) -> Membership:
    """A value set that lacks what it needs contains nothing."""
    if binding.lacks:
        scope.report("VALUESET_SUPPLEMENT_MISSING", location, found=binding.lacks, value_set=binding.value_set)
        return Membership.OUT
    return _any_member(scope, binding.value_set, codings, binding.known)


def _any_member(scope: Scope, value_set: str, codings: Any, known: dict[Any, Any]) -> Membership:
    """IN when any coding is, UNKNOWN when none is but one may be. With a wrong display it is not what the set contains."""
    answer = Membership.OUT
    for coding in codings:
        system, code = coding.get("system"), coding.get("code")
        found = known.get((system, code))
        if found is None:
            if type(code) is not str or type(system) is not str:
                continue
            found = scope.engine.terminology.member(value_set, system, code)
            if found is Membership.IN:
                known[system, code] = found
        if (
            found is Membership.IN
            and ("display" in coding or "version" in coding)
            and doubt(scope, coding)
            and not scope.engine.terminology.is_worded_in(value_set, system, code, coding.get("display"))
        ):
            found = Membership.OUT
        if found is Membership.IN:
            return found
        if found is Membership.UNKNOWN:
            answer = found
    return answer
