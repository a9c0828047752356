"""The index rows of a resource: every declared parameter of its type, applied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vrfhir.server.search.conversion import CONVERSIONS
from vrfhir.server.search.parameters import Element, SearchParameter, SearchParameters
from vrfhir.server.store import IndexRows

__all__ = ["extract"]

Json = dict[str, Any]


def extract(resource: Json, parameters: SearchParameters) -> IndexRows:
    """What the store has to keep so that the resource is found."""
    tables: dict[str, list[tuple[Any, ...]]] = {"token": [], "string": [], "reference": [], "date": []}
    for parameter in parameters.of(resource["resourceType"]).values():
        rows = tables["token" if parameter.kind == "uri" else parameter.kind]
        for element in parameter.elements:
            if element.keys[0] not in resource:
                continue
            convert = CONVERSIONS[parameter.kind, element.type]
            for value in _values(resource, element, 0):
                rows.extend((parameter.key, *row) for row in convert(value) if _leads_to(row, element))
                if parameter.kind == "reference":
                    tables["token"].extend(_logical(parameter, element, value))
    return IndexRows(*(list(dict.fromkeys(tables[table])) for table in ("token", "string", "reference", "date")))


def _values(value: Any, element: Element, depth: int) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _values(each, element, depth)
        return
    if element.where is not None and element.where[0] == depth:
        _, key, wanted = element.where
        if not isinstance(value, dict) or value.get(key) != wanted:
            return
    if depth == len(element.keys):
        yield value
    elif isinstance(value, dict) and (inner := value.get(element.keys[depth])) is not None:
        yield from _values(inner, element, depth + 1)


def _leads_to(row: tuple[Any, ...], element: Element) -> bool:
    return not element.target or str(row[0]).startswith(f"{element.target}/")


def _logical(parameter: SearchParameter, element: Element, value: Any) -> Iterator[tuple[str, str, str]]:
    """A reference by identifier (``Reference.identifier``), found with the modifier ``:identifier``."""
    identifier = value.get("identifier") if isinstance(value, dict) else None
    if not isinstance(identifier, dict) or (element.target and value.get("type", element.target) != element.target):
        return
    for code, system in CONVERSIONS["token", "Identifier"](identifier):
        yield f"{parameter.key}:identifier", code, system
