"""The RRI that answers a referral, the partner file, and the command line."""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mapped_messages import DRIVER, WRONG, only

from vrfhir.cli import main
from vrfhir.errors import DefinitionError
from vrfhir.hl7v2 import parse
from vrfhir.mappers import Partner, referral_response, to_fhir

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
STATUS = "https://vrfhir.org/fhir/CodeSystem/vr-referral-status"


def answer(original: bytes, **task: Any) -> bytes:
    return referral_response(original=original, task=task, service_request={}, control_id="ANS1", now=NOW)


def test_the_answer_echoes_the_referral_and_says_what_was_decided() -> None:
    original = DRIVER.read_bytes()
    data = answer(
        original,
        status="rejected",
        businessStatus={"coding": [{"system": STATUS, "code": "declined"}]},
        statusReason={"text": "Outside the area | ask Northshire"},
        note=[{"text": "Call us."}, {"text": "Outside the area | ask Northshire"}],
    )
    rri, ref = parse(data), parse(original)
    assert str(rri.type) == "RRI^I12^RRI_I12"
    assert rri.version == ref.version
    assert [rri.value(f"MSH-{n}") for n in (3, 4, 5, 6)] == [ref.value(f"MSH-{n}") for n in (5, 6, 3, 4)]
    assert (rri.value("MSA-1"), rri.value("MSA-2")) == ("AA", ref.control_id)
    assert [rri.value(f"RF1-1.{n}") for n in (1, 3, 4)] == ["R", "HL70283", "declined"]
    assert rri.value("RF1-6.1") == ref.value("RF1-6.1")
    assert [segment.raw for segment in rri.all("PRD")] == [segment.raw for segment in ref.all("PRD")]
    assert rri.segment("PID").field(3) == ref.segment("PID").field(3)
    assert [segment.value(3) for segment in rri.all("NTE")] == ["Outside the area | ask Northshire", "Call us."]


@pytest.mark.parametrize("version", ["2.3", "2.3.1", "2.4", "2.5", "2.5.1"])
def test_the_answer_is_valid_by_an_independent_library(version: str) -> None:
    parser = pytest.importorskip("hl7apy.parser")
    consts = pytest.importorskip("hl7apy.consts")
    original = DRIVER.read_bytes().replace(b"|P|2.4|", f"|P|{version}|".encode())
    text = answer(original, status="accepted", lastModified="2026-11-17T08:59:00+00:00").decode()
    assert parser.parse_message(text, validation_level=consts.VALIDATION_LEVEL.STRICT).validate()


def test_the_answer_is_read_back_as_a_response() -> None:
    bundle = to_fhir(answer(DRIVER.read_bytes(), status="accepted")).bundle
    header = only(bundle, "MessageHeader")
    assert header["eventCoding"]["code"] == "referral-response"
    assert header["response"] == {"code": "ok", "identifier": "GP20261116-0417"}
    assert only(bundle, "Task")["status"] == "accepted"


def test_errors_of_an_answer_become_one_outcome(message: Any) -> None:
    msh = r"MSH|^~\&|VRSYS|Y99902|||20261116||RRI^I12^RRI_I12|C1|P|2.5.1|||||GBR\rMSA|AE|REF1\r"
    errors = "ERR||PID^1^7|101^Required field missing^HL70357|E\rERR||RF1^1^6|102^^HL70357|W||||Say it again"
    mapping = to_fhir(message(MSH=msh.replace("\\r", "\r") + errors, PRD="", RF1="RF1|||18781004^^SCT|||VR-1"))
    outcome = only(mapping.bundle, "OperationOutcome")
    assert [(i["severity"], i["code"]) for i in outcome["issue"]] == [("error", "required"), ("warning", "value")]
    assert outcome["issue"][1]["details"]["text"] == "Say it again"
    header = only(mapping.bundle, "MessageHeader")
    assert header["response"]["code"] == "fatal-error"
    assert header["response"]["details"]["reference"].endswith(outcome["id"])
    assert mapping.ledger.unaccounted == []


def test_only_a_referral_is_answered() -> None:
    with pytest.raises(ValueError, match="only a referral"):
        answer(answer(DRIVER.read_bytes(), status="accepted"), status="accepted")


def test_delimiters_and_character_set_are_the_senders() -> None:
    text = DRIVER.read_bytes().decode().replace("UNICODE UTF-8", "8859/1").replace("Canal Row", "Canál Row")
    data = answer(text.encode("latin-1"), status="accepted")
    assert "Canál Row" in data.decode("latin-1")


