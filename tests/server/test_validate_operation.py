"""``$validate``: https://hl7.org/fhir/R4/resource-operation-validate.html."""

from __future__ import annotations

from typing import Any

import pytest
from talking import Client, patient, rules

Json = dict[str, Any]

VR_PATIENT = "https://vrfhir.org/fhir/StructureDefinition/VR-Patient"


def errors(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    outcome = response.json()
    assert outcome["resourceType"] == "OperationOutcome"
    return [
        str(issue.get("expression", [""])[0]) for issue in outcome["issue"] if issue["severity"] in ("error", "fatal")
    ]


def parameters(**values: Any) -> Json:
    rows = []
    for name, value in values.items():
        rows.append({"name": name, **({"resource": value} if name == "resource" else value)})
    return {"resourceType": "Parameters", "parameter": rows}


def test_a_good_and_a_bad_resource(client: Client) -> None:
    assert errors(client.post("Patient/$validate", patient())) == []
    assert errors(client.post("$validate", patient())) == []
    assert errors(client.post("Patient/$validate", patient(gender="x"))) == ["Patient.gender"] * 2
    assert client.get("Patient?_total=accurate").json()["total"] == 0


def test_against_a_profile_by_query_and_by_parameters(client: Client) -> None:
    assert errors(client.post(f"Patient/$validate?profile={VR_PATIENT}", patient()))
    for name in ("valueUri", "valueCanonical", "valueString"):
        body = parameters(resource=patient(), profile={name: VR_PATIENT}, mode={"valueCode": "profile"})
        assert errors(client.post("Patient/$validate", body))


def test_positions_count_from_the_document_that_was_sent(client: Client) -> None:
    body = b'{"resourceType":"Parameters",\n"parameter":[\n{"name":"resource",\n"resource":{"resourceType":"Patient",\n"gender":"x"}}]}'
    answer = client.post("Patient/$validate", body, headers={"content-type": "application/fhir+json"})
    issue = answer.json()["issue"][0]
    lines = [row["valueInteger"] for row in issue["extension"] if row["url"].endswith("issue-line")]
    assert lines == [5]


def test_a_stored_resource(client: Client) -> None:
    client.put("Patient/p", patient(id="p"))
    assert errors(client.get("Patient/p/$validate")) == []
    assert errors(client.get(f"Patient/p/$validate?profile={VR_PATIENT}"))
    assert client.get("Patient/none/$validate").status_code == 404


def test_modes(client: Client) -> None:
    assert errors(client.post("Patient/p/$validate?mode=update", patient(id="p"))) == []
    assert errors(client.post("Patient/p/$validate?mode=update", patient(id="q"))) == ["Patient.id"]
    assert errors(client.post("Patient/p/$validate", parameters(mode={"valueCode": "delete"}))) == []
    assert errors(client.post("Task/p/$validate", parameters(mode={"valueCode": "delete"}))) == [""]


def test_create_and_update_ask_what_the_loop_allows(client: Client) -> None:
    rejected = task(status="completed")
    by_profile = errors(client.post("Task/$validate", rejected))
    assert len(errors(client.post("Task/$validate?mode=create", rejected))) > len(by_profile)
    provenance = {"resourceType": "Provenance", "id": "p"}
    kept = rules(client.post("Provenance/p/$validate?mode=update", provenance))
    assert "VR-VALIDATE-0003" in kept
    assert "VR-VALIDATE-0003" not in rules(client.post("Provenance/p/$validate", provenance))


def task(**elements: Any) -> Json:
    """A Task as of a referral, changed."""
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "focus": {"reference": "ServiceRequest/1"},
        "for": {"reference": "Patient/1"},
        **elements,
    }


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("Patient/$validate?nonsense=1", patient()),
        ("Patient/$validate?mode=nonsense", patient()),
        ("Patient/$validate?mode=profile", patient()),
        ("Patient/$validate", {"resourceType": "Task"}),
        ("Patient/$validate", parameters(mode={"valueCode": "create"})),
        ("Patient/$validate", parameters(resource=patient(), colour={"valueString": "red"})),
        ("Patient/$validate", parameters(resource=patient(), profile={"valueInteger": 3})),
        ("Patient/$validate?profile=https://nowhere.example/profile", patient()),
        ("Patient/$validate", {"resourceType": "Parameters", "parameter": 3}),
        ("Patient/$validate", {"resourceType": "Parameters", "parameter": [3]}),
    ],
)
def test_wrong_questions_are_refused(client: Client, path: str, body: Json) -> None:
    refused = client.post(path, body)
    assert refused.status_code == 400, refused.text
    assert refused.json()["resourceType"] == "OperationOutcome"


def test_what_is_no_resource_is_a_finding_or_a_refusal(client: Client) -> None:
    assert errors(client.post("$validate", {"resourceType": "Patience"}))
    assert errors(client.post("$validate", {"active": True}))
    answer = client.post("$validate", b"{", headers={"content-type": "application/fhir+json"})
    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")
