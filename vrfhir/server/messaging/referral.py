"""A referral message put into the store: request, update, cancel – each inside the caller's transaction.

Patients, people, organisations and the referral itself are found again by their business identifiers and get a new
version; everything else of a message is new. Every resource of the message is stored, its MessageHeader too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vrfhir.issues import Issue
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal
from vrfhir.server.messaging import identity, task
from vrfhir.server.messaging.message import Entry, Message
from vrfhir.server.messaging.rewriting import names, require_resolved, rewritten
from vrfhir.server.resource import load, put, stamp
from vrfhir.server.store import AuditRow, Stored, Transaction
from vrfhir.server.store.query import Criterion, Query, Target

__all__ = ["Origin", "Processed", "process"]

Json = dict[str, Any]

_ALWAYS_NEW = ("MessageHeader", "Provenance", "Bundle", "Task")
_SHARED = (
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "Location",
    "HealthcareService",
    "RelatedPerson",
)
"""Known from several messages: what one message does not say of them is kept from the others."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came from, for the audit: request id and the caller's role and organisation."""

    request: str
    role: str = "requester"
    organisation: str = ""


@dataclass(slots=True)
class Processed:
    """What became of a message. ``focus`` and ``task`` are ``Type/id``; ``stored`` the versions written for it."""

    focus: str
    task: str
    stored: list[Stored] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def process(message: Message, tx: Transaction, endpoint: Endpoint, origin: Origin) -> Processed:
    """Store a message; raises :class:`Refusal`, and then nothing of it is kept."""
    return _Processing(message, tx, endpoint, origin).run()


