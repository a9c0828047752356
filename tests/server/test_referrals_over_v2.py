"""A referral that arrives over FHIR for a service that speaks HL7 v2: REF out, ACK and RRI in, the referrer sees it."""

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
from talking import FHIR_JSON, Client, rules

from vrfhir.cli.serve import serve
from vrfhir.errors import VrfhirError
from vrfhir.hl7v2 import Message, acknowledge, parse
from vrfhir.server import Settings, create_app
from vrfhir.server.correspondents import Correspondents
from vrfhir.server.outbox import Outbox
from vrfhir.transport import MllpListener, Peer, send
from vrfhir.workflow import business_status

PEER = Peer("127.0.0.1", 1)
REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes()

SERVICE = """
id = "vr-service"
[endpoint]
names = ["VRSYS|Z99999"]
address = "127.0.0.1:{port}"
gets = ["REF"]
our_name = "HUB|A99999"
{more}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def hub(make_client: Callable[..., Client], tmp_path: Path) -> Callable[..., Client]:
    """Makes an endpoint that knows the service Z99999 by a partner file."""

    def make(port: int = 9, more: str = "", **settings: Any) -> Client:
        path = tmp_path / "service.toml"
        path.write_text(SERVICE.format(port=port, more=more), encoding="utf-8")
        return make_client(partner_files=(path,), unknown_senders="default", **settings)

    return make


def outbox(client: Client, status: str | None = None) -> list[tuple[str, str]]:
    return [(row.destination, row.kind) for row in client.app.endpoint.store.outbox(status)]


def the(client: Client, kind: str) -> dict[str, Any]:
    (entry,) = client.get(kind).json()["entry"]
    return dict(entry["resource"])


def answered(message: Message, state: str, number: int, *more: str) -> bytes:
    """The service's RRI to the REF it got, as another system would write it."""
    echoed = [message.segment(name).raw for name in ("PRD", "PID")]  # type: ignore[union-attr]
    fields = message.segment("RF1").raw.split("|")  # type: ignore[union-attr]
    fields[1] = state
    sent = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    lines = [
        rf"MSH|^~\&|VRSYS|Z99999|HUB|A99999|{sent}+0000||RRI^I12^RRI_I12|V{number}|P|2.5.1|||||GBR|UNICODE UTF-8",
        f"MSA|AA|{message.control_id}",
        "|".join(fields),
        *echoed,
        *more,
    ]
    return "\r".join([*lines, ""]).encode()


def deliver(client: Client, port: int, answer: Callable[[Message], bytes], rounds: int = 1) -> list[Message]:
    """Let the outbox deliver to a service that answers so."""
    received: list[Message] = []

    async def handle(data: bytes, peer: Peer) -> bytes:
        received.append(parse(data))
        return answer(received[-1])

    async def run() -> None:
        async with MllpListener(handle, "127.0.0.1", port):
            for _ in range(rounds):
                await Outbox(client.app.endpoint).deliver_due()
                await asyncio.sleep(0.01)

    client.run(run())
    return received


def says(code: str) -> Callable[[Message], bytes]:
    return lambda message: acknowledge(message, code, control_id="A1", now=datetime.now(UTC))  # type: ignore[arg-type]


def test_a_referral_goes_out_with_its_storing(hub: Callable[..., Client], message: dict[str, Any]) -> None:
    port = free_port()
    client = hub(port)
    answer = client.post("$process-message", message)
    assert answer.status_code == 200, answer.text
    task = the(client, "Task")
    assert task["status"] == "requested"
    assert business_status(task) is None
    assert outbox(client, "pending") == [("VRSYS|Z99999", "REF^I12")]
    (ref,) = deliver(client, port, says("AA"))
    assert [ref.value(f"MSH-{field}") for field in (3, 4, 5, 6)] == ["HUB", "A99999", "VRSYS", "Z99999"]
    assert ref.value("RF1-6") == "run-script"
    assert ref.value("RF1-1") == "P"
    assert ref.value("PID-3") == "9990548609"
    task = the(client, "Task")
    assert (task["status"], business_status(task)) == ("received", "received")
    (row,) = client.app.endpoint.store.audit_trail(f"Task/{task['id']}/_history/2")
    assert (row.interaction, row.role) == ("hl7v2 REF^I12", "owner")


