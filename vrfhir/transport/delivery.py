"""Where messages go, in one word (``mllp://host:port``, ``mllps://…``, ``https://…``), and sending until it is answered."""

from __future__ import annotations

import asyncio
from ssl import SSLContext
from typing import Protocol
from urllib.parse import urlsplit

from vrfhir.errors import TransportError
from vrfhir.hl7v2 import read_answer
from vrfhir.issues import Issue
from vrfhir.transport.http import HttpSender
from vrfhir.transport.sender import MllpSender

__all__ = ["Sender", "deliver", "sender_to"]

_LATER = ("lock-error", "exception")
"""What an AR or CR may be about that can be over the next time: HL7 table 0357, 206 and 207."""
_LONGEST_WAIT = 60.0


class Sender(Protocol):
    """Sends one message after the other and returns the answer of each."""

    async def send(self, message: bytes) -> bytes: ...
    async def close(self) -> None: ...


def sender_to(
    address: str, *, timeout: float = 30.0, tls: SSLContext | None = None, release: int = 1, token: str = ""
) -> Sender:
    """A sender for an address. TransportError when it is none. ``tls`` is used where the address asks for TLS."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise TransportError(_no_address()) from None
    if parts.scheme in ("mllp", "mllps") and parts.hostname and port:
        context = tls if parts.scheme == "mllps" else None
        return MllpSender(parts.hostname, port, timeout=timeout, tls=context, release=release)
    if parts.scheme in ("http", "https") and parts.hostname:
        return HttpSender(address, timeout=timeout, tls=tls if parts.scheme == "https" else None, token=token)
    raise TransportError(_no_address())


async def deliver(sender: Sender, message: bytes, *, retries: int = 0, wait: float = 1.0) -> bytes:
    """Send a message, up to ``retries`` times more when it is not answered or the receiver cannot take it just now.

    Repeated unchanged, with the same control id: a receiver that has it already gives the answer it gave. ``wait``
    seconds pass before the first repetition, twice as many before each later one. TransportError when all was in vain.
    """
    for attempt in range(retries + 1):
        try:
            answer = await sender.send(message)
        except TransportError:
            if attempt == retries:
                raise
        else:
            if attempt == retries or not _is_later(answer):
                return answer
        await asyncio.sleep(min(wait * 2**attempt, _LONGEST_WAIT))
    raise AssertionError("unreachable")


def _is_later(data: bytes) -> bool:
    answer = read_answer(data) if data else None
    return answer is not None and answer.code in ("AR", "CR") and any(i.code in _LATER for i in answer.reported)


def _no_address() -> Issue:
    text = "The address is none that messages can be sent to."
    hint = "Write mllp://host:port, mllps://host:port, http://host/path or https://host/path."
    return Issue("fatal", "value", "VR-TRANSPORT-0004", text, hint=hint)
