"""Listener and sender over real sockets, with each other and with python-hl7 as the foreign peer."""

from __future__ import annotations

import asyncio
import errno
import socket
from datetime import UTC, datetime

import hl7
import pytest
from hl7.client import MLLPClient
from hl7.mllp import open_hl7_connection, start_hl7_server

from vrfhir.errors import TransportError
from vrfhir.hl7v2 import acknowledge, parse, read_answer
from vrfhir.issues import Issue
from vrfhir.transport import MllpListener, MllpSender, Peer, frame, release2, send

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def referral(number: int, filler: str = "") -> bytes:
    return (
        f"MSH|^~\\&|GPSYS|A81001|VRHUB|RXX01|20260105093000+0000||REF^I12^REF_I12|M{number}|P|2.4\r"
        f"RF1||R|||||{number}\rPRD|RP|Okafor^Ada\rPID|1||9990000018^^^NHS^NH||TEST^Patient\rNTE|1||{filler}\r"
    ).encode()


async def answer(data: bytes, _peer: Peer) -> bytes:
    return acknowledge(data, "AA", control_id="A1", now=NOW)


def acknowledged(data: bytes) -> str | None:
    return parse(data).value("MSA-2")


async def test_messages_are_answered_in_order_on_one_connection() -> None:
    async with MllpListener(answer, port=0) as listener, MllpSender("127.0.0.1", listener.port) as sender:
        answers = [acknowledged(await sender.send(referral(number))) for number in range(20)]
        assert listener.connections == 1
    assert answers == [f"M{number}" for number in range(20)]


async def test_many_connections_at_once() -> None:
    async with MllpListener(answer, port=0) as listener:
        answers = await asyncio.gather(*(send("127.0.0.1", listener.port, referral(number)) for number in range(40)))
    assert [acknowledged(data) for data in answers] == [f"M{number}" for number in range(40)]


async def test_one_message_at_a_time_per_connection() -> None:
    running = 0
    most = 0

    async def slow(data: bytes, peer: Peer) -> bytes:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return await answer(data, peer)

    async with MllpListener(slow, port=0) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"".join(frame(referral(number)) for number in range(5)))
        found = [await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 5) for _ in range(5)]
        writer.close()
    assert most == 1
    assert [acknowledged(data[:-2]) for data in found] == [f"M{number}" for number in range(5)]


async def test_a_slow_handler_holds_the_sender_back() -> None:
    release = asyncio.Event()

    async def blocked(data: bytes, peer: Peer) -> bytes:
        await release.wait()
        return await answer(data, peer)

    async with MllpListener(blocked, port=0) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        flood = frame(referral(1, "x" * 1_000_000)) * 40
        writer.write(flood)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.drain(), 0.5)
        release.set()
        await asyncio.wait_for(writer.drain(), 20)
        assert await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 5)
        writer.close()


async def test_a_missing_final_cr_does_not_hang() -> None:
    async with MllpListener(answer, port=0) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"\x0b" + referral(7) + b"\x1c")
        found = await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 5)
        writer.close()
    assert acknowledged(found[:-2]) == "M7"


async def test_too_large_is_refused_and_the_connection_lives_on() -> None:
    heard: list[Issue] = []
    async with (
        MllpListener(answer, port=0, max_bytes=2000, on_issue=lambda issue, _: heard.append(issue)) as listener,
        MllpSender("127.0.0.1", listener.port) as sender,
    ):
        refused = read_answer(await sender.send(referral(1, "x" * 5000)), "M1")
        accepted = read_answer(await sender.send(referral(2)), "M2")
    assert (refused.code, refused.reported[0].id) == ("AR", "VR-V2-0901")
    assert "larger than the 2000 bytes" in refused.reported[0].text
    assert accepted.is_positive
    assert [issue.id for issue in heard] == ["VR-V2-0901"]


async def test_a_failing_handler_refuses_without_content(caplog: pytest.LogCaptureFixture) -> None:
    async def failing(data: bytes, _peer: Peer) -> bytes:
        raise RuntimeError("TEST^Patient")

    async with MllpListener(failing, port=0) as listener:
        answered = await send("127.0.0.1", listener.port, referral(1))
    assert read_answer(answered, "M1").code == "AR"
    assert b"VR-V2-0908" in answered
    assert b"Patient" not in answered
    assert "Patient" not in caplog.text


