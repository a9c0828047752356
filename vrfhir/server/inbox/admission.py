"""What can be said of a message before it is kept: who sent it, when it wants an answer, whether it can be filed at all.

HL7 v2.5.1 chapter 2.9: in original mode one application acknowledgement, in enhanced mode an accept acknowledgement as
soon as the message is safe, and the application's answer later. Which of them a sender gets is a setting per sender:

* ``processed`` – AA, AE or AR once the message was worked on, whatever MSH-15 and MSH-16 say;
* ``stored`` – AA as soon as the message is durable; what fails after that waits for an operator;
* ``enhanced`` – as MSH-15 and MSH-16 ask; both empty: ``processed``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import Message, check_header, parse
from vrfhir.hl7v2.header import SUPPORTED_EVENTS
from vrfhir.issues import Issue
from vrfhir.server.settings import Acknowledgement, Settings

__all__ = ["Admission", "admit", "order_keys", "sender_of"]

_TAKEN = {"REF": SUPPORTED_EVENTS["REF"]}
"""What the endpoint does something about; anything else is refused before it is promised a place."""

_ORDERED_BY = (("PID", (2, 3, 4)), ("MRG", (1,)), ("RF1", (6, 11)))
"""Fields that name the patient and the referral: messages that share a value are worked on in the order they came."""


_LINE_END = re.compile(rb"[\r\n]")


class Admission(NamedTuple):
    """One message at the door: its header as ``message``, None for bytes that are none; ``issues`` turn it away."""

    data: bytes
    message: Message | None
    sender: str = ""
    control_id: str = ""
    mode: Acknowledgement = "processed"
    issues: Sequence[Issue] = ()


def admit(data: bytes, settings: Settings) -> Admission:
    """Look at a message; never raises for what stands in it."""
    try:
        message = _headed(data) or parse(data)
    except UnreadableError as error:
        return Admission(data, None, issues=error.issues)
    sender = sender_of(message)
    mode = settings.acknowledges(sender)
    if mode == "enhanced" and not (message.header.value(15) or message.header.value(16)):
        mode = "processed"
    issues: Sequence[Issue] = ()
    if mode != "processed":
        issues = [issue for issue in check_header(message, _TAKEN) if issue.is_error]
    return Admission(data, message, sender, message.control_id, mode, issues)


def _headed(data: bytes) -> Message | None:
    """The message as far as its header: all that is asked of it here. None where only the whole of it would tell."""
    if not data.startswith(b"MSH") or b"\x00" in data:
        return None
    try:
        message = parse(_LINE_END.split(data, maxsplit=1)[0])
    except UnreadableError:
        return None
    return message if message.control_id and message.type.code and message.version else None


def sender_of(message: Message) -> str:
    """``MSH-3|MSH-4``: sending application and facility, by which partners are known."""
    return f"{message.header.value(3) or ''}|{message.header.value(4) or ''}"


def order_keys(content: bytes) -> frozenset[str]:
    """What a message has in common with those it must not overtake; its sender when it names nobody."""
    try:
        message = parse(content)
    except UnreadableError:
        return frozenset()
    keys = {
        f"{name}|{value}"
        for name, fields in _ORDERED_BY
        for segment in message.all(name)
        for field in fields
        for repetition in segment.repetitions(field)
        if (value := repetition.value(1))
    }
    return frozenset(keys or {f"MSH|{sender_of(message)}"})
