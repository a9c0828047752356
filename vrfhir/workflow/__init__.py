"""The referral loop as a table: which status may follow which, who may move it, and how HL7 v2 says it.

Pure: no clock, no storage, no transport. Every door (REST, message, HL7 v2) asks :func:`check` the same question.
"""

from vrfhir.workflow.rendering import V2Status, said_status, v2_status
from vrfhir.workflow.table import (
    BUSINESS_STATUSES,
    NEGATIVE,
    OWNER,
    REFERRAL_STATUS_SYSTEM,
    REQUESTER,
    ROLES,
    STATUSES,
    TASK_PROFILE,
    TERMINAL,
    TRANSITIONS,
    BusinessStatus,
    Role,
)
from vrfhir.workflow.transition import allowed_moves, business_status, check, is_referral_task, mover, moves_on

__all__ = [
    "BUSINESS_STATUSES",
    "NEGATIVE",
    "OWNER",
    "REFERRAL_STATUS_SYSTEM",
    "REQUESTER",
    "ROLES",
    "STATUSES",
    "TASK_PROFILE",
    "TERMINAL",
    "TRANSITIONS",
    "BusinessStatus",
    "Role",
    "V2Status",
    "allowed_moves",
    "business_status",
    "check",
    "is_referral_task",
    "mover",
    "moves_on",
    "said_status",
    "v2_status",
]
