"""Extensions by their definition (https://hl7.org/fhir/R4/extensibility.html, …/defining-extensions.html)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from vrfhir.errors import VrfhirError
from vrfhir.validation.invariants import check as check_invariants
from vrfhir.validation.mistyped import check_mistyped
from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import is_absolute
from vrfhir.validation.tables import is_primitive

if TYPE_CHECKING:
    from vrfhir.validation.engine import Engine
    from vrfhir.validation.invariants import Invariant
    from vrfhir.validation.overlays import Overlay
    from vrfhir.validation.scope import Scope
    from vrfhir.validation.tables import Child

__all__ = ["ExtensionDefinition", "extension_element"]

Json = dict[str, Any]

_CROSS_VERSION = r"http://hl7\.org/fhir/[0-9]\.[0-9]/StructureDefinition/extension-[A-Za-z]+\.[A-Za-z.\[\]]+"
_PLACES = 1_000
"""Places remembered for an extension."""
_LOOKS_OUT = re.compile(r"%|resolve\(|now\(|today\(|timeOfDay\(")
_EVERYWHERE = frozenset({"Element", "Any"})
_EXTRA_CONTEXTS = {
    # R4's own StructureDefinitions carry these on the type, though they allow themselves only elsewhere
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type": [("element", "ElementDefinition.type")],
    "http://hl7.org/fhir/StructureDefinition/regex": [("element", "ElementDefinition.type")],
}
_EXTRA_TYPES = {"http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type": ("uri", "url")}


class ExtensionDefinition:
    """What the StructureDefinition of an extension says."""

    __slots__ = (
        "anywhere",
        "binding",
        "body",
        "contexts",
        "fitting",
        "invariants",
        "is_compiled",
        "is_modifier",
        "is_self_contained",
        "parts",
        "rules",
        "structure",
        "types",
        "url",
        "value_required",
        "versioned",
    )

    def __init__(self, structure: Json) -> None:
        elements = structure["snapshot"]["element"]
        self.structure = structure
        self.url: str = structure["url"]
        self.versioned = f"{self.url}|{structure['version']}" if "version" in structure else self.url
        self.contexts = [(each.get("type", ""), each.get("expression", "")) for each in structure.get("context", ())]
        self.contexts += _EXTRA_CONTEXTS.get(self.url, [])
        self.anywhere = any(kind == "element" and text in _EVERYWHERE for kind, text in self.contexts)
        self.fitting: set[tuple[str, ...]] | None = None
        """Places where it was found to be allowed; None when a context asks for more than the place."""
        if all(kind == "element" for kind, _ in self.contexts):
            self.fitting = set()
        self.is_compiled = False
        self.body: Overlay | None = None
        self.rules: tuple[Invariant, ...] = ()
        self.invariants: list[str] = structure.get("contextInvariant", [])
        self.is_self_contained = (
            self.fitting is not None
            and not self.invariants
            and not any(
                _LOOKS_OUT.search(rule.get("expression", ""))
                for each in elements
                for rule in each.get("constraint", ())
            )
        )
        """True when its rules ask for nothing but its own content, so that the place and the content decide."""
        self.is_modifier = elements[0].get("isModifier") is True
        value = next((each for each in elements if each["path"].startswith("Extension.value")), None)
        self.types: frozenset[str] = frozenset()
        self.value_required = False
        self.binding: Json = value.get("binding", {}) if value is not None else {}
        if value is not None and value.get("max") != "0":
            self.types = frozenset(each["code"] for each in value.get("type", ())) | frozenset(
                _EXTRA_TYPES.get(self.url, ())
            )
            self.value_required = value.get("min", 0) > 0
        self.parts = frozenset(
            each["fixedUri"] for each in elements if each["path"] == "Extension.extension.url" and "fixedUri" in each
        )

    def compile(self, engine: Engine) -> None:
        """What the profile asks beyond the url, by which it was found."""
        profile = engine.profile(self.url)
        if profile is not None:
            self.rules = engine.root_invariants(profile)
            self.body = profile.body
        self.is_compiled = True


def extension_element(scope: Scope, child: Child, value: Json, location: Location, parent: Json) -> None:
    """One extension: its url, whether it may be here, and its content."""
    url = value.get("url")
    if type(url) is not str or not url.strip():
        scope.report("Extension_EXT_Url_NotFound", location)
        return
    holder = location[0]
    inside = holder[1] in ("extension", "modifierExtension")
    definition = scope.engine.extensions.get(url)
    if definition is None and not is_absolute(url):
        if not inside:
            scope.report("Extension_EXT_URL_Absolute", location, found=url)
        else:
            _part(scope, parent, url, location)
        return
    if not scope.options.examples and "example.org" in url:
        scope.report("TYPE_SPECIFIC_CHECKS_DT_URL_EXAMPLE", (location, "url", "url", -1), found=url)
    if definition is None:
        definition = scope.engine.extension(url.partition("|")[0])
    if definition is None:
        if inside and isinstance(parent.get("url"), str):
            outer = scope.engine.extension(parent["url"])
            if outer is not None and url in outer.parts:
                return
        if _may_be_unknown(scope, url):
            scope.report("Extension_EXT_Unknown", location, found=url)
        elif not re.fullmatch(_CROSS_VERSION, url):
            scope.report("Extension_EXT_Unknown_NotHere", location, found=url)
        return
    if "|" in url:
        is_own = url.partition("|")[2] == definition.structure.get("version")
        rule = "EXT_VER_URL_NOT_ALLOWED" if is_own else "EXT_VER_URL_REVERSION"
        scope.report(rule, _told_by_url(location, url), source=definition.versioned)
        where = (location, "url", "url", -1)
        scope.report("_DT_Fixed_Wrong", where, found=url, expected=definition.url, source=definition.versioned)
    _context(scope, definition, child, location, parent)
    is_modifier = child.name == "modifierExtension"
    if is_modifier != definition.is_modifier:
        rule = "Extension_EXT_Modifier_Y" if is_modifier else "Extension_EXT_Modifier_N"
        scope.report(rule, _told_by_url(location, url), found=url)
    if not _value(scope, definition, value, location):
        return
    if not definition.is_compiled:
        definition.compile(scope.engine)
    if definition.body is not None:
        definition.body.apply(scope, scope.engine.table("Extension"), value, location)
    if definition.rules:
        check_invariants(scope, definition.rules, value, "Extension", location)


def _may_be_unknown(scope: Scope, url: str) -> bool:
    is_example = "example.org" in url or "acme.com" in url
    return (scope.options.examples and is_example) or url.startswith(scope.options.extensions or ("\0",))


def _part(scope: Scope, parent: Json, url: str, location: Location) -> None:
    outer = parent.get("url")
    if type(outer) is not str or not is_absolute(outer):
        return
    definition = scope.engine.extension(outer)
    if definition is not None and url not in definition.parts:
        place = _told_by_url(location, url)
        scope.report("Extension_EXT_SubExtension_Invalid", place, found=url, source=definition.versioned)


def _told_by_url(location: Location, url: str) -> Location:
    """The place of an extension that names its url, as HL7's validator writes it where the url is what is wrong."""
    parent, label, key, at = location
    return (parent, f"{label}[{at}][url='{url}']", key, -1)


