"""``vrfhir serve`` with TLS and mutual TLS, both directions; and python-hl7's client as a foreign sender."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from served import Served
from talking import Client

from vrfhir.cli import main
from vrfhir.hl7v2 import Message, acknowledge, parse
from vrfhir.transport import MllpListener, MllpSender, Peer
from vrfhir.transport.tls import calling, listening
from vrfhir.workflow import REFERRAL_STATUS_SYSTEM

REF = Path(__file__).parent / "data" / "ref-i12-driver.hl7"
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is not installed")


@pytest.fixture(autouse=True)
def undisturbed() -> Iterator[None]:
    """``vrfhir serve`` sets up logging and threads for a process of its own; here it shares one with other tests."""
    root, own, interval = logging.getLogger(), logging.getLogger("vrfhir"), sys.getswitchinterval()
    before = root.handlers, root.level, own.level
    yield
    root.handlers, root.level, own.level = before
    sys.setswitchinterval(interval)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for this machine, its key in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "certificate.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return both


@needs_openssl
def test_mutual_tls_both_ways(tmp_path: Path, certificate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    received: list[Message] = []

    async def partner(data: bytes, peer: Peer) -> bytes:
        assert peer.certificate
        received.append(parse(data))
        return acknowledge(received[-1], "AA", control_id="P1", now=datetime.now(UTC))

    async def story() -> None:
        tls = listening(certificate, None, certificate)
        async with MllpListener(partner, port=0, tls=tls) as listener:
            served = await asyncio.to_thread(
                Served,
                tmp_path / "tls.sqlite",
                *("--mllp-certificate", str(certificate), "--mllp-ca", str(certificate), "--workers", "0"),
                VRFHIR_PARTNERS=json.dumps({"A81001": f"mllps://127.0.0.1:{listener.port}"}),
            )
            try:
                await speak(served)
                async with asyncio.timeout(30):
                    while not received:  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
            finally:
                assert await asyncio.to_thread(served.stop) == 0

    async def speak(served: Served) -> None:
        secure, plain = ("{}://{}:{}".format(scheme, *served.mllp) for scheme in ("mllps", "mllp"))
        ours = ["--ca", str(certificate), "--certificate", str(certificate)]
        once = ["--retries", "0", "--timeout", "5"]
        for options, code in (
            (["--to", secure, *ours], 0),
            (["--to", secure, "--ca", str(certificate), *once], 2),
            (["--to", plain, *once], 2),
        ):
            assert await asyncio.to_thread(main, ["send", str(REF), *options]) == code
        async with httpx.AsyncClient(base_url=served.fhir) as fhir:
            task = (await fhir.get("Task")).json()["entry"][0]["resource"]
            milestone = {"coding": [{"system": REFERRAL_STATUS_SYSTEM, "code": "accepted"}]}
            moved = task | {"status": "accepted", "businessStatus": milestone}
            assert (await fhir.put(f"Task/{task['id']}", json=moved)).status_code == 200

    asyncio.run(story())
    assert received[0].type.code == "RRI"
    assert "1 accepted" in capsys.readouterr().err


@needs_openssl
@pytest.mark.parametrize(
    ("shown", "code", "rule"), [("LOCALHOST", "AA", "VR-V2-0521"), ("gp.example", "AR", "VR-GATEWAY-0006")]
)
def test_a_partner_speaks_only_with_its_own_certificate(
    make_client: Callable[..., Client], tmp_path: Path, certificate: Path, shown: str, code: str, rule: str
) -> None:
    """Over real mutual TLS: the name in the client certificate is compared with the partner file of MSH-3 and MSH-4."""
    path = tmp_path / "gp.toml"
    path.write_text(f'id = "gp"\n[endpoint]\nnames = ["GPSYS|A81001"]\ncertificates = ["{shown}"]\n', encoding="utf-8")
    client = make_client(
        mllp_port=0, mllp_certificate=certificate, mllp_ca=certificate, partner_files=(path,), workers=0
    )

    async def story() -> bytes:
        await client.app.services.start()
        port = client.app.services.mllp_port
        assert port is not None
        tls = calling(certificate, None, certificate)
        async with MllpSender("127.0.0.1", port, tls=tls, timeout=60) as sender:
            return await sender.send(REF.read_bytes())

    said = parse(client.run(story()))
    assert (said.value("MSA-1"), said.value("ERR-5") or "") == (code, rule)


@needs_openssl
def test_contexts_ask_for_what_they_should(certificate: Path) -> None:
    import ssl

    assert listening(certificate).verify_mode is ssl.CERT_NONE
    assert listening(certificate, None, certificate).verify_mode is ssl.CERT_REQUIRED
    outgoing = calling(certificate, None, certificate)
    assert (outgoing.verify_mode, outgoing.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert outgoing.minimum_version == ssl.TLSVersion.TLSv1_2


def test_a_file_that_is_no_certificate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    for option in (["--mllp-certificate", str(wrong)], ["--mllp-certificate", str(tmp_path / "missing.pem")]):
        database = ["--database", str(tmp_path / "x.sqlite"), "--port", "0"]
        assert main(["serve", "--mllp-port", "0", *database, *option]) == 2
        err = capsys.readouterr().err
        assert "VR-TRANSPORT-0001" in err
        assert str(tmp_path) not in err


def test_a_certificate_without_its_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alone = tmp_path / "alone.pem"
    alone.write_text("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
    database = ["--database", str(tmp_path / "x.sqlite"), "--port", "0"]
    assert main(["serve", "--mllp-port", "0", *database, "--mllp-certificate", str(alone)]) == 2
    assert "it holds no private key" in capsys.readouterr().err


def test_a_ca_without_a_certificate_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--mllp-port", "0", "--database", str(tmp_path / "x"), "--mllp-ca", "ca.pem"]) == 2
    assert "VR-SERVER-0003" in capsys.readouterr().err


def test_the_client_of_python_hl7_is_served(tmp_path: Path) -> None:
    """A foreign sender: python-hl7's blocking MLLP client, several messages on one connection."""
    client = pytest.importorskip("hl7.client", reason="python-hl7 is not installed")
    hl7 = pytest.importorskip("hl7")
    served = Served(tmp_path / "foreign.sqlite", "--workers", "1")
    try:
        with client.MLLPClient(*served.mllp) as connection:
            for number, code in ((1, "AA"), (2, "AA"), (1, "AA")):
                data = REF.read_bytes().replace(b"MSG00001", b"PY%d" % number)
                data = data.replace(b"REF-2026-0001", b"PYREF%d" % number)
                answer = hl7.parse(connection.send_message(data).strip(b"\x0b\x1c\r").decode())
                assert (str(answer["MSA.F1"]), str(answer["MSA.F2"])) == (code, f"PY{number}")
        tasks = httpx.get(served.fhir + "Task?_summary=count").json()["total"]
    finally:
        assert served.stop() == 0
    assert tasks == 2
