"""The index rows of a resource: every declared parameter of its type, applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from vrfhir.server.search.conversion import CONVERSIONS
from vrfhir.server.search.parameters import Element, SearchParameter, SearchParameters
from vrfhir.server.store import IndexRows

__all__ = ["extract"]

Json = dict[str, Any]


def extract(resource: Json, parameters: SearchParameters) -> IndexRows:
    """What the store has to keep so that the resource is found."""
    tokens: list[tuple[Any, ...]] = []
    tables: dict[str, list[tuple[Any, ...]]] = {
        "token": tokens,
        "uri": tokens,
        "string": [],
        "reference": [],
        "date": [],
    }
    elements = parameters.elements_of(resource["resourceType"])
    for key, there in resource.items():
        for parameter, element in elements.get(key, ()):
            kind, name = parameter.kind, parameter.key
            convert, target, rows = CONVERSIONS[kind, element.type], element.target, tables[kind]
            if len(element.keys) == 1 and element.where is None:
                values: Iterable[Any] = there if type(there) is list else (there,)
            else:
                values = _values(resource, element)
            for value in values:
                for row in convert(value):
                    if not target or _leads_to(row, element):
                        rows.append((name, *row))
                if kind == "reference" and isinstance(value, dict) and "identifier" in value:
                    tokens.extend(_logical(parameter, element, value))
    return IndexRows(*(list(dict.fromkeys(tables[table])) for table in ("token", "string", "reference", "date")))


def _values(resource: Json, element: Element) -> list[Any]:
    """What stands at the element's keys, lists walked."""
    depth, name, wanted = element.where or (-1, "", "")
    level: list[Any] = [resource]
    for place, key in enumerate(element.keys):
        if place == depth:
            level = [each for each in level if isinstance(each, dict) and each.get(name) == wanted]
        below: list[Any] = []
        for each in level:
            inner = each.get(key) if isinstance(each, dict) else None
            if type(inner) is list:
                below += inner
            elif inner is not None:
                below.append(inner)
        level = below
    if depth == len(element.keys):
        level = [each for each in level if isinstance(each, dict) and each.get(name) == wanted]
    return level


def _leads_to(row: tuple[Any, ...], element: Element) -> bool:
    return str(row[0]).startswith(f"{element.target}/")


def _logical(parameter: SearchParameter, element: Element, value: Any) -> Iterator[tuple[str, str, str]]:
    """A reference by identifier (``Reference.identifier``), found with the modifier ``:identifier``."""
    identifier = value.get("identifier") if isinstance(value, dict) else None
    if not isinstance(identifier, dict) or (element.target and value.get("type", element.target) != element.target):
        return
    for code, system in CONVERSIONS["token", "Identifier"](identifier):
        yield f"{parameter.key}:identifier", code, system
