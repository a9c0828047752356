"""Peers that stall, trickle, do not read or are not let in: none of them keeps the others from being served."""

from __future__ import annotations

import asyncio
import socket
import time

from test_connections import acknowledged, answer, referral

from vrfhir.hl7v2 import read_answer
from vrfhir.issues import Issue
from vrfhir.transport import MllpListener, Peer, frame, send


async def test_a_frame_that_comes_in_trickles_is_given_up() -> None:
    heard: list[Issue] = []
    async with MllpListener(
        answer, port=0, idle_timeout=0.3, on_issue=lambda issue, _: heard.append(issue)
    ) as listener:
        _, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"\x0bMSH|^~\\&|")
        begun = time.monotonic()
        while listener.connections and time.monotonic() - begun < 5:
            writer.write(b"x")
            await asyncio.sleep(0.05)
        assert time.monotonic() - begun < 3
        writer.close()
    assert [issue.id for issue in heard] == ["VR-V2-0913"]


async def test_a_slow_connection_that_gets_on_is_served() -> None:
    message = referral(1, "x" * 3000)
    async with MllpListener(answer, port=0, idle_timeout=0.2) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        wire = frame(message)
        for start in range(0, len(wire), 250):
            writer.write(wire[start : start + 250])
            await asyncio.sleep(0.05)  # five times the slowest rate, longer than a silent connection may be
        assert acknowledged((await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 5))[1:-2]) == "M1"
        writer.close()


async def test_a_peer_that_does_not_read_its_answers_is_closed_and_the_others_are_served() -> None:
    taken = 0

    async def count(data: bytes, peer: Peer) -> bytes:
        nonlocal taken
        taken += 1
        return await answer(data, peer) + b"NTE|1||" + b"x" * 4000 + b"\r"

    async with MllpListener(count, port=0, idle_timeout=0.5, together=8) as listener:
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(deaf, ("127.0.0.1", listener.port))
        flood = asyncio.ensure_future(loop.sock_sendall(deaf, frame(referral(1)) * 20_000))
        await asyncio.sleep(0.3)
        assert acknowledged(await send("127.0.0.1", listener.port, referral(2))) == "M2"
        async with asyncio.timeout(10):
            while listener.connections:  # noqa: ASYNC110 -- there is no event for it
                await asyncio.sleep(0.05)
        assert taken < 5000
        flood.cancel()
        await asyncio.gather(flood, return_exceptions=True)
        deaf.close()


async def test_strangers_take_nobodys_place() -> None:
    strangers = 0

    def admits(_: Peer) -> bool:
        nonlocal strangers
        strangers += 1
        return strangers > 3

    heard: list[str] = []
    async with MllpListener(
        answer, port=0, max_connections=1, admits=admits, on_issue=lambda issue, _: heard.append(issue.id)
    ) as listener:
        open_ = [await asyncio.open_connection("127.0.0.1", listener.port) for _ in range(3)]
        assert acknowledged(await send("127.0.0.1", listener.port, referral(1))) == "M1"
        for _, writer in open_:
            writer.close()
    assert heard == ["VR-V2-0917"] * 3


async def test_a_header_that_cannot_be_written_back_is_refused_all_the_same() -> None:
    """MSH-3 over two lines: the answer cannot repeat it, but there is one."""

    async def failing(data: bytes, _peer: Peer) -> bytes:
        raise RuntimeError

    message = referral(1).replace(b"GPSYS", b"GP\rand more of it")
    async with MllpListener(failing, port=0) as listener:
        refused = read_answer(await send("127.0.0.1", listener.port, message, timeout=5))
    assert (refused.code, refused.reported[0].id) == ("AR", "VR-V2-0908")
