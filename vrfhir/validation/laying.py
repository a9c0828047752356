"""Laying profiles over resources and data types: claimed, asked for, implied, or demanded by a reference or slice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.invariants import check as check_invariants
from vrfhir.validation.paths import Location, mark
from vrfhir.validation.scope import Judgement, NotWellFormedError, Scope
from vrfhir.validation.tables import RESOURCE, Child

if TYPE_CHECKING:
    from vrfhir.validation.overlays import Content, Profile
    from vrfhir.validation.references import Target

__all__ = ["apply_profile", "check_type_profiles", "claimed_profile", "conforms", "lay", "overlay_resource", "trial"]

Json = dict[str, Any]

_IMPOSE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-imposeProfile"


def claimed_profile(scope: Scope, canonical: str, location: Location, place: Location) -> None:
    """A profile named in ``meta.profile``."""
    profile = scope.engine.profile(canonical)
    if profile is None:
        scope.report("VALIDATION_VAL_PROFILE_UNKNOWN_NOT_POLICY", place, found=canonical)
        return
    if profile.url == scope.engine.core + scope.resource["resourceType"]:
        return
    if scope.options.crumbs:
        scope.report("VALIDATION_VAL_PROFILE_SIGNPOST_META", location, found=profile.versioned)
    lay(scope, profile, location)


def apply_profile(scope: Scope, canonical: str, location: Location, *, instead: bool = False) -> None:
    """A profile that somebody asks for, beside the base type or in its place."""
    profile = scope.engine.profile(canonical)
    if profile is None:
        scope.report("Validation_VAL_Unknown_Profile", location, found=canonical)
        return
    before, scope.instead = scope.instead, instead
    lay(scope, profile, location)
    scope.instead = before


def lay(scope: Scope, profile: Profile, location: Location) -> None:
    """Check the resource of a scope against a profile, and against what that imposes."""
    key = (id(scope.resource), profile.versioned)
    if key in scope.laid:
        return
    scope.laid.add(key)
    name = scope.resource["resourceType"]
    table = scope.engine.table(name)
    if profile.type not in scope.engine.type_chain(name):
        _foreign(scope, profile, location)
    profile.root.apply(scope, table, scope.resource, location)
    rules = scope.engine.root_invariants(profile)
    if rules:
        check_invariants(scope, rules, scope.resource, name, location)
    for extension in profile.structure.get("extension", ()):
        if extension.get("url") == _IMPOSE:
            canonical = str(extension.get("valueCanonical") or extension.get("valueUri") or "")
            if scope.engine.profile(canonical) is None:
                scope.report("VALIDATION_VAL_PROFILE_DEPENDS_NOT_RESOLVED", location, found=canonical)
            else:
                apply_profile(scope, canonical, location)


def _foreign(scope: Scope, profile: Profile, location: Location) -> None:
    """A profile for another type: what is not in it is not allowed, what is in it has another type."""
    own = scope.engine.table(scope.resource["resourceType"])
    other = scope.engine.table_or_none(profile.type)
    if other is None:
        return
    for key, value in scope.resource.items():
        child = own.children.get(key)
        if child is None:
            continue
        others = other.names.get(child.name)
        places = (
            [(location, child.label, key, at) for at in range(len(value))]
            if isinstance(value, list)
            else [(location, child.label, key, -1)]
        )
        if others is None:
            for place in places:
                if not profile.is_abstract:
                    scope.report("Validation_VAL_Profile_NotAllowed", place, source=profile.versioned)
        elif child.type == "code" and type(value) is str and others[0].type == "code" and others[0].binding is not None:
            scope.engine.check_code(scope, others[0].binding, "code", value, places[0])
        elif child.name != "id" and child.kind != RESOURCE and child.type not in {each.type for each in others}:
            for place in places:
                expected = ", ".join(sorted({each.type for each in others}))
                scope.report(
                    "Extension_PROF_Type", place, source=profile.versioned, expected=expected, found=child.type
                )


def check_type_profiles(
    scope: Scope, canonicals: tuple[str, ...], value: Json, type_name: str, location: Location
) -> None:
    """A data type that must conform to one of several profiles."""
    profiles = [(url, scope.engine.profile(url)) for url in canonicals]
    for url, found in profiles:
        if found is None:
            scope.report("Validation_VAL_Unknown_Profile", location, found=url)
    known = [found for _, found in profiles if found is not None]
    if len(known) == 1:
        _lay_type(scope, known[0], value, type_name, location)
        return
    attempts = []
    for profile in known:
        attempt = scope.attempt()
        _lay_type(attempt, profile, value, type_name, location)
        attempts.append(attempt)
    good = [each for each in attempts if not each.findings.has_errors]
    if len(good) > 1:
        scope.report("Validation_VAL_Profile_MultipleMatches", location, found=len(good))
    if known and not good:
        scope.report("VALIDATION_VAL_PROFILE_NOMATCH", location, expected=", ".join(each.versioned for each in known))
    for each in good or attempts:
        scope.findings.extend(each.findings)


def _lay_type(scope: Scope, profile: Profile, value: Json, type_name: str, location: Location) -> None:
    if profile.type != type_name and profile.type not in scope.engine.type_chain(type_name):
        return
    profile.root.apply(scope, scope.engine.table(type_name), value, location)
    rules = scope.engine.root_invariants(profile)
    if rules:
        check_invariants(scope, rules, value, type_name, location)


def overlay_resource(scope: Scope, content: Content, child: Child, value: Json, location: Location) -> None:
    """An entry or contained resource that a profile of its holder constrains."""
    if type(value.get("resourceType")) is not str or value["resourceType"] not in scope.engine.resource_types:
        return
    inner = scope.enter(value, mark(location, value), contained=child.name == "contained")
    if child.path == "Bundle.entry.resource" and scope.bundle is not None:
        inner.entry = location[0][3]
    name = value["resourceType"]
    if content.nested is not None:
        content.nested.apply(inner, scope.engine.table(name), value, inner.location)
    if content.invariants:  # rules of the place: its resource is the holder
        check_invariants(scope, content.invariants, value, name, inner.location)
    profiles = [found for url in content.profiles if (found := scope.engine.profile(url)) is not None]
    if len(profiles) == 1:
        _lay_if_fitting(inner, profiles[0], name)
    elif profiles:
        attempts = []
        for profile in profiles:
            attempt = inner.attempt()
            _lay_if_fitting(attempt, profile, name)
            attempts.append(attempt)
        if all(each.findings.has_errors for each in attempts):
            expected = ", ".join(each.versioned for each in profiles)
            scope.report("BUNDLE_BUNDLE_ENTRY_MULTIPLE_PROFILES_NO_MATCH", inner.location, expected=expected)


def _lay_if_fitting(scope: Scope, profile: Profile, name: str) -> None:
    if profile.type not in scope.engine.type_chain(name):
        scope.report("Bundle_BUNDLE_Entry_Type2", scope.location, found=name, expected=profile.type)
        return
    lay(scope, profile, scope.location)


def trial(scope: Scope, target: Target, canonical: str) -> str | None:
    """None when the target of a reference conforms to a profile, else what is wrong with it first."""
    key = (id(target.resource), canonical)
    trials = scope.trials
    if key in trials.problems:
        return trials.problems[key]
    if key in trials.begun:
        trials.assumed.append(key)  # it is being tried further up: taken as right until that ends
        return None
    profile = scope.engine.profile(canonical)
    if profile is None:
        return None
    trials.begun.add(key)
    problem = _problem_alone(scope, target)
    if problem is None and not _claims(target.resource, profile):
        problem = _problem(scope, target, profile)
    trials.problems[key] = problem
    return problem


def _problem_alone(scope: Scope, target: Target) -> str | None:
    """What is wrong first with the target by its type and the profiles it claims; found out once for all profiles."""
    trials = scope.trials
    key = (id(target.resource), "")
    if key in trials.problems:
        return trials.problems[key]
    if key in trials.begun:
        trials.assumed.append(key)
        return None
    trials.begun.add(key)
    trials.problems[key] = problem = _problem(scope, target, None)
    return problem


def _problem(scope: Scope, target: Target, profile: Profile | None) -> str | None:
    from vrfhir.validation.resources import check_resource

    attempt = scope.attempt()
    inner = attempt.enter(target.resource, mark(target.location, target.resource), contained=target.way == "contained")
    inner.entry = target.entry
    before = len(scope.trials.assumed)
    try:
        if profile is None:
            check_resource(inner)
        else:
            lay(inner, profile, inner.location)
    except NotWellFormedError:
        if scope.strict:  # it stands in the input: its form is wrong there too
            raise
    if profile is None and scope.strict:
        assumed = frozenset(scope.trials.assumed[before:])
        scope.trials.judged[id(target.resource)] = Judgement(attempt.findings, attempt.laid, assumed)
    return attempt.findings.first_error


def _claims(resource: Json, profile: Profile) -> bool:
    meta = resource.get("meta")
    return type(meta) is dict and type(meta.get("profile")) is list and profile.url in meta["profile"]


def conforms(scope: Scope, value: Any, type_name: str, canonical: str, location: Location) -> bool:
    """Whether a value found by a discriminator conforms to a profile."""
    profile = scope.engine.profile(canonical)
    if profile is None or not isinstance(value, dict):
        return False
    if profile.type not in scope.engine.type_chain(type_name):
        return False
    if isinstance(value.get("resourceType"), str):
        from vrfhir.validation.references import Target

        return trial(scope, Target(value, "bundled", location, scope.entry), canonical) is None
    attempt = scope.attempt()
    _lay_type(attempt, profile, value, type_name, location)
    return not attempt.findings.has_errors
