"""``$process-message``: a referral message in, its resources stored once, a Task received, an answer that stands."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from talking import Client, resource, rules

from vrfhir.server import Settings, create_app
from vrfhir.validation import Validator
from vrfhir.workflow import REFERRAL_STATUS_SYSTEM

Json = dict[str, Any]

NHS = "https://fhir.nhs.uk/Id/nhs-number"
REFERRAL = "https://gp.example/id/referral"


def send(client: Client, message: Json, **options: Any) -> Any:
    return client.post("$process-message", message, **options)


def again(message: Json, event: str = "referral-request", *, number: int = 2) -> Json:
    """Another message about the same things: new ids of message and header."""
    other = copy.deepcopy(message)
    other["identifier"]["value"] = f"message-{number}"
    header = resource(other, "MessageHeader")
    header["eventCoding"] = {**header["eventCoding"], "code": event}
    header["eventCoding"].pop("display", None)
    header["id"] = f"header-{number}"
    return other


def entries(client: Client, query: str) -> list[Json]:
    answer = client.get(query)
    assert answer.status_code == 200, answer.text
    return [entry["resource"] for entry in answer.json().get("entry", []) if entry["search"]["mode"] == "match"]


def counts(client: Client) -> dict[str, int]:
    types = ("Patient", "Organization", "Practitioner", "PractitionerRole", "ServiceRequest", "Task", "Condition")
    return {type_: client.get(f"{type_}?_summary=count").json()["total"] for type_ in types}


def test_a_referral_is_stored_and_answered(client: Client, message: Json, validator: Validator) -> None:
    answer = send(client, message)
    assert answer.status_code == 200, answer.text
    bundle = answer.json()
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "message")
    header = bundle["entry"][0]["resource"]
    assert header["response"] == {"identifier": resource(message, "MessageHeader")["id"], "code": "ok"}
    assert header["eventCoding"]["code"] == "referral-response"
    task = resource(bundle, "Task")
    assert header["focus"] == [{"reference": f"Task/{task['id']}"}]
    assert task["status"] == "received"
    assert task["businessStatus"]["coding"][0]["code"] == "received"
    assert [issue for issue in validator.validate(bundle).issues if issue.is_error] == []
    for entry in bundle["entry"]:
        stored = entry["resource"]
        assert entry["fullUrl"] == f"http://endpoint.test/fhir/{stored['resourceType']}/{stored['id']}"
        assert client.get(f"{stored['resourceType']}/{stored['id']}").json() == stored


def test_nothing_of_the_message_is_missing_in_the_store(client: Client, message: Json) -> None:
    send(client, message)
    sent = [entry["resource"] for entry in message["entry"] if entry["resource"]["resourceType"] != "MessageHeader"]
    for each in sent:
        stored = entries(client, each["resourceType"])
        kept = [stripped(other) for other in stored]
        assert stripped(each) in kept, each["resourceType"]


def stripped(value: Any) -> Any:
    """A resource without ids and the targets of references, which change on storing."""
    if isinstance(value, dict):
        changing = ("id", "reference", "versionId", "lastUpdated")
        kept = {key: stripped(inner) for key, inner in value.items() if key not in changing}
        return {key: inner for key, inner in kept.items() if key != "meta" or inner}
    if isinstance(value, list):
        return [stripped(each) for each in value]
    return value


def test_references_lead_from_resource_to_resource(client: Client, message: Json) -> None:
    send(client, message)
    (request,) = entries(client, f"ServiceRequest?identifier={REFERRAL}|run-script")
    (patient,) = entries(client, f"Patient?identifier={NHS}|9990548609")
    (task,) = entries(client, f"Task?patient={patient['id']}&focus=ServiceRequest/{request['id']}&status=received")
    assert request["subject"]["reference"] == task["for"]["reference"] == f"Patient/{patient['id']}"
    assert task["requester"] == request["requester"]
    assert "urn:uuid" not in str([request["subject"], request["requester"], request.get("reasonReference")])
    included = client.get("ServiceRequest?_include=ServiceRequest:requester&_include=ServiceRequest:patient").json()
    assert {e["resource"]["resourceType"] for e in included["entry"]} == {
        "ServiceRequest",
        "Patient",
        "PractitionerRole",
    }


def test_the_same_message_gets_the_same_answer_byte_for_byte(client: Client, message: Json) -> None:
    first = send(client, message)
    before = counts(client)
    other_spelling = {key: message[key] for key in reversed(list(message))}
    assert send(client, message).content == first.content
    assert send(client, other_spelling).content == first.content
    assert counts(client) == before


def test_another_message_under_the_same_identifier_is_refused(client: Client, message: Json) -> None:
    send(client, message)
    changed = copy.deepcopy(message)
    resource(changed, "ServiceRequest")["priority"] = "urgent"
    refused = send(client, changed)
    assert (refused.status_code, rules(refused)) == (409, ["VR-REFERRAL-0011"])


def test_the_same_referral_in_another_message_is_a_duplicate(client: Client, message: Json) -> None:
    send(client, message)
    before = counts(client)
    refused = send(client, again(message))
    assert (refused.status_code, rules(refused)) == (409, ["VR-REFERRAL-0007"])
    assert counts(client) == before


def test_a_second_referral_of_the_same_patient_shares_people_and_places(client: Client, message: Json) -> None:
    send(client, message)
    before = counts(client)
    second = again(message)
    resource(second, "ServiceRequest")["identifier"][0]["value"] = "another"
    assert send(client, second).status_code == 200
    after = counts(client)
    changed = {type_ for type_ in after if after[type_] != before[type_]}
    assert changed == {"ServiceRequest", "Task", "Condition"}
    (patient,) = entries(client, f"Patient?identifier={NHS}|9990548609")
    assert patient["meta"]["versionId"] == "1"
    assert len(entries(client, f"Task?patient={patient['id']}")) == 2


def test_what_a_later_message_adds_to_a_person_is_merged(client: Client, message: Json) -> None:
    send(client, message)
    (first,) = entries(client, "Patient")
    second = again(message)
    resource(second, "ServiceRequest")["identifier"][0]["value"] = "another"
    patient = resource(second, "Patient")
    local = {"system": "https://other.example/mrn", "value": "77"}
    patient["identifier"] = [row for row in patient["identifier"] if row["system"] == NHS] + [local]
    for name in ("telecom", "address"):
        patient.pop(name, None)
    patient["maritalStatus"] = {"text": "Married"}
    assert send(client, second).status_code == 200
    (merged,) = entries(client, "Patient")
    assert merged["id"] == first["id"]
    assert merged["meta"]["versionId"] == "2"
    values = {row["value"] for row in merged["identifier"]}
    assert values == {row["value"] for row in first["identifier"]} | {"77"}
    assert merged["maritalStatus"] == {"text": "Married"}
    for name in ("telecom", "address"):
        assert merged.get(name) == first.get(name)


def test_a_number_of_somebody_else_is_not_taken_over(client: Client, message: Json) -> None:
    send(client, message)
    before = counts(client)
    second = again(message)
    resource(second, "ServiceRequest")["identifier"][0]["value"] = "another"
    patient = resource(second, "Patient")
    patient["birthDate"] = "1950-05-05"
    assert send(client, second).status_code == 200  # a corrected birth date of the same name
    third = again(second, number=3)
    resource(third, "ServiceRequest")["identifier"][0]["value"] = "a third"
    resource(third, "Patient").update(birthDate="1951-06-06", name=[{"family": "Somebody", "given": ["Else"]}])
    refused = send(client, third)
    assert (refused.status_code, rules(refused)) == (409, ["VR-REFERRAL-0005"])
    assert counts(client)["Patient"] == before["Patient"]


def test_identifiers_of_two_patients_are_not_merged(client: Client, message: Json) -> None:
    send(client, message)
    other = {
        "resourceType": "Patient",
        "id": "other",
        "identifier": [{"system": "https://x.example/mrn", "value": "5"}],
    }
    client.put("Patient/other", other)
    second = again(message)
    resource(second, "ServiceRequest")["identifier"][0]["value"] = "another"
    resource(second, "Patient")["identifier"].append(other["identifier"][0])
    refused = send(client, second)
    assert (refused.status_code, rules(refused)) == (409, ["VR-REFERRAL-0004"])
    assert counts(client)["Patient"] == 2


def test_a_wrong_nhs_number_is_refused_and_nothing_is_stored(client: Client, message: Json) -> None:
    for row in resource(message, "Patient")["identifier"]:
        if row["system"] == NHS:
            row["value"] = "9990548608"
    refused = send(client, message)
    assert refused.status_code == 422
    assert "VR-REFERRAL-0003" in rules(refused)
    assert "9990548608" not in refused.text
    assert set(counts(client).values()) == {0}


def test_a_reference_that_leads_nowhere_is_refused(client: Client, message: Json) -> None:
    del message["meta"]
    resource(message, "ServiceRequest")["supportingInfo"] = [
        {"reference": "urn:uuid:dddddddd-0000-4000-8000-000000000000"}
    ]
    refused = send(client, message)
    assert refused.status_code == 422
    assert set(counts(client).values()) == {0}


def test_an_invalid_message_is_refused_with_places_and_nothing_is_stored(client: Client, message: Json) -> None:
    del resource(message, "ServiceRequest")["authoredOn"]
    refused = send(client, message)
    assert refused.status_code == 422
    assert any("ServiceRequest" in str(i) or "entry[1]" in str(i) for i in refused.json()["issue"])
    assert set(counts(client).values()) == {0}
    assert client.get("MessageHeader?_summary=count").json()["total"] == 0


@pytest.mark.parametrize(
    ("change", "status", "rule"),
    [
        (lambda m: m.update(type="collection"), 422, ""),
        (lambda m: m["entry"].reverse(), 422, ""),
        (lambda m: m.pop("entry"), 422, ""),
        (lambda m: resource(m, "MessageHeader").pop("focus"), 422, ""),
        (lambda m: resource(m, "MessageHeader")["eventCoding"].update(code="report"), 422, ""),
        (lambda m: resource(m, "MessageHeader")["eventCoding"].update(system="urn:x", code="y"), 422, ""),
        (lambda m: resource(m, "MessageHeader").update(source="x"), 422, ""),
        (lambda m: m.update(entry=[3]), 422, ""),
    ],
)
def test_messages_that_are_none(
    client: Client, message: Json, change: Callable[[Json], None], status: int, rule: str
) -> None:
    change(message)
    refused = send(client, message)
    assert refused.status_code == status, refused.text
    assert rules(refused)
    assert set(counts(client).values()) == {0}


def test_async_is_refused(client: Client, message: Json) -> None:
    assert client.post("$process-message?async=true", message).status_code == 400


def test_an_update_changes_the_referral_and_not_its_state(client: Client, message: Json) -> None:
    send(client, message)
    (task,) = entries(client, "Task")
    update = again(message, "referral-update")
    resource(update, "ServiceRequest")["note"] = [{"text": "Now off work for six weeks"}]
    answer = send(client, update)
    assert answer.status_code == 200, answer.text
    (request,) = entries(client, "ServiceRequest")
    assert request["meta"]["versionId"] == "2"
    assert request["note"] == [{"text": "Now off work for six weeks"}]
    (later,) = entries(client, "Task")
    assert (later["id"], later["status"], later["meta"]["versionId"]) == (task["id"], "received", "2")
    assert resource(answer.json(), "ServiceRequest")["meta"]["versionId"] == "2"


def test_an_update_or_cancellation_of_nothing_is_refused(client: Client, message: Json) -> None:
    for event in ("referral-update", "referral-cancel"):
        if event == "referral-cancel":
            resource(message, "ServiceRequest")["status"] = "revoked"
        refused = send(client, again(message, event))
        assert (refused.status_code, rules(refused)) == (404, ["VR-REFERRAL-0008"])
    assert set(counts(client).values()) == {0}


def test_a_cancellation_withdraws_request_and_task(client: Client, message: Json) -> None:
    send(client, message)
    cancel = again(message, "referral-cancel")
    resource(cancel, "ServiceRequest")["status"] = "revoked"
    answer = send(client, cancel)
    assert answer.status_code == 200, answer.text
    (request,) = entries(client, "ServiceRequest")
    (task,) = entries(client, "Task")
    assert request["status"] == "revoked"
    assert task["status"] == "cancelled"
    assert task["businessStatus"]["coding"][0]["code"] == "withdrawn"
    assert task["statusReason"]["text"]
    refused = send(client, again(message, "referral-update", number=4))
    assert (refused.status_code, rules(refused)) == (409, ["VR-REFERRAL-0009"])


def test_a_completed_referral_cannot_be_cancelled(client: Client, message: Json) -> None:
    send(client, message)
    (task,) = entries(client, "Task")
    rejected = task | {
        "status": "rejected",
        "statusReason": {"text": "Outside the area"},
        "businessStatus": {"coding": [{"system": REFERRAL_STATUS_SYSTEM, "code": "declined"}]},
    }
    assert client.put(f"Task/{task['id']}", rejected).status_code == 200
    cancel = again(message, "referral-cancel")
    resource(cancel, "ServiceRequest")["status"] = "revoked"
    refused = send(client, cancel)
    assert (refused.status_code, rules(refused)) == (409, ["VR-WORKFLOW-0002"])
    assert entries(client, "ServiceRequest")[0]["status"] == "active"


def test_the_loop_over_rest(client: Client, message: Json) -> None:
    send(client, message)
    (task,) = entries(client, "Task")
    path = f"Task/{task['id']}"
    for status, milestone in [
        ("accepted", "accepted"),
        ("in-progress", "assessed"),
        ("on-hold", "assessed"),
        ("in-progress", "plan-agreed"),
        ("completed", "discharged"),
    ]:
        moved = client.get(path).json() | {
            "status": status,
            "businessStatus": {"coding": [{"system": REFERRAL_STATUS_SYSTEM, "code": milestone}]},
            "statusReason": {"text": "As agreed with the patient"},
        }
        answer = client.put(path, moved)
        assert answer.status_code == 200, answer.text
    assert client.get(path).json()["status"] == "completed"
    assert client.get(f"{path}/_history").json()["total"] == 6


@pytest.mark.parametrize("status", ["completed", "in-progress", "on-hold", "requested", "draft"])
def test_an_illegal_move_is_422_and_names_the_moves_there_are(client: Client, message: Json, status: str) -> None:
    send(client, message)
    (task,) = entries(client, "Task")
    refused = client.put(f"Task/{task['id']}", task | {"status": status, "statusReason": {"text": "x"}})
    assert refused.status_code == 422
    assert "VR-WORKFLOW-0002" in rules(refused)
    for allowed in ("accepted", "rejected", "cancelled"):
        assert allowed in refused.text
    assert client.get(f"Task/{task['id']}").json()["meta"]["versionId"] == "1"


def test_each_side_makes_its_own_moves(make_client: Callable[..., Client], message: Json) -> None:
    client = make_client(
        tokens=[
            {"token": "gp", "role": "requester", "organisation": "A81001"},
            {"token": "vr", "role": "owner", "organisation": "X26"},
        ]
    )
    requester, owner = {"authorization": "Bearer gp"}, {"authorization": "Bearer vr"}
    assert send(client, message, headers=owner).status_code == 403
    assert send(client, message, headers=requester).status_code == 200
    task = client.get("Task", headers=owner).json()["entry"][0]["resource"]
    accepted = task | {
        "status": "accepted",
        "businessStatus": {"coding": [{"system": REFERRAL_STATUS_SYSTEM, "code": "accepted"}]},
    }
    refused = client.put(f"Task/{task['id']}", accepted, headers=requester)
    assert (refused.status_code, rules(refused)) == (403, ["VR-WORKFLOW-0003"])
    assert client.put(f"Task/{task['id']}", accepted, headers=owner).status_code == 200
    cancelled = accepted | {
        "status": "cancelled",
        "statusReason": {"text": "Back at work"},
        "businessStatus": {"coding": [{"system": REFERRAL_STATUS_SYSTEM, "code": "withdrawn"}]},
    }
    assert client.put(f"Task/{task['id']}", cancelled, headers=owner).status_code == 403
    assert client.put(f"Task/{task['id']}", cancelled, headers=requester).status_code == 200
    trail = client.app.endpoint.store.audit_trail(f"Task/{task['id']}/_history/3")
    assert [(row.role, row.organisation) for row in trail] == [("requester", "A81001")]


def test_a_bars_message_is_understood(client: Client, message: Json) -> None:
    del message["meta"]
    header = resource(message, "MessageHeader")
    header.pop("meta")
    header["eventCoding"] = {
        "system": "https://fhir.nhs.uk/CodeSystem/message-events-bars",
        "code": "servicerequest-request",
    }
    header["reason"] = {"coding": [{"system": "https://fhir.nhs.uk/CodeSystem/message-reason-bars", "code": "new"}]}
    assert send(client, message).status_code == 200
    cancel = again(message)
    header = resource(cancel, "MessageHeader")
    header["eventCoding"]["code"] = "servicerequest-request"
    header["reason"]["coding"][0]["code"] = "update"
    resource(cancel, "ServiceRequest")["status"] = "revoked"
    assert send(client, cancel).status_code == 200
    assert [task["status"] for task in entries(client, "Task")] == ["cancelled"]


def test_the_senders_own_task_becomes_ours(client: Client, message: Json) -> None:
    focus = resource(message, "MessageHeader")["focus"][0]["reference"]
    patient = resource(message, "ServiceRequest")["subject"]["reference"]
    task = {
        "resourceType": "Task",
        "id": "t",
        "status": "requested",
        "intent": "order",
        "identifier": [{"system": "https://gp.example/id/task", "value": "T1"}],
        "focus": {"reference": focus},
        "for": {"reference": patient},
        "note": [{"text": "Please ring after five"}],
        "businessStatus": {"text": "sent"},
    }
    message["entry"].append({"fullUrl": "urn:uuid:aaaaaaaa-0000-4000-8000-000000000000", "resource": task})
    assert send(client, message).status_code == 200
    (stored,) = entries(client, "Task")
    assert stored["status"] == "received"
    assert stored["identifier"] == task["identifier"]
    assert stored["note"] == task["note"]
    assert stored["businessStatus"]["text"] == "sent"
    assert stored["businessStatus"]["coding"][0]["code"] == "received"


class Accepting:
    """A validator that has nothing to say, so that the door behind it is seen."""

    valid = True
    issues = ()

    def validate(self, *_: Any, **__: Any) -> Accepting:
        return self


@pytest.mark.parametrize("weight", [1, 1.5, 1e300])
def test_a_reference_that_leads_nowhere_stores_nothing(tmp_path: Path, message: Json, weight: float) -> None:
    client = Client(create_app(Settings(database=tmp_path / "x.sqlite"), validator=Accepting()))
    try:
        patient = next(e["resource"] for e in message["entry"] if e["resource"]["resourceType"] == "Patient")
        patient["managingOrganization"] = {"reference": "urn:uuid:00000000-0000-4000-8000-000000000000"}
        patient["extension"] = [{"url": "https://example.org/weight", "valueDecimal": weight}]
        answer = client.post("$process-message", message)
        assert (answer.status_code, rules(answer)) == (422, ["VR-REFERRAL-0006"])
        (place,) = [issue["expression"][0] for issue in answer.json()["issue"]]
        assert place.endswith("resource.managingOrganization.reference")
        assert client.get("Patient?_summary=count").json()["total"] == 0
    finally:
        client.close()