def _value(scope: Scope, definition: ExtensionDefinition, value: Json, location: Location) -> bool:
    """False when the value is of a wrong type, so that nothing more can be asked of it."""
    actual = key = ""
    for key in value:
        if key.startswith(("value", "_value")):
            actual = _type_of(key)
            break
    if actual:
        if actual not in definition.types:
            expected = ", ".join(sorted(definition.types)) or "none (it has nested extensions)"
            scope.report("Extension_EXT_Type", location, found=definition.url, expected=expected, actual=actual)
            if len(definition.types) == 1:
                place = (location, f"value.ofType({actual})", key, -1)
                check_mistyped(scope, expected, definition.binding, value[key], actual, place)
                return False
    elif "extension" in value:
        if definition.value_required:
            scope.report("Extension_EXT_Simple_WRONG", location, found=definition.url)
    elif definition.types:
        scope.report("Extension_EXT_Simple_ABSENT", location, found=definition.url)
    return True


@lru_cache(maxsize=256)
def _type_of(key: str) -> str:
    name = key.removeprefix("_")[5:]
    lowered = name[:1].lower() + name[1:]
    return lowered if is_primitive(lowered) else name


def _context(scope: Scope, definition: ExtensionDefinition, child: Child, location: Location, parent: Json) -> None:
    if not definition.anywhere:
        place = _names(location[0])
        if definition.fitting is None or place not in definition.fitting:
            paths = context_paths(scope.engine, place)
            if "Resource.id" in paths:
                scope.report("FHIR_RESOURCE_ID_CANT_BE_EXTENDED", location[0])
                return
            if not _fits_any(scope, definition, paths, child, location, parent):
                return
            if definition.fitting is not None and len(definition.fitting) < _PLACES:
                definition.fitting.add(place)
    for rule_text in definition.invariants:
        from vrfhir.fhirpath import compile as compile_expression

        try:
            held = compile_expression(rule_text).test(
                scope.node(parent, context_type(scope.engine, location[0])), scope.environment
            )
        except VrfhirError:
            held = True
        if not held:
            scope.report("Profile_EXT_Not_Here", location[0], found=definition.versioned, expression=rule_text)
            return


