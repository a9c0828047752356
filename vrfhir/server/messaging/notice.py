"""Messages that bring no referral: what stands around one – the patient's record, appointments, documents, results, orders.

=====  ==========================================================================================================
ADT    the patient's record: a new one, or the next version; A40 merges two records (:mod:`.merging`)
SIU    the appointment with the number in SCH-2 (or SCH-1): made, moved, cancelled, missed
MDM    the document with the number in TXA-12
ORU    the report with the filler's number in OBR-3, with its results
ORM    the order with the number in ORC-2; OMG likewise
=====  ==========================================================================================================

What is about a patient who is not known here is parked until a message brings that patient. What names an order or a
referral (SCH-26, TXA-14, ORC-8, OBR-2 …) that is known here is attached to it. None of them touches a referral or its Task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vrfhir.issues import Issue
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal
from vrfhir.server.messaging import identity
from vrfhir.server.messaging.attaching import attached, is_referral, named_referral, placed_under
from vrfhir.server.messaging.filing import Origin, Processed
from vrfhir.server.messaging.matching import identifiers_of
from vrfhir.server.messaging.merging import merge_records, replaced_record
from vrfhir.server.messaging.message import Entry
from vrfhir.server.messaging.recognising import Recognising
from vrfhir.server.messaging.rewriting import names
from vrfhir.server.resource import load, stamp
from vrfhir.server.store import Stored, Transaction

__all__ = ["NOTICES", "Parked", "process_notice"]

Json = dict[str, Any]

NOTICES = frozenset({"ADT", "SIU", "MDM", "ORU", "ORM", "OMG"})
"""Message codes (MSH-9.1) that are treated here."""
_MAKES_PATIENTS = frozenset({"ADT"})
_ORDERS = frozenset({"ORM", "OMG"})


class Parked(Exception):  # noqa: N818 -- an outcome, not an error of ours
    """The message is in order, but what it is about is not known here yet."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        super().__init__()
        self.issues = issues


def process_notice(code: str, bundle: Json, tx: Transaction, endpoint: Endpoint, origin: Origin) -> Processed:
    """Store what a message of this code says; raises :class:`Refusal` or :class:`Parked`, and then nothing of it is kept."""
    entries = [
        Entry(str(entry.get("fullUrl", "")), entry["resource"], number)
        for number, entry in enumerate(bundle.get("entry") or ())
    ]
    return _Notice(code, entries, tx, endpoint, origin).run()


