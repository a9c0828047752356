"""Batches at the door: ``[FHS] {[BHS] {MSH …} [BTS]} [FTS]`` in, one answer for each message in a batch back.

HL7 v2.5.1 chapter 2.10.3: the answer to a batch is a batch of the answers. BHS-12 and FHS-12 name the batch and the
file that are answered; a count that was not that of the messages is told in BTS-2. Several messages that come together
without a header are answered together without one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import parse
from vrfhir.hl7v2.batch import Part, split_batch
from vrfhir.hl7v2.timestamps import write_timestamp

__all__ = ["MOST_MESSAGES", "batch_answer", "holds_too_many", "is_filed", "messages_of"]

MOST_MESSAGES = 20_000
"""Messages, headers and trailers in one batch: each is kept and answered by itself, however small it is."""
_PARTS = tuple(end + name for end in (b"\r", b"\n", b"\x0b") for name in (b"MSH", b"FHS", b"BHS", b"BTS", b"FTS"))
_LEADING = b"\xef\xbb\xbf\x0b \t\r\n"
_HEAD = 4096
_LINE_END = re.compile(rb"[\r\n]")
_SWAPPED = ((3, 5), (4, 6), (5, 3), (6, 4))


def messages_of(data: bytes) -> list[Part] | None:
    """The parts of a batch, or of several messages after one another; None for a single message or none."""
    headed = data[:_HEAD].lstrip(_LEADING)[:3] in (b"FHS", b"BHS")
    if not headed and all(data.find(end + b"MSH") < 0 for end in (b"\r", b"\n")):
        return None
    parts = split_batch(data)
    messages = sum(part.name == "MSH" for part in parts)
    return parts if messages > 1 or (headed and messages) else None


def holds_too_many(data: bytes) -> bool:
    """Whether there would be more parts than are taken at once; counted without cutting."""
    return len(data) > 3 * MOST_MESSAGES and sum(data.count(part) for part in _PARTS) > MOST_MESSAGES


def is_filed(part: Part) -> bool:
    """Whether a part goes into the inbox: a message that is no acknowledgement."""
    if part.name != "MSH":
        return False
    try:
        return parse(_LINE_END.split(part.data.lstrip(_LEADING), maxsplit=1)[0]).type.code.upper() != "ACK"
    except UnreadableError:
        return True


def batch_answer(
    parts: Sequence[Part], answers: Sequence[bytes | None], control_id: Callable[[], str], now: datetime
) -> bytes | None:
    """The answers, in the order of the messages, inside the headers and trailers that the batch had; None without any."""
    if not any(answers):
        return None
    lines: list[bytes] = []
    rest = iter(answers)
    separator, open_, count, batches = b"|", False, 0, 0
    came, miscounted = 0, b""

    def close() -> None:
        nonlocal open_
        if open_:
            said = (b"VR-V2-0028: " + miscounted + b" messages were announced",) if miscounted else ()
            lines.append(separator.join((b"BTS", str(count).encode(), *said)) + b"\r")
        open_ = False

    for part in parts:
        if part.name in ("FHS", "BHS"):
            close()
            header, separator = _header(part, control_id(), now)
            lines.append(header)
            if part.name == "BHS":
                open_, count, batches = True, 0, batches + 1
                came, miscounted = 0, b""
        elif part.name == "BTS":
            announced = part.data.strip().split(separator)[1:2]
            if announced and announced[0].isdigit() and int(announced[0][:9]) != came:
                miscounted = announced[0][:9]
        elif part.name == "MSH":
            came += 1
            answer = next(rest)
            if answer:
                lines.append(answer if answer.endswith(b"\r") else answer + b"\r")
                count += 1
    close()
    if any(part.name == "FHS" for part in parts):
        lines.append(separator.join((b"FTS", str(max(batches, 1)).encode())) + b"\r")
    return b"".join(lines)


def _header(part: Part, control_id: str, now: datetime) -> tuple[bytes, bytes]:
    """The header turned round: sender and receiver swapped, its own control id, that of the original in field 12."""
    line = part.data.lstrip(_LEADING).splitlines()[0]
    separator = line[3:4] or b"|"
    given = line.split(separator)
    fields = [*given, *[b""] * (12 - len(given))][:12]
    swapped = list(fields)
    for target, source in _SWAPPED:
        swapped[target - 1] = fields[source - 1]
    swapped[6] = write_timestamp(now).encode()
    swapped[7:10] = [b"", b"", b""]
    swapped[10], swapped[11] = control_id.encode(), fields[10]
    return separator.join(swapped) + b"\r", separator
