"""Batches: ``[FHS] {[BHS] {MSH …} [BTS]} [FTS]`` (HL7 v2 chapter 2, batch protocol), and several messages in one file.

The pieces joined are the bytes that came; every message in them is read on its own, with its own delimiters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2.catalogue import CATALOGUE
from vrfhir.hl7v2.message import Message
from vrfhir.hl7v2.reading import MAX_BYTES, parse
from vrfhir.issues import Issue

__all__ = ["Batch", "Part", "miscounted", "parse_batch", "split_batch"]

_BEGIN = re.compile(rb"(?:\A[\xef\xbb\xbf\x0b\s]*|(?<=[\r\n\x0b]))(MSH|FHS|BHS|BTS|FTS)(?=[^A-Za-z0-9]|\Z)")


class Part(NamedTuple):
    """A stretch of the input: ``name`` MSH for a message, else FHS, BHS, BTS or FTS."""

    name: str
    data: bytes


class Batch(NamedTuple):
    """All parts in order, the messages among them that could be read, and what is wrong with the rest."""

    parts: list[Part]
    messages: list[Message]
    issues: list[Issue]

    def encode(self) -> bytes:
        """The bytes that were read."""
        return b"".join(part.data for part in self.parts)


def split_batch(data: bytes) -> list[Part]:
    """Cut at every batch header, message and trailer; bytes before the first belong to it. No part: no message inside."""
    found = [(match.start(1), match[1].decode("ascii")) for match in _BEGIN.finditer(data)]
    if not found:
        return []
    starts = [0, *(start for start, _ in found[1:]), len(data)]
    return [Part(name, data[starts[place] : starts[place + 1]]) for place, (_, name) in enumerate(found)]


def parse_batch(data: bytes, *, charset: str | None = None, max_bytes: int = MAX_BYTES) -> Batch:
    """Read a batch, or several messages after one another, or a single one.

    A message that cannot be read is reported and the others go on; counts in BTS-1 are compared. Raises
    :class:`~vrfhir.errors.UnreadableError` when nothing in the input is a message.
    """
    if len(data) > max_bytes:
        raise UnreadableError(CATALOGUE.issue("VR-V2-0002", size=len(data), limit=max_bytes))
    parts = split_batch(data)
    if not any(part.name == "MSH" for part in parts):
        raise UnreadableError(CATALOGUE.issue("VR-V2-0001" if not data.strip() else "VR-V2-0004"))
    messages: list[Message] = []
    issues = miscounted(parts)
    for number, part in enumerate(parts, 1):
        if part.name == "MSH":
            try:
                messages.append(parse(part.data, charset=charset, max_bytes=max_bytes))
            except UnreadableError as error:
                issues += [issue.at(number, 1) for issue in error.issues]
    return Batch(parts, messages, sorted(issues, key=lambda issue: issue.line or 0))


def miscounted(parts: Sequence[Part]) -> list[Issue]:
    """Batches whose trailer announces another number of messages (BTS-1) than came; ``line`` is the number of the part."""
    issues: list[Issue] = []
    count, separator = 0, "|"
    for number, part in enumerate(parts, 1):
        if part.name == "MSH":
            count += 1
        elif part.name == "BHS":
            count, separator = 0, part.data.lstrip()[3:4].decode("latin-1") or "|"
        elif part.name == "BTS":
            declared = part.data.decode("latin-1").strip().split(separator)[1:2]
            if declared and declared[0].strip().isdecimal() and int(declared[0][:9]) != count:
                issues.append(
                    CATALOGUE.issue("VR-V2-0028", expression="BTS[1]-1", line=number, declared=declared[0], count=count)
                )
    return issues
