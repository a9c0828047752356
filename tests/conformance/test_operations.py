"""The table of https://hl7.org/fhir/R4/http.html as requests."""

from datetime import UTC, datetime
from typing import Any

import pytest

from vrfhir.conformance import Exchange, Request, Response
from vrfhir.conformance.exchange import Exchange as Evidence
from vrfhir.conformance.fixtures import Content
from vrfhir.conformance.operations import build_request
from vrfhir.conformance.script import OVERLAY, read_script
from vrfhir.conformance.session import Session
from vrfhir.conformance.variables import EngineVariables
from vrfhir.conformance.verdicts import ExpectationError, UntestableError

from .tiny import BASE, PATIENT, operation, resource_fixture, script_of

FIXTURES = {
    "patient": resource_fixture(PATIENT),
    "unnamed": resource_fixture({"resourceType": "Patient", "active": True}),
    "filled": resource_fixture({"resourceType": "Patient", "name": [{"family": "${vrfhir-run-id}"}]}),
    "moved": resource_fixture({"resourceType": "Patient", "address": [{"city": "${vrfhir-script}"}]}),
    "half": Content(None, "application/fhir+json", '{"id": "${vrfhir-run-id}"'),
}


def _session(*exchanges: tuple[str, Response]) -> Session:
    engine = EngineVariables("run0000001", "tiny", BASE, datetime(2026, 11, 23, tzinfo=UTC))
    session = Session(read_script(script_of([]), "tiny"), FIXTURES, engine)
    for name, response in exchanges:
        session.record(Exchange(1, Request("POST", BASE, ()), response), response_id=name, source_id="unnamed")
    return session


def _request(action: dict[str, Any], *exchanges: tuple[str, Response]) -> Request:
    read = read_script(script_of([action]), "tiny").phases[0].actions[0].operation
    assert read is not None
    return build_request(read, _session(*exchanges))


CREATED = ("created", Response(201, "Created", (("Location", f"{BASE}/Patient/77/_history/5"),)))


@pytest.mark.parametrize(
    ("action", "line"),
    [
        (operation("read", resource="Patient", params="/1"), "GET /Patient/1"),
        (operation("read", targetId="patient"), "GET /Patient/p1"),
        (operation("read", targetId="created"), "GET /Patient/77"),
        (operation("read", targetId="unnamed"), "GET /Patient/77"),
        (operation("vread", targetId="created"), "GET /Patient/77/_history/5"),
        (operation("vread", resource="Patient", params="/1/_history/2"), "GET /Patient/1/_history/2"),
        (operation("history", targetId="created"), "GET /Patient/77/_history"),
        (operation("history", resource="Patient"), "GET /Patient/_history"),
        (operation("history", resource="Patient", params="/1"), "GET /Patient/1/_history"),
        (operation("history"), "GET /_history"),
        (operation("create", sourceId="patient"), "POST /Patient"),
        (operation("create", resource="Task", sourceId="patient"), "POST /Task"),
        (operation("update", sourceId="patient"), "PUT /Patient/p1"),
        (operation("updateCreate", sourceId="patient"), "PUT /Patient/p1"),
        (operation("update", sourceId="patient", targetId="created"), "PUT /Patient/77"),
        (operation("patch", sourceId="patient", targetId="created"), "PATCH /Patient/77"),
        (operation("delete", targetId="created"), "DELETE /Patient/77"),
        (operation("deleteCondSingle", resource="Patient", params="?name=x"), "DELETE /Patient?name=x"),
        (operation("search", resource="Patient", params="?name=x"), "GET /Patient?name=x"),
        (operation("search", resource="Patient", params="name=x"), "GET /Patient?name=x"),
        (operation("search", params="?_type=Patient"), "GET ?_type=Patient"),
        (operation("search", resource="Patient", params="?name=a b|c"), "GET /Patient?name=a%20b%7Cc"),
        (operation("batch", sourceId="patient"), "POST "),
        (operation("transaction", sourceId="patient"), "POST "),
        (operation("capabilities"), "GET /metadata"),
        (operation("conformance"), "GET /metadata"),
        (operation("capabilities", params="?mode=full"), "GET /metadata?mode=full"),
        (operation("process-message", sourceId="patient"), "POST /$process-message"),
        (operation("$process-message", sourceId="patient"), "POST /$process-message"),
        (operation("process-message", params="?async=false", sourceId="patient"), "POST /$process-message?async=false"),
        (operation("validate", sourceId="patient"), "POST /Patient/$validate"),
        (
            operation("validate", resource="Task", params="?mode=create", sourceId="patient"),
            "POST /Task/$validate?mode=create",
        ),
        (operation("everything", targetId="created"), "GET /Patient/77/$everything"),
        (operation("everything", resource="Patient", params="/1"), "GET /Patient/1/$everything"),
        (
            operation("$everything", resource="Patient", params="/1/$everything?_count=1"),
            "GET /Patient/1/$everything?_count=1",
        ),
        (operation("read", url="Patient/${vrfhir-run-id}"), "GET /Patient/run0000001"),
        (operation("read", resource="Patient", params="/1", method="delete"), "DELETE /Patient/1"),
    ],
)
def test_an_operation_becomes_a_request(action: dict[str, Any], line: str) -> None:
    request = _request(action, CREATED)
    assert f"{request.method} {request.url.removeprefix(BASE)}" == line


