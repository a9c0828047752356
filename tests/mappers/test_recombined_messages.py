"""The laws on messages nobody sent: recombined parts of real ones, and every field of every structure filled by type.

``VRFHIR_RECOMBINED`` says how many of each are made (default 40); a nightly run takes thousands. What such runs showed is
held one by one below, each with the smallest message that shows it.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from laws import broken, unfaithful, unsound
from mapped_messages import only, resources, sample_paths
from recombined import recombined
from typed_messages import typed

from vrfhir.mappers import Mapping, to_fhir
from vrfhir.mappers.ledger import Entry

NUMBER = int(os.environ.get("VRFHIR_RECOMBINED", "40"))
FIRST = int(os.environ.get("VRFHIR_RECOMBINED_FROM", "0"))
"""The first seed; another one makes other messages."""
HEAD = r"MSH|^~\&|PAS|RXX01|VR|Y99902|20261116101700||{0}|C1|P|2.5.1|||||GBR"
PID = "PID|1||9000004128^^^NHS^NH||Millward^John||19790314|1"


def mapped(kind: str, *segments: str) -> Mapping:
    """A message of a kind with the segments, mapped; it keeps the laws."""
    mapping = to_fhir(("\r".join([HEAD.format(kind), *segments]) + "\r").encode())
    assert [*unfaithful(mapping), *unsound(mapping)] == []
    return mapping


def entry(mapping: Mapping, path: str) -> Entry:
    return next(each for each in mapping.ledger if each.path == path)


@pytest.mark.shared
@pytest.mark.skipif(not sample_paths("*.hl7"), reason="the public sample messages are not here")
@pytest.mark.parametrize("seed", range(FIRST, FIRST + NUMBER))
def test_a_recombined_message_keeps_the_laws(seed: int) -> None:
    assert broken(recombined(seed), models=seed % 5 == 0, back=False, versions=()) == []


@pytest.mark.shared
@pytest.mark.skipif(not sample_paths("*.hl7"), reason="the public sample messages are not here")
@pytest.mark.parametrize("seed", range(FIRST, FIRST + NUMBER))
def test_a_message_filled_by_type_keeps_the_laws(seed: int) -> None:
    assert broken(typed(seed), models=seed % 5 == 0, back=False, versions=()) == []


def test_an_appointment_in_a_referral_is_complete() -> None:
    bundle = mapped("REF^I12", "RF1|||18781004^^99X|||VR-1", PID, "AIL|1||Room 4", "AIP|1||77^Finch").bundle
    appointment = only(bundle, "Appointment")
    assert appointment["status"] == "proposed"
    assert all("status" in each for each in appointment["participant"])


@pytest.mark.parametrize("status", ["Booked", "Pending", "Complete", "Deleted"])
@pytest.mark.parametrize("start", ["", "20261124100000+0000"])
def test_an_appointment_without_an_end_says_that_it_is_unknown(status: str, start: str) -> None:
    segment = f"SCH|A1|B1|||||||45|MIN^Minutes^ISO+|^^^{start}||||||||||||||{status}"
    appointment = only(mapped("SIU^S12", segment, PID).bundle, "Appointment")
    assert appointment["_end"]["extension"][0]["valueCode"] == "unknown"


def test_the_event_says_the_status_and_what_the_field_says_otherwise_stays() -> None:
    mapping = mapped("SIU^S15", "SCH|A1|B1" + "|" * 23 + "Booked^^HL70278", PID)
    appointment = only(mapping.bundle, "Appointment")
    assert appointment["status"] == "cancelled"
    assert "Booked" in str(appointment["_status"])


def test_another_unit_than_minutes_is_kept_as_it_is() -> None:
    mapping = mapped("SIU^S12", "SCH|A1|B1|||||||2|h^hours^ISO+", PID)
    assert entry(mapping, "SCH[1]-10[1].1.1").outcome == "carried"
    mapping = mapped("SIU^S12", "SCH|A1|B1|||||||45|MIN^our words^L", PID)
    assert entry(mapping, "SCH[1]-10[1].2.1").outcome == "carried"


def test_an_acknowledgement_of_no_event_has_the_code_of_its_type() -> None:
    header = mapped("ACK", "MSA|AA|C9").bundle["entry"][0]["resource"]
    assert header["eventCoding"] == {"system": "http://terminology.hl7.org/CodeSystem/v2-0076", "code": "ACK"}


@pytest.mark.parametrize("trigger", ["I12", "I15"])
def test_a_header_claims_the_profile_only_with_an_event_of_the_profile(trigger: str) -> None:
    text = [HEAD.format(f"REF^{trigger}"), "RF1|||18781004^^SCT|||VR-1", PID]
    header = to_fhir(("\r".join(text) + "\r").encode()).bundle["entry"][0]["resource"]
    assert ("profile" in header["meta"]) == (trigger == "I12")


def test_only_a_referral_is_for_vocational_rehabilitation() -> None:
    bundle = mapped("ADT^A08", "EVN|A08|20261116", PID, "RF1|||18781004^^SCT|||VR-1").bundle
    assert "StructureDefinition/VR-Patient" not in str(bundle)


@pytest.mark.parametrize(("field", "code"), [("17", "LOC"), ("17", "XXX"), ("19", "zz"), ("19", "en-XX")])
def test_a_code_that_no_registry_has_is_carried(field: str, code: str) -> None:
    head = HEAD.format("ADT^A08").split("|")
    head += [""] * (20 - len(head))
    head[int(field) - 1] = code
    mapping = to_fhir(("\r".join(["|".join(head), "EVN|A08|20261116", PID]) + "\r").encode())
    assert [*unfaithful(mapping), *unsound(mapping)] == []
    assert entry(mapping, f"MSH[1]-{field}[1].1.1").outcome == "carried"


def test_a_language_that_is_none_stays_what_was_sent() -> None:
    patient = only(mapped("ADT^A08", "EVN|A08|20261116", PID + "|" * 7 + "xx^Ours^L").bundle, "Patient")
    assert [each["system"] for each in patient["communication"][0]["language"]["coding"]] == [
        "https://vrfhir.org/fhir/sid/v2/RXX01/L"
    ]


def test_an_expiry_that_is_no_date_leaves_no_empty_period() -> None:
    patient = only(mapped("ADT^A08", "EVN|A08|20261116", PID + "|" * 12 + "A123^DVLA^1.2.3").bundle, "Patient")
    assert "period" not in patient["identifier"][1]


def test_the_offset_of_a_time_of_day_is_kept_beside_it() -> None:
    mapping = mapped("ORU^R01", PID, "OBR|1|||X^Ours^L", "OBX|1|TM|Y^Ours^L||101559+0100||||||F")
    observation = resources(mapping.bundle, "Observation")[0]
    assert observation["valueTime"] == "10:15:59"
    assert "101559+0100" in str(observation["_valueTime"])


@pytest.mark.parametrize("name", ["urn:oid:1.2.3", "urn:oid:x", "urn:uuid:1", "http://", "urn:", "http:// x"])
def test_a_name_that_only_begins_like_a_uri_is_the_senders_own(name: str) -> None:
    mapping = mapped("ORU^R01", PID, "OBR|1|||X^Ours^L", f"OBX|1|ST|Y^Ours^{name}||a||||||F|||||Z^Lab^{name}")
    systems: Any = resources(mapping.bundle, "Observation")[0]["code"]["coding"][0]["system"]
    assert systems.startswith("https://vrfhir.org/fhir/sid/v2/RXX01/")


def test_the_second_half_of_a_visit_is_a_visit() -> None:
    visit = only(mapped("ORU^R01", PID, "PV2|||^Abscess", "OBR|1|||X^Ours^L").bundle, "Encounter")
    assert visit["status"] == "unknown"


def test_an_answer_without_a_code_is_carried() -> None:
    mapping = mapped("ADT^A08", "MSA|#|C9", "EVN|A08|20261116", PID)
    assert "response" not in mapping.bundle["entry"][0]["resource"]
    assert entry(mapping, "MSA[1]-2[1].1.1").outcome == "carried"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("X^Y^Z^Base64^JVBERi0xLjQK", "application/octet-stream"),
        ("X^Y^Z^A^hello", "text/plain"),
        ("^^^^hi", "text/plain"),
    ],
)
def test_a_document_of_an_unknown_type_has_the_type_of_its_bytes(value: str, kind: str) -> None:
    mapping = mapped("ORU^R01", PID, "OBR|1|||X^Ours^L", f"OBX|1|ED|Y^Ours^L||{value}||||||F")
    assert only(mapping.bundle, "DocumentReference")["content"][0]["attachment"]["contentType"] == kind


@pytest.mark.parametrize("label", ["PV1[1].Encounter", "NK1[3].RelatedPerson", "MSH[1].Mapper"])
def test_an_element_of_a_resource_that_is_not_there_is_kept(label: str) -> None:
    element = "OBX|1|ST|status^Status^99VRE^status^string^99VRE||in-progress||||||F"
    mapping = mapped("ORU^R01", PID, f"OBR|1|||{label}^Words^99VRF", element)
    kept = str(mapping.bundle["entry"][0]["resource"]["extension"])
    assert label in kept
    assert "in-progress" in kept


def test_the_number_of_a_place_that_nobody_gives_is_carried() -> None:
    mapping = mapped("ADT^A08", "EVN|A08|20261116", PID, "PV1|1|I|W1^^^^^^^^^L77")
    assert entry(mapping, "PV1[1]-3[1].10.1").outcome == "carried"


def test_the_version_of_a_table_to_which_a_value_set_is_tied_is_carried() -> None:
    specimen = f"SPM|1|||BLD^Blood^HL70487{'|' * 20}HEM^Hemolyzed^HL70493^^^^2.5.1"
    mapping = mapped("ORU^R01", PID, "OBR|1|||X^Ours^L", specimen)
    assert entry(mapping, "SPM[1]-24[1].7.1").outcome == "carried"
    assert only(mapping.bundle, "Specimen")["condition"][0]["coding"][0]["code"] == "HEM"


def test_a_task_whose_last_change_nobody_tells_changed_last_when_it_began() -> None:
    head = HEAD.format("REF^I12").replace("20261116101700", "")
    text = "\r".join([head, "RF1|P||18781004^^SCT|||VR-1|20261116||20261116101500", PID, ""])
    task = only(to_fhir(text.encode()).bundle, "Task")
    assert "_lastModified" not in task or "authoredOn" not in task


def test_an_appointment_of_nobody_says_so() -> None:
    appointment = only(mapped("SIU^S12", "SCH|A1|B1").bundle, "Appointment")
    assert appointment["participant"][0]["actor"]["extension"][0]["valueCode"] == "unknown"


def test_a_group_without_a_plan_keeps_its_name() -> None:
    coverage = only(mapped("ADT^A08", "EVN|A08|20261116", PID, "IN1|1||C1|Insurer||||G1|Group").bundle, "Coverage")
    assert [(each["value"], each["name"]) for each in coverage["class"]] == [("G1", "Group")]


def test_copies_of_an_order_without_orc_are_about_the_order() -> None:
    provenance = "OBR|1|A1|B1|X^Ours^L" + "|" * 24 + "77^Finch^Ann"
    mapping = mapped("ORM^O01", PID, provenance)
    order = next(each for each in mapping.bundle["entry"] if each["resource"]["resourceType"] == "ServiceRequest")
    copies = [
        each
        for each in resources(mapping.bundle, "Provenance")
        if "Finch" in str(mapping.bundle) and len(each["target"]) == 1
    ]
    assert {"reference": order["fullUrl"]} in [target for each in copies for target in each["target"]]
