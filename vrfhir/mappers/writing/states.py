"""What a note beside the elements depends on, and a digest of it: the note holds as long as all of that is as it was.

A field of the message depends on what the elements alone write into it, and on the elements that its values went to, with the
persons, organisations and places that these refer to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.writing.registry import key

if TYPE_CHECKING:
    from vrfhir.mappers.writing.draft import Draft
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["NUMBERED", "States", "name_segments", "short_name"]

_BUNDLE = "Bundle"
_NAMED = frozenset({"Practitioner", "PractitionerRole", "Organization", "Location"})
"""Resources that fields name by their numbers and names: what stands in them stands in the field."""
_LENGTH = 10
NUMBERED = frozenset({"OBR", "OBX", "NTE", "RGS", "ZVE"})
"""Segments whose first field counts them, and is written so."""


def short_name(url: str) -> str:
    """A resource as notes call it."""
    return sha256(url.encode()).hexdigest()[:_LENGTH]


def name_segments(drafts: list[Draft]) -> None:
    """Name each segment for the layout: after its resource, else after the one before it that has some, and its code.

    The names do not depend on what stands in the elements, and hardly on the order of the segments: done as soon as the
    segments are planned.
    """
    seen: dict[str, int] = {}
    last = ""
    for draft in drafts:
        url = next((url for role, url in draft.roles.items() if url and not role.startswith("-")), "")
        last = f"{draft.name}|{url}" if url else last
        code = draft.fields[3][0].get(key(1), "") if draft.name == "OBX" and draft.fields.get(3) else ""
        base = last if url else f"{code}>{draft.name}" if code else f"{last}>{draft.name}"
        seen[base] = seen.get(base, 0) + 1
        draft.identity = short_name(f"{base}#{seen[base]}")


class States:
    """Digests of fields, over one Bundle."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._urls = {short_name(url): url for url in writing.originals}
        self._digests: dict[str, str] = {}

    def of_segment(self, draft: Draft) -> str:
        """What the elements alone write into a segment."""
        return _digest([[field, cells] for field in sorted(draft.fields) if (cells := _cells(draft, field))])

    def of_field(self, draft: Draft | None, field: int, elements: Iterable[str]) -> str:
        """What the elements alone write into a field, and the elements it depends on (``3f2a…/telecom``)."""
        own = _cells(draft, field) if draft is not None else []
        return _digest([own, [self._element(each) for each in elements]])

    def _element(self, text: str) -> str:
        if text not in self._digests:
            place, _, name = text.partition("/")
            resource = self._writing.own if place == _BUNDLE else self._writing.originals.get(self._urls.get(place, ""))
            chosen = _chosen(resource, name) if resource is not None else None
            named = [self._named(url, set()) for url in self._references(chosen)]
            self._digests[text] = _digest([chosen, named])
        return self._digests[text]

    def _named(self, url: str, seen: set[str]) -> Any:
        resource = self._writing.originals[url]
        if url in seen or resource.get("resourceType") not in _NAMED:
            return None
        further = [self._named(each, seen | {url}) for each in self._references(resource)]
        return [resource, further]

    def _references(self, value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            url = self._writing.url_of(value)
            if url:
                yield url
            for each in value.values():
                yield from self._references(each)
        elif isinstance(value, list):
            for each in value:
                yield from self._references(each)


def _chosen(resource: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An element with what stands beside it; ``value[x]`` is all its types."""
    stem = name.removesuffix("[x]")
    choice = stem != name
    return {
        key: value
        for key, value in resource.items()
        if key in (stem, "_" + stem) or (choice and key.lstrip("_").startswith(stem))
    }


def _cells(draft: Draft, field: int) -> list[Any]:
    if field == 1 and draft.name in NUMBERED:
        return []
    return [sorted(cell.items()) for cell in draft.fields.get(field, ())]


def _digest(value: Any) -> str:
    return sha256(json.dumps(_in_text(value), sort_keys=True).encode()).hexdigest()[:_LENGTH]


def _in_text(value: Any) -> Any:
    """Numbers as they are written: what was a Decimal here may be an int or a float after JSON."""
    if isinstance(value, dict):
        return {name: _in_text(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_in_text(each) for each in value]
    return value if value is None or isinstance(value, (str, bool)) else str(value)
