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
def referral() -> Json:
    """A whole referral message: a fictional driver with back pain, from his GP practice to a VR service."""
    path = Path(__file__).parent / "data" / "referral-message.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture
def message(referral: Json) -> Json:
    """A referral message that a test may change."""
    return copy.deepcopy(referral)
