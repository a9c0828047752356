"""Batches and several messages at once: each kept and answered, the envelope kept with them, the bytes found again."""

from __future__ import annotations

from pathlib import Path

import pytest
from talking import Client

from vrfhir.cli import main
from vrfhir.hl7v2 import parse
from vrfhir.hl7v2.batch import split_batch
from vrfhir.transport import Peer

REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes()
PEER = Peer("127.0.0.1", 1)
FHS, BHS = rb"FHS|^~\&|GPSYS|A81001|VR|X|20261120||||F1" + b"\r", rb"BHS|^~\&|GPSYS|A81001|VR|X|20261120||||B1" + b"\r"


def referral(number: int) -> bytes:
    return REF.replace(b"MSG00001", b"MSG%05d" % number).replace(b"REF-2026-0001", b"REF-%d" % number)


def send(client: Client, data: bytes) -> bytes:
    return bytes(client.run(client.app.services.gateway.handle(data, PEER)))


def codes(answer: bytes) -> list[tuple[str | None, str | None]]:
    messages = [parse(part.data) for part in split_batch(answer) if part.name == "MSH"]
    return [(message.value("MSA-1"), message.value("MSA-2")) for message in messages]


def test_the_envelope_is_kept_with_its_messages(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    ack = rb"MSH|^~\&|GPSYS|A81001|VR|X|20261120||ACK|7|P|2.5.1" + b"\rMSA|AA|1\r"
    batch = FHS + BHS + referral(1) + ack + referral(2) + b"BTS|3|day\rFTS|1\r"
    answer = send(client, batch)
    assert codes(answer) == [("AA", "MSG00001"), ("AA", "MSG00002")]
    store = client.app.endpoint.store
    parts = store.batch(1)
    assert [part.name for part in parts] == ["FHS", "BHS", "MSH", "MSH", "MSH", "BTS", "FTS"]
    assert b"".join(part.content for part in parts) == batch
    first = store.message("mllp", "GPSYS|A81001", "MSG00001")
    assert first is not None
    assert parts[2].message == first.pk
    database = str(client.app.endpoint.settings.database)
    assert main(["queue", "--database", database, "--show", "batch:1"]) == 0
    assert capsys.readouterr().out == batch.decode().replace("\r", "\n")
    assert main(["queue", "--database", database, "--status", "accepted", "--json"]) == 0
    assert capsys.readouterr().out.count('"batch": 1') == 2


def test_a_batch_that_comes_again_is_kept_once_and_answered_alike(client: Client) -> None:
    batch = BHS + referral(1) + referral(2) + b"BTS|2\r"
    first, again = send(client, batch), send(client, batch)
    assert [part.data for part in split_batch(first)[1:]] == [part.data for part in split_batch(again)[1:]]
    assert client.app.endpoint.store.batch(2) == []
    other = BHS + referral(2) + b"BTS|1\r"
    assert codes(send(client, other)) == [("AA", "MSG00002")]
    assert b"".join(part.content for part in client.app.endpoint.store.batch(2)) == other


def test_what_is_refused_or_strange_keeps_its_place(client: Client) -> None:
    wrong = referral(2).replace(b"9990548609", b"9990548608")
    nameless = referral(3).replace(b"MSG00003", b"")
    batch = BHS + referral(1) + wrong + nameless + b"BTS|3\r"
    answered = codes(send(client, batch))
    assert [code for code, _ in answered] == ["AA", "AE", "AE"]
    assert b"".join(part.content for part in client.app.endpoint.store.batch(1)) == batch


def test_a_wrong_count_is_told(client: Client) -> None:
    answer = send(client, BHS + referral(1) + b"BTS|5\r")
    (trailer,) = [part.data for part in split_batch(answer) if part.name == "BTS"]
    assert trailer.split(b"|")[:2] == [b"BTS", b"1"]
    assert trailer.startswith(b"BTS|1|VR-V2-0028")


def test_several_messages_in_one_frame_are_each_answered(client: Client) -> None:
    both = referral(1) + referral(2)
    answer = send(client, both)
    assert codes(answer) == [("AA", "MSG00001"), ("AA", "MSG00002")]
    assert [part.name for part in split_batch(answer)] == ["MSH", "MSH"]
    assert client.get("Task?_summary=count").json()["total"] == 2
    assert b"".join(part.content for part in client.app.endpoint.store.batch(1)) == both
