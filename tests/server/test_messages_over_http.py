"""HL7 v2 over HTTP: the same door as MLLP, with the rules of HTTP around it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from talking import Client, rules

from vrfhir.hl7v2 import parse
from vrfhir.server import Grant

REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes()
ER7 = "application/hl7-v2+er7"
URL = "http://endpoint.test/hl7v2"


def post(client: Client, content: bytes, type_: str = ER7, **headers: str) -> httpx.Response:
    return client.post(URL, content, headers={"content-type": type_, **headers})


@pytest.mark.parametrize("type_", [ER7, "application/hl7-v2; charset=utf-8", "x-application/hl7-v2+er7"])
def test_a_message_is_answered_in_kind(client: Client, type_: str) -> None:
    response = post(client, REF, type_)
    assert (response.status_code, response.headers["content-type"]) == (200, ER7)
    assert parse(response.content).value("MSA-1") == "AA"
    assert post(client, REF, type_).content == response.content
    assert client.get("Task?_summary=count").json()["total"] == 1


def test_it_is_the_same_message_over_either_door(client: Client) -> None:
    from vrfhir.transport import Peer

    over_mllp = client.run(client.app.services.gateway.handle(REF, Peer("127.0.0.1", 1)))
    assert post(client, REF).content == over_mllp


def test_a_refused_message_is_a_success_of_the_transport(client: Client) -> None:
    response = post(client, REF.replace(b"9990548609", b"9990548608"))
    assert response.status_code == 200
    assert parse(response.content).value("MSA-1") == "AE"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_is_not_posted_is_told_what_to_do(client: Client, method: str) -> None:
    response = client.request(method, URL)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert rules(response) == ["VR-HTTP-0405"]


def test_no_answer_due_is_said_by_the_status(client: Client) -> None:
    response = post(client, b"MSH|^~\\&|A|B|C|D|20261120||ACK|7|P|2.5.1\rMSA|AA|1\r")
    assert (response.status_code, response.content) == (202, b"")


@pytest.mark.parametrize(
    ("content", "type_", "headers", "status", "rule"),
    [
        (REF, "text/plain", {}, 415, "VR-HTTP-0415"),
        (REF, "application/fhir+json", {}, 415, "VR-HTTP-0415"),
        (REF, ER7, {"content-encoding": "gzip"}, 415, "VR-HTTP-0415"),
        (REF + b"NTE|" + b"x" * 3000, ER7, {}, 413, "VR-HTTP-0413"),
    ],
)
def test_refusals(
    make_client: Callable[..., Client], content: bytes, type_: str, headers: dict[str, str], status: int, rule: str
) -> None:
    client = make_client(max_message_bytes=2000)
    response = post(client, content, type_, **headers)
    assert (response.status_code, rules(response)) == (status, [rule])
    assert client.app.endpoint.store.inbox("accepted") == []


NAMED = REF.replace(b"Driver^John", "Driver^Zo\u00eb".encode("iso8859-15"))
EURO = REF.replace(b"Driver^John", "Driver^\u20acva".encode("iso8859-15"))
assert NAMED != REF != EURO


def with_charset(data: bytes, charset: str) -> bytes:
    return data.replace(b"UNICODE UTF-8", charset.encode(), 1)


@pytest.mark.parametrize(
    ("data", "type_", "given"),
    [
        (with_charset(EURO, ""), f"{ER7}; charset=ISO-8859-15", "\u20acva"),
        (with_charset(EURO, ""), f'{ER7}; version=2.5.1; CHARSET="iso-8859-15"', "\u20acva"),
        (with_charset(EURO, "8859/15"), f"{ER7};charset=iso-8859-15", "\u20acva"),
        (with_charset(NAMED, "8859/1"), f"{ER7}; charset=iso-8859-15", "Zo\u00eb"),  # reads the same in both
        (with_charset(NAMED, "8859/1"), f"{ER7}; charset=utf-8", "Zo\u00eb"),  # which it cannot be in
        (with_charset(REF, "8859/1"), f"{ER7}; charset=utf-8", "John"),
        (with_charset(REF, ""), f"{ER7}; charset=us-ascii", "John"),
    ],
)
def test_the_charset_of_the_content_type_holds_where_the_message_names_none(
    client: Client, data: bytes, type_: str, given: str
) -> None:
    response = post(client, data, type_)
    assert parse(response.content).value("MSA-1") == "AA", response.text
    (entry,) = client.get("Patient").json()["entry"]
    assert given in entry["resource"]["name"][0]["given"]
    (row,) = client.app.endpoint.store.inbox("accepted")
    assert row.content == data


@pytest.mark.parametrize(
    ("data", "charset", "status", "rule"),
    [
        (with_charset(EURO, "8859/1"), "iso-8859-15", 400, "VR-GATEWAY-0010"),
        (REF.replace(b"John", "Zo\u00eb".encode()), "iso-8859-1", 400, "VR-GATEWAY-0010"),
        (
            b"BHS|^~\\&|GPSYS|A81001\r" + with_charset(EURO, "8859/1") + b"BTS|1\r",
            "iso-8859-15",
            400,
            "VR-GATEWAY-0010",
        ),
        (REF, "klingon", 415, "VR-HTTP-0415"),
        (REF, "ebcdic-cp-be", 415, "VR-HTTP-0415"),
    ],
)
def test_a_charset_that_contradicts_or_is_not_known_is_refused(
    client: Client, data: bytes, charset: str, status: int, rule: str
) -> None:
    response = post(client, data, f"{ER7}; charset={charset}")
    assert (response.status_code, rules(response)) == (status, [rule])
    assert client.app.endpoint.store.inbox("accepted") == []


def test_the_charset_of_a_partner_file_counts_too(make_client: Callable[..., Client], tmp_path: Path) -> None:
    path = tmp_path / "gp.toml"
    path.write_text(
        'id = "gp"\n[message]\ncharset = "8859/1"\n[endpoint]\nnames = ["GPSYS|A81001"]\n', encoding="utf-8"
    )
    client = make_client(partner_files=(path,))
    refused = post(client, with_charset(EURO, ""), f"{ER7}; charset=iso-8859-15")
    assert (refused.status_code, rules(refused)) == (400, ["VR-GATEWAY-0010"])
    assert parse(post(client, with_charset(NAMED, ""), f"{ER7}; charset=iso-8859-15").content).value("MSA-1") == "AA"


def test_a_full_inbox_says_when_to_come_again(make_client: Callable[..., Client], monkeypatch: Any) -> None:
    client = make_client()
    monkeypatch.setattr(type(client.app.services.gateway), "is_full", True)
    response = post(client, REF)
    assert (response.status_code, rules(response)) == (503, ["VR-GATEWAY-0004"])
    assert response.headers["retry-after"] == "30"


def test_tokens(make_client: Callable[..., Client]) -> None:
    tokens = (Grant(token="requester-token", role="requester"), Grant(token="owner-token", role="owner"))
    client = make_client(tokens=tokens)
    assert post(client, REF).status_code == 401
    assert post(client, REF, authorization="Bearer owner-token").status_code == 403
    assert client.app.endpoint.store.inbox("accepted") == []
    assert post(client, REF, authorization="Bearer requester-token").status_code == 200


def test_health_shows_what_waits_and_what_failed(client: Client) -> None:
    post(client, REF)
    assert client.get("http://endpoint.test/health").json() == {
        "status": "pass",
        "outbox": {"pending": 0, "dead": 0},
        "inbox": {"received": 0, "failed": 0, "parked": 0, "processing": 0},
    }
