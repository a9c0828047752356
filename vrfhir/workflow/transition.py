"""May this Task follow that one? The only place where the transition table is read."""

from __future__ import annotations

from typing import Any, cast

from vrfhir.issues import Issue
from vrfhir.workflow.table import (
    BUSINESS_STATUSES,
    NEGATIVE,
    REFERRAL_STATUS_SYSTEM,
    START,
    STATUSES,
    TASK_PROFILE,
    TRANSITIONS,
    Role,
)

__all__ = ["allowed_moves", "business_status", "check", "is_referral_task", "mover", "moves_on"]

_FIXED = ("focus", "for", "requester", "code", "intent")
"""What a referral is about does not change on its way; another subject is another Task."""


def is_referral_task(task: dict[str, Any] | None) -> bool:
    """Whether the table applies: the profile is claimed, or the Task asks for the fulfilment of a ServiceRequest."""
    if not task or task.get("resourceType") != "Task":
        return False
    profiles = _dict(task.get("meta")).get("profile")
    if isinstance(profiles, list) and any(str(url).split("|")[0] == TASK_PROFILE for url in profiles):
        return True
    reference = _dict(task.get("focus")).get("reference")
    return isinstance(reference, str) and "ServiceRequest/" in f"/{reference}"


def business_status(task: dict[str, Any] | None) -> str | None:
    """The code of ``Task.businessStatus`` in the VR code system; other codings are the sender's own and not judged."""
    codings = _dict(_dict(task).get("businessStatus")).get("coding")
    for coding in codings if isinstance(codings, list) else []:
        if _dict(coding).get("system") == REFERRAL_STATUS_SYSTEM:
            code = coding.get("code")
            return code if isinstance(code, str) else None
    return None


def allowed_moves(status: str, role: Role | None = None) -> list[str]:
    """The states that may follow, for one side or for both."""
    return [after for after, who in TRANSITIONS.get(status, {}).items() if role in (None, who)]


def mover(before: str | None, after: str) -> Role | None:
    """The side that makes a move; None where the table knows none."""
    return START.get(after) if before is None else TRANSITIONS.get(before, {}).get(after)


def moves_on(current: dict[str, Any] | None, proposed: dict[str, Any]) -> bool:
    """Whether the other side has something to be told: the state or the milestone is another one."""
    before, after = _dict(current), proposed
    return before.get("status") != after.get("status") or business_status(before) != business_status(after)


def check(current: dict[str, Any] | None, proposed: dict[str, Any], role: Role | None) -> list[Issue]:
    """Findings about the step from ``current`` (None: the Task is new) to ``proposed`` made by ``role``.

    A ``role`` of None is a caller trusted to speak for either side. An empty list means: go ahead.
    """
    status = proposed.get("status")
    if not isinstance(status, str) or status not in STATUSES:
        known = ", ".join(STATUSES)
        text = f"A referral's Task has one of these states: {known}."
        return [Issue("error", "business-rule", "VR-WORKFLOW-0001", text, "Task.status")]
    issues = _status_issues(current, status, role)
    if not issues:
        issues = _business_issues(current, proposed, status)
    issues += _reason_issues(current, proposed, status)
    if current is not None:
        issues += _fixed_issues(current, proposed)
    return issues


def _status_issues(current: dict[str, Any] | None, status: str, role: Role | None) -> list[Issue]:
    if current is None:
        return _start_issues(status, role)
    before = str(current.get("status"))
    if before == status:
        if before == "entered-in-error":
            text = "A Task that was entered in error stays as it is."
            return [Issue("error", "business-rule", "VR-WORKFLOW-0002", text, "Task.status")]
        return []
    who = mover(before, status)
    allowed = allowed_moves(before)
    if who is None:
        choices = f"From '{before}' a referral can go to: {', '.join(allowed)}." if allowed else ""
        text = f"A referral cannot go from '{before}' to '{status}'. {choices or f'Nothing follows {before}.'}"
        return [Issue("error", "business-rule", "VR-WORKFLOW-0002", text, "Task.status", hint=choices)]
    if role is not None and role != who:
        own = ", ".join(allowed_moves(before, role)) or "nothing"
        text = f"Only the {who} moves a referral from '{before}' to '{status}'; as {role} you may move it to: {own}."
        return [Issue("error", "forbidden", "VR-WORKFLOW-0003", text, "Task.status")]
    return []


def _start_issues(status: str, role: Role | None) -> list[Issue]:
    who = START.get(status)
    if who is None:
        text = f"A referral's Task cannot begin as '{status}'; it begins as: {', '.join(START)}."
        return [Issue("error", "business-rule", "VR-WORKFLOW-0002", text, "Task.status")]
    if role is not None and role != who:
        own = ", ".join(state for state, side in START.items() if side == role)
        text = f"Only the {who} writes a new Task as '{status}'; as {role} you may write: {own}."
        return [Issue("error", "forbidden", "VR-WORKFLOW-0003", text, "Task.status")]
    return []


def _business_issues(current: dict[str, Any] | None, proposed: dict[str, Any], status: str) -> list[Issue]:
    code = business_status(proposed)
    before = business_status(current)
    where = "Task.businessStatus"
    if code is None:
        if before is None or status == "entered-in-error":
            return []
        text = f"The milestone '{before}' was reached and cannot be taken away."
        return [Issue("error", "business-rule", "VR-WORKFLOW-0005", text, where)]
    milestone = BUSINESS_STATUSES.get(code)
    if milestone is None:
        text = f"The milestone is not a code of {REFERRAL_STATUS_SYSTEM}; known: {', '.join(BUSINESS_STATUSES)}."
        return [Issue("error", "code-invalid", "VR-WORKFLOW-0004", text, where)]
    if status not in milestone.statuses and not (status == "entered-in-error" and code == before):
        fitting = [name for name, row in BUSINESS_STATUSES.items() if status in row.statuses]
        text = f"The milestone '{code}' does not go with '{status}'; fitting: {', '.join(fitting) or 'none'}."
        return [Issue("error", "business-rule", "VR-WORKFLOW-0004", text, where)]
    earlier = BUSINESS_STATUSES.get(before or "")
    if earlier is not None and code != before and milestone.order <= earlier.order:
        text = f"Milestones only go forward: '{before}' was reached, '{code}' lies before it."
        return [Issue("error", "business-rule", "VR-WORKFLOW-0005", text, where)]
    return []


def _reason_issues(current: dict[str, Any] | None, proposed: dict[str, Any], status: str) -> list[Issue]:
    if status not in NEGATIVE or (current is not None and current.get("status") == status):
        return []
    if _dict(proposed.get("statusReason")).get("text"):
        return []
    text = f"A referral that becomes '{status}' says why, in words the other side can read: statusReason.text."
    return [Issue("error", "required", "VR-WORKFLOW-0006", text, "Task.statusReason")]


def _fixed_issues(current: dict[str, Any], proposed: dict[str, Any]) -> list[Issue]:
    return [
        Issue(
            "error",
            "business-rule",
            "VR-WORKFLOW-0007",
            f"Task.{name} of a referral does not change; write a new Task for another one.",
            f"Task.{name}",
        )
        for name in _FIXED
        if name in current and current[name] != proposed.get(name)
    ]


def _dict(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
