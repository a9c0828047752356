"""Several fields fill one list of FHIR: each value goes back to its own field, without notes beside the elements."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mapped_messages import ROOT, only, sample_paths

from vrfhir.hl7v2 import Message, parse
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.mappers.marks import is_marked
from vrfhir.mappers.rows import load_maps

HEADER = r"MSH|^~\&|PAS|Y99901|VRSYS|Y99902|20261116101700+0000||ADT^A31^ADT_A05|C1|P|2.6|||||GBR"
EVENT = "EVN||20261116101700+0000"
PATIENT = (
    "PID|1|77^^^OLD^MR|9000004128^^^NHS^NH|78^^^ALT|Millward^John^^^^^L|Moor^Ann^B|19790314|M|Jock||12 Row^^Testford"
    "||01632 960001^WPN^PH~01632 960002^PRN^PH|01632 960003^PRN^PH~01632 960004^WPN^PH||||A-1^^^RXX01^VN~A-2|||||||||||"
    "20261101|Y||||||||||john@example.org^NET^Internet"
)
RELATIVE = (
    "NK1|1|Millward^Ann|SPO^Spouse^HL70063||01632 960011^WPN^PH|01632 960012^WPN^PH~01632 960013^PRN^PH|C^Contact^HL70131"
    "|||||E-1^^^ACME^EI|||||||||||||||||||||K-1^^^RXX01^MR|||||||01632 960014^PRN^CP|01632 960015^PRN^PH"
)
VISIT = "PV1|1|O|WARD1^2^3||||||||||||||||V-1^^^RXX01^AN|||||||||||||||||||||||||||||||V-2^^^RXX01^VN"
PLAN = "PV2|WARD9^1^1||||||||||||9900417^Okafor^Amara^^^Dr^^^GMC"


def message(*segments: str, header: str = HEADER) -> bytes:
    return "".join(f"{segment}\r" for segment in (header, EVENT, *segments)).encode()


def back(data: bytes, **changes: Any) -> Message:
    """The message after FHIR, without the stored original and without notes."""
    bundle = to_fhir(data).bundle
    bundle["entry"] = [each for each in bundle["entry"] if each["resource"]["resourceType"] != "Binary"]
    for change in changes.values():
        change(bundle)
    written = to_hl7v2(bundle, version="")
    assert written.loss == []
    return parse(written.message)


def field(found: Message, name: str, number: int) -> str:
    segment = found.segment(name)
    assert segment is not None
    return segment.field(number)


FIELDS = {
    "PID": (2, 3, 4, 9, 13, 14, 18, 29, 30, 40),
    "NK1": (5, 6, 7, 12, 33, 40, 41),
    "PV1": (3, 19, 50),
    "PV2": (1, 13),
}


@pytest.mark.parametrize(("name", "number"), [(name, number) for name, numbers in FIELDS.items() for number in numbers])
def test_each_value_goes_back_to_its_field(name: str, number: int) -> None:
    data = message(PATIENT, RELATIVE, VISIT, PLAN)
    assert field(back(data), name, number) == field(parse(data), name, number) != ""


def test_the_mark_is_the_field_as_the_id_of_the_element() -> None:
    patient = only(to_fhir(message(PATIENT)).bundle, "Patient")
    assert [(each["value"], each.get("id")) for each in patient["identifier"]] == [
        ("9000004128", None),
        ("77", "PID-2"),
        ("78", "PID-4"),
        ("A-1", "PID-18"),
        ("A-2", None),
    ]
    assert [each.get("id") for each in patient["telecom"]] == ["PID-13", None, "PID-14", None, "PID-40"]


def test_ids_of_one_resource_are_different() -> None:
    def ids(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["id"]] if isinstance(value.get("id"), str) else []
            return own + [found for each in value.values() for found in ids(each)]
        return [found for each in value for found in ids(each)] if isinstance(value, list) else []

    for path in sample_paths("*.hl7"):
        data = path.read_bytes()
        if path.stem.split("-")[0] not in ("ADT", "SIU", "REF", "ORM", "MDM") or "-" not in path.stem:
            continue
        try:
            bundle = to_fhir(data).bundle
        except Exception:
            continue
        for entry in bundle["entry"]:
            found = ids(entry["resource"])
            assert len(found) == len(set(found)), path.name


def test_an_edited_value_stays_in_its_field_and_one_that_lost_its_id_goes_with_the_others() -> None:
    def edit(bundle: dict[str, Any]) -> None:
        numbers = {each["value"]: each for each in only(bundle, "Patient")["identifier"]}
        numbers["78"]["value"] = "79"
        del numbers["77"]["id"]

    found = back(message(PATIENT), edit=edit)
    assert field(found, "PID", 4) == "79^^^ALT"
    assert field(found, "PID", 2) == ""
    assert "77^^^OLD^MR" in field(found, "PID", 3).split("~")


@pytest.mark.parametrize("version", ["2.4", "2.5.1"])
def test_a_bundle_of_fhir_gets_no_marks(version: str) -> None:
    bundle = json.loads((ROOT / "examples/driver/fhir/message-referral-request.json").read_text(encoding="utf-8"))
    only(bundle, "Patient")["telecom"] = [
        {"system": "phone", "value": "01632 960003", "use": "work"},
        {"system": "phone", "value": "01632 960001", "use": "home"},
    ]
    written = parse(to_hl7v2(bundle, version=version).message)
    assert (field(written, "PID", 14), field(written, "PID", 13)) == ("01632 960003^WPN^PH", "01632 960001^PRN^PH")
    assert "telecom[0].id" not in written.text
    rows = [row for each in load_maps().values() for form in each.flavours for row in form.rows]
    values = only(to_fhir(written).bundle, "Patient")["telecom"]
    assert not [row.id for row in rows for value in values if is_marked(row, value)]


OTHERS = (
    "GT1|1|G-1^^^RXX01^AN|Moor^Ann|Moor^Nan|1 Row^^Testford||01632 960021^WPN^PH|19500101|F|X^Own^HL70068|SPO^Spouse^HL70063",
    "ACC|20261010|L^Work^HL70050|Dock 4||Y|N",
    "ORC|NW|O-1^Y99901|F-1^Y99902",
    "OBR|1|O-1^Y99901|F-1^Y99902|24627-2^CT chest^LN|||20261101",
    "RF1|P^Pending^HL70283||18781004^Referral^SCT|||VR-9^Y99901|20261116||||||Back pain",
)


@pytest.mark.parametrize("number", range(len(OTHERS)))
def test_a_segment_that_the_plan_of_its_structure_does_not_have_comes_back_as_it_was(number: int) -> None:
    data = message("SFT|Orion|2.4|Rhapsody|2.4.3", PATIENT, RELATIVE, VISIT, *OTHERS)
    name = OTHERS[number][:3]
    found, source = back(data), parse(data)
    assert [segment.name for segment in found.segments if segment.name in ("NK1", "PR1", name)].count(name) == 1
    assert len(found.all("NK1")) == 1
    assert found.all("PR1") == ()
    segment, wanted = found.segment(name), source.segment(name)
    assert segment is not None
    assert wanted is not None
    assert {leaf.path: leaf.value for leaf in wanted.leaves()}.items() <= {
        leaf.path: leaf.value for leaf in segment.leaves()
    }.items()
    assert field(found, "SFT", 1) == "Orion"


@pytest.mark.parametrize(
    "text",
    [
        "Josh&&&&Bing^^stanley^^^^L",
        "Everyman^^Adam",
        "Everyman^Adam^A",
    ],
)
def test_a_middle_name_alone_is_none_of_the_first(text: str) -> None:
    assert field(back(message(f"PID|1||1^^^X^MR||{text}")), "PID", 5) == text


@pytest.mark.parametrize(
    "text", ["^WPN^PH^^^^^^^^^01632 960001", "a@example.org^NET^Internet", "^NET^Internet^me-at-home"]
)
def test_a_number_stays_in_the_component_it_was_sent_in(text: str) -> None:
    header = HEADER.replace("|2.6|", "|2.7|")
    assert field(back(message(f"PID|1||1^^^X^MR||A^B||||||||{text}", header=header)), "PID", 13) == text


def test_the_segments_of_an_appointment_are_counted_in_their_group() -> None:
    header = HEADER.replace("ADT^A31^ADT_A05", "SIU^S12^SIU_S12")
    lines = (header, "SCH|1^X|||||R", "PID|1||1^^^X^MR||A^B", "RGS|1", "AIS|1||A^A^L", "RGS|2", "AIS|1||B^B^L")
    found = back("".join(f"{line}\r" for line in lines).encode())
    assert [segment.field(1) for segment in found.all("AIS")] == ["1", "1"]
