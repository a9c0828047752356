"""Each kind of assertion, holding and not holding."""

from collections.abc import Mapping
from typing import Any

import pytest

from .tiny import BASE, PATIENT, Recorded, answer, assertion, operation, resource_fixture, run, script_of

BUNDLE = {"resourceType": "Bundle", "type": "searchset"}
HEADERS = {"ETag": 'W/"3"', "Last_Modified": "Mon, 23 Nov 2026 10:00:00 GMT"}


def _system() -> Recorded:
    return Recorded(
        {
            "GET /fhir/Patient/p1": answer(PATIENT, **HEADERS),
            "GET /fhir/Patient": answer(BUNDLE),
            "POST /fhir/Patient": answer(PATIENT, 201, Location=f"{BASE}/Patient/p1/_history/1"),
            "GET /fhir/Patient/text": answer("no resource"),
        }
    )


FIXTURES = {
    "same": resource_fixture({"resourceType": "Patient", "name": [{"family": "Testcase"}]}),
    "other": resource_fixture({"resourceType": "Patient", "name": [{"family": "Other"}]}),
    "empty": resource_fixture({"resourceType": "Patient"}),
}
READ = operation("read", resource="Patient", params="/p1", responseId="read", requestId="asked")


def _outcome(check: dict[str, Any], first: Mapping[str, Any] = READ, **parts: Any) -> tuple[str, str]:
    result = run(script_of([first, check], **parts, fixture=[{"id": name} for name in FIXTURES]), _system(), FIXTURES)
    assert result.phases, result.issues
    last = result.phases[0].actions[-1]
    return str(last.outcome), last.message


@pytest.mark.parametrize(
    ("holds", "fails"),
    [
        ({"response": "okay"}, {"response": "created"}),
        ({"response": "bad", "operator": "notEquals"}, {"response": "okay", "operator": "notEquals"}),
        ({"responseCode": "200"}, {"responseCode": "201"}),
        ({"responseCode": "200, 201", "operator": "in"}, {"responseCode": "400,422", "operator": "in"}),
        ({"responseCode": "300", "operator": "lessThan"}, {"responseCode": "200", "operator": "lessThan"}),
        ({"contentType": "json"}, {"contentType": "xml"}),
        ({"contentType": "application/fhir+json"}, {"contentType": "application/fhir+json; charset=utf-8"}),
        ({"headerField": "etag", "value": 'W/"3"'}, {"headerField": "ETag", "value": 'W/"4"'}),
        ({"headerField": "ETag"}, {"headerField": "Location"}),
        ({"headerField": "Location", "operator": "empty"}, {"headerField": "ETag", "operator": "empty"}),
        ({"headerField": "Accept", "operator": "contains", "value": "json", "direction": "request"},
         {"headerField": "Accept", "operator": "contains", "value": "png", "direction": "request"}),
        ({"requestMethod": "get", "direction": "request"}, {"requestMethod": "post", "direction": "request"}),
        ({"requestURL": "Patient/p1", "direction": "request"}, {"requestURL": "Patient/p2", "direction": "request"}),
        ({"requestURL": f"{BASE}/Patient/p1"}, {"requestURL": "Task", "operator": "contains"}),
        ({"resource": "Patient"}, {"resource": "Task"}),
        ({"resource": "Task", "operator": "notEquals"}, {"resource": "Patient", "operator": "notEquals"}),
        ({"expression": "Patient.name.family = 'Testcase'"}, {"expression": "Patient.name.family = 'Other'"}),
        ({"expression": "Patient.name.given"}, {"expression": "Patient.photo"}),
        ({"expression": "Patient.gender", "value": "male"}, {"expression": "Patient.gender", "value": "female"}),
        ({"expression": "Patient.active.exists().not()", "operator": "eval"}, {"expression": "Patient.active", "operator": "eval"}),
        ({"expression": "Patient.name.given", "operator": "contains", "value": "im"},
         {"expression": "Patient.name.given", "operator": "contains", "value": "Joe"}),
        ({"expression": "Patient.photo", "operator": "empty"}, {"expression": "Patient.name", "operator": "empty"}),
        ({"expression": "Patient.name.count()", "operator": "lessThan", "value": "2"},
         {"expression": "Patient.name.count()", "operator": "greaterThan", "value": "1"}),
        ({"expression": "Patient.birthDate", "operator": "lessThan", "value": "1980-01-01"},
         {"expression": "Patient.birthDate", "operator": "greaterThan", "value": "1980-01-01"}),
        ({"expression": "Patient.name.family", "compareToSourceId": "same", "compareToSourceExpression": "Patient.name.family"},
         {"expression": "Patient.name.family", "compareToSourceId": "other", "compareToSourceExpression": "Patient.name.family"}),
        ({"expression": "Patient.name.first().family", "compareToSourceId": "other", "compareToSourceExpression": "Patient.name.family", "value": "Testcase"},
         {"expression": "Patient.name", "compareToSourceId": "same", "compareToSourceExpression": "Patient.name"}),
        ({"expression": "Patient.name.family", "compareToSourceId": "same", "compareToSourcePath": "$.name[0].family"},
         {"expression": "Patient.name.family", "compareToSourceId": "other", "compareToSourcePath": "$.name[0].family"}),
        ({"expression": "Patient.name.family", "sourceId": "other", "value": "Other"},
         {"expression": "Patient.name.family", "sourceId": "other", "value": "Testcase"}),
        ({"path": "name[0].family", "value": "Testcase"}, {"path": "$.name[0].family", "value": "Other"}),
        ({"path": "fhir:Patient/fhir:name/fhir:family/@value", "value": "Testcase"},
         {"path": "fhir:Patient/fhir:name/fhir:family/@value", "value": "Other"}),
        ({"path": "f:name/f:family/@value", "value": "Testcase"}, {"path": "f:name/f:family/@value", "operator": "empty"}),
        ({"path": "Patient/name/family", "value": "Testcase"}, {"path": "Patient/name/family/@value", "value": "Other"}),
        ({"path": "count(f:Patient/f:name)", "value": "1"}, {"path": "//f:given[. = 'x']", "operator": "notEmpty"}),
        ({"path": "//f:family/@value", "value": "x", "operator": "notEquals"},
         {"path": "/f:Patient/f:name/f:family", "value": "Other"}),
        ({"path": "count(/f:Patient/f:name/f:given)", "value": "2"}, {"path": "count(/f:Patient/f:name/f:given)", "value": "3"}),
        ({"minimumId": "same"}, {"minimumId": "other"}),
        ({"validateProfileId": "patient"}, {"validateProfileId": "bundle"}),
    ],
    ids=lambda parts: "-".join(parts),
)  # fmt: skip
def test_an_assertion_holds_or_fails(holds: dict[str, Any], fails: dict[str, Any]) -> None:
    profiles = [
        {"id": name.lower(), "reference": f"http://hl7.org/fhir/StructureDefinition/{name}"}
        for name in ("Patient", "Bundle")
    ]
    assert _outcome(assertion(**holds), profile=profiles) == ("pass", "")
    outcome, message = _outcome(assertion(**fails), profile=profiles)
    assert outcome == "fail"
    assert message


