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
    places = _Places(mapping)
    return [_placed(issue, mapping, places) for issue in issues]


class _Places:
    """By ``fullUrl`` and element path below the resource, the first value of the message that went there."""

    def __init__(self, mapping: Mapped) -> None:
        self._exact: dict[tuple[str, str], str] = {}
        self._inside: dict[tuple[str, str], tuple[int, str]] = {}
        self._alike: dict[tuple[str, str], tuple[int, str]] = {}
        for order, entry in enumerate(mapping.ledger):
            location = entry.location
            if entry.outcome != "mapped" or not location:
                continue
            url, path, element = entry.resource, entry.path, location.partition(".")[2]
            if (url, element) in self._exact:
                continue
            self._exact[url, element] = path
            self._alike.setdefault((url, _INDEX.sub("", element)), (order, path))
            while element := element.rpartition(".")[0]:
                self._inside.setdefault((url, element), (order, path))

    def nearest(self, full_url: str, element: str) -> str:
        """The value that went to ``element``, or into it, or to the same element of another repetition."""
        exact = self._exact.get((full_url, element))
        if exact or not element:
            return exact or ""
        inside = self._inside.get((full_url, element))
        alike = self._alike.get((full_url, _INDEX.sub("", element)))
        return min((each for each in (inside, alike) if each is not None), default=(0, ""))[1]


def _placed(issue: Issue, mapping: Mapped, places: _Places) -> Issue:
    match = _ENTRY.fullmatch(issue.expression)
    entries = mapping.bundle.get("entry") or []
    if match is None or int(match[1]) >= len(entries):
        return issue
    full_url = str(entries[int(match[1])].get("fullUrl", ""))
    element = match[2]
    while True:
        path = places.nearest(full_url, element)
        if path:
            return issue._replace(expression=path, hint=issue.hint or f"In FHIR: {issue.expression}")
        if not element:
            return issue
        element = element.rpartition(".")[0]
