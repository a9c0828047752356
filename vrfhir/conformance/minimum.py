"""``assert.minimumId``: the answer holds at least everything the fixture holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["missing"]

_SERVERS_OWN = {("id",), ("meta", "versionId"), ("meta", "lastUpdated")}
"""What a server sets anew on a resource it stores (https://hl7.org/fhir/R4/http.html#create)."""


def missing(fixture: dict[str, Any], answer: dict[str, Any]) -> list[str]:
    """The places of the fixture (``ServiceRequest.extension[0].valueCode``) that the answer lacks or has different.

    Repeating elements may come in another order and with others between; each expected one needs its own match.
    Decimals must keep their precision (1.50 is not 1.5).
    """
    return _missing(fixture, answer, str(fixture.get("resourceType", "Resource")), ())


def _missing(expected: Any, found: Any, place: str, path: tuple[str, ...]) -> list[str]:
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return [place]
        gaps: list[str] = []
        for key, value in expected.items():
            here = (*path, key)
            if here in _SERVERS_OWN:
                continue
            gaps += [f"{place}.{key}"] if key not in found else _missing(value, found[key], f"{place}.{key}", here)
        return gaps
    if isinstance(expected, list):
        return _missing_items(expected, found, place, path) if isinstance(found, list) else [place]
    return [] if _scalar(expected) == _scalar(found) else [place]


def _missing_items(expected: Sequence[Any], found: Sequence[Any], place: str, path: tuple[str, ...]) -> list[str]:
    """Pairs every expected item with one found item (augmenting paths, so that an early pair never blocks a later)."""
    fits = [[n for n, item in enumerate(found) if not _missing(want, item, place, path)] for want in expected]
    taken: dict[int, int] = {}

    def pair(want: int, seen: set[int]) -> bool:
        for candidate in fits[want]:
            if candidate not in seen:
                seen.add(candidate)
                if candidate not in taken or pair(taken[candidate], seen):
                    taken[candidate] = want
                    return True
        return False

    alone = [want for want in range(len(expected)) if not pair(want, set())]
    gaps: list[str] = []
    for want in alone:
        inside = _missing(expected[want], found[want], f"{place}[{want}]", path) if want < len(found) else []
        gaps += inside or [f"{place}[{want}]"]
    return gaps


def _scalar(value: Any) -> tuple[str, str]:
    kind = "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"
    return kind, str(value)
