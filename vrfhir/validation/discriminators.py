"""What tells the slices of an element apart (https://hl7.org/fhir/R4/profiling.html#discriminator).

A discriminator is a kind and a path. :func:`criteria` finds what a slice says at the end of the path, through types,
profiles, extensions and references; :func:`select` finds the values of an item there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from vrfhir.validation.patterns import constraint_of
from vrfhir.validation.tables import COMPLEX, PRIMITIVE, RESOURCE, Child, Table

if TYPE_CHECKING:
    from vrfhir.validation.engine import Engine
    from vrfhir.validation.overlays import Item, Profile
    from vrfhir.validation.scope import Scope

__all__ = ["Criterion", "Selected", "criteria", "plain_path", "select", "steps_of", "values_at"]

Json = dict[str, Any]

_STEP = re.compile(
    r"\$this|resolve\(\)|extension\('([^']*)'\)|ofType\(([A-Za-z0-9]+)\)|([A-Za-z][A-Za-z0-9]*)(?:\[x\])?|\."
)


class Criterion(NamedTuple):
    """What a slice says about the element at the end of a discriminator's path."""

    constraint: tuple[str, Any] | None
    value_set: str
    minimum: int
    maximum: str
    types: tuple[Json, ...]


class Selected(NamedTuple):
    """A value at the end of a discriminator's path, with its type and table (None for primitives)."""

    value: Any
    type: str
    table: Table | None


def steps_of(path: str) -> list[tuple[str, str]] | None:
    """A discriminator path as (kind, argument) steps; None when it is not one."""
    steps: list[tuple[str, str]] = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            return None
        at = found.end()
        text = found.group()
        if text in (".", "$this"):
            continue
        if text == "resolve()":
            steps.append(("resolve", ""))
        elif found.group(1) is not None:
            steps.append(("extension", found.group(1)))
        elif found.group(2):
            steps.append(("type", found.group(2)))
        else:
            steps.append(("name", found.group(3)))
    return steps


def criteria(engine: Engine, profile: Profile, element: Json, steps: list[tuple[str, str]]) -> list[Criterion]:
    """What the slice ``element`` of ``profile`` says at the end of the path; empty when it says nothing."""
    if not steps:
        return [_criterion(element)]
    (kind, argument), rest = steps[0], steps[1:]
    if kind == "type":
        return criteria(engine, profile, element, rest)
    if kind == "resolve":
        if not rest:
            return [_criterion(element)]
        return _in_profiles(
            engine, [url for each in element.get("type", ()) for url in each.get("targetProfile", ())], rest
        )
    found: list[Criterion] = []
    if kind == "extension":
        found = _extension(engine, profile, element, argument, rest)
        return found or _in_profiles(engine, [argument], rest)
    if (derived := _from_value(element, steps)) is not None:
        return [derived]
    for child in _named(profile, element, argument):
        found.extend(criteria(engine, profile, child, rest))
    if any(each.constraint or each.value_set or each.minimum or each.maximum == "0" for each in found):
        return found
    inner = _in_profiles(engine, [url for each in element.get("type", ()) for url in each.get("profile", ())], steps)
    return inner or found or _in_types(engine, element, steps)


def _criterion(element: Json) -> Criterion:
    binding = element.get("binding", {})
    value_set = binding.get("valueSet", "") if binding.get("strength") == "required" else ""
    return Criterion(
        constraint_of(element),
        value_set,
        int(element.get("min", 0)),
        str(element.get("max", "*")),
        tuple(element.get("type", ())),
    )


def _named(profile: Profile, element: Json, name: str) -> list[Json]:
    start = (element.get("id") or element["path"]) + "."
    exact = profile.by_id.get(start + name) or profile.by_id.get(f"{start}{name}[x]")
    inside = profile.inside.get(start[:-1], ())
    slices = [each for key, each in inside if key.startswith((f"{start}{name}:", f"{start}{name}[x]:"))]
    if exact is not None and slices and exact["path"].endswith("[x]"):
        return slices  # a choice narrowed by type: its slices say which
    rows = ([exact] if exact is not None else []) + slices
    if not rows:
        rows = [each for key, each in inside if key.startswith(start + name) and key[len(start) + len(name)].isupper()]
    return rows


def _extension(
    engine: Engine, profile: Profile, element: Json, url: str, rest: list[tuple[str, str]]
) -> list[Criterion]:
    holder = element.get("id") or element["path"]
    for key, each in profile.inside.get(holder, ()):
        if key.startswith(holder + ".extension:"):
            urls = [one for entry in each.get("type", ()) for one in entry.get("profile", ())]
            if url in urls:
                if not rest:
                    return [_criterion(each)]
                return criteria(engine, profile, each, rest)
    return []


