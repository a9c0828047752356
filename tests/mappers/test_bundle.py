"""The Bundle as a whole: references resolve, equal input gives equal bytes, provenance, events, profiles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mapped_messages import DRIVER, only, resources, sample_paths

from vrfhir import Validator
from vrfhir.errors import UnreadableError
from vrfhir.fhir.json import serialize
from vrfhir.issues import has_errors
from vrfhir.mappers import Partner, to_fhir

FILES = [DRIVER, *sample_paths("REF-*.hl7")]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def systems(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("system"), str) and "value" in value and ":" in value["system"]:
            yield value["system"]
        for each in value.values():
            yield from systems(each)
    elif isinstance(value, list):
        for each in value:
            yield from systems(each)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_reference_resolves_and_no_system_is_a_placeholder(path: Path) -> None:
    bundle = to_fhir(path.read_bytes()).bundle
    full_urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(full_urls) == len(set(full_urls))
    assert set(references(bundle)) <= set(full_urls)
    assert not [system for system in systems(bundle) if "example" in system or not re.match(r"(https?|urn):", system)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_equal_input_gives_equal_bytes(path: Path) -> None:
    data = path.read_bytes()
    assert serialize(to_fhir(data).bundle) == serialize(to_fhir(data).bundle)


def test_ids_follow_the_referral_and_not_the_message(message: Any) -> None:
    first = to_fhir(message()).bundle
    again = to_fhir(
        message(MSH=r"MSH|^~\&|GPSYS|Y99901|VRSYS|Y99902|20261117||REF^I13^REF_I12|C2|P|2.4|||||GBR")
    ).bundle
    other = to_fhir(message(RF1="RF1|||18781004^^SCT|||VR-2^Y99901|||20261116")).bundle
    assert only(first, "Patient")["id"] == only(again, "Patient")["id"] != only(other, "Patient")["id"]
    assert first["id"] != again["id"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_bundle_is_valid(path: Path) -> None:
    report = Validator().validate(to_fhir(path.read_bytes()).bundle)
    assert [issue for issue in report.issues if issue.is_error] == []


def test_a_vocational_referral_claims_the_vr_profiles_and_another_does_not(message: Any) -> None:
    vocational = to_fhir(message()).bundle
    assert vocational["meta"]["profile"] == ["https://vrfhir.org/fhir/StructureDefinition/VR-ReferralMessage"]
    assert only(vocational, "MessageHeader")["eventCoding"]["code"] == "referral-request"
    plain = to_fhir(message(RF1="RF1|||Med^Medical^HL70281|||VR-1^Y99901|||20261116")).bundle
    assert "profile" not in str(plain)
    assert only(plain, "MessageHeader")["eventCoding"] == {
        "system": "http://terminology.hl7.org/CodeSystem/v2-0003",
        "code": "I12",
    }


@pytest.mark.parametrize(
    ("trigger", "event", "status"),
    [
        ("I12", "referral-request", "active"),
        ("I13", "referral-update", "active"),
        ("I14", "referral-cancel", "revoked"),
    ],
)
def test_the_trigger_says_what_the_message_asks_for(message: Any, trigger: str, event: str, status: str) -> None:
    bundle = to_fhir(message(MSH=rf"MSH|^~\&|GPSYS|Y99901|||20261116||REF^{trigger}^REF_I12|C1|P|2.4|||||GBR")).bundle
    assert only(bundle, "MessageHeader")["eventCoding"]["code"] == event
    assert only(bundle, "ServiceRequest")["status"] == status


def test_provenance_names_message_and_map(message: Any) -> None:
    received = datetime(2026, 11, 16, 10, 20, tzinfo=UTC)
    bundle = to_fhir(message(), received=received).bundle
    source, made = resources(bundle, "Provenance")
    assert source["recorded"] == made["recorded"] == "2026-11-16T10:20:00.000+00:00"
    device = next(
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "Device" and entry["fullUrl"] == made["agent"][0]["who"]["reference"]
    )
    assert [len(version["value"]) for version in device["version"] if version["type"]["text"] == "map SHA-256"] == [64]
    document = next(e["resource"] for e in bundle["entry"] if "urn:hash" in str(e["resource"].get("masterIdentifier")))
    assert re.fullmatch(r"urn:hash::sha256:[0-9a-f]{64}", document["masterIdentifier"]["value"])


@pytest.mark.parametrize(
    ("msh", "rule"),
    [
        (r"MSH|^~\&|A|B|C|D|20261116||DFT^P03|C1|P|2.4", "VR-V2-0501"),
        (r"MSH|^~\&|A|B|C|D|20261116||ADT^A02|C1|P|2.4", "VR-V2-0502"),
        (r"MSH|^~\&|A|B|C|D|20261116||REF^I99|C1|P|2.4", "VR-V2-0502"),
        (r"MSH|^~\&|A|B|C|D|20261116||REF^I12|C1|P|3.0", "VR-V2-0507"),
        (r"MSH|^~\&", None),
        ("", None),
        ("PID|1", None),
    ],
)
def test_what_is_no_referral_is_refused_with_an_id(msh: str, rule: str | None) -> None:
    with pytest.raises(UnreadableError) as caught:
        to_fhir(msh.encode() + b"\rPID|1\r" if msh else b"")
    assert caught.value.issues[0].id == rule or (rule is None and caught.value.issues[0].id.startswith("VR-V2-0"))


def test_i11_is_read_as_i12_with_a_warning(message: Any) -> None:
    mapping = to_fhir(message(MSH=r"MSH|^~\&|GPSYS|Y99901|||20261116||REF^I11|C1|P|2.4|||||GBR"))
    assert "VR-V2-0503" in [issue.id for issue in mapping.issues]
    assert only(mapping.bundle, "MessageHeader")["eventCoding"]["code"] == "referral-request"


@pytest.mark.parametrize(
    ("replaced", "rule"),
    [({"PID": ""}, "VR-V2-0504"), ({"RF1": "RF1|||18781004^^SCT"}, "VR-V2-0505"), ({"RF1": ""}, "VR-V2-0504")],
)
def test_what_a_referral_needs_is_asked_for(message: Any, replaced: dict[str, str], rule: str) -> None:
    mapping = to_fhir(message(**replaced))
    assert has_errors(mapping.issues)
    assert rule in [issue.id for issue in mapping.issues]
    assert mapping.ledger.unaccounted == []


def test_the_provenance_tells_what_the_message_called_its_systems(message: Any) -> None:
    data = message("DG1|1||35489007^Depression^SCT", "DG1|2||X1^Pain^99LOC")
    partner = replace(Partner.default(), id="fresh")
    first = to_fhir(data, partner=partner).bundle
    entities = [each for made in resources(first, "Provenance") for each in made.get("entity", ())]
    names = {
        each["what"]["display"]: each["what"]["identifier"]["value"]
        for each in entities
        if each["what"].get("type") == "NamingSystem"
    }
    assert names == {"SCT": "http://snomed.info/sct", "NHS": "https://fhir.nhs.uk/Id/nhs-number"}
    assert to_fhir(data, partner=partner).bundle == first, "what is remembered of a partner changes nothing"


def test_an_authority_with_an_oid_is_named_with_its_type(message: Any) -> None:
    data = message(PID="PID|1||7^^^LAB&2.16.840.1.113883.19.4&ISO^MR||Millward^John")
    entities = [e for made in resources(to_fhir(data).bundle, "Provenance") for e in made.get("entity", ())]
    what = next(each["what"] for each in entities if each["what"].get("display") == "LAB")
    assert what["identifier"]["value"] == "urn:oid:2.16.840.1.113883.19.4"
    assert what["identifier"]["type"]["coding"][0]["code"] == "ISO"
