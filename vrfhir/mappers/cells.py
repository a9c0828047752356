"""Segments as the rows see them: fields, their repetitions, and for each value the ledger entry that goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, final

from vrfhir.hl7v2.escapes import decode
from vrfhir.hl7v2.segment import HEADERS
from vrfhir.mappers.ledger import Entry

if TYPE_CHECKING:
    from vrfhir.hl7v2 import Delimiters, Segment

__all__ = ["Cell", "SegmentView"]

_NOTHING: Sequence[Cell] = ()
_MAX_PARTS = 4096


@final
class Cell:
    """One repetition of a field. A conversion *takes* the parts it puts into FHIR and *peeks* at those it only looks at.

    What was taken is settled as mapped when the value was placed; when the conversion gives up, :meth:`release` forgets
    it and the leaves stay open, to be carried.
    """

    __slots__ = ("at", "repetition", "taken")

    def __init__(self, repetition: int) -> None:
        self.repetition = repetition
        self.at: dict[int, Entry] = {}
        self.taken: list[Entry] = []

    def take(self, component: int = 1, subcomponent: int = 1) -> str:
        """The value of a part, which goes into FHIR; empty when there is none."""
        entry = self.at.get(component << 12 | subcomponent)
        if entry is None:
            return ""
        self.taken.append(entry)
        return entry.text

    def peek(self, component: int = 1, subcomponent: int = 1) -> str:
        """The value of a part, without taking it."""
        entry = self.at.get(component << 12 | subcomponent)
        return "" if entry is None else entry.text

    def untake(self, component: int = 1, subcomponent: int = 1) -> None:
        """Give a part back: it was looked at, but its exact text cannot be had again from FHIR."""
        entry = self.at.get(component << 12 | subcomponent)
        if entry is not None:
            self.taken = [taken for taken in self.taken if taken is not entry]

    def release(self) -> None:
        """Forget everything taken since the last settlement."""
        self.taken.clear()

    def places(self) -> list[tuple[int, int]]:
        """(component, subcomponent) of every value that is there."""
        return [(key >> 12, key & 0xFFF) for key in self.at]

    def whole(self, component_mark: str, subcomponent_mark: str, component: int = 0) -> str:
        """Take everything as one text, inner delimiters as they stood: for text sent with an unescaped ``&`` or ``^``.

        With ``component`` only that component is taken.
        """
        if len(self.at) == 1 and not component:
            entry = next(iter(self.at.items()))
            if entry[0] == (1 << 12 | 1):
                self.taken.append(entry[1])
                return entry[1].value
        parts: dict[int, dict[int, str]] = {}
        for key, entry_ in self.at.items():
            number = key >> 12
            if component and number != component:
                continue
            parts.setdefault(number, {})[key & 0xFFF] = entry_.value
            self.taken.append(entry_)
        first = component or 1
        texts = []
        for number in range(first, max(parts, default=first) + 1):
            subs = parts.get(number, {})
            texts.append(subcomponent_mark.join(subs.get(n, "") for n in range(1, max(subs, default=1) + 1)))
        return component_mark.join(texts)


@final
class SegmentView:
    """One segment: its fields by number, each a list of cells."""

    __slots__ = ("entries", "fields", "index", "name", "occurrence", "path")

    def __init__(self, segment: Segment, delimiters: Delimiters, codec: str) -> None:
        self.name = segment.name
        self.occurrence = segment.occurrence
        self.index = segment.index
        self.path = f"{segment.name}[{segment.occurrence}]"
        self.entries: list[Entry] = []
        self.fields: dict[int, list[Cell]] = {}
        self._read(segment, delimiters, codec)

    def _read(self, segment: Segment, delimiters: Delimiters, codec: str) -> None:
        """Split into cells and entries: the same leaves as ``Segment.leaves()``, in the same order, without the detour."""
        _, component_mark, repetition_mark, escape, subcomponent_mark, _ = delimiters
        header = segment.name in HEADERS
        path, entries, fields = self.path, self.entries, self.fields
        for field, text in enumerate(segment.field_texts):
            if not text or not field:
                continue
            cells: list[Cell] = []
            if header and field <= 2:
                repetitions = [text]
                marks = ("", "")
            else:
                repetitions = text.split(repetition_mark) if repetition_mark and repetition_mark in text else [text]
                marks = (component_mark, subcomponent_mark)
            for r, repetition in enumerate(repetitions, 1):
                if not repetition:
                    continue
                cell = Cell(r)
                components = repetition.split(marks[0]) if marks[0] and marks[0] in repetition else [repetition]
                for c, component in enumerate(components, 1):
                    if not component:
                        continue
                    parts = component.split(marks[1]) if marks[1] and marks[1] in component else [component]
                    for s, raw in enumerate(parts, 1):
                        if not raw:
                            continue
                        value = raw
                        if escape and escape in raw and marks[0]:
                            value = decode(raw, delimiters, codec=codec)
                        entry = Entry(path, field, r, c, s, raw, value)
                        entries.append(entry)
                        if raw == '""':
                            entry.settle("deleted", raw)
                        elif entry.text and c < _MAX_PARTS and s < _MAX_PARTS:
                            cell.at[c << 12 | s] = entry
                if cell.at:
                    cells.append(cell)
            if cells:
                fields[field] = cells

    def cells(self, field: int) -> Sequence[Cell]:
        """The repetitions of a field that hold something."""
        return self.fields.get(field, _NOTHING)

    def value(self, field: int, component: int = 1, subcomponent: int = 1) -> str:
        """A value of the first repetition, without taking it."""
        cells = self.fields.get(field)
        if not cells or cells[0].repetition != 1:
            return ""
        return cells[0].peek(component, subcomponent)

    def valued(self, field: int, component: int = 0) -> bool:
        """True when the field (or a component of it) holds anything."""
        cells = self.fields.get(field)
        if not cells:
            return False
        if not component:
            return any(cell.at for cell in cells)
        return any(key >> 12 == component for cell in cells for key in cell.at)