def test_the_rest_door_sends_it_too(hub: Callable[..., Client], message: dict[str, Any]) -> None:
    client = hub()
    kinds = ("ServiceRequest", "Patient", "PractitionerRole", "Practitioner", "Organization", "Condition")
    entries = [
        {"fullUrl": row["fullUrl"], "resource": row["resource"], "request": {"method": "POST", "url": kind}}
        for row in message["entry"]
        if (kind := row["resource"]["resourceType"]) in kinds
    ]
    request = next(row for row in entries if row["resource"]["resourceType"] == "ServiceRequest")
    task = {
        "resourceType": "Task",
        "meta": {"profile": ["https://vrfhir.org/fhir/StructureDefinition/VR-ReferralTask"]},
        "status": "requested",
        "intent": "order",
        "code": {"coding": [{"system": "http://hl7.org/fhir/CodeSystem/task-code", "code": "fulfill"}]},
        "focus": {"reference": request["fullUrl"]},
        "for": request["resource"]["subject"],
        "requester": request["resource"]["requester"],
        "owner": request["resource"]["performer"][0],
        "authoredOn": "2026-11-20T09:30:00Z",
        "lastModified": "2026-11-20T09:30:00Z",
    }
    url = "urn:uuid:10000020-0000-4000-8000-000000000020"
    entries.append({"fullUrl": url, "resource": task, "request": {"method": "POST", "url": "Task"}})
    answer = client.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status_code == 200, answer.text
    assert outbox(client) == [("VRSYS|Z99999", "REF^I12")]


def test_changes_follow_and_the_end_is_told_once(hub: Callable[..., Client], message: dict[str, Any]) -> None:
    port = free_port()
    client = hub(port)
    assert client.post("$process-message", message).status_code == 200
    request = the(client, "ServiceRequest") | {"priority": "asap"}
    assert client.put(f"ServiceRequest/{request['id']}", request).status_code == 200
    task = the(client, "Task") | {"priority": "asap"}
    assert client.put(f"Task/{task['id']}", task).status_code == 200
    cancelled = the(client, "Task") | {"status": "cancelled", "statusReason": {"text": "Moved away."}}
    assert client.put(f"Task/{task['id']}", cancelled).status_code == 200, "cancel"
    assert client.put(f"ServiceRequest/{request['id']}", request | {"status": "revoked"}).status_code == 200
    assert [kind for _, kind in outbox(client)] == ["REF^I12", "REF^I13", "REF^I14"]
    first, second, third = deliver(client, port, says("AA"), rounds=3)
    assert (first.value("RF1-2"), second.value("RF1-2")) == ("R", "A")
    assert third.value("RF1-1") == "E"
    assert "Moved away." in third.text
    assert the(client, "Task")["status"] == "cancelled"


def test_an_owner_nobody_sends_to_changes_nothing(hub: Callable[..., Client], message: dict[str, Any]) -> None:
    client = hub(more='organisations = ["Z00000"]')
    assert client.post("$process-message", message).status_code == 200
    assert the(client, "Task")["status"] == "received"
    assert outbox(client) == []


def test_an_answer_at_once_is_worked_on_like_any_other(hub: Callable[..., Client], message: dict[str, Any]) -> None:
    port = free_port()
    client = hub(port)
    assert client.post("$process-message", message).status_code == 200
    accepted = "A^Accepted^HL70283^accepted^Accepted^VR-REFERRAL-STATUS"

    async def settled() -> None:
        client.app.services.gateway.start()
        async with asyncio.timeout(30):
            while client.app.endpoint.store.inbox("received"):  # noqa: ASYNC110 -- the worklist does it
                await asyncio.sleep(0.02)

    deliver(client, port, lambda ref: answered(ref, accepted, 1))
    (row,) = client.app.endpoint.store.inbox("received")
    assert (row.sender, row.control_id, row.mode) == ("VRSYS|Z99999", "V1", "stored")
    client.run(settled())
    assert the(client, "Task")["status"] == "accepted"
    again = parse(client.run(client.app.services.gateway.handle(row.content, PEER)))
    assert again.value("MSA-1") == "AA"
    assert the(client, "Task")["meta"]["versionId"] == "3"


