"""Whatever is sent, over HTTP or MLLP, is answered in the protocol's own words: no 500, no traceback, nothing lost."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from talking import FHIR_JSON, Client, resource

from vrfhir.hl7v2 import parse
from vrfhir.server.gateway import Gateway
from vrfhir.transport import Peer

Json = dict[str, Any]

REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes()
PROFILE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

SCALARS = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=False) | st.text(max_size=8)
KEYS = st.sampled_from(
    [
        "resourceType",
        "id",
        "meta",
        "entry",
        "resource",
        "request",
        "url",
        "method",
        "parameter",
        "name",
        "identifier",
        "status",
        "focus",
        "reference",
        "type",
        "value",
        "system",
        "coding",
        "extension",
        "text",
        "div",
        "contained",
    ]
)
JUNK = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5))
TYPES = st.sampled_from(["Patient", "Bundle", "Parameters", "Task", "ServiceRequest", "Binary", "Nonsense", ""])
PATHS = st.sampled_from(
    ["Patient", "Task", "", "$process-message", "$validate", "Task/$validate", "Patient/x/$validate"]
)


@pytest.fixture
def endpoint(make_client: Callable[..., Client]) -> Client:
    return make_client()


@PROFILE
@given(path=PATHS, type_=TYPES, body=st.dictionaries(KEYS, JUNK, max_size=6))
def test_any_json(endpoint: Client, path: str, type_: str, body: Json) -> None:
    answer = endpoint.post(path, body | {"resourceType": type_})
    assert answer.status_code < 500, (path, body, answer.text)
    assert answer.json()["resourceType"]


@PROFILE
@given(data=st.binary(max_size=200), path=PATHS, kind=st.sampled_from(["json", "xml"]))
def test_any_bytes(endpoint: Client, data: bytes, path: str, kind: str) -> None:
    answer = endpoint.post(path, data, headers={"content-type": f"application/fhir+{kind}"})
    assert answer.status_code in (400, 413, 422) or path.endswith("$validate")
    assert answer.json()["resourceType"] == "OperationOutcome"


@st.composite
def damaged(draw: st.DrawFn, message: Json) -> Json:
    """A referral message with one to three of its values replaced or taken away."""
    damaged_message = copy.deepcopy(message)
    for _ in range(draw(st.integers(1, 3))):
        place: Any = damaged_message
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            inner = place[key]
            if isinstance(inner, dict | list) and inner and draw(st.integers(0, 3)):
                place = inner
                continue
            if draw(st.booleans()):
                place[key] = draw(JUNK)
            else:
                del place[key]
            break
    return damaged_message


@PROFILE
@given(data=st.data())
def test_any_damaged_message(endpoint: Client, message: Json, data: st.DataObject) -> None:
    body = data.draw(damaged(message))
    answer = endpoint.post("$process-message", json.dumps(body).encode(), headers=FHIR_JSON)
    assert answer.status_code in (200, 400, 404, 409, 422), answer.text
    if answer.status_code == 200:
        assert resource(answer.json(), "Task")["status"]


@PROFILE
@given(data=st.data())
def test_any_damaged_v2_message(endpoint: Client, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(REF)))
    end = data.draw(st.integers(start, min(len(REF), start + 60)))
    broken = REF[:start] + data.draw(st.binary(max_size=10) | st.just(b"|") | st.just(b"\r")) + REF[end:]
    answer = endpoint.run(Gateway(endpoint.app.endpoint).handle(broken, Peer("127.0.0.1", 1)))
    if answer is None:
        assert b"ACK" in broken
    else:
        assert parse(answer).value("MSA-1") in ("AA", "AE", "AR")


@PROFILE
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]),
    path=st.text(alphabet=st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), max_size=30),
    accept=st.text(alphabet=st.characters(codec="ascii", min_codepoint=32, max_codepoint=126), max_size=30),
)
def test_any_path_and_header(endpoint: Client, method: str, path: str, accept: str) -> None:
    path = path.lstrip("/").replace("#", "").replace("\\", "")
    if ":" in path.split("/")[0] or ".." in path:
        return
    answer = endpoint.request(method, path, headers={"accept": accept.strip()})
    assert answer.status_code < 500, (method, path, accept, answer.text)
