"""The elements of a differential against those of its base (https://hl7.org/fhir/R4/profiling.html, …/elementdefinition.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.terminology import Membership
from vrfhir.validation.paths import Location
from vrfhir.validation.profile_slices import check_slices
from vrfhir.validation.rows import at, rows, text

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_elements"]

Json = dict[str, Any]

_STRENGTHS = ("example", "preferred", "extensible", "required")
_CODED = frozenset({"code", "Coding", "CodeableConcept", "Quantity", "string", "uri", "url", "canonical", "markdown"})
_WITH_TARGETS = frozenset({"Reference", "canonical", "CodeableReference"})
_NOT_IN_PROFILES = ("meaningWhenMissing",)


def check_elements(scope: Scope, resource: Json, base: Json, location: Location) -> None:
    """Paths, cardinalities, types, fixed values, bindings and rules of the differential."""
    differential = resource.get("differential")
    if not isinstance(differential, dict):
        return
    place = at(location, "differential")
    known = {str(each.get("path")): each for each in base["snapshot"]["element"]}
    order = {path: number for number, path in enumerate(known)}
    name, rules = text(resource, "type"), _rules(base)
    listed = list(rows(differential, "element", place))
    _repeated(scope, [element for element, _ in listed], location, place)
    check_slices(scope, listed, known, location)
    late = _late(known, order, [element for element, _ in listed])
    missing: list[str] = []
    for (element, here), is_late in zip(listed, late, strict=True):
        path = text(element, "path")
        _alone(scope, resource, element, here)
        _constraints(scope, resource, element, rules, here)
        if ".." in path or path.endswith("."):
            scope.report("ERROR_GENERATING_SNAPSHOT", location, problem=f"a part of the path {path} has no name")
            continue
        if path != name and not path.startswith(name + "."):
            problem = f"the path {path} does not start with {name}"
            scope.report("ERROR_GENERATING_SNAPSHOT", location, problem=problem)
            scope.report("SD_PATH_TYPE_MISMATCH", here, found=path, expected=name)
            continue
        if path == name:
            if "slicing" in element:
                scope.report("SD_NO_SLICING_ON_ROOT", at(here, "slicing")[0])
                if name == "Extension":
                    scope.report("ERROR_GENERATING_SNAPSHOT", location, problem="its root is sliced")
            continue
        origin = known.get(path) or _choice(known, path)
        if origin is None:
            if _unknown(scope, known, path, location, here):
                missing.append(path)
            continue
        if is_late:
            scope.report("VR-VAL-0105", here, found=path)
            missing.append(path)
            continue
        if ":" not in text(element, "id") and "sliceName" not in element:
            _narrower(scope, element, origin, path, location)
            _types(scope, element, origin, path, location)
    if missing:
        scope.report("VR-VAL-0105", location, found=", ".join(missing))


def _repeated(scope: Scope, elements: list[Json], location: Location, place: Location) -> None:
    """Each element is named once: one that is there twice without being a slice cannot be merged into the base."""
    seen: set[str] = set()
    for number, element in enumerate(elements):
        identity, path = text(element, "id"), text(element, "path")
        if identity and identity in seen:
            scope.report("DUPLICATE_ID", (place, "element", "element", number), found=identity)
            if "sliceName" not in element:
                problem = f"{path} is there twice and is no slice"
                scope.report("ERROR_GENERATING_SNAPSHOT", location, problem=problem)
        seen.add(identity)


Rank = list[tuple[int, int]]


def _late(known: dict[str, Json], order: dict[str, int], elements: list[Json]) -> list[bool]:
    """Which elements stand before one that the base has earlier. The root is in no order; slices follow as they are named."""
    slices: dict[str, dict[str, int]] = {}
    ranks = [_rank(known, order, slices, each) for each in elements]
    late, least = [False] * len(elements), None
    for index in range(len(elements) - 1, -1, -1):
        rank = ranks[index]
        if rank:
            late[index] = least is not None and rank > least
            least = rank if least is None else min(least, rank)
    return late


def _rank(known: dict[str, Json], order: dict[str, int], slices: dict[str, dict[str, int]], element: Json) -> Rank:
    """Where an element belongs: for each part of its path the place in the base, and the number of the slice."""
    path, identity = text(element, "path"), text(element, "id")
    parts, named = path.split("."), identity.split(".")
    rank: Rank = []
    for depth in range(2, len(parts) + 1):
        here = ".".join(parts[:depth])
        origin = known.get(here) or _choice(known, here)
        if origin is None:
            return []
        number = 0
        if len(named) == len(parts) and ":" in named[depth - 1]:
            seen = slices.setdefault(".".join(named[: depth - 1]) + "." + parts[depth - 1], {})
            number = seen.setdefault(named[depth - 1].partition("/")[0], len(seen) + 1)
        rank.append((order[str(origin.get("path"))], number))
    return rank


def _choice(known: dict[str, Json], path: str) -> Json | None:
    """The choice that a path such as ``Observation.valueQuantity`` picks one type of."""
    holder, _, leaf = path.rpartition(".")
    for other, origin in known.items():
        if other.endswith("[x]") and other.rpartition(".")[0] == holder:
            stem = other.rpartition(".")[2][:-3]
            kinds = {str(each.get("code", "")) for each in origin.get("type", ()) if isinstance(each, dict)}
            if leaf.startswith(stem) and any(leaf == stem + kind[:1].upper() + kind[1:] for kind in kinds if kind):
                return origin
    return None


def _unknown(scope: Scope, known: dict[str, Json], path: str, location: Location, here: Location) -> bool:
    """An element that the base does not have: wrong where the base is open to the eye, else inside a data type."""
    holder, _, leaf = path.rpartition(".")
    if holder not in known:
        return False
    stems = [
        other.rpartition(".")[2][:-3] for other in known if other.endswith("[x]") and other.rpartition(".")[0] == holder
    ]
    if any(leaf.startswith(stem) and leaf != stem for stem in stems):
        scope.report("ERROR_GENERATING_SNAPSHOT", location, problem=f"{path} is none of the types of its choice")
        return False
    inner = [each for each in known if each.startswith(holder + ".")]
    kinds = [str(each.get("code", "")) for each in known[holder].get("type", ()) if isinstance(each, dict)]
    if not inner and len(kinds) == 1 and (table := scope.engine.table_or_none(kinds[0])) is not None:
        if leaf.removesuffix("[x]") in table.names or leaf in table.children:
            return False
    elif not inner:
        return False
    scope.report("VR-VAL-0105", here, found=path)
    return True


def _narrower(scope: Scope, element: Json, origin: Json, path: str, location: Location) -> None:
    """Minimum and maximum stay within those of the base; a binding is not weakened."""
    least, most = element.get("min"), element.get("max")
    if isinstance(least, int) and least < int(origin.get("min", 0)):
        scope.report("VR-VAL-0106", location, element=path, name="min", found=least, expected=origin.get("min"))
    limit = str(origin.get("max", "*"))
    if isinstance(most, str) and limit.isdigit() and (most == "*" or (most.isdigit() and int(most) > int(limit))):
        scope.report("VR-VAL-0106", location, element=path, name="max", found=most, expected=limit)
    own, other = element.get("binding"), origin.get("binding")
    if isinstance(own, dict) and isinstance(other, dict):
        strength, stated = own.get("strength"), other.get("strength")
        if stated == "required" and strength in _STRENGTHS[:-1]:
            scope.report("VR-VAL-0108", location, element=path, found=strength, expected=stated)
        elif stated == "required" and strength == "required":
            _subset(scope, text(own, "valueSet"), text(other, "valueSet"), path, location)


def _subset(scope: Scope, own: str, other: str, path: str, location: Location) -> None:
    """What a profile requires is among what its base requires, as far as both can be listed."""
    terminology = scope.engine.terminology
    mine, theirs = terminology.expansion(own) if own else None, terminology.expansion(other) if other else None
    if not mine or not theirs:
        return
    beyond = [
        code
        for system, codes in mine.items()
        for code in codes
        if code not in theirs.get(system, ()) and terminology.code_in_system(system, code) is not Membership.OUT
    ]
    if beyond:
        scope.report("VR-VAL-0109", location, element=path, found=", ".join(beyond[:5]), value_set=own, expected=other)


def _types(scope: Scope, element: Json, origin: Json, path: str, location: Location) -> None:
    """Types and targets are among those of the base; what is fixed is of the element's type."""
    allowed = [each for each in origin.get("type", ()) if isinstance(each, dict)]
    codes = {str(each.get("code")) for each in allowed}
    own = [each for each, _ in rows(element, "type", location)]
    for each in own:
        code = str(each.get("code", ""))
        chain = scope.engine.type_chain(code)
        if codes and code not in codes and not codes & {"*", "Element", "Resource", *chain}:
            problem = f"{path} is of type {' or '.join(sorted(codes))}, not {code}"
            scope.report("ERROR_GENERATING_SNAPSHOT", location, problem=problem)
        elif code == "Reference":
            _targets(scope, each, allowed, path, location)
    kinds = {str(each.get("code")) for each in own} or codes
    if any(kind.startswith(("http", "*")) for kind in kinds):
        return
    names = {kind[:1].upper() + kind[1:] for kind in kinds}
    for key in element:
        for word in ("fixed", "pattern"):
            if key.startswith(word) and kinds and key[len(word) :] not in names:
                expected = ", ".join(sorted(kinds))
                scope.report("VR-VAL-0107", location, element=path, found=key[len(word) :], expected=expected)


