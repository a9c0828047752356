"""``$validate-code`` in three values, and our own terminology client asking it."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from talking import Client

from vrfhir import Validator
from vrfhir.definitions import Definitions
from vrfhir.server import Settings, create_app
from vrfhir.terminology import Membership, ServerSettings, Terminology, TerminologyServer
from vrfhir.terminology.remote import RemoteTerminology

Json = dict[str, Any]

GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"
GENDERS = "http://hl7.org/fhir/administrative-gender"
FINDINGS = "http://hl7.org/fhir/ValueSet/clinical-findings"
SNOMED = "http://snomed.info/sct"


def parameters(**values: Any) -> Json:
    kinds = {"url": "valueUri", "system": "valueUri", "code": "valueCode", "coding": "valueCoding"}
    kinds |= {"codeableConcept": "valueCodeableConcept", "valueSet": "resource"}
    rows = [{"name": name, kinds.get(name, "valueString"): value} for name, value in values.items()]
    return {"resourceType": "Parameters", "parameter": rows}


def result(response: httpx.Response) -> Json:
    assert response.status_code == 200, response.text
    rows = response.json()["parameter"]
    return {row["name"]: next(value for key, value in row.items() if key != "name") for row in rows}


def test_in_and_not_in_a_value_set(client: Client) -> None:
    path = "ValueSet/$validate-code"
    assert result(client.post(path, parameters(url=GENDER, code="male")))["result"] is True
    found = result(client.post(path, parameters(url=GENDER, code="mail")))
    assert found["result"] is False
    assert "mail" in found["message"]
    assert result(client.get(f"{path}?url={GENDER}&system={GENDERS}&code=female"))["result"] is True
    coding = {"system": GENDERS, "code": "male", "display": "Female"}
    found = result(client.post(path, parameters(url=GENDER, coding=coding)))
    assert (found["result"], found["display"]) == (False, "Male")
    concept = {"coding": [{"system": "https://x.example", "code": "1"}, {"system": GENDERS, "code": "male"}]}
    assert result(client.post(path, parameters(url=GENDER, codeableConcept=concept)))["result"] is True


def test_in_and_not_in_a_code_system(client: Client) -> None:
    path = "CodeSystem/$validate-code"
    assert result(client.post(path, parameters(url=GENDERS, code="male"))) == {"result": True, "display": "Male"}
    assert result(client.post(path, parameters(url=GENDERS, code="mail")))["result"] is False


def test_what_cannot_be_told_is_not_guessed(client: Client) -> None:
    undecided = client.post("ValueSet/$validate-code", parameters(url=FINDINGS, system=SNOMED, code="1"))
    assert (undecided.status_code, undecided.json()["issue"][0]["code"]) == (422, "not-supported")
    for path, url in (("ValueSet", "https://nobody.example/vs"), ("CodeSystem", SNOMED)):
        unknown = client.post(f"{path}/$validate-code", parameters(url=url, code="1"))
        assert (unknown.status_code, unknown.json()["issue"][0]["code"]) == (404, "not-found")


def test_a_value_set_sent_along(client: Client) -> None:
    concepts = [{"code": "1"}, {"code": "2"}]
    compose = {"include": [{"system": "https://clinic.example/codes", "concept": concepts}]}
    sent = {"resourceType": "ValueSet", "status": "active", "compose": compose}
    for code, expected in (("1", True), ("3", False)):
        body = parameters(valueSet=sent, system="https://clinic.example/codes", code=code)
        assert result(client.post("ValueSet/$validate-code", body))["result"] is expected


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("ValueSet/$validate-code", parameters(url=GENDER), 400),
        ("ValueSet/$validate-code", parameters(code="male"), 400),
        ("ValueSet/$validate-code", parameters(url=GENDER, code="male", colour="red"), 400),
        ("ValueSet/$validate-code", {"resourceType": "Patient"}, 400),
        ("ValueSet/$validate-code", {"resourceType": "Parameters", "parameter": 3}, 400),
        ("ValueSet/$validate-code", {"resourceType": "Parameters", "parameter": [{"name": "url"}]}, 400),
        (
            "ValueSet/$validate-code",
            {"resourceType": "Parameters", "parameter": [{"name": "code", "valueInteger": 1}]},
            400,
        ),
        ("CodeSystem/$validate-code", parameters(code="male"), 400),
        ("Patient/$validate-code", parameters(url=GENDER, code="male"), 404),
    ],
)
def test_wrong_questions_are_refused(client: Client, path: str, body: Json, status: int) -> None:
    refused = client.post(path, body)
    assert (refused.status_code, refused.json()["resourceType"]) == (status, "OperationOutcome")


def test_it_is_declared(client: Client) -> None:
    resources = client.get("metadata").json()["rest"][0]["resource"]
    declared = {each["type"] for each in resources if "validate-code" in {one["name"] for one in each["operation"]}}
    assert declared == {"CodeSystem", "ValueSet"}


# Our own client


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An endpoint on a socket."""
    import uvicorn

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database: Path = tmp_path_factory.mktemp("tx") / "endpoint.sqlite"
    app = create_app(Settings(database=database), validator=Validator())
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/fhir"
    server.should_exit = True
    thread.join(30)


class Forgetful(Definitions):
    """Definitions that lack what the endpoint has."""

    def resource(self, canonical: str, resource_type: str | None = None) -> Json | None:
        if canonical.partition("|")[0] in (GENDER, GENDERS):
            return None
        return super().resource(canonical, resource_type) if resource_type else super().resource(canonical)


def test_our_client_and_our_endpoint_agree(base: str) -> None:
    whole = Definitions.default()
    forgetful = object.__new__(Forgetful)
    forgetful.__dict__.update(whole.__dict__)
    server = TerminologyServer(ServerSettings(base))
    remote = RemoteTerminology(forgetful, server)
    local = Terminology(whole)
    assert Terminology(forgetful).member(GENDER, None, "male") is Membership.UNKNOWN
    for code in ("male", "female", "mail", "", "MALE", "é"):
        if code:
            assert remote.member(GENDER, None, code) is local.member(GENDER, None, code), code
            assert remote.member(GENDER, GENDERS, code) is local.member(GENDER, GENDERS, code), code
            assert remote.code_in_system(GENDERS, code) is local.code_in_system(GENDERS, code), code
    # what neither knows stays unknown
    assert remote.member(FINDINGS, SNOMED, "1") is Membership.UNKNOWN
    assert remote.code_in_system(SNOMED, "1") is Membership.UNKNOWN
    assert server.undecided == 0
    server.close()


def test_the_command_asks_the_server(base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from vrfhir.cli import main

    codes = {"system": SNOMED, "code": "75367002"}
    observation = {"resourceType": "Observation", "status": "final", "code": {"coding": [codes]}}
    (tmp_path / "o.json").write_text(json.dumps(observation))
    cache = tmp_path / "tx.sqlite"
    options = ["--terminology-server", base, "--terminology-cache", str(cache), "--json"]
    assert main(["validate", str(tmp_path / "o.json"), *options]) == 0
    assert json.loads(capsys.readouterr().out)["reports"][0]["issues"] == []
    assert cache.exists()
    assert main(["validate", str(tmp_path / "o.json"), "--terminology-server", "nonsense"]) == 2
    assert "VR-TX-0001" in capsys.readouterr().err
