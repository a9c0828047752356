"""``RRI``: what a service answers to a referral (HL7 v2.5.1 chapter 11), put on the referral's Task and beside it.

The referral is the one with the number in RF1-6 that this partner sent or was sent; the Task moves as the table allows its side.
What the answer brings – visit, reports, observations, documents, people – is stored and named by the Task; what it repeats of
the referral (PID, PRD, DG1, RF1) changes nothing that is known and only fills what nobody said.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vrfhir import workflow
from vrfhir.issues import has_errors
from vrfhir.server import loop
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, instant
from vrfhir.server.messaging import identity
from vrfhir.server.messaging.filing import SHARED, Origin, Processed, joined
from vrfhir.server.messaging.matching import identifiers_of
from vrfhir.server.messaging.message import Entry
from vrfhir.server.messaging.recognising import Recognising
from vrfhir.server.messaging.reply import Reply, steps
from vrfhir.server.messaging.rewriting import names, rewritten
from vrfhir.server.messaging.sides import find_referral, subject_of
from vrfhir.server.resource import load, stamp
from vrfhir.server.store import InboxRow, Stored, Transaction
from vrfhir.workflow import Role

__all__ = ["process_answer"]

Json = dict[str, Any]

_OUTPUT = "https://vrfhir.org/fhir/CodeSystem/vr-task-output"
_OUTPUTS = {"CarePlan": "plan", "DiagnosticReport": "report", "Composition": "report", "DocumentReference": "report"}
_PROFILED = (("/VR-Outcome", "outcome"), ("/VR-FitnessForWork", "fit-note"))
_REFUSED = {"fatal-error": "AE", "transient-error": "AR"}
_ORIGINAL = "urn:hash::sha256:"


def process_answer(bundle: Json, row: InboxRow, tx: Transaction, endpoint: Endpoint, origin: Origin) -> Processed:
    """Store what an answer says; raises :class:`Refusal`, and then nothing of it is kept."""
    entries = [
        Entry(str(entry.get("fullUrl", "")), entry["resource"], number)
        for number, entry in enumerate(bundle.get("entry") or ())
    ]
    return _Answer(entries, row, tx, endpoint, origin).run()


class _Answer(Recognising):
    def __init__(
        self, entries: list[Entry], row: InboxRow, tx: Transaction, endpoint: Endpoint, origin: Origin
    ) -> None:
        super().__init__(entries, tx, endpoint, origin)
        self._row = row
        self._outgoing = False

    def run(self) -> Processed:
        entries = self._entries
        identity.require_valid_nhs_numbers(entries)
        asked, told = self._only("ServiceRequest"), self._only("Task")
        patients = [entry.resource for entry in entries if entry.type == "Patient"]
        referral, task, side = find_referral(
            asked.resource, patients, self._row, self._tx, self._endpoint.correspondents
        )
        identities = {asked.number: referral.reference, told.number: task.reference}
        self._identities |= identities
        self._patient(referral, identities)
        for entry in entries:
            if entry.number not in identities:
                identities[entry.number] = self._identity(entry)
        renamed = names(entries, identities)
        for entry in entries:
            if entry.type == "PractitionerRole":
                self._reuse_role(entry, identities, renamed)
        self._match_results(identities, renamed)
        self._match_contents(identities, renamed)
        self._match_conditions(referral, identities, renamed)
        for entry in entries:
            if entry.number not in self._same and entry.number not in self._untouched and entry not in (asked, told):
                self._write(entry, identities[entry.number], self._content(entry, entries, renamed))
        self._number(asked, referral)
        self._move(task, side, self._reply(rewritten(told.resource, renamed), asked, identities, renamed))
        return Processed(stored=self._recorded(), issues=self._issues, outgoing=self._outgoing)

    def _only(self, type_: str) -> Entry:
        return next(entry for entry in self._entries if entry.type == type_)

    def _patient(self, referral: Stored, identities: dict[int, str]) -> None:
        """The patient of the answer is that of the referral; refused when it is visibly another one."""
        known = subject_of(referral, self._tx)
        for entry in self._entries:
            if entry.type != "Patient":
                continue
            if known is None:
                identities[entry.number] = self._identity(entry)
                continue
            identity.require_patient_of(entry, load(known))
            self._known[entry.number] = known
            self._identities[entry.number] = identities[entry.number] = known.reference

    def _match(self, entry: Entry) -> Stored | None:
        return identifiers_of(entry, self._tx, self._patient_of(entry))

    def _match_conditions(self, referral: Stored, identities: dict[int, str], renamed: dict[str, str]) -> None:
        """A diagnosis that the referral gave is repeated, not made."""
        given = [str(row.get("reference", "")) for row in load(referral).get("reasonReference") or ()]
        stored = [self._tx.read(*each.split("/")) for each in given if each.count("/") == 1]
        known = [each for each in stored if each is not None and not each.deleted and each.type == "Condition"]
        for entry in self._entries:
            if entry.type == "Condition" and entry.number not in self._untouched:
                same = [each for each in known if _diagnosis(load(each)) & _diagnosis(entry.resource)]
                if same:
                    self._untouched.add(entry.number)
                    self._become(entry, same[0].reference, identities, renamed)

    def _merged(self, entry: Entry, before: Json, resource: Json) -> Json:
        if entry.type in SHARED:
            return joined(resource, before)
        return {**before, **resource} if entry.type == "Encounter" else super()._merged(entry, before, resource)

    def _number(self, asked: Entry, referral: Stored) -> None:
        """The service's own number for the referral is added to those it has."""
        before = load(referral)
        rows = list(before.get("identifier") or ())
        known = {str(row.get("value", "")) for row in rows}
        new = [row for row in asked.resource.get("identifier") or () if str(row.get("value", "")) not in known]
        if new:
            resource = {**before, "identifier": [*rows, *new]}
            stored = stamp(resource, referral.id, referral.version + 1, self._now)
            self._put(stored, resource, said=self._tx.said_at(referral))

    def _reply(self, told: Json, asked: Entry, identities: dict[int, str], renamed: dict[str, str]) -> Reply:
        header = self._entries[0].resource
        refused = _REFUSED.get(str((header.get("response") or {}).get("code", "")), "")
        request = rewritten(asked.resource, renamed)
        notes = [{**row, **_said(self._now, self._row.sender)} for row in self._notes(told, request)]
        if refused:
            text = f"{self._row.sender.replace('|', ' ').strip()} did not take the referral's message: {refused}."
            notes.append({"text": text, "time": instant(self._now)})
        visit = request.get("encounter")
        return Reply({**told, "note": []}, refused, notes, list(self._outputs(identities)), visit)

    def _notes(self, told: Json, request: Json) -> Iterator[Json]:
        yield from told.get("note") or ()
        yield from request.get("note") or ()

    def _outputs(self, identities: dict[int, str]) -> Iterator[Json]:
        """What the answer brings, once each; results that a report holds are named by the report."""
        held = {
            str(row.get("reference", ""))
            for entry in self._entries
            if entry.type == "DiagnosticReport"
            for row in entry.resource.get("result") or ()
        }
        for entry in self._entries:
            kind = _output_of(entry.resource)
            if kind is not None and entry.full_url not in held and entry.number not in self._same:
                yield {"type": kind, "valueReference": {"reference": identities[entry.number]}}

    def _move(self, task: Stored, side: Role, reply: Reply) -> None:
        before, version = load(task), task.version
        for proposed in steps(before, reply, instant(self._now)):
            issues = workflow.check(before, proposed, side)
            if has_errors(issues):
                raise Refusal(409, [issue._replace(expression="RF1[1]-1") for issue in issues])
            version += 1
            for row in loop.answers(self._endpoint, self._tx, before, proposed, self._now):
                if row.destination != self._row.sender:
                    self._tx.enqueue(row)
                    self._outgoing = True
            self._put(stamp(proposed, task.id, version, self._now), proposed)
            before = proposed


