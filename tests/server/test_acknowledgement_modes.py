"""When a sender is answered – processed, stored, enhanced – and what becomes of its message afterwards."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from talking import Client

from vrfhir.hl7v2 import Message, parse
from vrfhir.server.gateway import Gateway
from vrfhir.server.inbox import SameProcess, WorkerMemoryError
from vrfhir.server.store.desk import Desk
from vrfhir.transport import Peer

REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes()
PEER = Peer("127.0.0.1", 1)
SENDER = "GPSYS|A81001"
WRONG_NUMBER = (b"9990548609", b"9990548608")


def message(number: int, *, event: bytes = b"I12", case: int | None = None, asks: bytes = b"") -> bytes:
    """A message of its own; about a case of its own unless another is named; ``asks`` is MSH-15|MSH-16."""
    header, _, rest = REF.partition(b"\r")
    fields = header.split(b"|")
    fields += [b""] * (16 - len(fields))
    fields[9] = b"M%04d" % number
    fields[8] = b"REF^" + event + b"^REF_I12"
    if asks:
        fields[14:16] = asks.split(b"|")
    return b"|".join(fields) + b"\r" + rest.replace(b"REF-2026-0001", b"R%04d" % (number if case is None else case))


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 -- what is asked is in the database
            await asyncio.sleep(0.01)


def states(client: Client) -> dict[str, str]:
    connection = sqlite3.connect(client.app.endpoint.settings.database)
    try:
        return dict(connection.execute("SELECT control_id, status FROM inbox ORDER BY pk"))
    finally:
        connection.close()


def outgoing(client: Client) -> list[Message]:
    return [parse(row.content) for row in client.app.endpoint.store.outbox()]


def count(client: Client, type_: str) -> int:
    return int(client.get(f"{type_}?_summary=count").json()["total"])


def with_gateway(client: Client, story: Callable[[Gateway], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        gateway = Gateway(client.app.endpoint)
        gateway.start()
        try:
            return await story(gateway)
        finally:
            await gateway.stop()

    return client.run(run())


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Holds all work on messages until called."""
    import threading

    from vrfhir.server.inbox import preparing, workers

    gate = threading.Event()

    def waiting(*arguments: Any) -> Any:
        assert gate.wait(20)
        return preparing.prepare(*arguments)

    monkeypatch.setattr(workers, "prepare", waiting)
    return gate.set


def test_stored_acknowledges_before_the_work_and_the_work_follows(
    make_client: Callable[..., Client], hold: Callable[[], None]
) -> None:
    client = make_client(acknowledgement={SENDER: "stored"})

    async def story(gateway: Gateway) -> None:
        answer = parse(await gateway.handle(message(1), PEER) or b"")
        assert (answer.value("MSA-1"), answer.value("MSA-2")) == ("AA", "M0001")
        assert states(client) == {"M0001": "received"}
        again = await gateway.handle(message(1), PEER)
        assert again == answer.encode()
        hold()
        await until(lambda: states(client) == {"M0001": "accepted"})
        assert await gateway.handle(message(1), PEER) == answer.encode()

    with_gateway(client, story)
    assert count(client, "Task") == 1
    assert outgoing(client) == []


def test_what_fails_after_a_positive_answer_waits_for_an_operator(make_client: Callable[..., Client]) -> None:
    client = make_client(acknowledgement={"*": "stored"})

    async def story(gateway: Gateway) -> None:
        answer = parse(await gateway.handle(message(1).replace(*WRONG_NUMBER), PEER) or b"")
        assert answer.value("MSA-1") == "AA"
        await until(lambda: states(client) == {"M0001": "failed"})
        assert client.app.endpoint.store.inbox_counts() == {"received": 0, "failed": 1, "parked": 0}

    with_gateway(client, story)
    desk = Desk(client.app.endpoint.settings.database)
    (letter,) = desk.letters("in")
    assert (letter.name, letter.status, letter.partner, letter.failure) == (
        "in:1",
        "failed",
        SENDER,
        "VR-REFERRAL-0003",
    )
    assert desk.again("in", 1)
    assert not desk.again("in", 1)
    desk.close()
    assert states(client) == {"M0001": "received"}

    async def worked_on_again(_: Gateway) -> None:
        await until(lambda: states(client) == {"M0001": "failed"})

    with_gateway(client, worked_on_again)
    assert client.app.endpoint.store.inbox("failed")[0].attempts == 2


