"""transaction and batch: https://hl7.org/fhir/R4/http.html#transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from talking import Client, patient, rules

Json = dict[str, Any]

ANNA = "urn:uuid:aaaaaaaa-0000-4000-8000-000000000001"


def post(resource: Json, full_url: str = "", **request: str) -> Json:
    entry: Json = {"resource": resource, "request": {"method": "POST", "url": resource["resourceType"], **request}}
    return {"fullUrl": full_url, **entry} if full_url else entry


def referral(subject: str = ANNA, **elements: Any) -> Json:
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": subject},
        **elements,
    }


def bundle(*entries: Json, kind: str = "transaction") -> Json:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def test_entries_refer_to_each_other(client: Client, validator: Any) -> None:
    answer = client.post("", bundle(post(referral()), post(patient(), ANNA), post(referral())))
    assert answer.status_code == 200, answer.text
    rows = answer.json()["entry"]
    assert [row["response"]["status"] for row in rows] == ["201 Created"] * 3
    assert [row["response"]["etag"] for row in rows] == ['W/"1"'] * 3
    id_ = rows[1]["resource"]["id"]
    assert (
        rows[0]["resource"]["subject"]["reference"] == rows[2]["resource"]["subject"]["reference"] == f"Patient/{id_}"
    )
    assert client.get(f"ServiceRequest?patient={id_}&_summary=count").json()["total"] == 2
    assert rows[1]["response"]["location"] == f"http://endpoint.test/fhir/Patient/{id_}/_history/1"
    assert not [issue for issue in validator.validate(answer.json()).issues if issue.is_error]


def test_links_in_the_narrative_are_followed(client: Client) -> None:
    text = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{ANNA}">A</a></div>'}
    rows = client.post("", bundle(post(referral(text=text)), post(patient(), ANNA))).json()["entry"]
    assert f'href="Patient/{rows[1]["resource"]["id"]}"' in rows[0]["resource"]["text"]["div"]


def test_all_or_nothing(client: Client) -> None:
    client.put("Patient/old", patient(9, id="old"))
    refused = client.post(
        "",
        bundle(
            post(patient()),
            {"request": {"method": "DELETE", "url": "Patient/old"}},
            {"resource": patient(id="x"), "request": {"method": "PUT", "url": "Patient/x", "ifMatch": 'W/"5"'}},
        ),
    )
    assert (refused.status_code, rules(refused)) == (412, ["VR-HTTP-0412"])
    assert client.get("Patient?_total=accurate").json()["total"] == 1
    assert client.get("Patient/old").status_code == 200


def test_every_method(client: Client) -> None:
    client.put("Patient/a", patient(1, id="a"))
    client.put("Patient/b", patient(2, id="b"))
    answer = client.post(
        "",
        bundle(
            {"request": {"method": "GET", "url": "Patient?gender=male"}},
            {"request": {"method": "GET", "url": "Patient/a"}},
            {
                "resource": patient(1, id="a", gender="male"),
                "request": {"method": "PUT", "url": "Patient/a", "ifMatch": 'W/"1"'},
            },
            {"request": {"method": "DELETE", "url": "Patient/b"}},
            post(patient(1), ifNoneExist="identifier=https://gp.example/id/patient|1"),
        ),
    )
    assert answer.status_code == 200, answer.text
    rows = answer.json()["entry"]
    assert [row["response"]["status"][:3] for row in rows] == ["200", "200", "200", "204", "200"]
    assert [entry["resource"]["id"] for entry in rows[0]["resource"]["entry"]] == ["a"]
    assert rows[1]["resource"]["gender"] == "male"
    assert rows[4]["resource"]["id"] == "a"
    assert client.get("Patient/b").status_code == 410


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        (post(referral("urn:uuid:bbbbbbbb-0000-4000-8000-000000000009")), 422),
        ({"resource": patient(), "request": {"method": "POST", "url": "Patience"}}, 404),
        ({"resource": patient(), "request": {"method": "POST", "url": "Task"}}, 400),
        ({"resource": patient(), "request": {"method": "PATCH", "url": "Patient/1"}}, 422),
        ({"resource": patient(), "request": {"method": "PUT", "url": "Patient?identifier=1"}}, 422),
        ({"resource": patient(id="b"), "request": {"method": "PUT", "url": "Patient/a"}}, 400),
        ({"request": {"method": "DELETE", "url": "Task/1"}}, 405),
        ({"request": {"method": "GET", "url": "Patient/none"}}, 404),
        ({"request": {"method": "GET", "url": "Patient?nonsense=1"}}, 400),
        ({"resource": patient(gender="?"), "request": {"method": "POST", "url": "Patient"}}, 422),
        ({"resource": patient()}, 422),
    ],
)
def test_a_transaction_with_one_wrong_entry_is_refused_whole(client: Client, entry: Json, status: int) -> None:
    refused = client.post("", bundle(post(patient()), entry))
    assert refused.status_code == status, refused.text
    assert rules(refused)
    assert client.get("Patient?_total=accurate").json()["total"] == 0


def test_a_resource_is_written_once(client: Client) -> None:
    entry = {"resource": patient(id="a"), "request": {"method": "PUT", "url": "Patient/a"}}
    assert client.post("", bundle(entry, entry)).status_code == 422


def test_a_task_in_a_transaction_obeys_the_table(client: Client) -> None:
    client.put("ServiceRequest/sr", referral("Patient/p", id="sr"))
    task = {
        "resourceType": "Task",
        "id": "t",
        "status": "completed",
        "intent": "order",
        "focus": {"reference": "ServiceRequest/sr"},
    }
    put = {"resource": task, "request": {"method": "PUT", "url": "Task/t"}}
    refused = client.post("", bundle(put))
    assert (refused.status_code, rules(refused)) == (422, ["VR-WORKFLOW-0002"])
    task["status"] = "received"
    assert client.post("", bundle(put)).status_code == 200


def test_the_entries_of_a_batch_stand_alone(client: Client) -> None:
    answer = client.post(
        "",
        bundle(
            post(patient(gender="?")),
            post(patient()),
            {"request": {"method": "GET", "url": "Patient?_summary=count"}},
            {"request": {"method": "GET", "url": "Patient/none"}},
            {"request": {"method": "POST", "url": ""}},
            {"resource": patient()},
            kind="batch",
        ),
    )
    assert answer.status_code == 200
    rows = answer.json()["entry"]
    assert [row["response"]["status"] for row in rows] == ["422", "201", "200", "404", "400", "400"]
    assert rows[0]["response"]["outcome"]["resourceType"] == "OperationOutcome"
    assert rows[2]["resource"]["total"] == 1


def test_roles_hold_in_transaction_and_batch(make_client: Callable[..., Client]) -> None:
    client = make_client(tokens=[{"token": "gp", "role": "requester"}])
    headers = {"authorization": "Bearer gp"}
    task = {
        "resourceType": "Task",
        "status": "received",
        "intent": "order",
        "focus": {"reference": "ServiceRequest/sr"},
    }
    assert client.post("", bundle(post(task)), headers=headers).status_code == 403
    batch = client.post("", bundle(post(task), kind="batch"), headers=headers)
    assert batch.json()["entry"][0]["response"]["status"] == "403"
    assert client.post("", bundle(post(task), kind="batch")).status_code == 401
