"""Segments as the rows see them: fields, their repetitions, and for each value the ledger entry that goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, final

from vrfhir.mappers.ledger import Entry

if TYPE_CHECKING:
    from vrfhir.hl7v2 import Segment

__all__ = ["Cell", "SegmentView"]

_NOTHING: Sequence[Cell] = ()


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
                return entry[1].leaf.value
        parts: dict[int, dict[int, str]] = {}
        for key, entry_ in self.at.items():
            number = key >> 12
            if component and number != component:
                continue
            parts.setdefault(number, {})[key & 0xFFF] = entry_.leaf.value
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

    def __init__(self, segment: Segment) -> None:
        self.name = segment.name
        self.occurrence = segment.occurrence
        self.index = segment.index
        self.path = f"{segment.name}[{segment.occurrence}]"
        self.entries: list[Entry] = []
        self.fields: dict[int, list[Cell]] = {}
        for leaf in segment.leaves():
            entry = Entry(leaf)
            self.entries.append(entry)
            if leaf.is_null:
                entry.settle("deleted", '""')
                continue
            cells = self.fields.get(leaf.field)
            if cells is None:
                cells = self.fields[leaf.field] = []
            if not cells or cells[-1].repetition != leaf.repetition:
                cells.append(Cell(leaf.repetition))
            if entry.text and leaf.component < 4096 and leaf.subcomponent < 4096:
                cells[-1].at[leaf.component << 12 | leaf.subcomponent] = entry

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
