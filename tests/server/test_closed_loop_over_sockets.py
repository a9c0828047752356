"""The whole loop with real sockets: REF^I12 in over MLLP, worked over HTTP, RRI^I12 back to the sender."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from talking import Client

from vrfhir.cli.serve import serve
from vrfhir.hl7v2 import Message, acknowledge, parse
from vrfhir.server import Settings, create_app
from vrfhir.transport import MllpListener, Peer, send
from vrfhir.workflow import REFERRAL_STATUS_SYSTEM

REF = Path(__file__).parent / "data" / "ref-i12-driver.hl7"


class GpSystem:
    """The sender's side: takes the answers, acknowledges them with what it was told to say."""

    def __init__(self) -> None:
        self.received: list[Message] = []
        self.says = ["AA"]
        self.came = asyncio.Event()

    async def handle(self, data: bytes, peer: Peer) -> bytes:
        message = parse(data)
        self.received.append(message)
        self.came.set()
        code = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        return acknowledge(message, code, control_id=f"A{len(self.received)}", now=datetime.now(UTC))  # type: ignore[arg-type]

    async def wait_for(self, number: int) -> Message:
        async with asyncio.timeout(20):
            while len(self.received) < number:
                self.came.clear()
                await self.came.wait()
        return self.received[number - 1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def milestone(code: str) -> dict[str, Any]:
    return {"coding": [{"system": REFERRAL_STATUS_SYSTEM, "code": code}]}


def test_one_referral_there_and_back(tmp_path: Path, validator: Any) -> None:
    async def story() -> None:
        gp = GpSystem()
        async with AsyncExitStack() as stack:
            listener = await stack.enter_async_context(MllpListener(gp.handle, "127.0.0.1", 0))
            http_port, mllp_port = free_port(), free_port()
            settings = Settings(
                database=tmp_path / "loop.sqlite",
                port=http_port,
                mllp_port=mllp_port,
                partners={"GPSYS|A81001": f"127.0.0.1:{listener.port}"},
            )
            app = create_app(settings, validator=validator)
            stop = asyncio.Event()
            server = asyncio.create_task(serve(app, stop=stop))
            fhir = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{http_port}/fhir/"))
            await until_up(fhir)

            acknowledgement = parse(await send("127.0.0.1", mllp_port, REF.read_bytes(), timeout=20))
            assert acknowledgement.value("MSA-1") == "AA", acknowledgement.encode()

            tasks = (await fhir.get("Task?status=received")).json()["entry"]
            task = tasks[0]["resource"]
            task |= {"status": "accepted", "businessStatus": milestone("accepted")}
            accepted = await put(fhir, task)
            rri = await gp.wait_for(1)
            assert (rri.type.code, rri.type.trigger) == ("RRI", "I12")
            assert (rri.value("MSH-5"), rri.value("MSH-6")) == ("GPSYS", "A81001")
            assert rri.value("RF1-1") == "A"
            assert rri.value("RF1-6") == "REF-2026-0001"
            assert rri.value("RF1-1.4") == "accepted"

            await put(fhir, accepted | {"status": "in-progress", "businessStatus": milestone("plan-agreed")})
            assert (await gp.wait_for(2)).value("RF1-1.4") == "plan-agreed"

            noted = (await fhir.get(f"Task/{task['id']}")).json()
            await put(fhir, noted | {"note": [{"text": "A note moves nothing"}]})
            await asyncio.sleep(0.3)
            assert len(gp.received) == 2

            stop.set()
            await server
            assert app.services.mllp_port is None

    asyncio.run(story())


async def put(fhir: httpx.AsyncClient, task: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/fhir+json"}
    answer = await fhir.put(f"Task/{task['id']}", json=task, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def until_up(fhir: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await fhir.get("Patient/none")
            except httpx.TransportError:
                await asyncio.sleep(0.02)
            else:
                return


# --- the outbox by itself -----------------------------------------------------------------------------------------


@pytest.fixture
def accepted(make_client: Callable[..., Client]) -> Callable[..., Client]:
    """An endpoint with one RRI in its outbox."""

    def make(**settings: Any) -> Client:
        from vrfhir.server.gateway import Gateway

        client = make_client(**settings)
        client.run(Gateway(client.app.endpoint).handle(REF.read_bytes(), Peer("127.0.0.1", 1)))
        task = client.get("Task").json()["entry"][0]["resource"]
        moved = task | {"status": "accepted", "businessStatus": milestone("accepted")}
        assert client.put(f"Task/{task['id']}", moved).status_code == 200
        assert len(client.app.endpoint.store.outbox("pending")) == 1
        return client

    return make


def deliver(client: Client, rounds: int = 1) -> None:
    from vrfhir.server.outbox import Outbox

    outbox = Outbox(client.app.endpoint)
    for _ in range(rounds):
        client.run(outbox.deliver_due())


def test_a_partner_nobody_knows_loses_nothing(accepted: Callable[..., Client]) -> None:
    client = accepted()
    deliver(client, 3)
    (row,) = client.app.endpoint.store.outbox("pending")
    assert (row.attempts, row.destination, row.kind) == (0, "GPSYS|A81001", "RRI^I12")


def test_a_partner_who_is_away_is_tried_again_and_then_given_up(accepted: Callable[..., Client]) -> None:
    address = f"127.0.0.1:{free_port()}"
    client = accepted(partners={"A81001": address}, retry_seconds=0.001, max_attempts=3, send_timeout=2)
    for attempts in (1, 2):
        deliver(client)
        (row,) = client.app.endpoint.store.outbox("pending")
        assert row.attempts == attempts
        assert row.failure == "VR-V2-0905"
        client.run(asyncio.sleep(0.05))
    deliver(client)
    (dead,) = client.app.endpoint.store.outbox("dead")
    assert dead.attempts == 3


def test_a_failed_delivery_waits_longer_each_time(accepted: Callable[..., Client]) -> None:
    client = accepted(partners={"A81001": f"127.0.0.1:{free_port()}"}, retry_seconds=50)
    deliver(client)
    (row,) = client.app.endpoint.store.outbox("pending")
    assert 40_000_000 < row.due - client.app.endpoint.now() <= 50_000_000
    deliver(client)
    assert client.app.endpoint.store.outbox("pending")[0].attempts == 1


@pytest.mark.parametrize(
    ("says", "status"), [(["AA"], "sent"), (["CA"], "sent"), (["AE"], "dead"), (["CE"], "dead"), (["AR", "AA"], "sent")]
)
def test_what_the_partner_says_decides(accepted: Callable[..., Client], says: list[str], status: str) -> None:
    port = free_port()
    client = accepted(partners={"GPSYS|A81001": f"127.0.0.1:{port}"}, retry_seconds=0.001)

    async def run() -> list[Message]:
        from vrfhir.server.outbox import Outbox

        gp = GpSystem()
        gp.says = list(says)
        async with MllpListener(gp.handle, "127.0.0.1", port):
            for _ in range(len(says)):
                await Outbox(client.app.endpoint).deliver_due()
                await asyncio.sleep(0.02)
        return gp.received

    received = client.run(run())
    (row,) = client.app.endpoint.store.outbox(status)
    assert len(received) == len(says)
    assert {message.control_id for message in received} == {row.control_id}
    assert row.answer is not None


def test_answers_follow_each_other_in_order(accepted: Callable[..., Client]) -> None:
    port = free_port()
    client = accepted(partners={"GPSYS|A81001": f"127.0.0.1:{port}"})
    task = client.get("Task").json()["entry"][0]["resource"]
    moved = task | {"status": "in-progress", "businessStatus": milestone("assessed")}
    assert client.put(f"Task/{task['id']}", moved).status_code == 200

    async def run() -> list[str | None]:
        from vrfhir.server.outbox import Outbox

        gp = GpSystem()
        async with MllpListener(gp.handle, "127.0.0.1", port):
            outbox = Outbox(client.app.endpoint)
            outbox.start()
            await gp.wait_for(2)
            await asyncio.sleep(0.1)
            await outbox.stop()
        return [message.value("RF1-1.4") for message in gp.received]

    assert client.run(run()) == ["accepted", "assessed"]
    assert client.app.endpoint.store.outbox("pending") == []


def test_a_referral_that_came_over_fhir_has_no_answer_over_v2(client: Client, message: dict[str, Any]) -> None:
    assert client.post("$process-message", message).status_code == 200
    task = client.get("Task").json()["entry"][0]["resource"]
    moved = task | {"status": "accepted", "businessStatus": milestone("accepted")}
    assert client.put(f"Task/{task['id']}", moved).status_code == 200
    assert client.app.endpoint.store.outbox() == []
