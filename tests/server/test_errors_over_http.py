"""Whatever goes wrong, the answer is an OperationOutcome that says what and never repeats what it was given."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from talking import FHIR_JSON, Client, patient, rules

CASES: dict[str, tuple[str, str, Any, dict[str, str], int]] = {
    "unknown type": ("GET", "Patience/1", None, {}, 404),
    "unknown type to create": ("POST", "Patience", patient(), {}, 404),
    "parameters are no resource here": ("GET", "Parameters/1", None, {}, 404),
    "unknown id": ("GET", "Patient/none", None, {}, 404),
    "impossible id": ("GET", "Patient/a%20b", None, {}, 404),
    "encoded slash": ("GET", "Patient/a%2Fb", None, {}, 404),
    "unknown version": ("GET", "Patient/none/_history/1", None, {}, 404),
    "unknown operation": ("POST", "$everything-else", patient(), {}, 404),
    "unknown operation on a type": ("POST", "Patient/$nonsense", patient(), {}, 404),
    "too deep a path": ("GET", "Patient/1/2/3/4/5", None, {}, 404),
    "put on a type": ("PUT", "Patient", patient(), {}, 405),
    "patch": ("PATCH", "Patient/1", patient(), {}, 405),
    "delete of metadata": ("DELETE", "metadata", None, {}, 405),
    "get of an operation": ("GET", "$process-message", None, {}, 405),
    "no body": ("POST", "Patient", b"", FHIR_JSON, 400),
    "no JSON": ("POST", "Patient", b'{"resourceType": "Patient",', FHIR_JSON, 400),
    "no object": ("POST", "Patient", b"[1]", FHIR_JSON, 400),
    "not UTF-8": ("POST", "Patient", b'{"resourceType": "Patient", "id": "\xff"}', FHIR_JSON, 400),
    "no XML": ("POST", "Patient", b"<Patient", {"content-type": "application/fhir+xml"}, 400),
    "entities in XML": (
        "POST",
        "Patient",
        b'<!DOCTYPE a [<!ENTITY b "c">]><Patient xmlns="http://hl7.org/fhir"/>',
        {"content-type": "application/fhir+xml"},
        400,
    ),
    "too deep": ("POST", "Patient", b'{"extension":' * 100 + b"1" + b"}" * 100, FHIR_JSON, 400),
    "very deep": ("POST", "Patient", b"[" * 100_000, FHIR_JSON, 400),
    "a huge number": ("POST", "Patient", b'{"resourceType":"Patient","x":' + b"9" * 6000 + b"}", FHIR_JSON, 400),
    "another type": ("POST", "Patient", {"resourceType": "Task"}, {}, 400),
    "no type": ("POST", "Patient", {"active": True}, {}, 400),
    "an unknown element": ("POST", "Patient", patient(colour="red"), {}, 422),
    "an invalid code": ("POST", "Patient", patient(gender="woman"), {}, 422),
    "a duplicate key": ("POST", "Patient", b'{"resourceType":"Patient","active":true,"active":false}', FHIR_JSON, 422),
    "no content type": ("POST", "Patient", b"{}", {}, 415),
    "a form as a resource": ("POST", "Patient", b"{}", {"content-type": "application/x-www-form-urlencoded"}, 415),
    "another release": ("POST", "Patient", b"{}", {"content-type": "application/fhir+json; fhirVersion=5.0"}, 415),
    "a packed body": ("POST", "Patient", b"{}", {**FHIR_JSON, "content-encoding": "gzip"}, 415),
    "another charset": ("POST", "Patient", b"{}", {"content-type": "application/fhir+json; charset=utf-16"}, 415),
    "unacceptable": ("GET", "Patient", None, {"accept": "text/turtle"}, 406),
    "unacceptable format": ("GET", "Patient?_format=ttl", None, {}, 406),
    "a base that takes no messages": ("POST", "", {"resourceType": "Bundle", "type": "message"}, {}, 422),
    "a message that is none": ("POST", "$process-message", patient(), {}, 400),
    "a JSON form for _search": ("POST", "Patient/_search", b"{}", FHIR_JSON, 415),
}


@pytest.mark.parametrize("case", CASES)
def test_refusals(client: Client, case: str) -> None:
    method, path, body, headers, status = CASES[case]
    response = client.request(method, path, body, headers=headers)
    assert (response.status_code, response.json()["resourceType"]) == (status, "OperationOutcome"), response.text[:400]
    assert response.headers["content-type"].startswith("application/fhir+json")
    issue = response.json()["issue"][0]
    assert issue["severity"] in ("error", "fatal")
    assert issue["details"]["text"]
    assert rules(response)
    if status == 405:
        assert response.headers["allow"]
    assert "Traceback" not in response.text


def test_a_body_that_is_too_large_is_refused_before_it_is_read(make_client: Callable[..., Client]) -> None:
    client = make_client(max_body_bytes=1000)
    big = client.post("Patient", b"x" * 1001, headers=FHIR_JSON)
    assert (big.status_code, rules(big)) == (413, ["VR-HTTP-0413"])

    async def chunks() -> Any:
        for _ in range(30):
            yield b"x" * 100

    chunked = client.request("POST", "Patient", chunks(), headers=FHIR_JSON)
    assert (chunked.status_code, rules(chunked)) == (413, ["VR-HTTP-0413"])


def test_what_nobody_foresaw_is_500_with_an_outcome_and_no_details(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("MARKER-9434765919")

    monkeypatch.setattr(client.app.endpoint.store, "read", broken)
    response = client.get("Patient/1", headers={"x-request-id": "r-1"})
    assert (response.status_code, rules(response)) == (500, ["VR-HTTP-0500"])
    assert "MARKER" not in response.text
    assert "r-1" in response.text
    assert "MARKER" not in caplog.text
    assert "Traceback" not in caplog.text


def test_what_cannot_be_written_as_xml_is_refused_as_json(client: Client) -> None:
    body = patient(gender="\u0001")
    answer = client.post("$validate?_format=xml", body)
    assert answer.headers["content-type"].startswith("application/fhir+")
    assert answer.status_code in (200, 500)
    assert answer.content


def test_request_and_correlation_ids_come_back_on_every_answer(client: Client) -> None:
    headers = {"x-request-id": "5d2c7a3e-1", "x-correlation-id": "journey.7"}
    for path in ("metadata", "Patient/none", "Patient?nonsense=1"):
        answer = client.get(path, headers=headers)
        assert answer.headers["x-request-id"] == "5d2c7a3e-1"
        assert answer.headers["x-correlation-id"] == "journey.7"
    odd = client.get("metadata", headers={"x-request-id": 'a"b\\', "x-correlation-id": "x" * 300})
    assert odd.headers["x-request-id"] not in ("", 'a"b\\')
    assert "x-correlation-id" not in odd.headers


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/fhir+xml;q=1.0, application/fhir+json;q=1.0", "json"),
        ("application/fhir+xml, application/fhir+json;q=0.9", "xml"),
        ("application/fhir+xml", "xml"),
        ("text/xml, text/plain;q=0.9", "xml"),
        ("application/fhir+json; fhirVersion=4.0", "json"),
        ("application/xml;q=0, */*", "json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "json"),
    ],
)
def test_content_negotiation(client: Client, accept: str, kind: str) -> None:
    made = client.post("Patient", patient(), headers={"accept": accept})
    assert made.status_code == 201
    assert made.headers["content-type"] == f"application/fhir+{kind}; charset=utf-8"
    assert made.content.startswith(b"{" if kind == "json" else b"<")


def test_format_and_pretty_parameters_win_over_accept(client: Client) -> None:
    client.put("Patient/p", patient(id="p"))
    assert client.get("Patient/p?_format=xml", headers={"accept": "application/fhir+json"}).content.startswith(b"<")
    assert client.get("Patient/p?_format=application/fhir%2Bjson").content.startswith(b"{")
    pretty = client.get("Patient/p?_pretty=true")
    assert pretty.text.startswith('{\n  "resourceType"')
    assert json.loads(pretty.text) == client.get("Patient/p").json()
    assert client.get("Patient?_format=xml").content.startswith(b"<?xml")
    assert b"<OperationOutcome" in client.get("Patient/none?_format=xml").content


def test_xml_and_json_say_the_same(client: Client) -> None:
    client.put("Patient/j", patient(id="j", multipleBirthInteger=2, active=True))
    xml = client.get("Patient/j?_format=xml").content.replace(b'"j"', b'"x"')
    made = client.put("Patient/x", xml, headers={"content-type": "application/fhir+xml"})
    assert made.status_code == 201, made.text
    first, second = client.get("Patient/j").json(), client.get("Patient/x").json()
    for each in (first, second):
        del each["id"], each["meta"]
    assert first == second