def test_a_service_that_is_away_is_tried_again_then_given_up_and_it_shows(
    hub: Callable[..., Client], message: dict[str, Any]
) -> None:
    client = hub(free_port(), retry_seconds=0.001, max_attempts=3, send_timeout=2)
    assert client.post("$process-message", message).status_code == 200

    async def rounds(number: int) -> None:
        for _ in range(number):
            await Outbox(client.app.endpoint).deliver_due()
            await asyncio.sleep(0.02)

    client.run(rounds(2))
    assert "note" not in the(client, "Task")
    client.run(rounds(1))
    assert outbox(client, "dead") == [("VRSYS|Z99999", "REF^I12")]
    task = the(client, "Task")
    assert task["status"] == "requested"
    assert [note["text"] for note in task["note"]] == [
        "The message REF^I12 could not be delivered to VRSYS Z99999: VR-V2-0905."
    ]
    request = the(client, "ServiceRequest")
    assert client.put(f"ServiceRequest/{request['id']}", request | {"priority": "asap"}).status_code == 200
    assert outbox(client, "pending") == [("VRSYS|Z99999", "REF^I12")]


def test_a_refusal_by_the_service_is_not_repeated_and_shows(
    hub: Callable[..., Client], message: dict[str, Any]
) -> None:
    port = free_port()
    client = hub(port)
    assert client.post("$process-message", message).status_code == 200
    deliver(client, port, says("AE"), rounds=2)
    assert outbox(client, "dead") == [("VRSYS|Z99999", "REF^I12")]
    (note,) = the(client, "Task")["note"]
    assert note["text"].startswith("The message REF^I12 could not be delivered to VRSYS Z99999: AE")


@pytest.mark.parametrize(("sender", "counts"), [("VRSYS|Z99999", True), ("OTHER|Z11111", False)])
def test_the_application_may_refuse_later_what_its_door_took(
    hub: Callable[..., Client], message: dict[str, Any], sender: str, counts: bool
) -> None:
    port = free_port()
    client = hub(port)
    assert client.post("$process-message", message).status_code == 200
    (ref,) = deliver(client, port, says("CA"))
    assert the(client, "Task")["status"] == "received"
    lines = [
        rf"MSH|^~\&|{sender}|HUB|A99999|20261123120000||ACK^I12^ACK|L1|P|2.5.1|||AL|NE",
        f"MSA|AE|{ref.control_id}",
    ]
    receipt = parse(client.run(client.app.services.gateway.handle("\r".join([*lines, ""]).encode(), PEER)))
    assert receipt.value("MSA-1") == "CA"
    assert outbox(client, "dead") == ([("VRSYS|Z99999", "REF^I12")] if counts else [])
    assert ("note" in the(client, "Task")) is counts


