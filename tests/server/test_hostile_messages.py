"""Messages and batches made to cost much: bounded at the door, in memory and in time, and answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from talking import Client, rules

from vrfhir.hl7v2 import parse, parse_batch
from vrfhir.server import Grant
from vrfhir.server.gateway import Gateway
from vrfhir.server.inbox import admission, batches
from vrfhir.server.inbox.admission import order_keys, outline
from vrfhir.transport import Peer

REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes()
HEADER = REF.partition(b"\r")[0] + b"\r"
PEER = Peer("127.0.0.1", 1)
URL = "http://endpoint.test/hl7v2"
ER7 = {"content-type": "application/hl7-v2+er7"}


def take(client: Client, data: bytes) -> Any:
    return parse(client.run(Gateway(client.app.endpoint).handle(data, PEER)))


@pytest.mark.parametrize("filler", [b"MSH|\r", b"BHS\r", b"\nMSH", b"FTS|1\r"])
def test_a_batch_of_crumbs_is_refused_whole_and_kept(client: Client, filler: bytes) -> None:
    data = HEADER + filler * (batches.MOST_MESSAGES + 1)
    answer = take(client, data)
    assert (answer.value("MSA-1"), answer.value("ERR-5")) in (("AE", "VR-GATEWAY-0008"), ("AR", "VR-GATEWAY-0008"))
    (kept,) = client.app.endpoint.store.inbox("quarantined")
    assert kept.content == data
    response = client.post(URL, data, headers=ER7)
    assert (response.status_code, rules(response)) == (413, ["VR-GATEWAY-0008"])


def test_a_batch_of_many_messages_is_taken(client: Client) -> None:
    messages = [REF.replace(b"MSG00001", b"M%d" % n).replace(b"REF-2026-0001", b"R%d" % n) for n in range(5)]
    data = b"BHS|^~\\&|GPSYS|A81001\r" + b"".join(messages) + b"BTS|5\r" + b"\r" * 100_000
    answer = parse_batch(client.run(Gateway(client.app.endpoint).handle(data, PEER)))
    assert [message.value("MSA-1") for message in answer.messages] == ["AA"] * 5


def test_headers_of_every_length_leave_little_behind(make_client: Callable[..., Client]) -> None:
    client = make_client(acknowledgement={"*": "stored"})
    gateway = Gateway(client.app.endpoint)
    for number in range(4):
        message = REF.replace(b"MSG00001", b"M%d" % number).replace(
            b"UNICODE UTF-8", b"UNICODE UTF-8|||||" + b"x" * 500_000
        )
        answer = parse(client.run(gateway.handle(message, PEER)))
        assert answer.value("MSA-1") == "AA"
    remembered = gateway._answers._forms._forms
    assert sum(len(part) for key in remembered for part in key) < 10_000
    assert admission._is_sound.cache_info().currsize <= 1024
    client.run(gateway.stop())


def test_others_are_served_while_a_message_is_looked_through(client: Client) -> None:
    """Without a control id only the whole of it would tell what it is."""
    large = HEADER.replace(b"|MSG00001|", b"||") + b"ZZZ\r" * 400_000

    async def story() -> int:
        gateway = Gateway(client.app.endpoint)
        looking = asyncio.create_task(gateway.handle(large, PEER))
        turns = 0
        while not looking.done():
            await asyncio.sleep(0)
            turns += 1
        assert b"VR-GATEWAY-0001" in (looking.result() or b"")
        return turns

    assert client.run(story()) > 20  # of a few when nothing else has its turn


def test_what_a_message_is_kept_in_order_by_is_bounded() -> None:
    many = HEADER + b"PID|1||" + b"~".join(b"%d^^^A^PI" % n for n in range(50_000)) + b"\r"
    several = HEADER + b"".join(b"PID|1||%d^^^A^PI\r" % n for n in range(50_000))
    for message in (many, several):
        assert 0 < len(order_keys(message)) <= 1000
    assert len(outline(several).segments) <= 1001
    ends = REF.replace(b"\r", b"\r\n")
    assert order_keys(REF) == order_keys(ends) == {"PID|9990548609", "PID|LOCAL77", "RF1|REF-2026-0001"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfeM\x00S\x00H\x00|\x00",
        "MSH|^~\\&|A|B|C|D|2026||ACK|1|P|2.5.1|||AL\rMSA|AA|1\r".encode("utf-16"),
        "MSH|^~\\&|A|B|C|D|2026||ADT^A08|1|P|2.5.1\rPID|1\r".encode("utf-16-le"),
        b"MSH|^~\\&|GP\rmore|B|C|D|2026||ADT^A08|1|P|2.5.1\r",
        b"MSH|^~\\&|A|B|C|D|2026||ADT^A08|1|P|2.5.1|||||||" + b"~".join([b"UNICODE UTF-8"] * 1000) + b"\r",
        b"BHS|^~\\&\rMSH|^~\\&|A\rBTS|x\r",
        b"FHS\rBHS\rMSH\rMSH|\rFTS",
    ],
)
def test_over_http_everything_is_answered_by_the_protocol(
    make_client: Callable[..., Client], tmp_path: Path, data: bytes
) -> None:
    for tokens in ((), (Grant(token="t-1", role="requester"),), (Grant(token="t-1", role="owner", organisation="X"),)):
        client = make_client(tokens=tokens, database=tmp_path / f"{len(tokens and tokens[0].role)}.sqlite")
        response = client.post(URL, data, headers=ER7 | {"authorization": "Bearer t-1"})
        assert response.status_code in (200, 202, 403), response.text


@pytest.mark.parametrize("mode", ["processed", "stored"])
@pytest.mark.parametrize("crumb", [b"|A", b"^A", b"~A", b"&A", b"\rZZZ", b"|"])
def test_a_message_of_crumbs_is_refused_and_kept(make_client: Callable[..., Client], crumb: bytes, mode: str) -> None:
    client = make_client(acknowledgement={"*": mode})
    data = REF.rstrip(b"\r") + b"\rZZZ|" + crumb * 300_001 + b"\r"
    answer = take(client, data)
    assert answer.value("MSA-1") in ("AE", "AR")
    assert answer.value("ERR-5") == "VR-GATEWAY-0009"
    assert [row.content for row in client.app.endpoint.store.inbox("rejected")] == [data]
    assert take(client, data).encode() == answer.encode()


def test_a_large_document_is_not_many_parts(client: Client) -> None:
    data = REF + b"OBX|9|ED|A^B^L||^AP^PDF^Base64^" + b"QUJD" * 300_000 + b"||||||F\r"
    assert take(client, data).value("MSA-1") == "AA"
