"""Documents of five megabytes in a message: taken over both doors, bounded, found again whole, in no log."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from talking import Client

from vrfhir.hl7v2 import parse, read_answer
from vrfhir.server.inbox.admission import order_keys, outline
from vrfhir.server.inbox.batches import messages_of
from vrfhir.transport import MllpSender, Peer

REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes().rstrip(b"\r") + b"\r"
DOCUMENT = b"%PDF-1.7 " + b"A fictional assessment report. " * 161_290
ENCODED = base64.b64encode(DOCUMENT)
MESSAGE = REF + b"OBX|99|ED|LETTER^Letter^99L||^AP^PDF^Base64^" + ENCODED + b"||||||F\r"


def attachments(client: Client) -> list[dict[str, object]]:
    entries = client.get("DocumentReference?_count=50").json()["entry"]
    found = [content["attachment"] for entry in entries for content in entry["resource"]["content"]]
    return [each for each in found if each.get("contentType") == "application/pdf"]


def test_a_document_of_five_megabytes_over_mllp(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert len(DOCUMENT) >= 4_999_000
    caplog.set_level(logging.DEBUG)
    settings = client.app.endpoint.settings.model_copy(update={"mllp_port": 0})
    client.app.endpoint.settings = settings

    async def story() -> bytes:
        await client.app.services.start()
        port = client.app.services.mllp_port
        assert port is not None
        async with MllpSender("127.0.0.1", port, timeout=120) as sender:
            return await sender.send(MESSAGE)

    answer = client.run(story())
    assert read_answer(answer).code == "AA", answer
    (attachment,) = attachments(client)
    assert attachment["size"] == len(DOCUMENT)
    assert attachment["hash"] == base64.b64encode(hashlib.sha1(DOCUMENT).digest()).decode()
    assert base64.b64decode(str(attachment["data"])) == DOCUMENT
    assert all(len(record.getMessage()) < 1000 for record in caplog.records)
    assert ENCODED[:60].decode() not in caplog.text


def test_the_same_over_http(client: Client) -> None:
    response = client.post("http://endpoint.test/hl7v2", MESSAGE, headers={"content-type": "application/hl7-v2+er7"})
    assert parse(response.content).value("MSA-1") == "AA"
    assert len(attachments(client)) == 1


def test_at_the_door_a_large_message_costs_little(make_client: Callable[..., Client]) -> None:
    """Framed, filed and acknowledged before the document is looked at; the time is that of this process alone."""
    client = make_client(acknowledgement={"*": "stored"})
    gateway = client.app.services.gateway
    gateway._worklist()._closed = True  # what comes after is not measured

    async def story() -> float:
        begun = time.process_time()
        assert await gateway.handle(MESSAGE, Peer("127.0.0.1", 1))
        return time.process_time() - begun

    assert client.run(story()) < 0.4


def test_what_a_message_is_about_is_read_without_its_document() -> None:
    message = outline(MESSAGE)
    assert [segment.name for segment in message.segments] == ["MSH", "RF1", "PID"]
    assert order_keys(MESSAGE) == order_keys(REF) == order_keys(message)
    assert messages_of(MESSAGE) is None


def test_a_larger_one_is_refused_and_the_connection_lives_on(make_client: Callable[..., Client]) -> None:
    client = make_client(max_message_bytes=1_000_000, mllp_port=0)

    async def story() -> tuple[bytes, bytes]:
        await client.app.services.start()
        port = client.app.services.mllp_port
        assert port is not None
        async with MllpSender("127.0.0.1", port, timeout=60) as sender:
            return await sender.send(MESSAGE), await asyncio.wait_for(sender.send(REF), 60)

    refused, taken = client.run(story())
    assert (read_answer(refused).code, read_answer(refused).reported[0].id) == ("AR", "VR-V2-0901")
    assert read_answer(taken).code == "AA"
