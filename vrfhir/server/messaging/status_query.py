"""Where does the referral stand? ``REF^I15`` asks by the number in RF1-6, ``RRI^I15`` answers (HL7 v2.5.1 chapter 11).

Nothing is stored. Only who sent the referral is told; to everybody else there is none of that number.
"""

from __future__ import annotations

from typing import Any

from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal
from vrfhir.server.messaging import identity
from vrfhir.server.messaging.filing import Origin, Processed
from vrfhir.server.messaging.message import Entry
from vrfhir.server.store import AuditRow, Transaction
from vrfhir.server.store.query import Criterion, Query, Target

__all__ = ["STATUS_QUERY", "status_of"]

STATUS_QUERY = "I15"


def status_of(bundle: dict[str, Any], sender: str, tx: Transaction, endpoint: Endpoint, origin: Origin) -> Processed:
    """The referral a query is about, with its Task; raises :class:`Refusal` 404 when this sender has none of that number."""
    for number, row in enumerate(bundle.get("entry") or ()):
        if row["resource"]["resourceType"] == "ServiceRequest":
            entry = Entry(str(row.get("fullUrl", "")), row["resource"], number)
            known = identity.match(entry, tx)
            brought = tx.message_about("mllp", known.reference) if known is not None else None
            if known is not None and brought is not None and brought.sender == sender:
                criterion = Criterion("reference", "Task.focus", (Target(known.reference),))
                for hit in tx.search(Query("Task", (criterion,), limit=1)):
                    task = hit.resource.reference
                    tx.record(
                        AuditRow(
                            endpoint.now(), origin.request, origin.interaction, task, origin.role, origin.organisation
                        )
                    )
                    return Processed(known.reference, task)
    text = "No referral with this identifier was received before."
    raise Refusal.of(404, "not-found", "VR-REFERRAL-0008", text, expression="RF1[1]-6")
