"""Findings about the FHIR a message became, said in terms of the message: which segment and field it was.

The ledger of the mapping knows for every value of the message the element it went to. The finding's place is matched
with those elements; where none fits, the finding keeps its FHIR place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Protocol

from vrfhir.issues import Issue

__all__ = ["v2_places"]

_ENTRY = re.compile(r"Bundle\.entry\[(\d+)\]\.resource(?:/\*[^*]*\*/)?(?:\.ofType\(\w+\))?\.?(.*)")
_INDEX = re.compile(r"\[\d+\]")


class Mapped(Protocol):
    """What :func:`vrfhir.mappers.to_fhir` returns."""

    @property
    def bundle(self) -> dict[str, Any]: ...
    @property
    def ledger(self) -> Any: ...


def v2_places(issues: Sequence[Issue], mapping: Mapped) -> list[Issue]:
    """The findings with the v2 path of the value they are about; the FHIR place moves into the text's hint."""
    places = _places(mapping)
    return [_placed(issue, mapping, places) for issue in issues]


def _places(mapping: Mapped) -> dict[tuple[str, str], str]:
    """(fullUrl, element path below the resource) → v2 path, the first value of each element."""
    found: dict[tuple[str, str], str] = {}
    for entry in mapping.ledger:
        location = entry.location
        if entry.outcome == "mapped" and location:
            found.setdefault((entry.resource, location.partition(".")[2]), entry.path)
    return found


def _placed(issue: Issue, mapping: Mapped, places: dict[tuple[str, str], str]) -> Issue:
    match = _ENTRY.fullmatch(issue.expression)
    entries = mapping.bundle.get("entry") or []
    if match is None or int(match[1]) >= len(entries):
        return issue
    full_url = str(entries[int(match[1])].get("fullUrl", ""))
    element = match[2]
    while True:
        path = _nearest(full_url, element, places)
        if path:
            return issue._replace(expression=path, hint=issue.hint or f"In FHIR: {issue.expression}")
        if not element:
            return issue
        element = element.rpartition(".")[0]


def _nearest(full_url: str, element: str, places: dict[tuple[str, str], str]) -> str:
    """The value that went to ``element``, or into it, or to the same element of another repetition."""
    exact = places.get((full_url, element))
    if exact or not element:
        return exact or ""
    plain = _INDEX.sub("", element)
    inside = (
        path
        for (url, location), path in places.items()
        if url == full_url and (location.startswith(f"{element}.") or _INDEX.sub("", location) == plain)
    )
    return next(inside, "")
