"""MLLP release 2: commit blocks both ways, repetition after a negative one, no control characters."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from vrfhir.errors import TransportError
from vrfhir.hl7v2 import acknowledge, parse
from vrfhir.issues import Issue
from vrfhir.transport import MllpListener, Peer, frame, send
from vrfhir.transport.release2 import COMMITTED, NOT_COMMITTED, block

MESSAGE = b"MSH|^~\\&|GPSYS|A81001|VRHUB|RXX01|20260105||REF^I12^REF_I12|M1|P|2.4\rPID|1||1\r"


async def answer(data: bytes, _: Peer) -> bytes:
    return acknowledge(data, "AA", control_id="A1", now=datetime(2026, 1, 5, tzinfo=UTC))


async def test_a_message_is_committed_then_answered() -> None:
    async with MllpListener(answer, port=0, release=2) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(frame(MESSAGE))
        assert await reader.readuntil(b"\x1c\r") == block(COMMITTED)
        first = await reader.readuntil(b"\x1c\r")
        assert parse(first.strip(b"\x0b\x1c\r")).value("MSA-2") == "M1"
        writer.write(block(NOT_COMMITTED))
        assert await reader.readuntil(b"\x1c\r") == first
        writer.write(block(COMMITTED) + frame(MESSAGE))
        assert await reader.readuntil(b"\x1c\r") == block(COMMITTED)
        writer.close()


async def test_what_cannot_be_kept_is_not_committed_and_not_answered() -> None:
    async def broken(_data: bytes, _peer: Peer) -> bytes:
        raise OSError("the disk is full")

    async with MllpListener(broken, port=0, release=2) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(frame(MESSAGE))
        assert await reader.readuntil(b"\x1c\r") == block(NOT_COMMITTED)
        writer.close()


async def test_control_characters_are_refused_on_both_sides() -> None:
    heard: list[Issue] = []
    odd = MESSAGE + b"NTE|1||\x01\r"
    async with MllpListener(answer, port=0, release=2, on_issue=lambda issue, _: heard.append(issue)) as listener:
        with pytest.raises(TransportError) as caught:
            await send("127.0.0.1", listener.port, odd, release=2)
        assert caught.value.issues[0].id == "VR-TRANSPORT-0003"
        assert heard == []
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(frame(odd))
        assert await reader.readuntil(b"\x1c\r") == block(NOT_COMMITTED)
        writer.close()
    assert [issue.id for issue in heard] == ["VR-TRANSPORT-0003"]


async def test_the_sender_commits_the_answer_and_repeats_what_was_not_committed() -> None:
    came: list[bytes] = []

    async def receiver(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for reply in (block(NOT_COMMITTED), block(COMMITTED) + frame(await answer(MESSAGE, Peer("", 0)))):
            came.append(await reader.readuntil(b"\x1c\r"))
            writer.write(reply)
        came.append(await reader.readuntil(b"\x1c\r"))
        writer.close()

    server = await asyncio.start_server(receiver, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert parse(await send("127.0.0.1", port, MESSAGE, release=2)).value("MSA-1") == "AA"
    while len(came) < 3:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    server.close()
    assert came == [frame(MESSAGE), frame(MESSAGE), block(COMMITTED)]


async def test_a_message_never_committed_is_given_up() -> None:
    count = 0

    async def receiver(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        while await reader.readuntil(b"\x1c\r"):
            count += 1
            writer.write(block(NOT_COMMITTED))

    server = await asyncio.start_server(receiver, "127.0.0.1", 0)
    with pytest.raises(TransportError) as caught:
        await send("127.0.0.1", server.sockets[0].getsockname()[1], MESSAGE, release=2)
    server.close()
    assert caught.value.issues[0].id == "VR-TRANSPORT-0002"
    assert count == 4


async def test_both_ends_are_ours() -> None:
    async with MllpListener(answer, port=0, release=2) as listener:
        answers = await asyncio.gather(*(send("127.0.0.1", listener.port, MESSAGE, release=2) for _ in range(10)))
    assert {parse(each).value("MSA-1") for each in answers} == {"AA"}


async def test_a_sender_of_release_1_is_told_that_the_receiver_speaks_release_2() -> None:
    async with MllpListener(answer, port=0, release=2) as listener:
        with pytest.raises(TransportError) as caught:
            await send("127.0.0.1", listener.port, MESSAGE)
    assert caught.value.issues[0].id == "VR-TRANSPORT-0006"
    assert "--release 2" in caught.value.issues[0].hint
