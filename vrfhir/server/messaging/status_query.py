"""Where does the referral stand? ``REF^I15`` asks by the number in RF1-6, ``RRI^I15`` answers (HL7 v2.5.1 chapter 11).

Nothing is stored. Only who sent the referral, or was sent it, is told; to everybody else there is none of that number.
"""

from __future__ import annotations

from typing import Any

from vrfhir.server.endpoint import Endpoint
from vrfhir.server.messaging.filing import Origin, Processed
from vrfhir.server.messaging.sides import find_referral
from vrfhir.server.store import AuditRow, InboxRow, Transaction

__all__ = ["STATUS_QUERY", "status_of"]

STATUS_QUERY = "I15"


def status_of(bundle: dict[str, Any], row: InboxRow, tx: Transaction, endpoint: Endpoint, origin: Origin) -> Processed:
    """The referral a query is about, with its Task; raises :class:`Refusal` 404 when this sender has none of that number."""
    resources = [entry["resource"] for entry in bundle.get("entry") or ()]
    asked: dict[str, Any] = next((each for each in resources if each["resourceType"] == "ServiceRequest"), {})
    patients = [each for each in resources if each["resourceType"] == "Patient"]
    referral, task, _ = find_referral(asked, patients, row, tx, endpoint.correspondents)
    tx.record(
        AuditRow(endpoint.now(), origin.request, origin.interaction, task.reference, origin.role, origin.organisation)
    )
    return Processed(referral.reference, task.reference)