async def test_an_acknowledgement_is_not_answered_even_on_failure() -> None:
    async def failing(data: bytes, _peer: Peer) -> bytes:
        raise RuntimeError

    ack = acknowledge(referral(1), "AA", control_id="A9", now=NOW)
    async with MllpListener(failing, port=0) as listener:
        with pytest.raises(TransportError) as caught:
            await send("127.0.0.1", listener.port, ack, timeout=0.3)
    assert caught.value.issues[0].id == "VR-V2-0906"


async def test_an_answer_that_cannot_be_framed_is_replaced() -> None:
    heard: list[Issue] = []
    async with MllpListener(answer, port=0, on_issue=lambda issue, _: heard.append(issue)) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"\x0b" + referral(1).replace(b"GPSYS", b"GP\x1cSYS") + b"\x1c\r")
        found = await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 5)
        writer.write(frame(referral(2)))
        assert acknowledged((await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 5))[:-2]) == "M2"
        writer.close()
    assert read_answer(found[1:-2]).code == "AR"
    assert [issue.id for issue in heard] == ["VR-V2-0909"]


async def test_silent_connections_are_closed() -> None:
    heard: list[Issue] = []
    async with MllpListener(
        answer, port=0, idle_timeout=0.1, on_issue=lambda issue, _: heard.append(issue)
    ) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"\x0bMSH|^~\\&|never ends")
        rest = await asyncio.wait_for(reader.read(), 5)
        writer.close()
    assert "VR-V2-0913" in [issue.id for issue in heard]
    assert b"VR-V2" in rest or rest == b""


async def test_more_connections_than_allowed_are_refused() -> None:
    async with (
        MllpListener(answer, port=0, max_connections=1) as listener,
        MllpSender("127.0.0.1", listener.port) as first,
    ):
        await first.send(referral(1))
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        assert acknowledged(await first.send(referral(2))) == "M2"


async def test_stopping_finishes_the_message_in_hand() -> None:
    started = asyncio.Event()

    async def slow(data: bytes, peer: Peer) -> bytes:
        started.set()
        await asyncio.sleep(0.2)
        return await answer(data, peer)

    listener = MllpListener(slow, port=0)
    await listener.start()
    sending = asyncio.ensure_future(send("127.0.0.1", listener.port, referral(3)))
    await started.wait()
    idle = MllpSender("127.0.0.1", listener.port)
    await idle._connect()
    await listener.stop()
    assert acknowledged(await sending) == "M3"
    assert listener.connections == 0
    await idle.close()


async def test_the_port_is_in_use() -> None:
    async with MllpListener(answer, port=0) as first:
        with pytest.raises(TransportError) as caught:
            await MllpListener(answer, port=first.port, port_option="--mllp-port").start()
        issue = caught.value.issues[0]
    assert issue.id == "VR-V2-0904"
    assert str(first.port) in issue.text
    assert "--mllp-port" in issue.hint


async def test_a_port_that_may_not_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(asyncio, "start_server", forbidden)
    with pytest.raises(TransportError) as caught:
        await MllpListener(answer, port=25).start()
    assert caught.value.issues[0].id == "VR-V2-0910"
    assert "25" in caught.value.issues[0].text


async def test_one_connection_more_than_allowed_is_refused() -> None:
    heard: list[str] = []
    async with MllpListener(
        answer, port=0, max_connections=1, on_issue=lambda issue, _: heard.append(issue.id)
    ) as listener:
        async with MllpSender("127.0.0.1", listener.port) as first, MllpSender("127.0.0.1", listener.port) as second:
            assert acknowledged(await first.send(referral(1))) == "M1"
            with pytest.raises(TransportError):
                await second.send(referral(2))
            assert acknowledged(await first.send(referral(3))) == "M3"
        assert heard == ["VR-V2-0911"]


async def test_one_host_may_not_hold_all_connections() -> None:
    heard: list[str] = []
    async with MllpListener(
        answer, port=0, max_per_host=2, on_issue=lambda issue, _: heard.append(issue.id)
    ) as listener:
        port = listener.port
        async with MllpSender("127.0.0.1", port) as first, MllpSender("127.0.0.1", port) as second:
            for number, sender in enumerate((first, second)):
                assert acknowledged(await sender.send(referral(number))) == f"M{number}"
            with pytest.raises(TransportError):
                await send("127.0.0.1", port, referral(2), timeout=5)
            assert acknowledged(await sent_from("127.0.0.2", port, referral(3))) == "M3"
        assert heard == ["VR-V2-0919"]
        async with asyncio.timeout(5):
            while listener.connections:  # noqa: ASYNC110 -- there is no event for it
                await asyncio.sleep(0.01)
        assert acknowledged(await send("127.0.0.1", port, referral(4), timeout=5)) == "M4"


