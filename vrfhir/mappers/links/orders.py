"""ORC, OBR of an order, EVN, MRG, ROL, TXA and SCH: orders, events, merged patients, documents, appointments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vrfhir.mappers.links.registry import add_reference, link, merged, unknown

if TYPE_CHECKING:
    from vrfhir.mappers.cells import SegmentView
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.engine import Scope

__all__ = ["CONTACTS"]

CONTACTS = {"Placer": "placer contact", "Filler": "filler contact", "Enterer": "entered by"}
"""Whom SCH names for questions, as their part in the appointment is called."""


@link("order")
def _order(scope: Scope, segment: SegmentView, context: Context) -> None:
    """ORC: an order; who entered and verified it stands in a Provenance of it."""
    order = scope.records["Order"]
    order.resource["intent"] = "order"
    for name in ("OBR", "OBX", "Elements", "Items", "Fitness"):
        context.current.pop(name, None)
    context.current["Order"] = order
    context.current["Noted"] = order
    ordering = merged(scope, context, "Ordering")
    if ordering is not None:
        if "requester" not in order.resource:
            order.resource["requester"] = ordering.reference
        else:
            add_reference(order.resource, "supportingInfo", ordering)
    entered = scope.get("Entered")
    if entered is not None:
        entered.resource["target"] = [order.reference]
        if "authoredOn" in order.resource:
            entered.resource["occurredDateTime"] = order.resource["authoredOn"]
        entered.resource["_recorded"] = unknown()
        for agent in entered.resource.setdefault("agent", []):
            agent.setdefault("who", {"display": "not named"})
        if not entered.resource["agent"]:
            entered.resource["agent"] = [{"who": {"display": "not named"}}]


@link("ordered")
def _ordered(scope: Scope, segment: SegmentView, context: Context) -> None:
    """OBR of ORM and OMG: what is ordered. Without ORC, and as the second one under it, it is an order of its own."""
    order = context.current["Order"]
    context.current["Noted"] = order
    for name in ("OBR", "OBX"):
        context.current.pop(name, None)
    if order.path == segment.path:
        context.report("VR-V2-0538", segment.path)
    sample = scope.get("Sample")
    if sample is not None:
        add_reference(order.resource, "specimen", sample)
    copies = scope.get("Copies")
    if copies is not None:
        copies.resource["target"] = [order.reference]
        copies.resource["_recorded"] = unknown()


@link("event")
def _event(scope: Scope, segment: SegmentView, context: Context) -> None:
    """EVN: the event itself, as a Provenance of the patient."""
    event = scope.records["Event"]
    event.resource.setdefault("activity", {"text": f"{context.message.type.code}^{context.trigger}".rstrip("^")})
    if "recorded" not in event.resource:
        event.resource["_recorded"] = unknown()
    event.resource.setdefault("agent", [{"who": {"display": context.sender}}])

    def complete() -> None:
        patient = context.shared.get("Patient")
        event.resource["target"] = [(patient or context.shared["MessageHeader"]).reference]

    context.later.append(complete)


@link("merge")
def _merge(scope: Scope, segment: SegmentView, context: Context) -> None:
    """MRG: the record that the patient's replaces; a link, never a deletion."""
    replaced = scope.records["Replaced"]
    replaced.resource["active"] = False

    def connect() -> None:
        patient = context.shared.get("Patient")
        if patient is not None:
            patient.resource.setdefault("link", []).append({"other": replaced.reference, "type": "replaces"})
            replaced.resource["link"] = [{"other": patient.reference, "type": "replaced-by"}]

    context.later.append(connect)


@link("role")
def _role(scope: Scope, segment: SegmentView, context: Context) -> None:
    """ROL: somebody with a role for the patient, a member of the care team."""
    role = scope.records["PractitionerRole"]
    organization = merged(scope, context, "Organization")
    if organization is not None:
        role.resource["organization"] = organization.reference
    team = context.shared.get("CareTeam")
    if team is None:
        team = context.shared["CareTeam"] = context.new("CareTeam", "CareTeam", segment.path)
    member = {"member": role.reference}
    if "code" in role.resource:
        member["role"] = role.resource["code"]
    team.resource.setdefault("participant", []).append(member)


@link("transcription")
def _transcription(scope: Scope, segment: SegmentView, context: Context) -> None:
    """TXA: a document; ED and RP of the OBX segments after it are its content, text among them its notes."""
    document = scope.records["DocumentReference"]
    document.resource.setdefault("status", "current")
    context.current["Document"] = document
    for target in document.resource.get("relatesTo", ()):
        target.setdefault("code", "appends")


@link("schedule")
def _schedule(scope: Scope, segment: SegmentView, context: Context) -> None:
    """SCH: an appointment; its notes are comments."""
    appointment = scope.records.get("Appointment") or scope.make("Appointment")
    if appointment is not None:
        context.current["Appointment"] = context.current["Noted"] = appointment
    for person, words in CONTACTS.items():
        place = scope.get(person + "Role")
        if place is not None:
            named = scope.make(person)
            if named is not None:
                place.resource["practitioner"] = named.reference
            place.resource["code"] = [{"text": words}]


@link("booked")
def _booked(scope: Scope, segment: SegmentView, context: Context) -> None:
    """AIS, AIG, AIL, AIP: what and who is booked; notes after it are comments of the appointment, too."""
    appointment = context.current.get("Appointment")
    if appointment is not None:
        context.current["Noted"] = appointment


@link("charge")
def _charge(scope: Scope, segment: SegmentView, context: Context) -> None:
    """FT1: a charge; of what becomes of it nothing is said."""
    charge = scope.records["ChargeItem"]
    resource = charge.resource
    resource["status"] = "unknown"
    if "code" not in resource:
        resource["code"] = unknown()
    context.current["Noted"] = charge

    def complete() -> None:
        patient, encounter = context.shared.get("Patient"), context.shared.get("Encounter")
        resource["subject"] = patient.reference if patient is not None else unknown()
        if encounter is not None:
            resource["context"] = encounter.reference

    context.later.append(complete)
