"""References: their form, what they lead to, and whether that may stand there.

https://hl7.org/fhir/R4/references.html and, inside Bundles, https://hl7.org/fhir/R4/bundle.html#references.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location, expression
from vrfhir.validation.primitives import is_absolute

if TYPE_CHECKING:
    from vrfhir.validation.engine import Engine
    from vrfhir.validation.scope import Scope
    from vrfhir.validation.tables import Child

__all__ = ["Allowed", "Target", "check_targets", "find_target", "reference_element", "type_in_text"]

Json = dict[str, Any]

_RESTFUL = re.compile(
    r"(?:(?P<base>(?:https?|urn)://?\S*?/))?(?P<type>[A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?(?:#.*)?"
)
_SPACE = re.compile(r"\s")
_RESOURCE = "http://hl7.org/fhir/StructureDefinition/Resource"


class Target:
    """What a reference leads to: the resource, where it is, and how it was found (contained or bundled)."""

    __slots__ = ("entry", "location", "resource", "way")

    def __init__(self, resource: Json, way: str, location: Location, entry: int = -1) -> None:
        self.resource = resource
        self.way = way
        self.location = location
        self.entry = entry


class Allowed:
    """What an element says about the targets of its references."""

    __slots__ = ("_fitting", "_typed", "canonicals", "is_open", "modes", "types")

    def __init__(self, types: Sequence[Json]) -> None:
        self.types = types
        references = [each for each in types if each.get("code") == "Reference"]
        self.canonicals = [url for each in references for url in each.get("targetProfile", ())]
        self.modes = {mode for each in references for mode in each.get("aggregation", ())}
        self.is_open = not self.canonicals or any(url.partition("|")[0] == _RESOURCE for url in self.canonicals)
        self._typed: list[tuple[str, str]] | None = None
        self._fitting: dict[str, tuple[list[str], bool]] = {}

    @property
    def shown(self) -> str:
        """The canonicals for people; those with R4's own version are the same as without."""
        return ", ".join(url.removesuffix("|4.0.1") for url in self.canonicals)

    def fitting(self, engine: Engine, name: str) -> tuple[list[str], bool]:
        """The canonicals that are about a resource type, and whether a base type is among them."""
        found = self._fitting.get(name)
        if found is None:
            chain = engine.type_chain(name)
            urls = [url for url, about in self.typed(engine) if about in chain]
            found = urls, any(map(engine.is_base, urls))
            if chain:
                self._fitting[name] = found
        return found

    def typed(self, engine: Engine) -> list[tuple[str, str]]:
        """Each canonical with the type that it is about, empty when it is not known."""
        if self._typed is None:
            self._typed = [(url, engine.target_type(url)) for url in self.canonicals]
        return self._typed

    def types_known(self, engine: Engine) -> bool:
        """True when the type of every canonical is known."""
        return all(name for _, name in self.typed(engine))

    def expected(self, engine: Engine) -> str:
        """The types in words."""
        return ", ".join(sorted({name or url for url, name in self.typed(engine)}))


def type_in_text(scope: Scope, reference: str) -> str:
    """The resource type that a RESTful reference names; empty when it names none."""
    found = _RESTFUL.fullmatch(reference)
    if found is not None and found["type"] in scope.engine.resource_types:
        return found["type"]
    return ""


def find_target(scope: Scope, reference: str, holder: Any = None) -> Target | None:
    """Look a reference up: in the contained resources, then in the Bundle around.

    A rule of the Bundle itself looks at references of all entries: there the Reference tells which entry it stands in.
    """
    if reference.startswith("#"):
        return _contained(scope, reference[1:])
    if scope.bundle is not None:
        return scope.bundle.find(scope.entry if scope.entry >= 0 else scope.bundle.entry_of(holder), reference)
    return None


def _contained(scope: Scope, wanted: str) -> Target | None:
    if not wanted:
        return (
            Target(scope.root, "contained", scope.container, scope.entry) if scope.root is not scope.resource else None
        )
    at = scope.contained_at(wanted)
    if at is None:
        return None
    each = scope.root["contained"][at]
    return Target(each, "contained", (scope.container, "contained", "contained", at), scope.entry)