async def sent_from(host: str, port: int, message: bytes) -> bytes:
    """The answer to a message that comes from another address of this machine."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(host, 0))
    except OSError:
        pytest.skip(f"this machine has no {host}")
    writer.write(frame(message))
    received = await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 5)
    writer.close()
    return received[1:-2]


@pytest.mark.parametrize("release", [1, 2])
async def test_empty_frames_are_refused_without_asking_anybody_and_counted_once(release: int) -> None:
    asked: list[bytes] = []
    heard: list[Issue] = []

    async def asking(data: bytes, peer: Peer) -> bytes:
        asked.append(data)
        return await answer(data, peer)

    listener = MllpListener(asking, port=0, release=release, on_issue=lambda issue, _: heard.append(issue))
    async with listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(frame(b"") + frame(b"\r\n") + frame(b" ") + frame(referral(1)))
        refused = [await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 5) for _ in range(3)]
        assert all(
            (b"VR-V2-0001" in each) if release == 1 else (each == release2.block(release2.NOT_COMMITTED))
            for each in refused
        )
        assert asked == [] or asked == [referral(1)]
        assert b"M1" in await asyncio.wait_for(reader.readuntil(b"M1"), 5)
        writer.close()
    assert asked == [referral(1)]
    assert [(issue.id, issue.text.split()[0]) for issue in heard] == [("VR-V2-0918", "3")]


async def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(TransportError) as caught:
        await MllpListener(answer, host="203.0.113.9", port=0).start()
    assert caught.value.issues[0].id == "VR-V2-0914"


async def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(TransportError) as caught:
        await send("127.0.0.1", port, referral(1), timeout=2)
    assert caught.value.issues[0].id == "VR-V2-0905"
    assert str(port) in caught.value.issues[0].text


async def test_no_answer_in_time_and_the_late_answer_is_not_taken_for_the_next() -> None:
    delays = iter([0.4, 0.0])

    async def late(data: bytes, peer: Peer) -> bytes:
        await asyncio.sleep(next(delays))
        return await answer(data, peer)

    async with MllpListener(late, port=0) as listener, MllpSender("127.0.0.1", listener.port, timeout=0.2) as sender:
        with pytest.raises(TransportError) as caught:
            await sender.send(referral(1))
        assert caught.value.issues[0].id == "VR-V2-0906"
        assert acknowledged(await sender.send(referral(2))) == "M2"


async def test_the_sender_connects_again_after_the_peer_closed() -> None:
    async with (
        MllpListener(answer, port=0, idle_timeout=0.1) as listener,
        MllpSender("127.0.0.1", listener.port) as sender,
    ):
        assert acknowledged(await sender.send(referral(1))) == "M1"
        await asyncio.sleep(0.3)
        assert not sender.is_connected
        assert acknowledged(await sender.send(referral(2))) == "M2"


async def test_a_peer_that_closes_instead_of_answering() -> None:
    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.close()

    server = await asyncio.start_server(closing, "127.0.0.1", 0)
    with pytest.raises(TransportError) as caught:
        await send("127.0.0.1", server.sockets[0].getsockname()[1], referral(1), timeout=2)
    assert caught.value.issues[0].id == "VR-V2-0907"
    server.close()


async def test_python_hl7_sends_to_us() -> None:
    async with MllpListener(answer, port=0) as listener:
        reader, writer = await open_hl7_connection("127.0.0.1", listener.port)
        writer.writemessage(hl7.parse(referral(5).decode()))
        await writer.drain()
        found = await asyncio.wait_for(reader.readmessage(), 5)
        writer.close()
        assert str(found.segment("MSA")[2]) == "M5"

        def blocking_client() -> bytes:
            with MLLPClient("127.0.0.1", listener.port) as client:
                return bytes(client.send_message(referral(6)))

        raw = await asyncio.to_thread(blocking_client)
    assert acknowledged(raw.strip(b"\x0b\x1c\r")) == "M6"


async def test_we_send_to_python_hl7() -> None:
    async def serve(reader, writer) -> None:  # type: ignore[no-untyped-def]
        try:
            while True:
                message = await reader.readmessage()
                writer.writemessage(message.create_ack("AA"))
                await writer.drain()
        except asyncio.IncompleteReadError:
            writer.close()

    server = await start_hl7_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with MllpSender("127.0.0.1", port) as sender:
        for number in range(3):
            found = read_answer(await sender.send(referral(number)), f"M{number}")
            assert found.is_positive
    server.close()
