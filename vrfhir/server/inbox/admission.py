"""What can be said of a message before it is kept: who sent it, when it wants an answer, whether it can be filed at all.

HL7 v2.5.1 chapter 2.9: in original mode one application acknowledgement, in enhanced mode an accept acknowledgement as
soon as the message is safe, and the application's answer later. Which of them a sender gets is a setting per sender:

* ``processed`` – AA, AE or AR once the message was worked on, whatever MSH-15 and MSH-16 say;
* ``stored`` – AA as soon as the message is durable; what fails after that waits for an operator;
* ``enhanced`` – as MSH-15 and MSH-16 ask; both empty: ``processed``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import Message, check_header, parse
from vrfhir.issues import Issue, has_errors
from vrfhir.server.correspondents import Correspondents
from vrfhir.server.inbox.faults import fault
from vrfhir.server.inbox.taken import TAKEN
from vrfhir.server.settings import Acknowledgement

if TYPE_CHECKING:
    from vrfhir.transport import Peer

__all__ = ["Admission", "admit", "digest", "order_keys", "outline", "sender_of"]

_ORDERED_BY = (("PID", (2, 3, 4)), ("MRG", (1,)), ("RF1", (6, 11)))
"""Fields that name the patient and the referral: messages that share a value are worked on in the order they came."""

_OUTLINED = re.compile(rb"[\r\n]((?:EVN|%b)[^\r\n]*)" % "|".join(name for name, _ in _ORDERED_BY).encode())
_MOST_KEYS = 1000
"""Patients and referrals that a message is kept in order by; a message names a few."""
_MOST_PARTS = 300_000
"""Segments, fields, repetitions, components and subcomponents of a message that is worked on, empty ones too."""
_LONGEST_HEADER = 2000
"""A longer header is not remembered: senders repeat theirs, and theirs are short."""

_LINE_END = re.compile(rb"[\r\n]")


_WITHOUT_SWITCH = 2047
"""Hashing more bytes at once lets other threads run, and waiting for the turn takes longer than the hashing."""


class Admission(NamedTuple):
    """One message at the door: its header as ``message``, None for bytes that are none.

    ``charset`` is what the transport said of it. ``issues`` turn it away. ``partner`` is the id of the file it is read with; ``is_strange``: its sender is not let in,
    so nothing is filed under the sender's name.
    """

    data: bytes
    message: Message | None
    sender: str = ""
    control_id: str = ""
    mode: Acknowledgement = "processed"
    issues: Sequence[Issue] = ()
    partner: str = ""
    is_strange: bool = False
    charset: str = ""


def admit(data: bytes, correspondents: Correspondents, peer: Peer) -> Admission:
    """Look at a message that came from ``peer``; never raises for what stands in it."""
    try:
        message = _headed(data, peer.charset) or parse(data, charset=peer.charset or None)
    except UnreadableError as error:
        return Admission(data, None, issues=error.issues)
    sender, facility = sender_of(message), message.header.value(4) or ""
    correspondent = correspondents.who(sender, peer)
    if correspondent is None:
        return _strange(data, message, sender, "VR-GATEWAY-0005", peer)
    if not correspondent.speaks_from(peer, facility):
        return _strange(data, message, sender, "VR-GATEWAY-0006", peer)
    mode = correspondents.acknowledges(sender, correspondent)
    if mode == "enhanced" and not (message.header.value(15) or message.header.value(16)):
        mode = "processed"
    issues: Sequence[Issue] = ()
    if not correspondent.may_send(message.type.code):
        issues = [fault("VR-GATEWAY-0007")]
    elif _holds_too_much(data, message):
        issues = [fault("VR-GATEWAY-0009")]
    elif mode != "processed" and not (len(message.header.raw) <= _LONGEST_HEADER and _is_sound(_constant(message))):
        issues = [issue for issue in check_header(message, TAKEN) if issue.is_error]
    return Admission(data, message, sender, message.control_id, mode, issues, correspondent.id, charset=peer.charset)


def _holds_too_much(data: bytes, message: Message) -> bool:
    """Whether it has so many parts that working on them would take memory without bounds; each costs hundreds of times its size."""
    if len(data) <= _MOST_PARTS:
        return False
    marks = {"\r", "\n", *message.delimiters[:3], message.delimiters.subcomponent} - {""}
    return sum(data.count(mark.encode(message.charset)) for mark in marks) > _MOST_PARTS


def _strange(data: bytes, message: Message, sender: str, rule: str, peer: Peer) -> Admission:
    issues = [fault(rule)]
    return Admission(data, message, sender, message.control_id, issues=issues, is_strange=True, charset=peer.charset)


def _headed(data: bytes, charset: str) -> Message | None:
    """The message as far as its header: all that is asked of it here. None where only the whole of it would tell."""
    if not data.startswith(b"MSH") or b"\x00" in data:
        return None
    try:
        message = parse(_LINE_END.split(data, maxsplit=1)[0], charset=charset or None)
    except UnreadableError:
        return None
    return message if message.control_id and message.type.code and message.version else None


def digest(data: bytes) -> bytes:
    """SHA-256."""
    hashed = hashlib.sha256()
    for start in range(0, len(data), _WITHOUT_SWITCH):
        hashed.update(data[start : start + _WITHOUT_SWITCH])
    return hashed.digest()


def _constant(message: Message) -> str:
    """The header without MSH-7 and MSH-10, in which a sender's messages differ and which are not what is refused here."""
    separator = message.delimiters.field
    fields = message.header.raw.split(separator)
    fields[6:7], fields[9:10] = ["2026"], ["1"]
    return separator.join(fields)


@lru_cache(maxsize=1024)
def _is_sound(header: str) -> bool:
    """Whether a header of this form is without errors, so that the next like it need not be looked at."""
    try:
        return not has_errors(check_header(parse(header.encode()), TAKEN))
    except UnreadableError:
        return False


def sender_of(message: Message) -> str:
    """``MSH-3|MSH-4``: sending application and facility, by which partners are known."""
    return f"{message.header.value(3) or ''}|{message.header.value(4) or ''}"


def outline(content: bytes, charset: str | None = None) -> Message:
    """A message as far as it says who, when and about whom: its header and the segments named below.

    The rest, documents among it, is left unread. UnreadableError when the bytes are no message.
    """
    if content.startswith(b"MSH") and b"\x00" not in content:
        first = _LINE_END.split(content, maxsplit=1)[0]
        lines = (match[1] for match in _OUTLINED.finditer(content, len(first)))
        try:
            message = parse(b"\r".join([first, *islice(lines, _MOST_KEYS)]), charset=charset)
        except UnreadableError:
            pass
        else:
            if message.control_id and message.type.code:
                return message
    return parse(content, charset=charset)


def order_keys(content: bytes | Message) -> frozenset[str]:
    """What a message has in common with those it must not overtake; its sender when it names nobody."""
    try:
        message = content if isinstance(content, Message) else outline(content)
    except UnreadableError:
        return frozenset()
    named = (
        f"{name}|{value}"
        for name, fields in _ORDERED_BY
        for segment in message.all(name)
        for field in fields
        for repetition in segment.repetitions(field)
        if (value := repetition.value(1))
    )
    keys = set(islice(named, _MOST_KEYS))
    return frozenset(keys or {f"MSH|{sender_of(message)}"})
