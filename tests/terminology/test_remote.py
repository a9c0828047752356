"""A terminology server beside the local definitions: what is asked, what answers mean, what happens when none comes."""

from __future__ import annotations

import json
import logging
import pickle
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from vrfhir import Validator
from vrfhir.definitions import Definitions
from vrfhir.errors import VrfhirError
from vrfhir.terminology import Membership, ServerSettings, TerminologyServer
from vrfhir.terminology.remote import RemoteTerminology
from vrfhir.terminology.remote_cache import AnswerCache
from vrfhir.terminology.remote_http import Breaker, Exchange

Json = dict[str, Any]

BASE = "https://terminology.example/fhir"
SNOMED = "http://snomed.info/sct"
OPEN_SET = "http://hl7.org/fhir/ValueSet/clinical-findings"
"""Defined by a filter over SNOMED CT: not to be decided locally."""
IN, OUT, UNKNOWN = Membership.IN, Membership.OUT, Membership.UNKNOWN


def parameters(**values: Any) -> Json:
    rows = [
        {"name": name.replace("_", "-"), ("valueBoolean" if isinstance(value, bool) else "valueString"): value}
        for name, value in values.items()
        if not isinstance(value, dict)
    ]
    rows += [{"name": name, "resource": value} for name, value in values.items() if isinstance(value, dict)]
    return {"resourceType": "Parameters", "parameter": rows}


def asked(request: httpx.Request) -> dict[str, Any]:
    rows = json.loads(request.content)["parameter"]
    return {row["name"]: next(value for key, value in row.items() if key != "name") for row in rows}


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=BASE, assert_all_called=False) as mock:
        yield mock


@pytest.fixture
def make() -> Callable[..., RemoteTerminology]:
    def make(**settings: Any) -> RemoteTerminology:
        given = {"retries": 0, "backoff": 0.0} | settings
        return TerminologyServer(ServerSettings(BASE, **given)).terminology(Definitions.default())

    return make


def test_the_value_set_is_not_decided_locally() -> None:
    assert Validator()._engine.terminology.member(OPEN_SET, SNOMED, "75367002") is UNKNOWN


@pytest.mark.parametrize(
    ("status", "answer", "meaning"),
    [
        (200, parameters(result=True), IN),
        (200, parameters(result=False, message="no"), OUT),
        (200, parameters(result=False, x_caused_by_unknown_system=SNOMED), UNKNOWN),
        (200, parameters(message="neither"), UNKNOWN),
        (200, {"resourceType": "OperationOutcome"}, UNKNOWN),
        (200, [], UNKNOWN),
        (404, {"resourceType": "OperationOutcome"}, UNKNOWN),
        (422, {"resourceType": "OperationOutcome"}, UNKNOWN),
        (302, {}, UNKNOWN),
        (
            200,
            parameters(
                result=False,
                issues={
                    "resourceType": "OperationOutcome",
                    "issue": [
                        {"severity": "error", "code": "not-found", "details": {"coding": [{"code": "not-found"}]}}
                    ],
                },
            ),
            UNKNOWN,
        ),
        (
            200,
            parameters(
                result=False,
                issues={
                    "resourceType": "OperationOutcome",
                    "issue": [
                        {"severity": "error", "code": "code-invalid", "details": {"coding": [{"code": "not-in-vs"}]}}
                    ],
                },
            ),
            OUT,
        ),
    ],
)
def test_what_an_answer_means(
    router: respx.MockRouter, make: Callable[..., RemoteTerminology], status: int, answer: Any, meaning: Membership
) -> None:
    router.post("/ValueSet/$validate-code").respond(status, json=answer)
    assert make().member(OPEN_SET, SNOMED, "75367002") is meaning


def test_what_is_asked_and_what_is_not(router: respx.MockRouter, make: Callable[..., RemoteTerminology]) -> None:
    route = router.post("/ValueSet/$validate-code").respond(json=parameters(result=True))
    terminology = make()
    assert terminology.member("http://hl7.org/fhir/ValueSet/administrative-gender", None, "fmale") is OUT
    assert terminology.member("#local", SNOMED, "1") is UNKNOWN
    assert not route.called
    assert terminology.member(OPEN_SET + "|4.0.1", SNOMED, "75367002") is IN
    assert asked(route.calls[0].request) == {
        "url": OPEN_SET,
        "valueSetVersion": "4.0.1",
        "code": "75367002",
        "system": SNOMED,
    }
    assert terminology.member(OPEN_SET, None, "75367002") is IN
    assert asked(route.calls[1].request)["inferSystem"] is True


