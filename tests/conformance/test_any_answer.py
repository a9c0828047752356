"""Whatever a system answers, the tester tells a verdict and never falls over."""

import io
import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from rich.console import Console

from vrfhir.conformance import SuiteResult
from vrfhir.conformance.reports import junit_xml, print_summary, test_reports, to_dict

from .tiny import BASE, Recorded, assertion, operation, resource_fixture, run, script_of

test_reports.__test__ = False  # type: ignore[attr-defined]

SCALAR = (
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=6) | st.sampled_from(["Bundle", "next", "error"])
)
NAMES = st.sampled_from(
    [
        "resourceType",
        "id",
        "meta",
        "versionId",
        "link",
        "relation",
        "entry",
        "resource",
        "search",
        "mode",
        "total",
        "issue",
        "severity",
        "details",
        "text",
        "expression",
        "name",
        "family",
        "extension",
        "url",
    ]
)
VALUE = st.recursive(SCALAR, lambda v: st.lists(v, max_size=3) | st.dictionaries(NAMES, v, max_size=4), max_leaves=15)
BODY = st.dictionaries(NAMES, VALUE, max_size=8)
KINDS = st.sampled_from(["Bundle", "OperationOutcome", "Patient", "NoSuchType", ""])

CHECKS = [
    assertion(navigationLinks=True, stopTestOnFail=False),
    assertion(minimumId="f", stopTestOnFail=False),
    assertion(resource="Patient", stopTestOnFail=False),
    assertion(expression="Bundle.entry.resource.name.family", value="x", stopTestOnFail=False),
    assertion(expression="descendants().count() > 3", stopTestOnFail=False),
    assertion(path="$..name", operator="notEmpty", stopTestOnFail=False),
    assertion(validateProfileId="p", stopTestOnFail=False),
    assertion(path="//f:name", operator="empty", stopTestOnFail=False),
]


def _told(response: httpx.Response) -> list[str]:
    tests = [[operation("search", resource="Patient", responseId="r"), check] for check in CHECKS]
    script = script_of(
        *tests,
        [operation("search", resource="Patient", params="?x=${v}")],
        [operation("read", targetId="r")],
        fixture=[{"id": "f"}],
        profile=[{"id": "p", "reference": "http://hl7.org/fhir/StructureDefinition/Bundle"}],
        variable=[{"name": "v", "expression": "id", "sourceId": "r"}],
    )
    fixtures = {"f": resource_fixture({"resourceType": "Patient", "name": [{"family": "x"}]})}
    system = Recorded({"GET /fhir/Patient": response})
    result = run(script, system, fixtures)
    whole = SuiteResult("s", BASE, "2026-11-23T10:00:00+00:00", [result])
    etree.fromstring(junit_xml(whole))
    json.dumps(to_dict(whole))
    assert test_reports(whole)["resourceType"] == "TestReport"
    print_summary(whole, Console(file=io.StringIO()))
    return [phase.outcome.value for phase in result.phases]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BODY, KINDS)
def test_any_json_gets_a_verdict(body: dict[str, Any], kind: str) -> None:
    content = json.dumps({**body, "resourceType": kind} if kind else body)
    response = httpx.Response(200, headers={"Content-Type": "application/fhir+json"}, text=content)
    assert set(_told(response)) <= {"pass", "fail", "error", "warning"}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["application/fhir+json", "application/fhir+xml", "text/html", ""]))
def test_any_bytes_get_a_verdict(body: bytes, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    assert "pass" not in _told(httpx.Response(200, headers=headers, content=body))[:3]


@pytest.mark.parametrize(
    "body",
    [b"[" * 50_000, b'{"a":' * 50_000, b"<a>" * 50_000, b"\x00", b'{"resourceType": "Patient", "x": 1e999999999}'],
)
def test_hostile_bodies_get_a_verdict(body: bytes) -> None:
    for kind in ("application/fhir+json", "application/fhir+xml"):
        verdicts = _told(httpx.Response(200, headers={"Content-Type": kind}, content=body))
        assert len(verdicts) == len(CHECKS) + 2
        assert "pass" not in verdicts[: 2 if b"Patient" in body else len(CHECKS)]
