"""Files that hold several messages: recordings, batches, folders; each message is answered by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vrfhir.cli import main
from vrfhir.cli.messages import found_in, message_files
from vrfhir.hl7v2 import parse

FOLDER = Path(__file__).parents[2] / "examples" / "driver" / "hl7v2"
REFERRAL = (FOLDER / "ref-i12.hl7").read_bytes().replace(b"\n", b"\r")
ANSWER = (FOLDER / "rri-i12.hl7").read_bytes().replace(b"\n", b"\r")
FRAMED = b"\x0b" + REFERRAL + b"\x1c\r\x0b" + ANSWER + b"\x1c\r"
BATCH = b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + REFERRAL + ANSWER + b"BTS|3\rFTS|1\r"


@pytest.fixture
def recording(tmp_path: Path) -> Any:
    def write(data: bytes, name: str = "feed.hl7") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize("data", [REFERRAL + ANSWER, FRAMED, BATCH, (REFERRAL + ANSWER).replace(b"\r", b"\r\n")])
def test_each_message_of_a_file_is_found(recording: Any, data: bytes) -> None:
    found = [each for each in found_in(recording(data)) if each.data is not None]
    assert [each.name[-11:] for each in found] == ["feed.hl7[1]", "feed.hl7[2]"]
    assert [parse(each.data or b"").type.code for each in found] == ["REF", "RRI"]
    assert [len(list(parse(each.data or b"").segments)) for each in found] == [
        REFERRAL.strip().count(b"\r") + 1,
        ANSWER.strip().count(b"\r") + 1,
    ]


def test_a_file_with_one_message_is_its_bytes(recording: Any) -> None:
    data = b"\x0b" + REFERRAL + b"\x1c\r"
    assert [each.data for each in found_in(recording(data))] == [data]


def test_bundles_of_a_recording_are_those_of_its_messages(recording: Any, capsys: Any) -> None:
    one, both = recording(REFERRAL, "one.hl7"), recording(REFERRAL + ANSWER)
    assert main(["map", "--json", str(one)]) == 0
    alone = json.loads(capsys.readouterr().out)["results"]
    assert main(["map", "--json", str(both)]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    assert [result["file"] for result in results] == [f"{both}[1]", f"{both}[2]"]
    assert results[0]["bundle"] == alone[0]["bundle"]


def test_the_wrong_count_of_a_batch_is_told(recording: Any, capsys: Any) -> None:
    main(["map", "--ledger", str(recording(BATCH))])
    shown = capsys.readouterr()
    assert shown.out.count("unaccounted for") == 2
    assert "VR-V2-0028" in shown.err


def test_a_message_that_is_refused_leaves_its_neighbours(recording: Any, capsys: Any) -> None:
    strange = b"MSH|^~\\&|A|B|C|D|||DFT^P03|1|P|2.4\r"
    assert main(["map", "--json", str(recording(REFERRAL + strange + ANSWER))]) == 2
    results = json.loads(capsys.readouterr().out)["results"]
    assert [bool(result["bundle"]) for result in results] == [True, False, True]
    assert results[1]["issues"][0]["id"] == "VR-V2-0501"


def test_folders_stand_for_the_message_files_in_them(tmp_path: Path, recording: Any, capsys: Any) -> None:
    inner = tmp_path / "2026"
    inner.mkdir()
    wanted = [recording(REFERRAL, "a.HL7"), recording(ANSWER, "b.msg"), recording(ANSWER, "2026/c")]
    recording(b"{}", "d.json"), recording(REFERRAL, ".hidden.hl7")
    assert message_files([tmp_path]) == sorted(wanted)
    assert main(["map", "--ledger", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("unaccounted for") == 3
    (tmp_path / "none").mkdir()
    assert main(["map", str(tmp_path / "none")]) == 2


def test_a_request_is_about_one_message(recording: Any, capsys: Any, monkeypatch: Any) -> None:
    from io import StringIO

    monkeypatch.setattr("sys.stdin", StringIO(json.dumps({"id": 7, "message": str(recording(BATCH))}) + "\n"))
    assert main(["map", "--jsonl"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["id"], answer["bundle"], answer["issues"][0]["id"]) == (7, None, "VR-CLI-0403")


def test_what_is_too_large_is_refused_by_name(recording: Any) -> None:
    (found,) = found_in(recording(REFERRAL), max_bytes=100)
    assert found.data is None
    assert found.issues[0].id == "VR-CLI-0005"


def test_a_partner_is_checked_with_a_recording(tmp_path: Path, recording: Any, capsys: Any) -> None:
    (tmp_path / "partner.toml").write_text('id = "somebody"\n', encoding="utf-8")
    path = recording(FRAMED)
    assert main(["partner", "check", str(tmp_path / "partner.toml"), "--sample", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "2 messages (1 REF^I12, 1 RRI^I12), 0 refused" in shown
    assert [line.split()[:2] for line in shown.splitlines() if line.startswith("  R")] == [
        ["REF^I12", "1"],
        ["RRI^I12", "1"],
    ]
