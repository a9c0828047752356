import httpx
import pytest

from vrfhir.conformance import Request
from vrfhir.conformance.exchange import told

from .tiny import BASE, CAPABILITIES, PATIENT, Recorded, answer, target_of


@pytest.mark.parametrize(
    ("response", "rule"),
    [
        (answer(CAPABILITIES), None),
        (answer(CAPABILITIES, 500), "VR-TS-0402"),
        (answer(PATIENT), "VR-TS-0402"),
        (httpx.Response(200, text="hello"), "VR-TS-0402"),
        (httpx.Response(401), "VR-TS-0402"),
        (httpx.Response(302, headers={"Location": "https://login.example"}), "VR-TS-0402"),
    ],
)
def test_only_a_capability_statement_makes_a_fhir_base(response: httpx.Response, rule: str | None) -> None:
    _, issue = target_of(Recorded({"GET /fhir/metadata": response})).probe()
    assert (issue.id if issue else None) == rule


def test_an_unreachable_address_says_so() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused")

    exchange, issue = target_of(refuse).probe()
    assert exchange.response is None
    assert issue is not None
    assert (issue.id, issue.text) == ("VR-TS-0401", f"{BASE} cannot be reached: no answer: connection refused.")


def test_headers_go_with_the_probe() -> None:
    system = Recorded()
    target_of(system, headers=[("Authorization", "Bearer x")]).probe()
    assert system.requests[0].headers["Authorization"] == "Bearer x"


def test_an_endless_answer_is_cut_off() -> None:
    target = target_of(
        Recorded({"GET /fhir/Patient": httpx.Response(200, content=b"x" * 5_000)}), max_response_bytes=1_000
    )
    exchange = target.send(1, Request("GET", f"{BASE}/Patient", ()))
    assert exchange.response is None
    assert "larger than 1000 bytes" in exchange.trouble


def test_a_redirect_is_a_result() -> None:
    system = Recorded({"GET /fhir/Patient": httpx.Response(301, headers={"Location": f"{BASE}/metadata"})})
    exchange = target_of(system).send(1, Request("GET", f"{BASE}/Patient", ()))
    assert exchange.response is not None
    assert exchange.response.status == 301


def test_a_url_that_is_none_is_no_crash() -> None:
    exchange = target_of(Recorded()).send(1, Request("GET", "http://tested.example:port/", ()))
    assert exchange.response is None
    assert exchange.trouble


def test_xml_answers_are_read() -> None:
    body = '<Patient xmlns="http://hl7.org/fhir"><id value="p1"/></Patient>'
    xml = httpx.Response(200, headers={"Content-Type": "application/fhir+xml"}, text=body)
    exchange = target_of(Recorded({"GET /fhir/Patient/p1": xml})).send(1, Request("GET", f"{BASE}/Patient/p1", ()))
    assert exchange.response is not None
    assert exchange.response.resource == {"resourceType": "Patient", "id": "p1"}


def test_what_an_outcome_says_is_told_errors_first_and_places_with_it() -> None:
    rows = [
        {"severity": "warning", "code": "value", "diagnostics": "odd"},
        {"severity": "error", "code": "required", "details": {"text": "no date"}, "expression": ["ServiceRequest"]},
    ]
    outcome = {"resourceType": "OperationOutcome", "issue": rows}
    for body in (outcome, {"resourceType": "Bundle", "entry": [{"resource": PATIENT}, {"resource": outcome}]}):
        exchange = target_of(Recorded({"GET /fhir/x": answer(body)})).send(1, Request("GET", f"{BASE}/x", ()))
        assert exchange.response is not None
        assert told(exchange.response) == "error required at ServiceRequest: no date; warning value: odd"
    plain = target_of(Recorded({"GET /fhir/x": answer(PATIENT)})).send(1, Request("GET", f"{BASE}/x", ()))
    assert plain.response is not None
    assert told(plain.response, 20) == '{"resourceType": "Pa … (215 bytes)'
