"""Whose referral it is: the partner that sent it here, and the one whose service it was sent to.

Only these two may say anything about a referral over HL7 v2. For everybody else there is none of that number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vrfhir import workflow
from vrfhir.server.correspondents import Correspondent, Correspondents
from vrfhir.server.resource import load
from vrfhir.server.search.conversion import reference_target
from vrfhir.server.store import InboxRow, Reader, Stored
from vrfhir.server.store.query import Criterion, Query, Target
from vrfhir.workflow import OWNER, REQUESTER, Role

__all__ = ["owning_partner", "referral_tasks", "side_of"]

Json = dict[str, Any]

_ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
_LEADS_TO = {"PractitionerRole": "organization", "HealthcareService": "providedBy"}
_MOST = 20


def referral_tasks(service_request: str, store: Reader) -> list[Stored]:
    """The Tasks of a referral's loop, newest first."""
    criterion = Criterion("reference", "Task.focus", (Target(service_request),))
    hits = store.search(Query("Task", (criterion,), limit=_MOST))
    return [hit.resource for hit in hits if workflow.is_referral_task(load(hit.resource))]


def side_of(row: InboxRow, task: Json, store: Reader, correspondents: Correspondents) -> Role | None:
    """The side of the referral that the sender of a message speaks for; None when it has nothing to do with it."""
    partner = correspondents.named(row.partner, row.sender)
    focus = reference_target(str((task.get("focus") or {}).get("reference", "")))
    owners = set(_organisations(task.get("owner"), store))
    if owners & _codes(partner, row.sender):
        return OWNER
    sent = [each for each in store.sent_about(focus) if each.kind.startswith("REF")] if not owners else []
    if any(_is(partner, row.sender, each.destination) for each in sent):
        return OWNER
    brought = store.message_about("mllp", focus)
    if brought is None:
        return None
    same = brought.partner == partner.id if partner.id else brought.sender == row.sender
    return REQUESTER if same else None


def owning_partner(task: Json, store: Reader, correspondents: Correspondents) -> Correspondent | None:
    """The partner that gets referrals over HL7 v2 for the Task's owner, by its partner file."""
    owners = set(_organisations(task.get("owner"), store))
    found = [each for each in correspondents.all if "REF" in each.gets and owners & _codes(each, "")]
    return found[0] if found else None


def _codes(partner: Correspondent, sender: str) -> set[str]:
    """What an organisation's identifier must be for the partner to stand for it."""
    named = partner.organisations or [name.rpartition("|")[2] for name in partner.names if name != "*"]
    return set(named) if partner.id else {sender.rpartition("|")[2]} - {""}


def _is(partner: Correspondent, sender: str, destination: str) -> bool:
    return destination in partner.names if partner.id else destination == sender


def _organisations(reference: Any, store: Reader) -> Iterator[str]:
    """The identifiers of the organisation that a reference leads to: ODS codes as they are, others after their system."""
    for _ in range(3):
        if not isinstance(reference, dict):
            return
        yield from _identifiers([reference.get("identifier")])
        target = reference_target(str(reference.get("reference", "")))
        stored = store.read(*target.split("/")) if target.count("/") == 1 else None
        if stored is None or stored.deleted:
            return
        resource = load(stored)
        if stored.type == "Organization":
            yield from _identifiers(resource.get("identifier") or ())
            return
        reference = resource.get(_LEADS_TO.get(stored.type, ""))


def _identifiers(rows: Any) -> Iterator[str]:
    for row in rows:
        if isinstance(row, dict) and row.get("value"):
            system, value = str(row.get("system", "")), str(row["value"])
            yield value if system == _ODS else f"{system}|{value}"
