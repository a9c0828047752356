"""``vrfhir conform``: exit codes, outputs, refusals."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from lxml import etree

from vrfhir.cli import main

from .tiny import CAPABILITIES, PATIENT, assertion, operation, script_of, write_suite

READ = operation("read", resource="Patient", params="/p1")
GOOD = script_of([READ, assertion(response="okay")])
BAD = script_of([READ, assertion(response="gone")])


class _Tiny(BaseHTTPRequestHandler):
    """A FHIR base with one patient; wants the header X-Key for it."""

    def do_GET(self) -> None:
        known = {"/fhir/metadata": CAPABILITIES, "/fhir/Patient/p1": PATIENT}.get(self.path)
        allowed = self.path == "/fhir/metadata" or self.headers.get("X-Key") != "wrong"
        body = json.dumps(known or {"resourceType": "OperationOutcome"}).encode()
        self.send_response(200 if known and allowed else 403 if known else 404)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Tiny)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/fhir"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def suite(tmp_path: Path) -> str:
    return str(write_suite(tmp_path / "suite", {"good": GOOD, "bad": BAD}))


def test_a_failure_is_1_and_says_why(url: str, suite: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", url, "--suite", suite]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("FAIL            bad ")
    assert lines[1].startswith("pass            good ")
    assert "  expected: status: 410" in lines
    assert "  found:    200" in lines
    assert any(line.startswith("  again:    curl -sS -i -X GET http://127.0.0.1") for line in lines)
    assert lines[-1].startswith("suite on http://127.0.0.1")


def test_a_pass_is_0(url: str, suite: str) -> None:
    assert main(["conform", url, "--suite", suite, "--only", "good"]) == 0


def test_headers_go_with_every_request(url: str, suite: str) -> None:
    assert main(["conform", url, "--suite", suite, "--only", "good", "--header", "X-Key: wrong"]) == 1


def test_files_and_json(url: str, suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    junit, report = tmp_path / "junit.xml", tmp_path / "report.json"
    code = main(
        ["conform", url, "--suite", suite, "--json", "--junit", str(junit), "--report", str(report), "--run-id", "r1"]
    )
    assert code == 1
    assert json.loads(capsys.readouterr().out)["counts"]["fail"] == 1
    assert etree.parse(str(junit)).getroot().get("failures") == "1"
    assert [entry["resource"]["result"] for entry in json.loads(report.read_text())["entry"]] == ["fail", "pass"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--suite", "no-such-suite", "URL"], "There is no suite or folder"),
        (["--only", "no-such-script", "URL"], "no script of the suite"),
        ([], "the URL of the FHIR base is missing"),
        (["ftp://x.example"], "is no http or https URL"),
        (["--header", "novalue", "URL"], "--header needs NAME:VALUE"),
        (["--set", "novalue", "URL"], "--set needs NAME=VALUE"),
        (["--junit", "/no/such/folder/x.xml", "URL"], "cannot write"),
    ],
)
def test_what_cannot_be_run_is_2(
    arguments: list[str], words: str, url: str, suite: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [url if argument == "URL" else argument for argument in arguments]
    if "--suite" not in given:
        given += ["--suite", suite]
    assert main(["conform", *given]) == 2
    assert words in capsys.readouterr().err


def test_an_unreachable_system_is_2(suite: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", "http://127.0.0.1:9/fhir", "--suite", suite]) == 2
    assert "cannot be reached" in capsys.readouterr().out


def test_what_is_no_fhir_base_is_2(url: str, suite: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", url.removesuffix("/fhir"), "--suite", suite]) == 2
    assert "is no FHIR base" in capsys.readouterr().out


def test_a_broken_suite_is_2(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_suite(tmp_path / "broken", {"dangling": script_of([operation("read", targetId="nobody")])})
    assert main(["conform", url, "--suite", str(folder)]) == 2
    assert "There is no fixture or message “nobody”" in capsys.readouterr().out


def test_a_timeout_must_be_a_sensible_number(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["conform", url, "--timeout", "never"])
    assert raised.value.code == 2
    assert "is no number of seconds" in capsys.readouterr().err


def test_the_list_names_scripts_and_requirements(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", "--list"]) == 0
    assert "illegal-transition" in capsys.readouterr().out
    assert main(["conform", "--list", "--json", "--only", "VR-07"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [row["script"] for row in listed["scripts"]] == ["illegal-transition"]
