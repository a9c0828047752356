"""The index rows of a resource: every declared parameter of its type, applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from vrfhir.server.search.conversion import CONVERSIONS
from vrfhir.server.search.parameters import Element, SearchParameters
from vrfhir.server.store import IndexRows

__all__ = ["extract"]

Json = dict[str, Any]

_TABLES = {"token": 0, "uri": 0, "string": 1, "reference": 2, "date": 3}
"""Kind of parameter → its place in :class:`IndexRows`."""
_TOKEN, _REFERENCE = 0, 2


def extract(resource: Json, parameters: SearchParameters) -> IndexRows:
    """What the store has to keep so that the resource is found."""
    tables: tuple[list[tuple[Any, ...]], ...] = ([], [], [], [])
    plans = _plans(parameters, resource["resourceType"])
    for key, there in resource.items():
        for table, name, convert, prefix, element in plans.get(key, ()):
            rows = tables[table]
            if element is not None:
                values: Iterable[Any] = _values(resource, element)
            else:
                values = there if type(there) is list else (there,)
            for value in values:
                for row in convert(value):
                    if not prefix or row[0].startswith(prefix):
                        rows.append((name, *row))
                if table == _REFERENCE and type(value) is dict and "identifier" in value:
                    tables[_TOKEN].extend(_logical(name, prefix, value))
    return IndexRows(*(list(dict.fromkeys(rows)) for rows in tables))


class _Plan(NamedTuple):
    """How one element is indexed: into which table, under which name, and which references count. ``element``: where it is, when
    that is more than one key."""

    table: int
    name: str
    convert: Callable[[Any], Iterator[tuple[Any, ...]]]
    prefix: str
    element: Element | None


def _plans(parameters: SearchParameters, type_: str) -> Mapping[str, Sequence[_Plan]]:
    """What is indexed of a type, by the first key of each element; made when the type is first met."""
    known: dict[str, Mapping[str, Sequence[_Plan]]] = parameters.plans
    found = known.get(type_)
    if found is None:
        found = known[type_] = {
            key: [
                _Plan(
                    _TABLES[parameter.kind],
                    parameter.key,
                    CONVERSIONS[parameter.kind, element.type],
                    f"{element.target}/" if element.target else "",
                    None if len(element.keys) == 1 and element.where is None else element,
                )
                for parameter, element in rows
            ]
            for key, rows in parameters.elements_of(type_).items()
        }
    return found


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


def _logical(name: str, prefix: str, value: Json) -> Iterator[tuple[str, str, str]]:
    """A reference by identifier (``Reference.identifier``), found with the modifier ``:identifier``."""
    identifier = value["identifier"]
    if not isinstance(identifier, dict) or (prefix and value.get("type", prefix[:-1]) != prefix[:-1]):
        return
    for code, system in CONVERSIONS["token", "Identifier"](identifier):
        yield f"{name}:identifier", code, system
