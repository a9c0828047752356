"""The HL7 v2 of a referral is written outside the store's transaction, and lands together with what it tells or not at all."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from talking import FHIR_JSON, Client, patient, rules

import vrfhir.mappers
from vrfhir.hl7v2 import parse
from vrfhir.server.inbox import worklist
from vrfhir.server.resource import load, put, stamp
from vrfhir.server.store.query import Query
from vrfhir.server.store.writing import Writing
from vrfhir.transport import Peer

REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes()
SERVICE = """
id = "vr-service"
[endpoint]
names = ["VRSYS|Z99999"]
address = "127.0.0.1:9"
gets = ["REF"]
our_name = "HUB|A99999"
"""
Meanwhile = Callable[[int], None]


@pytest.fixture
def hub(make_client: Callable[..., Client], tmp_path: Path) -> Callable[..., Client]:
    """Makes an endpoint that sends referrals of the service's organisations over HL7 v2."""

    def make(more: str = "") -> Client:
        path = tmp_path / "service.toml"
        path.write_text(SERVICE + more, encoding="utf-8")
        return make_client(partner_files=(path,), unknown_senders="default")

    return make


@pytest.fixture
def while_written(monkeypatch: pytest.MonkeyPatch) -> Callable[[Meanwhile], list[int]]:
    """Lets something happen while a message is being written; the list has an entry for each that was."""

    def during(meanwhile: Meanwhile) -> list[int]:
        real, times = vrfhir.mappers.to_hl7v2, list[int]()

        def writing(bundle: Any, **options: Any) -> Any:
            written = real(bundle, **options)
            times.append(len(times) + 1)
            meanwhile(times[-1])
            return written

        monkeypatch.setattr(vrfhir.mappers, "to_hl7v2", writing)
        return times

    return during


def sent(client: Client) -> list[Any]:
    return [parse(row.content) for row in client.app.endpoint.store.outbox()]


def overtake(client: Client, *types: str, **elements: Any) -> None:
    """Another's write of everything of some types, durable when this returns."""
    endpoint = client.app.endpoint

    def work(tx: Any) -> None:
        for type_ in types:
            for match in tx.search(Query(type_, (), limit=50)):
                current = match.resource
                resource = load(current) | elements
                put(tx, endpoint, stamp(resource, current.id, current.version + 1, current.updated), resource)

    endpoint.store.submit(work).result(20)


