"""Write messages: text in, escaped and delimited ER7 out, segments ended by carriage return.

::

    builder = MessageBuilder("2.4")
    builder.add("PID", 1, None, [("9990000018", "", "", "NHS", "NH"), ("A1", "", "", "RXX")])
    builder.set("PID-5.1", "Okafor")
    data = builder.encode()
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

from vrfhir.hl7v2 import charset as character_sets
from vrfhir.hl7v2 import escapes
from vrfhir.hl7v2.delimiters import STANDARD, Delimiters
from vrfhir.hl7v2.message import Message
from vrfhir.hl7v2.paths import Path, parse_path
from vrfhir.hl7v2.reading import parse
from vrfhir.hl7v2.segment import HEADERS, NULL

__all__ = ["MessageBuilder", "SegmentBuilder", "Value"]

Text: TypeAlias = str | int | None
Components: TypeAlias = "Text | tuple[Text | tuple[Text, ...], ...]"
Value: TypeAlias = "Components | list[Components]"
"""A field: text, a tuple of components (a tuple inside is subcomponents), or a list of repetitions."""

_MAX_NUMBER = 10_000
_Part = TypeVar("_Part")
_NAMES_0211 = {"utf-8": "UNICODE UTF-8", "iso8859-1": "8859/1", "iso8859-15": "8859/15", "ascii": "ASCII"}


class SegmentBuilder:
    """One segment being written; fields count from 1."""

    def __init__(self, name: str, delimiters: Delimiters) -> None:
        self.name = name
        self._delimiters = delimiters
        self._fields: list[list[list[list[str]]]] = []

    def set(self, field: int, value: Value, repetition: int = 0, component: int = 0, subcomponent: int = 0) -> None:
        """Write text at a place (0: the whole); delimiters in it are escaped, ``NULL`` becomes ``""``, None clears."""
        delimiters = self._delimiters
        if isinstance(value, list):
            if repetition:
                raise ValueError("repetitions cannot be written inside a repetition")
            raw = delimiters.repetition.join(self._er7(item, component, subcomponent) for item in value)
        else:
            raw = self._er7(value, component, subcomponent)
        self.set_er7(field, raw, repetition, component, subcomponent)

    def set_er7(self, field: int, raw: str, repetition: int = 0, component: int = 0, subcomponent: int = 0) -> None:
        """Write ER7 text at a place as it is, with this builder's delimiters; 0 means the whole."""
        if not 0 < field <= _MAX_NUMBER or max(repetition, component, subcomponent) > _MAX_NUMBER:
            raise ValueError("a field, repetition, component or subcomponent number is out of range")
        if any(end in raw for end in "\r\n"):
            raise ValueError("ER7 text of a field cannot hold line ends; write text with set()")
        if self.name in HEADERS and field <= 2:
            raise ValueError(f"{self.name}-{field} follows from the delimiters")
        _, component_mark, repetition_mark, _, subcomponent_mark, _ = self._delimiters
        parts = [[c.split(subcomponent_mark) for c in r.split(component_mark)] for r in raw.split(repetition_mark)]
        repetitions = _reach(self._fields, field)
        if not (repetition or component or subcomponent):
            repetitions[:] = parts
            return
        components = _reach(repetitions, repetition or 1)
        if not (component or subcomponent):
            components[:] = parts[0]
            return
        subcomponents = _reach(components, component or 1)
        if not subcomponent:
            subcomponents[:] = parts[0][0]
            return
        while len(subcomponents) < subcomponent:
            subcomponents.append("")
        subcomponents[subcomponent - 1] = raw

    def at(self, field: int, repetition: int = 1, component: int = 1, subcomponent: int = 1) -> str:
        """The ER7 text that stands at a place so far; empty when nothing was written there."""
        try:
            return self._fields[field - 1][repetition - 1][component - 1][subcomponent - 1]
        except IndexError:
            return ""

    def er7(self) -> str:
        """The segment's text without trailing empty parts; a blank at its end is escaped, or it would not be content."""
        field, component, repetition, _, subcomponent, _ = self._delimiters
        texts = [
            repetition.join(
                component.join(subcomponent.join(c).rstrip(subcomponent) for c in r).rstrip(component) for r in parts
            ).rstrip(repetition)
            for parts in self._fields
        ]
        if self.name in HEADERS:
            texts = [self.name, self._delimiters.encoding_characters, *texts[2:]]
        else:
            texts = [self.name, *texts]
        text = field.join(texts).rstrip(field)
        if text[-1] in " \t":
            escape = self._delimiters.escape
            text = f"{text[:-1]}{escape}X{ord(text[-1]):02X}{escape}"
        return text

    def _er7(self, value: Components, component: int, subcomponent: int) -> str:
        delimiters = self._delimiters
        if not isinstance(value, tuple):
            return self._text(value)
        if subcomponent:
            raise ValueError("components cannot be written inside a subcomponent")
        if component:
            return delimiters.subcomponent.join(self._text(part) for part in value if not isinstance(part, tuple))
        return delimiters.component.join(
            delimiters.subcomponent.join(map(self._text, part)) if isinstance(part, tuple) else self._text(part)
            for part in value
        )

    def _text(self, value: Text) -> str:
        if value is None:
            return ""
        if value is NULL:
            return '""'
        return escapes.encode(str(value), self._delimiters)


