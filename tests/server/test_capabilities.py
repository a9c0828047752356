"""What is declared is what is there: each declared interaction and search parameter is tried."""

from __future__ import annotations

from typing import Any

import pytest
from talking import Client

from vrfhir.validation import Validator

Json = dict[str, Any]


@pytest.fixture
def statement(client: Client) -> Json:
    answer = client.get("metadata")
    assert answer.status_code == 200
    return dict(answer.json())


def test_the_statement_is_valid(statement: Json, validator: Validator) -> None:
    assert [issue for issue in validator.validate(statement).issues if issue.is_error] == []
    assert statement["fhirVersion"] == "4.0.1"
    assert statement["implementation"]["url"] == "http://endpoint.test/fhir"


def test_each_declared_search_parameter_works(client: Client, statement: Json) -> None:
    sample = {"date": "2026", "token": "x", "string": "x", "reference": "Patient/x", "uri": "urn:x"}
    tried = 0
    for row in statement["rest"][0]["resource"]:
        for parameter in row["searchParam"]:
            answer = client.get(f"{row['type']}?{parameter['name']}={sample[parameter['type']]}&_count=1")
            assert answer.status_code == 200, (row["type"], parameter["name"], answer.text[:200])
            tried += 1
    assert tried > 2000


def test_each_declared_include_works(client: Client, statement: Json) -> None:
    for row in statement["rest"][0]["resource"]:
        for include in row.get("searchInclude", ()):
            assert client.get(f"{row['type']}?_include={include}&_count=1").status_code == 200, include


def test_declared_interactions_are_routed_and_others_are_not(client: Client, statement: Json) -> None:
    requests = {
        "read": ("GET", "{}/none"),
        "vread": ("GET", "{}/none/_history/1"),
        "history-instance": ("GET", "{}/none/_history"),
        "search-type": ("GET", "{}"),
        "create": ("POST", "{}"),
        "update": ("PUT", "{}/none"),
        "delete": ("DELETE", "{}/none"),
    }
    for row in statement["rest"][0]["resource"]:
        declared = {each["code"] for each in row["interaction"]}
        for code, (method, path) in requests.items():
            status = client.request(method, path.format(row["type"])).status_code
            assert (status != 405) == (code in declared), (row["type"], code, status)


def test_story_types_name_their_profiles(statement: Json) -> None:
    profiles = {row["type"]: row.get("supportedProfile", []) for row in statement["rest"][0]["resource"]}
    assert "https://vrfhir.org/fhir/StructureDefinition/VR-Prescription" in profiles["ServiceRequest"]
    assert "https://vrfhir.org/fhir/StructureDefinition/VR-ReferralTask" in profiles["Task"]


def test_the_statement_names_the_base_it_was_called_by(client: Client) -> None:
    for host in ("one.test", "two.test:8080"):
        statement = client.get("metadata", headers={"host": host}).json()
        assert statement["implementation"]["url"] == f"http://{host}/fhir"
    odd = client.get("metadata", headers={"host": 'a"b'}).json()
    assert '"' not in odd["implementation"]["url"]


def test_only_the_full_statement(client: Client) -> None:
    assert client.get("metadata?mode=full").status_code == 200
    assert client.get("metadata?mode=terminology").status_code == 400
