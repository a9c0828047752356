"""Patients whose place must not be told (HL7 UK A.3, ZU8-4): their addresses and numbers are taken out before any row reads them.

A code other than ``0`` asks for it. PID's address and telephone fields go, and so does every repetition of a field elsewhere
that names the same street, postcode or number: a next of kin may live at the same place, and a note may say where it is. The
ledger says so of each value without showing it, the stored original is left out (its hash stays), and the Patient is labelled
*restricted*. Notes and results over several lines (NTE, OBX) are searched as one text. What is embedded as a document is not searched.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from vrfhir.mappers.told_places import ToldPlaces

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell, SegmentView, Settlement
    from vrfhir.mappers.context import Context

__all__ = ["HIDDEN", "hide_location", "hides_location"]

HIDDEN = "location-hiding"
"""The rule the ledger names."""

_ADDRESSES, _NUMBERS = (11, 12), (13, 14, 40)
_PLACE_PARTS = (1 << 12 | 1, 5 << 12 | 1)
_LINE_PARTS = (1 << 12 | 1, 1 << 12 | 2, 2 << 12 | 1, 5 << 12 | 1)
"""Those that texts are searched for; as a part of another address a second line may be a town."""
_NUMBER_PARTS = tuple(component << 12 | 1 for component in (1, 4, 7, 12))
_SHORTEST = 5
"""A text shorter than this names no place: it could stand anywhere."""
_OPEN = frozenset({"", "0"})
_UNTOUCHED = ("MSH", "ZU8")
_LINES = {"NTE": 3, "OBX": 5}
"""Where texts stand that go on in the next segment."""


def hides_location(context: Context) -> bool:
    """True when ZU8-4 asks for it."""
    marker = context.first("ZU8")
    return marker is not None and marker.value(4) not in _OPEN


def hide_location(context: Context) -> None:
    """Take the addresses and numbers of such a patient out of the segments, and the texts that name them."""
    places = list(_told(context, _ADDRESSES, _PLACE_PARTS))
    numbers = list(_told(context, _NUMBERS, _NUMBER_PARTS))
    told = frozenset(text for each in (*places, *numbers) if len(text := _plain(each)) >= _SHORTEST)
    lines = [*_told(context, _ADDRESSES[:1], _LINE_PARTS), *(each for each in numbers if "@" in each)]
    named = _named(context, ToldPlaces(lines, numbers))
    for segment in context.segments:
        if segment.name in _UNTOUCHED:
            continue
        for field in list(segment.fields):
            every = segment.name == "PID" and field in (*_ADDRESSES, *_NUMBERS)
            for cell in _withhold(segment, field, every=every, told=told, named=named):
                context.report("VR-V2-0537", cell.first_path())


def _told(context: Context, fields: tuple[int, ...], parts: tuple[int, ...]) -> Iterator[str]:
    """The parts of the patient's addresses or numbers."""
    for segment in context.segments:
        if segment.name == "PID":
            for cell in (cell for field in fields for cell in segment.cells(field)):
                yield from (cell.at[part] for part in parts if part in cell.at)


def _named(context: Context, places: ToldPlaces) -> frozenset[str]:
    """The origins of the cells with a text that names a place."""
    named: set[str] = set()
    for _, together in groupby(_lines(context), key=lambda each: each[0]):
        cells = [cell for _, cell in together]
        found = places.named_in(["\n".join(cell.at.values()) for cell in cells])
        named.update(cells[number].origin for number in found)
    for segment in context.segments:
        if segment.name not in _UNTOUCHED:
            for cell in (cell for field in segment.fields for cell in segment.cells(field)):
                if any(not places.is_one(text) and places.named_in([text]) for text in cell.at.values()):
                    named.add(cell.origin)
    return frozenset(named)


def _lines(context: Context) -> Iterator[tuple[tuple[int, str], Cell]]:
    """The lines of notes and of results, each with what it has in common with the other lines of the same text."""
    text, before = 0, ""
    for segment in context.segments:
        about = segment.name + (segment.cells(3)[0].raw if segment.name == "OBX" and segment.cells(3) else "")
        text += about != before
        before = about
        for cell in segment.cells(_LINES.get(segment.name, 0)):
            yield (text, about), cell


def _plain(text: str) -> str:
    return "".join(text.split()).lower()


def _withhold(
    segment: SegmentView, field: int, *, every: bool, told: frozenset[str], named: frozenset[str]
) -> list[Cell]:
    """Take repetitions of a field out; those that go only because a text names a place are returned."""
    kept: list[Cell] = []
    texts: list[Cell] = []
    gone: dict[tuple[int, int, int, int], Settlement] = {}
    for cell in segment.cells(field):
        if not every and not any(_plain(text) in told for text in cell.at.values()):
            if cell.origin not in named:
                kept.append(cell)
                continue
            texts.append(cell)
        for key in cell.at:
            gone[field, cell.repetition, key >> 12, key & 0xFFF] = ("ignored", HIDDEN, "", None, -1)
    if not gone:
        return texts
    segment.others = {**segment.others, **gone}
    del segment.fields[field]
    for earlier, later in zip(kept, [*kept[1:], None], strict=False):
        earlier.next = later
    if kept:
        segment.fields[field] = kept[0]
    return texts
