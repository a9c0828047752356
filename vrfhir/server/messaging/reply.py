"""What a service's answer (RRI) makes of the referral's Task. Pure: the table says whether it may.

RF1-1 says the state: by the exact state in its second triplet, else by table 0283 alone, which four codes leave open how far
the referral got – then nothing moves while the code fits the state that stands. A referral that is answered was received.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vrfhir import workflow
from vrfhir.server.messaging.task import milestone
from vrfhir.workflow.rendering import TABLE_0283, V2_STATUSES

__all__ = ["Reply", "received", "steps"]

Json = dict[str, Any]

_TABLE_0283 = "http://terminology.hl7.org/CodeSystem/v2-0283"
_OURS = frozenset(
    ("resourceType", "id", "meta", "focus", "for", "requester", "owner", "code", "intent", "authoredOn", "lastModified")
)
"""What an answer does not change."""
_JOINED = ("note", "output", "extension", "identifier", "relevantHistory")
"""What it adds to."""
_IMPLIED: Mapping[str, str] = {
    "received": "received",
    "accepted": "accepted",
    "rejected": "declined",
    "completed": "discharged",
    "failed": "discharged",
}
"""The milestone of a state when the answer names none and the one that was reached cannot stand beside it."""
_PLAIN = ("received", "accepted", "rejected", "cancelled")
"""The states that a code of table 0283 alone is read as."""
VISIT = {"text": "Visit"}


@dataclass(slots=True)
class Reply:
    """What a message says about a referral's Task, besides the Task itself.

    ``refused``: MSA-1 says that the message it answers was not taken; ``notes`` and ``outputs`` go to those of the Task.
    """

    task: Json
    refused: str = ""
    notes: Sequence[Json] = ()
    outputs: Sequence[Json] = ()
    encounter: Json | None = None


def steps(current: Json, reply: Reply, instant: str) -> list[Json]:
    """The versions of the Task that follow ``current``; none when the answer says nothing new."""
    following = []
    status = current["status"] if reply.refused else _status(current, reply.task)
    if current["status"] == "requested" and status not in ("requested", "received") and not reply.refused:
        current = received(current, instant)
        following.append(current)
    proposed = _joined(current, reply)
    proposed["status"] = status
    if status != current["status"]:
        proposed.pop("statusReason", None)
    if not reply.refused:
        _tell(proposed, current, reply.task, status)
    if proposed != current:
        proposed["lastModified"] = instant
        proposed.pop("_lastModified", None)
        following.append(proposed)
    return following


def received(current: Json, instant: str) -> Json:
    """The next version of a Task whose referral the service has."""
    concept = milestone(current.get("businessStatus"), "received")
    return {
        **_without(current, "_lastModified"),
        "status": "received",
        "businessStatus": concept,
        "lastModified": instant,
    }


def _status(current: Json, said: Json) -> str:
    before, after = str(current["status"]), str(said.get("status", ""))
    coarse = [str(row.get("code", "")) for row in _codings(said) if row.get("system") == _TABLE_0283]
    known = [code for code in coarse if code in TABLE_0283]
    if not known and _said_milestone(said) is None and after in ("", "received"):  # RF1-1 says nothing we understand
        return "received" if before == "requested" else before
    exact = _said_milestone(said) is not None or _names_state(said, after)
    if known and not exact and before != "requested" and V2_STATUSES.get(before) == known[0] and after in _PLAIN:
        return before
    return after


def _codings(said: Json) -> list[Json]:
    return [row for row in (said.get("businessStatus") or {}).get("coding") or () if isinstance(row, dict)]


def _names_state(said: Json, status: str) -> bool:
    """Whether the second triplet of RF1-1 was this state of ours."""
    systems = (_TABLE_0283, workflow.REFERRAL_STATUS_SYSTEM)
    return any(row.get("system") not in systems and row.get("code") == status for row in _codings(said))


def _said_milestone(said: Json) -> str | None:
    """The milestone that the service named; not the one that reading its table 0283 code put before that code."""
    codings = _codings(said)
    systems = [row.get("system") for row in codings]
    implied = systems[:2] == [workflow.REFERRAL_STATUS_SYSTEM, _TABLE_0283] and "display" not in codings[0]
    return None if implied else workflow.business_status(said)


def _joined(current: Json, reply: Reply) -> Json:
    said = reply.task if not reply.refused else {}
    proposed = dict(current)
    for name, value in said.items():
        plain = name.lstrip("_")
        if (
            plain not in _OURS
            and plain not in _JOINED
            and plain not in ("status", "statusReason", "businessStatus", "encounter")
        ):
            proposed[name] = value
    more: dict[str, list[Json]] = {name: list(said.get(name) or ()) for name in _JOINED}
    more["note"] += reply.notes
    more["output"] += reply.outputs
    if reply.encounter is not None:
        if "encounter" not in current:
            proposed["encounter"] = reply.encounter
        elif current["encounter"] != reply.encounter:
            more["output"].append({"type": VISIT, "valueReference": reply.encounter})
    for name, rows in more.items():
        there = list(current.get(name) or ())
        new = list(_new(rows, there, name))
        if new:
            proposed[name] = there + new
    return proposed


def _new(rows: Sequence[Json], there: Sequence[Json], name: str) -> Iterator[Json]:
    key = {"note": "text", "output": "valueReference"}.get(name)
    known = [row.get(key) if key else row for row in there]
    for row in rows:
        value = row.get(key) if key else row
        if value not in known:
            known.append(value)
            yield row


def _tell(proposed: Json, current: Json, said: Json, status: str) -> None:
    """Milestone and reason beside the state."""
    code = _said_milestone(said)
    if code is not None or status != current["status"]:
        code = code or _fitting(workflow.business_status(current), status)
        concept = {**(said.get("businessStatus") or {}), "coding": _codings(said)}
        if code is not None:
            proposed["businessStatus"] = milestone(concept, code)
    if said.get("statusReason") and status in workflow.NEGATIVE and "statusReason" not in proposed:
        proposed["statusReason"] = said["statusReason"]


def _fitting(reached: str | None, status: str) -> str | None:
    if reached is not None and status in workflow.BUSINESS_STATUSES[reached].statuses:
        return reached
    return _IMPLIED.get(status)


def _without(task: Json, name: str) -> Json:
    return {key: value for key, value in task.items() if key != name}
