"""Search: strict, complete pages, includes, chains. https://hl7.org/fhir/R4/search.html"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talking import Client, patient, rules

from vrfhir.definitions import Definitions
from vrfhir.server.http import Refusal
from vrfhir.server.search.conversion import fold
from vrfhir.server.search.dates import interval
from vrfhir.server.search.parameters import SearchParameters
from vrfhir.server.search.request import Search, parse

Json = dict[str, Any]

PARAMETERS = SearchParameters(Definitions.default())


@pytest.fixture
def story(client: Client) -> Client:
    """Two patients at one practice, a referral and a Task for the first."""
    put = [
        {"resourceType": "Organization", "id": "gp", "name": "Surgery", "identifier": [ods("A81001")]},
        patient(
            1,
            id="anna",
            managingOrganization={"reference": "Organization/gp"},
            telecom=[{"system": "phone", "value": "0191"}, {"system": "email", "value": "anna@example.org"}],
        ),
        patient(2, id="bob", gender="male", birthDate="1975", name=[{"family": "O'Neill-Smith", "given": ["Bob"]}]),
        {
            "resourceType": "ServiceRequest",
            "id": "sr",
            "status": "active",
            "intent": "order",
            "identifier": [{"system": "https://gp.example/id/referral", "value": "R1"}],
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "70082004"}]},
            "subject": {"reference": "Patient/anna"},
            "authoredOn": "2026-11-20T09:00:00Z",
            "requester": {"reference": "Organization/gp"},
            "occurrencePeriod": {"start": "2026-11-01", "end": "2026-12-01"},
        },
        {
            "resourceType": "Task",
            "id": "task",
            "status": "received",
            "intent": "order",
            "focus": {"reference": "ServiceRequest/sr"},
            "for": {"reference": "Patient/anna", "identifier": {"system": "urn:x", "value": "logical"}},
            "owner": {"reference": "Organization/gp"},
        },
    ]
    for resource in put:
        made = client.put(f"{resource['resourceType']}/{resource['id']}", resource)
        assert made.status_code == 201, made.text
    return client


def ods(code: str) -> Json:
    return {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": code}


def found(client: Client, query: str, mode: str = "match") -> list[str]:
    response = client.get(query)
    assert response.status_code == 200, response.text
    return [e["resource"]["id"] for e in response.json().get("entry", []) if e["search"]["mode"] == mode]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Patient", ["bob", "anna"]),
        ("Patient?_id=anna", ["anna"]),
        ("Patient?_id=anna,bob", ["bob", "anna"]),
        ("Patient?identifier=https://gp.example/id/patient|1", ["anna"]),
        ("Patient?identifier=1", ["anna"]),
        ("Patient?identifier=|1", []),
        ("Patient?identifier=https://gp.example/id/patient|", ["bob", "anna"]),
        ("Patient?identifier=urn:other|1", []),
        ("Patient?gender=female", ["anna"]),
        ("Patient?gender=http://hl7.org/fhir/administrative-gender|female", ["anna"]),
        ("Patient?gender:not=female", ["bob"]),
        ("Patient?family=ARNY", ["anna"]),
        ("Patient?family=neill", []),
        ("Patient?family:contains=neill", ["bob"]),
        ("Patient?family:exact=Árnyék", ["anna"]),
        ("Patient?family:exact=Arnyek", []),
        ("Patient?name=maria", ["anna"]),
        ("Patient?given=anna&family=arnyek", ["anna"]),
        ("Patient?given=anna&family=bob", []),
        ("Patient?birthdate=1980-02-03", ["anna"]),
        ("Patient?birthdate=1980-02", ["anna"]),
        ("Patient?birthdate=lt1980", ["bob"]),
        ("Patient?birthdate=ge1975&birthdate=le1980-12-31", ["bob", "anna"]),
        ("Patient?birthdate=1975,1980-02-03", ["bob", "anna"]),
        ("Patient?phone=0191", ["anna"]),
        ("Patient?email=0191", []),
        ("Patient?telecom=anna@example.org", ["anna"]),
        ("Patient?organization=Organization/gp", ["anna"]),
        ("Patient?organization=gp", ["anna"]),
        ("Patient?organization=http://endpoint.test/fhir/Organization/gp", ["anna"]),
        ("Patient?organization=http://elsewhere.test/fhir/Organization/gp", []),
        ("Patient?organization:missing=true", ["bob"]),
        ("Patient?organization:missing=false", ["anna"]),
        ("Patient?organization.identifier=A81001", ["anna"]),
        ("Patient?organization:Organization.name=surg", ["anna"]),
        ("Patient?_lastUpdated=gt2020-01-01", ["bob", "anna"]),
        ("Patient?_lastUpdated=lt2020-01-01", []),
        ("ServiceRequest?patient=anna", ["sr"]),
        ("ServiceRequest?patient=Patient/anna&status=active", ["sr"]),
        ("ServiceRequest?patient=bob", []),
        ("ServiceRequest?subject=Patient/anna", ["sr"]),
        ("ServiceRequest?subject:Patient=anna", ["sr"]),
        ("ServiceRequest?patient.identifier=https://gp.example/id/patient|1", ["sr"]),
        ("ServiceRequest?patient:identifier=https://gp.example/id/patient|1", ["sr"]),
        ("ServiceRequest?patient:identifier=https://gp.example/id/patient|2", []),
        ("ServiceRequest?code=http://snomed.info/sct|70082004", ["sr"]),
        ("ServiceRequest?code=70082004,1", ["sr"]),
        ("ServiceRequest?authored=2026-11-20", ["sr"]),
        ("ServiceRequest?authored=gt2026-11-20", []),
        ("ServiceRequest?occurrence=2026", ["sr"]),
        ("ServiceRequest?occurrence=2026-11", []),
        ("ServiceRequest?requester=Organization/gp", ["sr"]),
        ("Task?focus=ServiceRequest/sr", ["task"]),
        ("Task?focus:ServiceRequest=sr&status=received,accepted", ["task"]),
        ("Task?focus:ServiceRequest.identifier=R1", ["task"]),
        ("Task?patient=anna&owner=Organization/gp", ["task"]),
        ("Task?patient:identifier=urn:x|logical", ["task"]),
        ("Task?status=completed", []),
    ],
)
def test_queries(story: Client, query: str, expected: list[str]) -> None:
    assert found(story, query) == expected
    type_, _, rest = query.partition("?")
    posted = story.post(
        f"{type_}/_search", rest.encode(), headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert [entry["resource"]["id"] for entry in posted.json().get("entry", [])] == expected


@pytest.mark.parametrize(
    ("query", "rule", "named"),
    [
        ("Patient?nonsense=1", "VR-SEARCH-0001", "birthdate"),
        ("Patient?birthDate=1980", "VR-SEARCH-0001", "birthdate"),
        ("Patient?phonetic=x", "VR-SEARCH-0001", "family"),
        ("Patient?_sort=family", "VR-SEARCH-0001", "_lastUpdated"),
        ("Patient?_has:Task:patient:status=received", "VR-SEARCH-0001", "family"),
        ("Patient?family:nonsense=1", "VR-SEARCH-0002", ":exact"),
        ("Task?focus:Nonsense=1", "VR-SEARCH-0002", ":identifier"),
        ("Patient?organization.nonsense=1", "VR-SEARCH-0003", ""),
        ("Patient?gender.identifier=1", "VR-SEARCH-0003", ""),
        ("Patient?birthdate=tomorrow", "VR-SEARCH-0004", "YYYY"),
        ("Patient?birthdate=2026-13-01", "VR-SEARCH-0004", "YYYY"),
        ("Patient?family=", "VR-SEARCH-0004", ""),
        ("Patient?identifier=", "VR-SEARCH-0004", ""),
        ("Patient?_count=-1", "VR-SEARCH-0004", ""),
        ("Patient?_count=many", "VR-SEARCH-0004", ""),
        ("Patient?_summary=text", "VR-SEARCH-0004", "count"),
        ("Patient?_total=estimate", "VR-SEARCH-0004", "accurate"),
        ("Patient?active:missing=perhaps", "VR-SEARCH-0004", ""),
        ("Patient?_include=Patient:nonsense", "VR-SEARCH-0006", "Patient:organization"),
        ("Patient?_include=Task:focus", "VR-SEARCH-0006", ""),
        ("Patient?_include=*", "VR-SEARCH-0006", ""),
        ("Patient?_revinclude=Task:status", "VR-SEARCH-0006", "Task:focus"),
        ("Patient?family=" + "x" * 3000, "VR-SEARCH-0005", ""),
        ("Patient?" + "&".join(["family=x"] * 100), "VR-SEARCH-0005", ""),
    ],
)
def test_what_cannot_be_honoured_is_refused_naming_what_can(story: Client, query: str, rule: str, named: str) -> None:
    refused = story.get(query)
    assert (refused.status_code, rules(refused)) == (400, [rule])
    assert named in refused.text


def test_lenient_handling_ignores_unknown_parameters_only(story: Client) -> None:
    lenient = story.get("Patient?nonsense=1&gender=male", headers={"prefer": "handling=lenient"})
    assert [entry["resource"]["id"] for entry in lenient.json()["entry"]] == ["bob"]
    assert "nonsense" not in lenient.json()["link"][0]["url"]
    assert story.get("Patient?birthdate=x", headers={"prefer": "handling=lenient"}).status_code == 400


def test_pages_are_linked_and_complete(client: Client) -> None:
    for number in range(25):
        client.put(f"Patient/p{number}", patient(number, id=f"p{number}"))
    seen: list[str] = []
    url = "Patient?gender=female&_count=10"
    pages = 0
    while url:
        page = client.get(url).json()
        seen += [entry["resource"]["id"] for entry in page["entry"]]
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), "")
        pages += 1
        client.put(f"Patient/late{pages}", patient(100 + pages, id=f"late{pages}"))
        if url:
            parts = urlsplit(url)
            assert (parts.scheme, parts.netloc, parts.path) == ("http", "endpoint.test", "/fhir/Patient")
            assert "gender=female" in parts.query
    assert pages == 3
    assert seen == [f"p{number}" for number in reversed(range(25))]


def test_totals(client: Client) -> None:
    for number in range(5):
        client.put(f"Patient/p{number}", patient(number, id=f"p{number}"))
    assert client.get("Patient").json()["total"] == 5
    assert "total" not in client.get("Patient?_count=2").json()
    assert client.get("Patient?_count=2&_total=accurate").json()["total"] == 5
    for query in ("_summary=count", "_count=0"):
        counted = client.get(f"Patient?{query}&family=arn").json()
        assert counted["total"] == 5
        assert "entry" not in counted


def test_a_page_is_never_larger_than_allowed(make_client: Any) -> None:
    client = make_client(max_page=3)
    for number in range(5):
        client.put(f"Patient/p{number}", patient(number, id=f"p{number}"))
    assert len(client.get("Patient?_count=1000").json()["entry"]) == 3


def test_includes(story: Client) -> None:
    assert found(story, "Task?_include=Task:focus", "include") == ["sr"]
    assert sorted(found(story, "Task?_include=Task:focus&_include=Task:patient", "include")) == ["anna", "sr"]
    assert found(story, "Task?_include=Task:owner:Organization", "include") == ["gp"]
    assert found(story, "Task?_include=Task:owner:Practitioner", "include") == []
    assert found(story, "ServiceRequest?_revinclude=Task:focus", "include") == ["task"]
    assert sorted(
        found(story, "Patient?_id=anna&_revinclude=Task:patient&_revinclude=ServiceRequest:subject", "include")
    ) == [
        "sr",
        "task",
    ]
    assert found(story, "Patient?_id=nobody&_revinclude=Task:patient", "include") == []


def test_the_bundle_is_a_valid_searchset(story: Client, validator: Any) -> None:
    bundle = story.get("Task?_include=Task:focus&_count=1&_total=accurate").json()
    assert bundle["type"] == "searchset"
    assert [entry["search"]["mode"] for entry in bundle["entry"]] == ["match", "include"]
    assert bundle["entry"][0]["fullUrl"] == "http://endpoint.test/fhir/Task/task"
    assert [issue for issue in validator.validate(bundle).issues if issue.is_error] == []


def test_an_update_moves_a_resource_in_the_index(story: Client) -> None:
    story.put("Patient/anna", patient(1, id="anna", gender="other"))
    assert found(story, "Patient?gender=female") == []
    assert found(story, "Patient?gender=other") == ["anna"]


# --- the parts ----------------------------------------------------------------------------------------------------


def test_the_story_finds_its_parameters_among_those_of_the_standard() -> None:
    wanted = {
        "Patient": "identifier family given name birthdate gender general-practitioner",
        "ServiceRequest": "identifier patient subject status code category requester performer based-on authored",
        "Task": "identifier patient subject status code focus owner requester based-on business-status",
        "Organization": "identifier name",
        "Practitioner": "identifier family name",
        "PractitionerRole": "identifier practitioner organization",
        "Observation": "patient subject code category status date based-on",
        "Condition": "patient subject code category clinical-status",
        "DocumentReference": "patient subject type category status",
        "MessageHeader": "event focus response-id",
        "Bundle": "identifier type timestamp",
        "Provenance": "target patient recorded agent",
    }
    missing = {
        f"{type_}.{name}"
        for type_, names in wanted.items()
        for name in names.split()
        if name not in PARAMETERS.of(type_)
    }
    assert missing == set()


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("2026", 365 * 86400 * 10**6),
        ("2024", 366 * 86400 * 10**6),
        ("2026-02", 28 * 86400 * 10**6),
        ("2026-12", 31 * 86400 * 10**6),
        ("2026-11-20", 86400 * 10**6),
        ("2026-11-20T09:30Z", 60 * 10**6),
        ("2026-11-20T09:30:15+01:00", 10**6),
        ("2026-11-20T09:30:15.1Z", 10**5),
        ("2026-11-20T09:30:15.123456789Z", 1),
    ],
)
def test_a_date_is_as_long_as_it_is_precise(text: str, length: int) -> None:
    found_interval = interval(text)
    assert found_interval is not None
    assert found_interval[1] - found_interval[0] + 1 == length


@pytest.mark.parametrize(
    "text", ["", "20", "2026-1", "2026-13", "2026-02-30", "2026-11-20T25:00Z", "9999", "now", "0000"]
)
def test_what_is_no_date_is_no_date(text: str) -> None:
    found_interval = interval(text)
    assert found_interval is None or text == "9999"


def test_time_zones_are_respected() -> None:
    assert interval("2026-11-20T09:00:00Z") == interval("2026-11-20T10:00:00+01:00")
    assert interval("2026-11-20T09:00:00") == interval("2026-11-20T09:00:00Z")


@given(st.text(max_size=20))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


NAMES = st.sampled_from(
    [f"{name}{modifier}" for name in PARAMETERS.of("Task") for modifier in ("", ":not", ":missing")]
)


@given(st.lists(st.tuples(NAMES | st.text(max_size=12), st.text(max_size=12)), max_size=4))
def test_any_query_is_understood_or_refused(items: list[tuple[str, str]]) -> None:
    outcome: Search | Refusal
    try:
        outcome = parse("Task", items, PARAMETERS, base="http://endpoint.test/fhir")
    except Refusal as refusal:
        outcome = refusal
    if isinstance(outcome, Refusal):
        assert outcome.status == 400
        assert outcome.issues
    else:
        assert outcome.query.type == "Task"


def test_strange_queries_over_http_are_answered(story: Client) -> None:
    for query in ("Patient?&&", "Patient?=", "Patient?family", "Patient?%ff=1", "Patient?family=%ff", "Task?a.b.c=1"):
        assert story.get(query).status_code in (200, 400)
    assert story.get(f"Patient?family={quote(chr(0x10FFFF))}").status_code == 200
