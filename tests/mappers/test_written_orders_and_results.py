"""ORU, ORM and OMG written from their resources: from Bundles that were messages, and from Bundles that never were."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message, parse_segment
from mapped_messages import ROOT, only, resources, sample_paths
from same_content import missing
from test_written_referrals import VERSIONS, without_the_exceptions

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import Message, match_structure, parse
from vrfhir.mappers import to_fhir, to_hl7v2

TABLE_EVENTS = "http://terminology.hl7.org/CodeSystem/v2-0003"
OF_TRANSPORT = ("Binary", "DocumentReference", "Provenance", "Device")
STRICT_EXCEPTIONS = {
    "ORM_O01": "hl7apy wants every one of the segments that the structure has a choice of (OBR or RQD or RXO …): its segments"
    " are checked one by one",
}
"""What hl7apy's strict validation says wrongly of these structures, and what is checked instead."""


def samples(kinds: str, step: int = 1) -> list[Path]:
    return [path for pattern in kinds.split() for path in sample_paths(pattern)][::step]


def without_the_original(bundle: dict[str, Any]) -> dict[str, Any]:
    """The Bundle of a message without the message itself."""
    entries = [entry for entry in bundle["entry"] if entry["resource"]["resourceType"] != "Binary"]
    return {**bundle, "entry": entries}


def unstructured(message: Message) -> list[str]:
    return [issue.id for issue in match_structure(message).issues if issue.severity in ("error", "fatal")]


def came_back(bundle: dict[str, Any], version: str = "2.5.1", **options: Any) -> tuple[Message, dict[str, Any]]:
    """The message of a Bundle, after everything in it was found again; and what was found."""
    written = to_hl7v2(bundle, version=version, **options)
    again = to_fhir(written.message)
    lost = [name for name in missing(bundle, again.bundle) if name.split(" ")[0] not in OF_TRANSPORT]
    assert written.loss == []
    assert lost == []
    assert again.ledger.unaccounted == []
    return parse(written.message), again.bundle


@pytest.mark.shared
@pytest.mark.skipif(not samples("ORM-*"), reason="the public sample messages are not here")
@pytest.mark.parametrize("path", [*samples("ORM-O01-*"), *samples("ORU-R01-*", 12)], ids=lambda path: path.stem)
def test_everything_of_a_public_sample_comes_back_without_its_original(path: Path) -> None:
    original = parse(path.read_bytes())
    bundle = without_the_original(to_fhir(original).bundle)
    message, _ = came_back(bundle, "")
    assert message.type.code == original.type.code
    assert unstructured(message) == [] or unstructured(original) != []


@pytest.mark.shared
@pytest.mark.skipif(not samples("ORM-*"), reason="the public sample messages are not here")
def test_most_values_of_the_samples_stand_where_they_stood_without_any_note() -> None:
    values = same = 0
    for path in [*samples("ORM-O01-*"), *samples("ORU-R01-*", 12)]:
        original = parse(path.read_bytes())
        bundle = without_the_original(to_fhir(original).bundle)
        written = parse(to_hl7v2(bundle, version="", allow_loss=True).message)
        found = {leaf.path: leaf.value for segment in written.segments for leaf in segment.leaves()}
        for segment in original.segments:
            for leaf in segment.leaves():
                values += 1
                same += found.get(leaf.path) == leaf.value
    assert same / values >= 0.95


@pytest.mark.parametrize("path", samples("ORM-O01-*"), ids=lambda path: path.stem)
def test_an_order_of_the_samples_comes_back_as_omg(path: Path) -> None:
    text = path.read_bytes().replace(b"ORM^O01^ORM_O01", b"OMG^O19^OMG_O19")
    message, _ = came_back(without_the_original(to_fhir(text).bundle), "")
    assert (message.type.code, message.type.trigger) == ("OMG", "O19")