def test_enhanced_mode_commits_first_and_the_application_answers_later(
    make_client: Callable[..., Client], hold: Callable[[], None]
) -> None:
    client = make_client(acknowledgement={"A81001": "enhanced"})

    async def story(gateway: Gateway) -> None:
        accept = parse(await gateway.handle(message(1, asks=b"AL|AL"), PEER) or b"")
        assert (accept.value("MSA-1"), accept.value("MSA-2")) == ("CA", "M0001")
        assert (accept.value("MSH-15"), accept.value("MSH-16")) == (None, None)
        assert outgoing(client) == []
        hold()
        await until(lambda: states(client) == {"M0001": "accepted"})

    with_gateway(client, story)
    (answer,) = outgoing(client)
    assert (answer.type.code, answer.type.trigger) == ("RRI", "I12")
    assert (answer.value("MSA-1"), answer.value("MSA-2")) == ("AA", "M0001")
    assert (answer.value("MSH-15"), answer.value("MSH-16")) == ("AL", "NE")
    assert (answer.value("MSH-5"), answer.value("MSH-6")) == ("GPSYS", "A81001")


@pytest.mark.parametrize(
    ("asks", "wrong", "accept", "application", "state"),
    [
        (b"AL|AL", True, "CA", "AE", "rejected"),
        (b"AL|ER", True, "CA", "AE", "rejected"),
        (b"AL|ER", False, "CA", None, "accepted"),
        (b"AL|NE", True, "CA", None, "failed"),
        (b"AL|SU", True, "CA", None, "failed"),
        (b"NE|AL", False, None, "AA", "accepted"),
        (b"ER|NE", False, None, None, "accepted"),
        (b"SU|SU", False, "CA", "AA", "accepted"),
    ],
)
def test_what_msh_15_and_16_ask_for(
    make_client: Callable[..., Client], asks: bytes, wrong: bool, accept: str, application: str, state: str
) -> None:
    client = make_client(acknowledgement={"*": "enhanced"})
    data = message(1, asks=asks)
    if wrong:
        data = data.replace(*WRONG_NUMBER)

    async def story(gateway: Gateway) -> None:
        answer = await gateway.handle(data, PEER)
        assert (parse(answer).value("MSA-1") if answer else None) == accept
        await until(lambda: states(client) == {"M0001": state})

    with_gateway(client, story)
    assert [answer.value("MSA-1") for answer in outgoing(client)] == ([application] if application else [])
    if application == "AE":
        (answer,) = outgoing(client)
        assert answer.type.code == "ACK"
        assert (answer.value("MSH-15"), answer.value("MSH-16")) == ("AL", "NE")
        assert answer.all("ERR")


def test_enhanced_mode_with_nothing_asked_for_is_original_mode(make_client: Callable[..., Client]) -> None:
    client = make_client(acknowledgement={"*": "enhanced"})
    answer = with_gateway(client, lambda gateway: gateway.handle(message(1), PEER))
    assert parse(answer).value("MSA-1") == "AA"
    assert states(client) == {"M0001": "accepted"}


@pytest.mark.parametrize(
    ("change", "mode", "code"),
    [
        ((b"REF^I12^REF_I12", b"ORR^O02"), "enhanced", "CR"),
        ((b"REF^I12^REF_I12", b"REF^I99"), "enhanced", "CR"),
        ((b"REF^I12^REF_I12", b"ORR^O02"), "stored", "AR"),
        ((b"|M0001|", b"||"), "enhanced", "CE"),
        ((b"|M0001|", b"||"), "stored", "AE"),
    ],
)
def test_a_header_that_says_it_all_is_refused_at_once(
    make_client: Callable[..., Client], change: tuple[bytes, bytes], mode: str, code: str
) -> None:
    client = make_client(acknowledgement={"*": mode})
    data = message(1, asks=b"AL|AL").replace(*change)
    answer = with_gateway(client, lambda gateway: gateway.handle(data, PEER))
    assert parse(answer).value("MSA-1") == code, answer
    assert set(states(client).values()) <= {"rejected", "quarantined"}


@pytest.mark.parametrize(
    ("asks", "accept", "application"),
    [
        (b"AL|AL", "CR", None),
        (b"ER|AL", "CR", None),
        (b"|AL", None, "AR"),
        (b"NE|ER", None, "AR"),
        (b"SU|AL", None, "AR"),
        (b"SU|SU", None, None),
        (b"NE|NE", None, None),
    ],
)
def test_a_refused_header_is_told_once_at_the_door_or_by_the_application(
    make_client: Callable[..., Client], asks: bytes, accept: str | None, application: str | None
) -> None:
    client = make_client(acknowledgement={"*": "enhanced"})
    data = message(1, asks=asks).replace(b"REF^I12^REF_I12", b"ORR^O02")

    async def story(gateway: Gateway) -> None:
        for _ in range(2):  # the same message again gets the same answer, and no second one goes out
            answer = await gateway.handle(data, PEER)
            assert (parse(answer).value("MSA-1") if answer else None) == accept

    with_gateway(client, story)
    assert [answer.value("MSA-1") for answer in outgoing(client)] == ([application] if application else [])
    assert states(client) == {"M0001": "rejected"}


