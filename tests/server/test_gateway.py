"""The HL7 v2 door: stored before acknowledged, answered once, nothing lost."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from talking import Client

from vrfhir.hl7v2 import Message, parse
from vrfhir.server.gateway import Gateway
from vrfhir.transport import Peer

DATA = Path(__file__).parent / "data"
PEER = Peer("127.0.0.1", 1)


@pytest.fixture
def ref() -> bytes:
    """A REF^I12 from a fictional practice: John Driver, third fit note for back pain."""
    return (DATA / "ref-i12-driver.hl7").read_bytes()


def take(client: Client, data: bytes) -> Message:
    answer = client.run(Gateway(client.app.endpoint).handle(data, PEER))
    assert answer is not None
    return parse(answer)


def inbox(client: Client) -> list[tuple[str, str, bytes, bytes]]:
    """Status, control id, content and answer of every message received, straight from the file."""
    connection = sqlite3.connect(client.app.endpoint.settings.database)
    try:
        return list(connection.execute("SELECT status, control_id, content, answer FROM inbox ORDER BY pk"))
    finally:
        connection.close()


def count(client: Client, type_: str) -> int:
    return int(client.get(f"{type_}?_summary=count").json()["total"])


def renamed(ref: bytes, control_id: str, referral: str = "") -> bytes:
    changed = ref.replace(b"MSG00001", control_id.encode())
    return changed.replace(b"REF-2026-0001", referral.encode()) if referral else changed


def test_a_referral_is_stored_and_acknowledged(client: Client, ref: bytes) -> None:
    answer = take(client, ref)
    assert [issue.text for issue in answer.issues if issue.is_error] == []
    assert (answer.value("MSA-1"), answer.value("MSA-2")) == ("AA", "MSG00001"), answer.encode()
    assert (answer.value("MSH-3"), answer.value("MSH-5")) == ("VRSERVICE", "GPSYS")
    assert inbox(client) == [("accepted", "MSG00001", ref, answer.encode())]
    task = client.get("Task?status=received&_include=Task:focus&_include=Task:patient").json()
    kinds = [entry["resource"]["resourceType"] for entry in task["entry"]]
    assert sorted(kinds) == ["Patient", "ServiceRequest", "Task"]
    patients = client.get("Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9990548609").json()
    assert patients["total"] == 1
    assert patients["entry"][0]["resource"]["name"][0]["family"] == "Driver"
    assert count(client, "Organization") == len(
        {str(e["resource"].get("identifier")) + str(e["resource"].get("name")) for e in bundle(client, "Organization")}
    )
    row = client.app.endpoint.store.message("mllp", "GPSYS|A81001", "MSG00001")
    assert row is not None
    assert row.focus == task["entry"][0]["resource"]["focus"]["reference"]
    assert row.digest == hashlib.sha256(ref).digest()


def bundle(client: Client, query: str) -> list[Any]:
    return list(client.get(query).json().get("entry", []))


def test_every_stored_resource_is_valid(client: Client, ref: bytes, validator: Any) -> None:
    take(client, ref)
    checked = 0
    for type_ in (
        "Patient",
        "ServiceRequest",
        "Task",
        "Organization",
        "Practitioner",
        "PractitionerRole",
        "Observation",
    ):
        for entry in bundle(client, type_):
            errors = [issue for issue in validator.validate(entry["resource"]).issues if issue.is_error]
            assert errors == [], type_
            checked += 1
    assert checked >= 8


def test_the_same_message_gets_its_first_answer(client: Client, ref: bytes) -> None:
    first = take(client, ref)
    assert take(client, ref).encode() == first.encode()
    assert len(inbox(client)) == 1
    assert count(client, "ServiceRequest") == 1


def test_another_message_under_the_same_control_id_is_an_error_and_is_kept(client: Client, ref: bytes) -> None:
    take(client, ref)
    other = ref.replace(b"Example Haulage", b"Other Haulage")
    answer = take(client, other)
    assert answer.value("MSA-1") in ("AE", "AR")
    assert answer.value("ERR-3") == "205"
    assert [(status, content) for status, _, content, _ in inbox(client)] == [("accepted", ref), ("quarantined", other)]
    assert take(client, ref).value("MSA-1") == "AA"


def test_a_wrong_nhs_number_is_refused_with_its_place_and_kept(client: Client, ref: bytes) -> None:
    wrong = ref.replace(b"9990548609", b"9990548608")
    answer = take(client, wrong)
    assert answer.value("MSA-1") == "AE", answer.encode()
    errors = answer.all("ERR")
    assert any(error.value(2) == "PID" and error.value(2, component=3) == "3" for error in errors), answer.encode()
    assert b"9990548608" not in answer.encode()
    assert [row[0] for row in inbox(client)] == ["rejected"]
    assert inbox(client)[0][2] == wrong
    assert count(client, "Patient") == 0
    assert take(client, wrong).encode() == answer.encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x00\x01\x02", "AR"),
        (b"PID|1||123", "AR"),
        (b"MSH|^~\\&|GPSYS|A81001|VR|X|20261120||REF^I12^REF_I12||P|2.5.1\rPID|1\r", "AE"),
        (b"MSH|^~\\&|GPSYS|A81001|VR|X|20261120||ORR^O02|9|P|2.5.1\rPID|1\r", "AR"),
        (b"MSH|^~\\&|GPSYS|A81001|VR|X|20261120||REF^I12|9|P|9.9\rPID|1\r", "AR"),
        (b"MSH|^~\\&|GPSYS|A81001|VR|X|20261120||REF^I12^REF_I12|9|P|2.5.1\r", "AE"),
        (b"MSH|^~\\&|GPSYS|A81001|VR|X|20261120||RRI^I12^RRI_I12|9|P|2.5.1\rPID|1||1\r", "AE"),
    ],
)
def test_whatever_comes_is_kept_and_answered(client: Client, data: bytes, code: str) -> None:
    answer = take(client, data)
    assert answer.value("MSA-1") in ("AE", "AR")
    assert answer.value("MSA-1") == code, answer.encode()
    assert answer.all("ERR")
    rows = inbox(client)
    assert [row[2] for row in rows] == [data]
    assert rows[0][0] in ("rejected", "quarantined")
    assert count(client, "ServiceRequest") == 0


@pytest.mark.parametrize("data", [b"", b"\r", b"\r\n \t"])
def test_nothing_is_refused_and_not_kept(client: Client, data: bytes) -> None:
    answer = take(client, data)
    assert (answer.value("MSA-1"), inbox(client)) == ("AR", [])
    assert b"VR-V2-0001" in answer.encode()


def test_a_truncated_message_is_refused_and_kept(client: Client, ref: bytes) -> None:
    for length in (20, 90, 200, 320):
        cut = renamed(ref, f"CUT{length:05d}")[:length]
        answer = take(client, cut)
        assert answer.value("MSA-1") in ("AE", "AR"), length
        assert inbox(client)[-1][2] == cut
    assert count(client, "Task") == 0


def test_an_acknowledgement_is_not_acknowledged(client: Client) -> None:
    ack = b"MSH|^~\\&|A|B|C|D|20261120||ACK|7|P|2.5.1\rMSA|AA|1\r"
    assert client.run(Gateway(client.app.endpoint).handle(ack, PEER)) is None


def test_an_error_in_our_own_code_loses_nothing(client: Client, ref: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("MARKER")

    monkeypatch.setattr("vrfhir.mappers.to_fhir", broken)
    answer = take(client, ref)
    assert answer.value("MSA-1") in ("AE", "AR")
    assert b"MARKER" not in answer.encode()
    assert [(status, content) for status, _, content, _ in inbox(client)] == [("quarantined", ref)]
    monkeypatch.undo()
    assert take(client, ref).value("MSA-1") == "AA"


def test_the_same_message_on_many_connections_at_once_is_stored_once(client: Client, ref: bytes) -> None:
    import asyncio

    gateway = Gateway(client.app.endpoint)

    async def all_at_once() -> list[bytes | None]:
        return list(await asyncio.gather(*(gateway.handle(ref, PEER) for _ in range(8))))

    answers = set(client.run(all_at_once()))
    assert len(answers) == 1
    assert count(client, "Task") == 1
    assert [row[0] for row in inbox(client)] == ["accepted"]


def test_update_and_cancellation_over_v2(client: Client, ref: bytes) -> None:
    take(client, ref)
    update = renamed(ref, "MSG00002").replace(b"REF^I12^REF_I12", b"REF^I13^REF_I12").replace(b"Routine", b"Routine")
    assert take(client, update).value("MSA-1") == "AA"
    assert count(client, "ServiceRequest") == 1
    cancel = renamed(ref, "MSG00003").replace(b"REF^I12^REF_I12", b"REF^I14^REF_I12")
    assert take(client, cancel).value("MSA-1") == "AA"
    (task,) = bundle(client, "Task")
    assert task["resource"]["status"] == "cancelled"
    assert task["resource"]["statusReason"]["text"] == "Withdrawn by the referrer; no reason was given."
    again = renamed(ref, "MSG00004").replace(b"REF^I12^REF_I12", b"REF^I14^REF_I12")
    assert take(client, again).value("MSA-1") in ("AA", "AE")


def test_a_second_message_about_the_same_referral_is_a_duplicate(client: Client, ref: bytes) -> None:
    take(client, ref)
    answer = take(client, renamed(ref, "MSG00002"))
    assert answer.value("MSA-1") in ("AE", "AR")
    assert answer.value("ERR-3") == "205"
    assert count(client, "Task") == 1
    assert take(client, renamed(ref, "MSG00003", "REF-2026-0002")).value("MSA-1") == "AA"
    assert (count(client, "Task"), count(client, "Patient"), count(client, "Practitioner")) == (2, 1, 1)


def test_a_number_that_was_given_twice_takes_nothing_out_of_anothers_record(client: Client) -> None:
    """Fit note and visit have the same numbers in two patients' referrals: what was stored stays whose it was."""
    first = (DATA.parents[2] / "examples" / "driver" / "hl7v2" / "ref-i12.hl7").read_bytes()

    def of_another(control_id: bytes, event: bytes) -> bytes:
        own = {b"MSH": {9: control_id, 8: b"REF^%b^REF_I12" % event}, b"RF1": {6: b"R2^Y99901", 11: b""}}
        own[b"PID"] = {2: b"", 3: b"9990000018^^^NHS^NH", 4: b"", 5: b"Walker^Ann", 7: b"19900101"}
        lines = []
        for line in first.rstrip(b"\r").split(b"\r"):
            fields = line.split(b"|")
            for place, value in own.get(fields[0], {}).items():
                if place < len(fields):
                    fields[place] = value
            lines.append(b"|".join(fields))
        return b"\r".join([*lines, b""])

    assert take(client, first).value("MSA-1") == "AA"
    kinds = ("Observation", "Encounter", "Condition", "Coverage", "DiagnosticReport")
    before = {kind: bundle(client, kind) for kind in kinds if count(client, kind)}
    assert {"Observation", "Encounter"} <= before.keys()
    for number, event in enumerate((b"I12", b"I13")):
        assert take(client, of_another(b"SECOND%d" % number, event)).value("MSA-1") == "AA"
        assert count(client, "Patient") == 2
        for kind, entries in before.items():
            for entry in entries:
                assert client.get(f"{kind}/{entry['resource']['id']}").json() == entry["resource"]
        assert count(client, "Encounter") == 2