@pytest.mark.parametrize("allowed", [False, True])
def test_a_loss_is_refused_unless_the_partner_file_allows_it(
    hub: Callable[..., Client], message: dict[str, Any], monkeypatch: pytest.MonkeyPatch, allowed: bool
) -> None:
    import vrfhir.mappers
    from vrfhir.mappers import Loss, Written
    from vrfhir.mappers.issues import CATALOGUE

    real = vrfhir.mappers.to_hl7v2

    def losing(bundle: Any, *, allow_loss: bool = False, **options: Any) -> Written:
        """A writer for which the priority of the referral has no place."""
        from vrfhir.errors import UnreadableError

        if not allow_loss:
            raise UnreadableError(CATALOGUE.issue("VR-V2-0542", expression="ServiceRequest.priority", count=1))
        written = real(bundle, **options)
        return Written(written.message, [Loss("ServiceRequest/1", "priority", "no field")], [], written.counts)

    monkeypatch.setattr(vrfhir.mappers, "to_hl7v2", losing)
    client = hub(more="allow_loss = true" if allowed else "")
    answer = client.post("$process-message", message)
    if allowed:
        assert answer.status_code == 200
        assert outbox(client) == [("VRSYS|Z99999", "REF^I12")]
        header = answer.json()["entry"][0]["resource"]
        (outcome,) = header["contained"]
        assert header["response"]["details"]["reference"] == f"#{outcome['id']}"
        assert "priority" in outcome["issue"][0]["details"]["text"]
    else:
        assert answer.status_code == 422
        assert rules(answer) == ["VR-REFERRAL-0013", "VR-V2-0542"]
        assert outbox(client) == []
        assert client.get("Task").json()["total"] == 0