def test_another_message_under_a_known_control_id_is_never_worked_on(make_client: Callable[..., Client]) -> None:
    client = make_client(acknowledgement={"*": "stored"})

    async def story(gateway: Gateway) -> None:
        await gateway.handle(message(1), PEER)
        answer = parse(await gateway.handle(message(1, case=2), PEER) or b"")
        assert (answer.value("MSA-1"), answer.value("ERR-3")) == ("AE", "205")
        await until(lambda: client.app.endpoint.store.inbox_counts()["received"] == 0)

    with_gateway(client, story)
    assert [len(client.app.endpoint.store.inbox(status)) for status in ("accepted", "quarantined")] == [1, 1]
    assert count(client, "Task") == 1


def test_messages_about_one_referral_are_worked_on_in_the_order_they_came(make_client: Callable[..., Client]) -> None:
    """A cancellation before its referral would fail, an update after the cancellation too: only one order gives none."""
    client = make_client(acknowledgement={"*": "stored"})

    async def story(gateway: Gateway) -> None:
        for case in range(4):
            for step, event in enumerate((b"I12", b"I13", b"I14")):
                await gateway.handle(message(10 * case + step, event=event, case=case), PEER)
        await until(lambda: set(states(client).values()) == {"accepted"})

    with_gateway(client, story)
    tasks = [entry["resource"]["status"] for entry in client.get("Task?_count=50").json()["entry"]]
    assert tasks == ["cancelled"] * 4


def test_what_was_received_is_worked_on_after_a_restart(
    make_client: Callable[..., Client], tmp_path: Path, hold: Callable[[], None]
) -> None:
    client = make_client(acknowledgement={"*": "stored"})

    async def received(gateway: Gateway) -> None:
        for number in range(3):
            assert await gateway.handle(message(number), PEER)

    with_gateway(client, received)
    assert states(client) == {f"M{number:04}": "received" for number in range(3)}
    hold()

    async def nothing(_: Gateway) -> None:
        await until(lambda: set(states(client).values()) == {"accepted"})

    with_gateway(client, nothing)
    assert count(client, "Task") == 3


def test_a_sender_that_waited_gets_its_answer_after_a_restart(
    make_client: Callable[..., Client], hold: Callable[[], None]
) -> None:
    client = make_client()

    async def gone(gateway: Gateway) -> None:
        waiting = asyncio.create_task(gateway.handle(message(1), PEER))
        await until(lambda: states(client) == {"M0001": "received"})
        waiting.cancel()

    with_gateway(client, gone)
    hold()
    answer = with_gateway(client, lambda gateway: gateway.handle(message(1), PEER))
    assert parse(answer).value("MSA-1") == "AA"
    assert count(client, "Task") == 1


def test_a_full_inbox_is_not_read_from(make_client: Callable[..., Client], hold: Callable[[], None]) -> None:
    client = make_client(acknowledgement={"*": "stored"}, inbox_limit=2)

    async def story(gateway: Gateway) -> None:
        for number in range(2):
            await gateway.handle(message(number), PEER)
        assert gateway.is_full
        third = asyncio.create_task(gateway.handle(message(2), PEER))
        await asyncio.sleep(0.2)
        assert not third.done()
        assert "M0002" not in states(client)
        hold()
        assert await asyncio.wait_for(third, 20)
        await until(lambda: set(states(client).values()) == {"accepted"})

    with_gateway(client, story)


