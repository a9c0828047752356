"""TLS and mutual TLS under MLLP, with certificates made on the spot."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from vrfhir.errors import TransportError
from vrfhir.issues import Issue
from vrfhir.transport import MllpListener, Peer, send

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is not installed")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for localhost and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    subprocess.run(
        [*command.split(), "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    return certificate, key


async def echo(data: bytes, peer: Peer) -> bytes:
    subject = peer.certificate["subject"][0][0][1] if peer.certificate else "nobody"
    return data + subject.encode()


async def test_mutual_tls(certificate: tuple[Path, Path]) -> None:
    inside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificate[0]))
    inside.load_cert_chain(*certificate)
    inside.verify_mode = ssl.CERT_REQUIRED
    outside = ssl.create_default_context(cafile=str(certificate[0]))
    stranger = ssl.create_default_context(cafile=str(certificate[0]))
    outside.load_cert_chain(*certificate)
    async with MllpListener(echo, host="localhost", port=0, tls=inside) as listener:
        assert await send("localhost", listener.port, b"MSH|by ", tls=outside, timeout=5) == b"MSH|by localhost"
        with pytest.raises(TransportError) as caught:
            await send("localhost", listener.port, b"MSH|", tls=stranger, timeout=5)
        assert caught.value.issues[0].id in ("VR-V2-0907", "VR-V2-0912")


async def test_a_certificate_that_is_not_trusted(certificate: tuple[Path, Path]) -> None:
    inside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    inside.load_cert_chain(*certificate)
    async with MllpListener(echo, host="localhost", port=0, tls=inside) as listener:
        with pytest.raises(TransportError) as caught:
            await send("localhost", listener.port, b"MSH|", tls=ssl.create_default_context(), timeout=5)
    assert caught.value.issues[0].id == "VR-V2-0912"


@pytest.mark.parametrize("says", [b"", b"\x16\x03\x01\x40", b"\x0bMSH|^~\\&|in clear\x1c\r"])
async def test_a_stalled_handshake_holds_up_neither_others_nor_the_end(
    certificate: tuple[Path, Path], says: bytes
) -> None:
    inside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    inside.load_cert_chain(*certificate)
    outside = ssl.create_default_context(cafile=str(certificate[0]))
    listener = MllpListener(echo, host="localhost", port=0, tls=inside, max_connections=1)
    await listener.start()
    reader, writer = await asyncio.open_connection("localhost", listener.port)
    writer.write(says)
    await asyncio.sleep(0.1)
    assert await send("localhost", listener.port, b"MSH|by ", tls=outside, timeout=5) == b"MSH|by nobody"
    begun = time.monotonic()
    await listener.stop()
    assert time.monotonic() - begun < 3
    writer.close()
    assert b"in clear" not in await reader.read()


async def test_a_handshake_has_so_long_and_no_longer(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vrfhir.transport.listener._HANDSHAKE_SECONDS", 0.2)
    inside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    inside.load_cert_chain(*certificate)
    async with MllpListener(echo, host="localhost", port=0, tls=inside) as listener:
        reader, writer = await asyncio.open_connection("localhost", listener.port)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


@pytest.mark.parametrize(("shows", "reason"), [("nothing", "PEER_DID_NOT_RETURN_A_CERTIFICATE"), ("no TLS", "")])
async def test_a_handshake_that_fails_is_told(certificate: tuple[Path, Path], shows: str, reason: str) -> None:
    """Without it an operator would see nothing of a partner that cannot get in."""
    heard: asyncio.Queue[Issue] = asyncio.Queue()
    inside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificate[0]))
    inside.verify_mode = ssl.CERT_REQUIRED
    inside.load_cert_chain(*certificate)
    outside = ssl.create_default_context(cafile=str(certificate[0])) if shows == "nothing" else None
    async with MllpListener(echo, port=0, tls=inside, on_issue=lambda issue, _: heard.put_nowait(issue)) as listener:
        with pytest.raises(TransportError):
            await send("localhost", listener.port, b"MSH|^~\\&|A\r", tls=outside, timeout=5)
        async with asyncio.timeout(5):
            issue = await heard.get()
    assert (issue.id, heard.empty()) == ("VR-V2-0920", True)
    assert reason in issue.text
