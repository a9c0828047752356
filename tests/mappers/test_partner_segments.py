"""Z segments that a partner's own file maps: read, written back, and refused when the file is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mapped_messages import only

from vrfhir.errors import DefinitionError
from vrfhir.hl7v2 import parse
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.mappers.partner import Partner

FILE = """
id = "northshire"

[[segment]]
name = "ZVR"

[[segment.row]]
v2 = "ZVR-2"
to = "ServiceRequest.note[]"
as = "Annotation"

[[segment.row]]
v2 = "ZVR-3"
to = "Task.restriction.period.end"
as = "dateTime"

[[segment.row]]
v2 = "ZVR-4"
to = "Patient.contact[0].name.text"
as = "string"
when = ["=", "ZVR-1", "HR"]
"""
SEGMENT = "ZVR|HR|Canteen work is possible|20261224|Hilda from personnel|kept as it is"


def partner(tmp_path: Path, text: str = FILE) -> Partner:
    path = tmp_path / "northshire.toml"
    path.write_text(text, encoding="utf-8")
    return Partner.load(path)


def test_the_rows_of_a_partner_are_read(message: Any, tmp_path: Path) -> None:
    mapping = to_fhir(message(SEGMENT, RF1="RF1|P||18781004^^SCT|||VR-1^Y99901|||20261116"), partner=partner(tmp_path))
    assert [each["text"] for each in only(mapping.bundle, "ServiceRequest")["note"]] == ["Canteen work is possible"]
    assert only(mapping.bundle, "Task")["restriction"]["period"]["end"] == "2026-12-24"
    assert only(mapping.bundle, "Patient")["contact"][0]["name"]["text"] == "Hilda from personnel"
    outcomes = {entry.path: entry.outcome for entry in mapping.ledger if entry.segment == "ZVR[1]"}
    assert outcomes == {
        "ZVR[1]-1[1].1.1": "carried",
        "ZVR[1]-2[1].1.1": "mapped",
        "ZVR[1]-3[1].1.1": "mapped",
        "ZVR[1]-4[1].1.1": "mapped",
        "ZVR[1]-5[1].1.1": "carried",
    }


def test_a_condition_is_asked(message: Any, tmp_path: Path) -> None:
    mapping = to_fhir(message(SEGMENT.replace("HR", "GP")), partner=partner(tmp_path))
    assert "contact" not in only(mapping.bundle, "Patient")


def test_other_partners_carry_the_segment(message: Any, tmp_path: Path) -> None:
    partner(tmp_path)
    mapping = to_fhir(message(SEGMENT))
    assert {e.outcome for e in mapping.ledger if e.segment == "ZVR[1]"} == {"carried"}
    assert mapping.ledger.unaccounted == []


@pytest.mark.parametrize("edited", [False, True])
def test_what_was_read_is_written_back(message: Any, tmp_path: Path, edited: bool) -> None:
    known = partner(tmp_path)
    source = message(SEGMENT, RF1="RF1|P||18781004^^SCT|||VR-1^Y99901|||20261116")
    bundle = to_fhir(source, partner=known).bundle
    if edited:
        only(bundle, "ServiceRequest")["note"][0]["text"] = "Office work is possible"
    written = parse(to_hl7v2(bundle, partner=known, version="2.4").message)
    (segment,) = written.all("ZVR")
    assert segment.value(2) == ("Office" if edited else "Canteen") + " work is possible"
    assert (segment.value(3), segment.value(4)) == ("20261224", "Hilda from personnel")
    assert written.all("NTE") == ()


def test_a_list_takes_back_what_the_z_segment_brought(message: Any, tmp_path: Path) -> None:
    known = partner(tmp_path)
    source = message(SEGMENT, "NTE|1||Of the standard segment", RF1="RF1|P||18781004^^SCT|||VR-1^Y99901|||20261116")
    bundle = to_fhir(source, partner=known).bundle
    assert {note["text"]: note.get("id") for note in only(bundle, "ServiceRequest")["note"]} == {
        "Canteen work is possible": "ZVR-2",
        "Of the standard segment": None,
    }
    written = to_hl7v2(bundle, partner=known, version="2.4")
    read = parse(written.message)
    assert (read.value("ZVR-2"), read.value("NTE-3"), written.loss) == (
        "Canteen work is possible",
        "Of the standard segment",
        [],
    )


def test_a_list_of_another_sender_is_the_partners(message: Any, tmp_path: Path) -> None:
    bundle = to_fhir(message("NTE|1||One", RF1="RF1|P||18781004^^SCT|||VR-1^Y99901|||20261116")).bundle
    read = parse(to_hl7v2(bundle, partner=partner(tmp_path), version="2.4").message)
    assert read.value("ZVR-2") == "One"
    assert read.all("NTE") == ()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (('name = "ZVR"', 'name = "PID"'), "none of a Z segment"),
        (('name = "ZVR"', 'name = "ZVR"\nlink = "referral"'), "do not exist: link"),
        (('"ZVR-2"', '"ZVX-2"'), "row"),
        (('"ZVR-2"', '"two"'), "row"),
        (("ServiceRequest.note[]", "Observation.note[]"), "fills none of"),
        (('as = "Annotation"', 'as = "Anotation"'), "Anotation"),
        (('"=", "ZVR-1"', '"is", "ZVR-1"'), "not a condition"),
        (('as = "Annotation"', 'as = "code"'), "row"),
        (('as = "Annotation"', ""), "does not say"),
        (("[[segment.row]]", "[[segment.rows]]"), "without rows"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path: Path, change: tuple[str, str], named: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        partner(tmp_path, FILE.replace(*change))
    (issue,) = caught.value.issues
    assert issue.id == "VR-V2-0801"
    assert named in issue.text


def test_the_number_of_the_referral_and_of_the_patient_stay_where_they_are(message: Any, tmp_path: Path) -> None:
    rows = "".join(
        f'[[segment.row]]\nv2 = "ZVR-{n}"\nto = "{to}"\nas = "{kind}"\n'
        for n, to, kind in (
            (2, "ServiceRequest.identifier[]", "EntityIdentifier"),
            (3, "Patient.identifier[]", "patient-identifier"),
        )
    )
    known = partner(tmp_path, '[[segment]]\nname = "ZVR"\n' + rows)
    source = message("ZVR||Z-9^RXX01|77^^^RXX01^MR")
    bundle = to_fhir(source, partner=known).bundle
    assert [len(only(bundle, each)["identifier"]) for each in ("ServiceRequest", "Patient")] == [2, 2]
    for given in (bundle, to_fhir(source, partner=known, exact=True).bundle):
        written = to_hl7v2(given, partner=known, version="2.4")
        read = parse(written.message)
        assert (read.value("RF1-6"), read.value("PID-3"), written.loss) == ("VR-1", "9000004128", [])
        assert (read.value("ZVR-2"), read.value("ZVR-3")) == ("Z-9", "77")
