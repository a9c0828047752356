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
from vrfhir.transport.tls import calling, listening

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


_AUTHORITY = """[ca]
default_ca = own
[own]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = names
unique_subject = no
[any]
commonName = supplied
[names]
subjectAltName = DNS:localhost
"""
_VALID = {
    "expired": ("20200101000000Z", "20200201000000Z"),
    "not yet valid": ("20490101000000Z", "20490201000000Z"),
    "valid": ("20200101000000Z", "20490101000000Z"),
}


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority with certificates for localhost that are valid at different times; one key for all."""
    folder = tmp_path_factory.mktemp("dated")
    (folder / "index.txt").touch()
    (folder / "ca.cnf").write_text(_AUTHORITY.format(folder=folder), encoding="ascii")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    authority = ["-x509", *key, "-days", "2", "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem"]
    commands = [["req", *authority], ["req", *key, "-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "own.csr"]]
    signing = [
        "ca",
        "-batch",
        "-notext",
        "-config",
        "ca.cnf",
        "-keyfile",
        "ca.key",
        "-cert",
        "ca.pem",
        "-in",
        "own.csr",
    ]
    for name, (begin, end) in _VALID.items():
        commands.append([*signing, "-startdate", begin, "-enddate", end, "-out", f"{name}.pem"])
    for command in commands:
        subprocess.run(["openssl", *command], check=True, capture_output=True, cwd=folder)
    return folder


@pytest.mark.parametrize(("name", "reason"), [("expired", "has expired"), ("not yet valid", "is not yet valid")])
async def test_a_certificate_out_of_its_time_is_said_so_on_the_side_that_sees_it(
    dated: Path, name: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    key, authority = dated / "key.pem", dated / "ca.pem"
    good, bad = dated / "valid.pem", dated / f"{name}.pem"
    sound = calling(good, key, authority)
    async with MllpListener(echo, host="localhost", port=0, tls=listening(bad, key)) as listener:
        with pytest.raises(TransportError) as caught:
            await send("localhost", listener.port, b"MSH|", tls=sound, timeout=5)
    assert caught.value.issues[0].id == "VR-V2-0912"
    assert reason in caught.value.issues[0].text
    heard: list[Issue] = []
    inside = listening(good, key, authority)
    async with MllpListener(
        echo, host="localhost", port=0, tls=inside, on_issue=lambda issue, _: heard.append(issue)
    ) as listener:
        with pytest.raises(TransportError) as caught:
            await send("localhost", listener.port, b"MSH|", tls=calling(bad, key, authority), timeout=5)
        assert caught.value.issues[0].id in ("VR-V2-0907", "VR-V2-0912")
        assert await send("localhost", listener.port, b"MSH|by ", tls=sound, timeout=5) == b"MSH|by localhost"
    assert [issue.id for issue in heard] == ["VR-TRANSPORT-0007"]
    assert reason in heard[0].text
    assert "Traceback" not in caplog.text


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