class MessageBuilder:
    """A message being written: MSH first, with the delimiters, version and character set given here."""

    def __init__(self, version: str, *, delimiters: Delimiters = STANDARD, codec: str = "utf-8") -> None:
        if not delimiters.is_complete:
            raise ValueError("writing needs all four encoding characters")
        self.delimiters = delimiters
        self.codec = codec
        self.version = version
        self.segments: list[SegmentBuilder] = []
        header = self.add("MSH")
        header.set(12, version)
        if codec != "ascii" and codec in _NAMES_0211:
            header.set(18, _NAMES_0211[codec])

    def add(self, name: str, *fields: Value) -> SegmentBuilder:
        """Append a segment; ``fields`` from field 1 (from field 3 for MSH)."""
        segment = SegmentBuilder(name, self.delimiters)
        for number, value in enumerate(fields, 3 if name in HEADERS else 1):
            if value is not None:
                segment.set(number, value)
        self.segments.append(segment)
        return segment

    def segment(self, name: str, occurrence: int = 1) -> SegmentBuilder | None:
        """A segment already added, by name and occurrence."""
        found = [segment for segment in self.segments if segment.name == name]
        return found[occurrence - 1] if 0 < occurrence <= len(found) else None

    def set(self, path: str, value: Value) -> None:
        """Write text at a path (``PID-5.1``); the segment is added when it would be the next of its name."""
        place = parse_path(path)
        self._target(place).set(place.field, value, place.repetition, place.component, place.subcomponent)

    def set_er7(self, path: str, raw: str) -> None:
        """Write ER7 text at a path as it is."""
        place = parse_path(path)
        self._target(place).set_er7(place.field, raw, place.repetition, place.component, place.subcomponent)

    def text(self) -> str:
        """The message as text."""
        return "".join([segment.er7() + "\r" for segment in self.segments])

    def encode(self, *, errors: str = "strict") -> bytes:
        """The bytes; UnicodeEncodeError when the character set lacks a character, unless ``errors`` is ``replace``."""
        return character_sets.encode(self.text(), self.codec, errors)

    def message(self) -> Message:
        """The message as read back."""
        return parse(self.encode())

    def _target(self, place: Path) -> SegmentBuilder:
        if not place.field:
            raise ValueError(f"the path names no field: {place}")
        occurrence = place.occurrence or 1
        segment = self.segment(place.segment, occurrence)
        if segment is None:
            present: Sequence[SegmentBuilder] = [s for s in self.segments if s.name == place.segment]
            if len(present) + 1 != occurrence:
                raise ValueError(f"{place.segment} has {len(present)} occurrences; {place} would leave a gap")
            segment = self.add(place.segment)
        return segment


def _reach(parts: list[list[_Part]], number: int) -> list[_Part]:
    """The part ``number``, with empty parts added before it."""
    while len(parts) < number:
        parts.append([])
    return parts[number - 1]