def test_a_referral_that_is_too_much_for_a_message_is_refused_and_not_cut(
    hub: Callable[..., Client], message: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from vrfhir.server import referral_bundle

    monkeypatch.setattr(referral_bundle, "_MOST_RESOURCES", 2)
    client = hub()
    answer = client.post("$process-message", message)
    assert (answer.status_code, rules(answer)) == (422, ["VR-REFERRAL-0013"])
    assert outbox(client) == []
    assert client.get("Task").json()["total"] == 0


def test_a_referral_over_v2_goes_on_over_v2(hub: Callable[..., Client]) -> None:
    client = hub(more='organisations = ["X26001"]')
    plain = b"\r".join(line for line in REF.split(b"\r") if not line.startswith(b"NTE"))
    answer = parse(client.run(client.app.services.gateway.handle(plain, PEER)))
    assert answer.value("MSA-1") == "AA", answer.text
    assert outbox(client) == [("VRSYS|Z99999", "REF^I12")]
    assert the(client, "Task")["status"] == "requested"


@pytest.mark.parametrize(
    "more", ['gets = ["ADT"]', 'version = "2.3"', 'allow_loss = "yes"', 'our_name = "HUB|"', "organisations = 1"]
)
def test_a_wrong_partner_file_is_refused(tmp_path: Path, more: str) -> None:
    path = tmp_path / "service.toml"
    name = more.partition(" ")[0]
    text = "\n".join(line for line in SERVICE.format(port=9, more=more).splitlines() if not line.startswith(name))
    path.write_text(f"{text}\n{more}\n", encoding="utf-8")
    with pytest.raises(VrfhirError) as refused:
        Correspondents.of(Settings(partner_files=(path,)))
    assert refused.value.issues[0].id == "VR-V2-0801"


def test_the_whole_loop_between_two_endpoints(tmp_path: Path, validator: Any, message: dict[str, Any]) -> None:
    """FHIR in at the hub, REF to the service's endpoint, worked there over FHIR, each RRI back to the hub."""

    async def story() -> None:
        async with AsyncExitStack() as stack:
            ports = [free_port() for _ in range(4)]
            hub_file, service_file = tmp_path / "hub.toml", tmp_path / "service.toml"
            service_file.write_text(SERVICE.format(port=ports[3], more=""), encoding="utf-8")
            hub_file.write_text(
                f'id = "hub"\n[endpoint]\nnames = ["HUB|A99999"]\naddress = "127.0.0.1:{ports[1]}"\n', encoding="utf-8"
            )
            sides = []
            for number, (name, file) in enumerate((("hub", service_file), ("service", hub_file))):
                settings = Settings(
                    database=tmp_path / f"{name}.sqlite",
                    port=ports[2 * number],
                    mllp_port=ports[2 * number + 1],
                    partner_files=(file,),
                )
                stop = asyncio.Event()
                server = asyncio.create_task(serve(create_app(settings, validator=validator), stop=stop))
                client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{ports[2 * number]}/fhir/", headers=FHIR_JSON)
                sides.append((await stack.enter_async_context(client), stop, server))
                await until(lambda client=client: up(client))
            hub, service = sides[0][0], sides[1][0]

            sent = await hub.post("$process-message", json=message)
            assert sent.status_code == 200, sent.text
            await until(lambda: state(hub, "received"))
            task = await until(lambda: state(service, "received"))
            for status, code in (("accepted", "accepted"), ("in-progress", "plan-agreed"), ("completed", "at-work")):
                concept = {
                    "coding": [{"system": "https://vrfhir.org/fhir/CodeSystem/vr-referral-status", "code": code}]
                }
                moved = await service.put(
                    f"Task/{task['id']}", json=task | {"status": status, "businessStatus": concept}
                )
                assert moved.status_code == 200, moved.text
                task = moved.json()
                seen = await until(lambda status=status: state(hub, status))
                assert business_status(seen) == code
            history = (await hub.get(f"Task/{seen['id']}/_history")).json()["entry"]
            steps = [entry["resource"]["status"] for entry in reversed(history)]
            assert steps == ["requested", "received", "accepted", "in-progress", "completed"]
            for _, stop, server in sides:
                stop.set()
                await server

    asyncio.run(story())


async def up(client: httpx.AsyncClient) -> bool:
    try:
        await client.get("Patient/none")
    except httpx.TransportError:
        return False
    return True


async def state(client: httpx.AsyncClient, status: str) -> dict[str, Any] | None:
    entries = (await client.get("Task")).json().get("entry", ())
    return next((dict(row["resource"]) for row in entries if row["resource"]["status"] == status), None)


async def until(ask: Callable[[], Any]) -> Any:
    async with asyncio.timeout(60):
        while not (found := await ask()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return found


def test_a_python_hl7_peer_takes_the_referral_and_answers(hub: Callable[..., Client], message: dict[str, Any]) -> None:
    """python-hl7's server is the service: it parses our REF and acknowledges; its RRI comes over its own client."""
    import hl7
    from hl7.mllp import open_hl7_connection, start_hl7_server

    port, ours = free_port(), free_port()
    client = hub(port, mllp_port=ours)
    assert client.post("$process-message", message).status_code == 200
    seen: list[hl7.Message] = []

    async def connected(reader: Any, writer: Any) -> None:
        received = await reader.readmessage()
        seen.append(received)
        writer.writemessage(received.create_ack())
        await writer.drain()

    async def story() -> str:
        await client.app.services.start()
        server = await start_hl7_server(connected, "127.0.0.1", port, encoding="utf-8")
        async with server:
            async with asyncio.timeout(30):
                while client.app.endpoint.store.outbox("pending"):  # noqa: ASYNC110 -- the outbox does it
                    await asyncio.sleep(0.02)
        declined = "R^Rejected^HL70283^declined^Declined^VR-REFERRAL-STATUS"
        data = answered(parse(str(seen[0]).encode()), declined, 7, "NTE|1||No room before March.")
        reader, writer = await open_hl7_connection("127.0.0.1", ours, encoding="utf-8")
        writer.writemessage(hl7.parse(data.decode()))
        await writer.drain()
        ack = await reader.readmessage()
        writer.close()
        return str(ack["MSA"][0][1])

    assert client.run(story()) == "AA"
    assert str(seen[0]["MSH.F9.R1.C1"]) == "REF"
    task = the(client, "Task")
    assert task["status"] == "rejected"
    assert task["note"][0]["text"] == "No room before March."


def test_what_the_service_sends_over_its_own_connection(hub: Callable[..., Client], message: dict[str, Any]) -> None:
    port, ours = free_port(), free_port()
    client = hub(port, mllp_port=ours)
    assert client.post("$process-message", message).status_code == 200
    (ref,) = deliver(client, port, says("CA"))

    async def story() -> bytes:
        await client.app.services.start()
        return await send("127.0.0.1", ours, answered(ref, "A^Accepted^HL70283", 1), timeout=20)

    answer = parse(client.run(story()))
    assert answer.value("MSA-1") == "AA", answer.text
    assert the(client, "Task")["status"] == "accepted"
