"""Partner files: codes in both directions, open codes as work items, the check before go-live."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mapped_messages import DRIVER, only, sample_paths

from vrfhir.cli import main
from vrfhir.errors import DefinitionError
from vrfhir.hl7v2 import parse
from vrfhir.mappers import Partner, to_fhir, to_hl7v2

TWO_WEEKS = '[[code]]\ntable = "0280"\ncode = "2WW"\nname = "99PAS"\nto = "urgent"\ndisplay = "Two weeks"\n'
REASON = '[[code]]\ntable = "0336"\ncode = "VRQ"\nsystem = "http://snomed.info/sct"\nto = "70082004"\n'
URGENT = "RF1||2WW^Two weeks^99PAS|18781004^^SCT|||VR-1^Y99901||||VRQ"


@pytest.fixture
def partner(tmp_path: Path) -> Any:
    def load(text: str) -> Partner:
        path = tmp_path / "partner.toml"
        path.write_text(f'id = "somebody"\n{text}', encoding="utf-8")
        return Partner.load(path)

    return load


def test_a_code_nobody_explained_is_a_work_item(message: Any) -> None:
    mapping = to_fhir(message(RF1=URGENT))
    assert "priority" not in only(mapping.bundle, "ServiceRequest")
    assert [(each.table, each.code, each.name, each.path) for each in mapping.unmapped] == [
        ("0280", "2WW", "99PAS", "RF1[1]-2[1].1.1")
    ]


def test_the_answer_holds_in_both_directions(message: Any, partner: Any) -> None:
    somebody = partner(TWO_WEEKS)
    mapping = to_fhir(message(RF1=URGENT), partner=somebody)
    request = only(mapping.bundle, "ServiceRequest")
    assert request["priority"] == "urgent"
    assert mapping.unmapped == []
    assert (
        parse(to_hl7v2(mapping.bundle, partner=somebody, version="2.4").message).segment("RF1").field(2)
        == "2WW^Two weeks^99PAS"
    )  # type: ignore[union-attr]
    del request["_priority"]
    assert (
        parse(to_hl7v2(mapping.bundle, partner=somebody, version="2.4").message).segment("RF1").field(2)
        == "2WW^Two weeks^99PAS"
    )  # type: ignore[union-attr]


def test_a_coded_value_gets_the_meaning_beside_its_own_code(message: Any, partner: Any) -> None:
    somebody = partner(REASON)
    mapping = to_fhir(message(RF1=URGENT), partner=somebody)
    codings = only(mapping.bundle, "ServiceRequest")["reasonCode"][0]["coding"]
    assert [each["code"] for each in codings] == ["70082004", "VRQ"]
    assert parse(to_hl7v2(mapping.bundle, partner=somebody, version="2.4").message).value("RF1-10") == "VRQ"
    only(mapping.bundle, "ServiceRequest")["reasonCode"][0]["coding"] = codings[:1]
    assert parse(to_hl7v2(mapping.bundle, partner=somebody, version="2.4").message).value("RF1-10") == "VRQ"


@pytest.mark.parametrize(
    "text",
    [
        '[[code]]\ntable = "0280"\n',
        '[[code]]\ntable = 280\ncode = "X"\nto = "y"\n',
        '[[code]]\ntable = "0280"\ncode = "X"\nto = "y"\nfor = "z"\n',
    ],
)
def test_a_broken_code_is_refused_with_its_number(partner: Any, text: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        partner(text)
    assert refused.value.issues[0].expression.startswith("code[1]")


def test_the_check_tells_what_would_be_lost_and_what_is_to_be_answered(
    tmp_path: Path, message: Any, capsys: Any
) -> None:
    (tmp_path / "partner.toml").write_text('id = "somebody"\n', encoding="utf-8")
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "one.hl7").write_bytes(message(RF1=URGENT))
    (samples / "two.hl7").write_bytes(DRIVER.read_bytes())
    assert main(["partner", "check", str(tmp_path / "partner.toml"), "--sample", str(samples)]) == 0
    shown = capsys.readouterr().out
    assert "partner somebody: 2 messages (2 REF^I12), 0 refused" in shown
    assert '[[code]]\ntable = "0280"\ncode = "2WW"\nname = "99PAS"\nto = ""  # 1 times' in shown
    (samples / "three.hl7").write_bytes(b"MSH|^~\\&|A|B|C|D|||DFT^P03|1|P|2.4\r")
    assert main(["partner", "check", str(tmp_path / "partner.toml"), "--sample", str(samples), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [each["id"] for each in answer["refused"]] == ["VR-V2-0501"]
    assert answer["values"]["mapped"] > 250
    assert "Millward" not in json.dumps(answer)


def test_a_folder_without_messages_cannot_be_checked(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "partner.toml").write_text('id = "somebody"\n', encoding="utf-8")
    (tmp_path / "empty").mkdir()
    assert main(["partner", "check", str(tmp_path / "partner.toml"), "--sample", str(tmp_path / "empty")]) == 2
    assert main(["partner", "check", str(tmp_path / "partner.toml"), "--sample", str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.shared
@pytest.mark.skipif(not sample_paths("REF-*.hl7"), reason="the public sample messages are not here")
def test_the_public_samples_as_a_partner(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "partner.toml").write_text("", encoding="utf-8")
    folder = tmp_path / "ref"
    folder.mkdir()
    for path in sample_paths("REF-*.hl7"):
        (folder / path.name).write_bytes(path.read_bytes())
    main(["partner", "check", str(tmp_path / "partner.toml"), "--sample", str(folder)])
    assert "2 messages (1 REF^I12, 1 REF^I14)" in capsys.readouterr().out


def test_the_check_says_what_a_finding_is_and_where_it_was_first(tmp_path: Path, message: Any, capsys: Any) -> None:
    (tmp_path / "partner.toml").write_text('id = "somebody"\n', encoding="utf-8")
    (tmp_path / "one.hl7").write_bytes(message(RF1=URGENT))
    assert main(["partner", "check", str(tmp_path / "partner.toml"), "--sample", str(tmp_path / "one.hl7")]) == 0
    lines = capsys.readouterr().out.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("warning VR-V2-0520: 1 times, first in "))
    assert lines[at].endswith("one.hl7 RF1[1]-2[1].1.1")
    assert lines[at + 1].startswith("  The code ")


def test_the_check_reads_the_table_for_the_endpoint_too(tmp_path: Path, message: Any, capsys: Any) -> None:
    (tmp_path / "one.hl7").write_bytes(message())
    for text, code in (('acknowlege = "stored"', 2), ('acknowledge = "stored"', 0)):
        (tmp_path / "partner.toml").write_text(f'[endpoint]\nnames = ["A|B"]\n{text}\n', encoding="utf-8")
        assert main(["partner", "check", str(tmp_path / "partner.toml"), "--sample", str(tmp_path / "one.hl7")]) == code
    assert "endpoint.acknowlege" in capsys.readouterr().err
