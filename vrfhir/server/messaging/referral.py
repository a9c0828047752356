"""A referral message put into the store: request, update, cancel – each inside the caller's transaction.

Every resource of the message is stored (:mod:`vrfhir.server.messaging.filing`), its MessageHeader too; the Task of the
referral moves as its table says.
"""

from __future__ import annotations

from typing import Any

from vrfhir.server.http import Refusal
from vrfhir.server.messaging import identity, task
from vrfhir.server.messaging.filing import Filing, Origin, Processed
from vrfhir.server.messaging.message import Entry, Message
from vrfhir.server.messaging.rewriting import names, rewritten
from vrfhir.server.messaging.sides import owning_partner, subject_of
from vrfhir.server.referring import Change
from vrfhir.server.resource import load, stamp
from vrfhir.server.store import Stored, Transaction
from vrfhir.server.store.query import Criterion, Query, Target

__all__ = ["Origin", "Processed", "process"]

Json = dict[str, Any]


def process(message: Message, tx: Transaction, change: Change, origin: Origin) -> Processed:
    """Store a message; raises :class:`Refusal`, and then nothing of it is kept. Inside ``change.write``."""
    return _Processing(message, tx, change, origin).run()


class _Processing(Filing):
    def __init__(self, message: Message, tx: Transaction, change: Change, origin: Origin) -> None:
        super().__init__(message.entries, tx, change.endpoint, origin)
        self._message = message
        self._change = change

    def run(self) -> Processed:
        entries = self._message.entries
        identity.require_valid_nhs_numbers(entries)
        patients_first = sorted(entries, key=lambda each: each.type != "Patient")
        identities = {entry.number: self._identity(entry) for entry in patients_first}
        self._require_fitting()
        renamed = names(entries, identities)
        for entry in sorted(entries, key=lambda each: each.type == "PractitionerRole"):
            if entry.type == "PractitionerRole":
                self._reuse_role(entry, identities, renamed)
        focus = identities[self._message.focus.number]
        current = self._current_task(focus)
        tasks = [entry for entry in entries if entry.type == "Task" and _focus_of(entry, renamed) == focus]
        moved = {
            entry.draft.reference: identities[entry.number]
            for entry in entries
            if entry.draft is not None and entry.draft.reference != identities[entry.number]
        }
        apart = {entry.number for entry in tasks} | self._same.keys()
        for entry in entries:
            reference = identities[entry.number]
            if entry.number not in apart and not self._write_draft(entry, reference, moved):
                self._write(entry, reference, self._content(entry, entries, renamed))
        incoming = rewritten(tasks[0].resource, renamed) if tasks else None
        followed = self._move_task(focus, current, incoming)
        sent = self._refer(followed)
        return Processed(focus, followed, self._recorded(), self._issues, sent)

    def _refer(self, moved: str) -> bool:
        """Send it on when its service is reached over HL7 v2."""
        updated = self._message.action == "update"
        sent, issues = self._change.refer(self._tx, [moved], now=self._now, sender=self._origin.sender, updated=updated)
        self._issues += issues
        return sent > 0

    def _require_fitting(self) -> None:
        """A request makes a referral, an update and a cancellation are about one that is there."""
        focus = self._message.focus
        known = self._known.get(focus.number)
        if self._message.action == "request" and known is not None:
            place = identity.place_of_shared(focus, self._load(known))
            text = "A referral with this identifier was received before, with another message."
            hint = "Send an update to change it; send the same message again to get its answer again."
            raise Refusal.of(409, "duplicate", "VR-REFERRAL-0007", text, expression=place, hint=hint)
        if self._message.action != "request" and known is None:
            place = f"{focus.place}.identifier"
            text = "No referral with this identifier was received before."
            raise Refusal.of(404, "not-found", "VR-REFERRAL-0008", text, expression=place)
        patient = subject_of(known, self._tx) if known is not None else None
        for entry in self._message.entries:
            if patient is not None and entry.type == "Patient" and self._identities[entry.number] != patient.reference:
                identity.require_patient_of(entry, self._load(patient))

    def _merged(self, entry: Entry, before: Json, resource: Json) -> Json:
        if entry is self._message.focus and self._message.action == "cancel":
            return {**before, **resource, "status": _withdrawn(resource)}
        return super()._merged(entry, before, resource)

    def _filled(self, entry: Entry, before: Json, resource: Json) -> Json:
        if entry is self._message.focus and self._message.action == "cancel":
            return {
                **before,
                "status": _withdrawn(resource),
            }  # a referral that was taken back stays so, whatever came later
        return super()._filled(entry, before, resource)

    def _current_task(self, focus: str) -> Stored | None:
        criterion = Criterion("reference", "Task.focus", (Target(focus),))
        hits = self._tx.search(Query("Task", (criterion,), limit=1))
        return hits[0].resource if hits else None

    def _move_task(self, focus: str, current: Stored | None, incoming: Json | None) -> str:
        service_request = self._tx.read(*focus.split("/"))
        assert service_request is not None  # noqa: S101 -- it was written a moment ago
        step = task.STEPS[self._message.action]
        before = load(current) if current else None
        moved = step(before, load(service_request), incoming, self._message, self._change.at)
        self._issues += moved.issues
        if moved.task["status"] == "received" and before is None and self._goes_on(moved.task):
            moved.task = task.waiting(moved.task)
        id_ = current.id if current else self._endpoint.new_id()
        version = current.version + 1 if current else 1
        self._put(stamp(moved.task, id_, version, self._now), moved.task)
        return f"Task/{id_}"

    def _goes_on(self, proposed: Json) -> bool:
        partner = owning_partner(proposed, self._tx, self._endpoint.correspondents)
        return partner is not None and self._origin.sender not in partner.names


def _focus_of(entry: Entry, renamed: dict[str, str]) -> str:
    reference = str((entry.resource.get("focus") or {}).get("reference", ""))
    return renamed.get(reference, reference)


def _withdrawn(resource: Json) -> str:
    return "entered-in-error" if resource.get("status") == "entered-in-error" else "revoked"
