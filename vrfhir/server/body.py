"""The body of an HTTP request: bounded in size, and in the time it may take to come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from vrfhir.server.http import Refusal

__all__ = ["Receive", "read_body"]

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_SECONDS = 60.0
"""How long a body may take, and a second more for each ``_SLOWEST`` bytes that came."""
_SLOWEST = 1000
_CLOSE = (("Connection", "close"),)


async def read_body(headers: Mapping[str, str], receive: Receive, limit: int) -> bytes:
    """The whole body; raises :class:`Refusal` when it is larger than ``limit``, stalls (408), or ends too soon."""
    declared = headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > 18 or int(declared) > limit):
        raise _too_large(limit)
    clock = asyncio.get_running_loop().time
    parts: list[bytes] = []
    size, begun = 0, clock()
    try:
        async with asyncio.timeout(_SECONDS) as patience:
            while True:
                event = await receive()
                if event["type"] == "http.disconnect":
                    raise Refusal.of(400, "incomplete", "VR-HTTP-0400", "The request ended before its body.")
                part = event.get("body", b"")
                size += len(part)
                if size > limit:
                    raise _too_large(limit)
                parts.append(part)
                if not event.get("more_body"):
                    return b"".join(parts)
                patience.reschedule(begun + _SECONDS + size / _SLOWEST)
    except TimeoutError:
        text = "The body of the request did not come in time."
        raise Refusal.of(408, "timeout", "VR-HTTP-0408", text, headers=_CLOSE) from None


def _too_large(limit: int) -> Refusal:
    """The connection stays, so that who is still sending can read this; what comes is not kept."""
    return Refusal.of(413, "too-long", "VR-HTTP-0413", f"A request takes at most {limit} bytes.")
