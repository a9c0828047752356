"""The resources of one message put into the store, inside the caller's transaction.

Patients, people, organisations and what else has a business identifier are found again by it and get a new version; the
rest of a message is new. What a message says that was written before what is stored here came does not overwrite that:
it only fills what nobody said yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vrfhir.issues import Issue
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal
from vrfhir.server.messaging import identity
from vrfhir.server.messaging.hiding import hidden_from_now_on
from vrfhir.server.messaging.message import Entry
from vrfhir.server.messaging.rewriting import require_resolved, rewritten
from vrfhir.server.messaging.written import Written
from vrfhir.server.resource import load, put, stamp
from vrfhir.server.store import AuditRow, Stored, Transaction

__all__ = ["SHARED", "Filing", "Origin", "Processed", "content_of", "joined"]

Json = dict[str, Any]

_UNRESOLVED = b'"reference":"urn:'
_ALWAYS_NEW = ("MessageHeader", "Provenance", "Bundle", "Task")
SHARED = (
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "Location",
    "HealthcareService",
    "RelatedPerson",
)
"""Known from several messages: what one message does not say of them is kept from the others."""

_BELONGS = ("subject", "patient", "beneficiary")
"""Where a resource names its patient."""

_TOLD_WHEN_OLDER: Mapping[str, str] = {
    "Patient": "PID[1]",
    "ServiceRequest": "MSH[1]-7",
    "Appointment": "SCH[1]",
    "DocumentReference": "TXA[1]",
    "DiagnosticReport": "OBR[1]",
}
"""What a sender is told about when an older message did not overwrite it → where that stands in HL7 v2."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came from: request id and the caller's role and organisation for the audit, and when it was written.

    ``written`` is None for what is said now.
    """

    request: str
    role: str = "requester"
    organisation: str = ""
    interaction: str = "$process-message"
    written: Written | None = None
    sender: str = ""
    """``MSH-3|MSH-4`` of a message over HL7 v2."""


@dataclass(slots=True)
class Processed:
    """What became of a message. ``focus`` and ``task`` are ``Type/id``, empty when it brought no referral; ``stored`` the
    versions written for it; ``issues`` what there is to say about it; ``outgoing``: something was put into the outbox."""

    focus: str = ""
    task: str = ""
    stored: list[Stored] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    outgoing: bool = False


class Filing:
    """One message on its way into the store; what kinds of messages have in common."""

    def __init__(self, entries: list[Entry], tx: Transaction, endpoint: Endpoint, origin: Origin) -> None:
        self._entries = entries
        self._tx = tx
        self._endpoint = endpoint
        self._origin = origin
        self._now = endpoint.now()
        self._known: dict[int, Stored] = {}
        self._identities: dict[int, str] = {}
        self._named: dict[tuple[str, str, str], int] = {}
        self._same: dict[int, int] = {}
        self._stored: list[Stored] = []
        self._loaded: dict[tuple[str, int], Json] = {}
        self._issues: list[Issue] = []

    def _identity(self, entry: Entry) -> str:
        """The ``Type/id`` an entry is stored under: that of a stored resource with its identifier, or a new one."""
        if entry.type not in self._endpoint.types:
            text = "There is no such resource type."
            raise Refusal.of(422, "not-supported", "VR-REFERRAL-0002", text, expression=entry.place)
        if entry.type in SHARED and (twin := self._twin(entry)) is not None:
            self._same[entry.number] = twin
            return self._identities[twin]
        known = self._match(entry) if entry.type not in _ALWAYS_NEW and entry.type != "PractitionerRole" else None
        if known is not None and known.reference not in self._identities.values():
            if entry.type == "Patient":
                identity.require_same_person(entry, self._load(known))
            self._known[entry.number] = known
            self._identities[entry.number] = known.reference
        else:
            self._identities[entry.number] = (
                entry.draft.reference if entry.draft is not None else f"{entry.type}/{self._endpoint.new_id()}"
            )
        return self._identities[entry.number]

    def _match(self, entry: Entry) -> Stored | None:
        """The stored resource that an entry is about."""
        return identity.match(entry, self._tx, self._patient_of(entry))

    def _patient_of(self, entry: Entry) -> str:
        """The reference of the patient an entry belongs to; empty when the message has no such, or the entry is the order itself."""
        if entry.type == "ServiceRequest":
            return ""
        held = (entry.resource.get(name) for name in _BELONGS)
        references = {str(each.get("reference", "")) for each in held if isinstance(each, dict)}
        for other in self._entries:
            named = (other.full_url, f"Patient/{other.resource.get('id', '')}")
            if other.type == "Patient" and not references.isdisjoint(named):
                return self._identities.get(other.number, "")
        return ""

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
                resource = joined(resource, rewritten(other.resource, renamed))
        return resource

    def _reuse_role(self, entry: Entry, identities: dict[int, str], renamed: dict[str, str]) -> None:
        known = identity.match_role(rewritten(entry.resource, renamed), self._tx)
        if known is not None:
            self._known[entry.number] = known
            self._become(entry, known.reference, identities, renamed)

    def _become(self, entry: Entry, reference: str, identities: dict[int, str], renamed: dict[str, str]) -> None:
        """The entry is the stored resource at ``reference`` after all."""
        for name, target in renamed.items():
            if target == identities[entry.number]:
                renamed[name] = reference
        identities[entry.number] = reference

    def _write_draft(self, entry: Entry, reference: str, moved: Mapping[str, str]) -> bool:
        """Put a new resource that the message names once as it was drafted; False when it has to be put together."""
        draft = entry.draft
        if draft is None or draft.reference != reference or entry.number in self._same.values():
            return False
        written = draft.first_version(self._now, moved)
        if written is None:
            return False
        stored, rows = written
        self._tx.put(stored, rows, self._said_of(stored, entry.resource))
        self._stored.append(stored)
        return True

    def _write(self, entry: Entry, reference: str, resource: Json) -> None:
        known = self._known.get(entry.number)
        if known is None:
            self._put(stamp(resource, reference.partition("/")[2], 1, self._now), resource)
            return
        stored_before = before = self._load(known)
        if entry.type == "Patient":
            before, resource = hidden_from_now_on(before, resource)
        said = self._tx.said_at(known) if self._origin.written is not None else None
        older = said is not None and self._origin.written is not None and self._origin.written.latest < said
        if older:
            resource = self._filled(entry, before, resource)
        else:
            resource = self._merged(entry, before, resource)
        if content_of(stored_before) != content_of(resource):
            stored = stamp(resource, reference.partition("/")[2], known.version + 1, self._now)
            self._put(stored, resource, said=said if older else None)

    def _filled(self, entry: Entry, before: Json, resource: Json) -> Json:
        """What an older message adds to what is known; its sender is told what it did not change."""
        filled = joined(resource, before) if entry.type in SHARED else before
        overruled = any(name in before and before[name] != value for name, value in resource.items() if name != "id")
        if overruled and entry.type in _TOLD_WHEN_OLDER:
            text = f"What is stored about this {entry.type} was said later than this message; it was not overwritten."
            hint = "Nothing, when the later message was right; otherwise send the facts again in a new message."
            place = _TOLD_WHEN_OLDER[entry.type]
            self._issues.append(Issue("warning", "conflict", "VR-RECORD-0003", text, place, hint=hint))
        return filled

    def _merged(self, entry: Entry, before: Json, resource: Json) -> Json:
        return joined(before, resource) if entry.type in SHARED else resource

    def _load(self, stored: Stored) -> Json:
        """The resource of a stored version, read once a message."""
        key = (stored.reference, stored.version)
        if key not in self._loaded:
            self._loaded[key] = load(stored)
        return self._loaded[key]

    def _is_dated(self, type_: str, resource: Json) -> bool:
        """Whether a later message may be about this again, so that it matters when it was said."""
        return type_ in SHARED or "identifier" in resource or "masterIdentifier" in resource

    def _put(self, stored: Stored, resource: Json, *, said: int | None = None) -> None:
        said = self._said_of(stored, resource) if said is None else said
        put(self._tx, self._endpoint, stored, resource, said)
        self._stored.append(stored)

    def _said_of(self, stored: Stored, resource: Json) -> int | None:
        """When a resource to be stored was said; raises :class:`Refusal` when it refers to what is not in the message."""
        if _UNRESOLVED in stored.body:  # seen in the bytes, which are there anyway; then looked for
            require_resolved(self._entries, dict.fromkeys(entry.full_url for entry in self._entries))
        if self._origin.written is not None and self._is_dated(stored.type, resource):
            return self._origin.written.earliest
        return None

    def _recorded(self) -> list[Stored]:
        """The versions written, after their audit rows were."""
        at, origin = self._now, self._origin
        self._tx.record(
            *(
                AuditRow(
                    at,
                    origin.request,
                    origin.interaction,
                    f"{stored.reference}/_history/{stored.version}",
                    origin.role,
                    origin.organisation,
                )
                for stored in self._stored
            )
        )
        return self._stored


def joined(before: Json, resource: Json) -> Json:
    """What two sources say of one thing: the later one where both do, and the identifiers and links of both."""
    known = identity.business_identifiers(resource)
    kept = [
        row
        for row in before.get("identifier") or ()
        if isinstance(row, dict) and (row.get("system"), row.get("value")) not in known
    ]
    ids = {row.get("id") for row in resource.get("identifier") or () if isinstance(row, dict)}
    kept = [row if row.get("id") not in ids else {n: v for n, v in row.items() if n != "id"} for row in kept]
    both = {**before, **resource}
    if kept or "identifier" in resource:
        both["identifier"] = [*(resource.get("identifier") or ()), *kept]
    if "link" in before and "link" in resource:
        both["link"] = [*before["link"], *(row for row in resource["link"] if row not in before["link"])]
    return both


def content_of(resource: Json) -> Json:
    """A resource without what the store gives it."""
    meta = {
        key: value for key, value in (resource.get("meta") or {}).items() if key not in ("versionId", "lastUpdated")
    }
    return {**{key: value for key, value in resource.items() if key != "id"}, "meta": meta}
