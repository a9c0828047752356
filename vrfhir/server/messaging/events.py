"""What a message wants, by its event: https://hl7.org/fhir/R4/messageheader-definitions.html#MessageHeader.event_x_.

Three families of events mean the same three things: those of the VR guide, the triggers of HL7 v2 (a message that came
over MLLP), and the event with reason of the Booking and Referral Standard.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

__all__ = ["EVENTS", "Action", "action"]

Action = Literal["request", "update", "cancel"]

_VR = "https://vrfhir.org/fhir/CodeSystem/vr-message-event"
_V2 = "http://terminology.hl7.org/CodeSystem/v2-0003"
_BARS = "https://fhir.nhs.uk/CodeSystem/message-events-bars"

EVENTS: Mapping[tuple[str, str], Action] = {
    (_VR, "referral-request"): "request",
    (_VR, "referral-update"): "update",
    (_VR, "referral-cancel"): "cancel",
    (_V2, "I12"): "request",
    (_V2, "I13"): "update",
    (_V2, "I14"): "cancel",
    (_BARS, "servicerequest-request"): "request",
}

_BARS_REASONS: Mapping[str, Action] = {"new": "request", "update": "update", "delete": "cancel"}
_WITHDRAWN = ("revoked", "entered-in-error")


def action(header: dict[str, Any], service_request: dict[str, Any]) -> Action | None:
    """What the message wants; None for an event that is not answered here."""
    event = header.get("eventCoding")
    event = cast("dict[str, Any]", event) if isinstance(event, dict) else {}
    found = EVENTS.get((str(event.get("system", "")), str(event.get("code", ""))))
    if event.get("system") == _BARS and found is not None:
        codings = (header.get("reason") or {}).get("coding") or [{}]
        found = _BARS_REASONS.get(str(codings[0].get("code", "new")))
        if service_request.get("status") in _WITHDRAWN:
            found = "cancel"  # the BaRS guide asks for reason 'update' in one place and 'delete' in another
    return found