class _Processing:
    def __init__(self, message: Message, tx: Transaction, endpoint: Endpoint, origin: Origin) -> None:
        self._message = message
        self._tx = tx
        self._endpoint = endpoint
        self._origin = origin
        self._now = endpoint.now()
        self._known: dict[int, Stored] = {}
        self._identities: dict[int, str] = {}
        self._named: dict[tuple[str, str, str], int] = {}
        self._same: dict[int, int] = {}
        self._stored: list[Stored] = []
        self._issues: list[Issue] = []

    def run(self) -> Processed:
        entries = self._message.entries
        identity.require_valid_nhs_numbers(entries)
        identities = {entry.number: self._identity(entry) for entry in entries}
        self._require_fitting()
        renamed = names(entries, identities)
        require_resolved(entries, renamed)
        for entry in sorted(entries, key=lambda each: each.type == "PractitionerRole"):
            if entry.type == "PractitionerRole":
                self._reuse_role(entry, identities, renamed)
        focus = identities[self._message.focus.number]
        current = self._current_task(focus)
        tasks = [entry for entry in entries if entry.type == "Task" and _focus_of(entry, renamed) == focus]
        for entry in entries:
            if entry not in tasks and entry.number not in self._same:
                self._write(entry, identities[entry.number], self._content(entry, entries, renamed))
        incoming = rewritten(tasks[0].resource, renamed) if tasks else None
        return Processed(focus, self._move_task(focus, current, incoming), self._stored, self._issues)

    def _identity(self, entry: Entry) -> str:
        """The ``Type/id`` an entry is stored under: that of a stored resource with its identifier, or a new one."""
        if entry.type not in self._endpoint.types:
            text = "There is no such resource type."
            raise Refusal.of(422, "not-supported", "VR-REFERRAL-0002", text, expression=entry.place)
        if entry.type in _SHARED and (twin := self._twin(entry)) is not None:
            self._same[entry.number] = twin
            return self._identities[twin]
        reference = f"{entry.type}/{self._endpoint.new_id()}"
        if entry.type not in _ALWAYS_NEW and entry.type != "PractitionerRole":
            known = identity.match(entry, self._tx)
            if known is not None and known.reference not in self._identities.values():
                if entry.type == "Patient":
                    identity.require_same_person(entry, load(known))
                self._known[entry.number] = known
                reference = known.reference
        self._identities[entry.number] = reference
        return reference

    def _twin(self, entry: Entry) -> int | None:
        """An earlier entry of the message that is the same person or place, by its identifiers."""
        found = None
        for system, value in identity.business_identifiers(entry.resource):
            found = self._named.setdefault((entry.type, system, value), entry.number)
            if found != entry.number:
                return found
        return None

    def _content(self, entry: Entry, entries: list[Entry], renamed: dict[str, str]) -> Json:
        """What the message says of one thing, in all its entries about it."""
        resource: Json = rewritten(entry.resource, renamed)
        for other in entries:
            if self._same.get(other.number) == entry.number:
                resource = _joined(resource, rewritten(other.resource, renamed))
        return resource

    def _require_fitting(self) -> None:
        """A request makes a referral, an update and a cancellation are about one that is there."""
        focus = self._message.focus
        known = focus.number in self._known
        place = f"{focus.place}.identifier"
        if self._message.action == "request" and known:
            text = "A referral with this identifier was received before, with another message."
            hint = "Send an update to change it; send the same message again to get its answer again."
            raise Refusal.of(409, "duplicate", "VR-REFERRAL-0007", text, expression=place, hint=hint)
        if self._message.action != "request" and not known:
            text = "No referral with this identifier was received before."
            raise Refusal.of(404, "not-found", "VR-REFERRAL-0008", text, expression=place)

    def _reuse_role(self, entry: Entry, identities: dict[int, str], renamed: dict[str, str]) -> None:
        known = identity.match_role(rewritten(entry.resource, renamed), self._tx)
        if known is None:
            return
        self._known[entry.number] = known
        for name, target in renamed.items():
            if target == identities[entry.number]:
                renamed[name] = known.reference
        identities[entry.number] = known.reference

    def _write(self, entry: Entry, reference: str, resource: Json) -> None:
        known = self._known.get(entry.number)
        version = 1
        if known is not None:
            before = load(known)
            version = known.version + 1
            resource = self._merged(entry, before, resource)
            if _content(before) == _content(resource):
                return
        self._put(stamp(resource, reference.partition("/")[2], version, self._now), resource)

    def _merged(self, entry: Entry, before: Json, resource: Json) -> Json:
        if entry is self._message.focus and self._message.action == "cancel":
            return {**before, **resource, "status": _withdrawn(resource)}
        if entry.type not in _SHARED:
            return resource
        return _joined(before, resource)

    def _current_task(self, focus: str) -> Stored | None:
        criterion = Criterion("reference", "Task.focus", (Target(focus),))
        hits = self._tx.search(Query("Task", (criterion,), limit=1))
        return hits[0].resource if hits else None

    def _move_task(self, focus: str, current: Stored | None, incoming: Json | None) -> str:
        service_request = self._tx.read(*focus.split("/"))
        assert service_request is not None  # noqa: S101 -- it was written a moment ago
        step = task.STEPS[self._message.action]
        before = load(current) if current else None
        moved = step(before, load(service_request), incoming, self._message, self._endpoint.clock())
        self._issues += moved.issues
        id_ = current.id if current else self._endpoint.new_id()
        version = current.version + 1 if current else 1
        self._put(stamp(moved.task, id_, version, self._now), moved.task)
        return f"Task/{id_}"

    def _put(self, stored: Stored, resource: Json) -> None:
        put(self._tx, self._endpoint, stored, resource)
        self._stored.append(stored)
        target = f"{stored.reference}/_history/{stored.version}"
        origin = self._origin
        self._tx.record(
            AuditRow(self._now, origin.request, "$process-message", target, origin.role, origin.organisation)
        )


def _joined(before: Json, resource: Json) -> Json:
    """What two sources say of one thing: the later one where both do, and the identifiers of both."""
    known = identity.business_identifiers(resource)
    kept = [
        row
        for row in before.get("identifier") or ()
        if isinstance(row, dict) and (row.get("system"), row.get("value")) not in known
    ]
    joined = {**before, **resource}
    if kept or "identifier" in resource:
        joined["identifier"] = [*(resource.get("identifier") or ()), *kept]
    return joined


def _focus_of(entry: Entry, renamed: dict[str, str]) -> str:
    reference = str((entry.resource.get("focus") or {}).get("reference", ""))
    return renamed.get(reference, reference)


def _withdrawn(resource: Json) -> str:
    return "entered-in-error" if resource.get("status") == "entered-in-error" else "revoked"


def _content(resource: Json) -> Json:
    meta = {
        key: value for key, value in (resource.get("meta") or {}).items() if key not in ("versionId", "lastUpdated")
    }
    return {**{key: value for key, value in resource.items() if key != "id"}, "meta": meta}
