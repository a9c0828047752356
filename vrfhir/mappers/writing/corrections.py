"""A Bundle that gives its message back to the last value: what the rows alone would write otherwise is noted beside it.

``to_fhir(message, exact=True)`` writes the Bundle back at once and compares. Each value that would not stand where it stood is
noted on the MessageHeader, each one that would stand where none was is marked ``none``, a deletion (``""``) ``null``, and the
layout names the segments in their order (:mod:`.notes`). With each field that has notes goes what it depends on: when the
Bundle is edited, the notes of what was edited are left aside, all others hold.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.hl7v2 import Message, MessageBuilder, escapes, parse
from vrfhir.mappers.vocabulary import extension_urls
from vrfhir.mappers.writing.carried import PATH, put_back
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.encoding import begun, encoded
from vrfhir.mappers.writing.notes import LAYOUT, STATE, Held, Note
from vrfhir.mappers.writing.origins import occurrences
from vrfhir.mappers.writing.planning import fit, planned
from vrfhir.mappers.writing.scope import Writing, version_of
from vrfhir.mappers.writing.states import States, short_name
from vrfhir.mappers.writing.structures import message_type

if TYPE_CHECKING:
    from vrfhir.mappers.ledger import Ledger
    from vrfhir.mappers.partner import Partner

__all__ = ["add_corrections", "composed"]

_ALWAYS = re.compile(r"MSH\[1\]-(3|4)\[1\]")
"""What has to be known before anything can be written: the sender."""
_SPREAD = {"Observation": ("value[x]", "component"), "Organization": ("name", "identifier")}
"""The elements that a value goes to which is spread over a resource."""
_MOST_COMPARED = 40_000
"""Pairs of segments of a name that are compared to find which is which."""


def composed(
    drafts: list[Draft], bundle: Mapping[str, Any], writing: Writing, held: Held | None
) -> tuple[MessageBuilder, list[str]]:
    """(the message of the segments, with what was carried and what is noted; carried values that an edited element overrides)."""
    builder = begun(drafts, writing)
    segments = {id(draft): segment for draft, segment in zip(drafts, builder.segments, strict=True)}
    places = None
    if held is not None:
        places = {place: segments[id(draft)] if draft is not None else None for place, draft in held.places.items()}
    overridden = put_back(builder, bundle, writing, places)
    if held is not None:
        held.write(segments)
    return builder, overridden


def add_corrections(bundle: dict[str, Any], message: Message, partner: Partner, sender: str, ledger: Ledger) -> int:
    """Put the notes into the Bundle; how many values they hold."""
    writing = Writing(bundle, partner, version_of(bundle), sender)
    kind, trigger = message_type(bundle)
    drafts = planned(writing, bundle, kind, trigger)
    fit(drafts, writing)
    states = States(writing)
    tokens, placed = [], []
    paired = _paired(drafts, message, writing)
    for segment, draft in zip(message.segments, paired, strict=True):
        named = draft is not None and draft.identity
        tokens.append(f"{segment.name}:{named}" if named else segment.name)
        placed.append(draft or Draft(segment.name))
    left = {id(draft) for draft in placed}
    unwanted = [draft for draft in drafts if draft.identity and id(draft) not in left]
    tokens += [f"-{draft.identity}.{states.of_segment(draft)}" for draft in unwanted]
    held = Held(placed, _places(placed))
    fit(placed, writing)
    builder, _ = composed(placed, bundle, writing, held)
    values = list(_values(message, parse(encoded(builder))))
    notes = [Note(LAYOUT, " ".join(tokens), "")]
    notes += _states(values, held, ledger, bundle, states)
    _put(bundle, [*notes, *values])
    return len(values)


def _places(drafts: list[Draft]) -> dict[tuple[str, int], Draft | None]:
    found: dict[tuple[str, int], Draft | None] = {}
    seen: dict[str, int] = {}
    for draft in drafts:
        seen[draft.name] = seen.get(draft.name, 0) + 1
        found[draft.name, seen[draft.name]] = draft
    return found


def _paired(drafts: list[Draft], message: Message, writing: Writing) -> list[Draft | None]:
    """For each segment of the message the one that elements write for it, as the resources say, else the most alike."""
    known = occurrences(drafts, writing)
    own: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        own[draft.name].append(draft)
    at: dict[str, list[int]] = defaultdict(list)
    for number, segment in enumerate(message.segments):
        at[segment.name].append(number)
    found: list[Draft | None] = [None] * len(message.segments)
    for name, slots in at.items():
        waiting = []
        for draft in own[name]:
            place = known.get(id(draft), 0)
            if 0 < place <= len(slots) and found[slots[place - 1]] is None:
                found[slots[place - 1]] = draft
            else:
                waiting.append(draft)
        free = [slot for slot in slots if found[slot] is None]
        for slot, draft in _alike(free, waiting, message):
            found[slot] = draft
    return found


def _alike(slots: list[int], drafts: list[Draft], message: Message) -> Iterator[tuple[int, Draft]]:
    if len(slots) * len(drafts) > _MOST_COMPARED or len(slots) == len(drafts) == 1:
        yield from zip(slots, drafts, strict=False)
        return
    texts = {
        slot: {(leaf.field, leaf.value) for leaf in message.segments[slot].leaves() if leaf.field > 1} for slot in slots
    }
    written = [
        {
            (field, text)
            for field, cells in draft.fields.items()
            if field > 1
            for cell in cells
            for text in cell.values()
        }
        for draft in drafts
    ]
    pairs = [
        (-len(texts[slot] & values), abs(place - number), place, number)
        for place, slot in enumerate(slots)
        for number, values in enumerate(written)
    ]
    taken_slots: set[int] = set()
    taken: set[int] = set()
    for _, _, place, number in sorted(pairs):
        if place not in taken_slots and number not in taken:
            taken_slots.add(place)
            taken.add(number)
            yield slots[place], drafts[number]


def _values(message: Message, natural: Message) -> Iterator[Note]:
    wanted, given = _leaves(message), _leaves(natural)
    for path, (value, is_null) in wanted.items():
        if given.get(path) != (value, is_null) or _ALWAYS.match(path):
            yield Note(path, "delete", "null") if is_null else Note(path, escapes.encode(value), "")
    for path in given:
        if path not in wanted:
            yield Note(path, "none", "none")


def _leaves(message: Message) -> dict[str, tuple[str, bool]]:
    return {
        leaf.path: ("" if leaf.is_null else leaf.value, leaf.is_null)
        for segment in message.segments
        for leaf in segment.leaves()
        if not (leaf.segment == "MSH" and leaf.field <= 2)
    }


def _states(
    values: Iterable[Note], held: Held, ledger: Ledger, bundle: Mapping[str, Any], states: States
) -> Iterator[Note]:
    """What each field with notes depends on."""
    wanted: dict[tuple[str, int], None] = {}
    for note in values:
        match = PATH.fullmatch(note.path)
        if match is not None:
            wanted[f"{match[1]}[{match[2]}]", int(match[3])] = None
    elements: dict[tuple[str, int], dict[str, None]] = {place: {} for place in wanted}
    for entry in ledger:
        found = elements.get((entry.segment, entry.field))
        if found is not None and entry.outcome == "mapped" and entry.location:
            place = "Bundle" if entry.location.startswith("Bundle.") else short_name(entry.resource)
            kind, _, path = entry.location.partition(".")
            name = re.split(r"[.(]|\[(?!x)", path.removeprefix("_"))[0]
            for each in (name,) if name else _SPREAD.get(kind, ()):
                found[f"{place}/{each}"] = None
    for (segment, field), names in elements.items():
        name, _, number = segment.removesuffix("]").partition("[")
        digest = states.of_field(held.places.get((name, int(number))), field, names)
        yield Note(f"{segment}-{field}", " ".join([*names, digest]), STATE)


def _put(bundle: dict[str, Any], notes: Iterable[Note]) -> None:
    extensions = bundle["entry"][0]["resource"].setdefault("extension", [])
    url = extension_urls()["v2-content"]
    for path, text, mark in notes:
        parts = [{"url": "path", "valueString": path}, {"url": "value", "valueString": text or '" "'}]
        parts += [{"url": "type", "valueCode": mark}] if mark else []
        extensions.append({"url": url, "extension": parts})
