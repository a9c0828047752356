"""``RRI``: what a service answers over HL7 v2 moves the referral's Task, by the rules that hold for everybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from talking import Client

from vrfhir.hl7v2 import Message, parse
from vrfhir.transport import Peer
from vrfhir.workflow import business_status

PEER = Peer("127.0.0.1", 1)
REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes()
PID = "PID|1||9990548609^^^NHS^NH~V-31^^^Z99999^MR||Testcase^John^^^Mr||19790314|M"
ACCEPTED = "A^Accepted^HL70283^accepted^Accepted^VR-REFERRAL-STATUS"


def rri(control_id: str, state: str = ACCEPTED, *more: str, **changes: str) -> bytes:
    """An answer of the service Z99999 to the referral ``run-script``."""
    event = changes.get("event", "I12")
    sender = changes.get("sender", "VRSYS|Z99999")
    number = changes.get("number", "run-script^https://gp.example/id/referral")
    lines = [
        rf"MSH|^~\&|{sender}|VRFHIR|A99999|20261120120000||RRI^{event}^RRI_I12|{control_id}|P|2.5.1|||||GBR|UNICODE UTF-8",
        f"MSA|{changes.get('code', 'AA')}|R1",
        f"RF1|{state}|R|70082004^Vocational rehabilitation^SCT|||{number}|||20261120",
        "PRD|RP^Referring Provider^HL70286|Exemplar^Ada^^^Dr||||||9999999^GMC",
        "PRD|RT^Referred to Provider^HL70286|||^^^Z99999&Example Vocational Rehabilitation Service",
        changes.get("pid", PID),
        *more,
    ]
    return "\r".join([*lines, ""]).encode()


def send(client: Client, data: bytes) -> Message:
    return parse(client.run(client.app.services.gateway.handle(data, PEER)))


def task_of(client: Client) -> dict[str, Any]:
    (entry,) = client.get("Task").json()["entry"]
    return dict(entry["resource"])


def taken(client: Client, data: bytes) -> dict[str, Any]:
    answer = send(client, data)
    assert answer.value("MSA-1") == "AA", answer.text
    return task_of(client)


def refused(client: Client, data: bytes) -> tuple[str, str]:
    """The code of table 0357 and the id of the finding; nothing was stored."""
    before = [client.get(kind).json()["total"] for kind in ("Task", "Patient", "Provenance", "Encounter")]
    version = task_of(client)["meta"]["versionId"]
    answer = send(client, data)
    assert answer.value("MSA-1") == "AE", answer.text
    assert task_of(client)["meta"]["versionId"] == version
    assert before == [client.get(kind).json()["total"] for kind in ("Task", "Patient", "Provenance", "Encounter")]
    return answer.value("ERR-3.1") or "", answer.value("ERR-5.1") or ""


@pytest.fixture
def referred(client: Client, message: dict[str, Any]) -> Client:
    """An endpoint with one referral to the service Z99999, which came over FHIR; its Task is ``received``."""
    assert client.post("$process-message", message).status_code == 200
    return client


@pytest.mark.parametrize("event", ["I12", "I13", "I15", "I11"])
def test_an_answer_moves_the_task(referred: Client, event: str) -> None:
    task = taken(referred, rri("1", event=event))
    assert (task["status"], business_status(task)) == ("accepted", "accepted")
    assert task["meta"]["versionId"] == "2"
    history = referred.get(f"Task/{task['id']}/_history").json()["entry"]
    assert [entry["resource"]["status"] for entry in history] == ["accepted", "received"]


def test_every_step_to_the_end(referred: Client, validator: Any) -> None:
    taken(referred, rri("1"))
    task = taken(referred, rri("2", "A^Accepted^HL70283^assessed^Assessed^VR-REFERRAL-STATUS", event="I13"))
    assert (task["status"], business_status(task)) == ("in-progress", "assessed")
    report = (
        "OBR|1||AS-1^Z99999|^Discharge report|||20261120||||||||||||||||||F",
        "OBX|1|TX|^Summary||Back on the road.||||||F",
    )
    discharged = "A^Accepted^HL70283^discharged^Discharged^VR-REFERRAL-STATUS"
    task = taken(referred, rri("3", discharged, *report, event="I13"))
    assert (task["status"], business_status(task)) == ("completed", "discharged")
    (output,) = task["output"]
    assert output["type"]["coding"][0]["code"] == "report"
    stored = referred.get(output["valueReference"]["reference"]).json()
    assert stored["resourceType"] == "DiagnosticReport"
    assert not [issue for issue in validator.validate(task).issues if issue.is_error]


def test_a_refusal_says_why(referred: Client) -> None:
    declined = "R^Rejected^HL70283^declined^Declined^VR-REFERRAL-STATUS"
    task = taken(referred, rri("1", declined, "NTE|1||Outside the area of the service."))
    assert (task["status"], business_status(task)) == ("rejected", "declined")
    assert task["statusReason"]["text"]
    assert [note["text"] for note in task["note"]] == ["Outside the area of the service."]
    assert task["note"][0]["authorString"] == "VRSYS Z99999"


def test_notes_visit_and_results_join_the_task_once(referred: Client) -> None:
    more = (
        "DG1|1|||Recurrent low back pain||W",
        "OBR|1||AS-1^Z99999|^Assessment|||20261120||||||||||||||||||F",
        "OBX|1|NM|^Days lost||4||||||F",
        "PV1|1|O|||||||||||||||||C-99^^^Z99999^VN|||||||||||||||||||||||||20261120110000",
        "NTE|1||First appointment next week.",
    )
    task = taken(referred, rri("1", ACCEPTED, *more))
    assert [note["text"] for note in task["note"]] == ["First appointment next week."]
    assert referred.get(task["encounter"]["reference"]).json()["resourceType"] == "Encounter"
    assert len(task["output"]) == 1
    counts = {
        kind: referred.get(kind).json()["total"] for kind in ("Encounter", "Condition", "DiagnosticReport", "Patient")
    }
    assert counts == {"Encounter": 1, "Condition": 1, "DiagnosticReport": 1, "Patient": 1}
    again = taken(referred, rri("2", ACCEPTED, *more))
    assert again == task
    assert counts == {kind: referred.get(kind).json()["total"] for kind in counts}


def test_a_note_after_the_diagnosis_is_the_answers_own(referred: Client) -> None:
    task = taken(referred, rri("1", ACCEPTED, "DG1|1|||Recurrent low back pain||W", "NTE|1||Offered a call."))
    assert [note["text"] for note in task["note"]] == ["Offered a call."]
    (condition,) = referred.get("Condition").json()["entry"]
    assert "Offered a call." not in str(condition)


def test_what_it_repeats_changes_nothing_and_fills_gaps(referred: Client) -> None:
    (before,) = referred.get("Patient").json()["entry"]
    pid = PID.replace("Testcase^John", "Testcase^Jack") + "|||9 Other Road^^Elsewhere^^ZZ99 9ZZ^GBR"
    taken(referred, rri("1", pid=pid))
    (after,) = referred.get("Patient").json()["entry"]
    assert after["resource"]["name"] == before["resource"]["name"]
    assert after["resource"]["address"] == before["resource"]["address"]
    assert "V-31" in [row["value"] for row in after["resource"]["identifier"]]


def test_the_service_number_is_kept_with_the_referral(referred: Client) -> None:
    data = rri("1").replace(b"|20261120\rPRD|RP", b"|20261120||SVC-77^Z99999\rPRD|RP", 1)
    taken(referred, data)
    (entry,) = referred.get("ServiceRequest").json()["entry"]
    assert "SVC-77" in [row["value"] for row in entry["resource"]["identifier"]]


@pytest.mark.parametrize(
    ("states", "rule"),
    [
        (["A^^HL70283^discharged^Discharged^VR-REFERRAL-STATUS"], "VR-WORKFLOW-0002"),
        (["E^Expired^HL70283"], "VR-WORKFLOW-0003"),
        ([ACCEPTED, "P^^HL70283^triaged^Triaged^VR-REFERRAL-STATUS"], "VR-WORKFLOW-0002"),
        (["R^^HL70283^declined^Declined^VR-REFERRAL-STATUS", ACCEPTED], "VR-WORKFLOW-0002"),
        (
            [
                ACCEPTED,
                "A^^HL70283^plan-agreed^Plan agreed^VR-REFERRAL-STATUS",
                "A^^HL70283^assessed^Assessed^VR-REFERRAL-STATUS",
            ],
            "VR-WORKFLOW-0005",
        ),
    ],
)
def test_a_forbidden_move_is_an_application_error(referred: Client, states: list[str], rule: str) -> None:
    *allowed, last = states
    for number, state in enumerate(allowed):
        taken(referred, rri(f"A{number}", state))
    assert refused(referred, rri("X", last)) == ("207", rule)


def test_table_0283_alone_says_nothing_about_how_far_it_got(referred: Client) -> None:
    taken(referred, rri("1", "A^Accepted^HL70283"))
    taken(referred, rri("2", "A^^HL70283^assessed^Assessed^VR-REFERRAL-STATUS"))
    task = taken(referred, rri("3", "A^Accepted^HL70283", "NTE|1||Progress."))
    assert (task["status"], business_status(task)) == ("in-progress", "assessed")
    assert [note["text"] for note in task["note"]] == ["Progress."]


def test_an_answer_without_a_state_moves_nothing(referred: Client) -> None:
    assert taken(referred, rri("1", ""))["meta"]["versionId"] == "1"


def test_an_unknown_number_is_an_unknown_key(referred: Client) -> None:
    assert refused(referred, rri("1", number="NOBODY-1^https://gp.example/id/referral")) == ("204", "VR-REFERRAL-0008")


@pytest.mark.parametrize("sender", ["VRSYS|Z11111", "GPSYS|A81001"])
def test_nobody_else_may_answer(referred: Client, sender: str) -> None:
    assert refused(referred, rri("1", sender=sender)) == ("204", "VR-REFERRAL-0008")


def test_the_number_under_the_partners_own_authority(referred: Client) -> None:
    assert taken(referred, rri("1", number="run-script^GPNO"))["status"] == "accepted"


def test_another_patient_under_the_number_is_refused(referred: Client) -> None:
    pid = "PID|1||9000004128^^^NHS^NH||Testcase^John^^^Mr||19790314|M"
    assert refused(referred, rri("1", pid=pid))[1] == "VR-REFERRAL-0005"
    pid = "PID|1||9990548609^^^NHS^NH||Other^Jane||19900101|F"
    assert refused(referred, rri("2", pid=pid))[1] == "VR-REFERRAL-0005"


def test_the_same_answer_again_gets_the_first_acknowledgement(referred: Client) -> None:
    first = send(referred, rri("1"))
    assert send(referred, rri("1")).encode() == first.encode()
    assert task_of(referred)["meta"]["versionId"] == "2"
    other = send(referred, rri("1", "R^Rejected^HL70283"))
    assert (other.value("MSA-1"), other.value("ERR-5.1")) == ("AE", "VR-GATEWAY-0002")


def test_provenance_and_audit_like_any_other_change(referred: Client) -> None:
    task = taken(referred, rri("1"))
    targets = [
        row["reference"]
        for entry in referred.get("Provenance").json()["entry"]
        for row in entry["resource"].get("target", ())
    ]
    assert any(target.startswith(f"Task/{task['id']}") for target in targets)
    (row,) = referred.app.endpoint.store.audit_trail(f"Task/{task['id']}/_history/2")
    assert (row.interaction, row.role, row.organisation) == ("hl7v2 RRI^I12", "owner", "Z99999")


def test_the_cancellation_is_confirmed_not_made(referred: Client) -> None:
    task = task_of(referred)
    withdrawn = {"coding": [{"system": "https://vrfhir.org/fhir/CodeSystem/vr-referral-status", "code": "withdrawn"}]}
    task |= {"status": "cancelled", "businessStatus": withdrawn, "statusReason": {"text": "Moved away."}}
    assert referred.put(f"Task/{task['id']}", task).status_code == 200
    confirmed = taken(referred, rri("1", "E^Expired^HL70283", event="I14"))
    assert confirmed["status"] == "cancelled"
    assert confirmed["statusReason"]["text"] == "Moved away."
    assert refused(referred, rri("2", ACCEPTED)) == ("207", "VR-WORKFLOW-0002")


def test_that_a_message_was_not_taken_is_noted(referred: Client) -> None:
    task = taken(referred, rri("1", "", code="AE"))
    assert task["status"] == "received"
    assert [note["text"] for note in task["note"]] == ["VRSYS Z99999 did not take the referral's message: AE."]


def test_who_sent_the_referral_over_v2_hears_of_it(client: Client) -> None:
    assert send(client, REF).value("MSA-1") == "AA"
    answer = rri(
        "1",
        number="REF-2026-0001^GPSYS",
        sender="VRSYS|X26001",
        pid="PID|1||9990548609^^^NHS^NH||Driver^John^^^Mr||19790412|M",
    )
    assert taken(client, answer)["status"] == "accepted"
    (row,) = client.app.endpoint.store.outbox("pending")
    assert (row.destination, row.kind) == ("GPSYS|A81001", "RRI^I12")
    assert parse(row.content).value("RF1-1.4") == "accepted"


def test_the_sender_of_a_referral_does_not_accept_it_itself(client: Client) -> None:
    assert send(client, REF).value("MSA-1") == "AA"
    answer = rri(
        "1",
        number="REF-2026-0001^GPSYS",
        sender="GPSYS|A81001",
        pid="PID|1||9990548609^^^NHS^NH||Driver^John^^^Mr||19790412|M",
    )
    assert refused(client, answer) == ("207", "VR-WORKFLOW-0003")


def test_over_http_a_service_answers_and_nothing_more(
    make_client: Callable[..., Client], message: dict[str, Any]
) -> None:
    tokens = [
        {"token": "gp", "role": "requester"},
        {"token": "vr", "role": "owner", "organisation": "Z99999"},
        {"token": "other", "role": "owner", "organisation": "Z11111"},
    ]
    client = make_client(tokens=tokens)
    media = {"content-type": "application/hl7-v2+er7"}
    gp, vr, other = (media | {"authorization": f"Bearer {name}"} for name in ("gp", "vr", "other"))
    sent = client.post("$process-message", message, headers={"authorization": "Bearer gp"})
    assert sent.status_code == 200
    assert client.post("http://endpoint.test/hl7v2", rri("1"), headers=gp).status_code == 403
    assert client.post("http://endpoint.test/hl7v2", REF, headers=vr).status_code == 403
    assert client.post("http://endpoint.test/hl7v2", rri("1"), headers=other).status_code == 403
    answer = client.post("http://endpoint.test/hl7v2", rri("1"), headers=vr)
    assert answer.status_code == 200
    assert parse(answer.content).value("MSA-1") == "AA"
