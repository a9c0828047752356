"""ADT, SIU, MDM and ACK from Bundles that never were HL7 v2, and from those made of messages."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ehr_bundles import BUNDLES, PDF, message, story
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leaves_of_rows import NOT_GENERATED, field_text, segment_text
from mapped_messages import ROOT, only, resources, sample_paths
from same_content import missing

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import Message, match_structure, parse
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.mappers.other import SUPPORTED
from vrfhir.mappers.rows import Flavour, Row, load_maps

VERSIONS = ("2.4", "2.5.1")
GENERATED = int(os.environ.get("VRFHIR_GENERATED_BUNDLES", "60"))
"""How many messages of many rows are made of all kinds; a nightly run sets it to 10000. A quarter of them are these."""
OWN = ("Binary", "DocumentReference", "Provenance", "Device")
KINDS = ("ADT", "SIU", "MDM")
DOCUMENTS = sorted((ROOT / "examples").glob("*/fhir/message-fit-note.json")) + sorted(
    (ROOT / "examples").glob("*/fhir/message-report*.json")
)


def faults(written: bytes) -> list[str]:
    return [issue.text for issue in match_structure(parse(written)).issues if issue.severity == "error"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", BUNDLES)
def test_every_element_comes_back_equal(name: str, version: str) -> None:
    bundle = BUNDLES[name]
    written = to_hl7v2(bundle, version=version)
    read = parse(written.message)
    again = to_fhir(written.message)
    kind, _, trigger = name[:7].partition("-")
    assert (read.version, read.type.code) == (version, kind)
    assert kind == "ACK" or read.type.trigger == trigger
    assert written.loss == []
    assert missing(bundle, again.bundle) == []
    assert again.ledger.unaccounted == []
    assert faults(written.message) == []
    assert {each: again.bundle[each] for each in ("identifier", "timestamp")} == {
        each: bundle[each] for each in ("identifier", "timestamp")
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", BUNDLES)
def test_hl7apy_finds_no_fault(name: str, version: str) -> None:
    text = to_hl7v2(BUNDLES[name], version=version).message.decode("utf-8")
    parsed = parse_message(text, validation_level=VALIDATION_LEVEL.STRICT)
    parsed.validate()
    assert parsed.version == version


def segments(name: str, version: str = "2.5.1") -> Message:
    return parse(to_hl7v2(BUNDLES[name], version=version).message)


def test_a_visit_has_its_fields() -> None:
    found = segments("ADT-A01")
    values = {path: found.value(path) for path in ("PID-3.1", "PID-5.1", "PV1-2", "PV1-7.2", "PV1-19.1", "PV1-44")}
    visit = only(to_fhir(found).bundle, "Encounter")
    assert found.value("MSH-9.3") == "ADT_A01"
    assert segments("ADT-A28").value("MSH-9.3") == "ADT_A05"
    assert (values["PID-3.1"], values["PID-5.1"], values["PV1-2"], values["PV1-7.2"]) == (
        "9990003017",
        "Linden",
        "O",
        "Finch",
    )
    assert "V-77" in (values["PV1-19.1"], found.value("PV1-50.1"))
    assert values["PV1-44"].startswith("20261120090000")
    assert (visit["status"], visit["serviceProvider"]["reference"][:4]) == ("in-progress", "urn:")


def test_a_merge_names_the_record_that_goes() -> None:
    found = segments("ADT-A40")
    assert [segment.name for segment in found.segments][:5] == ["MSH", "EVN", "PID", "PD1", "MRG"]
    assert (found.value("PID-3.1"), found.value("MRG-1.1"), found.value("MRG-7.1")) == ("9990003017", "P-1", "Lindon")
    patients = resources(to_fhir(found).bundle, "Patient")
    assert sorted(link["type"] for each in patients for link in each["link"]) == ["replaced-by", "replaces"]


def test_an_appointment_has_its_participants_in_their_segments() -> None:
    found = segments("SIU-S14")
    assert (found.value("SCH-6.2"), found.value("SCH-7.2"), found.value("SCH-9")) == (
        "Appointment changed",
        "Work assessment",
        "45",
    )
    assert found.value("SCH-11.4").startswith("20261124100000")
    assert (found.value("AIS-3.2"), found.value("AIP-3.2"), found.value("AIL-3.9")) == (
        "Work assessment",
        "Finch",
        "Room 4",
    )
    assert [segment.value(3, 1, 2) for segment in found.all("AIG")] == [
        "Hearing loop",
        only(BUNDLES["SIU-S14"], "HealthcareService")["name"],
    ]
    assert found.value("NTE-3") == "We call you on your mobile."
    assert segments("SIU-S15").value("SCH-25.1").lower() == "cancelled"


@pytest.mark.parametrize("name", ["MDM-T02-pdf", "MDM-T02-stored"])
def test_a_document_is_in_the_message_itself(name: str) -> None:
    found = segments(name)
    first = found.all("OBX")[0]
    assert (first.value(2), first.value(5, 1, 4), first.value(5, 1, 5)) == ("ED", "Base64", PDF)
    assert (found.value("TXA-2"), found.value("TXA-9.2"), found.value("TXA-12.1"), found.value("TXA-17")) == (
        "772786005",
        "Finch",
        "D-1",
        "AU",
    )


def test_an_acknowledgement_says_what_was_wrong() -> None:
    found = segments("ACK-refused")
    assert (found.value("MSH-9.1"), found.value("MSA-1"), found.value("MSA-2")) == ("ACK", "AE", "C9")
    assert [(each.value(3), each.value(4)) for each in found.all("ERR")] == [("101", "E"), ("102", "W")]
    assert segments("ACK-accepted").value("MSA-1") == "AA"
    old = segments("ACK-refused", "2.4").segment("ERR")
    assert old is not None
    assert (old.value(1, 1, 4), old.value(1, 2, 4)) == ("101", "102")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_the_words_of_a_document_can_be_read_without_fhir(path: Path) -> None:
    bundle = json.loads(path.read_text(encoding="utf-8"))
    found = parse(to_hl7v2(bundle).message)
    sections = [each for each in only(bundle, "Composition")["section"] if each.get("text", {}).get("div")]
    words = [segment for segment in found.all("OBX") if segment.value(2) == "TX" and "99VRE" not in segment.field(3)]
    assert found.value("MSH-9.1") == "MDM"
    assert [segment.value(3, 1, 2) for segment in words[: len(sections)]] == [each["title"] for each in sections]
    assert only(to_fhir(found).bundle, "Composition")["title"] == only(bundle, "Composition")["title"]


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ("ADT^A08", "Patient"),
        ("ADT^A40", "Patient that replaces another one"),
        ("SIU^S12", "Appointment"),
        ("MDM^T02", "DocumentReference or Composition"),
        ("ACK", "MessageHeader.response"),
    ],
)
def test_a_bundle_without_what_the_message_is_about_is_refused(asked: str, what: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        to_hl7v2(message("I12", *story("Organization/elm-network")), message=asked)
    assert [issue.id for issue in refused.value.issues] == ["VR-V2-0547"]
    assert what in refused.value.issues[0].text


@pytest.mark.parametrize("bundle_type", ["collection", "searchset"])
def test_a_bundle_that_is_no_message_is_written_when_one_is_asked_for(bundle_type: str) -> None:
    bundle = {**BUNDLES["ADT-A28"], "type": bundle_type}
    bundle["entry"] = bundle["entry"][1:]
    written = to_hl7v2(bundle, message="ADT^A31")
    again = to_fhir(written.message).bundle
    assert written.loss == []
    assert (again["type"], missing(bundle, again)) == (bundle_type, [])


def test_without_elements_what_has_no_field_is_lost_by_name() -> None:
    with pytest.raises(UnreadableError) as refused:
        to_hl7v2(BUNDLES["ADT-A40"], elements=False)
    assert [issue.id for issue in refused.value.issues] == ["VR-V2-0542"]
    written = to_hl7v2(BUNDLES["ADT-A40"], elements=False, allow_loss=True)
    assert b"ZVE" not in written.message
    assert ("Patient/double", "birthDate") in {(loss.resource, loss.path) for loss in written.loss}


def test_the_command_writes_the_message_that_is_asked_for(tmp_path: Path, capfdbinary: Any) -> None:
    from vrfhir.cli import main

    source = tmp_path / "bundle.json"
    source.write_text(json.dumps(BUNDLES["ADT-A08"]), encoding="utf-8")
    assert main(["map", "--to", "v2", str(source)]) == 0
    assert parse(capfdbinary.readouterr().out).type.trigger == "A08"
    assert main(["map", "--to", "v2", "--message", "ADT^A31", str(source)]) == 0
    assert parse(capfdbinary.readouterr().out).type.trigger == "A31"
    assert main(["map", "--to", "v2", "--message", "SIU^S12", str(source)]) == 2
    assert b"VR-V2-0547" in capfdbinary.readouterr().err


def samples() -> list[Path]:
    found = [*sample_paths("*.hl7"), *sorted((ROOT / "examples").glob("*/hl7v2/*.hl7"))]
    kept = []
    for path in found:
        kind = parse(path.read_bytes()).type
        if kind.code in KINDS and kind.trigger in SUPPORTED[kind.code]:
            kept.append(path)
    return kept


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", samples(), ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_a_bundle_made_of_a_message_is_written_from_its_resources(path: Path, version: str) -> None:
    """Without any note of what the message was, and without the message."""
    bundle = to_fhir(path.read_bytes()).bundle
    bundle["entry"] = [each for each in bundle["entry"] if each["resource"]["resourceType"] != "Binary"]
    written = to_hl7v2(bundle, version=version)
    again = to_fhir(written.message)
    assert parse(written.message).type.trigger == parse(path.read_bytes()).type.trigger
    assert [name for name in missing(bundle, again.bundle) if name.split(" ")[0] not in OWN] == []
    assert again.ledger.unaccounted == []
    assert faults(written.message) == []


SENDERS_OWN = {
    "exceed the max length": "a text that the sender put into a code of 20 characters",
    "is not an HL7 valid NM value": "a code where 2.4 has a number (XON.3)",
    "Invalid value for TN data": "a telephone number in a form of the sender's",
    "is not an HL7 valid date value": "a time where 2.5.1 has a date and time (TQ1)",
    "max limit (1) reached": "repetitions and components that the message had against its own version",
    "ADT_A39_PATIENT.MRG": "two patients and one MRG",
}
"""What hl7apy finds in messages written from messages, which is the sender's and stays as it is."""


