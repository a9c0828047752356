"""What FHIR R4 adds (https://hl7.org/fhir/R4/fhirpath.html#functions): extension, hasValue, getValue, resolve, memberOf,
conformsTo, htmlChecks, checkModifiers."""

from __future__ import annotations

from typing import Any

from vrfhir.fhirpath.environment import Environment, Frame
from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.functions.signature import Function, Run, Test, only, value_of
from vrfhir.fhirpath.narrative import is_valid_narrative
from vrfhir.fhirpath.nodes import Node, atom, has_value

__all__ = ["FUNCTIONS"]


def _extension(url: Run) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        if not items:
            return items
        wanted = value_of(url, items, frame, str, "extension")
        found: list[Any] = []
        for item in items:
            if type(item) is Node:
                holder = item.value if type(item.value) is dict else item.extra
                rows = holder.get("extension") if type(holder) is dict else None
                if type(rows) is list:
                    matching = [row for row in rows if type(row) is dict and row.get("url") == wanted]
                    if matching:
                        extension = item.type.model.type("Extension")
                        found += [Node(row, extension) for row in matching]
        return found

    return run


def _has_value() -> Test:
    return lambda items, _: len(items) == 1 and has_value(items[0])


def _get_value() -> Run:
    return lambda items, _: [atom(items[0])] if len(items) == 1 and has_value(items[0]) else []


def _reference(item: Any) -> str | None:
    value = item.value if type(item) is Node else item
    if type(value) is dict:
        value = value.get("reference")
    return value if type(value) is str else None


def _contained(text: str, environment: Environment) -> Any:
    """``#id`` within the resource or its container, ``#`` for the container itself."""
    for place in (environment.root_resource, environment.resource):
        resource = place.value if type(place) is Node else place
        if type(resource) is dict:
            if text == "#":
                return resource
            rows = resource.get("contained")
            for row in rows if type(rows) is list else ():
                if type(row) is dict and row.get("id") == text[1:]:
                    return row
    return None


def _resolve() -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        environment = frame.environment
        found = []
        for item in items:
            text = _reference(item)
            if text is None:
                continue
            target = _contained(text, environment) if text.startswith("#") else None
            if target is None and environment.resolve_from is not None:
                target = environment.resolve_from(text, item.value if type(item) is Node else item)
            elif target is None and environment.resolve is not None:
                target = environment.resolve(text)
            if target is None:
                environment.undecided = environment.undecided or not environment.is_closed
            else:
                found.append(environment.node(target))
        frame.spend(len(items))
        return found

    return run


def _codings(item: Any) -> list[tuple[str | None, str]]:
    value = item.value if type(item) is Node else item
    if type(value) is str:
        return [(None, value)]
    if type(value) is not dict:
        return []
    rows = value.get("coding") if "coding" in value else [value]
    rows = [row for row in rows if type(row) is dict] if type(rows) is list else []
    return [(row.get("system"), row["code"]) for row in rows if type(row.get("code")) is str]


def _member_of(value_set: Run) -> Test:
    def test(items: list[Any], frame: Frame) -> bool | None:
        environment = frame.environment
        canonical = value_of(value_set, items, frame, str, "memberOf")
        if not items or canonical is None:
            return None
        codings = _codings(only(items, "memberOf"))
        answers = {
            environment.terminology.member(canonical, system, code).name if environment.terminology else "UNKNOWN"
            for system, code in codings
        }
        if "IN" in answers:
            return True
        if "UNKNOWN" in answers:
            environment.undecided = True
            return None
        return False

    return test


_BASE = "http://hl7.org/fhir/StructureDefinition/"


def _conforms_to(structure: Run) -> Test:
    """Without an answer from the caller only the base definitions are known: by the type, not by its rules."""

    def test(items: list[Any], frame: Frame) -> bool | None:
        environment = frame.environment
        canonical = value_of(structure, items, frame, str, "conformsTo")
        if not items or canonical is None:
            return None
        item = only(items, "conformsTo")
        if type(item) is not Node:
            return False
        answer = environment.conforms_to(item, canonical) if environment.conforms_to is not None else None
        if answer is None and canonical.startswith(_BASE) and environment.model.is_type(canonical[len(_BASE) :]):
            answer = item.type.is_a(canonical[len(_BASE) :])
        if answer is None:
            environment.undecided = True
            raise FhirPathError("The profile that conformsTo() names is not known.")
        return answer

    return test


def _html_checks() -> Test:
    def test(items: list[Any], frame: Frame) -> bool | None:
        if not items:
            return None
        item = only(items, "htmlChecks")
        value = item.value if type(item) is Node else item
        if type(value) is dict:
            value = value.get("div")
        return (frame.environment.narrative or is_valid_narrative)(value) if type(value) is str else None

    return test


def _check_modifiers(*modifiers: Run) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        allowed = {value_of(each, items, frame, str, "checkModifiers") for each in modifiers}
        for item in items:
            rows = item.value.get("modifierExtension", ()) if type(item) is Node and type(item.value) is dict else ()
            for row in rows if type(rows) is list else ():
                if type(row) is dict and row.get("url") not in allowed:
                    raise FhirPathError("There is a modifier extension that checkModifiers() does not allow.")
        return items

    return run


FUNCTIONS = {
    "extension": Function(_extension, "v", 1),
    "hasValue": Function(_has_value, tests=True),
    "getValue": Function(_get_value),
    "resolve": Function(_resolve),
    "memberOf": Function(_member_of, "v", 1, tests=True),
    "conformsTo": Function(_conforms_to, "v", 1, tests=True),
    "htmlChecks": Function(_html_checks, tests=True),
    "checkModifiers": Function(_check_modifiers, "v", repeats=True),
}
