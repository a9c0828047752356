"""The notes of a Bundle made with ``exact``: read from it, held against what stands in the elements now, written where they hold.

They stand on the MessageHeader behind everything that is carried there, each a VR-V2Content:

* ``MSH[1]-0``: the segments in their order, each with the name of what it is written from (``PID:3f2a91bc07``), and behind them
  the segments which the elements alone would write and the message did not have (``-`` name of it ``.`` digest);
* ``PID[1]-13`` of type ``state``: the elements that the field depends on, and the digest of the field (:mod:`.states`);
* ``PID[1]-13[2].1.1``: the value there; of type ``null`` a deletion, of type ``none`` no value.

A field whose digest is another one by now was edited: its notes are left aside, and the report names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from vrfhir.hl7v2 import escapes
from vrfhir.mappers.order import ORDER
from vrfhir.mappers.vocabulary import extension_urls
from vrfhir.mappers.writing.carried import PATH
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.states import States

if TYPE_CHECKING:
    from vrfhir.hl7v2.builder import SegmentBuilder
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["LAYOUT", "STATE", "Held", "Note", "Notes", "split"]

LAYOUT = "MSH[1]-0"
"""Path of the note that names the segments in their order."""
STATE = "state"
"""Type of the note that says what a field depends on."""
_TOKEN = re.compile(r"[A-Z][A-Z0-9]{2}(:[0-9a-f]{10})?|-[0-9a-f]{10}\.[0-9a-f]{10}")
_FIELD = re.compile(r"([A-Z][A-Z0-9]{2})\[(\d{1,6})\]-(\d{1,4})")


class Note(NamedTuple):
    """One value: where it stood, its ER7 text, and whether it is a deletion (``null``) or no value (``none``)."""

    path: str
    text: str
    mark: str


@dataclass
class Notes:
    """All notes of a Bundle: the layout, the values by segment and field, the states of these."""

    layout: list[str]
    values: dict[tuple[str, int, int], list[Note]] = field(default_factory=dict)
    states: dict[tuple[str, int, int], str] = field(default_factory=dict)

    @property
    def sender(self) -> str:
        """What MSH-4 or MSH-3 said: the names of the sender's own systems are made of it."""
        for place in (4, 3):
            for note in self.values.get(("MSH", 1, place), ()):
                text = escapes.decode(note.text).strip()
                if note.path.endswith(f"-{place}[1].1.1") and text and not note.mark:
                    return text
        return ""

    def held(self, drafts: list[Draft], writing: Writing) -> Held:
        """The segments in the order of the message, and what of the notes still holds."""
        states = States(writing)
        found = _laid_out(self.layout, drafts, states)
        for place, values in self.values.items():
            name, occurrence, number = place
            draft = found.places.get((name, occurrence))
            *elements, digest = self.states.get(place, "").split(" ")
            if draft is not None and states.of_field(draft, number, elements) == digest:
                found.values[place] = values
            else:
                found.overridden += [value.path for value in values]
        return found


@dataclass
class Held:
    """The segments as they are written now; ``places`` are those of the message that are still there."""

    drafts: list[Draft]
    places: dict[tuple[str, int], Draft | None]
    values: dict[tuple[str, int, int], list[Note]] = field(default_factory=dict)
    overridden: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Every segment of the message is there, and no other one."""
        return len(self.drafts) == len(self.places) and None not in self.places.values()

    def write(self, segments: Mapping[int, SegmentBuilder]) -> None:
        """Write what holds into the segments, given by the identity of their drafts."""
        for (name, occurrence, number), values in self.values.items():
            draft = self.places[name, occurrence]
            for note in values:
                match = PATH.fullmatch(note.path)
                if match is not None and not re.search(r"[\r\n]", note.text):
                    text = {"none": "", "null": '""'}.get(note.mark, note.text)
                    segments[id(draft)].set_er7(number, text, *(int(match[place]) for place in (4, 5, 6)))


def _laid_out(layout: list[str], drafts: list[Draft], states: States) -> Held:
    if not _is_sound(layout):
        return Held(drafts, {})
    by_name = {draft.identity: draft for draft in drafts if draft.identity}
    tokens = [token.partition(":") for token in layout if not token.startswith("-")]
    unwanted = dict(token[1:].split(".", 1) for token in layout if token.startswith("-") and "." in token)
    wanted = {each for _, _, each in tokens}
    follows: dict[int, list[Draft]] = {}
    before = 0
    for draft in drafts:
        each = draft.identity
        if not each:
            continue
        if each in wanted:
            before = id(draft)
        elif unwanted.get(each) != states.of_segment(draft):
            follows.setdefault(before, []).append(draft)
    found = list(follows.get(0, ()))
    places: dict[tuple[str, int], Draft | None] = {}
    seen: dict[str, int] = {}
    for name, _, each in tokens:
        seen[name] = seen.get(name, 0) + 1
        own = by_name.pop(each, None) if each else Draft(name)
        places[name, seen[name]] = own
        if own is not None:
            found += [own, *follows.get(id(own), ())]
    if found[0].name != "MSH":
        return Held(drafts, {})
    return Held(found, places)


def _is_sound(layout: list[str]) -> bool:
    """Segments by name, one MSH before all others: a layout comes with the Bundle, from anywhere."""
    names = [token[:3] for token in layout if not token.startswith("-")]
    return names[:1] == ["MSH"] and names.count("MSH") == 1 and all(map(_TOKEN.fullmatch, layout))


def split(bundle: Mapping[str, Any]) -> tuple[Mapping[str, Any], Notes | None]:
    """(the Bundle without its notes, the notes)."""
    number, head = next(
        (
            (number, entry["resource"])
            for number, entry in enumerate(bundle["entry"])
            if isinstance(entry, Mapping)
            and isinstance(entry.get("resource"), Mapping)
            and entry["resource"].get("resourceType") == "MessageHeader"
        ),
        (0, {}),
    )
    kept, found = _read(head)
    if found is None:
        return bundle, None
    plain = {name: value for name, value in head.items() if name != "extension"}
    if kept:
        plain = {name: kept if name == "extension" else value for name, value in head.items()}
    entries = list(bundle["entry"])
    entries[number] = {**entries[number], "resource": plain}
    return {**bundle, "entry": entries}, found


def _read(head: Mapping[str, Any]) -> tuple[list[Any], Notes | None]:
    kept = []
    notes: Notes | None = None
    for extension in head.get("extension", ()):
        note = next(_note(extension), None)
        if note is not None and note.path == LAYOUT:
            notes = Notes(note.text.split(" "))
        elif note is None or notes is None or note.path == ORDER:
            kept.append(extension)
        elif note.mark == STATE:
            match = _FIELD.fullmatch(note.path)
            if match is not None:
                notes.states[match[1], int(match[2]), int(match[3])] = note.text
        else:
            match = PATH.fullmatch(note.path)
            if match is not None:
                notes.values.setdefault((match[1], int(match[2]), int(match[3])), []).append(note)
    return kept, notes


def _note(extension: Any) -> Iterator[Note]:
    if not isinstance(extension, Mapping) or extension.get("url") != extension_urls()["v2-content"]:
        return
    parts = {each.get("url"): each for each in extension.get("extension", ()) if isinstance(each, Mapping)}
    if "path" in parts and "value" in parts:
        yield Note(
            str(parts["path"].get("valueString", "")),
            str(parts["value"].get("valueString", "")),
            str(parts.get("type", {}).get("valueCode", "")),
        )