@pytest.mark.parametrize("path", samples(), ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_hl7apy_finds_what_the_sender_wrote_and_nothing_of_ours(path: Path) -> None:
    text = to_hl7v2(to_fhir(path.read_bytes()).bundle).message.decode("utf-8")
    lines = [line.split("|") for line in text.split("\r")]
    for fields in lines:
        if fields[0] == "OBX" and fields[2] in ("FT", "TX") and len(fields[5]) > 199:
            fields[5] = fields[5].replace("\\", "/")[:199]  # hl7apy takes FT and TX for as long as ST
    try:
        message = parse_message("\r".join("|".join(line) for line in lines), validation_level=VALIDATION_LEVEL.STRICT)
        message.validate()
    except (HL7apyException, ValueError) as found:
        fault = str(found)
        assert any(each in fault for each in SENDERS_OWN), fault


HEADS = {
    "ADT": ("ADT^A08^ADT_A01", ("EVN", "PID", "PD1", "NK1", "PV1", "PV2", "AL1", "DG1", "IN1", "IN2", "ROL", "ACC")),
    "MERGE": ("ADT^A40^ADT_A39", ("EVN", "PID", "PD1", "MRG", "PV1")),
    "SIU": ("SIU^S14^SIU_S12", ("SCH", "PID", "PV1", "DG1", "AIS", "AIG", "AIL", "AIP")),
    "MDM": ("MDM^T02^MDM_T02", ("EVN", "PID", "PV1", "TXA")),
    "ACK": ("ACK^A08^ACK", ("MSA", "ERR")),
}
NEEDED = {
    "PID": "PID|1||9000004128^^^NHS^NH||Millward^John||19790314|1",
    "MRG": "MRG|P-1^^^RXX01^MR",
    "SCH": "SCH|A1|B1",
    "TXA": "TXA|1|FITNOTE",
    "MSA": "MSA|AE|C9",
    "IN1": "IN1|1|P1|C1|Insurer",
}
"""A segment without which the message is about nothing, or another one hangs in the air."""
ROWS = [
    (kind, flavour, row)
    for kind, (_, names) in HEADS.items()
    for name in names
    for flavour in load_maps()[name].flavours
    for row in flavour.rows
    if row.conversion not in NOT_GENERATED
]


def lost_after_writing(kind: str, made: dict[str, str], version: str) -> list[str]:
    """What the Bundle of a message with these segments holds, and that of the message written from it does not."""
    name, order = HEADS[kind]
    head = rf"MSH|^~\&|PAS|RXX01|VR|Y99902|20261116101700||{name}|C1|P|2.5.1|||||GBR"
    texts = [made.get(each) or NEEDED.get(each, "") for each in order if each in made or each != "IN1" or "IN2" in made]
    data = "\r".join([head, *filter(None, texts)]) + "\r"
    bundle = to_fhir(data.encode()).bundle
    written = to_hl7v2(bundle, version=version)
    assert faults(written.message) == []
    return [each for each in missing(bundle, to_fhir(written.message).bundle) if each.split(" ")[0] not in OWN]


@pytest.mark.parametrize(("kind", "flavour", "row"), ROWS, ids=[f"{kind}-{row.id}" for kind, _, row in ROWS])
@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_a_row_put_into_fhir_comes_back_after_writing(
    kind: str, flavour: Flavour, row: Row, data: st.DataObject
) -> None:
    made = {row.segment: segment_text(flavour, row, data.draw(field_text(row)))}
    assert lost_after_writing(kind, made, data.draw(st.sampled_from(VERSIONS))) == []


@pytest.mark.parametrize("kind", sorted(HEADS))
@settings(
    max_examples=max(GENERATED // (4 * len(HEADS)), 6),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_bundles_of_many_rows_come_back_after_writing(kind: str, data: st.DataObject) -> None:
    own = [each for each in ROWS if each[0] == kind]
    chosen = data.draw(st.lists(st.sampled_from(own), min_size=1, max_size=10, unique_by=lambda each: each[2].id))
    made: dict[str, str] = {}
    for _, flavour, row in chosen:
        if row.segment not in made:
            made[row.segment] = segment_text(flavour, row, data.draw(field_text(row)))
    assert lost_after_writing(kind, made, data.draw(st.sampled_from(VERSIONS))) == []