def _in_profiles(engine: Engine, canonicals: list[str], steps: list[tuple[str, str]]) -> list[Criterion]:
    found: list[Criterion] = []
    for canonical in canonicals:
        inner = engine.outline(canonical)
        if inner is not None:
            found.extend(criteria(engine, inner, inner.elements[0], steps))
    return found


def _in_types(engine: Engine, element: Json, steps: list[tuple[str, str]]) -> list[Criterion]:
    codes = [
        each["code"]
        for each in element.get("type", ())
        if "code" in each and each["code"] not in ("BackboneElement", "Element", "Resource")
    ]
    if len(codes) != 1:
        return []
    return _in_profiles(engine, ["http://hl7.org/fhir/StructureDefinition/" + codes[0]], steps)


def _from_value(element: Json, steps: list[tuple[str, str]]) -> Criterion | None:
    """The part of a fixed value or pattern that the path leads to."""
    constraint = constraint_of(element)
    if constraint is None:
        return None
    kind, value = constraint
    for step, name in steps:
        if step != "name":
            return None
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    if isinstance(value, list):
        value = value[0]
    return Criterion((kind, value), "", 0, "*", ())


def select(scope: Scope, item: Item, steps: list[tuple[str, str]]) -> list[Selected]:
    """The values of an item at the end of the path."""
    child, value, _, _ = item
    if not steps:
        return [Selected(value, _type(child.type, value), None)]
    if (
        steps[0][0] == "extension"
        and type(value) is dict
        and not any(type(each) is dict and each.get("url") == steps[0][1] for each in value.get("extension", ()))
    ):
        return []
    table = _table(
        scope, child.kind, child.type, value, child.table if child.kind not in (PRIMITIVE, RESOURCE) else None
    )
    return _select(scope, Selected(value, _type(child.type, value), table), steps)


def plain_path(child: Child, steps: list[tuple[str, str]]) -> tuple[str, ...] | None:
    """The keys of a path of elements that have one type each; None for any other path."""
    keys: list[str] = []
    for kind, name in steps:
        children = child.table.names.get(name, ()) if child.kind == COMPLEX else ()
        if kind != "name" or len(children) != 1 or children[0].kind == RESOURCE:
            return None
        child = children[0]
        keys.append(child.key)
    return tuple(keys)


def values_at(value: Any, path: tuple[str, ...]) -> list[Any]:
    """The values at the end of a :func:`plain_path`."""
    found = [value]
    for key in path:
        inner: list[Any] = []
        for each in found:
            item = each.get(key) if type(each) is dict else None
            if type(item) is list:
                inner.extend(one for one in item if one is not None)
            elif item is not None:
                inner.append(item)
        found = inner
    return found


def _type(type_name: str, value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("resourceType"), str):
        return str(value["resourceType"])
    return type_name


def _table(scope: Scope, kind: int, type_name: str, value: Any, table: Table | None) -> Table | None:
    if kind == RESOURCE and isinstance(value, dict):
        return scope.engine.table_or_none(str(value.get("resourceType")))
    return table


def _select(scope: Scope, at: Selected, steps: list[tuple[str, str]]) -> list[Selected]:
    if not steps:
        return [at]
    (kind, argument), rest = steps[0], steps[1:]
    value = at.value
    if kind == "type":
        return _select(scope, at, rest) if at.type == argument else []
    if not isinstance(value, dict):
        return []
    if kind == "resolve":
        target = scope.engine.resolve(scope, value)
        if target is None:
            return []
        name = str(target.get("resourceType"))
        return _select(scope, Selected(target, name, scope.engine.table_or_none(name)), rest)
    if kind == "extension":
        table = scope.engine.table("Extension")
        rows = [each for each in value.get("extension", ()) if isinstance(each, dict) and each.get("url") == argument]
        return [one for each in rows for one in _select(scope, Selected(each, "Extension", table), rest)]
    found: list[Selected] = []
    if at.table is None:
        return found
    children = at.table.names.get(argument, ())
    if len(children) > 1:
        present = at.table.present(children, value)
        children = present if len(present) < 2 else children
    for child in children:
        inner = value.get(child.key)
        for each in inner if isinstance(inner, list) else (inner,):
            if each is not None:
                table_ = (
                    child.table
                    if child.kind not in (PRIMITIVE, RESOURCE)
                    else _table(scope, child.kind, child.type, each, None)
                )
                found.extend(_select(scope, Selected(each, _type(child.type, each), table_), rest))
    return found