def test_a_value_set_the_server_does_not_have_is_sent(
    router: respx.MockRouter, make: Callable[..., RemoteTerminology]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        given = asked(request)
        if "url" in given:
            return httpx.Response(404, json={"resourceType": "OperationOutcome"})
        assert given["valueSet"]["compose"]["include"][0]["system"] == SNOMED
        return httpx.Response(200, json=parameters(result=given["code"] == "75367002"))

    router.post("/ValueSet/$validate-code").mock(side_effect=answer)
    terminology = make()
    assert terminology.member(OPEN_SET, SNOMED, "75367002") is IN
    assert terminology.member(OPEN_SET, SNOMED, "1") is OUT


def test_codes_displays_and_expansions(router: respx.MockRouter, make: Callable[..., RemoteTerminology]) -> None:
    router.post("/CodeSystem/$validate-code").respond(json=parameters(result=True))
    designation = {"name": "designation", "part": [{"name": "value", "valueString": "BP"}]}
    found = parameters(display="Blood pressure")
    found["parameter"].append(designation)
    router.post("/CodeSystem/$lookup").respond(json=found)
    contains = [
        {"system": SNOMED, "code": "1"},
        {"system": SNOMED, "code": "2", "contains": [{"system": "x", "code": "3"}]},
    ]
    expand = router.post("/ValueSet/$expand").respond(
        json={"resourceType": "ValueSet", "expansion": {"total": 3, "contains": contains}}
    )
    terminology = make()
    assert terminology.code_in_system(SNOMED, "75367002") is IN
    assert terminology.displays(SNOMED, "75367002") == ("Blood pressure", "BP")
    assert terminology.expansion(OPEN_SET) == {SNOMED: ["1", "2"], "x": ["3"]}
    expand.respond(json={"resourceType": "ValueSet", "expansion": {"total": 9, "contains": contains}})
    assert make().expansion(OPEN_SET) is None  # not whole: no list


def test_a_validator_turns_cannot_tell_into_an_answer(router: respx.MockRouter) -> None:
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": SNOMED, "code": "75367002", "display": "Blood presure"}]},
    }
    assert Validator().validate(resource).issues == []
    router.post("/CodeSystem/$validate-code").respond(json=parameters(result=True))
    router.post("/CodeSystem/$lookup").respond(json=parameters(display="Blood pressure"))
    server = TerminologyServer(ServerSettings(BASE))
    issues = Validator(terminology=server).validate(resource).issues
    assert [issue.id for issue in issues] == ["Display_Name_for__should_be_one_of__instead_of"]
    router.post("/CodeSystem/$validate-code").respond(json=parameters(result=False))
    issues = Validator(terminology=TerminologyServer(ServerSettings(BASE))).validate(resource).issues
    assert [issue.id for issue in issues] == ["Unknown_Code_in_Version"]


# When no answer comes


def exchange(handler: Callable[[httpx.Request], httpx.Response], **settings: Any) -> tuple[Exchange, list[float]]:
    pauses: list[float] = []
    transport = httpx.MockTransport(handler)
    return Exchange(ServerSettings(BASE, **settings), transport=transport, sleep=pauses.append), pauses


def test_failures_that_pass_are_tried_again_with_growing_pauses() -> None:
    answers = iter(
        [httpx.Response(503), httpx.Response(429, headers={"retry-after": "2"}), httpx.Response(200, json={})]
    )
    client, pauses = exchange(lambda _: next(answers), retries=2, backoff=0.5)
    assert client.post("ValueSet/$expand", {}).status == 200
    assert 0.5 <= pauses[0] <= 1.0
    assert pauses[1] == 2.0
    answers = iter([httpx.Response(429, headers={"retry-after": "86400"}), httpx.Response(200, json={})])
    client, pauses = exchange(lambda _: next(answers), retries=1)
    client.post("ValueSet/$expand", {})
    assert pauses == [5.0]


