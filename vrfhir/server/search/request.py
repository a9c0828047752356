"""The query string of a search as a value. Strict: what cannot be honoured is refused, naming what would work.

https://hl7.org/fhir/R4/search.html. ``Prefer: handling=lenient`` turns unknown parameters into ignored ones, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from vrfhir.server.http import Refusal
from vrfhir.server.search.conditions import condition
from vrfhir.server.search.parameters import SearchParameters
from vrfhir.server.store.query import Condition, Query

__all__ = ["RESULT_PARAMETERS", "Include", "Search", "parse"]

RESULT_PARAMETERS = (
    "_count",
    "_include",
    "_revinclude",
    "_summary",
    "_total",
    "_cursor",
    "_format",
    "_pretty",
)
"""Parameters that shape the answer rather than select resources. ``_cursor`` is ours, in paging links only."""

_DEFAULT_COUNT = 20
_MAX_PARAMETERS = 60
_MAX_VALUE = 2000


class Include(NamedTuple):
    """``_include`` or ``_revinclude``: the reference parameter that is followed, from ``type``, to ``target`` if given."""

    type: str
    parameter: str
    target: str = ""


@dataclass(slots=True)
class Search:
    """What a search asks for. ``used`` are the parameters that were honoured, for the self link."""

    query: Query
    includes: list[Include] = field(default_factory=list)
    reverse: list[Include] = field(default_factory=list)
    count_only: bool = False
    total: bool = False
    used: list[tuple[str, str]] = field(default_factory=list)


def parse(
    resource_type: str,
    items: Iterable[tuple[str, str]],
    parameters: SearchParameters,
    *,
    base: str = "",
    max_count: int = 200,
    lenient: bool = False,
) -> Search:
    """Read the parameters of a search on one resource type; raises :class:`Refusal` 400."""
    conditions: list[Condition] = []
    search = Search(Query(resource_type))
    limit, before = _DEFAULT_COUNT, None
    for number, (name, value) in enumerate(items):
        if number >= _MAX_PARAMETERS or len(value) > _MAX_VALUE:
            raise Refusal.of(400, "too-costly", "VR-SEARCH-0005", "The search has too many or too long parameters.")
        match name:
            case "_format" | "_pretty":
                continue
            case "_count":
                limit = min(_whole(name, value), max_count)
            case "_cursor":
                before = _whole(name, value)
                continue
            case "_summary":
                search.count_only = _one_of(name, value, ("count", "false")) == "count"
            case "_total":
                search.total = _one_of(name, value, ("accurate", "none")) == "accurate"
            case "_include":
                search.includes.append(_include(name, value, parameters, resource_type))
            case "_revinclude":
                search.reverse.append(_include(name, value, parameters, None))
            case _:
                found = condition(resource_type, name, value, parameters, base, lenient=lenient)
                if found is None:
                    continue
                conditions.append(found)
        search.used.append((name, value))
    search.query = Query(resource_type, tuple(conditions), limit, before)
    search.count_only = search.count_only or limit == 0
    return search


def _whole(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 15:
        raise Refusal.of(400, "value", "VR-SEARCH-0004", f"{name} is a whole number, zero or more.", expression=name)
    return int(value)


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        text = f"{name} here is one of: {', '.join(known)}."
        raise Refusal.of(400, "not-supported", "VR-SEARCH-0004", text, expression=name)
    return value


def _include(name: str, value: str, parameters: SearchParameters, resource_type: str | None) -> Include:
    source, _, rest = value.partition(":")
    parameter, _, target = rest.partition(":")
    known = parameters.of(source) if source.isalpha() else {}
    found = known.get(parameter)
    if (resource_type not in (None, source)) or found is None or found.kind != "reference":
        references = [f"{source}:{each.name}" for each in known.values() if each.kind == "reference"]
        hint = f"Known here: {', '.join(references)}." if references else ""
        text = f"{name} is Type:reference-parameter, with or without :TargetType, of the searched type."
        raise Refusal.of(400, "not-supported", "VR-SEARCH-0006", text, expression=name, hint=hint)
    return Include(source, parameter, target)