def _targets(scope: Scope, own: Json, allowed: list[Json], path: str, location: Location) -> None:
    limits = [url for each in allowed if each.get("code") == "Reference" for url in each.get("targetProfile", ())]
    if not limits:
        return
    bases = {str((scope.engine.definitions.structure(url) or {}).get("type", "")) for url in limits}
    for url in own.get("targetProfile", ()):
        structure = scope.engine.definitions.structure(url) if isinstance(url, str) else None
        if structure is None:
            continue
        if not bases & {"Resource", "", *scope.engine.type_chain(str(structure.get("type", "")))}:
            scope.report("ERROR_GENERATING_SNAPSHOT", location, problem=f"{path} cannot refer to {url}")


def _alone(scope: Scope, resource: Json, element: Json, here: Location) -> None:
    """What can be said of an element without its base."""
    types = [each for each, _ in rows(element, "type", here)]
    codes = [str(each.get("code", "")) for each in types]
    if codes and "binding" in element and not _CODED & set(codes):
        scope.report("SD_ILLEGAL_CHARACTERISTICS", here, found="binding", types=", ".join(codes))
    if any("targetProfile" in each for each in types) and not _WITH_TARGETS & set(codes):
        scope.report("SD_ILLEGAL_CHARACTERISTICS", here, found="target profile", types=", ".join(codes))
    for each, place in rows(element, "type", here):
        _type_profiles(scope, each, place)
    for name in _NOT_IN_PROFILES:
        if name in element:
            scope.report("SD_ELEMENT_NOT_IN_CONSTRAINT", here, found=name)
    binding = element.get("binding")
    canonical = text(binding, "valueSet") if isinstance(binding, dict) else ""
    if canonical and not canonical.startswith("#") and not scope.engine.terminology.is_known(canonical):
        for kind in ("CodeSystem", "StructureDefinition"):
            if scope.engine.definitions.resource(canonical, kind) is not None:
                scope.report("SD_ED_BIND_NOT_VS", at(here, "binding"), found=canonical, actual=kind)
                return
        scope.report("SD_ED_BIND_UNKNOWN_VS", at(here, "binding"), found=canonical)