@pytest.mark.parametrize(
    "fault",
    [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x"), httpx.ConnectTimeout("x")],
)
def test_no_answer_is_cannot_tell_and_opens_the_circuit(fault: Exception) -> None:
    calls = []

    def fail(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        raise fault

    settings = ServerSettings(BASE, retries=1, backoff=0.0, failures_to_open=2)
    server = TerminologyServer(settings, transport=httpx.MockTransport(fail))
    terminology = server.terminology(Definitions.default())
    codes = [str(number) for number in range(10)]
    assert [terminology.code_in_system(SNOMED, each) for each in codes] == [UNKNOWN] * 10
    assert len(calls) == 4  # two questions, each tried twice; then nobody is bothered
    assert server.undecided == 10


def test_the_circuit_lets_one_try_after_a_while() -> None:
    now = [0.0]
    breaker = Breaker(2, 30.0, clock=lambda: now[0])
    breaker.failed()
    assert breaker.admits()
    breaker.failed()
    assert not breaker.admits()
    now[0] = 31.0
    assert breaker.admits()
    assert not breaker.admits()  # the others wait for what that one finds
    breaker.succeeded()
    assert breaker.admits()


def test_what_was_not_answered_is_asked_again_later() -> None:
    answers = iter([httpx.Response(500), httpx.Response(200, json=parameters(result=True))])
    server = TerminologyServer(ServerSettings(BASE, retries=0), transport=httpx.MockTransport(lambda _: next(answers)))
    terminology = server.terminology(Definitions.default())
    assert terminology.code_in_system(SNOMED, "1") is UNKNOWN
    assert terminology.code_in_system(SNOMED, "1") is IN


def test_a_validator_asks_again_what_was_not_answered() -> None:
    answers = iter([httpx.Response(500), httpx.Response(200, json=parameters(result=False))])
    server = TerminologyServer(ServerSettings(BASE, retries=0), transport=httpx.MockTransport(lambda _: next(answers)))
    validator = Validator(terminology=server)
    coding = {"system": SNOMED, "code": "1"}
    observation = {"resourceType": "Observation", "status": "final", "code": {"coding": [coding]}}
    assert validator.validate(observation).issues == []
    assert [issue.id for issue in validator.validate(observation).issues] == ["Unknown_Code_in_Version"]


def test_an_answer_too_large_is_none() -> None:
    server = TerminologyServer(
        ServerSettings(BASE, retries=0, max_answer_bytes=1_000),
        transport=httpx.MockTransport(lambda _: httpx.Response(200, content=b" " * 100_000)),
    )
    assert server.terminology(Definitions.default()).code_in_system(SNOMED, "1") is UNKNOWN


# Credentials


TOKEN = "https://login.example/token"
SECRET = "not-to-be-seen-anywhere"


def secured(
    handler: Callable[[httpx.Request], httpx.Response], **more: Any
) -> tuple[TerminologyServer, RemoteTerminology]:
    settings = ServerSettings(
        BASE, token_url=TOKEN, client_id="vr", client_secret=SECRET, scope="terminology", backoff=0.0, **more
    )
    server = TerminologyServer(settings, transport=httpx.MockTransport(handler))
    return server, server.terminology(Definitions.default())


def test_a_token_is_fetched_once_and_again_when_it_is_refused() -> None:
    tokens: list[httpx.Request] = []
    good = ["first"]

    def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url) == TOKEN:
            tokens.append(request)
            return httpx.Response(200, json={"access_token": ["first", "second"][len(tokens) - 1], "expires_in": 3600})
        if request.headers["authorization"] != f"Bearer {good[0]}":
            return httpx.Response(401)
        return httpx.Response(200, json=parameters(result=True))

    _, terminology = secured(answer)
    assert [terminology.code_in_system(SNOMED, str(n)) for n in range(3)] == [IN] * 3
    assert len(tokens) == 1
    assert httpx.BasicAuth("vr", SECRET)._auth_header == tokens[0].headers["authorization"]
    assert tokens[0].content == b"grant_type=client_credentials&scope=terminology"
    good[0] = "second"
    assert terminology.code_in_system(SNOMED, "9") is IN
    assert len(tokens) == 2


def test_a_token_is_renewed_before_it_ends() -> None:
    from vrfhir.terminology.remote_token import TokenSource

    now, count = [0.0], [0]

    def answer(_: httpx.Request) -> httpx.Response:
        count[0] += 1
        return httpx.Response(200, json={"access_token": f"t{count[0]}", "expires_in": 100})

    settings = ServerSettings(BASE, token_url=TOKEN, client_id="vr", client_secret=SECRET)
    source = TokenSource(settings, httpx.Client(transport=httpx.MockTransport(answer)), clock=lambda: now[0])
    assert [source.token(), source.token()] == ["t1", "t1"]
    now[0] = 71.0
    assert source.token() == "t2"


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(400, json={"error": SECRET}),
        httpx.Response(200, json={"token_type": "bearer"}),
        httpx.Response(200, content=b"no json"),
        httpx.Response(200, json={"access_token": "a\nb"}),
    ],
)
def test_a_secret_is_in_no_message(caplog: pytest.LogCaptureFixture, response: httpx.Response) -> None:
    caplog.set_level(logging.DEBUG, "vrfhir")
    server, terminology = secured(lambda _: response, retries=0)
    assert terminology.code_in_system(SNOMED, "1") is UNKNOWN
    assert "terminology server" in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in repr(server.settings)


