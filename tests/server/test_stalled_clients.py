"""HTTP clients that stall: bodies and headers that never end, answers nobody reads, and the end of the endpoint meanwhile."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from served import Served
from talking import Client, rules

from vrfhir.cli.serve import running
from vrfhir.server import Settings, body, create_app, stalled

BODY = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 100\r\n\r\nMSH"
UNFINISHED = {
    "a message": BODY % (b"/hl7v2", b"application/hl7-v2+er7"),
    "a resource": BODY % (b"/fhir/Patient", b"application/fhir+json"),
    "a header": b"POST /hl7v2 HTTP/1.1\r\nHost: ",
    "nothing": b"",
}


def test_the_end_does_not_wait_for_those_who_stall(tmp_path: Path) -> None:
    served = Served(tmp_path / "a.sqlite", "--workers", "0")
    try:
        http = urlsplit(served.fhir)
        stalling = []
        for sent in UNFINISHED.values():
            stalling.append(socket.create_connection((http.hostname, http.port)))
            stalling[-1].sendall(sent)
        stalling.append(socket.create_connection(served.mllp))
        stalling[-1].sendall(b"\x0bMSH|^~\\&|half")
        time.sleep(0.3)
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(20) == 0
        for each in stalling:
            each.close()
    finally:
        served.kill()


@pytest.mark.parametrize(("path", "kind"), [("http://endpoint.test/hl7v2", "hl7-v2+er7"), ("Patient", "fhir+json")])
def test_a_body_has_so_long_and_no_longer(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str, kind: str
) -> None:
    monkeypatch.setattr(body, "_SECONDS", 0.2)

    async def never_ending() -> Any:
        yield b"MSH|"
        while True:
            await asyncio.sleep(0.02)
            yield b"x"

    response = client.post(path, never_ending(), headers={"content-type": f"application/{kind}"})
    assert (response.status_code, rules(response)) == (408, ["VR-HTTP-0408"])
    assert response.headers["connection"] == "close"


def test_what_does_not_move_is_closed(tmp_path: Path, validator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stalled, "_SECONDS", 0.3)

    async def story() -> None:
        app = create_app(Settings(database=tmp_path / "a.sqlite", port=0), validator=validator)
        async with running(app) as addresses:
            http = urlsplit(addresses["fhir"])
            for name in ("a header", "nothing"):
                reader, writer = await asyncio.open_connection(http.hostname, http.port)
                writer.write(UNFINISHED[name])
                assert await asyncio.wait_for(reader.read(), 5) == b""
                writer.close()
            reader, writer = await asyncio.open_connection(http.hostname, http.port)
            for _ in range(5):  # one that goes on asking is left alone
                writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b"\r\n"), 5)
                await asyncio.sleep(0.15)
                assert await reader.read(4096)
            writer.close()

    asyncio.run(story())


def test_an_answer_that_is_not_read_is_given_up(
    tmp_path: Path, validator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stalled, "_SECONDS", 0.3)

    async def story() -> None:
        app = create_app(Settings(database=tmp_path / "b.sqlite", port=0), validator=validator)
        app.add_api_route("/large", lambda: "x" * 30_000_000)
        async with running(app) as addresses:
            http = urlsplit(addresses["fhir"])
            deaf = socket.socket()
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect((http.hostname, http.port))
            deaf.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            await asyncio.sleep(2.5)
            deaf.settimeout(5)
            came = 0
            with suppress(ConnectionResetError):
                while part := deaf.recv(1_000_000):
                    came += len(part)
            assert 0 < came < 20_000_000
            deaf.close()

    asyncio.run(story())


@pytest.mark.parametrize(("path", "kind"), [("/hl7v2", "hl7-v2+er7"), ("/fhir/Patient", "fhir+json")])
def test_who_sends_too_much_is_told(tmp_path: Path, validator: Any, path: str, kind: str) -> None:
    async def endless() -> Any:
        for _ in range(400):
            yield b"x" * 50_000

    async def story() -> None:
        settings = Settings(database=tmp_path / "c.sqlite", port=0, max_body_bytes=1000, max_message_bytes=1000)
        app = create_app(settings, validator=validator)
        async with running(app) as addresses:
            base = addresses["fhir"].removesuffix("/fhir")
            async with httpx.AsyncClient(timeout=20) as client:
                response = await client.post(
                    base + path, content=endless(), headers={"content-type": f"application/{kind}"}
                )
        assert (response.status_code, rules(response)) == (413, ["VR-HTTP-0413"])

    asyncio.run(story())