@cache
def stories() -> Mapping[str, Mapping[str, dict[str, Any]]]:
    """Story → its resources by reference."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for path in sorted((ROOT / "examples").glob("*/fhir/*.json")):
        resource = json.loads(path.read_text(encoding="utf-8"))
        if resource["resourceType"] != "Bundle":
            found.setdefault(path.parent.parent.name, {})[f"{resource['resourceType']}/{resource['id']}"] = resource
    return found


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def records_of(story: str, kind: str) -> list[dict[str, Any]]:
    """The resources of a type and all that they refer to, as a record system holds them."""
    known = stories()[story]
    waiting, found = [name for name in known if name.startswith(kind + "/")], {}
    while waiting:
        name = waiting.pop(0)
        if name in known and name not in found:
            found[name] = known[name]
            waiting += references(known[name])
    return deepcopy(list(found.values()))


def message_of(story: str, kind: str, event: str) -> dict[str, Any]:
    """A message Bundle that a record system would make: nobody thought of HL7 v2."""
    items = records_of(story, kind)
    head = {
        "resourceType": "MessageHeader",
        "id": "head",
        "eventCoding": {"system": TABLE_EVENTS, "code": event},
        "source": {"name": "Record system", "endpoint": "https://ehr.example.org/fhir"},
        "focus": [{"reference": f"{items[0]['resourceType']}/{items[0]['id']}"}],
    }
    entries = [
        {"fullUrl": f"https://ehr.example.org/fhir/{each['resourceType']}/{each['id']}", "resource": each}
        for each in (head, *items)
    ]
    number = {"system": "https://ehr.example.org/message", "value": f"{story}-{event}"}
    return {
        "resourceType": "Bundle",
        "type": "message",
        "identifier": number,
        "timestamp": "2026-11-16T10:17:00+00:00",
        "entry": entries,
    }


def with_a(kind: str) -> list[str]:
    return [story for story, known in stories().items() if any(name.startswith(kind + "/") for name in known)]


CASES = [
    (story, kind, event)
    for kind, events in (("Observation", ("R01",)), ("ServiceRequest", ("O01", "O19")))
    for story in with_a(kind)
    for event in events
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("story", "kind", "event"), CASES)
def test_records_that_never_were_hl7_v2_come_back(story: str, kind: str, event: str, version: str) -> None:
    message, _ = came_back(message_of(story, kind, event), version)
    assert message.version == version
    assert unstructured(message) == []


def judge(data: bytes) -> None:
    """hl7apy's strict validation: of the message, or where its structure is wrong of each segment."""
    text = without_the_exceptions(data.decode("utf-8"))
    structure = text.split("|")[8].split("^")[2]
    version = parse(data).version
    if structure in STRICT_EXCEPTIONS:
        for line in text.strip("\r").split("\r"):
            if not line.startswith("MSH"):
                parse_segment(line, version=version, validation_level=VALIDATION_LEVEL.STRICT).validate()
        return
    message = parse_message(text, validation_level=VALIDATION_LEVEL.STRICT)
    message.validate()
    assert message.version == version


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("story", "kind", "event"), CASES)
def test_hl7apy_finds_no_fault_in_what_is_written(story: str, kind: str, event: str, version: str) -> None:
    judge(to_hl7v2(message_of(story, kind, event), version=version).message)


def test_scores_have_fields_of_their_own() -> None:
    bundle = message_of("driver", "Observation", "R01")
    message = parse(to_hl7v2(bundle).message)
    scores = {
        tuple(segment.value(field) for field in (3, 2, 5, 6, 14))
        for segment in message.all("OBX")
        if segment.value(3, 1, 3) == "vr-score" and segment.value(3, 1, 6) != "99VRE"
    }
    assert ("eq-5d-index", "NM", "0.62", "1", "20261124") in scores
    assert ("work-ability", "NM", "8", "1", "20270226") in scores


def test_results_of_a_report_stand_under_it_with_the_order_before_them() -> None:
    bundle = small(
        {"resourceType": "ServiceRequest", "id": "order", "status": "completed", "intent": "order", "subject": PATIENT}
        | {"identifier": [number("PLAC", "P1"), number("FILL", "F1")], "authoredOn": "2026-11-01"},
        {"resourceType": "DiagnosticReport", "id": "report", "status": "final", "code": CODE, "subject": PATIENT}
        | {"basedOn": [{"reference": "ServiceRequest/order"}], "result": [{"reference": "Observation/score"}]}
        | {"effectiveDateTime": "2026-11-16", "identifier": [number("FILL", "R1")]},
        score("score", 14),
        score("free", 3),
    )
    message, _ = came_back(bundle, message="ORU^R01")
    names = [segment.name for segment in message.segments][:7]
    assert names == ["MSH", "PID", "ORC", "OBR", "OBX", "OBR", "OBX"]
    assert (message.value("ORC-1"), message.value("ORC-2"), message.value("ORC-3")) == ("RE", "P1", "F1")
    assert (message.value("OBR-3"), message.value("OBR-4.2"), message.value("OBR-25")) == ("R1", "PHQ-9 panel", "F")
    assert [segment.value(5) for segment in message.all("OBX")][:2] == ["14", "3"]
    assert message.value("OBR[2]-4") == "items"


