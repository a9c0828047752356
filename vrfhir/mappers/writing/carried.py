"""What a reading carried without an element, written back to exactly its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from vrfhir.hl7v2.reference import tables
from vrfhir.mappers.order import ORDER, UNMAPPED
from vrfhir.mappers.vocabulary import extension_urls
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.origins import in_sent_order

if TYPE_CHECKING:
    from vrfhir.hl7v2 import MessageBuilder
    from vrfhir.hl7v2.builder import SegmentBuilder
    from vrfhir.mappers.writing.scope import Writing
    from vrfhir.mappers.writing.structures import Structure

__all__ = ["arranged", "carried_leaves", "place_of", "put_back", "sent_order", "with_carried"]

_OWN = (9, 12)
"""Fields of MSH that say what is written here and now."""
_MOST = 500
"""Segments of one name that carried values may ask for beside those that are there."""
PATH = re.compile(r"([A-Z][A-Z0-9]{2})\[(\d{1,6})\]-(\d{1,4})\[(\d{1,4})\]\.(\d{1,4})\.(\d{1,4})")


def carried_leaves(bundle: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(path, ER7 text) of everything the resources carry, and of units that an element of one unit has no room for."""
    return _carried(entry.get("resource", {}) for entry in bundle.get("entry", ()))


def sent_order(resources: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names of the segments that were read, where their order is noted; with ``*`` those of which nothing was mapped."""
    return next((text.split(" ") for path, text in _carried(resources) if path == ORDER), [])


def _carried(resources: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for resource in resources:
        for extension in (*resource.get("extension", ()), *resource.get("_minutesDuration", {}).get("extension", ())):
            if extension.get("url") == extension_urls()["v2-content"]:
                parts = {
                    part.get("url"): part.get("valueString", part.get("valueCode", ""))
                    for part in extension.get("extension", ())
                }
                if "path" in parts and "value" in parts:
                    yield parts["path"], '""' if parts.get("type") == "null" else parts["value"]


def arranged(drafts: list[Draft], bundle: Mapping[str, Any], writing: Writing) -> list[Draft]:
    """The segments in the order of the message that was read, with a place for each one of which only carried values are left.

    Segments that the message did not have keep their place after the one before them; those that the version does not know
    have none.
    """
    drafts = in_sent_order(drafts, writing)
    known = tables(writing.version).segment_names
    names = next((text.split(" ") for path, text in carried_leaves(bundle) if path == ORDER), [])
    if not names:
        return drafts
    waiting: dict[str, list[Draft]] = {}
    follows: dict[int, list[Draft]] = {}
    wanted = Counter(name for name in names if not name.endswith(UNMAPPED))
    spare: dict[str, Draft] = {}
    before = 0
    for draft in drafts:
        if wanted[draft.name]:
            wanted[draft.name] -= 1
            waiting.setdefault(draft.name, []).append(draft)
            before = id(draft)
        elif draft.name + UNMAPPED in names and not draft.fields.keys() - {1}:
            spare[draft.name] = draft
        else:
            follows.setdefault(before, []).append(draft)
    found: list[Draft] = []
    for name in names:
        own = waiting.get(name)
        if own:
            found += [own[0], *follows.get(id(own.pop(0)), ())]
        elif writing.as_it_was or name.startswith("Z") or name.removesuffix(UNMAPPED) in known:
            found.append(spare.pop(name[:3]) if name[:3] in spare else Draft(name[:3]))
    return [*found, *follows.get(0, ())]


@lru_cache(maxsize=4096)
def _has_room(version: str, name: str, field: int, component: int, subcomponent: int) -> bool:
    """The version has the place, or it is a Z segment."""
    known = tables(version)
    fields = known.segment(name)
    if fields is None:
        return name.startswith("Z")
    if field > len(fields) or fields[field - 1].is_withdrawn:
        return False
    kind = fields[field - 1].datatype
    if kind in ("varies", "Varies", "", "-"):
        return True
    components = known.datatype(kind)
    if component > (len(components) if components is not None else 1):
        return False
    parts = known.datatype(components[component - 1].datatype) if components is not None else None
    return subcomponent <= (len(parts) if parts is not None else 1)


def _places(
    bundle: Mapping[str, Any], writing: Writing, present: Mapping[str, int]
) -> Iterator[tuple[str, int, int, int, int, int, str]]:
    """(segment, occurrence, field, repetition, component, subcomponent, ER7 text) of what can be put back."""
    for path, text in carried_leaves(bundle):
        match = PATH.fullmatch(path)
        if match is None or not text or re.search(r"[\r\n]", text):
            continue
        name, occurrence = match[1], int(match[2])
        field, repetition, component, subcomponent = (int(match[number]) for number in (3, 4, 5, 6))
        if not 0 < occurrence <= _MOST + present.get(name, 0) or (name == "MSH" and field <= 2):
            continue
        if name == "MSH" and field in _OWN and not writing.as_it_was:
            continue  # another version has its own structure
        if text == '""' and writing.partner.null == "empty":
            continue  # a receiver for whom it says nothing
        if writing.as_it_was or _has_room(writing.version, name, field, component, subcomponent):
            yield name, occurrence, field, repetition, component, subcomponent, text


def with_carried(
    drafts: list[Draft], bundle: Mapping[str, Any], writing: Writing, structure: Structure, structure_id: str
) -> list[Draft]:
    """The planned segments, and those that only carried values need, before the elements that have the same name."""
    needed: dict[str, int] = {}
    for name, occurrence, *_ in _places(bundle, writing, Counter(draft.name for draft in drafts)):
        needed[name] = max(needed.get(name, 0), occurrence)
    order = _order(writing.version, structure_id)
    for name, count in needed.items():
        missing = count - sum(draft.name == name for draft in drafts)
        place = structure.place_of_elements(drafts) if name in ("OBR", "OBX", "ZVE") else _place(name, drafts, order)
        drafts[place:place] = [Draft(name) for _ in range(missing)]
    return drafts


def _order(version: str, structure: str) -> Mapping[str, int]:
    """Where each segment comes first in the abstract structure."""
    tree = tables(version).structure(structure)
    found: dict[str, int] = {}
    for number, place in enumerate(tree.places() if tree is not None else ()):
        found.setdefault(place.name, number)
    return found


def _place(name: str, drafts: list[Draft], order: Mapping[str, int]) -> int:
    """Behind the last one of its name, else before the first that must come later; at the end when the structure has none."""
    same = [number for number, draft in enumerate(drafts, 1) if draft.name == name]
    if same or name not in order:
        return same[-1] if same else len(drafts)
    later = (number for number, draft in enumerate(drafts) if order.get(draft.name, -1) > order[name])
    return next(later, len(drafts))


def place_of(name: str, drafts: list[Draft], version: str, structure: str) -> int:
    """Where a segment belongs among the planned ones."""
    return _place(name, drafts, _order(version, structure))


def put_back(
    builder: MessageBuilder,
    bundle: Mapping[str, Any],
    writing: Writing,
    places: Mapping[tuple[str, int], SegmentBuilder | None] | None = None,
) -> list[str]:
    """Write the carried leaves into the message; the paths of those for which there is no place any more.

    ``places`` are the segments of the message that was read, when they are known: None is one whose resource is gone.
    Segments that only carried leaves need are added at the end.
    """
    known: dict[str, list[SegmentBuilder]] = {}
    gone = []
    for each in builder.segments:
        known.setdefault(each.name, []).append(each)
    present = {name: len(segments) for name, segments in known.items()}
    for name, occurrence, field, repetition, component, subcomponent, text in _places(bundle, writing, present):
        segment = (places or {}).get((name, occurrence))
        path = f"{name}[{occurrence}]-{field}[{repetition}].{component}.{subcomponent}"
        if path in writing.superseded or (places is not None and segment is None and (name, occurrence) in places):
            gone.append(path)
            continue
        if segment is None:
            segments = known.setdefault(name, [])
            while len(segments) < occurrence:
                segments.append(builder.add(name))
            segment = segments[occurrence - 1]
        if text == '""' and segment.at(field, repetition, component, subcomponent):
            continue  # a value was set since
        segment.set_er7(field, text, repetition, component, subcomponent)
    return gone