def reference_element(scope: Scope, child: Child, value: Json, location: Location, parent: Json) -> None:
    """A Reference where its type is used."""
    types = child.definition.get("type", ())
    key = _key(scope, value, types)
    if key is None or scope.bundle is None:
        _element(scope, types, value, location)
    elif scope.bundle.silent.get(key) is not types:
        before, assumed = scope.findings.said, len(scope.trials.assumed)
        _element(scope, types, value, location)
        if scope.findings.said == before and len(scope.trials.assumed) == assumed:
            scope.bundle.silent[key] = types


def _key(scope: Scope, value: Json, types: Sequence[Json]) -> tuple[str, str, int] | None:
    """What all that is to be said of a reference out of an entry depends on, within one Bundle; None for any other."""
    reference = value.get("reference")
    if (
        scope.bundle is None
        or type(reference) is not str
        or reference[:1] == "#"
        or "type" in value
        or scope.trial > scope.engine.trial_limit
    ):
        return None
    base = scope.bundle.base(scope.entry)
    return None if base is None else (base, reference, id(types))


def _element(scope: Scope, types: Sequence[Json], value: Json, location: Location) -> None:
    """All that is to be said of a Reference."""
    reference = value.get("reference")
    if type(reference) is str and reference and not reference.strip():
        scope.report("REFERENCE_REF_INVALID_REF", location)
        return
    if type(reference) is not str or not reference:
        identifier = value.get("identifier")
        known = isinstance(identifier, dict) and (identifier.get("system") or identifier.get("value"))
        if not known and not value.get("display"):
            scope.report("Reference_REF_NoDisplay", location)
        return
    if reference == "http://tools.ietf.org/html/bcp47":
        return
    if _SPACE.search(reference):
        scope.report("REFERENCE_REF_INVALID_REF", location)
    elif (
        scope.options.assume_rest
        and not is_absolute(reference)
        and reference[0] != "#"
        and not type_in_text(scope, reference)
    ):
        scope.report("REFERENCE_REF_SUSPICIOUS", location, found=reference)
    if "?" in reference and _is_conditional(scope, reference) and not _in_transaction(scope):
        scope.report("REFERENCE_REF_QUERY_NOT_TRANSACTION", location, found=reference)
    if scope.bundle is None and reference[0] != "#" and "type" not in value and scope.looks_away:
        return
    if scope.bundle is not None and not reference.startswith("#"):
        scope.bundle.check_reference(scope, reference, location)
    _targets(scope, types, value, location, resolve=True)


def _is_conditional(scope: Scope, reference: str) -> bool:
    """True for a search instead of an id: ``Patient?identifier=…``."""
    return reference.partition("?")[0] in scope.engine.resource_types


def _in_transaction(scope: Scope) -> bool:
    return scope.bundle is not None and scope.bundle.type == "transaction"


def check_targets(scope: Scope, types: Sequence[Json], value: Json, location: Location) -> None:
    """The target of a reference against the target profiles that a profile allows at an element."""
    key = _key(scope, value, types)
    if key is None or scope.bundle is None:
        _targets(scope, types, value, location, resolve=False)
    elif scope.bundle.silent.get(key) is not types:
        before, assumed = scope.findings.said, len(scope.trials.assumed)
        is_checked = _targets(scope, types, value, location, resolve=False)
        if is_checked and scope.findings.said == before and len(scope.trials.assumed) == assumed:
            scope.bundle.silent[key] = types


