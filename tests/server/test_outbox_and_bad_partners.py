"""Partners that stall, answer nonsense or for another message, and clocks that jump: the others get theirs, in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from talking import Client

from vrfhir.hl7v2 import acknowledge, parse
from vrfhir.server.gateway import Gateway
from vrfhir.server.outbox import Outbox
from vrfhir.server.store import OutboxRow
from vrfhir.transport import MllpListener, Peer

PEER = Peer("127.0.0.1", 1)
Says = Callable[[bytes], Awaitable[bytes]]


def content(control_id: str) -> bytes:
    return f"MSH|^~\\&|VR|X|GP|Y|20261120||ACK^I12^ACK|{control_id}|P|2.5.1\rMSA|AA|1\r".replace("ACK", "RRI").encode()


def put(client: Client, destination: str, *control_ids: str, due: int = 0) -> None:
    rows = [OutboxRow(destination, each, "RRI^I12", "", content(each), created=0, due=due) for each in control_ids]

    def work(tx: Any) -> None:
        for row in rows:
            tx.enqueue(row)

    client.run(client.app.endpoint.store.write(work))


def agreed(data: bytes, code: str = "AA") -> bytes:
    return acknowledge(data, code, control_id="A1", now=datetime.now(UTC))  # type: ignore[arg-type]


class Partner:
    """Answers as it is told, and remembers what came."""

    def __init__(self, says: Callable[[bytes], bytes], takes: float = 0) -> None:
        self.says, self.takes = says, takes
        self.came: list[str] = []

    async def handle(self, data: bytes, _: Peer) -> bytes:
        self.came.append(parse(data).control_id)
        await asyncio.sleep(self.takes)
        return self.says(data)


async def with_partners(stack: AsyncExitStack, client: Client, **partners: Partner) -> None:
    """Listen for each partner, and say in the settings where it is."""
    addresses = {}
    for name, partner in partners.items():
        listener = await stack.enter_async_context(MllpListener(partner.handle, port=0))
        addresses[name] = f"127.0.0.1:{listener.port}"
    endpoint = client.app.endpoint
    endpoint.correspondents._settings = endpoint.settings.model_copy(update={"partners": addresses})


async def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 -- what is asked is in the database
            await asyncio.sleep(0.01)


def test_a_partner_that_stalls_holds_up_its_own_messages_only(client: Client) -> None:
    put(client, "APP|SLOW", "S1", "S2")
    put(client, "APP|FAST", *(f"F{number}" for number in range(6)))

    async def story() -> None:
        slow, fast = Partner(agreed, takes=3), Partner(agreed)
        async with AsyncExitStack() as stack:
            await with_partners(stack, client, SLOW=slow, FAST=fast)
            outbox = Outbox(client.app.endpoint)
            outbox.start()
            await until(lambda: len(fast.came) == 6, 2.5)
            assert slow.came == ["S1"]
            await outbox.stop()
        assert fast.came == [f"F{number}" for number in range(6)]

    client.run(story())
    assert {row.control_id for row in client.app.endpoint.store.outbox("pending")} == {"S2"}


def test_what_is_under_way_at_the_end_is_sent_again_next_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vrfhir.server.outbox._GRACE_SECONDS", 0.1)
    put(client, "APP|SLOW", "S1")

    async def story() -> None:
        slow = Partner(agreed, takes=60)
        async with AsyncExitStack() as stack:
            await with_partners(stack, client, SLOW=slow)
            outbox = Outbox(client.app.endpoint)
            outbox.start()
            await until(lambda: slow.came == ["S1"])
            await asyncio.wait_for(outbox.stop(), 5)

    client.run(asyncio.wait_for(story(), 25))
    assert [row.status for row in client.app.endpoint.store.outbox()] == ["pending"]


SECRET = "Driver^John secret"


@pytest.mark.parametrize(
    ("says", "status", "failure"),
    [
        (lambda data: agreed(content("OTHER"), "AE"), "pending", "AE VR-V2-0303 VR-V2-0302"),
        (lambda data: agreed(content("OTHER")), "pending", "AA VR-V2-0302"),
        (lambda data: b"MSH|^~\\&|A|B|C|D|2026||ACK|1|P|2.5.1\rMSA|AE|\r", "dead", "AE VR-V2-0303 VR-V2-0302"),
        (lambda data: agreed(data, "AR"), "pending", "AR VR-V2-0303"),
        (lambda data: b"", "pending", "VR-V2-0001"),
        (lambda data: b"\x00\xff" + SECRET.encode(), "pending", "VR-V2-0003"),
        (lambda data: SECRET.encode() * 10_000, "pending", "VR-V2-0004"),
        (lambda data: agreed(data).replace(b"MSA|AA", b"MSA|" + SECRET.encode()), "pending", "VR-V2-0304"),
        (lambda data: content("X1"), "pending", "AA VR-V2-0302"),
    ],
)
def test_what_is_no_answer_to_the_message_settles_nothing(
    client: Client, caplog: pytest.LogCaptureFixture, says: Callable[[bytes], bytes], status: str, failure: str
) -> None:
    caplog.set_level(logging.DEBUG)
    put(client, "APP|GP", "M1", "M2")

    async def story() -> None:
        partner = Partner(says)
        async with AsyncExitStack() as stack:
            await with_partners(stack, client, GP=partner)
            await Outbox(client.app.endpoint).deliver_due()
        assert partner.came == ["M1"]

    client.run(story())
    first, second = client.app.endpoint.store.outbox()
    assert (first.status, first.attempts, second.attempts) == (status, 1, 0)
    assert sorted(first.failure.split()) == sorted(failure.split())
    shown = caplog.text + "".join(str(vars(record)) for record in caplog.records if record.name.startswith("vrfhir"))
    assert "Driver" not in shown


def test_a_clock_that_was_set_back_holds_up_nothing(client: Client) -> None:
    """The next attempt was due in seconds; then the clock went back a day."""
    endpoint = client.app.endpoint
    now = endpoint.now()
    put(client, "APP|GP", "M1", due=now + 86_400_000_000)
    put(client, "APP|LATER", "M2", due=now + 60_000_000)

    async def story() -> list[str]:
        partner = Partner(agreed)
        async with AsyncExitStack() as stack:
            await with_partners(stack, client, GP=partner, LATER=partner)
            await Outbox(endpoint).deliver_due()
        return partner.came

    assert client.run(story()) == ["M1"]


def test_a_refusal_that_overtakes_the_receipt_is_not_forgotten(client: Client) -> None:
    """Enhanced mode: the application's AE comes over its own connection before the CA of ours was read."""
    put(client, "GP|Y", "M1")

    async def story() -> None:
        async def overtaking(data: bytes, _: Peer) -> bytes:
            refusal = b"MSH|^~\\&|GP|Y|VR|X|20261120||ACK^I12^ACK|R1|P|2.5.1\rMSA|AE|M1\rERR|||207|E|" + SECRET.encode()
            await Gateway(client.app.endpoint).handle(refusal + b"\r", PEER)
            return agreed(data, "CA")

        async with MllpListener(overtaking, port=0) as listener:
            endpoint = client.app.endpoint
            addresses = {"GP|Y": f"127.0.0.1:{listener.port}"}
            endpoint.correspondents._settings = endpoint.settings.model_copy(update={"partners": addresses})
            await Outbox(endpoint).deliver_due()

    client.run(story())
    (row,) = client.app.endpoint.store.outbox()
    assert (row.status, row.failure) == ("dead", "AE")