def test_secrets_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    given = {
        "VRFHIR_TERMINOLOGY_TOKEN_URL": TOKEN,
        "VRFHIR_TERMINOLOGY_CLIENT_ID": "vr",
        "VRFHIR_TERMINOLOGY_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
    }
    settings = ServerSettings.from_environment(BASE + "/", environment=given)
    assert (settings.url, settings.client_secret) == (BASE, SECRET)
    assert pickle.loads(pickle.dumps(settings)) == settings  # it travels to processes
    with pytest.raises(VrfhirError, match="SECRET_FILE"):
        ServerSettings.from_environment(BASE, environment=given | {"VRFHIR_TERMINOLOGY_CLIENT_SECRET_FILE": "/no/file"})


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("ftp://x.example", {}),
        ("terminology.example", {}),
        ("https://user:word@terminology.example", {}),
        ("https://terminology.example/fhir?x=1", {}),
        ("https://[", {}),
        (BASE, {"token_url": TOKEN}),
        (BASE, {"token_url": TOKEN, "client_id": "vr"}),
        ("http://terminology.example", {"token_url": TOKEN, "client_id": "vr", "client_secret": SECRET}),
        (BASE, {"token_url": "http://login.example", "client_id": "vr", "client_secret": SECRET}),
    ],
)
def test_addresses_that_cannot_be_used(url: str, more: Json) -> None:
    with pytest.raises(VrfhirError) as refused:
        ServerSettings(url, **more)
    assert refused.value.issues[0].id == "VR-TX-0001"
    assert SECRET not in str(refused.value)
    assert "word" not in str(refused.value)


# What is kept


def test_answers_are_kept_on_disk(
    router: respx.MockRouter, make: Callable[..., RemoteTerminology], tmp_path: Path
) -> None:
    route = router.post("/CodeSystem/$validate-code").respond(json=parameters(result=True))
    first = make(cache=tmp_path / "sub" / "tx.sqlite")
    assert first.code_in_system(SNOMED, "1") is IN
    first.server.close()
    assert make(cache=tmp_path / "sub" / "tx.sqlite").code_in_system(SNOMED, "1") is IN
    assert route.call_count == 1
    assert (tmp_path / "sub" / "tx.sqlite").stat().st_mode & 0o077 == 0


def test_answers_grow_old_and_are_not_too_many(tmp_path: Path) -> None:
    now = [1000.0]
    cache = AnswerCache(tmp_path / "tx.sqlite", 100.0, 5, clock=lambda: now[0])
    for number in range(9):
        now[0] += 1
        cache.put(f"k{number}", 200, b"x")
    assert [number for number in range(9) if cache.get(f"k{number}")] == [4, 5, 6, 7, 8]
    now[0] += 101
    assert cache.get("k8") is None
    cache.put("refused", 503, b"")
    assert cache.get("refused") is None
    cache.put("unknown", 404, b"x")
    assert cache.get("unknown") == (404, b"")


def test_a_damaged_cache_is_done_without(
    router: respx.MockRouter, make: Callable[..., RemoteTerminology], tmp_path: Path
) -> None:
    router.post("/CodeSystem/$validate-code").respond(json=parameters(result=True))
    (tmp_path / "tx.sqlite").write_bytes(b"no database" * 1000)
    assert make(cache=tmp_path / "tx.sqlite").code_in_system(SNOMED, "1") is IN
    assert make(cache=Path("/proc/nowhere/tx.sqlite")).code_in_system(SNOMED, "1") is IN


def test_threads_share_a_server(
    router: respx.MockRouter, make: Callable[..., RemoteTerminology], tmp_path: Path
) -> None:
    router.post("/CodeSystem/$validate-code").mock(
        side_effect=lambda request: httpx.Response(200, json=parameters(result=asked(request)["code"] < "5"))
    )
    terminology = make(cache=tmp_path / "tx.sqlite")
    found: list[list[Membership]] = []

    def work() -> None:
        found.append([terminology.code_in_system(SNOMED, str(number)) for number in range(10)])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [[IN] * 5 + [OUT] * 5] * 8
