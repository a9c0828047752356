"""The transition table of a referral's ``Task``: https://hl7.org/fhir/R4/task.html#statemachine, narrowed for VR.

``TRANSITIONS`` names every move of ``Task.status`` and the side that makes it; ``BUSINESS_STATUSES`` the milestones of
``Task.businessStatus``, in the order in which a referral passes them, with the states in which each may stand.
Whatever is not in these tables is not allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

__all__ = [
    "BUSINESS_STATUSES",
    "NEGATIVE",
    "OWNER",
    "REFERRAL_STATUS_SYSTEM",
    "REQUESTER",
    "ROLES",
    "START",
    "STATUSES",
    "TASK_PROFILE",
    "TERMINAL",
    "TRANSITIONS",
    "BusinessStatus",
    "Role",
]

Role = Literal["requester", "owner"]

REQUESTER: Role = "requester"
"""Who asks: the referring side (``Task.requester``). The patient withdraws through the requester."""
OWNER: Role = "owner"
"""Who does: the service that was asked (``Task.owner``)."""
ROLES: tuple[Role, ...] = (REQUESTER, OWNER)

REFERRAL_STATUS_SYSTEM = "https://vrfhir.org/fhir/CodeSystem/vr-referral-status"
TASK_PROFILE = "https://vrfhir.org/fhir/StructureDefinition/VR-ReferralTask"

STATUSES: tuple[str, ...] = (
    "draft",
    "requested",
    "received",
    "accepted",
    "rejected",
    "in-progress",
    "on-hold",
    "completed",
    "failed",
    "cancelled",
    "entered-in-error",
)
"""The states a referral knows: those of https://hl7.org/fhir/R4/valueset-task-status.html without ``ready``."""

START: Mapping[str, Role] = {"draft": REQUESTER, "requested": REQUESTER, "received": OWNER}
"""In which state a Task may come into being, and who may write it so (the owner: on receiving a referral)."""

TRANSITIONS: Mapping[str, Mapping[str, Role]] = {
    "draft": {"requested": REQUESTER, "entered-in-error": REQUESTER},
    "requested": {"received": OWNER, "cancelled": REQUESTER, "entered-in-error": REQUESTER},
    "received": {
        "accepted": OWNER,
        "rejected": OWNER,
        "cancelled": REQUESTER,
        "entered-in-error": REQUESTER,
    },
    "accepted": {"in-progress": OWNER, "cancelled": REQUESTER, "entered-in-error": REQUESTER},
    "in-progress": {
        "on-hold": OWNER,
        "completed": OWNER,
        "failed": OWNER,
        "cancelled": REQUESTER,
        "entered-in-error": REQUESTER,
    },
    "on-hold": {
        "in-progress": OWNER,
        "completed": OWNER,
        "failed": OWNER,
        "cancelled": REQUESTER,
        "entered-in-error": REQUESTER,
    },
    "rejected": {"entered-in-error": REQUESTER},
    "completed": {"entered-in-error": REQUESTER},
    "failed": {"entered-in-error": REQUESTER},
    "cancelled": {"entered-in-error": REQUESTER},
    "entered-in-error": {},
}

TERMINAL: frozenset[str] = frozenset(
    status for status, moves in TRANSITIONS.items() if not moves.keys() - {"entered-in-error"}
)
"""From here only ``entered-in-error`` is left, or nothing."""

NEGATIVE: frozenset[str] = frozenset({"rejected", "on-hold", "failed", "cancelled", "entered-in-error"})
"""States the other side must be told the reason of: ``Task.statusReason`` with a text."""


class BusinessStatus(NamedTuple):
    """One milestone: ``order`` (a referral never goes back), and the states of ``Task.status`` it may stand in."""

    order: int
    display: str
    statuses: frozenset[str]


def _milestone(order: int, display: str, *statuses: str) -> BusinessStatus:
    return BusinessStatus(order, display, frozenset(statuses))


_WORKING = ("in-progress", "on-hold")

BUSINESS_STATUSES: Mapping[str, BusinessStatus] = {
    "received": _milestone(10, "Received", "received"),
    "triaged": _milestone(20, "Triaged", "received"),
    "more-information": _milestone(30, "More information needed", "received"),
    "accepted": _milestone(40, "Accepted", "accepted", *_WORKING),
    "waiting": _milestone(50, "Waiting", "accepted", *_WORKING),
    "assessment-booked": _milestone(60, "Assessment booked", "accepted", *_WORKING),
    "assessed": _milestone(70, "Assessed", *_WORKING),
    "plan-agreed": _milestone(80, "Plan agreed", *_WORKING),
    "returning": _milestone(90, "Returning to work", *_WORKING),
    "at-work": _milestone(100, "At work", *_WORKING, "completed"),
    "sustained-13w": _milestone(110, "Sustained for 13 weeks", *_WORKING, "completed"),
    "sustained-26w": _milestone(120, "Sustained for 26 weeks", *_WORKING, "completed"),
    "discharged": _milestone(130, "Discharged", "completed", "failed"),
    "declined": _milestone(200, "Declined", "rejected"),
    "not-reached": _milestone(200, "Not reached", "failed"),
    "withdrawn": _milestone(200, "Withdrawn", "cancelled"),
}
"""Milestones by their code in ``vr-referral-status``. Those of order 200 end the referral from
anywhere. The pairs are those of invariant ``vr-task-2`` of the profile VR-ReferralTask; a test holds them together."""
