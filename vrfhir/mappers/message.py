"""The message as a whole: Bundle, MessageHeader, the original, Provenance, profiles."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Any

from vrfhir import __version__
from vrfhir.mappers.elements import apply_elements
from vrfhir.mappers.links import unknown
from vrfhir.mappers.other import focus_of
from vrfhir.mappers.records import Record
from vrfhir.mappers.referral import EVENTS
from vrfhir.mappers.rows import map_digest
from vrfhir.mappers.vocabulary import sender_system, table_codes, table_system

if TYPE_CHECKING:
    from vrfhir.mappers.context import Context

__all__ = ["PROFILES", "begin", "finish"]

_PROFILE = "https://vrfhir.org/fhir/StructureDefinition/"
_EVENT = "https://vrfhir.org/fhir/CodeSystem/vr-message-event"
_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
_URI = "urn:ietf:rfc3986"
_ER7 = "application/hl7-v2+er7"

PROFILES: Mapping[str, str] = {
    "MessageHeader": "VR-MessageHeader",
    "ServiceRequest": "VR-Prescription",
    "Task": "VR-ReferralTask",
    "Patient": "VR-Patient",
    "Practitioner": "VR-Practitioner",
    "PractitionerRole": "VR-PractitionerRole",
    "Organization": "VR-Organization",
    "Employer": "VR-Employer",
    "Provenance": "VR-Provenance",
    "Fitness": "VR-FitnessForWork",
}
"""Role → VR profile claimed in a VR referral."""

_EMPLOYMENT = "VR-Employment"


def begin(context: Context) -> None:
    """The resources every message has: header, referral, and the Task when it is an answer."""
    bundle: dict[str, Any] = {"resourceType": "Bundle"}
    context.shared["Bundle"] = Record(bundle, "Bundle", "MSH[1]", context.full_url("MSH[1]", "Bundle", of_message=True))
    bundle["id"] = context.shared["Bundle"].full_url[9:]
    context.shared["MessageHeader"] = context.new("MessageHeader", "MessageHeader", "MSH[1]", of_message=True)
    if context.is_referral or "RF1" in context.by_name:
        context.shared["ServiceRequest"] = context.new("ServiceRequest", "ServiceRequest", "RF1[1]")
    if context.is_response:
        context.shared["Task"] = context.new("Task", "Task", "RF1[1]")


def finish(context: Context, raw: bytes, received: datetime | None) -> dict[str, Any]:
    """The finished Bundle."""
    bundle = context.shared["Bundle"]
    _header(context)
    if context.vr:
        # a question about a referral (I15) is no event of the VR loop, and what it names is no whole prescription
        unclaimed = () if _event(context) else ("MessageHeader", "ServiceRequest")
        for record in context.records:
            if record.resource["resourceType"] not in unclaimed:
                _claim(record)
    recorded = (
        received.isoformat(timespec="milliseconds") if received is not None else bundle.resource.get("timestamp", "")
    )
    original = _original(context, raw)
    _provenance(context, original, recorded)
    resource = bundle.resource
    found: dict[str, Any] = {"resourceType": "Bundle", "id": resource["id"]}
    if context.vr and _event(context):
        found["meta"] = {"profile": [_PROFILE + "VR-ReferralMessage"]}
    found["identifier"] = resource.get("identifier") or {
        "system": sender_system(context.sender, "MSH-10"),
        "value": sha256(raw).hexdigest(),
    }
    found["type"] = "message"
    for element in ("timestamp", "_timestamp"):
        if element in resource:
            found[element] = resource[element]
    if context.vr and "timestamp" not in found and received is not None:
        found["timestamp"] = recorded
    apply_elements(context, found)
    found["entry"] = [{"fullUrl": record.full_url, "resource": _ordered(record.resource)} for record in context.records]
    return found


def _event(context: Context) -> str:
    kind = context.message.type.code if context.is_response else "REF"
    return EVENTS.get((kind, context.trigger), "") if context.vr else ""


def _header(context: Context) -> None:
    header = context.shared["MessageHeader"].resource
    event = _event(context)
    if event:
        header["eventCoding"] = {"system": _EVENT, "code": event}
    elif "eventCoding" not in header:
        # an acknowledgement of no event is told by its message type
        table, code = ("0003", context.trigger) if context.trigger else ("0076", context.message.type.code)
        header["eventCoding"] = {"system": table_system(table), "code": code}
    source = header.setdefault("source", {})
    if "endpoint" not in source:
        source["_endpoint"] = unknown()
    for destination in header.get("destination", ()):
        if "endpoint" not in destination:
            destination["_endpoint"] = unknown()
    response = header.get("response")
    if response is not None and not {"code", "identifier"} <= response.keys():
        if "identifier" not in response:
            response["_identifier"] = unknown()
        if "code" not in response and "_code" not in response:
            response["_code"] = unknown()
    if context.is_referral:
        header["focus"] = [context.shared["Task" if context.is_response else "ServiceRequest"].reference]
    else:
        found = focus_of(context)
        if found:
            header["focus"] = found


def _claim(record: Record) -> None:
    role = record.role
    profile = PROFILES.get(role)
    if profile is None:
        if role in _ORGANISATIONS:
            profile = PROFILES.get(record.type)
        elif role == "Employment" and _is_complete_employment(record.resource):
            profile = _EMPLOYMENT
        if profile is None:
            return
    record.resource.setdefault("meta", {})["profile"] = [_PROFILE + profile]


def _is_complete_employment(resource: Mapping[str, Any]) -> bool:
    """NK1 may name an employer without saying what the job is or since when: then it is a plain observation."""
    return (
        "effectivePeriod" in resource and "text" in resource.get("valueCodeableConcept", {}) and "focus" not in resource
    )


_ORGANISATIONS = frozenset({"Insurer", "GroupEmployer", "Laboratory"})


def _original(context: Context, raw: bytes) -> Record:
    """The message itself: a DocumentReference with its hash, and the bytes in a Binary (not when they tell a hidden place)."""
    attachment: dict[str, Any] = {"contentType": _ER7}
    if not context.hidden:
        binary = context.new("Binary", "Original", "MSH[1]", of_message=True)
        binary.resource["contentType"] = _ER7
        binary.resource["data"] = b64encode(raw).decode("ascii")
        attachment["url"] = binary.full_url
    document = context.new("DocumentReference", "Original-document", "MSH[1]", of_message=True)
    digest = sha256(raw).hexdigest()
    attachment |= {
        "size": len(raw),
        "hash": b64encode(sha1(raw, usedforsecurity=False).digest()).decode("ascii"),
    }
    document.resource |= {
        "masterIdentifier": {"system": _URI, "value": f"urn:hash::sha256:{digest}"},
        "status": "current",
        "type": {"text": "HL7 v2 message"},
        "content": [{"attachment": attachment}],
    }
    patient = context.shared.get("Patient")
    if patient is not None:
        document.resource["subject"] = patient.reference
    return document


def _provenance(context: Context, original: Record, recorded: str) -> None:
    """Two, as the guide asks: where the message came from, and what turned it into FHIR."""
    header = context.shared["MessageHeader"]
    roles = ("ServiceRequest", "Patient", "Task")
    targets = [header.reference, *(context.shared[role].reference for role in roles if role in context.shared)]
    sender = header.resource.get("sender") or {"display": context.sender}
    source = context.new("Provenance", "Provenance", "MSH[1]/source", of_message=True)
    source.resource["target"] = targets
    _recorded(source.resource, recorded)
    kind = context.message.type
    operation = "CREATE" if (kind.code, context.trigger) == ("REF", "I12") else "UPDATE"
    source.resource["activity"] = {
        "coding": [{"system": _OPERATION, "code": operation}],
        "text": f"HL7 v2 message {kind.code}^{kind.trigger}".rstrip("^"),
    }
    source.resource["agent"] = [{"type": _agent("author"), "who": sender}]
    source.resource["entity"] = [{"role": "source", "what": original.reference}]
    device = context.shared.get("SourceDevice")
    if device is not None:
        source.resource["entity"].append({"role": "source", "what": device.reference})
    mapper = context.new("Device", "Mapper", "MSH[1]/mapper", of_message=True)
    mapper.resource |= {
        "deviceName": [{"name": "vrfhir", "type": "model-name"}],
        "version": [
            {"type": {"text": "software"}, "value": __version__},
            {"type": {"text": "map SHA-256"}, "value": map_digest()},
            {"type": {"text": "partner"}, "value": context.partner.id},
        ],
    }
    made = context.new("Provenance", "Provenance", "MSH[1]/transformation", of_message=True)
    made.resource["target"] = targets
    _recorded(made.resource, recorded)
    made.resource["activity"] = {
        "coding": [
            {"system": _OPERATION, "code": "CREATE"},
            {
                "system": "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle",
                "code": "transform",
                "display": "Transform/Translate Record Lifecycle Event",
            },
        ]
    }
    made.resource["agent"] = [{"type": _agent("assembler"), "who": mapper.reference}]
    made.resource["entity"] = [{"role": "source", "what": original.reference}, *_naming_systems(context)]
    if context.vr:
        _claim(source)
        _claim(made)


def _naming_systems(context: Context) -> Iterator[dict[str, Any]]:
    """By what name the message called a system of codes or numbers, where its URI does not say so: a reader can check the reading."""
    kinds = context.kinds
    for name, system in context.names.items():
        if name not in system:
            identifier: dict[str, Any] = {"system": _URI, "value": system}
            kind = kinds.get(system) if kinds else None
            if kind is not None and kind in table_codes("0301"):
                identifier = {"type": {"coding": [{"system": table_system("0301"), "code": kind}]}, **identifier}
            yield {"role": "source", "what": {"type": "NamingSystem", "identifier": identifier, "display": name}}


def _recorded(resource: dict[str, Any], recorded: str) -> None:
    if recorded:
        resource["recorded"] = recorded
    else:
        resource["_recorded"] = unknown()


def _agent(code: str) -> dict[str, Any]:
    return {"coding": [{"system": _PARTICIPANT, "code": code}]}


def _ordered(resource: dict[str, Any]) -> dict[str, Any]:
    """Elements in FHIR's order at the head, the rest as they were placed."""
    if "extension" not in resource and "language" not in resource:
        if "meta" not in resource:
            return resource
        if "id" in resource:
            kind, own_id, meta = resource["resourceType"], resource["id"], resource["meta"]
            return {"resourceType": kind, "id": own_id, "meta": meta, **resource}
    head = {"resourceType": resource["resourceType"]}
    if "id" in resource:
        head["id"] = resource["id"]
    if "meta" in resource:
        head["meta"] = resource["meta"]
    if "language" in resource:
        head["language"] = resource["language"]
    if "extension" in resource:
        head["extension"] = resource["extension"]
    head.update(resource)
    return head
