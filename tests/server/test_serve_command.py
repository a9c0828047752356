"""``vrfhir serve``: starts, says where it is, stops cleanly, and says clearly why it cannot start."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from served import Served
from talking import FHIR_JSON, patient

from vrfhir.transport import send

REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes()


def run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-m", "vrfhir", "serve", *options],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | environment,
        check=False,
    )


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    yield listener
    listener.close()


@pytest.mark.parametrize("option", ["--port", "--mllp-port"])
def test_a_port_in_use_is_a_clear_error(tmp_path: Path, taken: socket.socket, option: str) -> None:
    port = str(taken.getsockname()[1])
    other = ["--port", "0"] if option == "--mllp-port" else []
    ended = run("--database", str(tmp_path / "s.sqlite"), option, port, *other)
    assert ended.returncode == 2
    assert port in ended.stderr
    assert option in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("options", "environment", "rule"),
    [
        (["--host", "0.0.0.0"], {}, "VR-SERVER-0001"),
        (["--partner", "nonsense"], {}, "VR-SERVER-0003"),
        (["--partner", "A=nohost"], {}, "VR-SERVER-0003"),
        (["--port", "70000"], {}, "VR-SERVER-0003"),
        (["--mllp-port", "0", "--mllp-ca", "ca.pem"], {}, "wrong: mllp_key and mllp_ca need an mllp_certificate."),
        (["--partner", "A|B=nowhere"], {}, "wrong: the address of partner A|B is not host:port"),
        ([], {"VRFHIR_TOKENS": "not json"}, "VR-SERVER-0003"),
        ([], {"VRFHIR_TOKENS": '[{"token": "SECRET-77", "role": "king"}]'}, "VR-SERVER-0003"),
        (["--database", "/nonexistent/folder/s.sqlite"], {}, "VR-STORE-0002"),
    ],
)
def test_what_cannot_start_says_why(tmp_path: Path, options: list[str], environment: dict[str, str], rule: str) -> None:
    database = [] if "--database" in options else ["--database", str(tmp_path / "s.sqlite")]
    ended = run("--port", "0", *database, *options, **environment)
    assert ended.returncode == 2, ended.stderr
    assert rule in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "SECRET" not in ended.stderr


def test_it_serves_stops_cleanly_and_logs_no_patient(tmp_path: Path) -> None:
    log = tmp_path / "serve.log"
    markers = [
        "Mrkrfamily",
        "9990548609",
        "MrkrStreet",
        "mrkrquery",
        "MrkrError",
        "Driver",
        "Example Haulage",
        "MrkrId",
    ]
    served = Served(tmp_path / "s.sqlite", log=log)
    with httpx.Client(base_url=served.fhir) as client:
        root = served.fhir.removesuffix("/fhir/")
        assert client.get(f"{root}/health").json()["status"] == "pass"
        assert client.get(f"{root}/").json()["fhir"] == "/fhir"
        assert client.get("metadata").status_code == 200
        body = patient(
            name=[{"family": "Mrkrfamily"}],
            address=[{"line": ["MrkrStreet"]}],
            identifier=[{"system": "https://gp.example/id/patient", "value": "MrkrNumber"}],
        )
        assert client.post("Patient", content=json.dumps(body), headers=FHIR_JSON).status_code == 201
        assert client.get("Patient?family=mrkrquery&identifier=9990548609").status_code == 200
        assert client.get("Patient?mrkrquery=9990548609").status_code == 400
        assert client.get("Patient/MrkrId").status_code == 404
        assert client.request("MRKRQUERY", "Patient/9990548609").status_code in (400, 405)
        bad = json.dumps(body | {"gender": "MrkrError", "MrkrError": 1})
        assert client.post("Patient", content=bad, headers=FHIR_JSON).status_code == 422
        assert client.post("Patient", content=b'{"MrkrError', headers=FHIR_JSON).status_code == 400
    for data in (REF, REF.replace(b"9990548609", b"9990548608"), b"MrkrError|nonsense", REF[:150]):
        asyncio.run(send(*served.mllp, data, timeout=20))
    assert served.stop() == 0
    text = log.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert {line["event"] for line in lines} >= {"request", "message"}
    assert all({"at", "level", "event"} <= line.keys() for line in lines)
    assert [line["outcome"] for line in lines if line["event"] == "message"] == [
        "accepted",
        "quarantined",
        "quarantined",
        "quarantined",
    ]
    for marker in markers:
        assert marker.lower() not in text.lower(), marker
