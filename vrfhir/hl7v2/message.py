"""A message: its segments, header facts, path access and leaves. ``encode`` gives the bytes it was read from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from vrfhir.hl7v2 import charset as character_sets
from vrfhir.hl7v2.delimiters import Delimiters
from vrfhir.hl7v2.paths import Path, parse_path
from vrfhir.hl7v2.reference import version_meant
from vrfhir.hl7v2.segment import Coding, Leaf, Segment
from vrfhir.issues import Issue

__all__ = ["Message", "MessageType"]


class MessageType(NamedTuple):
    """MSH-9 (data type MSG): ``REF^I12^REF_I12``; parts that are not given are empty."""

    code: str
    trigger: str
    structure: str

    def __str__(self) -> str:
        return "^".join(self).rstrip("^")


class Message:
    """An HL7 v2 message as it stands on the wire.

    ``segments`` in order, ``delimiters`` from MSH-1/2, ``charset`` the codec chosen and ``charset_origin`` why,
    ``issues`` what was noticed while reading. Read one with :func:`vrfhir.hl7v2.parse`.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        coding: Coding,
        *,
        prefix: str = "",
        charset_origin: str = "",
        issues: Sequence[Issue] = (),
    ) -> None:
        self.segments: Sequence[Segment] = tuple(segments)
        self.coding = coding
        self.prefix = prefix
        self.charset_origin = charset_origin
        self.issues: Sequence[Issue] = tuple(issues)

    def __repr__(self) -> str:
        return f"<Message {self.type} {self.version} with {len(self.segments)} segments>"

    @property
    def delimiters(self) -> Delimiters:
        """Field separator and encoding characters."""
        return self.coding.delimiters

    @property
    def charset(self) -> str:
        """The Python codec the message was read with."""
        return self.coding.codec

    @cached_property
    def _by_name(self) -> dict[str, list[Segment]]:
        found: dict[str, list[Segment]] = {}
        for segment in self.segments:
            found.setdefault(segment.name, []).append(segment)
        return found

    @property
    def header(self) -> Segment:
        """MSH."""
        return self.segments[0]

    @cached_property
    def type(self) -> MessageType:
        """MSH-9."""
        delimiters, text = self.coding.delimiters, self.header.field(9)
        inner = (delimiters.repetition, delimiters.subcomponent, delimiters.escape)
        if delimiters.component and not [mark for mark in inner if mark and mark in text]:
            code, trigger, structure, *_ = *text.split(delimiters.component), "", "", ""
            return MessageType(code.strip(), trigger.strip(), structure.strip())
        parts = self.header.repetition(9)
        return MessageType(*((parts.value(number) or "").strip() for number in (1, 2, 3)))

    @cached_property
    def version(self) -> str:
        """The version that MSH-12.1 means, ``2.4``, also where it says ``2.4E`` or ``V2.4``; empty when not given.

        :func:`vrfhir.hl7v2.reference.nearest_version` makes of any other the one to read by.
        """
        return version_meant(self.declared_version)

    @cached_property
    def declared_version(self) -> str:
        """MSH-12.1 as sent."""
        return (self.header.value(12) or "").strip()

    @cached_property
    def control_id(self) -> str:
        """MSH-10; empty when not given."""
        return self.header.value(10) or ""

    def segment(self, name: str, occurrence: int = 1) -> Segment | None:
        """A segment by name and occurrence (from 1)."""
        found = self._by_name.get(name, ())
        return found[occurrence - 1] if 0 < occurrence <= len(found) else None

    def all(self, name: str) -> Sequence[Segment]:
        """Every segment of a name, in order."""
        return tuple(self._by_name.get(name, ()))

    def value(self, path: str) -> str | None:
        """Decoded text at a path (``PID-5.1``, ``OBX[2]-5``); None when empty, ``NULL`` for ``""``."""
        place = parse_path(path)
        if not place.field:
            raise ValueError(f"the path names no field: {path!r}")
        segment = self.segment(place.segment, place.occurrence or 1)
        if segment is None:
            return None
        return segment.value(place.field, place.repetition or 1, place.component or 1, place.subcomponent or 1)

    def position(self, path: str | Path) -> tuple[int, int] | None:
        """(segment number, character in the segment), both from 1; None when the segment is not there."""
        place = parse_path(path) if isinstance(path, str) else path
        segment = self.segment(place.segment, place.occurrence or 1)
        if segment is None:
            return None
        column = segment.column(place.field, place.repetition or 1, place.component or 1, place.subcomponent or 1)
        return segment.index + 1, column

    def leaves(self) -> Iterator[Leaf]:
        """Every non-empty subcomponent of the message, in order, with its full path."""
        for segment in self.segments:
            yield from segment.leaves()

    @property
    def text(self) -> str:
        """The message as text, line ends as they came."""
        return self.prefix + "".join([segment.raw + segment.end for segment in self.segments])

    def encode(self) -> bytes:
        """The bytes: exactly those it was read from."""
        return character_sets.encode(self.text, self.coding.codec)
