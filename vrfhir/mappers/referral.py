"""RF1: the referral's status, the Task of its loop, and what makes it a VR prescription (mapping notes 3.2, 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.links import LINKS, unknown
from vrfhir.mappers.partner_codes import Unmapped
from vrfhir.mappers.vocabulary import table_system
from vrfhir.workflow import NEGATIVE, said_status

if TYPE_CHECKING:
    from vrfhir.mappers.cells import SegmentView
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.engine import Scope

__all__ = ["EVENTS", "STATUS", "finish_referral"]

STATUS: Mapping[str, tuple[str, str, str]] = {
    "P": ("active", "requested", "received"),
    "A": ("active", "accepted", "accepted"),
    "R": ("active", "rejected", "rejected"),
    "E": ("revoked", "cancelled", "cancelled"),
}
"""Table 0283 → ServiceRequest.status, Task.status in a REF (the requester speaks), Task.status in an RRI (the service speaks)."""

EVENTS: Mapping[tuple[str, str], str] = {
    ("REF", "I12"): "referral-request",
    ("REF", "I13"): "referral-update",
    ("REF", "I14"): "referral-cancel",
    ("RRI", "I12"): "referral-response",
    ("RRI", "I13"): "status-update",
    ("RRI", "I14"): "referral-response",
    ("RRI", "I15"): "status-update",
}
"""Message type and trigger → event of the VR message event code system."""

_CATEGORY = {
    "system": "https://vrfhir.org/fhir/CodeSystem/vr-category",
    "code": "vocational-rehabilitation",
}


def _status(scope: Scope, segment: SegmentView, context: Context) -> None:
    request = context.shared["ServiceRequest"].resource
    code = segment.value(1)
    name = segment.value(1, 3)
    said = context.partner.codes.meaning("0283", code, name) if context.partner.codes else None
    meant = said.to if said is not None and said.system == table_system("0283") else code
    known = STATUS.get(meant) if said is not None or name in ("", "HL70283", "0283") else None
    if code and known is None and said is None:
        context.report("VR-V2-0533", segment.path + "-1", code=code)
        context.unmapped.append(Unmapped("0283", code, name, segment.path + "-1[1].1.1"))
    request_status, asked, answered = known or ("active", "requested", "received")
    if context.trigger == "I14":
        request_status, asked = "revoked", "cancelled"
    if segment.value(25) == "D":
        request_status = "entered-in-error"
    request["status"] = request_status
    task = scope.get("Task")
    if task is None and context.is_response:
        task = scope.make("Task")
    if task is not None:
        plain = answered if context.is_response else asked
        task.resource["status"] = said_status(plain, segment.value(1, 4), segment.value(1, 6))


LINKS["referral"] = _status


def finish_referral(context: Context) -> None:
    """What the referral and its Task need besides RF1, when all segments are read."""
    request = context.shared["ServiceRequest"]
    resource = request.resource
    resource.setdefault("status", "revoked" if context.trigger == "I14" else "active")
    resource.setdefault("intent", "order")
    if context.vr:
        resource.setdefault("category", []).append({"coding": [dict(_CATEGORY)]})
    task = context.shared.get("Task")
    if task is None and context.is_response:
        task = context.shared["Task"] = context.new("Task", "Task", "RF1[1]")
        task.resource["status"] = "received"
    if task is None:
        return
    loop: dict[str, Any] = task.resource
    loop.setdefault("status", "requested")
    loop["intent"] = "order"
    loop["code"] = {"coding": [{"system": "http://hl7.org/fhir/CodeSystem/task-code", "code": "fulfill"}]}
    loop["focus"] = request.reference
    if "requester" in resource:
        loop["requester"] = resource["requester"]
    if resource.get("performer"):
        loop["owner"] = resource["performer"][0]
    bundle = context.shared["Bundle"].resource
    moment, authored = bundle.get("timestamp", ""), resource.get("authoredOn", "")
    if moment:
        loop.setdefault("lastModified", moment)
    if authored and "authoredOn" not in loop and authored[:10] < moment[:10]:
        # a day that is also that of the message could not be compared with it (Task invariant inv-1)
        loop["authoredOn"] = authored
    begun = loop.get("authoredOn", "")
    if begun and "lastModified" in loop and begun >= loop["lastModified"][: len(begun)] and "T" not in begun:
        # only equal precisions can be compared (inv-1): the day, as given
        loop["lastModified"] = begun
        loop.pop("_lastModified", None)
    if "lastModified" not in loop and begun:
        loop["lastModified"] = begun  # nothing says that it changed since; an unknown moment is not after it (inv-1)
    elif "lastModified" not in loop and context.vr:
        loop["_lastModified"] = unknown()
    if loop["status"] in NEGATIVE and "statusReason" not in loop:
        text = _reason(context)
        if text:
            loop["statusReason"] = {"text": text}


def _reason(context: Context) -> str:
    """Why: the words beside the status, else the notes of the message."""
    referral = context.first("RF1")
    words = referral.value(1, 9) or referral.value(1, 5) if referral is not None else ""
    notes = [note.get("text", "") for note in context.shared["ServiceRequest"].resource.get("note", ())]
    return words or "\n".join(notes)
