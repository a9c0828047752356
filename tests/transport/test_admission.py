"""A peer that may not speak is closed before anything is read."""

from __future__ import annotations

import asyncio

import pytest

from vrfhir.errors import TransportError
from vrfhir.issues import Issue
from vrfhir.transport import MllpListener, Peer, send

MESSAGE = b"MSH|^~\\&|A|B|C|D|20260101||ACK|1|P|2.4\r"


@pytest.mark.parametrize("admitted", [True, False])
def test_admission(admitted: bool) -> None:
    heard: list[bytes] = []
    reported: list[Issue] = []

    async def handle(data: bytes, _: Peer) -> bytes:
        heard.append(data)
        return MESSAGE

    async def talk() -> bytes | None:
        listener = MllpListener(
            handle, port=0, admits=lambda peer: admitted, on_issue=lambda issue, _: reported.append(issue)
        )
        async with listener:
            try:
                return await send("127.0.0.1", listener.port, MESSAGE, timeout=5)
            except TransportError:
                return None

    answer = asyncio.run(talk())
    assert (answer is not None) is admitted
    assert bool(heard) is admitted
    assert [issue.id for issue in reported] == ([] if admitted else ["VR-V2-0917"])
