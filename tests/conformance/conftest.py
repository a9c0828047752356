"""Our own endpoint on a real socket, behind the wrapper that can make it faulty."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from vrfhir.conformance import Target, find_suite, load_suite, run_suite

from .faulty import FaultyWrapper


@dataclass
class Served:
    """The FHIR base of a running endpoint and the switch for its faults."""

    base: str
    wrapper: FaultyWrapper


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Our endpoint, on a free port, with what one run of the suite leaves behind: patients besides those of a test."""
    with serving(tmp_path_factory.mktemp("conformance")) as found:
        with Target(found.base) as target:
            run_suite(load_suite(find_suite("referral")), target)
        yield found


@pytest.fixture
def served_anew(tmp_path: Path) -> Iterator[Served]:
    """The same with an empty database: nothing of other runs, whose NHS numbers may come again (999 has a million)."""
    with serving(tmp_path) as found:
        yield found


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Our endpoint, its database in a folder."""
    import uvicorn

    from vrfhir.server import create_app
    from vrfhir.server.settings import Settings

    wrapper = FaultyWrapper(create_app(Settings(database=folder / "vrfhir.sqlite")))
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