class _Notice(Recognising):
    def __init__(self, code: str, entries: list[Entry], tx: Transaction, endpoint: Endpoint, origin: Origin) -> None:
        super().__init__(entries, tx, endpoint, origin)
        self._code = code
        self._replaced: list[Entry] = []
        self._patient = ""
        self._named_orders: dict[int, str] = {}

    def run(self) -> Processed:
        entries = self._entries
        identity.require_valid_nhs_numbers(entries)
        patient = self._patient = self._identify_patients()
        identities = {entry.number: self._identities.get(entry.number) or self._identity(entry) for entry in entries}
        identities |= self._named_orders
        self._untouched.update(self._named_orders)
        renamed = names(entries, identities)
        for entry in entries:
            if entry.type == "PractitionerRole":
                self._reuse_role(entry, identities, renamed)
        self._match_results(identities, renamed)
        self._match_contents(identities, renamed)
        for entry in entries:
            if entry.number not in self._same and entry.number not in self._untouched:
                resource = self._content(entry, entries, renamed)
                self._write(entry, identities[entry.number], self._attached(entry, resource, patient))
        if self._replaced:
            given_up = [identities[each.number] for each in self._replaced]
            merge_records(given_up, patient, self._tx, self._pointed_elsewhere)
        return Processed(stored=self._recorded(), issues=self._issues)

    def _identify_patients(self) -> str:
        """The reference of the patient the message is about; its record may be new only where the message brings it."""
        patients = [entry for entry in self._entries if entry.type == "Patient"]
        replaced = [entry for entry in patients if replaced_record(entry.resource)]
        others = [entry for entry in patients if entry not in replaced]
        if not others or not all(identity.business_identifiers(entry.resource) for entry in patients):
            text = "The patient has no identifier with an assigning authority; whose record it is cannot be known."
            hint = (
                "Send the patient's number with its assigning authority in PID-3 (and MRG-1 when records are merged)."
            )
            raise Refusal.of(422, "required", "VR-RECORD-0002", text, expression="PID[1]-3", hint=hint)
        for entry in replaced:
            self._identify_replaced(entry)
        subject = others[0]
        reference = self._identity(subject)
        if subject.number not in self._known and self._code not in _MAKES_PATIENTS:
            text = "The patient is not known here; the message is kept until a referral or an ADT message brings the patient."
            hint = "Send the referral; the operator sees the message with vrfhir queue."
            raise Parked([Issue("warning", "not-found", "VR-RECORD-0001", text, "PID[1]-3", hint=hint)])
        self._require_mergeable(subject)
        return reference

    def _identify_replaced(self, entry: Entry) -> None:
        """The record that is given up: found by its own numbers, without going on to what it was merged into."""
        numbers = identity.business_identifiers(entry.resource)
        found = {hit.reference: hit for pair in numbers for hit in identity.having("Patient", *pair, self._tx)}
        already = [each for each in found.values() if replaced_record(load(each))]
        if len(found) > 1 and not already:
            text = "The identifiers of the record that is given up belong to more than one record that is stored here."
            raise Refusal.of(409, "multiple-matches", "VR-REFERRAL-0004", text, expression="MRG[1]-1")
        known = next(iter(already or found.values()), None)
        if known is not None:
            self._known[entry.number] = known
        self._identities[entry.number] = known.reference if known else f"Patient/{self._endpoint.new_id()}"
        self._replaced.append(entry)

    def _match(self, entry: Entry) -> Stored | None:
        if entry.type == "Patient":
            return self._match_patient(entry)
        if entry.type == "ServiceRequest":
            return self._match_order(entry)
        return identifiers_of(entry, self._tx, self._patient_of(entry))

    def _match_patient(self, entry: Entry) -> Stored | None:
        """As in a referral; of two records of which the message gives one up, the other."""
        given_up = {self._known[each.number].reference for each in self._replaced if each.number in self._known}
        found = {
            stored.reference: stored
            for pair in identity.business_identifiers(entry.resource)
            for hit in identity.having("Patient", *pair, self._tx)
            if (stored := identity.survivor(hit, self._tx)).reference not in given_up
        }
        if len(found) > 1:
            text = "The identifiers of this patient belong to more than one record that is stored here."
            raise Refusal.of(409, "multiple-matches", "VR-REFERRAL-0004", text, expression="PID[1]-3")
        return next(iter(found.values()), None)

    def _match_order(self, entry: Entry) -> Stored | None:
        known = identifiers_of(entry, self._tx) or self._referral_called(entry)
        if known is None:
            return None
        if self._code not in _ORDERS:  # a result names an order, it does not change it
            self._named_orders[entry.number] = known.reference
            return None
        if is_referral(known, self._tx):
            text = "The number of the order is that of a referral, which an order message does not change."
            hint = "Change a referral with REF^I13; give an order a number of its own."
            raise Refusal.of(409, "conflict", "VR-RECORD-0004", text, expression="ORC[1]-2", hint=hint)
        return known

    def _referral_called(self, entry: Entry) -> Stored | None:
        """The referral of this patient that an order calls by its number alone."""
        for number in placed_under(entry.resource):
            reference = named_referral(number, self._patient, self._tx)
            found = self._tx.read(*reference.split("/")) if reference else None
            if found is not None and is_referral(found, self._tx):
                return found
        return None

    def _is_dated(self, type_: str, resource: Json) -> bool:
        return type_ == "Observation" or super()._is_dated(type_, resource)

    def _require_mergeable(self, subject: Entry) -> None:
        for entry in self._replaced:
            known = [load(self._known[each.number]) for each in (entry, subject) if each.number in self._known]
            if len(known) == 2 and not identity.is_same_person(*known):
                text = "The two records are of people of another name and birth date; they were not merged."
                hint = "Check the numbers in PID-3 and MRG-1."
                raise Refusal.of(409, "conflict", "VR-RECORD-0005", text, expression="MRG[1]-1", hint=hint)

    def _attached(self, entry: Entry, resource: Json, patient: str) -> Json:
        """With references instead of numbers to the orders and referrals that are known here; says which are not."""
        found, unknown = attached(entry.type, resource, lambda number: named_referral(number, patient, self._tx))
        if unknown and self._code != "ORU":  # a laboratory's own order numbers are nobody's referral
            text = "The message names an order or referral that is not known here; it was stored for the patient alone."
            hint = "Check the number (SCH-26, TXA-14, ORC-8); send the referral first."
            self._issues.append(Issue("warning", "not-found", "VR-RECORD-0006", text, _NAMED_IN[self._code], hint=hint))
        return found

    def _merged(self, entry: Entry, before: Json, resource: Json) -> Json:
        if entry.type == "Appointment":  # a cancellation need not say again when it would have been
            return {**before, **resource}
        return super()._merged(entry, before, resource)

    def _pointed_elsewhere(self, known: Stored, resource: Json) -> None:
        """The next version of a resource that says nothing new but whose record it belongs to."""
        stored = stamp(resource, known.id, known.version + 1, self._now)
        self._put(stored, resource, said=self._tx.said_at(known))


_NAMED_IN: Mapping[str, str] = {
    "SIU": "SCH[1]-26",
    "MDM": "TXA[1]-14",
    "ORM": "ORC[1]-8",
    "OMG": "ORC[1]-8",
    "ADT": "PID[1]",
}
