"""Whole resources: the root, entries, contained ones – and the rules that hold for each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vrfhir.validation.bundle_index import BundleIndex
from vrfhir.validation.bundles import check_bundle
from vrfhir.validation.invariants import check as check_invariants
from vrfhir.validation.paths import Location, mark
from vrfhir.validation.scope import Findings, NotWellFormedError, Scope
from vrfhir.validation.walk import walk

if TYPE_CHECKING:
    from vrfhir.validation.tables import Child

__all__ = ["check_resource", "visit_resource"]

Json = dict[str, Any]

_LINK = r"""(?:src|href)\s*=\s*["']#([^"']+)"""


def visit_resource(scope: Scope, child: Child, value: Json, location: Location, depth: int, parent: Json) -> None:
    """A resource inside another one."""
    name = value.get("resourceType")
    if type(name) is not str or name not in scope.engine.resource_types:
        if scope.strict:
            raise NotWellFormedError
        return
    if child.type not in ("Resource", name):
        scope.report("BUNDLE_BUNDLE_ENTRY_TYPE", location, found=name, expected=child.type)
    contained = child.name == "contained"
    if child.path == "Bundle.entry.resource" and scope.bundle is not None:
        judged = scope.trials.judgement(value)
        if judged is not None:
            scope.findings.extend(judged.findings)
            scope.laid |= judged.laid
            return
    inner = scope.enter(value, mark(location, value), contained=contained)
    if child.path == "Bundle.entry.resource" and scope.bundle is not None:
        inner.entry = location[0][3]
        if scope.strict:
            _judge_entry(scope, inner, depth)
            return
    elif not contained:
        inner.bundle = None
    if contained:
        if "id" not in value:
            inner.report("Resource_RES_ID_Missing", inner.location)
        elif _is_repeated(scope, value, location[3]):
            inner.report("RESOURCE_DUPLICATE_CONTAINED_ID", inner.location, found=value["id"])
    check_resource(inner, depth)


def _judge_entry(scope: Scope, inner: Scope, depth: int) -> None:
    """An entry in its place; what is wrong with it counts for all references to it, so that it is not tried for them."""
    inner.findings = found = Findings()
    try:
        check_resource(inner, depth)
    finally:
        scope.findings.extend(found)
    scope.trials.problems.setdefault((id(inner.resource), ""), found.first_error)


def _is_repeated(scope: Scope, value: Json, at: int) -> bool:
    first = scope.contained_at(value["id"]) if isinstance(value["id"], str) and scope.root is scope.resource else None
    return first is not None and first < at


def check_resource(scope: Scope, depth: int = 0, profiles: tuple[str, ...] = ()) -> None:
    """A resource against its type, the rules in code for it, the profiles it claims and those that are asked for."""
    resource, location, engine = scope.resource, scope.location, scope.engine
    name: str = resource["resourceType"]
    table = engine.table(name)
    if profiles:
        profiles = _fitting(scope, profiles)
        if not profiles:
            if type(resource.get("contained")) is list:
                _orphans(scope, resource, location)
            return
    if name == "Bundle":
        scope.bundle = BundleIndex(resource, location)
        scope.entry = -1
    walk(scope, table, resource, location, depth)
    if table.invariants:
        check_invariants(scope, table.invariants, resource, name, location)
    if scope.options.best_practice != "ignore":
        from vrfhir.validation.best_practice import check_best_practice  # only here: it is not asked for often

        check_best_practice(scope, resource, location)
    if not scope.options.examples and scope.trial == 0 and scope.root is resource:
        engine.check_examples(scope, table, resource, location)
    rules = engine.resource_rule(name)
    if rules is not None:
        rules(scope, resource, location)
    if name == "Bundle":
        check_bundle(scope, resource, location)
    if type(resource.get("contained")) is list:
        _orphans(scope, resource, location)
    if "language" in resource:
        engine.check_language(scope, resource, location)
    if "meta" in resource:
        _meta(scope, resource, location)
    for canonical in profiles:
        engine.apply_profile(scope, canonical, location, instead=True)


def _fitting(scope: Scope, profiles: tuple[str, ...]) -> tuple[str, ...]:
    """The profiles that are about the type of the resource; nothing more is said about the others."""
    name = scope.resource["resourceType"]
    chain, found = scope.engine.type_chain(name), []
    for canonical in profiles:
        profile = scope.engine.profile(canonical)
        if profile is None or profile.type in chain:
            found.append(canonical)
        else:
            facts = {"expected": profile.type, "found": name, "source": profile.versioned}
            scope.report("Validation_VAL_Profile_WrongType", scope.location, **facts)
    return tuple(found)


def _meta(scope: Scope, resource: Json, location: Location) -> None:
    meta = resource["meta"]
    if type(meta) is not dict:
        return
    place = (location, "meta", "meta", -1)
    listed = meta.get("profile")
    if type(listed) is list:
        for at, canonical in enumerate(listed):
            if type(canonical) is str:
                scope.engine.claimed_profile(scope, canonical, location, (place, "profile", "profile", at))
    labels = meta.get("security")
    if type(labels) is list and len(labels) > 1:
        seen: set[tuple[Any, Any]] = set()
        for at, label in enumerate(labels):
            if isinstance(label, dict):
                key = (label.get("system"), label.get("code"))
                if key in seen:
                    scope.report(
                        "META_RES_SECURITY_DUPLICATE", (place, "profile", "security", at), found=f"{key[0]}#{key[1]}"
                    )
                seen.add(key)


def _orphans(scope: Scope, resource: Json, location: Location) -> None:
    """dom-3: contained resources are referenced from their container, or refer to it."""
    contained = [each for each in resource["contained"] if isinstance(each, dict)]
    reached = set(_fragments({key: value for key, value in resource.items() if key != "contained"}))
    links = [set(_fragments(each)) for each in contained]
    places: dict[Any, list[int]] = {}
    for at, each in enumerate(contained):
        identity = each.get("id")
        places.setdefault(identity if isinstance(identity, str) else None, []).append(at)
    used = [False] * len(contained)
    waiting = [at for identity in reached for at in places.get(identity, ())]
    waiting += [at for at, targets in enumerate(links) if "" in targets]
    while waiting:
        at = waiting.pop()
        if not used[at]:
            used[at] = True
            waiting += [other for identity in links[at] for other in places.get(identity, ()) if other != at]
    for at, each in enumerate(contained):
        if not used[at]:
            found = each.get("id")
            scope.report(
                "CONTAINED_ORPHAN_DOM3",
                (location, "contained", "contained", at),
                found=found if isinstance(found, str) else "",
            )


def _fragments(value: Any) -> Iterator[str]:
    """The ids of all ``#id`` references in a value."""
    if isinstance(value, dict):
        for each in value.values():
            yield from _fragments(each)
    elif isinstance(value, list):
        for each in value:
            yield from _fragments(each)
    elif isinstance(value, str):
        if value.startswith("#"):
            yield value[1:]
        elif "#" in value and value.startswith("<"):  # the narrative may show a contained image
            yield from re.findall(_LINK, value)
