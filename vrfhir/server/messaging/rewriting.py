"""References inside a message, turned into references between stored resources.

https://hl7.org/fhir/R4/http.html#trules: what points at a fullUrl of the Bundle points at ``Type/id`` afterwards,
wherever it stands: in references, in URLs and in the narrative's links.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from typing import Any

from vrfhir.issues import Issue
from vrfhir.server.http import Refusal
from vrfhir.server.messaging.message import Entry

__all__ = ["names", "references", "require_resolved", "rewritten"]

_NAMING = frozenset({"reference", "url", "div"})
"""Keys under which a name may stand."""
_LINK = re.compile(r'\b(href|src)="([^"]+)"')


def names(entries: Iterable[Entry], identities: Mapping[int, str]) -> dict[str, str]:
    """Every name an entry can be referred to by → its ``Type/id`` (``identities`` by entry number)."""
    found: dict[str, str] = {}
    for entry in entries:
        target = identities[entry.number]
        if entry.full_url:
            found[entry.full_url] = target
        if entry.resource.get("id"):
            found.setdefault(f"{entry.type}/{entry.resource['id']}", target)
    return found


def rewritten(value: Any, renamed: Mapping[str, str]) -> Any:
    """A copy of ``value`` with every name replaced."""
    if isinstance(value, dict):
        found = {}
        for key, inner in value.items():
            kind = type(inner)
            if kind is dict or kind is list:
                found[key] = rewritten(inner, renamed)
            elif key in _NAMING and isinstance(inner, str):
                found[key] = _renamed(key, inner, renamed)
            else:
                found[key] = inner
        return found
    if isinstance(value, list):
        return [rewritten(inner, renamed) for inner in value]
    return value


def require_resolved(entries: Iterable[Entry], renamed: Container[str]) -> None:
    """Raise :class:`Refusal` 422 for a ``urn:`` reference that leads to nothing in the message."""
    issues = [
        Issue(
            "error",
            "not-found",
            "VR-REFERRAL-0006",
            "The reference leads to nothing in the message.",
            f"{entry.place}{path}",
            hint="Every urn:uuid reference needs an entry with that fullUrl.",
        )
        for entry in entries
        for path, reference in references(entry.resource)
        if reference.startswith("urn:") and reference not in renamed
    ]
    if issues:
        raise Refusal(422, issues)


def _renamed(key: str, value: str, renamed: Mapping[str, str]) -> str:
    if key == "div":
        return _LINK.sub(lambda link: f'{link[1]}="{renamed.get(link[2], link[2])}"', value)
    return renamed.get(value, value)


def references(value: Any, path: str = "") -> Iterable[tuple[str, str]]:
    """(path below the value, reference) of every reference in it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "reference" and isinstance(inner, str):
                yield f"{path}.reference", inner
            else:
                yield from references(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from references(inner, f"{path}[{number}]")
