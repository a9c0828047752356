"""Patients whose place must not be told (HL7 UK A.3, ZU8-4): their addresses and numbers are taken out before any row reads them.

A code other than ``0`` asks for it. PID's address and telephone fields go, and so does every repetition of a field elsewhere
that names the same street, postcode or number: a next of kin may live at the same place. The ledger says so of each value
without showing it, the stored original is left out (its hash stays), and the Patient is labelled *restricted*. Free text is not
searched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell, SegmentView, Settlement
    from vrfhir.mappers.context import Context

__all__ = ["HIDDEN", "hide_location", "hides_location"]

HIDDEN = "location-hiding"
"""The rule the ledger names."""

_ADDRESSES, _NUMBERS = (11, 12), (13, 14, 40)
_ADDRESS_PARTS = (1 << 12 | 1, 5 << 12 | 1)
_NUMBER_PARTS = tuple(component << 12 | 1 for component in (1, 4, 7, 12))
_SHORTEST = 5
"""A text shorter than this names no place: it could stand anywhere."""
_OPEN = frozenset({"", "0"})


def hides_location(context: Context) -> bool:
    """True when ZU8-4 asks for it."""
    marker = context.first("ZU8")
    return marker is not None and marker.value(4) not in _OPEN


def hide_location(context: Context) -> None:
    """Take the addresses and numbers of such a patient out of the segments."""
    told = frozenset(_told(context))
    for segment in context.segments:
        for field in list(segment.fields):
            if segment.name == "PID":
                _withhold(segment, field, every=field in (*_ADDRESSES, *_NUMBERS), told=told)
            elif segment.name not in ("MSH", "ZU8"):
                _withhold(segment, field, every=False, told=told)


def _told(context: Context) -> Iterator[str]:
    """The streets, postcodes and numbers of the patient."""
    for segment in context.segments:
        if segment.name != "PID":
            continue
        for fields, parts in ((_ADDRESSES, _ADDRESS_PARTS), (_NUMBERS, _NUMBER_PARTS)):
            for cell in (cell for field in fields for cell in segment.cells(field)):
                texts = (_plain(cell.at.get(part, "")) for part in parts)
                yield from (text for text in texts if len(text) >= _SHORTEST)


def _plain(text: str) -> str:
    return "".join(text.split()).lower()


def _withhold(segment: SegmentView, field: int, *, every: bool, told: frozenset[str]) -> None:
    kept: list[Cell] = []
    gone: dict[tuple[int, int, int, int], Settlement] = {}
    for cell in segment.cells(field):
        if not every and not any(_plain(text) in told for text in cell.at.values()):
            kept.append(cell)
            continue
        for key in cell.at:
            gone[field, cell.repetition, key >> 12, key & 0xFFF] = ("ignored", HIDDEN, "", None, -1)
    if not gone:
        return
    segment.others = {**segment.others, **gone}
    del segment.fields[field]
    for earlier, later in zip(kept, [*kept[1:], None], strict=False):
        earlier.next = later
    if kept:
        segment.fields[field] = kept[0]
