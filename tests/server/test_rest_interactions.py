"""create, read, vread, update, delete, history: https://hl7.org/fhir/R4/http.html."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from talking import Client, patient, rules

Json = dict[str, Any]


def test_what_is_created_can_be_read_byte_for_byte(client: Client) -> None:
    created = client.post("Patient", patient(multipleBirthInteger=2))
    assert created.status_code == 201
    assert created.headers["etag"] == 'W/"1"'
    location = created.headers["location"]
    assert location.startswith("http://endpoint.test/fhir/Patient/")
    assert location.endswith("/_history/1")
    id_ = created.json()["id"]
    read = client.get(f"Patient/{id_}")
    assert read.status_code == 200
    assert read.content == created.content == client.get(location).content
    assert read.headers["etag"] == 'W/"1"'
    assert read.headers["last-modified"].endswith("GMT")
    stored = read.json()
    assert stored["meta"]["versionId"] == "1"
    assert {k: v for k, v in stored.items() if k not in ("id", "meta")} == patient(multipleBirthInteger=2)


def test_decimals_keep_their_digits(client: Client) -> None:
    body = b"""{"resourceType":"Observation","status":"final","code":{"text":"Days off"},
      "valueQuantity":{"value":1.50,"unit":"d"}}"""
    created = client.post("Observation", body, headers={"content-type": "application/fhir+json"})
    assert created.status_code == 201, created.text
    assert b'"value":1.50' in client.get(f"Observation/{created.json()['id']}").content


def test_the_server_gives_id_and_version(client: Client) -> None:
    body = patient(
        id="mine", meta={"versionId": "77", "lastUpdated": "2001-01-01T00:00:00Z", "tag": [{"code": "kept"}]}
    )
    created = client.post("Patient", body).json()
    assert created["id"] != "mine"
    assert created["meta"]["versionId"] == "1"
    assert created["meta"]["lastUpdated"] > "2026"
    assert created["meta"]["tag"] == [{"code": "kept"}]


@pytest.mark.parametrize(
    ("prefer", "kind"), [("minimal", ""), ("representation", "Patient"), ("OperationOutcome", "OperationOutcome")]
)
def test_prefer_return(client: Client, prefer: str, kind: str) -> None:
    for response in (
        client.post("Patient", patient(), headers={"prefer": f"return={prefer}"}),
        client.put("Patient/p", patient(id="p"), headers={"prefer": f"return={prefer}"}),
    ):
        assert response.status_code == 201
        assert (response.json()["resourceType"] if response.content else "") == kind


def test_an_update_makes_a_version_and_keeps_the_earlier_one(client: Client) -> None:
    first = client.post("Patient", patient()).json()
    second = client.put(f"Patient/{first['id']}", first | {"gender": "male"})
    assert (second.status_code, second.headers["etag"]) == (200, 'W/"2"')
    assert client.get(f"Patient/{first['id']}").json()["gender"] == "male"
    assert client.get(f"Patient/{first['id']}/_history/1").json()["gender"] == "female"
    history = client.get(f"Patient/{first['id']}/_history").json()
    assert [entry["resource"]["meta"]["versionId"] for entry in history["entry"]] == ["2", "1"]
    assert [entry["request"]["method"] for entry in history["entry"]] == ["PUT", "POST"]


def test_update_can_create_under_an_id_of_the_client(client: Client) -> None:
    created = client.put("Patient/my-id.1", patient(id="my-id.1"))
    assert created.status_code == 201
    assert created.headers["location"].endswith("Patient/my-id.1/_history/1")
    assert client.get("Patient/my-id.1").status_code == 200


@pytest.mark.parametrize(("path", "id_"), [("Patient/a", "b"), ("Patient/a", None), ("Patient/a_b", "a_b")])
def test_update_wants_the_id_of_the_url(client: Client, path: str, id_: str | None) -> None:
    body = patient(id=id_) if id_ else patient()
    response = client.put(path, body)
    assert response.status_code in (400, 422)
    assert response.json()["resourceType"] == "OperationOutcome"


def test_optimistic_locking(client: Client) -> None:
    made = client.post("Patient", patient()).json()
    path = f"Patient/{made['id']}"
    assert client.put(path, made, headers={"if-match": 'W/"1"'}).status_code == 200
    stale = client.put(path, made, headers={"if-match": 'W/"1"'})
    assert (stale.status_code, stale.headers["etag"], rules(stale)) == (412, 'W/"2"', ["VR-HTTP-0412"])
    assert client.put(path, made, headers={"if-match": '"2"'}).status_code == 200
    assert client.put(path, made, headers={"if-match": "3"}).status_code == 400
    assert client.put("Patient/new", patient(id="new"), headers={"if-match": 'W/"1"'}).status_code == 412
    assert client.delete(path, headers={"if-match": 'W/"1"'}).status_code == 412


def test_a_deleted_resource_is_gone_but_its_versions_stay(client: Client) -> None:
    made = client.post("Patient", patient()).json()
    path = f"Patient/{made['id']}"
    assert client.delete(path).status_code == 204
    gone = client.get(path)
    assert (gone.status_code, rules(gone)) == (410, ["VR-HTTP-0410"])
    assert client.delete(path).status_code == 204
    assert client.get(f"{path}/_history/1").status_code == 200
    assert client.get(f"{path}/_history/2").status_code == 410
    assert client.get("Patient?_total=accurate").json()["total"] == 0
    assert [e["request"]["method"] for e in client.get(f"{path}/_history").json()["entry"]] == ["DELETE", "POST"]
    assert client.put(path, made).status_code == 201
    assert client.get(path).json()["meta"]["versionId"] == "3"


@pytest.mark.parametrize("path", ["Task/1", "ServiceRequest/1", "Provenance/1", "AuditEvent/1", "MessageHeader/1"])
def test_the_record_of_a_referral_is_not_deleted(client: Client, path: str) -> None:
    refused = client.delete(path)
    assert (refused.status_code, rules(refused)) == (405, ["VR-HTTP-0405"])
    assert "DELETE" not in refused.headers["allow"]
    assert refused.json()["issue"][0]["diagnostics"]


def test_if_none_match_saves_the_body(client: Client) -> None:
    made = client.post("Patient", patient())
    read = client.get(f"Patient/{made.json()['id']}", headers={"if-none-match": made.headers["etag"]})
    assert (read.status_code, read.content) == (304, b"")


@pytest.mark.parametrize(
    "condition",
    [
        "identifier=https://gp.example/id/patient|1",
        "Patient?identifier=https%3A%2F%2Fgp.example%2Fid%2Fpatient%7C1",
        "http://endpoint.test/fhir/Patient?identifier=https%3A%2F%2Fgp.example%2Fid%2Fpatient%7C1",
    ],
)
def test_conditional_create(client: Client, condition: str) -> None:
    headers = {"if-none-exist": condition}
    first = client.post("Patient", patient(), headers=headers)
    again = client.post("Patient", patient(), headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    client.post("Patient", patient())
    assert client.post("Patient", patient(), headers=headers).status_code == 412


@pytest.mark.parametrize("condition", ["", "_count=1", "nonsense=1", "http://endpoint.test/fhir/Task?status=x"])
def test_a_condition_that_selects_nothing_is_refused(client: Client, condition: str) -> None:
    assert client.post("Patient", patient(), headers={"if-none-exist": condition}).status_code == 400


def test_racing_updates_lose_nothing(client: Client) -> None:
    import asyncio

    made = client.post("Patient", patient()).json()

    async def race() -> list[int]:
        def put(n: int) -> Any:
            body = json.dumps(made | {"name": [{"family": f"F{n}"}]}).encode()
            return client._http.put(
                f"Patient/{made['id']}", content=body, headers={"content-type": "application/fhir+json"}
            )

        return [response.status_code for response in await asyncio.gather(*(put(n) for n in range(12)))]

    statuses = client.run(race())
    versions = client.get(f"Patient/{made['id']}/_history").json()["total"]
    assert set(statuses) <= {200, 409}
    assert versions == 1 + statuses.count(200)
    families = {
        entry["resource"]["name"][0]["family"] for entry in client.get(f"Patient/{made['id']}/_history").json()["entry"]
    }
    assert len(families) == versions


def test_every_write_leaves_an_audit_row(make_client: Callable[..., Client]) -> None:
    client = make_client(tokens=[{"token": "t", "role": "owner", "organisation": "X26"}])
    headers = {"authorization": "Bearer t", "x-request-id": "req-1"}
    made = client.post("Patient", patient(), headers=headers).json()
    client.put(f"Patient/{made['id']}", made, headers=headers)
    client.delete(f"Patient/{made['id']}", headers=headers)
    client.post("Patient", {"resourceType": "Patient", "gender": "?"}, headers=headers)
    rows = client.app.endpoint.store.audit_trail()
    assert [(row.interaction, row.target, row.role, row.organisation, row.request) for row in rows] == [
        (name, f"Patient/{made['id']}/_history/{number}", "owner", "X26", "req-1")
        for number, name in enumerate(("create", "update", "delete"), 1)
    ]
