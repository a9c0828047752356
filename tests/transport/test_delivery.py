"""Addresses, repetition until there is an answer, HTTP; and several messages of one connection at a time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
import respx

from vrfhir.errors import TransportError
from vrfhir.hl7v2 import acknowledge, parse
from vrfhir.issues import Issue
from vrfhir.transport import MllpListener, MllpSender, Peer, deliver, frame, sender_to
from vrfhir.transport.http import ER7, HttpSender

MESSAGE = b"MSH|^~\\&|GPSYS|A81001|VRHUB|RXX01|20260105||REF^I12^REF_I12|M1|P|2.5.1\rPID|1||1\r"
URL = "https://vr.example/hl7v2"


def said(code: str, *issues: Issue) -> bytes:
    return acknowledge(MESSAGE, code, issues, control_id="A1", now=datetime(2026, 1, 5, tzinfo=UTC))  # type: ignore[arg-type]


class Scripted:
    """A receiver that says one thing after the other."""

    def __init__(self, *says: bytes | TransportError) -> None:
        self.says = list(says)
        self.sent: list[bytes] = []

    async def send(self, message: bytes) -> bytes:
        self.sent.append(message)
        said = self.says.pop(0)
        if isinstance(said, TransportError):
            raise said
        return said

    async def close(self) -> None:
        pass


LOST = TransportError(Issue("error", "transient", "VR-V2-0905", "x"))
LOCKED = said("AR", Issue("error", "lock-error", "X", "locked"))
WRONG = said("AR", Issue("error", "not-supported", "X", "no such event"))


@pytest.mark.parametrize(
    ("says", "sent"),
    [
        ([said("AA")], 1),
        ([LOST, said("AA")], 2),
        ([LOST, LOCKED, said("AA")], 3),
        ([said("AE"), said("AA")], 1),
        ([WRONG, said("AA")], 1),
        ([LOCKED, LOCKED, LOCKED, LOCKED], 3),
        ([b""], 1),
    ],
)
async def test_repeated_unchanged_until_there_is_an_answer(says: list[bytes], sent: int) -> None:
    receiver = Scripted(*says)
    expected = says[sent - 1]
    assert await deliver(receiver, MESSAGE, retries=2, wait=0) == expected
    assert receiver.sent == [MESSAGE] * sent


async def test_in_vain() -> None:
    receiver = Scripted(LOST, LOST, LOST)
    with pytest.raises(TransportError):
        await deliver(receiver, MESSAGE, retries=2, wait=0)
    assert len(receiver.sent) == 3


@pytest.mark.parametrize(
    "address", ["", "mllp:x", "mllp://host", "ftp://host:1", "host:2575", "mllp://host:99999", "http://"]
)
def test_no_address(address: str) -> None:
    with pytest.raises(TransportError) as caught:
        sender_to(address)
    assert caught.value.issues[0].id == "VR-TRANSPORT-0004"


def test_addresses() -> None:
    assert isinstance(sender_to("mllp://[::1]:2575"), MllpSender)
    assert isinstance(sender_to(URL), HttpSender)


@respx.mock
@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (httpx.Response(200, content=b"MSH|answer", headers={"content-type": ER7}), b"MSH|answer"),
        (
            httpx.Response(500, content=b"MSH|AE", headers={"content-type": "application/hl7-v2; charset=utf-8"}),
            b"MSH|AE",
        ),
        (httpx.Response(202), b""),
        (httpx.Response(200, content=b"<html>", headers={"content-type": "text/html"}), "processing"),
        (httpx.Response(503), "transient"),
        (httpx.ConnectError("refused"), "transient"),
        (httpx.ReadTimeout("late"), "timeout"),
    ],
)
async def test_over_http(response: httpx.Response | Exception, expected: bytes | str) -> None:
    effect = {"side_effect": response} if isinstance(response, Exception) else {"return_value": response}
    route = respx.post(URL).mock(**effect)
    async with HttpSender(URL, token="secret") as sender:
        if isinstance(expected, bytes):
            assert await sender.send(MESSAGE) == expected
        else:
            with pytest.raises(TransportError) as caught:
                await sender.send(MESSAGE)
            (issue,) = caught.value.issues
            assert (issue.id, issue.code) == ("VR-TRANSPORT-0005", expected)
            assert "secret" not in issue.text
    request = route.calls[0].request
    assert (request.content, request.headers["content-type"]) == (MESSAGE, ER7)
    assert request.headers["authorization"] == "Bearer secret"


async def test_several_messages_of_one_connection_at_a_time_are_answered_in_order() -> None:
    running = most = 0
    begun: list[bytes] = []

    async def slow(data: bytes, _: Peer) -> bytes:
        nonlocal running, most
        begun.append(data)
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05 if data.endswith(b"0\r") else 0)
        running -= 1
        return acknowledge(data, "AA", control_id="A1", now=datetime(2026, 1, 5, tzinfo=UTC))

    messages = [MESSAGE.replace(b"|M1|", b"|M%d|" % number) + b"NTE|%d\r" % number for number in range(7)]
    async with MllpListener(slow, port=0, together=3) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"".join(map(frame, messages)))
        answers = [await reader.readuntil(b"\x1c\r") for _ in messages]
        writer.close()
    assert [parse(each.strip(b"\x0b\x1c\r")).value("MSA-2") for each in answers] == [f"M{n}" for n in range(7)]
    assert begun == messages
    assert most == 3
