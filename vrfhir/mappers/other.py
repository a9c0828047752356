"""Messages other than referrals: what they are about, and what FHIR wants that no segment says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.hl7v2 import escapes
from vrfhir.mappers.links import unknown
from vrfhir.mappers.vocabulary import extension_urls

if TYPE_CHECKING:
    from vrfhir.mappers.context import Context

__all__ = ["SUPPORTED", "finish_other", "focus_of"]

SUPPORTED: dict[str, frozenset[str]] = {
    "REF": frozenset({"I12", "I13", "I14", "I15"}),
    "RRI": frozenset({"I12", "I13", "I14", "I15"}),
    "ADT": frozenset({"A01", "A04", "A05", "A08", "A28", "A31", "A40"}),
    "SIU": frozenset({"S12", "S13", "S14", "S15", "S26"}),
    "MDM": frozenset({"T02"}),
    "ORU": frozenset({"R01"}),
    "ORM": frozenset({"O01"}),
    "OMG": frozenset({"O19"}),
}
"""Message code → trigger events that are mapped; ACK has any event or none."""

_FOCUS = {
    "ADT": ("Patient", "Encounter"),
    "SIU": ("Appointment",),
    "MDM": ("DocumentReference",),
    "ORU": ("DiagnosticReport", "Observation"),
    "ORM": ("ServiceRequest",),
    "OMG": ("ServiceRequest",),
    "ACK": ("OperationOutcome",),
}
_COMPLETED = frozenset({"ServiceRequest", "Appointment", "DocumentReference", "EpisodeOfCare", "Encounter"})
_APPOINTMENT = {"S15": "cancelled", "S26": "noshow"}
_UNTIMED = frozenset({"proposed", "cancelled", "waitlist"})
_STATUS_FIELDS = {"SCH": (25,), "AIS": (10,), "AIG": (14,), "AIL": (12,), "AIP": (12,)}


def focus_of(context: Context) -> list[dict[str, Any]]:
    """References to what the message is about: the first of its types that is there."""
    for kind in _FOCUS.get(context.message.type.code, ()):
        found = [
            record.reference for record in context.records if record.type == kind and record.role != "Original-document"
        ]
        if found:
            return found
    return []


def finish_other(context: Context) -> None:
    """Required elements of appointments, orders and documents."""
    for record in context.records:
        resource = record.resource
        kind = resource["resourceType"]
        if kind not in _COMPLETED or record.full_url in context.bare:
            continue
        if kind == "ServiceRequest":
            resource.setdefault("status", "unknown")
            resource.setdefault("intent", "order")
        elif kind == "Appointment":
            _finish_appointment(resource, context)
        elif kind == "DocumentReference":
            resource.setdefault("status", "current")
            resource.setdefault("content", [{"attachment": unknown()}])
        elif kind == "EpisodeOfCare":
            resource.setdefault("status", "active")
        elif kind == "Encounter":  # PV2 without PV1
            resource.setdefault("status", "unknown")
            resource.setdefault("class", unknown())


def _finish_appointment(resource: dict[str, Any], context: Context) -> None:
    said = _APPOINTMENT.get(context.trigger) if context.message.type.code == "SIU" else None
    if said and resource.get("status") not in (None, said):
        _note_status(resource, context)
    if said:
        resource["status"] = said
    if "status" not in resource:
        # SIU tells of an appointment that was made
        resource["status"] = "booked" if "start" in resource and "end" in resource else "proposed"
    for one, other in (("start", "end"), ("end", "start")):
        if one in resource and other not in resource:
            resource["_" + other] = unknown()  # both or none (Appointment invariant app-2)
    if "start" not in resource and "end" not in resource and resource["status"] not in _UNTIMED:
        resource["_start"], resource["_end"] = unknown(), unknown()  # only what is proposed has no time (app-3)
    participants = resource.setdefault("participant", [])
    patient = context.shared.get("Patient")
    if patient is not None:
        participants.insert(0, {"actor": patient.reference, "status": "accepted"})
    if not participants:
        participants.append({"actor": unknown()})
    for participant in participants:
        participant.setdefault("status", "needs-action")


def _note_status(resource: dict[str, Any], context: Context) -> None:
    """The event says what the status is; what SCH-25 or AIS-10 says otherwise stays beside it, as sent."""
    for segment in context.segments:
        for field in _STATUS_FIELDS.get(segment.name, ()):
            value = segment.value(field)
            if value:
                content = [
                    {"url": "path", "valueString": f"{segment.path}-{field}[1].1.1"},
                    {"url": "value", "valueString": escapes.encode(value)},
                ]
                resource.setdefault("_status", {}).setdefault("extension", []).append(
                    {"url": extension_urls()["v2-content"], "extension": content}
                )
