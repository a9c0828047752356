"""The Task of a referral as a message moves it: begun as ``received``, touched by an update, withdrawn by a cancellation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vrfhir import workflow
from vrfhir.issues import Issue
from vrfhir.server.http import Refusal
from vrfhir.server.messaging.events import Action
from vrfhir.server.messaging.message import Message

__all__ = ["NO_REASON", "STEPS", "Moved", "milestone", "waiting"]

Json = dict[str, Any]

_PRESCRIPTION = "https://vrfhir.org/fhir/StructureDefinition/VR-Prescription"
_FULFILL = {"coding": [{"system": "http://hl7.org/fhir/CodeSystem/task-code", "code": "fulfill"}]}
_STATUS_REASON = "http://hl7.org/fhir/StructureDefinition/request-statusReason"
NO_REASON = "Withdrawn by the referrer; no reason was given."
_BEGUN = ("draft", "requested", "received")


@dataclass(slots=True)
class Moved:
    """The Task after the message, and what there is to say about it."""

    task: Json
    issues: list[Issue] = field(default_factory=list)


def _request(current: Json | None, referral: Json, incoming: Json | None, message: Message, now: datetime) -> Moved:
    """A new referral: received. What the sender's own Task says beyond that is kept; its state is ours to set."""
    issues = []
    sent = dict(incoming or {})
    if sent.get("status", "requested") not in _BEGUN:
        text = "The sender's state of the referral was not taken over; here it begins as 'received'."
        issues.append(Issue("warning", "business-rule", "VR-REFERRAL-0010", text, "Task.status"))
    task = {
        "resourceType": "Task",
        **_profile(sent, referral),
        **{key: value for key, value in sent.items() if key not in ("resourceType", "id", "meta")},
        "status": "received",
        "businessStatus": milestone(sent.get("businessStatus"), "received"),
        "intent": sent.get("intent", "order"),
        "code": sent.get("code", _FULFILL),
        "focus": {"reference": f"ServiceRequest/{referral['id']}"},
        "for": referral.get("subject"),
        "authoredOn": sent.get("authoredOn", _instant(now)),
        "lastModified": _instant(now),
        "requester": sent.get("requester", referral.get("requester")),
        "owner": sent.get("owner", next(iter(referral.get("performer") or ()), None)),
    }
    if referral.get("priority") and "priority" not in task:
        task["priority"] = referral["priority"]
    return Moved({key: value for key, value in task.items() if value is not None}, issues)


def _update(current: Json | None, referral: Json, incoming: Json | None, message: Message, now: datetime) -> Moved:
    """The referral's content changed, not its state."""
    if current is None:
        return _request(current, referral, incoming, message, now)
    if current["status"] in workflow.TERMINAL:
        text = f"The referral is '{current['status']}'; it cannot be changed any more."
        raise Refusal.of(409, "business-rule", "VR-REFERRAL-0009", text, expression="Task.status")
    return Moved({**current, "lastModified": _instant(now)})


def _cancel(current: Json | None, referral: Json, incoming: Json | None, message: Message, now: datetime) -> Moved:
    """The requester takes the referral back; the table says whether that is still possible."""
    before = current or _request(None, referral, incoming, message, now).task
    mistaken = referral.get("status") == "entered-in-error"
    proposed = {
        **before,
        "status": "entered-in-error" if mistaken else "cancelled",
        "statusReason": {"text": _reason(referral, incoming, message)},
        "lastModified": _instant(now),
    }
    if not mistaken:
        proposed["businessStatus"] = milestone(before.get("businessStatus"), "withdrawn")
    issues = workflow.check(before, proposed, workflow.REQUESTER)
    if issues:
        raise Refusal(409, issues)
    return Moved(proposed)


STEPS: Mapping[Action, Callable[[Json | None, Json, Json | None, Message, datetime], Moved]] = {
    "request": _request,
    "update": _update,
    "cancel": _cancel,
}
"""What each kind of message does to the Task: (current, referral, the message's own Task, message, now) → Moved."""


def waiting(task: Json) -> Json:
    """A new referral's Task while the service, somewhere else, has not said that it has it."""
    concept = dict(task.get("businessStatus") or {})
    concept["coding"] = [
        row for row in concept.get("coding") or () if row.get("system") != workflow.REFERRAL_STATUS_SYSTEM
    ]
    kept = {name: value for name, value in concept.items() if value}
    rest = {name: value for name, value in task.items() if name != "businessStatus"}
    return {**rest, "status": "requested", **({"businessStatus": kept} if kept else {})}


def _profile(sent: Json, referral: Json) -> Json:
    """The Task claims the VR profile when the referral does; other meta of the sender's Task stays."""
    meta = {key: value for key, value in (sent.get("meta") or {}).items() if key not in ("versionId", "lastUpdated")}
    claimed = [str(url).partition("|")[0] for url in (referral.get("meta") or {}).get("profile") or ()]
    if _PRESCRIPTION in claimed:
        meta["profile"] = list(dict.fromkeys([*meta.get("profile", ()), workflow.TASK_PROFILE]))
    return {"meta": meta} if meta else {}


def milestone(sent: Any, code: str) -> Json:
    """Our milestone, beside the codings and the text of the sender's."""
    concept = dict(sent) if isinstance(sent, dict) else {}
    others = [row for row in concept.get("coding") or () if row.get("system") != workflow.REFERRAL_STATUS_SYSTEM]
    known = workflow.BUSINESS_STATUSES.get(code)
    own = {"system": workflow.REFERRAL_STATUS_SYSTEM, "code": code}
    if known is not None:
        own["display"] = known.display
    return {**concept, "coding": [own, *others]}


def _reason(referral: Json, incoming: Json | None, message: Message) -> str:
    """Why, in the words of the sender: of its Task, of its referral, of its message."""
    said = ((incoming or {}).get("statusReason") or {}).get("text")
    if said:
        return str(said)
    for extension in referral.get("extension") or ():
        if extension.get("url") == _STATUS_REASON:
            concept = extension.get("valueCodeableConcept") or {}
            text = concept.get("text") or next((row.get("display") for row in concept.get("coding") or ()), None)
            if text:
                return str(text)
    reason = message.header.get("reason") or {}
    return str(reason.get("text") or NO_REASON)


def _instant(now: datetime) -> str:
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
