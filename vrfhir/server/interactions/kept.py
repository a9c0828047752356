"""What is not changed or deleted, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping

from vrfhir.server.http import Refusal

__all__ = ["KEPT", "is_allowed", "require_changeable"]

_WITHDRAW = "A referral is part of the record: move it to 'entered-in-error' instead."
_EVIDENCE = "Evidence of what happened is only added to."

KEPT: Mapping[str, Mapping[str, str]] = {
    "Task": {"delete": _WITHDRAW},
    "ServiceRequest": {"delete": _WITHDRAW},
    "Provenance": {"delete": _EVIDENCE, "update": _EVIDENCE},
    "AuditEvent": {"delete": _EVIDENCE, "update": _EVIDENCE},
    "MessageHeader": {"delete": _EVIDENCE, "update": _EVIDENCE},
}
"""type → interaction → why it is refused."""


def is_allowed(type_: str, interaction: str) -> bool:
    """Whether a type has this interaction."""
    return interaction not in KEPT.get(type_, {})


def require_changeable(type_: str, interaction: str) -> None:
    """Raise :class:`Refusal` 405 for what is kept."""
    reason = KEPT.get(type_, {}).get(interaction)
    if reason is not None:
        methods = {"update": "PUT", "delete": "DELETE"}
        allowed = ["GET", *(method for name, method in methods.items() if is_allowed(type_, name))]
        text = f"{type_} has no {interaction} on this endpoint."
        headers = (("Allow", ", ".join(allowed)),)
        raise Refusal.of(405, "not-supported", "VR-HTTP-0405", text, hint=reason, headers=headers)
