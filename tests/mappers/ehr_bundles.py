"""Bundles as an electronic health record makes them that never saw HL7 v2: resources of the example stories in a message."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from mapped_messages import ROOT

__all__ = ["BASE", "BUNDLES", "PDF", "message", "story"]

BASE = "https://ehr.example.org/fhir/"
PDF = b64encode(b"%PDF-1.4\n% fictional\n").decode()
_TABLE = "http://terminology.hl7.org/CodeSystem/v2-0003"
_PATIENT, _ROLE = "Patient/sarah-linden", "PractitionerRole/mary-finch-role"
_APPOINTMENT = "Appointment/sarah-assessment"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"


@cache
def _resources() -> Mapping[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((ROOT / "examples").glob("*/fhir/*.json")):
        resource = json.loads(path.read_text(encoding="utf-8"))
        if resource["resourceType"] != "Bundle":
            found.setdefault(f"{resource['resourceType']}/{resource['id']}", resource)
    return found


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def story(*names: str, depth: int = 3) -> list[dict[str, Any]]:
    """Copies of resources of the stories, with what they refer to."""
    found: dict[str, dict[str, Any]] = {}
    wanted = list(names)
    for _ in range(depth):
        following: list[str] = []
        for name in wanted:
            resource = _resources().get(name)
            if resource is not None and name not in found:
                found[name] = json.loads(json.dumps(resource))
                following += _references(resource)
        wanted = following
    return list(found.values())


def message(event: str, *resources: dict[str, Any], **header: Any) -> dict[str, Any]:
    """A message Bundle about the first of the resources."""
    head: dict[str, Any] = {
        "resourceType": "MessageHeader",
        "id": "header",
        "eventCoding": {"system": _TABLE, "code": event},
        "destination": [{"name": "VRSYS", "endpoint": "https://vr.example.org/fhir"}],
        "source": {"name": "EHR", "endpoint": BASE},
    }
    if resources:
        head["focus"] = [{"reference": f"{resources[0]['resourceType']}/{resources[0]['id']}"}]
    head |= header
    entries = [
        {"fullUrl": f"{BASE}{each['resourceType']}/{each['id']}", "resource": each} for each in (head, *resources)
    ]
    return {
        "resourceType": "Bundle",
        "id": "message",
        "identifier": {"system": "https://ehr.example.org/id/message", "value": f"M-{event}-1"},
        "type": "message",
        "timestamp": "2026-11-20T10:00:00+00:00",
        "entry": entries,
    }


def _visit() -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": "visit",
        "identifier": [{"system": "https://ehr.example.org/id/visit", "value": "V-77"}],
        "status": "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB", "display": "ambulatory"},
        "serviceType": {"coding": [{"system": "http://snomed.info/sct", "code": "722138006"}], "text": "Physiotherapy"},
        "subject": {"reference": _PATIENT},
        "participant": [
            {
                "type": [{"coding": [{"system": _PARTICIPATION, "code": "ATND", "display": "attender"}]}],
                "individual": {"reference": _ROLE},
            }
        ],
        "period": {"start": "2026-11-20T09:00:00+00:00"},
        "reasonCode": [{"text": "Low back pain"}],
        "location": [{"location": {"reference": "Location/room"}, "status": "active"}],
        "serviceProvider": {"reference": "Organization/elm-network"},
    }


def _room() -> dict[str, Any]:
    return {
        "resourceType": "Location",
        "id": "room",
        "identifier": [{"system": "https://ehr.example.org/id/room", "value": "R4"}],
        "status": "active",
        "name": "Room 4",
    }


def _admission(event: str) -> dict[str, Any]:
    return message(event, *story(_PATIENT, _ROLE), _visit(), _room())


def _registration(event: str) -> dict[str, Any]:
    coverage = story("Coverage/joan-company-cover")
    return message(
        event, *story("Patient/joan-heathcote"), *(each for each in coverage if each["resourceType"] == "Coverage")
    )


def _merge() -> dict[str, Any]:
    patient, *others = story(_PATIENT)
    patient["link"] = [{"other": {"reference": "Patient/double"}, "type": "replaces"}]
    double = {
        "resourceType": "Patient",
        "id": "double",
        "active": False,
        "identifier": [{"system": "https://ehr.example.org/id/record", "value": "P-1"}],
        "name": [{"family": "Lindon", "given": ["Sara"]}],
        "birthDate": "1981-11-19",
        "link": [{"other": {"reference": _PATIENT}, "type": "replaced-by"}],
    }
    return message("A40", patient, *others, double)


def _booking(event: str, **changed: Any) -> dict[str, Any]:
    appointment, *others = story(_APPOINTMENT, _PATIENT, _ROLE, depth=2)
    appointment |= changed
    return message(event, appointment, *others)


def _full_booking() -> dict[str, Any]:
    participants = [
        {"actor": {"reference": _PATIENT}, "status": "accepted"},
        {"actor": {"reference": "Practitioner/mary-finch"}, "type": [{"text": "Assessor"}], "status": "accepted"},
        {"actor": {"reference": "Location/room"}, "status": "accepted"},
        {"actor": {"display": "Hearing loop"}, "status": "needs-action"},
        {"actor": {"reference": "HealthcareService/elm-service"}, "status": "accepted"},
    ]
    found = _booking(
        "S14",
        participant=participants,
        minutesDuration=45,
        reasonCode=[{"text": "Work assessment"}, {"text": "Review of adjustments"}],
        serviceType=[{"text": "Work assessment"}],
        appointmentType={"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0276", "code": "FOLLOWUP"}]},
    )
    for each in (_room(), *story("HealthcareService/elm-service", depth=1)):
        found["entry"].append({"fullUrl": f"{BASE}{each['resourceType']}/{each['id']}", "resource": each})
    return found


def _document(**attachment: Any) -> dict[str, Any]:
    document = {
        "resourceType": "DocumentReference",
        "id": "document",
        "identifier": [{"system": "https://ehr.example.org/id/document", "value": "D-1"}],
        "status": "current",
        "docStatus": "final",
        "type": {
            "coding": [{"system": "http://snomed.info/sct", "code": "772786005", "display": "Medical certificate"}]
        },
        "subject": {"reference": _PATIENT},
        "date": "2026-11-20T10:00:00+00:00",
        "author": [{"reference": _ROLE}],
        "description": "Statement of fitness for work",
        "content": [{"attachment": attachment}],
    }
    return message("T02", document, *story(_PATIENT, _ROLE))


def _stored_document() -> dict[str, Any]:
    found = _document(contentType="application/pdf", url="Binary/stored")
    stored = {"resourceType": "Binary", "id": "stored", "contentType": "application/pdf", "data": PDF}
    found["entry"].append({"fullUrl": BASE + "Binary/stored", "resource": stored})
    return found


def _answer() -> dict[str, Any]:
    outcome = {
        "resourceType": "OperationOutcome",
        "id": "outcome",
        "issue": [
            {"severity": "fatal", "code": "required", "details": {"text": "No NHS number"}, "expression": ["PID-3"]},
            {"severity": "warning", "code": "value", "diagnostics": "A short date"},
        ],
    }
    response = {"identifier": "C9", "code": "fatal-error", "details": {"reference": "OperationOutcome/outcome"}}
    return message("I12", outcome, response=response, focus=[{"reference": "OperationOutcome/outcome"}])


def _acceptance() -> dict[str, Any]:
    return message("A08", response={"identifier": "C10", "code": "ok"})


BUNDLES: Mapping[str, dict[str, Any]] = {
    **{f"ADT-{event}": _admission(event) for event in ("A01", "A04", "A05", "A08")},
    **{f"ADT-{event}": _registration(event) for event in ("A28", "A31")},
    "ADT-A40": _merge(),
    "SIU-S12": _booking("S12"),
    "SIU-S13": _booking("S13", start="2026-11-25T10:00:00+00:00", end="2026-11-25T10:45:00+00:00"),
    "SIU-S14": _full_booking(),
    "SIU-S15": _booking("S15", status="cancelled", cancelationReason={"text": "Patient is ill"}),
    "SIU-S26": _booking("S26", status="noshow"),
    "MDM-T02-pdf": _document(contentType="application/pdf", data=PDF, title="Fit note"),
    "MDM-T02-stored": _stored_document(),
    "MDM-T02-address": _document(
        contentType="application/pdf", url="https://ehr.example.org/docs/1.pdf", title="Fit note"
    ),
    "ACK-refused": _answer(),
    "ACK-accepted": _acceptance(),
}
"""Message and what is particular about it → Bundle."""
