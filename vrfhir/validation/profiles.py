"""StructureDefinitions of profiles compiled to overlays: the sparse tree of what they ask beyond the base.

Only elements whose constraints differ from the base type get a rule; what the base says is checked with its table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.invariants import STRUCTURAL
from vrfhir.validation.overlays import NO_LIMIT, Content, ElementRule, Overlay, Profile
from vrfhir.validation.slicing import compile_slicing
from vrfhir.validation.tables import COMPLEX, PRIMITIVE, RESOURCE, Binding, Child, Table

if TYPE_CHECKING:
    from vrfhir.validation.engine import Engine

__all__ = ["compile_profile"]

Json = dict[str, Any]


def compile_profile(engine: Engine, structure: Json) -> Profile:
    """The overlay of a StructureDefinition with a snapshot."""
    profile = Profile(structure)
    root = profile.elements[0]
    table = engine.table_or_none(profile.type) or engine.table("Element")
    profile.root = _overlay(engine, profile, root, table) or Overlay([], frozenset())
    if profile.type == "Extension":
        rules = [rule for rule in profile.root.rules if rule.name != "url"]
        profile.body = Overlay(rules, profile.root.names) if rules else None
    return profile


def _overlay(engine: Engine, profile: Profile, parent: Json, table: Table) -> Overlay | None:
    """The rules for the children of one element of the snapshot, addressed by id."""
    prefix = (parent.get("id") or parent["path"]) + "."
    rules: list[ElementRule] = []
    names: set[str] = set()
    by_name: dict[str, ElementRule] = {}
    for identity, definition in profile.inside.get(prefix[:-1], ()):
        leaf, _, slice_name = identity[len(prefix) :].partition(":")
        name = leaf.removesuffix("[x]")
        if name not in table.names and name in table.children:
            name = table.children[name].name
        names.add(name)
        if slice_name:
            rule = by_name.get(name)
            if rule is None:
                rule = by_name[name] = ElementRule(profile, {"path": definition["path"], "min": 0}, name)
                rule.content = Content(profile, {})
                rules.append(rule)
            if rule.slicing is None:
                rule.slicing = compile_slicing(engine, profile, rule.definition, name)
            rule.slicing.add(definition, _content(engine, profile, definition, table, name))
            continue
        rule = by_name[name] = ElementRule(profile, definition, name)
        rule.content = _content(engine, profile, definition, table, name)
        rule.maximum = _maximum(definition, table, name)
        if "slicing" in definition and not _is_plain_extension_slicing(definition):
            rule.slicing = compile_slicing(engine, profile, definition, name)
        rules.append(rule)
    for rule in rules:
        rule.keys = frozenset(key for child in table.names.get(rule.name, ()) for key in (child.key, child.fork))
        rule.has_content = not rule.content.is_idle
        if rule.slicing is not None:
            rule.slicing.finish()
        rule.is_needed = rule.minimum > 0 or (
            rule.slicing is not None and any(each.minimum for each in rule.slicing.slices)
        )
        rule.asks_presence = (
            rule.minimum <= 1 and rule.maximum == NO_LIMIT and rule.slicing is None and not rule.has_content
        )
    rules = [rule for rule in rules if not rule.is_idle]
    return Overlay(rules, frozenset(names)) if rules or names else None


def _is_plain_extension_slicing(definition: Json) -> bool:
    """Every ``extension`` is sliced by url without slices of its own; that alone asks nothing."""
    slicing = definition["slicing"]
    return (
        definition["path"].endswith(("xtension",)) and slicing.get("rules") != "closed" and not slicing.get("ordered")
    )


def _maximum(definition: Json, table: Table, name: str) -> int:
    text = str(definition.get("max", "*"))
    if text == "*" or not text.isdigit():
        return NO_LIMIT
    base = [str(child.definition.get("max", "*")) for child in table.names.get(name, ())]
    is_list = any(child.is_list for child in table.names.get(name, ()))
    if text == "1" and not is_list and base:
        return NO_LIMIT
    return int(text)


def _content(engine: Engine, profile: Profile, definition: Json, table: Table, name: str) -> Content:
    content = Content(profile, definition)
    children = table.names.get(name, ())
    base = children[0].definition if children else {}
    types = definition.get("type", ())
    codes = frozenset(each["code"] for each in types if "code" in each)
    base_codes = frozenset(child.type for child in children)
    if (
        profile.type != "Extension"
        and codes
        and base_codes
        and not base_codes <= codes
        and not codes & {"Resource", "DomainResource", "BackboneElement", "Element"}
    ):
        content.types = codes
        content.restricts_value = True
    if "binding" in definition and not _same_binding(definition["binding"], base.get("binding")):
        content.binding = Binding(definition["binding"])
    if "contentReference" not in definition:
        content.profiles = tuple(url for each in types for url in each.get("profile", ()) if "#" not in url)
    if codes == {"Extension"}:
        content.profiles = ()
    targets = tuple(each for each in types if each.get("code") == "Reference")
    if targets and _target_key(targets) != _target_key(
        tuple(each for each in base.get("type", ()) if each.get("code") == "Reference")
    ):
        content.targets = targets
        content.aggregates = any("aggregation" in each for each in targets)
    content.invariants = engine.invariants(_own_rules(engine, definition, codes, children), profile.structure)
    if children and children[0].kind in (COMPLEX, PRIMITIVE):
        inner = children[0].table if children[0].kind == COMPLEX else engine.table("Element")
        if len(children) > 1 and len(codes) == 1:
            inner = next((child.table for child in children if child.type in codes and child.kind == COMPLEX), inner)
        nested = _overlay(engine, profile, definition, inner)
        if nested is not None and nested.rules:
            content.nested = nested
    elif (
        children
        and children[0].kind == RESOURCE
        and any(key.startswith((definition.get("id") or "") + ".") for key in profile.by_id)
    ):
        only = next(iter(codes)) if len(codes) == 1 else "Resource"
        nested = _overlay(engine, profile, definition, engine.table_or_none(only) or engine.table("Resource"))
        content.nested = nested if nested is not None and nested.rules else None
    return content


def _same_binding(own: Json, base: Json | None) -> bool:
    if base is None:
        return False
    return (
        own.get("strength") == base.get("strength")
        and own.get("valueSet", "").partition("|")[0] == base.get("valueSet", "").partition("|")[0]
    )


def _target_key(types: tuple[Json, ...]) -> frozenset[str]:
    return frozenset(
        [url for each in types for url in each.get("targetProfile", ())]
        + ["aggregation:" + mode for each in types for mode in each.get("aggregation", ())]
    )


def _own_rules(engine: Engine, definition: Json, codes: frozenset[str], children: tuple[Child, ...]) -> list[Json]:
    """The rules of an element that neither its base nor its types have; of a choice, only the types that are left count."""
    asked = [each for each in definition.get("constraint", ()) if each.get("key") not in STRUCTURAL]
    if not asked:
        return []
    known: set[tuple[Any, Any]] = set()
    for child in children:
        known |= _keys(child.definition)
        if len(children) == 1 or child.type in codes:
            base = engine.definitions.type(child.type)
            if base is not None and "snapshot" in base:
                known |= _keys(base["snapshot"]["element"][0])
    return [each for each in asked if (each.get("key"), each.get("expression")) not in known]


def _keys(definition: Json) -> set[tuple[Any, Any]]:
    return {(each.get("key"), each.get("expression")) for each in definition.get("constraint", ())}
