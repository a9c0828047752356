"""How HL7 v2 says a referral's state: RF1-1, HL7 table 0283, with the exact state as the alternate triplet.

Table 0283 has four codes for eleven states, so the code alone loses which; the local triplet keeps it and a receiver
that does not know it still reads the first three components (HL7 v2.5.1 chapter 11.6.1.1, CWE/CE in chapter 2A).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from vrfhir.workflow.table import BUSINESS_STATUSES, STATUSES

__all__ = ["TABLE_0283", "V2_STATUSES", "V2Status", "said_status", "v2_status"]

TABLE_0283: Mapping[str, str] = {"A": "Accepted", "E": "Expired", "P": "Pending", "R": "Rejected"}
"""HL7 table 0283, Referral status."""

V2_STATUSES: Mapping[str, str] = {
    "draft": "P",
    "requested": "P",
    "received": "P",
    "accepted": "A",
    "rejected": "R",
    "in-progress": "A",
    "on-hold": "A",
    "completed": "A",
    "failed": "A",
    "cancelled": "E",
    "entered-in-error": "E",
}
"""``Task.status`` → table 0283: whether the service took the referral on, not how far it got."""

TASK_STATUS_NAME = "VR-TASK-STATUS"
REFERRAL_STATUS_NAME = "VR-REFERRAL-STATUS"


class V2Status(NamedTuple):
    """The six components of RF1-1: the 0283 triplet, then the exact state in words of our own tables."""

    code: str
    text: str
    system: str
    local_code: str
    local_text: str
    local_system: str


def v2_status(status: str, business_status: str | None = None) -> V2Status:
    """RF1-1 for a ``Task.status`` and the code of its ``businessStatus``, if it has one of ours."""
    code = V2_STATUSES[status]
    milestone = BUSINESS_STATUSES.get(business_status or "")
    if milestone is not None and business_status is not None:
        local = (business_status, milestone.display, REFERRAL_STATUS_NAME)
    else:
        local = (status, status.replace("-", " ").capitalize(), TASK_STATUS_NAME)
    return V2Status(code, TABLE_0283[code], "HL70283", *local)


def said_status(plain: str, local_code: str, local_name: str) -> str:
    """``Task.status`` for RF1-1: ``plain`` is what its table 0283 code alone says, the local triplet says more.

    A status of ours is taken as it is; a milestone that cannot stand beside ``plain`` moves it to the first state it may
    stand in.
    """
    name = local_name.upper()
    if name == TASK_STATUS_NAME and local_code in STATUSES:
        return local_code
    milestone = BUSINESS_STATUSES.get(local_code) if name == REFERRAL_STATUS_NAME else None
    if milestone is None or plain in milestone.statuses:
        return plain
    return min(milestone.statuses, key=STATUSES.index)