def test_others_write_while_a_message_is_written(
    hub: Callable[..., Client], message: dict[str, Any], while_written: Callable[[Meanwhile], list[int]]
) -> None:
    client = hub()
    other, waited = threading.Event(), list[bool]()
    while_written(lambda _: waited.append(other.wait(20)))

    async def both() -> list[int]:
        transport = httpx.ASGITransport(app=client.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://e.test/fhir/", headers=FHIR_JSON) as http:
            referral = asyncio.create_task(http.post("$process-message", json=message))
            await asyncio.sleep(0)
            created = await http.post("Patient", json=patient())
            other.set()
            return [created.status_code, (await referral).status_code]

    assert client.run(both()) == [201, 200]
    assert waited == [True]
    assert len(sent(client)) == 1


def test_what_changed_meanwhile_is_in_the_message(
    hub: Callable[..., Client], message: dict[str, Any], while_written: Callable[[Meanwhile], list[int]]
) -> None:
    client = hub()
    assert client.post("$process-message", message).status_code == 200
    (entry,) = client.get("ServiceRequest").json()["entry"]
    request = entry["resource"] | {"priority": "asap"}

    def change_once(time: int) -> None:
        if time == 1:
            overtake(client, "Patient", name=[{"family": "Changed", "given": ["Anna"]}])

    times = while_written(change_once)
    assert client.put(f"ServiceRequest/{request['id']}", request).status_code == 200
    assert times == [1, 2]
    first, second = sent(client)
    assert second.type.trigger == "I13"
    assert (first.value("PID-5.1") != "Changed", second.value("PID-5.1")) == (True, "Changed")


def test_a_change_that_is_always_overtaken_is_refused_whole(
    hub: Callable[..., Client], message: dict[str, Any], while_written: Callable[[Meanwhile], list[int]]
) -> None:
    client = hub()
    assert client.post("$process-message", message).status_code == 200
    (entry,) = client.get("ServiceRequest").json()["entry"]
    times = while_written(lambda time: overtake(client, "Patient", name=[{"family": f"Changed{time}"}]))
    answer = client.put(f"ServiceRequest/{entry['resource']['id']}", entry["resource"] | {"priority": "asap"})
    assert (answer.status_code, rules(answer)) == (409, ["VR-REFERRAL-0015"])
    assert times == [1, 2, 3, 4, 5]
    assert len(sent(client)) == 1
    assert client.get(f"ServiceRequest/{entry['resource']['id']}").json()["meta"]["versionId"] == "1"


def test_over_hl7v2_it_is_tried_until_nobody_overtakes(
    hub: Callable[..., Client], while_written: Callable[[Meanwhile], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist, "_FIRST_WAIT", 0.01)
    client = hub('organisations = ["X26001"]')
    plain = b"\r".join(line for line in REF.split(b"\r") if not line.startswith(b"NTE"))
    first = parse(client.run(client.app.services.gateway.handle(plain, Peer("127.0.0.1", 1))))
    assert first.value("MSA-1") == "AA", first.text
    control_id = parse(plain).control_id.encode()
    update = plain.replace(b"REF^I12", b"REF^I13").replace(control_id, control_id + b"U", 1)

    def seven_times(time: int) -> None:
        if time <= 7:
            overtake(client, "Condition", "Location", "Practitioner", language=f"en-x-{time}")

    times = while_written(seven_times)
    answer = parse(client.run(client.app.services.gateway.handle(update, Peer("127.0.0.1", 1))))
    assert answer.value("MSA-1") == "AA", answer.text
    assert len(times) > 7
    assert [each.type.trigger for each in sent(client)] == ["I12", "I13"]


@pytest.mark.parametrize("door", ["message", "transaction", "create", "update"])
def test_neither_lands_without_the_other(
    hub: Callable[..., Client], message: dict[str, Any], monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    client = hub()
    request = next(e["resource"] for e in message["entry"] if e["resource"]["resourceType"] == "ServiceRequest")
    if door != "message":
        assert client.post("$process-message", message).status_code == 200
        (entry,) = client.get("ServiceRequest").json()["entry"]
        request = entry["resource"] | {"priority": "asap"}
    before = len(sent(client)), versions(client)

    def full(self: Any, row: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Writing, "enqueue", full)
    if door == "message":
        answer = client.post("$process-message", message)
    elif door == "transaction":
        url = f"ServiceRequest/{request['id']}"
        entry = {"fullUrl": f"http://endpoint.test/fhir/{url}", "resource": request}
        entry["request"] = {"method": "PUT", "url": url}
        answer = client.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [entry]})
    elif door == "create":
        (task,) = client.get("Task").json()["entry"]
        numbers = [row | {"value": f"{row['value']}-2"} for row in request["identifier"]]
        made = client.post("ServiceRequest", request | {"identifier": numbers})
        assert made.status_code == 201, made.text
        before = len(sent(client)), versions(client)
        again = {key: value for key, value in task["resource"].items() if key != "id"}
        answer = client.post("Task", again | {"focus": {"reference": f"ServiceRequest/{made.json()['id']}"}})
    else:
        answer = client.put(f"ServiceRequest/{request['id']}", request)
    assert (answer.status_code, rules(answer)) == (503, ["VR-HTTP-0503"])
    assert (len(sent(client)), versions(client)) == before


def versions(client: Client) -> list[tuple[str, str]]:
    return [
        (row["resource"]["id"], row["resource"]["meta"]["versionId"])
        for kind in ("ServiceRequest", "Task")
        for row in client.get(kind).json().get("entry", ())
    ]