def _targets(scope: Scope, types: Sequence[Json], value: Json, location: Location, *, resolve: bool) -> bool:
    """The target of a reference against those allowed at an element. False when the base type has refused it already."""
    reference = value.get("reference")
    if type(reference) is not str or not reference or reference.isspace():
        return True
    engine = scope.engine
    allowed = engine.allowed(types)
    target = find_target(scope, reference)
    if resolve and target is None:
        _unresolved(scope, reference, location)
    named = (
        target.resource.get("resourceType", "")
        if target is not None
        else type_in_text(scope, reference.partition("?")[0] if "?" in reference else reference)
    )
    if not named and "?" in reference and reference.partition("?")[0] in engine.resource_types:
        named = reference.partition("?")[0]
    if type(value.get("type")) is str and value["type"]:
        _stated_type(scope, allowed, str(value["type"]), str(named) if resolve else "", location)
    if allowed.modes:
        _aggregation(scope, allowed.modes, target, reference, location)
    if allowed.is_open:
        return True
    fitting, has_base = allowed.fitting(engine, str(named)) if named else ([], False)
    if target is None:
        if named and not fitting and allowed.types_known(engine):
            expected = allowed.expected(engine)
            if scope.options.assume_rest:
                scope.report("Reference_REF_BadTargetType2", location, found=named, expected=expected)
            elif scope.options.references != "ignore":
                scope.report(
                    "Reference_REF_BadTargetType", location, severity="warning", found=named, expected=expected
                )
        return True
    if not fitting:
        if not allowed.types_known(engine):
            return True
        if not resolve and _is_said(scope, location):
            return False
        scope.report("Reference_REF_BadTargetType", location, found=named, expected=allowed.expected(engine))
        return True
    if scope.trial > engine.trial_limit:
        scope.trials.assumed.append(None)
    elif not has_base:
        _conforms(scope, target, fitting, allowed.canonicals, reference, location)
    return True


def _is_said(scope: Scope, location: Location) -> bool:
    """True when the base type has refused the target already."""
    where = expression(location)
    return any(each.id == "Reference_REF_BadTargetType" and each.expression == where for each in scope.findings.rows)


def _conforms(
    scope: Scope, target: Target, fitting: list[str], allowed: list[str], reference: str, location: Location
) -> None:
    trials, key = scope.trials, (id(allowed), id(target.resource))
    if key in trials.matched:
        return
    results = [(url, scope.engine.trial(scope, target, url)) for url in fitting]
    good = [url for url, problems in results if problems is None]
    if not good:
        scope.report("Reference_REF_CantMatchChoice", location, found=reference, expected=", ".join(allowed))
        for url, problems in results:
            scope.report(
                "Details_for__matching_against_Profile_", location, found=reference, profile=url, problem=problems or ""
            )
    elif len(good) > 1:
        scope.report("Reference_REF_MultipleMatches", location, found=reference)
    elif all((id(target.resource), url) in trials.problems for url in fitting):
        trials.matched.add(key)


def _unresolved(scope: Scope, reference: str, location: Location) -> None:
    must = reference.startswith("#") or scope.options.references == "exists"
    if not must or (scope.options.examples and ("example.org" in reference or "acme.com" in reference)):
        return
    if "?" in reference and reference.partition("?")[0] in scope.engine.resource_types:
        return
    scope.report("Reference_REF_CantResolve", location, found=reference)


def _stated_type(scope: Scope, allowed: Allowed, stated: str, named: str, location: Location) -> None:
    short = stated.rpartition("/")[2]
    typed = () if allowed.is_open else allowed.typed(scope.engine)
    if typed and short not in {name for _, name in typed} and allowed.types_known(scope.engine):
        scope.report("Reference_REF_WrongTarget", location, found=stated, expected=allowed.shown)
    if named and named != stated:
        scope.report("Reference_REF_BadTargetType", location, found=named, expected=stated)


def _aggregation(scope: Scope, modes: set[str], target: Target | None, reference: str, location: Location) -> None:
    if target is None:
        if "referenced" not in modes and not reference.startswith("#"):
            scope.report("REFERENCE_REF_NOTFOUND_BUNDLE", location, found=reference)
        return
    way = target.way
    if way in modes or ("referenced" in modes and way != "contained"):
        return
    scope.report("Reference_REF_Aggregation", location, found=way, expected=", ".join(sorted(modes)))
