"""Segments, split into fields and parts only when something asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Final, NamedTuple, final

from vrfhir.hl7v2 import escapes
from vrfhir.hl7v2.parts import NULL, Coding, Component, Repetition, part_at, split

__all__ = ["HEADERS", "NULL", "Coding", "Columns", "Component", "Leaf", "Repetition", "Segment"]

HEADERS: Final = frozenset({"MSH", "FHS", "BHS"})
"""Segments whose first two fields declare the delimiters and are never split."""


class Leaf(NamedTuple):
    """One non-empty subcomponent with its full path ``PID[1]-3[2].4.1``.

    ``raw`` is the ER7 text, ``value`` the decoded text (empty when ``is_null``).
    """

    path: str
    segment: str
    occurrence: int
    field: int
    repetition: int
    component: int
    subcomponent: int
    raw: str
    value: str
    is_null: bool


@final
class Segment:
    """One segment of a message.

    ``raw`` is its text without the line end, ``end`` what follows it up to the next segment (blanks, line ends),
    ``occurrence`` counts segments of the same name from 1, ``index`` all segments from 0; ``declares`` says that it is
    a header, whose first two fields are the delimiters.
    """

    __slots__ = ("_coding", "_fields", "declares", "end", "index", "name", "occurrence", "raw")

    def __init__(self, name: str, raw: str, end: str, occurrence: int, index: int, coding: Coding) -> None:
        self.name: Final = name
        self.raw: Final = raw
        self.end: Final = end
        self.occurrence: Final = occurrence
        self.index: Final = index
        self._coding: Final = coding
        self.declares: Final = name in HEADERS and raw[3:4] == coding.delimiters.field
        self._fields: list[str] | None = None

    def __repr__(self) -> str:
        return f"<Segment {self.name}[{self.occurrence}] with {self.field_count} fields>"

    @property
    def field_texts(self) -> list[str]:
        """ER7 texts: the name first, so that index n is field n; MSH-1 is the separator itself.

        Text that follows a name without a separator (a stray line after a bare segment) counts as field 1.
        """
        if self._fields is None:
            separator = self._coding.delimiters.field
            texts = self.raw.split(separator)
            if self.declares:
                texts.insert(1, separator)
            elif texts[0] != self.name:
                texts[:1] = self.name, texts[0][len(self.name) :]
            self._fields = texts
        return self._fields

    @property
    def field_count(self) -> int:
        """The number of the last field that is there, also when it is empty."""
        return len(self.field_texts) - 1

    def field(self, number: int) -> str:
        """ER7 text of a field with all its repetitions; empty when it is not there."""
        return part_at(self.field_texts, number + 1)

    def repetitions(self, field: int) -> list[Repetition]:
        """The repetitions of a field in order; none when the field is empty."""
        text = self.field(field)
        if not text:
            return []
        if field <= 2 and self.declares:
            return [Repetition(text, self._coding, whole=True)]
        return [Repetition(part, self._coding) for part in split(text, self._coding.delimiters.repetition)]

    def repetition(self, field: int, number: int = 1) -> Repetition:
        """One repetition of a field, empty when it is not there."""
        found = self.repetitions(field)
        return found[number - 1] if 0 < number <= len(found) else Repetition("", self._coding)

    def value(self, field: int, repetition: int = 1, component: int = 1, subcomponent: int = 1) -> str | None:
        """Decoded text; None when empty, :data:`NULL` for ``""``."""
        raw = self.field(field)
        if not raw:
            return None
        if self.declares and field <= 2:
            return raw if repetition == component == subcomponent == 1 else None
        delimiters, codec = self._coding
        if repetition == component == subcomponent == 1 and raw.isalnum():
            return raw
        for mark, number in (
            (delimiters.repetition, repetition),
            (delimiters.component, component),
            (delimiters.subcomponent, subcomponent),
        ):
            if mark and mark in raw:
                raw = part_at(raw.split(mark), number)
            elif number != 1:
                return None
        if raw == '""':
            return NULL
        return escapes.decode(raw, delimiters, codec=codec) if raw else None

    def parts(self, field: int, text: str) -> Iterator[tuple[int, int, str]]:
        """Component, subcomponent and ER7 text of everything in a repetition of a field that is not empty."""
        if self.declares and field <= 2:
            yield 1, 1, text
            return
        delimiters = self._coding.delimiters
        for component, part in enumerate(split(text, delimiters.component), 1):
            if part:
                for sub, raw in enumerate(split(part, delimiters.subcomponent), 1):
                    if raw:
                        yield component, sub, raw

    def decoded(self, raw: str) -> str:
        """The text that the ER7 text of a value of this segment stands for."""
        delimiters, codec = self._coding
        return escapes.decode(raw, delimiters, codec=codec)

    def column(self, field: int = 0, repetition: int = 1, component: int = 1, subcomponent: int = 1) -> int:
        """Where a part begins, as the 1-based character in the segment; the nearest place before it when it is not there."""
        return Columns(self).of(field, repetition, component, subcomponent)

    @property
    def coding(self) -> Coding:
        """What its text is read with."""
        return self._coding

    def leaves(self) -> list[Leaf]:
        """Every non-empty subcomponent in order; MSH-1 and MSH-2 are leaves too.

        The hot path of mapping: ``tuple.__new__`` does what ``Leaf()`` does, at a third of the time.
        """
        delimiters, codec = self._coding
        escape = delimiters.escape
        name, occurrence = self.name, self.occurrence
        start = f"{name}[{occurrence}]-"
        new = tuple.__new__
        found: list[Leaf] = []
        for field, repetition, component, sub, raw in self._places():
            value, is_null = raw, raw == '""'
            if is_null:
                value = NULL
            elif escape and escape in raw and not (self.declares and field <= 2):
                value = escapes.decode(raw, delimiters, codec=codec)
            path = f"{start}{field}[{repetition}].{component}.{sub}"
            found.append(new(Leaf, (path, name, occurrence, field, repetition, component, sub, raw, value, is_null)))
        return found

    def _places(self) -> list[tuple[int, int, int, int, str]]:
        """Field, repetition, component, subcomponent and ER7 text of everything that is not empty."""
        component_mark, repetition_mark, _, subcomponent_mark, _ = self._coding.delimiters[1:]
        found: list[tuple[int, int, int, int, str]] = []
        add = found.append
        for field, text in enumerate(self.field_texts):
            if not text or not field:
                continue
            if self.declares and field <= 2:
                add((field, 1, 1, 1, text))
                continue
            for r, repetition in enumerate(split(text, repetition_mark) if repetition_mark in text else (text,), 1):
                if component_mark not in repetition and subcomponent_mark not in repetition:
                    if repetition:
                        add((field, r, 1, 1, repetition))
                    continue
                for c, component in enumerate(split(repetition, component_mark), 1):
                    if subcomponent_mark not in component:
                        if component:
                            add((field, r, c, 1, component))
                        continue
                    for s, raw in enumerate(split(component, subcomponent_mark), 1):
                        if raw:
                            add((field, r, c, s, raw))
        return found


class Columns:
    """Where the parts of one segment begin: what was counted for one question is remembered for the next."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._fields: list[int] = []
        self._counted: list[tuple[str, str, list[str], list[int]]] = []

    def of(self, field: int = 0, repetition: int = 1, component: int = 1, subcomponent: int = 1) -> int:
        """See :meth:`Segment.column`."""
        segment = self._segment
        if field <= 0 or (field <= 2 and segment.declares):
            return {0: 1, 1: 4, 2: 5}[max(field, 0)]
        texts = segment.field_texts
        if field >= len(texts):
            return len(segment.raw) + 1
        start, text = self._start(field), texts[field]
        _, component_mark, repetition_mark, _, subcomponent_mark, _ = segment.coding.delimiters
        marks = (repetition_mark, component_mark, subcomponent_mark)
        for level, (mark, number) in enumerate(zip(marks, (repetition, component, subcomponent), strict=True)):
            parts, starts = self._parts(level, text, mark)
            if number > len(parts):
                break
            start += starts[number - 1]
            text = parts[number - 1]
        return start

    def _start(self, field: int) -> int:
        if not self._fields:
            segment = self._segment
            texts, name = segment.field_texts, len(segment.name)
            separated = segment.raw[name : name + 1] == segment.coding.delimiters.field
            first = 2 if segment.declares else 1
            lengths = (len(text) + 1 for text in texts[first:])
            self._fields = [0] * first + list(accumulate(lengths, initial=name + 1 + separated))
        return self._fields[field]

    def _parts(self, level: int, text: str, mark: str) -> tuple[list[str], list[int]]:
        """The parts of a text and where each begins in it; those of the last text at this level are at hand."""
        if level < len(self._counted):
            known, by, parts, starts = self._counted[level]
            if by == mark and known is text:
                return parts, starts
        parts = split(text, mark)
        starts = list(accumulate((len(part) + 1 for part in parts), initial=0))
        self._counted[level:] = [(text, mark, parts, starts)]
        return parts, starts