def test_a_dead_letter_that_is_put_back_goes_before_what_waits(client: Client) -> None:
    put(client, "APP|GP", "M1", "M2", "M3")

    async def story() -> list[str]:
        codes = iter(("AE", "AA", "AA", "AA"))
        partner = Partner(lambda data: agreed(data, next(codes)))
        async with AsyncExitStack() as stack:
            await with_partners(stack, client, GP=partner)
            outbox = Outbox(client.app.endpoint)
            await outbox.deliver_due()
            from vrfhir.server.store.desk import Desk

            desk = Desk(client.app.endpoint.settings.database)
            (dead,) = desk.letters("out", "dead")
            assert desk.again("out", dead.pk)
            desk.close()
            for _ in range(3):
                await outbox.deliver_due()
        return partner.came

    assert client.run(story()) == ["M1", "M1", "M2", "M3"]


def test_a_partner_without_an_address_is_named_in_the_log_once(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    put(client, "GPSYS|NOWHERE", "R1", "R2")
    outbox = Outbox(client.app.endpoint)
    for _ in range(3):
        assert client.run(outbox.deliver_due()) == 0
    told = [vars(record) for record in caplog.records if vars(record).get("destination") == "GPSYS|NOWHERE"]
    assert [(each["msg"], each["rules"]) for each in told] == [("delivery", ["VR-GATEWAY-0012"])]
