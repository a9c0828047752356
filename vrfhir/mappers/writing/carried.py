"""What a reading carried without an element, written back to exactly its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.hl7v2.reference import tables
from vrfhir.mappers.vocabulary import extension_urls

if TYPE_CHECKING:
    from vrfhir.hl7v2 import MessageBuilder
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["carried_leaves", "put_back"]

_PATH = re.compile(r"([A-Z][A-Z0-9]{2})\[(\d{1,4})\]-(\d{1,4})\[(\d{1,4})\]\.(\d{1,4})\.(\d{1,4})")


def carried_leaves(bundle: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(path, ER7 text) of everything the resources carry."""
    for entry in bundle.get("entry", ()):
        for extension in entry.get("resource", {}).get("extension", ()):
            if extension.get("url") == extension_urls()["v2-content"]:
                parts = {part.get("url"): part.get("valueString", "") for part in extension.get("extension", ())}
                if "path" in parts and "value" in parts:
                    yield parts["path"], parts["value"]


def _has_room(version: str, name: str, field: int) -> bool:
    """The version has the field, or says nothing of the segment (Z segments)."""
    fields = tables(version).segment(name)
    return fields is None or field <= len(fields)


def put_back(builder: MessageBuilder, bundle: Mapping[str, Any], writing: Writing) -> None:
    """Write the carried leaves into the message; segments that only they need are added at its end."""
    for path, text in carried_leaves(bundle):
        match = _PATH.fullmatch(path)
        if match is None or not text or re.search(r"[\r\n]", text):
            continue
        name, occurrence = match[1], int(match[2])
        field, repetition, component, subcomponent = (int(match[number]) for number in (3, 4, 5, 6))
        if not _has_room(writing.version, name, field):
            continue
        segment = builder.segment(name, occurrence)
        while segment is None and sum(each.name == name for each in builder.segments) < occurrence <= 500:
            builder.add(name)
            segment = builder.segment(name, occurrence)
        if segment is None or (name in ("MSH",) and field <= 2):
            continue
        segment.set_er7(field, text, repetition, component, subcomponent)
