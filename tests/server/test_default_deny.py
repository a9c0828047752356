"""Nobody gets in by default: loopback only without tokens, and nothing but ``/metadata`` without a valid one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError
from talking import Client, patient, rules

from vrfhir.errors import VrfhirError
from vrfhir.server import Settings
from vrfhir.server.routes import ROUTES
from vrfhir.server.settings import is_loopback


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org"])
def test_without_tokens_only_this_machine_is_served(host: str) -> None:
    with pytest.raises(VrfhirError) as caught:
        Settings(host=host).require_safe()
    assert caught.value.issues[0].id == "VR-SERVER-0001"
    Settings(host=host, tokens=[{"token": "t", "role": "owner"}]).require_safe()  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_is_known(host: str) -> None:
    assert is_loopback(host)
    Settings(host=host).require_safe()


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong", "Basic right", "bearer  ", "Bearer right right", "right"]
)
def test_every_route_but_metadata_needs_a_token(make_client: Callable[..., Client], authorization: str | None) -> None:
    client = make_client(tokens=[{"token": "right", "role": "owner"}])
    headers = {"authorization": authorization} if authorization is not None else {}
    for route in ROUTES:
        words = {"type": "Patient", "id": "1", "vid": "1"}
        path = "/".join(words.get(segment, segment) for segment in route.path)
        answer = client.request(route.method, path, headers=headers)
        if route.name == "capabilities":
            assert answer.status_code == 200
        else:
            assert (answer.status_code, rules(answer)) == (401, ["VR-HTTP-0401"]), route
            assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_valid_token_is_let_in(make_client: Callable[..., Client]) -> None:
    client = make_client(tokens=[{"token": "right", "role": "owner"}])
    assert client.post("Patient", patient(), headers={"authorization": "bearer right"}).status_code == 201


def test_tokens_do_not_show_in_settings() -> None:
    assert "right" not in repr(Settings(tokens=[{"token": "right", "role": "owner"}]))  # type: ignore[arg-type]


def test_settings_come_from_the_environment_and_are_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VRFHIR_PORT", "9000")
    monkeypatch.setenv("VRFHIR_PARTNERS", '{"GPSYS|A81001": "127.0.0.1:2576"}')
    monkeypatch.setenv("VRFHIR_TOKENS", '[{"token": "t", "role": "requester", "organisation": "A81001"}]')
    settings = Settings()
    assert settings.port == 9000
    assert settings.address_of("GPSYS|A81001") == ("127.0.0.1", 2576, False)
    assert settings.address_of("OTHER|A81001") is None
    assert settings.tokens[0].organisation == "A81001"
    with pytest.raises(ValidationError):
        settings.port = 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 70000},
        {"partners": {"a": "nohost"}},
        {"partners": {"a": "h:0"}},
        {"partners": {"a": "ftp://h:1"}},
        {"colour": "red"},
        {"max_depth": 0},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)  # type: ignore[arg-type]


def test_a_partner_is_found_by_facility_alone() -> None:
    settings = Settings(partners={"A81001": "[::1]:2576"})
    assert settings.address_of("GPSYS|A81001") == ("::1", 2576, False)
    assert Settings(partners={"A81001": "mllps://h:1"}).address_of("X|A81001") == ("h", 1, True)


def test_how_a_sender_is_acknowledged_by_name_by_facility_or_as_any_other() -> None:
    settings = Settings(acknowledgement={"GPSYS|A81001": "stored", "A81001": "enhanced"})
    assert [settings.acknowledges(sender) for sender in ("GPSYS|A81001", "X|A81001", "X|Y")] == [
        "stored",
        "enhanced",
        "processed",
    ]
    assert Settings(acknowledgement={"*": "stored"}).acknowledges("X|Y") == "stored"
