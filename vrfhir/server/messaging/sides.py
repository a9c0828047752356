"""Whose referral it is: the partner that sent it here, and the one whose service it was sent to.

Only these two may say anything about a referral over HL7 v2. For everybody else there is none of that number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from vrfhir import workflow
from vrfhir.server.correspondents import EVERYBODY, Correspondent, Correspondents
from vrfhir.server.http import Refusal
from vrfhir.server.messaging import identity
from vrfhir.server.resource import load
from vrfhir.server.search.conversion import reference_target
from vrfhir.server.store import InboxRow, Reader, Stored
from vrfhir.server.store.query import Criterion, Query, Target
from vrfhir.workflow import OWNER, REQUESTER, Role

__all__ = ["find_referral", "owning_partner", "referral_tasks", "side_of", "subject_of"]

Json = dict[str, Any]

_ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
_LEADS_TO = {"PractitionerRole": "organization", "HealthcareService": "providedBy"}
_PLACER = "PLAC"
_MOST = 20


def referral_tasks(service_request: str, store: Reader) -> list[Stored]:
    """The Tasks of a referral's loop, newest first."""
    criterion = Criterion("reference", "Task.focus", (Target(service_request),))
    hits = store.search(Query("Task", (criterion,), limit=_MOST))
    return [hit.resource for hit in hits if workflow.is_referral_task(load(hit.resource))]


def find_referral(
    asked: Json, patients: Iterable[Json], row: InboxRow, store: Reader, correspondents: Correspondents
) -> tuple[Stored, Stored, Role]:
    """The referral with a number of ``asked``, its Task, and the side of it that the sender of the message speaks for.

    Raises :class:`Refusal` 404 when this sender has none of that number, 409 when it has several and ``patients`` do not tell.
    """
    for candidates in (_numbered(asked, store), _numbered_alike(asked, store)):
        found = [each for each in (_concerned(hit, row, store, correspondents) for hit in candidates) if each]
        found = _of_patients(found, patients, store) if len(found) > 1 else found
        if len(found) > 1:
            text = "The number is that of more than one referral between this partner and us."
            raise Refusal.of(409, "multiple-matches", "VR-REFERRAL-0004", text, expression="RF1[1]-6")
        if found:
            return found[0]
    text = "No referral with this identifier was received before."
    raise Refusal.of(404, "not-found", "VR-REFERRAL-0008", text, expression="RF1[1]-6")


def subject_of(referral: Stored, store: Reader) -> Stored | None:
    """The patient's record, the one that remains when it was merged."""
    reference = str((load(referral).get("subject") or {}).get("reference", ""))
    stored = store.read(*reference.split("/")) if reference.count("/") == 1 else None
    return identity.survivor(stored, store) if stored is not None and not stored.deleted else None


def _numbered(asked: Json, store: Reader) -> list[Stored]:
    hits = [
        hit
        for system, value in identity.business_identifiers(asked)
        for hit in identity.having("ServiceRequest", system, value, store, limit=_MOST)
    ]
    return list({hit.reference: hit for hit in hits}.values())


def _numbered_alike(asked: Json, store: Reader) -> list[Stored]:
    """Those with the number in RF1-6 under whatever authority, which each side spells its own way."""
    hits = [
        hit
        for row in asked.get("identifier") or ()
        if row.get("value")
        and _PLACER in [coding.get("code") for coding in (row.get("type") or {}).get("coding") or ()]
        for hit in identity.having("ServiceRequest", None, str(row["value"]), store, limit=_MOST)
    ]
    return list({hit.reference: hit for hit in hits}.values())


def _concerned(
    referral: Stored, row: InboxRow, store: Reader, correspondents: Correspondents
) -> tuple[Stored, Stored, Role] | None:
    sides = [
        (task, side)
        for task in referral_tasks(referral.reference, store)
        if (side := side_of(row, load(task), store, correspondents)) is not None
    ]
    best = [pair for pair in sides if pair[1] == OWNER] or sides
    return (referral, *best[0]) if best else None


def _of_patients(
    found: list[tuple[Stored, Stored, Role]], patients: Iterable[Json], store: Reader
) -> list[tuple[Stored, Stored, Role]]:
    named = {pair for each in patients for pair in identity.business_identifiers(each)}
    subjects = [(each, subject_of(each[0], store)) for each in found]
    return [
        each
        for each, patient in subjects
        if patient is not None and named & set(identity.business_identifiers(load(patient)))
    ] or found


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
    same = brought.partner == partner.id and _is_one(partner)
    return REQUESTER if same or brought.sender == row.sender else None


def owning_partner(task: Json, store: Reader, correspondents: Correspondents) -> Correspondent | None:
    """The partner that gets referrals over HL7 v2 for the Task's owner, by its partner file."""
    owners = set(_organisations(task.get("owner"), store))
    found = [each for each in correspondents.all if "REF" in each.gets and owners & _codes(each, "")]
    return found[0] if found else None


def _codes(partner: Correspondent, sender: str) -> set[str]:
    """What an organisation's identifier must be for the partner to stand for it."""
    if not _is_one(partner):
        return {sender.rpartition("|")[2]} - {""}
    return set(partner.organisations or [name.rpartition("|")[2] for name in partner.names])


def _is(partner: Correspondent, sender: str, destination: str) -> bool:
    return destination in partner.names if _is_one(partner) else destination == sender


def _is_one(partner: Correspondent) -> bool:
    """Whether it is one partner with a file of its own, and not the defaults for strangers."""
    return bool(partner.id) and EVERYBODY not in partner.names


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