@pytest.mark.parametrize(("kind", "event"), [("ORM", "O01"), ("OMG", "O19")])
@pytest.mark.parametrize("status", ["active", "revoked", "on-hold", "completed"])
def test_an_order_has_its_numbers_code_reason_and_notes(kind: str, event: str, status: str) -> None:
    order = {
        "resourceType": "ServiceRequest",
        "id": "order",
        "status": status,
        "intent": "order",
        "priority": "urgent",
        "identifier": [number("PLAC", "P1")],
        "code": CODE,
        "subject": PATIENT,
        "authoredOn": "2026-11-01T09:00:00+00:00",
        "requester": {"reference": "Practitioner/okafor"},
        "reasonCode": [{"text": "Off work since October"}],
        "note": [{"text": "Before December, please"}],
    }
    practitioner = {"resourceType": "Practitioner", "id": "okafor", "name": [{"family": "Okafor", "given": ["Amara"]}]}
    message, again = came_back(small(order, practitioner), message=f"{kind}^{event}")
    assert unstructured(message) == []
    assert (message.value("ORC-2"), message.value("ORC-12.2"), message.value("OBR-4")) == ("P1", "Okafor", "44249-1")
    assert message.value("NTE-3") == "Before December, please"
    assert only(again, "ServiceRequest")["status"] == status


def test_codes_are_never_invented() -> None:
    """Every code in a field that was written stands in the Bundle, is of an HL7 table, or names what we make."""
    bundle = message_of("driver", "ServiceRequest", "O19")
    said = json.dumps(bundle)
    ours = {"items", "document", "EMR", "NW", "CA", "RE", "F", "P", "Y", "N", "NH", "W", "GBR", "1"}
    message = parse(to_hl7v2(bundle).message)
    for name, field in (("OBR", 4), ("ORC", 1), ("OBX", 3), ("OBX", 5), ("DG1", 3), ("OBR", 5), ("ORC", 5)):
        for segment in message.all(name):
            code = segment.value(field) or ""
            coded = segment.value(2) in ("CE", "CWE") or name != "OBX" or field == 3
            plain = re.split(r"[.\[]", segment.value(3, 1, 4) or "")[-1] if name == "OBX" else ""
            if coded and code and "[" not in code and segment.value(3, 1, 6) != "99VRE":
                assert code in said or code in ours or code == plain or _of_a_table(code), (segment.name, field, code)


def _of_a_table(code: str) -> bool:
    from vrfhir.mappers.vocabulary import code_map

    return any(code in code_map(name).back.values() for name in ("order-status", "order-priority", "result-status"))


@pytest.mark.parametrize(
    ("declared", "codec"), [("8859/1", "latin-1"), ("UNICODE UTF-8", "utf-8"), ("8859/15", "iso8859-15")]
)
def test_a_message_goes_back_in_the_character_set_it_came_in(declared: str, codec: str) -> None:
    head = rf"MSH|^~\&|PAS|RXX01|VR|Y99902|20261116101700||ORU^R01^ORU_R01|C1|P|2.5.1|||||GBR|{declared}"
    rest = "PID|1||9000004128^^^NHS^NH||Müller^Jörg||19790314|1\rOBR|1|||A^B^L\rOBX|1|ST|44261-6^^LN||wört||||||F\r"
    data = f"{head}\r{rest}".encode(codec)
    assert to_hl7v2(to_fhir(data).bundle).message == data
    bundle = to_fhir(data).bundle
    only(bundle, "Patient")["name"][0]["family"] = "Łukasz"
    message = parse(to_hl7v2(bundle).message)
    assert (message.value("PID-5"), message.value("MSH-18")) == ("Łukasz", "UNICODE UTF-8")


@pytest.mark.parametrize("message", ["ORU^R01", "ORM^O01", "OMG^O19"])
def test_a_bundle_without_what_the_message_is_about_is_refused(message: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        to_hl7v2(small(), message=message)
    assert [issue.id for issue in refused.value.issues] == ["VR-V2-0547"]


PATIENT = {"reference": "Patient/p"}
CODE = {"coding": [{"system": "http://loinc.org", "code": "44249-1"}], "text": "PHQ-9 panel"}


def number(kind: str, value: str) -> dict[str, Any]:
    coding = {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": kind}
    return {"type": {"coding": [coding]}, "system": "https://ehr.example.org/orders", "value": value}


def score(name: str, value: int) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "44261-6"}]},
        "subject": PATIENT,
        "valueQuantity": {"value": value, "unit": "{score}", "system": "http://unitsofmeasure.org", "code": "{score}"},
    }


def small(*items: dict[str, Any]) -> dict[str, Any]:
    """A collection with a patient, which says nothing of a message."""
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9000004128"}],
        "name": [{"family": "Millward", "given": ["John"]}],
    }
    entries = [
        {"fullUrl": f"https://ehr.example.org/fhir/{each['resourceType']}/{each['id']}", "resource": each}
        for each in (patient, *deepcopy(items))
    ]
    return {"resourceType": "Bundle", "type": "collection", "timestamp": "2026-11-16T10:17:00Z", "entry": entries}


def test_only_what_belongs_to_the_message_itself_is_added() -> None:
    _, again = came_back(small(score("score", 14)), message="ORU^R01")
    assert [each["resourceType"] for each in resources(again, "DiagnosticReport")] == []
    assert len(resources(again, "Observation")) == len(resources(again, "Patient")) == 1