def test_an_absolute_url_is_used_as_it_is() -> None:
    assert _request(operation("read", url="http://other.example/x?y=1")).url == "http://other.example/x?y=1"
    assert _request(operation("read", url="http://o.example/a|b", encodeRequestUrl=False)).url == "http://o.example/a|b"


def test_search_by_post_puts_the_parameters_into_a_form() -> None:
    request = _request(operation("search", resource="Patient", method="post", params="?identifier=http://s|1&_count=2"))
    assert (request.method, request.url) == ("POST", f"{BASE}/Patient/_search")
    assert request.body == b"identifier=http%3A%2F%2Fs%7C1&_count=2"
    assert request.header("Content-Type") == "application/x-www-form-urlencoded"


def test_headers_have_defaults_and_the_scripts_own_replace_them() -> None:
    plain = _request(operation("create", sourceId="patient"))
    assert plain.headers == (("Accept", "application/fhir+json"), ("Content-Type", "application/fhir+json"))
    headers = [{"field": "content-type", "value": "text/csv"}, {"field": "If-Match", "value": 'W/"${vrfhir-run-id}"'}]
    own = _request(operation("create", sourceId="patient", accept="xml", requestHeader=headers))
    assert own.header("Accept") == "application/fhir+xml"
    assert own.header("Content-Type") == "text/csv"
    assert own.header("If-Match") == 'W/"run0000001"'
    assert sum(name.lower() == "content-type" for name, _ in own.headers) == 1


def test_a_fixture_is_sent_filled_and_a_raw_one_as_it_is() -> None:
    assert b'"family":"run0000001"' in _request(operation("create", sourceId="filled")).body.replace(b" ", b"")
    assert _request(operation("create", resource="Patient", sourceId="half")).body == b'{"id": "run0000001"'


def test_a_body_can_be_sent_as_xml() -> None:
    request = _request(operation("create", sourceId="patient", contentType="xml"))
    assert request.header("Content-Type") == "application/fhir+xml"
    assert b'<family value="Testcase"/>' in request.body


def test_an_overlay_replaces_elements_of_what_was_read() -> None:
    extension = [{"url": OVERLAY, "valueId": "moved"}]
    read = ("read", Response(200, "OK", (), b"", dict(PATIENT)))
    request = _request(operation("update", sourceId="read", modifierExtension=extension), read)
    assert request.url == f"{BASE}/Patient/p1"
    assert request.resource == {**PATIENT, "address": [{"city": "tiny"}]}


def test_an_operation_that_does_not_say_which_resource_cannot_be_tested() -> None:
    with pytest.raises(UntestableError):
        _request(operation("read", resource="Patient"))
    with pytest.raises(UntestableError):
        _request(operation("vread", targetId="patient"))


def test_an_answer_that_names_no_resource_is_a_failure() -> None:
    nameless = ("created", Response(201, "Created", ()))
    with pytest.raises(ExpectationError, match="names no resource"):
        _request(operation("read", targetId="created"), nameless)


def test_a_curl_line_repeats_the_request_without_secrets() -> None:
    request = Request(
        "POST", f"{BASE}/Patient?a=b&c", (("Authorization", "Bearer s3cret"), ("Accept", "x/y")), b"it's {}"
    )
    line = Evidence(1, request, None).curl()
    assert line == (
        f"curl -sS -i -X POST '{BASE}/Patient?a=b&c' "
        """-H "Authorization: $AUTHORIZATION" -H 'Accept: x/y' --data-binary 'it'"'"'s {}'"""
    )
    assert Evidence(1, request, None).curl("/tmp/b.json").endswith("--data-binary @/tmp/b.json")
    assert "s3cret" not in str(Evidence(1, request, None).to_dict())