def _type_profiles(scope: Scope, each: Json, place: Location) -> None:
    code = str(each.get("code", ""))
    for name in ("profile", "targetProfile"):
        listed = each.get(name)
        for number, url in enumerate(listed if isinstance(listed, list) else ()):
            here = (place, name, name, number)
            if not isinstance(url, str) or "#" in url:
                continue
            if name == "targetProfile" and code not in _WITH_TARGETS:
                scope.report("SD_ED_TYPE_NO_TARGET_PROFILE", here, found=code)
                continue
            structure = scope.engine.definitions.structure(url)
            if structure is None:
                scope.report("SD_ED_TYPE_PROFILE_UNKNOWN", here, found=url)
            elif name == "profile" and code not in scope.engine.type_chain(str(structure.get("type", ""))):
                scope.report("SD_ED_TYPE_PROFILE_WRONG", here, found=url, actual=structure.get("type"), expected=code)


def _rules(base: Json) -> dict[str, str]:
    """The expressions of the base's own rules, by key."""
    return {
        str(each.get("key")): str(each.get("expression", ""))
        for element in base["snapshot"]["element"]
        for each in element.get("constraint", ())
        if isinstance(each, dict) and each.get("expression")
    }


def _constraints(scope: Scope, resource: Json, element: Json, rules: dict[str, str], here: Location) -> None:
    url = text(resource, "url")
    for each, place in rows(element, "constraint", here):
        key, expression, source = text(each, "key"), text(each, "expression"), text(each, "source")
        is_own = key not in rules
        if not expression:
            scope.report("ED_INVARIANT_NO_EXPRESSION", place, found=key)
        elif rules.setdefault(key, expression) != expression:
            scope.report("ED_INVARIANT_KEY_ALREADY_USED", place, found=key)
        if source and source.partition("|")[0] != url and is_own:
            scope.report("ED_INVARIANT_DIFF_NO_SOURCE", place, found=key)
