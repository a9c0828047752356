"""Messages that bring no referral: the record, appointments, documents, results and orders, beside the referral loop."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from talking import Client

from vrfhir.hl7v2 import Message, parse
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.transport import Peer
from vrfhir.workflow import REFERRAL_STATUS_SYSTEM

REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes()
PEER = Peer("127.0.0.1", 1)
NHS = "9990548609"
PID = f"PID|1||{NHS}^^^NHS^NH||Driver^John||19790314|M"
SCH = "SCH|PL-1^A81001|F-1^VRS||||^booked|||||^^^20261201100000^20261201103000|||||^Lee^Ann||||^Lee^Ann"


def v2(kind: str, control_id: str, *segments: str, at: str = "20261121100000", sender: str = "PAS|A81001") -> bytes:
    code, event = kind.split("^")[:2]
    header = rf"MSH|^~\&|{sender}|VRSERVICE|VRS|{at}||{code}^{event}|{control_id}|P|2.5.1|||||GBR|UNICODE UTF-8"
    return "\r".join([header, *segments, ""]).encode()


def take(client: Client, data: bytes) -> Message:
    answer = client.run(client.app.services.gateway.handle(data, PEER))
    assert answer is not None
    return parse(answer)


def taken(client: Client, data: bytes) -> list[str]:
    """Send; AA is expected. What the sender was told besides, but for warnings of the mapper."""
    answer = take(client, data)
    assert answer.value("MSA-1") == "AA", answer.encode()
    told = [str(err.value(5)) for err in answer.all("ERR")]
    return [each for each in told if not each.startswith("VR-V2-05")]


def refused(client: Client, data: bytes) -> str:
    answer = take(client, data)
    assert answer.value("MSA-1") == "AE", answer.encode()
    return str(answer.value("ERR-5"))


def found(client: Client, query: str) -> list[Any]:
    entries = client.get(query).json().get("entry", [])
    return [entry["resource"] for entry in entries]


def loop_of(client: Client) -> list[tuple[str, str]]:
    """The referrals and their Tasks, by version: what a notice must leave alone."""
    rows = found(client, "ServiceRequest?_count=50") + found(client, "Task?_count=50")
    return sorted((f"{row['resourceType']}/{row['id']}", row["meta"]["versionId"]) for row in rows)


@pytest.fixture
def referred(client: Client) -> Client:
    """An endpoint where John Driver was referred as REF-2026-0001."""
    assert taken(client, REF) == []
    return client


def status(client: Client, control_id: str, sender: str = "PAS|A81001") -> tuple[str, str]:
    row = client.app.endpoint.store.message("mllp", sender, control_id)
    assert row is not None
    return row.status, row.failure


def moved(pid: str, street: str) -> str:
    fields = pid.split("|") + [""] * (12 - len(pid.split("|")))
    fields[11] = f"{street}^^Testford^^ZZ99 3VZ"
    return "|".join(fields)


@pytest.mark.parametrize("event", ["A01", "A04", "A05", "A08", "A28", "A31"])
def test_the_record_of_a_patient_is_updated(referred: Client, event: str) -> None:
    before = loop_of(referred)
    assert taken(referred, v2(f"ADT^{event}", "A1", "EVN||20261121095900", moved(PID, "2 New Road"))) == []
    (patient,) = found(referred, f"Patient?identifier={NHS}")
    assert (patient["meta"]["versionId"], patient["address"][0]["line"]) == ("2", ["2 New Road"])
    assert patient["name"][0]["family"] == "Driver"
    assert loop_of(referred) == before
    provenance = found(referred, f"Provenance?target=Patient/{patient['id']}")
    assert any(f"ADT^{event}" in str(each.get("activity")) for each in provenance)
    trail = referred.app.endpoint.store.audit_trail(f"Patient/{patient['id']}/_history/2")
    assert [(row.interaction, row.role, row.organisation) for row in trail] == [
        (f"hl7v2 ADT^{event}", "requester", "A81001")
    ]


def test_a_new_patient_gets_a_record(client: Client) -> None:
    assert taken(client, v2("ADT^A28", "A1", "EVN||20261121095900", PID)) == []
    assert len(found(client, "Patient")) == 1
    assert found(client, "Task") == []


def test_an_older_message_overwrites_nothing_and_its_sender_is_told(referred: Client) -> None:
    new = v2("ADT^A08", "A2", "EVN||20261121120000", moved(PID, "2 New Road"))
    old = v2("ADT^A08", "A1", "EVN||20261121110000", moved(PID, "1 Old Road") + "||07700900123")
    assert taken(referred, new) == []
    assert taken(referred, old) == ["VR-RECORD-0003"]
    (patient,) = found(referred, f"Patient?identifier={NHS}")
    assert patient["address"][0]["line"] == ["2 New Road"]
    assert status(referred, "A1") == ("accepted", "VR-RECORD-0003")
    assert taken(referred, v2("ADT^A08", "A3", "EVN||20261121130000", moved(PID, "3 Next Road"))) == []
    (patient,) = found(referred, f"Patient?identifier={NHS}")
    assert patient["address"][0]["line"] == ["3 Next Road"]


def test_an_older_message_adds_what_nobody_said(client: Client) -> None:
    taken(client, v2("ADT^A28", "A2", "EVN||20261121120000", PID))
    assert taken(client, v2("ADT^A08", "A1", "EVN||20261121110000", moved(PID, "1 Old Road"))) == []
    assert found(client, "Patient")[0]["address"][0]["line"] == ["1 Old Road"]


def test_a_hidden_patient_stays_hidden(referred: Client) -> None:
    taken(referred, v2("ADT^A08", "A1", "EVN||20261121090000", moved(PID, "2 New Road")))
    hidden = v2("ADT^A08", "A2", "EVN||20261121100000", moved(PID, "3 Safe Street"), "ZU8||||1")
    assert taken(referred, hidden) == []
    (patient,) = found(referred, f"Patient?identifier={NHS}")
    assert "address" not in patient
    assert "1" in [label["code"] for label in patient["meta"]["security"]]
    for control_id, at in (("A3", "20261121110000"), ("A4", "20261121080000")):
        taken(referred, v2("ADT^A08", control_id, f"EVN||{at}", moved(PID, "3 Safe Street") + "||07700900123"))
        (patient,) = found(referred, f"Patient?identifier={NHS}")
        assert not {"address", "telecom"} & patient.keys()
        assert "1" in [label["code"] for label in patient["meta"]["security"]]


def test_an_update_over_fhir_is_newer_than_a_message_written_before(client: Client) -> None:
    taken(client, v2("ADT^A28", "A1", "EVN||20261121110000", PID))
    (patient,) = found(client, "Patient")
    patient["birthDate"] = "1979-03-15"
    assert client.put(f"Patient/{patient['id']}", patient).status_code == 200
    assert taken(client, v2("ADT^A08", "A2", "EVN||20261121120000", PID)) == ["VR-RECORD-0003"]
    assert found(client, "Patient")[0]["birthDate"] == "1979-03-15"


def test_the_same_facts_again_add_nothing(client: Client) -> None:
    segments = (PID, "NK1|1|Driver^Jane|SPO", "AL1|1|DA|^Penicillin")
    for number in range(3):
        taken(client, v2("ADT^A31", f"A{number}", f"EVN||2026112111000{number}", *segments))
    kinds = ("Patient", "RelatedPerson", "AllergyIntolerance")
    assert [(len(found(client, kind)), kind) for kind in kinds] == [(1, kind) for kind in kinds]
    assert found(client, "Patient")[0]["meta"]["versionId"] == "1"


def test_a_patient_without_a_number_is_refused(client: Client) -> None:
    assert refused(client, v2("ADT^A08", "A1", "EVN||20261121", "PID|1||||Driver^John||19790314")) == "VR-RECORD-0002"
    assert found(client, "Patient") == []


def test_a_wrong_number_and_another_person_are_refused(referred: Client) -> None:
    wrong = PID.replace(NHS, "9990548608")
    assert refused(referred, v2("ADT^A08", "A1", "EVN||20261121", wrong)) == "VR-REFERRAL-0003"
    other = PID.replace("Driver^John", "Other^Jane").replace("19790314", "19900101")
    assert refused(referred, v2("ADT^A08", "A2", "EVN||20261121", other)) == "VR-REFERRAL-0005"


def test_two_records_become_one(referred: Client) -> None:
    local = "PID|1||P-7^^^A81001^PI||Driver^Jon||19790314|M"
    taken(referred, v2("ADT^A28", "A1", "EVN||20261121090000", local))
    taken(referred, v2("SIU^S12", "S1", SCH, local))
    (given_up,) = found(referred, "Patient?identifier=P-7")
    (kept,) = found(referred, f"Patient?identifier={NHS}")
    before = loop_of(referred)
    merge = v2("ADT^A40", "A2", "EVN||20261121100000", PID, "MRG|P-7^^^A81001^PI")
    assert taken(referred, merge) == []
    (given_up,) = found(referred, "Patient?identifier=P-7")
    assert given_up["active"] is False
    assert given_up["link"] == [{"other": {"reference": f"Patient/{kept['id']}"}, "type": "replaced-by"}]
    (kept,) = found(referred, f"Patient?identifier={NHS}")
    assert {"other": {"reference": f"Patient/{given_up['id']}"}, "type": "replaces"} in kept["link"]
    (appointment,) = found(referred, "Appointment")
    assert f"Patient/{kept['id']}" in str(appointment["participant"])
    assert f"Patient/{given_up['id']}" not in str(appointment)
    assert loop_of(referred) == before  # the referral was the remaining record's already
    # who still uses the old number means the remaining record
    taken(referred, v2("ADT^A08", "A3", "EVN||20261121110000", moved(local, "9 Later Road")))
    (kept,) = found(referred, f"Patient?identifier={NHS}")
    assert kept["address"][0]["line"] == ["9 Later Road"]
    again = merge.replace(b"|A2|", b"|A4|").replace(b"EVN||20261121100000", b"EVN||20261121120000")
    assert taken(referred, again) == []
    assert len(found(referred, "Patient")) == 2


def test_a_referral_moves_with_its_patient(referred: Client) -> None:
    survivor = "PID|1||P-8^^^A81001^PI||Driver^John||19790314|M"
    taken(referred, v2("ADT^A40", "A1", "EVN||20261121100000", survivor, f"MRG|{NHS}^^^NHS^NH"))
    (kept,) = found(referred, "Patient?identifier=P-8")
    (task,) = found(referred, "Task")
    (request,) = found(referred, "ServiceRequest")
    assert task["for"]["reference"] == request["subject"]["reference"] == f"Patient/{kept['id']}"
    assert task["status"] == "received"
    update = REF.replace(b"MSG00001", b"MSG00002").replace(b"REF^I12^REF_I12", b"REF^I13^REF_I12")
    assert taken(referred, update.replace(b"|20261120", b"|20261122", 1)) == []
    assert len(found(referred, "Task")) == 1


def test_records_of_two_people_are_not_merged(referred: Client) -> None:
    other = "PID|1||P-9^^^A81001^PI||Quite^Other||19900101|F"
    taken(referred, v2("ADT^A28", "A1", "EVN||20261121090000", other))
    merge = v2("ADT^A40", "A2", "EVN||20261121100000", PID, "MRG|P-9^^^A81001^PI")
    assert refused(referred, merge) == "VR-RECORD-0005"
    assert "active" not in found(referred, "Patient?identifier=P-9")[0]


def test_an_appointment_is_made_moved_and_cancelled(referred: Client) -> None:
    before = loop_of(referred)
    named = SCH + "|||||booked|REF-2026-0001^A81001"
    assert taken(referred, v2("SIU^S12", "S1", named, PID)) == []
    (appointment,) = found(referred, "Appointment")
    (request,) = found(referred, "ServiceRequest")
    assert appointment["basedOn"][0]["reference"] == f"ServiceRequest/{request['id']}"
    assert appointment["status"] == "booked"
    later = named.replace("20261201100000^20261201103000", "20261202100000^20261202103000")
    taken(referred, v2("SIU^S13", "S2", later, PID, at="20261121110000"))
    taken(referred, v2("SIU^S15", "S3", "SCH|PL-1^A81001|F-1^VRS||||^cancelled", PID, at="20261121120000"))
    (appointment,) = found(referred, "Appointment")
    assert (appointment["status"], appointment["start"][:10]) == ("cancelled", "2026-12-02")
    assert appointment["meta"]["versionId"] == "3"
    assert taken(referred, v2("SIU^S13", "S4", named, PID, at="20261121105000")) == ["VR-RECORD-0003"]
    assert found(referred, "Appointment")[0]["status"] == "cancelled"
    assert loop_of(referred) == before


def test_what_names_an_unknown_referral_is_stored_for_the_patient(referred: Client) -> None:
    named = SCH + "|||||booked|REF-9999^A81001"
    assert taken(referred, v2("SIU^S12", "S1", named, PID)) == ["VR-RECORD-0006"]
    (appointment,) = found(referred, "Appointment")
    assert "reference" not in appointment["basedOn"][0]
    assert appointment["basedOn"][0]["identifier"]["value"] == "REF-9999"


def document(control_id: str, number: str = "D-1", text: str = "Plan", referral: str = "REF-2026-0001") -> bytes:
    data = base64.b64encode(text.encode()).decode()
    txa = f"TXA|1|CN|TX|20261121|||||||{'|'}{number}^VRS||{referral}^A81001|||||AU"
    return v2(
        "MDM^T02",
        control_id,
        "EVN||20261121100000",
        PID,
        "PV1|1|O",
        txa,
        f"OBX|1|ED|LETTER^Letter||^text^plain^Base64^{data}||||||F",
    )


def test_a_document_is_attached_to_the_referral_it_names(referred: Client) -> None:
    before = loop_of(referred)
    assert taken(referred, document("M1")) == []
    (request,) = found(referred, "ServiceRequest")
    mine = [each for each in found(referred, "DocumentReference") if "related" in each.get("context", {})]
    assert [each["context"]["related"][0]["reference"] for each in mine] == [f"ServiceRequest/{request['id']}"]
    taken(referred, document("M2", text="Plan, amended"))
    again = [each for each in found(referred, "DocumentReference") if "related" in each.get("context", {})]
    assert [(each["id"], each["meta"]["versionId"]) for each in again] == [(mine[0]["id"], "2")]
    assert loop_of(referred) == before


def report(control_id: str, score: int, order: str = "REF-2026-0001", at: str = "20261121100000") -> bytes:
    obr = f"OBR|1|{order}^A81001|R-5^VRS|wsas^Work and social adjustment^99L|||20261120|||||||||||||||||F"
    return v2("ORU^R01", control_id, PID, obr, f"OBX|1|NM|wsas-total^Total^99L||{score}||||||F", at=at)


def test_a_result_is_based_on_the_referral_and_corrected_in_place(referred: Client) -> None:
    before = loop_of(referred)
    assert taken(referred, report("O1", 21)) == []
    (request,) = found(referred, "ServiceRequest")
    (made,) = found(referred, "DiagnosticReport")
    assert made["basedOn"][0]["reference"] == f"ServiceRequest/{request['id']}"
    (score,) = [each for each in found(referred, "Observation?_count=100") if "wsas-total" in str(each.get("code"))]
    taken(referred, report("O2", 12, at="20261121110000"))
    (made,) = found(referred, "DiagnosticReport")
    (corrected,) = [each for each in found(referred, "Observation?_count=100") if "wsas-total" in str(each.get("code"))]
    assert (corrected["id"], corrected["meta"]["versionId"]) == (score["id"], "2")
    assert corrected["valueQuantity"]["value"] == 12
    assert made["result"] == [{"reference": f"Observation/{score['id']}"}]
    assert loop_of(referred) == before


def test_a_result_of_an_unknown_order_is_stored_without_a_word(referred: Client) -> None:
    assert taken(referred, report("O1", 21, order="LAB-77")) == []
    assert "basedOn" not in found(referred, "DiagnosticReport")[0]


@pytest.mark.parametrize("kind", ["ORM^O01", "OMG^O19"])
def test_an_order_is_stored_beside_the_referral(referred: Client, kind: str) -> None:
    (before,) = found(referred, "ServiceRequest")
    orc, obr = "ORC|NW|ORD-1^A81001||||||REF-2026-0001^A81001", "OBR|1|ORD-1^A81001||fce^Capacity evaluation^99L"
    assert taken(referred, v2(kind, "W1", PID, orc, obr)) == []
    orders = [each for each in found(referred, "ServiceRequest") if each["id"] != before["id"]]
    assert [each["basedOn"][0]["reference"] for each in orders] == [f"ServiceRequest/{before['id']}"]
    assert len(found(referred, "Task")) == 1
    assert taken(referred, v2(kind, "W2", PID, orc.replace("NW", "CA"), obr, at="20261121110000")) == []
    assert len(found(referred, "ServiceRequest")) == 2


def test_an_order_does_not_change_a_referral(referred: Client) -> None:
    orc, obr = "ORC|CA|REF-2026-0001^A81001", "OBR|1|REF-2026-0001^A81001||x^Other^99L"
    (before,) = found(referred, "ServiceRequest")
    assert refused(referred, v2("ORM^O01", "W1", PID, orc, obr)) == "VR-RECORD-0004"
    assert found(referred, "ServiceRequest") == [before]


@pytest.mark.parametrize(
    "data",
    [
        v2("SIU^S12", "X1", SCH, PID),
        document("X1"),
        report("X1", 21),
        v2("ORM^O01", "X1", PID, "ORC|NW|O-1^A81001", "OBR|1|O-1^A81001||x^X^99L"),
    ],
    ids=["SIU", "MDM", "ORU", "ORM"],
)
def test_what_is_about_an_unknown_patient_waits_for_the_referral(client: Client, data: bytes) -> None:
    assert taken(client, data) == ["VR-RECORD-0001"]
    assert status(client, "X1") == ("parked", "VR-RECORD-0001")
    assert found(client, "Patient") == []
    assert client.app.endpoint.store.inbox_counts()["parked"] == 1
    first = take(client, data).encode()

    async def story() -> None:
        import asyncio

        gateway = client.app.services.gateway
        await gateway.handle(REF, PEER)
        async with asyncio.timeout(30):
            while status(client, "X1")[0] in ("parked", "received"):  # noqa: ASYNC110 -- the worklist does it
                await asyncio.sleep(0.02)

    client.run(story())
    assert status(client, "X1")[0] == "accepted"
    assert take(client, data).encode() == first
    assert len(found(client, "Patient")) == 1
    assert len(found(client, "Task")) == 1


def test_a_parked_message_that_is_wrong_after_all_is_an_operators(client: Client) -> None:
    taken(client, v2("SIU^S12", "X1", SCH, PID.replace("Driver^John", "Other^Jane").replace("19790314", "19900101")))

    async def story() -> None:
        import asyncio

        await client.app.services.gateway.handle(REF, PEER)
        async with asyncio.timeout(30):
            while status(client, "X1")[0] in ("parked", "received"):  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    client.run(story())
    assert status(client, "X1") == ("failed", "VR-REFERRAL-0005")


QUERY = REF.replace(b"MSG00001", b"MSG00009").replace(b"REF^I12^REF_I12", b"REF^I15^REF_I12")


def test_who_sent_a_referral_may_ask_where_it_stands(referred: Client) -> None:
    before = loop_of(referred)
    answer = take(referred, QUERY)
    assert (answer.type.code, answer.type.trigger) == ("RRI", "I15")
    assert (answer.value("MSA-1"), answer.value("MSA-2")) == ("AA", "MSG00009")
    assert answer.value("RF1-6") == "REF-2026-0001"
    (task,) = found(referred, "Task")
    accepted = {"coding": [{"system": REFERRAL_STATUS_SYSTEM, "code": "accepted"}]}
    task |= {"status": "accepted", "businessStatus": accepted, "note": [{"text": "First visit in December."}]}
    assert referred.put(f"Task/{task['id']}", task).status_code == 200
    later = take(referred, QUERY.replace(b"MSG00009", b"MSG00010"))
    assert later.value("RF1-1") == "A"
    assert "First visit in December." in later.text
    assert [reference for reference, _ in loop_of(referred)] == [reference for reference, _ in before]
    assert take(referred, QUERY).encode() == answer.encode()


def test_a_question_made_of_the_referral_is_answered(referred: Client) -> None:
    question = to_hl7v2(to_fhir(REF).bundle, message="REF^I15", version="2.4")
    answer = take(referred, question.message)
    assert (answer.type.code, answer.type.trigger, answer.value("MSA-1")) == ("RRI", "I15", "AA")
    assert (answer.value("RF1-6"), answer.value("RF1-1")) == ("REF-2026-0001", "P")


def test_where_it_stands_after_a_change_and_a_cancellation(referred: Client) -> None:
    asked = iter(range(20, 30))

    def state() -> tuple[str | None, str | None]:
        answer = take(referred, QUERY.replace(b"MSG00009", b"MSG000%d" % next(asked)))
        assert (answer.type.code, answer.type.trigger, answer.value("MSA-1")) == ("RRI", "I15", "AA")
        return answer.value("RF1-1"), answer.value("RF1-1.4")

    update = REF.replace(b"REF^I12^", b"REF^I13^").replace(b"MSG00001", b"MSG00002").replace(b"|R^Routine", b"|A^ASAP")
    assert take(referred, update).value("MSA-1") == "AA"
    assert state() == ("P", "received")
    (task,) = found(referred, "Task")
    accepted = {"coding": [{"system": REFERRAL_STATUS_SYSTEM, "code": "accepted"}]}
    assert (
        referred.put(f"Task/{task['id']}", task | {"status": "accepted", "businessStatus": accepted}).status_code == 200
    )
    assert take(referred, update.replace(b"MSG00002", b"MSG00003")).value("MSA-1") == "AA"
    assert state() == ("A", "accepted")
    cancel = REF.replace(b"REF^I12^", b"REF^I14^").replace(b"MSG00001", b"MSG00004")
    assert take(referred, cancel).value("MSA-1") == "AA"
    assert state() == ("E", "withdrawn")


def test_the_service_may_ask_too(referred: Client) -> None:
    answer = take(referred, QUERY.replace(b"|GPSYS|A81001|VRSERVICE|X26001|", b"|VRSERVICE|X26001|GPSYS|A81001|"))
    assert (answer.type.code, answer.value("RF1-1")) == ("RRI", "P")


def test_nobody_else_may(referred: Client) -> None:
    assert refused(referred, QUERY.replace(b"|GPSYS|A81001|", b"|OTHER|A81001|")) == "VR-REFERRAL-0008"
    assert refused(referred, QUERY.replace(b"REF-2026-0001", b"REF-9")) == "VR-REFERRAL-0008"


def test_every_stored_resource_is_valid(referred: Client, validator: Any) -> None:
    taken(referred, v2("SIU^S12", "S1", SCH + "|||||booked|REF-2026-0001^A81001", PID))
    taken(referred, document("M1"))
    taken(referred, report("O1", 21))
    taken(referred, v2("ADT^A40", "A2", "EVN||20261121100000", PID, "MRG|P-7^^^A81001^PI"))
    checked = 0
    for kind in (
        "Patient",
        "Appointment",
        "DocumentReference",
        "DiagnosticReport",
        "ServiceRequest",
        "Task",
        "Provenance",
    ):
        for each in found(referred, f"{kind}?_count=100"):
            errors = [(issue.id, issue.expression) for issue in validator.validate(each).issues if issue.is_error]
            assert errors == [], kind
            checked += 1
    assert checked > 10


@pytest.mark.shared
def test_public_messages_are_answered_and_kept(make_client: Callable[..., Client], shared: Path) -> None:
    client = make_client()
    samples = shared / "data" / "hl7v2-samples"
    paths = [path for kind in ("ADT", "SIU", "MDM", "ORM") for path in sorted(samples.glob(f"{kind}*"))][::3]
    assert len(paths) > 10
    codes = []
    for path in paths:
        answer = take(client, path.read_bytes())
        codes.append(answer.value("MSA-1"))
        assert answer.value("MSA-1") == "AA" or answer.all("ERR"), path.name
    assert set(codes) <= {"AA", "AE", "AR"}
    assert "AA" in codes


def test_a_pulse_without_a_unit_is_taken_with_a_warning_and_stated_as_no_value(referred: Client) -> None:
    segments = ("EVN||20261121095900", PID, "PV1|1|N", "OBX|1|NM|8867-4^Heart rate^LN||72||||||F")
    answer = take(referred, v2("ADT^A08", "A-pulse", *segments))
    assert answer.value("MSA-1") == "AA", answer.encode()
    assert [str(err.value(5)) for err in answer.all("ERR")] == ["VR-V2-0524"]
    (pulse,) = found(referred, "Observation?code=http://loinc.org|8867-4")
    assert "valueQuantity" not in pulse
    assert pulse["dataAbsentReason"]["text"] == "sent as 72"