def test_a_partner_file_adds_to_the_defaults(tmp_path: Path, message: Any) -> None:
    path = tmp_path / "trust.toml"
    path.write_text(
        'id = "trust"\n[message]\ncountry = "GB"\n[[authority]]\nnamespace = "RMW00"\nkind = "patient"\n'
        'system = "https://trust.nhs.example/Id/mrn"\n[code_systems]\n"99TRUST" = "https://trust.nhs.example/codes"\n',
        encoding="utf-8",
    )
    partner = Partner.load(path)
    bundle = to_fhir(
        message("DG1|1||X1^Pain^99TRUST", PID="PID|1||P-1^^^RMW00^MR~9000004128^^^NHS^NH||A^B"), partner=partner
    ).bundle
    assert only(bundle, "Patient")["identifier"][0]["system"] == "https://trust.nhs.example/Id/mrn"
    assert only(bundle, "Condition")["code"]["coding"][0]["system"] == "https://trust.nhs.example/codes"


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        "[message]\ncolour = 1",
        '[message]\ntime_zone = "Mars/Olympus"',
        '[message]\nnull = "forget"',
        "surprise = 1",
    ],
)
def test_a_broken_partner_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        Partner.load(path)
    assert (caught.value.issues[0].id, caught.value.issues[0].source) == ("VR-V2-0801", "broken.toml")


def test_the_command_prints_the_bundle(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", str(DRIVER)]) == 0
    assert json.loads(capsys.readouterr().out)["type"] == "message"


def test_the_ledger_shows_values_only_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", "--ledger", str(DRIVER)]) == 0
    plain = capsys.readouterr().out
    assert main(["map", "--ledger", "--values", str(DRIVER)]) == 0
    full = capsys.readouterr().out
    assert "9000004128" not in plain
    assert "9000004128" in full
    assert plain.splitlines()[0].endswith("; 0 unaccounted for")


def test_the_ledger_shows_first_what_did_not_become_fhir(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", "--ledger", str(DRIVER)]) == 0
    counts, headings, *rows = capsys.readouterr().out.splitlines()
    assert headings.split()[:3] == ["HL7", "v2", "Outcome"]
    column = headings.index("Outcome")
    outcomes = [row[column:].split(" ", 1)[0] for row in rows]
    assert list(dict.fromkeys(outcomes)) == ["carried", "ignored", "mapped"]
    assert counts.startswith(f"{len(rows)} values: {outcomes.count('mapped')} mapped, ")
    assert "says how to read the message" in rows[outcomes.index("ignored")]


def test_the_ledger_is_a_table_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "140")
    assert main(["map", "--ledger", str(DRIVER), str(DRIVER)]) == 0
    shown = capsys.readouterr().out
    assert shown.count("0 unaccounted for") == 2
    assert "─" in shown
    assert "Patient.identifier[0]" in shown


def test_findings_and_unreadable_files_have_exit_codes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["map", str(WRONG)]) == 1
    assert "VR-V2-0505" in capsys.readouterr().err
    truncated = tmp_path / "cut.hl7"
    truncated.write_bytes(b"MSH|^~")
    assert main(["map", str(truncated)]) == 2
    assert "VR-V2-" in capsys.readouterr().err
    assert main(["map", str(tmp_path / "missing.hl7")]) == 2
    assert main(["map"]) == 2


def test_json_holds_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", "--json", str(DRIVER), str(WRONG)]) == 1
    results = json.loads(capsys.readouterr().out)["results"]
    assert [sorted(each) for each in results] == [["bundle", "file", "issues", "ledger"]] * 2


def test_the_pipe_answers_each_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        json.dumps({"id": 7, "message": str(DRIVER)}),
        "nonsense",
        json.dumps({"id": "x", "message": "/nowhere.hl7"}),
        "",
        json.dumps({"id": 9}),
    ]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines)))
    assert main(["map", "--jsonl"]) == 0
    first, second, third, fourth = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["id"], first["ledger"]["unaccounted"], first["bundle"]["resourceType"]) == (7, [], "Bundle")
    assert second["issues"][0]["id"] == "VR-CLI-0402"
    assert (fourth["id"], fourth["issues"][0]["id"]) == (9, "VR-CLI-0402")
    assert (third["id"], third["bundle"]) == ("x", None)


def test_any_truncation_is_a_mapping_or_an_error_with_an_id() -> None:
    from vrfhir.errors import UnreadableError

    data = DRIVER.read_bytes()
    refused = []
    for end in range(0, len(data), 97):
        try:
            assert to_fhir(data[:end]).ledger.unaccounted == []
        except UnreadableError as error:
            refused.append(error.issues[0].id)
    assert refused
    assert all(rule.startswith("VR-V2-") for rule in refused)
