"""Segments as the rows see them: fields, their repetitions, and what became of each value.

This is the hot path of the mapper: no object is made per value, and nothing refers back, so that all of it is freed at
once (cells are out of the garbage collector's sight). A cell holds its values in one dictionary, what rows
took is noted as keys, and the ledger is written out of that only when somebody reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias, final

from msgspec import Struct

from vrfhir.hl7v2.delimiters import STANDARD

if TYPE_CHECKING:
    from vrfhir.hl7v2 import Delimiters, Segment
    from vrfhir.mappers.ledger import Outcome
    from vrfhir.mappers.records import Record

__all__ = ["Cell", "RowMark", "SegmentView", "Settlement", "is_tidy"]

RowMark: TypeAlias = "tuple[Outcome, str, str]"
"""What a row makes of values: the outcome, the row or rule, the element."""
Settlement: TypeAlias = "tuple[Outcome, str, str, Record | None, int]"
"""What became of a value: the outcome, the row or rule, and where in FHIR it went (element, record, index)."""

_NO_OTHERS: Mapping[tuple[int, int, int, int], Settlement] = {}
_MAX_PARTS = 4096
_FIRST, _SECOND, _THIRD = (number << 12 | 1 for number in (1, 2, 3))
_MOST_PARTS = 64
"""Fields of more components take the slow way."""
_KEYS = tuple(component << 12 | 1 for component in range(1, _MOST_PARTS + 1))
"""The keys of components."""


class Cell(Struct, gc=False, eq=False):
    """One repetition of a field. A conversion *takes* the parts it puts into FHIR and *peeks* at those it only looks at.

    ``at`` has the text of every part that holds something, decoded and without blanks around it; ``next`` is the next
    repetition that holds something. What was taken is
    settled as mapped when the value was placed; when the conversion gives up, :meth:`release` forgets it and the values
    stay open, to be carried. All cells of a message note in one list what was ``taken``, one cell after the other.

    ``settled`` is what the first row made of the cell: outcome, row and target, the record, the index; ``keys`` which parts that
    was about (None: all); ``rest`` what became of the others.
    """

    segment: Segment
    field: int
    repetition: int
    raw: str
    at: dict[int, str]
    taken: list[int]
    next: Cell | None = None
    settled: tuple[RowMark, Record | None, int] | None = None
    keys: tuple[int, ...] | None = None
    rest: dict[int, Settlement] | None = None

    @property
    def origin(self) -> str:
        """The path of the cell, ``PID[1]-3[2]``."""
        segment = self.segment
        return f"{segment.name}[{segment.occurrence}]-{self.field}[{self.repetition}]"

    def path(self, component: int = 1, subcomponent: int = 1) -> str:
        """The path of a part, ``PID[1]-3[2].4.1``."""
        return f"{self.origin}.{component}.{subcomponent}"

    def first_path(self) -> str:
        """The path of the first part that holds something."""
        return self.path(*self.places()[0])

    def take(self, component: int = 1, subcomponent: int = 1) -> str:
        """The value of a part, which goes into FHIR; empty when there is none."""
        key = component << 12 | subcomponent
        text = self.at.get(key)
        if text is None:
            return ""
        self.taken.append(key)
        return text

    def take_all(self) -> None:
        """Take every part."""
        self.taken.extend(self.at)

    def peek(self, component: int = 1, subcomponent: int = 1) -> str:
        """The value of a part, without taking it."""
        return self.at.get(component << 12 | subcomponent, "")

    def has_taken(self, component: int, subcomponent: int = 1) -> bool:
        """True when the part was taken since the last settlement."""
        return component << 12 | subcomponent in self.taken

    def untake(self, component: int = 1, subcomponent: int = 1) -> None:
        """Give a part back: it was looked at, but its exact text cannot be had again from FHIR."""
        key = component << 12 | subcomponent
        self.taken[:] = [taken for taken in self.taken if taken != key]

    def release(self) -> None:
        """Forget everything taken since the last settlement."""
        self.taken.clear()

    def settle(self, mark: RowMark, record: Record | None, index: int) -> None:
        """Write down what became of everything taken; what is settled already stays."""
        taken, at = self.taken, self.at
        if self.settled is None:
            self.settled = (mark, record, index)
            if len(at) > 1 and taken != [*at] and len(set(taken)) < len(at):
                self.keys = tuple(taken)
        elif self.keys is not None:
            known = self.keys if self.rest is None else (*self.keys, *self.rest)
            more: dict[int, Settlement] = {key: (*mark, record, index) for key in taken if key not in known}
            self.rest = more if self.rest is None else {**self.rest, **more}
        taken.clear()

    def settle_part(self, key: int, settlement: Settlement) -> None:
        """Write down what became of one part, unless that is known."""
        if self.settlement(key) is None:
            if self.rest is None:
                self.rest = {}
            self.rest[key] = settlement

    def settlement(self, key: int) -> Settlement | None:
        """What became of a part; None when nothing did yet."""
        if self.settled is not None and key in (self.at if self.keys is None else self.keys):
            row, record, index = self.settled
            return (*row, record, index)
        return self.rest.get(key) if self.rest is not None else None

    @property
    def is_open(self) -> bool:
        """True when nothing became of some part yet."""
        if self.settled is None:
            return self.rest is None or len(self.rest) < len(self.at)
        return self.keys is not None and not self.at.keys() <= {*self.keys, *(self.rest or ())}

    def repetitions(self) -> Iterator[Cell]:
        """This one and those after it."""
        cell: Cell | None = self
        while cell is not None:
            yield cell
            cell = cell.next

    def places(self) -> list[tuple[int, int]]:
        """(component, subcomponent) of every value that is there."""
        return [(key >> 12, key & 0xFFF) for key in self.at]

    def whole(self, component: int = 0) -> str:
        """Take everything as one text, with ``^`` and ``&`` between the parts: for text sent with these unescaped.

        A sender's own delimiters between parts become the recommended ones. With ``component`` only that component is taken.
        """
        if not component and len(self.at) == 1 and _FIRST in self.at:
            self.taken.append(_FIRST)
            return self.at[_FIRST]
        parts: dict[int, dict[int, str]] = {}
        for c, s, raw in self.segment.parts(self.field, self.raw):
            key = c << 12 | s
            if key in self.at and s < _MAX_PARTS and (not component or c == component):
                parts.setdefault(c, {})[s] = self.segment.decoded(raw)
                self.taken.append(key)
        first = component or 1
        texts = []
        for number in range(first, max(parts, default=first) + 1):
            subs = parts.get(number, {})
            texts.append(STANDARD.subcomponent.join(subs.get(n, "") for n in range(1, max(subs, default=1) + 1)))
        return STANDARD.component.join(texts)


@final
class SegmentView:
    """One segment: its fields by number, each a list of cells.

    ``irregular`` says that some values are in no cell: ``""``, blanks, parts beyond counting; what becomes of those
    stands in ``others`` by field, repetition, component and subcomponent.
    """

    __slots__ = (
        "_delimiters",
        "_taken",
        "fields",
        "index",
        "irregular",
        "name",
        "occurrence",
        "others",
        "path",
        "segment",
    )

    def __init__(
        self, segment: Segment, delimiters: Delimiters, taken: list[int] | None = None, *, tidy: bool = False
    ) -> None:
        self.segment = segment
        self.name = segment.name
        self.occurrence = segment.occurrence
        self.index = segment.index
        self.path = f"{segment.name}[{segment.occurrence}]"
        self._delimiters = delimiters
        self.irregular = False
        self.others = _NO_OTHERS
        self.fields: dict[int, Cell] = {}
        self._taken: list[int] = [] if taken is None else taken
        self._read(tidy or is_tidy(_content(segment), delimiters))

    def _read(self, tidy: bool) -> None:
        """Split into cells: the same values as ``Segment.leaves()``, in the same order."""
        segment, fields, taken = self.segment, self.fields, self._taken
        _, component_mark, repetition_mark, _, subcomponent_mark, _ = self._delimiters
        declares, raw, texts = segment.declares, segment.raw, segment.field_texts
        usual = subcomponent_mark and repetition_mark and tidy and component_mark
        is_plain = usual and repetition_mark not in raw and subcomponent_mark not in raw
        field = -1
        for text in texts:
            field += 1
            if not text or not field:  # the name comes first
                continue
            if is_plain or (usual and repetition_mark not in text and subcomponent_mark not in text):
                if component_mark not in text:
                    fields[field] = Cell(segment, field, 1, text, {_FIRST: text}, taken)
                    continue
                parts = text.split(component_mark)
                if len(parts) == 3 and "" not in parts:
                    one, two, three = parts
                    fields[field] = Cell(segment, field, 1, text, {_FIRST: one, _SECOND: two, _THIRD: three}, taken)
                    continue
                if len(parts) <= _MOST_PARTS:
                    at = {}
                    for key, part in zip(_KEYS, parts):  # noqa: B905 - there are keys for the most parts
                        if part:
                            at[key] = part
                    if at:
                        fields[field] = Cell(segment, field, 1, text, at, taken)
                    continue
            if declares and field <= 2:
                fields[field] = Cell(segment, field, 1, text, {_FIRST: text}, taken)
            elif repetition_mark and repetition_mark in text:
                self._read_repetitions(field, text, tidy)
            else:
                at = self._parts(field, text, tidy)
                if at:
                    fields[field] = Cell(segment, field, 1, text, at, taken)

    def _read_repetitions(self, field: int, text: str, tidy: bool) -> None:
        last: Cell | None = None
        for number, repetition in enumerate(text.split(self._delimiters.repetition), 1):
            found = self._parts(field, repetition, tidy) if repetition else None
            if found:
                cell = Cell(self.segment, field, number, repetition, found, self._taken)
                if last is None:
                    self.fields[field] = cell
                else:
                    last.next = cell
                last = cell

    def _parts(self, field: int, text: str, tidy: bool) -> dict[int, str]:
        """The values of a repetition by their keys."""
        _, component_mark, _, _, subcomponent_mark, _ = self._delimiters
        if tidy and component_mark and (not subcomponent_mark or subcomponent_mark not in text):
            texts = text.split(component_mark)
            if len(texts) <= _MOST_PARTS:
                return _by_keys(texts)
        found = {}
        for component, subcomponent, raw in self.segment.parts(field, text):
            value = raw if tidy else "" if raw == '""' else self.segment.decoded(raw).strip()
            if value and component < _MAX_PARTS and subcomponent < _MAX_PARTS:
                found[component << 12 | subcomponent] = value
            else:
                self.irregular = True
        return found

    def settlement(self, field: int, repetition: int, component: int, subcomponent: int) -> Settlement | None:
        """What became of a value; None when nothing did yet."""
        cell: Cell | None = self.fields.get(field)
        while cell is not None and cell.repetition != repetition:
            cell = cell.next
        return cell.settlement(component << 12 | subcomponent) if cell is not None else None

    def cells(self, field: int) -> Sequence[Cell]:
        """The repetitions of a field that hold something."""
        first = self.fields.get(field)
        return tuple(first.repetitions()) if first is not None else ()

    def value(self, field: int, component: int = 1, subcomponent: int = 1) -> str:
        """A value of the first repetition, without taking it."""
        cell = self.fields.get(field)
        if cell is None or cell.repetition != 1:
            return ""
        return cell.at.get(component << 12 | subcomponent, "")

    def valued(self, field: int, component: int = 0) -> bool:
        """True when the field (or a component of it) holds anything."""
        cell = self.fields.get(field)
        if cell is None:
            return False
        return not component or any(key >> 12 == component for each in cell.repetitions() for key in each.at)


def _by_keys(texts: Sequence[str]) -> dict[int, str]:
    """The components that hold something."""
    return {key: text for key, text in zip(_KEYS, texts, strict=False) if text}


def _content(segment: Segment) -> str:
    """The text of a segment without the fields that declare delimiters."""
    return segment.raw[4 + len(segment.field(2)) :] if segment.declares else segment.raw


def is_tidy(text: str, delimiters: Delimiters) -> bool:
    """True when every value in the ER7 text is what stands there: nothing escaped, deleted, or with blanks around it."""
    if '"' in text and '""' in text:
        return False
    seen_as = _characters(delimiters) if text.isascii() else None
    if seen_as is None:
        escape = delimiters.escape
        return not (escape and escape in text) and text.isprintable() and not _has_loose_blanks(text, delimiters)
    seen = text.encode("ascii").translate(seen_as)
    return not (b"\x00" in seen or b" \x01" in seen or b"\x01 " in seen or seen.endswith(b" "))


@lru_cache(maxsize=64)
def _characters(delimiters: Delimiters) -> bytes | None:
    """A table that makes 0 of characters that ask for decoding and 1 of delimiters; None for delimiters beyond ASCII."""
    field, component, repetition, escape, subcomponent, _ = delimiters
    marks = field + component + repetition + subcomponent
    if not (marks + escape).isascii():
        return None
    table = bytearray(range(256))
    for mark in marks:
        table[ord(mark)] = 1
    for character in (*map(chr, range(32)), "\x7f", escape):
        if character:
            table[ord(character)] = 0
    return bytes(table)


def _has_loose_blanks(raw: str, delimiters: Delimiters) -> bool:
    """True when blanks stand beside a delimiter: then values have to be stripped."""
    return " " in raw and (raw[-1] == " " or _loose_blank(delimiters).search(raw) is not None)


@lru_cache(maxsize=64)
def _loose_blank(delimiters: Delimiters) -> re.Pattern[str]:
    """A blank before or after a delimiter; a blank is looked for first, because there are few."""
    field, component, repetition, _, subcomponent, _ = delimiters
    marks = f"[{re.escape(''.join((field, component, repetition, subcomponent)))}]"
    return re.compile(f" (?:(?={marks})|(?<={marks} ))")
