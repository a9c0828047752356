"""An endpoint in this process, spoken to over ASGI; and referral messages to send it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from talking import Client

from vrfhir.server import Settings, create_app
from vrfhir.validation import Validator

Json = dict[str, Any]


@pytest.fixture(scope="session")
def validator() -> Validator:
    """One validator for all endpoints of the session: its compiled profiles are what costs."""
    return Validator()


@pytest.fixture
def make_client(tmp_path: Path, validator: Validator) -> Iterator[Callable[..., Client]]:
    """Makes endpoints with given settings; closed at the end."""
    clients: list[Client] = []

    def make(**settings: Any) -> Client:
        path = settings.pop("database", tmp_path / "endpoint.sqlite")
        client = Client(create_app(Settings(database=path, **settings), validator=validator))
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    """An endpoint with an empty store and no tokens."""
    return make_client()


@pytest.fixture(scope="session")
def referral(root: Path) -> Json:
    """A whole referral message, from the conformance suite's fixtures, its variables filled in."""
    text = (root / "conformance/referral/fixtures/referral-message.json").read_text(encoding="utf-8")
    for number in range(1, 30):
        text = text.replace(f"${{vrfhir-uuid-{number}}}", f"0000000{number % 10}-0000-4000-8000-0000000000{number:02d}")
    text = text.replace("${vrfhir-now}", "2026-11-20T09:30:00Z").replace("${vrfhir-today}", "2026-11-20")
    text = text.replace("${vrfhir-nhs-number-1}", "9990548609")
    text = text.replace("${vrfhir-run-id}", "run").replace("${vrfhir-script}", "script")
    assert "${" not in text, text[text.index("${") :][:60]
    return json.loads(text)


@pytest.fixture
def message(referral: Json) -> Json:
    """A referral message that a test may change."""
    return copy.deepcopy(referral)
