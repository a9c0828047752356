"""Back to v2: a document that came in parts goes back in the same parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from vrfhir.mappers.conversions.parts import BARE, PART
from vrfhir.mappers.vocabulary import extension_urls
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.registry import Parts, key

__all__ = ["in_parts"]

_REPETITION = re.compile(r"OBX\[\d+\]-5\[(\d+)\]")


class _Part(NamedTuple):
    start: int
    is_repetition: bool
    is_bare: bool
    fields: Sequence[int]


def in_parts(draft: Draft, contents: Sequence[Mapping[str, Any]]) -> Iterator[Draft]:
    """The OBX of a document, and those that go on with it; ``contents`` are those of its cells."""
    cells = draft.fields.get(5, [])
    written: list[Parts] = []
    following: list[Draft] = []
    for cell, content in zip(cells, contents, strict=False):
        parts = list(_parts(content.get("attachment", {})))
        data = cell.get(key(5), "")
        ends = [*(part.start for part in parts), len(data)]
        if not parts or ends != sorted(set(ends)) or ends[0] < 1:
            written.append(cell)
            continue
        written.append({**cell, key(5): data[: ends[0]]})
        for part, end in zip(parts, ends[1:], strict=True):
            piece: Parts = (
                {} if part.is_bare else {place: cell[place] for place in map(key, (2, 3, 4)) if place in cell}
            )
            piece[key(5)] = data[part.start : end]
            if part.is_repetition:
                written.append(piece)
                continue
            more = Draft("OBX")
            more.goes_on = True
            more.fields = {number: deepcopy(draft.fields[number]) for number in part.fields if number in draft.fields}
            more.fields[5] = [piece]
            following.append(more)
    if written:
        draft.fields[5] = [*written, *cells[len(contents) :]]
    yield draft
    yield from following


def _parts(attachment: Mapping[str, Any]) -> Iterator[_Part]:
    """What a reading noted beside the attachment."""
    for extension in attachment.get("extension", ()):
        if extension.get("url") != extension_urls()["v2-content"]:
            continue
        said = {
            each.get("url"): each.get("valueString", each.get("valueCode", ""))
            for each in extension.get("extension", ())
        }
        place = _REPETITION.match(str(said.get("path")))
        numbers = [int(text) for text in str(said.get("value", "")).split(" ") if text.isdecimal() and len(text) < 12]
        if said.get("type") in (PART, BARE) and place is not None and numbers:
            yield _Part(numbers[0], place[1] != "1", said["type"] == BARE, numbers[1:])