def test_a_store_that_cannot_write_for_a_while_loses_nothing(
    make_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(acknowledgement={"*": "stored"})
    store = client.app.endpoint.store
    write, failures = store.write, [sqlite3.OperationalError("disk full")] * 2

    async def now_and_then(work: Any, *, background: bool = False) -> Any:
        if background and failures:
            raise failures.pop()
        return await write(work, background=background)

    monkeypatch.setattr(store, "write", now_and_then)

    async def story(gateway: Gateway) -> None:
        await gateway.handle(message(1), PEER)
        await until(lambda: states(client) == {"M0001": "accepted"})

    with_gateway(client, story)
    assert failures == []


def test_our_own_mistake_after_a_positive_answer_waits_for_an_operator(
    make_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(acknowledgement={"*": "stored"})

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("MARKER")

    monkeypatch.setattr("vrfhir.mappers.to_fhir", broken)

    async def story(gateway: Gateway) -> None:
        await gateway.handle(message(1), PEER)
        await until(lambda: states(client) == {"M0001": "failed"})

    with_gateway(client, story)
    assert client.app.endpoint.store.inbox("failed")[0].failure == "VR-GATEWAY-0003"


@pytest.mark.parametrize(("mode", "status"), [("stored", "failed"), ("processed", "quarantined")])
def test_a_message_that_takes_too_much_memory_is_kept_and_said_so(
    make_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, mode: str, status: str
) -> None:
    client = make_client(acknowledgement={"*": mode})

    async def taken(*_: Any) -> None:
        raise WorkerMemoryError

    monkeypatch.setattr(SameProcess, "prepare", taken)

    async def story(gateway: Gateway) -> bytes:
        answer = await gateway.handle(message(1), PEER)
        await until(lambda: states(client) == {"M0001": status})
        return answer or b""

    answer = with_gateway(client, story)
    (row,) = client.app.endpoint.store.inbox(status)
    assert (row.failure, row.content) == ("VR-GATEWAY-0011", message(1))
    assert parse(answer).value("MSA-1") == ("AA" if mode == "stored" else "AE")
    assert (b"VR-GATEWAY-0011" in answer) is (mode == "processed")


def test_an_application_acknowledgement_may_ask_for_a_receipt(client: Client) -> None:
    ack = b"MSH|^~\\&|VR|X|GP|Y|20261120||ACK^I12^ACK|7|P|2.5.1|||AL|NE\rMSA|AA|1\r"
    answer = parse(with_gateway(client, lambda gateway: gateway.handle(ack, PEER)))
    assert (answer.value("MSA-1"), answer.value("MSA-2"), answer.value("MSH-9.1")) == ("CA", "7", "ACK")


def test_a_batch_is_answered_by_a_batch(make_client: Callable[..., Client]) -> None:
    client = make_client()
    wrong = message(2).replace(*WRONG_NUMBER)
    batch = (
        b"FHS|^~\\&|GPSYS|A81001|VRSERVICE|RXX01|20261120||||F1\rBHS|^~\\&|GPSYS|A81001|VRSERVICE|RXX01|20261120||||B1\r"
        + b"".join((message(1), wrong, message(3)))
        + b"BTS|3\rFTS|1\r"
    )
    answer = with_gateway(client, lambda gateway: gateway.handle(batch, PEER))
    from vrfhir.hl7v2 import parse_batch

    read = parse_batch(answer)
    assert read.issues == []
    assert [part.name for part in read.parts] == ["FHS", "BHS", "MSH", "MSH", "MSH", "BTS", "FTS"]
    assert [(m.value("MSA-1"), m.value("MSA-2")) for m in read.messages] == [
        ("AA", "M0001"),
        ("AE", "M0002"),
        ("AA", "M0003"),
    ]
    header = read.parts[1].data.decode().strip().split("|")
    assert header[2:6] == ["VRSERVICE", "RXX01", "GPSYS", "A81001"]
    assert (header[11], bool(header[10])) == ("B1", True)
    assert count(client, "Task") == 2
    assert client.run(Gateway(client.app.endpoint).handle(batch, PEER)) is not None
    assert count(client, "Task") == 2


def test_forms_of_acknowledgement_say_what_the_long_way_says(make_client: Callable[..., Client]) -> None:
    """Odd headers too: other delimiters, no version fields, characters beyond ASCII, everything repeated."""
    from vrfhir.hl7v2 import acknowledge
    from vrfhir.server.inbox.forms import Forms

    endpoint = make_client().app.endpoint
    forms, now = Forms(), endpoint.clock()
    headers = [
        REF.partition(b"\r")[0],
        b"MSH|^~\\&|A|B|C|D|2026||REF^I12|7|P|2.3",
        b"MSH#*%$!#A*1#B#C#D*2*3#2026##REF*I12*REF_I12#7*8#P#2.5.1###AL#NE##UNICODE UTF-8",
        "MSH|^~\\&|Ärzte|B|C|D|2026||REF^I12^REF_I12|N\\T\\r7|P|2.8.2||||||8859/1".encode("latin-1"),
        b"MSH|^~\\&|A|B|C|D|2026||REF^I12|7",
    ]
    for header in headers:
        message_ = parse(header)
        for _ in range(2):
            long = acknowledge(message_, "AA", control_id="X1", now=now)
            assert forms.fill(message_, "AA", "X1", now) in (long, None)
    assert forms.fill(parse(headers[0]), "CA", "X2", now) == acknowledge(
        parse(headers[0]), "CA", control_id="X2", now=now
    )