def _said(now: int, sender: str) -> Json:
    return {"time": instant(now), "authorString": sender.replace("|", " ").strip()}


def _diagnosis(condition: Json) -> set[tuple[str, str]]:
    """What a condition is called: its codes, and its words."""
    concept = condition.get("code") or {}
    found = {(str(row.get("system", "")), str(row.get("code", ""))) for row in concept.get("coding") or ()}
    return found | ({("", str(concept["text"]).casefold())} if concept.get("text") else set())


def _output_of(resource: Json) -> Json | None:
    type_ = str(resource["resourceType"])
    master = str((resource.get("masterIdentifier") or {}).get("value", ""))
    if type_ == "DocumentReference" and master.startswith(_ORIGINAL):
        return None  # the message itself
    if type_ in _OUTPUTS:
        return {"coding": [{"system": _OUTPUT, "code": _OUTPUTS[type_]}]}
    if type_ in ("Observation", "QuestionnaireResponse", "Appointment", "Procedure", "Goal"):
        profiles = [str(url).partition("|")[0] for url in (resource.get("meta") or {}).get("profile") or ()]
        for ending, code in _PROFILED:
            if any(url.endswith(ending) for url in profiles):
                return {"coding": [{"system": _OUTPUT, "code": code}]}
        return {"text": type_}
    return None
