"""A full disk, a locked file, a file that cannot be read: nothing unstored is acknowledged, and all goes on afterwards."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from talking import Client, rules
from test_acknowledgement_modes import PEER, count, message, states, until, with_gateway

from vrfhir.errors import VrfhirError
from vrfhir.hl7v2 import parse
from vrfhir.server.gateway import Gateway
from vrfhir.server.inbox import worklist
from vrfhir.transport import send

ER7 = {"content-type": "application/hl7-v2+er7"}
URL = "http://endpoint.test/hl7v2"


@contextmanager
def full(client: Client) -> Iterator[None]:
    """The file may not grow by another page, as on a full disk."""
    connection = client.app.endpoint.store._transaction._connection  # type: ignore[attr-defined]
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    try:
        yield
    finally:
        connection.execute("PRAGMA max_page_count = 1000000000").fetchall()


@contextmanager
def locked(client: Client) -> Iterator[None]:
    """Another program holds the file, longer than is waited for."""
    client.app.endpoint.store._transaction._connection.execute("PRAGMA busy_timeout = 10")  # type: ignore[attr-defined]
    other = sqlite3.connect(client.app.endpoint.settings.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def read_only(client: Client) -> Iterator[None]:
    """The file can only be read from now on."""
    connection = client.app.endpoint.store._transaction._connection  # type: ignore[attr-defined]
    connection.execute("PRAGMA query_only = 1")
    try:
        yield
    finally:
        connection.execute("PRAGMA query_only = 0")


@pytest.mark.parametrize(
    ("trouble", "reason"), [(full, "full"), (locked, "locked"), (read_only, "readonly")], ids=["full", "locked", "ro"]
)
def test_over_mllp_it_is_a_rejection_that_says_why(
    make_client: Callable[..., Client], trouble: Any, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(acknowledgement={"*": "stored"}, mllp_port=0)
    large = message(2) + b"OBX|9|ED|A^B^L||^AP^PDF^Base64^" + b"QUJD" * 20_000 + b"||||||F\r"

    async def story() -> None:
        await client.app.services.start()
        port = client.app.services.mllp_port
        assert port
        with trouble(client):
            refused = parse(await send("127.0.0.1", port, large))
            assert refused.value("MSA-1") == "AR"
            assert b"VR-STORE-0005" in refused.encode()
            assert reason in refused.encode().decode()
            assert states(client) == {}
        assert parse(await send("127.0.0.1", port, large)).value("MSA-1") == "AA"

    client.run(story())
    assert "VR-STORE-0005" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_file_that_can_only_be_read_is_not_opened(
    make_client: Callable[..., Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_client().app.endpoint.store.close()
    connect = sqlite3.connect

    def read_only(path: str, **options: Any) -> sqlite3.Connection:
        return connect(f"file:{path}?mode=ro", uri=True, **options)

    monkeypatch.setattr(sqlite3, "connect", read_only)
    with pytest.raises(VrfhirError) as refused:
        make_client()
    assert refused.value.issues[0].id == "VR-STORE-0002"
    assert "readonly" in refused.value.issues[0].text
    monkeypatch.undo()
    make_client()  # the claim was let go


@pytest.mark.parametrize("trouble", [full, locked, read_only])
def test_what_cannot_be_stored_is_not_acknowledged(make_client: Callable[..., Client], trouble: Any) -> None:
    client = make_client(acknowledgement={"*": "stored"})
    large = message(2) + b"OBX|9|ED|A^B^L||^AP^PDF^Base64^" + b"QUJD" * 20_000 + b"||||||F\r"

    async def story(gateway: Gateway) -> None:
        assert await gateway.handle(message(1), PEER)
        await until(lambda: states(client) == {"M0001": "accepted"})
        with trouble(client):
            with pytest.raises(sqlite3.OperationalError):
                await gateway.handle(large, PEER)
            assert states(client) == {"M0001": "accepted"}
        answer = await gateway.handle(large, PEER)
        assert answer
        assert parse(answer).value("MSA-1") == "AA"
        await until(lambda: states(client) == {"M0001": "accepted", "M0002": "accepted"})

    with_gateway(client, story)
    assert count(client, "Task") == 2


def test_over_http_it_is_an_outcome_that_says_to_come_again(make_client: Callable[..., Client]) -> None:
    client = make_client()
    with locked(client):
        response = client.post(URL, message(1), headers=ER7)
    assert (response.status_code, rules(response)) == (503, ["VR-HTTP-0503"])
    assert response.headers["retry-after"]
    assert parse(client.post(URL, message(1), headers=ER7).content).value("MSA-1") == "AA"
    assert count(client, "Task") == 1


def test_our_own_mistake_over_http_is_an_outcome_without_content(
    make_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client()

    async def failing(*_: Any) -> bytes:
        raise RuntimeError("Driver^John")

    monkeypatch.setattr(client.app.services.gateway, "handle", failing)
    response = client.post(URL, message(1), headers=ER7)
    assert (response.status_code, rules(response)) == (500, ["VR-HTTP-0500"])
    assert "Driver" not in response.text + caplog.text


def test_looking_for_work_survives_a_file_that_cannot_be_read(
    make_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(acknowledgement={"*": "stored"})
    monkeypatch.setattr(worklist, "_RESCAN_SECONDS", 0.02)
    store = client.app.endpoint.store
    counts, failures = store.inbox_counts, 0

    def troubled() -> dict[str, int]:
        nonlocal failures
        if failures < 3:
            failures += 1
            raise sqlite3.OperationalError("disk I/O error")
        return counts()

    async def story(gateway: Gateway) -> None:
        await gateway.handle(message(1), PEER)
        await until(lambda: states(client) == {"M0001": "accepted"})
        monkeypatch.setattr(store, "inbox_counts", troubled)
        await until(lambda: failures == 3)
        await store.write(lambda tx: tx._connection.execute("UPDATE inbox SET status = 'received'"))  # type: ignore[attr-defined]
        await until(lambda: set(states(client).values()) != {"received"})

    with_gateway(client, story)
    assert (failures, set(states(client))) == (3, {"M0001"})


def test_whoever_waits_for_room_is_let_in_by_the_next_count(
    make_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of waiting messages is counted as they come; when that went wrong, nobody waits for ever."""
    client = make_client(acknowledgement={"*": "stored"}, inbox_limit=2)
    monkeypatch.setattr(worklist, "_RESCAN_SECONDS", 0.05)

    async def story(gateway: Gateway) -> None:
        await asyncio.sleep(0.01)
        gateway._worklist()._unfinished = 2
        monkeypatch.setattr(worklist.Worklist, "_look", lambda self: None)
        answer = await asyncio.wait_for(gateway.handle(message(1), PEER), 5)
        assert answer

    with_gateway(client, story)
