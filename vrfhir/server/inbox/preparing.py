"""The part of the work that needs no store: a message mapped and validated. Runs anywhere, also in another process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import Message, parse
from vrfhir.hl7v2.ack_modes import acknowledgement_code, outcome_of
from vrfhir.issues import Issue, has_errors
from vrfhir.server.endpoint import Checker
from vrfhir.server.inbox.taken import TAKEN
from vrfhir.server.messaging.status_query import STATUS_QUERY
from vrfhir.server.messaging.task import NO_REASON
from vrfhir.server.messaging.v2_places import v2_places

if TYPE_CHECKING:
    from vrfhir.mappers import Partner

__all__ = ["Prepared", "placed", "prepare"]

Json = dict[str, Any]

_ACCEPTED = (*TAKEN, "RRI")
"""Message codes that are mapped; an RRI is then told that this endpoint has no use for one."""


class Prepared(NamedTuple):
    """The Bundle a message became, with what was noticed; or no Bundle, the reasons, and the code they are answered with."""

    bundle: Json | None
    issues: Sequence[Issue] = ()
    code: str = ""


def prepare(content: bytes, received: datetime, validator: Checker, partner: Partner | None = None) -> Prepared:
    """Map and validate one message, read as its partner's files are (None: by the shipped defaults)."""
    from vrfhir.mappers import to_fhir

    try:
        message = _read(content, partner)
        mapping = to_fhir(message, partner=partner, received=received, accept=_ACCEPTED)
    except UnreadableError as error:
        return Prepared(None, tuple(error.issues), acknowledgement_code(outcome_of(error.issues)))
    if has_errors(mapping.issues):
        return Prepared(None, tuple(mapping.issues), "AE")
    if (message.type.code, message.type.trigger.upper()) == ("REF", STATUS_QUERY):  # of which nothing is stored
        return Prepared(mapping.bundle, tuple(mapping.issues))
    _give_reason(mapping.bundle)
    report = validator.validate(mapping.bundle)
    if not report.valid:
        return Prepared(None, tuple(v2_places(report.issues, mapping)), "AE")
    return Prepared(mapping.bundle, tuple(mapping.issues))


def placed(
    issues: Sequence[Issue], content: bytes, received: datetime, partner: Partner | None = None
) -> Sequence[Issue]:
    """Findings about the Bundle of a message, with the v2 places of what they are about."""
    from vrfhir.mappers import to_fhir

    return v2_places(issues, to_fhir(_read(content, partner), partner=partner, received=received))


def _read(content: bytes, partner: Partner | None) -> Message:
    return parse(content, charset=(partner.charset or None) if partner is not None else None)


def _give_reason(bundle: Json) -> None:
    """A cancellation by v2 need not say why; the Task says that it did not, since the profile wants a reason in words."""
    for entry in bundle.get("entry", ()):
        resource = entry["resource"]
        if resource["resourceType"] == "Task" and resource.get("status") == "cancelled":
            resource.setdefault("statusReason", {"text": NO_REASON})
