"""Whose word counts when several tables know a code or a name: the partner's, then ours, then the UK's, then the guide's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mapped_messages import only

from vrfhir.cli import main
from vrfhir.hl7v2 import parse
from vrfhir.mappers import Partner, to_fhir, to_hl7v2
from vrfhir.mappers.vocabulary import code_map, named_system, system_names, table_system

URGENT = '[[code]]\ntable = "0280"\ncode = "A"\nto = "urgent"\n'
GENDER = '[[code]]\ntable = "0001"\ncode = "1"\nto = "other"\n'
LEVEL = '[code_systems]\n"VR-SUPPORT-LEVEL" = "https://trust.example.org/levels"\n'
DIAGNOSES = '[code_systems]\nSCT = "https://trust.example.org/diagnoses"\nHL70284 = "https://trust.example.org/kinds"\n'
NUMBERS = '[[authority]]\nnamespace = "NHS"\nkind = "patient"\nsystem = "https://trust.example.org/numbers"\n'


@pytest.fixture
def partner(tmp_path: Path) -> Any:
    def load(text: str) -> Partner:
        path = tmp_path / "partner.toml"
        path.write_text(f'id = "somebody"\n{text}', encoding="utf-8")
        return Partner.load(path)

    return load


def test_the_guides_meaning_holds_when_nobody_else_speaks(message: Any) -> None:
    bundle = to_fhir(message(RF1="RF1||A^^HL70280|18781004^^SCT|||VR-1")).bundle
    assert only(bundle, "ServiceRequest")["priority"] == code_map("priority").codes["A"] == "asap"


def test_the_partner_comes_before_the_guide_and_back(message: Any, partner: Any) -> None:
    somebody = partner(URGENT)
    bundle = to_fhir(message(RF1="RF1||A^^HL70280|18781004^^SCT|||VR-1"), partner=somebody).bundle
    request = only(bundle, "ServiceRequest")
    assert request["priority"] == "urgent"
    request.pop("_priority", None)
    written = to_hl7v2(bundle, partner=somebody, version="2.4", allow_loss=True).message
    assert parse(written).value("RF1-2.1") == "A"


def test_the_uk_comes_before_the_guide(message: Any) -> None:
    """PID-8 of UK systems holds NHS numbers, which table 0001 does not have; the number is kept with its national system."""
    patient = only(to_fhir(message()).bundle, "Patient")
    assert patient["gender"] == "male"
    coding = patient["_gender"]["extension"][0]["valueCodeableConcept"]["coding"][0]
    assert coding["system"].startswith("https://fhir.hl7.org.uk/")


def test_the_partner_comes_before_the_uk(message: Any, partner: Any) -> None:
    assert only(to_fhir(message(), partner=partner(GENDER)).bundle, "Patient")["gender"] == "other"
    patient = only(to_fhir(message(), partner=partner(NUMBERS)).bundle, "Patient")
    assert patient["identifier"][0]["system"] == "https://trust.example.org/numbers"


def test_our_code_systems_come_before_those_of_the_sender(message: Any, partner: Any) -> None:
    data = message("DG1|1||B^Level B^VR-SUPPORT-LEVEL")
    coding = only(to_fhir(data).bundle, "Condition")["code"]["coding"][0]
    assert coding["system"] == "https://vrfhir.org/fhir/CodeSystem/vr-support-level"
    coding = only(to_fhir(data, partner=partner(LEVEL)).bundle, "Condition")["code"]["coding"][0]
    assert coding["system"] == "https://trust.example.org/levels", "the partner's word comes first"


def test_the_partner_names_code_systems_of_the_guide_anew(message: Any, partner: Any) -> None:
    somebody = partner(DIAGNOSES)
    data = message("DG1|1||35489007^Depression^SCT", RF1="RF1|||18781004^^99X||O^Outpatient^HL70284|VR-1")
    bundle = to_fhir(data, partner=somebody).bundle
    assert only(bundle, "Condition")["code"]["coding"][0]["system"] == "https://trust.example.org/diagnoses"
    assert only(bundle, "ServiceRequest")["category"][0]["coding"][0]["system"] == "https://trust.example.org/kinds"
    written = parse(to_hl7v2(bundle, partner=somebody, version="2.4").message)
    assert (written.value("DG1-3.3"), written.value("RF1-5.3")) == ("SCT", "HL70284")


def test_the_registered_names_come_before_what_a_name_looks_like() -> None:
    assert named_system("HL70078") == system_names()["HL70078"] != "http://terminology.hl7.org/CodeSystem/v2-0078"
    assert named_system("HL70079") == "http://terminology.hl7.org/CodeSystem/v2-0079"
    assert named_system("99TRUST") == ""


@pytest.mark.parametrize(
    ("code", "system"),
    [
        ("TWN", "urn:iso:std:iso:3166"),
        ("GB", "urn:iso:std:iso:3166"),
        ("BBB", "https://vrfhir.org/fhir/sid/v2/Y99901/ISO3166_1"),
    ],
)
def test_a_country_that_does_not_exist_is_a_local_code(message: Any, code: str, system: str) -> None:
    """As with the tables of HL7 v2: the code stays as it was sent, under the name that the sender gave it."""
    data = message("OBR|1|||1^x^L", f"OBX|1|CWE|78746-5^Country of birth^LN||{code}^Somewhere^ISO3166_1||||||F")
    bundle = to_fhir(data, exact=True).bundle
    codings = [e["resource"].get("valueCodeableConcept", {}).get("coding", []) for e in bundle["entry"]]
    assert {"system": system, "code": code} in [
        {name: text for name, text in each.items() if name != "display"} for all_ in codings for each in all_
    ]
    written = parse(to_hl7v2(bundle, version="", allow_loss=True).message)
    assert [s.value(5, component=3) for s in written.segments if s.name == "OBX"] == ["ISO3166_1"]


def test_a_work_item_is_answered_in_the_partner_file_and_gone(tmp_path: Path, message: Any, capsys: Any) -> None:
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "one.hl7").write_bytes(message(RF1="RF1||2WW^Two weeks^99PAS|18781004^^SCT|||VR-1"))
    file = tmp_path / "partner.toml"
    file.write_text('id = "somebody"\n', encoding="utf-8")
    arguments = ["partner", "check", str(file), "--sample", str(samples)]
    assert main(arguments) == 0
    asked = capsys.readouterr().out
    work = asked[asked.index("[[code]]") :].replace('to = ""', 'to = "urgent"')
    file.write_text(f'id = "somebody"\n{work}', encoding="utf-8")
    assert main(arguments) == 0
    assert "[[code]]" not in capsys.readouterr().out


def test_the_ledger_of_a_message_names_the_rules(tmp_path: Path, message: Any, capsys: Any) -> None:
    path = tmp_path / "one.hl7"
    path.write_bytes(message("ZU8||||1", PID="PID|1||9000004128^^^NHS^NH||Millward^John||19790314|1|||1 High Road"))
    assert main(["map", "--ledger", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "the place of the patient must not be told" in shown
    assert "High Road" not in shown
    assert ", 0 unaccounted for" in shown or "0 unaccounted for" in shown


ROLE = '[[code]]\ntable = "0286"\ncode = "REFR"\nto = "RP"\n'
STATE = '[[code]]\ntable = "0283"\ncode = "BK"\nname = "99PAS"\nto = "A"\n'


def test_roles_and_states_of_ones_own_are_work_items(message: Any) -> None:
    mapping = to_fhir(message(RF1="RF1|BK^Booked^99PAS||18781004^^SCT|||VR-1", PRD="PRD|REFR|Okafor^Amara"))
    assert {tuple(each) for each in mapping.unmapped} == {
        ("0283", "BK", "99PAS", "RF1[1]-1[1].1.1"),
        ("0286", "REFR", "", "PRD[1]-1[1].1.1"),
    }
    mapping = to_fhir(message(RF1="RF1|A||18781004^^SCT|||VR-1", PRD="PRD|RP|Okafor^Amara"))
    assert mapping.unmapped == []


def test_the_partners_role_refers_and_is_written_back(message: Any, partner: Any) -> None:
    somebody = partner(ROLE)
    mapping = to_fhir(message(PRD="PRD|REFR|Okafor^Amara"), partner=somebody)
    assert (mapping.unmapped, [issue.id for issue in mapping.issues if issue.id == "VR-V2-0532"]) == ([], [])
    assert "requester" in only(mapping.bundle, "ServiceRequest")
    written = parse(to_hl7v2(mapping.bundle, partner=somebody, version="2.4").message)
    assert [segment.value(1) for segment in written.segments if segment.name == "PRD"] == ["REFR"]


def test_the_partners_role_is_written_for_who_has_none_beside(message: Any, partner: Any) -> None:
    bundle = to_fhir(message()).bundle
    only(bundle, "PractitionerRole").pop("code")
    assert parse(to_hl7v2(bundle, partner=partner(ROLE), version="2.4").message).value("PRD-1") == "REFR"


def test_the_partners_state_moves_the_referral_and_is_written_back(message: Any, partner: Any) -> None:
    somebody = partner(STATE)
    data = message(RF1="RF1|BK^Booked^99PAS||18781004^^SCT|||VR-1")
    assert only(to_fhir(data).bundle, "Task")["status"] == "requested"
    mapping = to_fhir(data, partner=somebody)
    task = only(mapping.bundle, "Task")
    assert (task["status"], mapping.unmapped) == ("accepted", [])
    milestones = [each["code"] for each in task["businessStatus"]["coding"]]
    assert milestones == ["accepted", "A", "BK"]
    assert "VR-V2-0533" not in [issue.id for issue in mapping.issues]
    written = parse(to_hl7v2(mapping.bundle, partner=somebody, version="2.4").message)
    assert (written.value("RF1-1.1"), written.value("RF1-1.3")) == ("BK", "99PAS")


def test_an_answer_says_of_which_system_its_code_is(tmp_path: Path, capsys: Any) -> None:
    """Without the system it would mean nothing, unless the table has the code."""
    file = tmp_path / "partner.toml"
    file.write_text('id = "somebody"\n', encoding="utf-8")
    answer = ["partner", "answer", str(file), "--code", "BK", "--table"]
    assert main([*answer, "0283", "--to", "booked"]) == 2
    assert "A, E, P, R" in capsys.readouterr().err
    assert main([*answer, "9999", "--to", "foo"]) == 2
    assert "--system" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == 'id = "somebody"\n'
    assert main([*answer, "0069", "--to", "foo", "--system", "https://trust.example.org/services"]) == 0
    assert main([*answer, "0283", "--to", "A"]) == 0
    assert Partner.load(file).codes.meaning("0283", "BK") == ("0283", "BK", "", table_system("0283"), "A", "Accepted")


def test_a_fault_of_an_answer_names_the_partner_file(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "partner.toml"
    file.write_text('id = "somebody"\n', encoding="utf-8")
    assert main(["partner", "answer", str(file), "--table", "280", "--code", "2WW", "--to", "urgent"]) == 2
    said = capsys.readouterr().err
    assert f" {file.name}:" in said
    assert "four digits" in said
    assert [path.name for path in tmp_path.iterdir()] == ["partner.toml"]