@pytest.mark.parametrize("event", ["I13", "I14"])
def test_a_referral_stays_with_its_patient(client: Client, ref: bytes, event: str) -> None:
    assert take(client, ref).value("MSA-1") == "AA"
    (before,) = bundle(client, "ServiceRequest")
    changed = renamed(ref, "MSG00002").replace(b"REF^I12^", f"REF^{event}^".encode())
    answer = take(client, changed.replace(b"9990548609", b"9990000018").replace(b"LOCAL77", b"L2"))
    assert (answer.value("MSA-1"), answer.value("ERR-2.1")) == ("AE", "PID")
    assert b"VR-REFERRAL-0005" in answer.encode()
    assert bundle(client, "ServiceRequest") == [before]
    assert count(client, "Patient") == 1


@pytest.mark.parametrize(("first", "second", "place"), [("R-1", "X-1", 6), ("R-2", "X-1", 11), ("R-1", "X-2", 6)])
def test_a_duplicate_names_the_number_that_was_there(
    client: Client, ref: bytes, first: str, second: str, place: int
) -> None:
    def numbered(control_id: str, placer: str, external: str) -> bytes:
        numbers = placer.encode() + b"^GPSYS", external.encode() + b"^GPSYS"
        line = next(each for each in ref.split(b"\r") if each.startswith(b"RF1"))
        fields = [*line.split(b"|"), b""]
        fields[6], fields[11] = numbers
        return renamed(ref, control_id).replace(line, b"|".join(fields))

    assert take(client, numbered("MSG00001", "R-1", "X-1")).value("MSA-1") == "AA"
    answer = take(client, numbered("MSG00002", first, second))
    assert (answer.value("MSA-1"), answer.value("ERR-2.1"), answer.value("ERR-2.3")) == ("AE", "RF1", str(place))


def test_a_store_that_cannot_write_acknowledges_nothing(
    make_client: Callable[..., Client], ref: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()

    async def full(*_: Any) -> None:
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr(client.app.endpoint.store, "write", full)
    with pytest.raises(sqlite3.OperationalError):
        client.run(Gateway(client.app.endpoint).handle(ref, PEER))


@pytest.mark.shared
def test_public_referrals_are_answered_and_kept(client: Client, shared: Path) -> None:
    paths = sorted((shared / "data" / "hl7v2-samples").glob("REF*"))
    assert paths
    for path in paths:
        data = path.read_bytes()
        answer = take(client, data)
        assert answer.value("MSA-1") in ("AA", "AE")
        assert inbox(client)[-1][2] == data
