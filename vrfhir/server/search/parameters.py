"""Search parameters from R4's SearchParameter resources: which elements each one indexes, and how.

https://hl7.org/fhir/R4/searchparameter-registry.html. The expressions of the registry are paths with few additions
(``as``, ``ofType``, ``where(resolve() is T)``, ``where(code='x')``); those are compiled to key paths in FHIR JSON once
per type. A parameter whose expression needs more, or whose elements have no index form here, does not exist for this
endpoint: it is not declared and asking for it is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from vrfhir.definitions import Definitions
from vrfhir.server.search.conversion import CONVERSIONS

__all__ = ["Element", "Kind", "SearchParameter", "SearchParameters"]

Kind = Literal["token", "string", "reference", "date", "uri"]

_KINDS: tuple[str, ...] = ("token", "string", "reference", "date", "uri")
_PATH = re.compile(
    r"""\(?\s*(?P<path>[A-Z]\w*(?:\.\w+)*)
    (?: \.where\(\s*resolve\(\)\s+is\s+(?P<target>\w+)\s*\)
      | \.where\(\s*(?P<key>\w+)\s*=\s*'(?P<value>[^']*)'\s*\)(?P<after>(?:\.\w+)*)
      | \s+as\s+(?P<as>\w+)
      | \.(?:as|ofType)\(\s*(?P<type>\w+)\s*\)
    )?\s*\)?""",
    re.VERBOSE,
)
_CALLS = ("as", "ofType", "where", "exists", "extension")
_ELSEWHERE = ("_id", "_lastUpdated", "phonetic")
"""Answered from the resource row; or not by an index of the words themselves."""


class Element(NamedTuple):
    """Where values are: JSON keys from the root (lists are walked), their FHIR type, and what narrows them."""

    keys: tuple[str, ...]
    type: str
    target: str = ""
    """Only references to this resource type."""
    where: tuple[int, str, str] | None = None
    """At this depth, only objects in which this key has this value."""


class SearchParameter(NamedTuple):
    """One parameter of one resource type. ``targets`` are the types a reference may lead to."""

    type: str
    name: str
    kind: Kind
    elements: tuple[Element, ...]
    targets: tuple[str, ...] = ()
    url: str = ""

    @property
    def key(self) -> str:
        """The name under which the store keeps its rows."""
        return f"{self.type}.{self.name}"

    @property
    def has_system(self) -> bool:
        """False for tokens over plain codes, whose system is implied by the element."""
        return any(element.type in ("Coding", "CodeableConcept", "Identifier") for element in self.elements)


class SearchParameters:
    """The parameters of each type, compiled when the type is first met."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._types: dict[str, Mapping[str, SearchParameter]] = {}
        self._elements_by_key: dict[str, dict[str, list[tuple[SearchParameter, Element]]]] = {}
        self.plans: dict[str, Any] = {}
        """What extraction made of the elements of each type."""

    def of(self, resource_type: str) -> Mapping[str, SearchParameter]:
        """Parameters by name, in alphabetical order; ``_id`` and ``_lastUpdated`` are not among them."""
        found = self._types.get(resource_type)
        if found is None:
            compiled = sorted(self._compile(resource_type), key=lambda parameter: parameter.name)
            found = self._types[resource_type] = {parameter.name: parameter for parameter in compiled}
        return found

    def elements_of(self, resource_type: str) -> Mapping[str, list[tuple[SearchParameter, Element]]]:
        """Where a resource is indexed: the first key of each element → the parameters with that element."""
        found = self._elements_by_key.get(resource_type)
        if found is None:
            found = {}
            for parameter in self.of(resource_type).values():
                for element in parameter.elements:
                    found.setdefault(element.keys[0], []).append((parameter, element))
            self._elements_by_key[resource_type] = found  # whole at once: other threads look too
        return found

    def _compile(self, resource_type: str) -> Iterator[SearchParameter]:
        for resource in self._definitions.search_parameters(resource_type):
            name, kind = resource["code"], resource["type"]
            if kind not in _KINDS or name in _ELSEWHERE:
                continue
            expressions = str(resource.get("expression", "")).split("|")
            elements = tuple(
                element
                for expression in expressions
                for element in self._elements(resource_type, expression.strip())
                if (kind, element.type) in CONVERSIONS
            )
            if elements:
                targets = tuple(resource.get("target", ()))
                yield SearchParameter(resource_type, name, kind, elements, targets, str(resource.get("url", "")))

    def _elements(self, resource_type: str, expression: str) -> Iterator[Element]:
        match = _PATH.fullmatch(expression)
        if match is None:
            return
        root, *steps = match["path"].split(".")
        if root not in (resource_type, "Resource", "DomainResource") or any(step in _CALLS for step in steps):
            return
        wanted = match["as"] or match["type"] or ""
        where = (len(steps), match["key"], match["value"]) if match["key"] else None
        steps += [step for step in (match["after"] or "").split(".") if step]
        for keys, type_ in self._walk(resource_type, steps):
            if wanted in ("", type_):
                yield Element(keys, type_, match["target"] or "", where)

    def _walk(self, type_path: str, steps: list[str]) -> Iterator[tuple[tuple[str, ...], str]]:
        """The JSON keys that a path can mean, choices of type spelt out, with the type at its end."""
        field: Any = self._definitions.fields(type_path).get(steps[0]) if steps else None
        if field is None:
            return
        for type_ in field.types or ("",):
            key = field.name + type_[0].upper() + type_[1:] if field.choice else field.name
            if len(steps) == 1:
                yield (key,), type_
            else:
                for keys, last in self._walk(type_ if field.choice else field.path, steps[1:]):
                    yield (key, *keys), last
