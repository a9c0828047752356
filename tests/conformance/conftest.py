"""Our own endpoint on a real socket, behind the wrapper that can make it faulty."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .faulty import FaultyWrapper


@dataclass
class Served:
    """The FHIR base of a running endpoint and the switch for its faults."""

    base: str
    wrapper: FaultyWrapper


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Our endpoint, on a free port, with an empty database."""
    import uvicorn

    from vrfhir.server import create_app
    from vrfhir.server.settings import Settings

    database: Path = tmp_path_factory.mktemp("conformance") / "vrfhir.sqlite"
    wrapper = FaultyWrapper(create_app(Settings(database=database)))
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(wrapper, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "the endpoint did not start"
        assert time.monotonic() < deadline, "the endpoint did not start within 30 s"
        time.sleep(0.02)
    yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}/fhir", wrapper)
    server.should_exit = True
    thread.join(timeout=15)
    listener.close()