def _fits_any(
    scope: Scope, definition: ExtensionDefinition, paths: frozenset[str], child: Child, location: Location, parent: Json
) -> bool:
    if any(_fits(scope, kind, text, paths, location[0], parent) for kind, text in definition.contexts):
        return True
    allowed = ", ".join(text for _, text in definition.contexts) or "nowhere"
    rule = "Extension_EXTM_Context_Wrong" if child.name == "modifierExtension" else "Extension_EXTP_Context_Wrong"
    scope.report(rule, location[0], found=definition.versioned, allowed=allowed)
    return False


def _fits(scope: Scope, kind: str, text: str, paths: frozenset[str], holder: Location, parent: Json) -> bool:
    if kind == "element":
        return text in _EVERYWHERE or text.rpartition("#")[2] in paths
    if kind == "extension":
        owner = holder
        if owner[1].startswith("value") and owner[0] is not None:
            return True
        return owner[1] in ("extension", "modifierExtension") and parent.get("url") == text
    if kind == "fhirpath":
        from vrfhir.fhirpath import compile as compile_expression

        try:
            found = compile_expression(text).evaluate(
                scope.node(scope.resource, str(scope.resource.get("resourceType", ""))), environment=scope.environment
            )
        except VrfhirError:
            return True
        return any(getattr(each, "value", each) is parent for each in found)
    return True


def _names(holder: Location) -> tuple[str, ...]:
    """The steps from the resource to the holder."""
    names: list[str] = []
    at: Location | None = holder
    while at is not None:
        parent, label, _, _ = at
        if label.startswith("/*"):
            names.append(label[2:].partition("/")[0])
            break
        if parent is None:
            names.append(label)
            break
        names.append(label)
        at = parent
    names.reverse()
    return tuple(names)


def context_paths(engine: Engine, key: tuple[str, ...]) -> frozenset[str]:
    """Every element path that an extension's context may name a place by: ``Patient.name``, ``HumanName``, ``Element`` …"""
    found = engine.contexts.get(key)
    if found is None:
        found = engine.contexts[key] = _context_paths(engine, key)
    return found


def context_type(engine: Engine, holder: Location) -> str:
    """The FHIRPath type path of the holder: its resource, a backbone element (``Questionnaire.item``), or a data type."""
    names = _names(holder)
    current = names[0]
    for label in names[1:]:
        name, _, chosen = label.partition(".ofType(")
        field = engine.definitions.fields(current).get(name.partition("[")[0])
        current = chosen.rstrip(")") or (field and (field.path or next(iter(field.types), ""))) or "Element"
    return current


def _context_paths(engine: Engine, names: tuple[str, ...]) -> frozenset[str]:
    paths = {names[0]}
    prefixes = set(engine.type_chain(names[0]))
    paths |= prefixes
    current = names[0]
    for label in names[1:]:
        name, _, chosen = label.partition(".ofType(")
        name = name.partition("[")[0]
        type_name = chosen.rstrip(")")
        field = engine.definitions.fields(current).get(name)
        steps = {name, name + "[x]"} if type_name else {name}
        paths = {f"{prefix}.{step}" for prefix in prefixes for step in steps}
        if type_name:
            current = type_name
        elif field is not None:
            current = field.path or (field.types[0] if field.types else "")
            if "." not in current and not current:
                current = "Element"
        else:
            current = "Element"
        if field is not None and field.path and "." in field.path:
            prefixes = paths | {field.path}
            paths = prefixes | {"BackboneElement", "Element"}
        else:
            chain = set(engine.type_chain(current))
            prefixes = paths | chain
            paths = prefixes
    return frozenset(paths)
