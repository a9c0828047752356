"""One search parameter with its modifier, chain and values, as a condition on the store.

https://hl7.org/fhir/R4/search.html#modifiers. The modifier ``:identifier`` finds references by identifier and, as the
Booking and Referral Standard uses it (``patient:identifier=``), references to a resource that has this identifier.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, cast, get_args

from vrfhir.server.http import Refusal
from vrfhir.server.search.conversion import fold, reference_target
from vrfhir.server.search.dates import interval
from vrfhir.server.search.parameters import SearchParameter, SearchParameters
from vrfhir.server.store.query import (
    AnyOf,
    Chain,
    Comparator,
    Condition,
    Criterion,
    Ids,
    Interval,
    Target,
    Text,
    Token,
    Updated,
)

__all__ = ["MODIFIERS", "condition"]

MODIFIERS: Mapping[str, tuple[str, ...]] = {
    "token": ("missing", "not"),
    "string": ("missing", "exact", "contains"),
    "reference": ("missing", "identifier"),
    "date": ("missing",),
    "uri": ("missing",),
}
"""Modifiers by kind of parameter; a reference also takes the name of a type it may lead to."""

_COMPARATORS = get_args(Comparator)
_UNESCAPED_COMMA = re.compile(r"(?<!\\),")
_UNESCAPED_BAR = re.compile(r"(?<!\\)\|")
_ESCAPE = re.compile(r"\\([\\,|$])")
_SLACK = 0.1


def condition(
    resource_type: str, name: str, value: str, parameters: SearchParameters, base: str = "", *, lenient: bool = False
) -> Condition | None:
    """The condition of ``name=value``; None for an unknown parameter when ``lenient``; raises :class:`Refusal` 400."""
    key, _, chained = name.partition(".")
    plain, _, modifier = key.partition(":")
    if plain in ("_id", "_lastUpdated") and not modifier and not chained:
        return _own(plain, value)
    parameter = parameters.of(resource_type).get(plain)
    if parameter is None:
        if lenient:
            return None
        raise _unknown(resource_type, plain, parameters)
    if chained:
        return _chain(parameter, modifier, chained, value, parameters, base)
    if modifier == "missing":
        return Criterion(_table(parameter), parameter.key, missing=_boolean(name, value))
    if modifier == "identifier" and parameter.kind == "reference":
        return _by_identifier(parameter, value, parameters)
    if modifier and modifier not in MODIFIERS[parameter.kind] and modifier not in parameter.targets:
        raise _bad_modifier(parameter, modifier)
    return _criterion(parameter, modifier, value, base)


def _criterion(parameter: SearchParameter, modifier: str, value: str, base: str) -> Criterion:
    values: list[Token | Text | Target | Interval] = []
    for each in _UNESCAPED_COMMA.split(value):
        match parameter.kind:
            case "token":
                values.append(_token(each, parameter))
            case "uri":
                values.append(Token(_unescaped(each), ""))
            case "string":
                values.append(_string(each, modifier))
            case "date":
                values.append(_date(parameter.name, each))
            case "reference":
                values.extend(_references(each, modifier, parameter, base))
    return Criterion(_table(parameter), parameter.key, tuple(values), negated=modifier == "not")


def _token(value: str, parameter: SearchParameter) -> Token:
    parts = _UNESCAPED_BAR.split(value, maxsplit=1)
    code = _required(parameter.name, _unescaped(parts[-1]), allowed=len(parts) == 2 and bool(parts[0]))
    if len(parts) == 1:
        return Token(code or None, None if parameter.has_system else "")
    if not parameter.has_system:
        return Token(code or None, "")
    return Token(code or None, _unescaped(parts[0]))


def _string(value: str, modifier: str) -> Text:
    text = _unescaped(value)
    if modifier == "exact":
        return Text(text, "exact")
    folded = _required("string", fold(text))
    return Text(folded, "contains" if modifier == "contains" else "starts")


def _date(name: str, value: str) -> Interval:
    comparator = value[:2] if value[:2] in _COMPARATORS else ""
    found = interval(value[len(comparator) :].replace(" ", "+"))
    if found is None:
        text = (
            f"{name} is a date (YYYY, YYYY-MM, YYYY-MM-DD or with a time), with a prefix of {', '.join(_COMPARATORS)}."
        )
        raise Refusal.of(400, "value", "VR-SEARCH-0004", text, expression=name)
    low, high = found
    if comparator == "ap":
        slack = int((high - low + 1) * _SLACK)
        low, high = low - slack, high + slack
    return Interval(cast("Comparator", comparator or "eq"), low, high)


def _references(value: str, modifier: str, parameter: SearchParameter, base: str) -> list[Target]:
    text = _required(parameter.name, _unescaped(value))
    target = reference_target(text, base)
    if modifier:
        return [Target(target if "/" in target else f"{modifier}/{target}")]
    if "/" in target or ":" in target:
        return [Target(target)]
    return [Target(f"{type_}/{target}") for type_ in parameter.targets]


def _by_identifier(parameter: SearchParameter, value: str, parameters: SearchParameters) -> Condition:
    tokens = []
    for each in _UNESCAPED_COMMA.split(value):
        parts = _UNESCAPED_BAR.split(each, maxsplit=1)
        code = _required(parameter.name, _unescaped(parts[-1]))
        tokens.append(Token(code, _unescaped(parts[0]) if len(parts) == 2 else None))
    conditions: list[Condition] = [Criterion("token", f"{parameter.key}:identifier", tuple(tokens))]
    for type_ in _chain_targets(parameter):
        identifier = parameters.of(type_).get("identifier")
        if identifier is not None:
            conditions.append(Chain(parameter.key, type_, Criterion("token", identifier.key, tuple(tokens))))
    return AnyOf(tuple(conditions))


def _chain(
    parameter: SearchParameter, target: str, chained: str, value: str, parameters: SearchParameters, base: str
) -> Condition:
    targets = (target,) if target in parameter.targets else _chain_targets(parameter) if not target else ()
    fitting = [
        type_ for type_ in targets if chained.partition(":")[0].partition(".")[0] in (*parameters.of(type_), "_id")
    ]
    if parameter.kind != "reference" or not fitting or "." in chained:
        text = (
            f"'{parameter.name}' cannot be followed this way; a chain is one reference and one parameter of its target."
        )
        raise Refusal.of(400, "not-supported", "VR-SEARCH-0003", text, expression=parameter.name)
    chains: list[Condition] = []
    for type_ in fitting:
        inner = condition(type_, chained, value, parameters, base)
        if inner is not None:
            chains.append(Chain(parameter.key, type_, inner))
    return chains[0] if len(chains) == 1 else AnyOf(tuple(chains))


_STORY_TARGETS = (
    "Patient",
    "ServiceRequest",
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "Location",
    "Encounter",
)


def _chain_targets(parameter: SearchParameter) -> tuple[str, ...]:
    """The types a chain without a type looks into: all, unless the reference may lead anywhere."""
    if len(parameter.targets) <= len(_STORY_TARGETS) * 2:
        return parameter.targets
    return _STORY_TARGETS


def _own(name: str, value: str) -> Condition:
    parts = [_required(name, _unescaped(each)) for each in _UNESCAPED_COMMA.split(value)]
    return Ids(tuple(parts)) if name == "_id" else Updated(tuple(_date(name, each) for each in parts))


def _table(parameter: SearchParameter) -> Literal["token", "string", "reference", "date"]:
    return "token" if parameter.kind == "uri" else parameter.kind


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)


def _required(name: str, text: str, *, allowed: bool = False) -> str:
    if not text and not allowed:
        raise Refusal.of(400, "value", "VR-SEARCH-0004", "A search parameter needs a value.", expression=name)
    return text


def _boolean(name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise Refusal.of(400, "value", "VR-SEARCH-0004", "':missing' is true or false.", expression=name)
    return value == "true"


def _unknown(resource_type: str, name: str, parameters: SearchParameters) -> Refusal:
    known = ["_id", "_lastUpdated", *parameters.of(resource_type)]
    shown = name if name.replace("-", "").replace("_", "").isalnum() and len(name) < 40 else "(unprintable)"
    text = f"{resource_type} has no search parameter '{shown}' here."
    return Refusal.of(
        400, "not-supported", "VR-SEARCH-0001", text, expression=shown, hint=f"Known: {', '.join(known)}."
    )


def _bad_modifier(parameter: SearchParameter, modifier: str) -> Refusal:
    known = [f":{each}" for each in MODIFIERS[parameter.kind]]
    if parameter.kind == "reference":
        known += [f":{each}" for each in parameter.targets[:12]]
    text = f"The parameter '{parameter.name}' does not take this modifier."
    return Refusal.of(
        400, "not-supported", "VR-SEARCH-0002", text, expression=parameter.name, hint=f"Known: {', '.join(known)}."
    )