@pytest.mark.parametrize(
    ("links", "total", "outcome"),
    [
        (("self", "first", "next", "last"), 9, "pass"),
        (("self", "first", "previous", "last"), 9, "pass"),
        (("self",), 1, "pass"),
        (("self",), 9, "fail"),
        (("self", "next"), 9, "fail"),
        (("self", "first", "last"), 9, "fail"),
        (("self", "previous"), 9, "fail"),
    ],
)
def test_navigation_links_are_first_last_and_next_where_there_are_pages(
    links: tuple[str, ...], total: int, outcome: str
) -> None:
    bundle = {
        "resourceType": "Bundle",
        "total": total,
        "link": [{"relation": name, "url": f"{BASE}/x"} for name in links],
        "entry": [{"resource": PATIENT}, {"resource": PATIENT, "search": {"mode": "include"}}],
    }
    search = operation("search", resource="Patient", params="?name=x")
    result = run(script_of([search, assertion(navigationLinks=True)]), Recorded({"GET /fhir/Patient": answer(bundle)}))
    assert result.phases[0].actions[-1].outcome.value == outcome


def test_only_a_bundle_has_navigation_links() -> None:
    assert _outcome(assertion(navigationLinks=True)) == ("fail", "the answer is no Bundle")


def test_an_earlier_message_can_be_asserted_by_its_id() -> None:
    second = operation("search", resource="Patient")
    script = script_of(
        [
            READ,
            second,
            assertion(resource="Patient", sourceId="read"),
            assertion(resource="Bundle"),
            assertion(requestURL="Patient/p1", sourceId="asked", direction="request"),
        ]
    )
    result = run(script, _system())
    assert [action.outcome.value for action in result.phases[0].actions] == ["pass"] * 5


def test_a_body_that_is_no_resource_fails_what_is_said_about_it() -> None:
    first = operation("read", resource="Patient", params="/text")
    outcome, message = _outcome(assertion(expression="Patient.id"), first)
    assert outcome == "fail"
    assert message.startswith("no resource in the response: the body is")


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ({"expression": "Patient.gender", "operator": "greaterThan", "value": "a"}, "have no order"),
        ({"expression": "Patient.name.family", "compareToSourceId": "empty", "compareToSourceExpression": "Patient.name.family"},
         "nothing to compare with"),
        ({"expression": "Patient.name.single().given.single()"}, "cannot be evaluated"),
        ({"validateProfileId": "unknown"}, "is not known here"),
        ({"responseCode": "200", "sourceId": "same"}, "is no request or response"),
    ],
)  # fmt: skip
def test_what_cannot_be_tested_is_no_failure(check: dict[str, Any], reason: str) -> None:
    outcome, message = _outcome(assertion(**check), profile=[{"id": "unknown", "reference": "http://x.example/none"}])
    assert outcome == "error"
    assert reason in message


def test_a_failure_says_what_was_expected_and_what_came() -> None:
    result = run(
        script_of([READ, assertion(description="it is new", responseCode="201,202", operator="in")]), _system()
    )
    action = result.phases[0].actions[-1]
    assert (action.label, action.expected, action.actual) == ("it is new", "status: one of 201, 202", "200")
    assert action.exchange is not None
    assert action.exchange.summary == f"GET {BASE}/Patient/p1 → 200 OK"
