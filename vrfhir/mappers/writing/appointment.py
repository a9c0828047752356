"""SIU: an appointment with who and what takes part in it (HL7 v2.5.1 chapter 10; FHIR R4 Appointment)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.links.orders import CONTACTS
from vrfhir.mappers.writing.carried import sent_order
from vrfhir.mappers.writing.clinical import each, visit
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.header import header
from vrfhir.mappers.writing.parties import patient
from vrfhir.mappers.writing.people import practitioner_parts
from vrfhir.mappers.writing.registry import Parts, key
from vrfhir.mappers.writing.results import observation
from vrfhir.mappers.writing.rows import write_row, write_rows
from vrfhir.mappers.writing.segments import of_type, only, software
from vrfhir.mappers.writing.structures import require, structure

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["plan_appointment"]

_EVENTS: Mapping[str, str] = {
    "S12": "New appointment",
    "S13": "Appointment rescheduled",
    "S14": "Appointment changed",
    "S15": "Appointment cancelled",
    "S26": "Patient did not come",
}
"""Why the message is sent, which SCH-6 must say: the name of its event (table 0003)."""
_CONTACTS = {words: name for name, words in CONTACTS.items()}
"""What SCH calls those who arrange an appointment, and their role in the map."""
_SEGMENTS = {"AIG": "Resource", "AIL": "Location", "AIP": "Participant"}
_PERSONS = frozenset({"Practitioner", "PractitionerRole"})
_FILLER = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "FILL"}]}


@structure("SIU_S12", elements="OBX", tail=("DG1", "RGS", "AIS", "AIG", "AIL", "AIP", "NTE"))
def plan_appointment(writing: Writing, kind: str, trigger: str) -> list[Draft]:
    """The segments of SIU_S12."""
    url = next(iter(of_type(writing, "Appointment")), "")
    require(url, writing, kind, trigger, "Appointment")
    appointment = writing.resources.get(url, {})
    drafts = [header(writing, only(writing, "MessageHeader"), kind, trigger)]
    drafts += software(writing) if writing.from_v2 else ()
    if url:
        drafts.append(_schedule(writing, url, appointment, trigger))
    drafts += _comment(writing, appointment)
    drafts += patient(writing, demographics=True)
    drafts += visit(writing)
    for found in of_type(writing, "Observation"):
        drafts += [draft for draft in observation(writing, found) if draft.name == "OBX"]
    drafts += list(each(writing, "DG1", "Condition", of_type(writing, "Condition")))
    group = Draft("RGS")
    group.put(1, {key(1): "1"})
    return [*drafts, group, *_services(writing, appointment), *_participants(writing, url)]


def _schedule(writing: Writing, url: str, appointment: dict[str, Any], trigger: str) -> Draft:
    """SCH; what it must say and the appointment does not: why it is sent, by whom it was entered."""
    draft = Draft("SCH")
    draft.roles = {"Appointment": url}
    if writing.from_v2:
        first, *others = appointment.get("reasonCode") or [{}]
        write_row(draft, "SCH-6", "", {"Appointment": {"reasonCode": [first]}}, writing)
        write_row(draft, "SCH-7", "", {"Appointment": {"reasonCode": others}}, writing)
        rest = {name: value for name, value in appointment.items() if name != "reasonCode"}
        found = {**_contacts(writing, url), **_places(writing, draft)}
        write_rows(draft, "", {"Appointment": rest, **found}, writing)
        return draft
    draft.put(6, {key(2): _EVENTS[trigger]})
    reasons = appointment.get("reasonCode", [])
    if reasons:
        write_row(draft, "SCH-7", "", {"Appointment": {"reasonCode": reasons[:1]}}, writing)
    rest = {name: value for name, value in appointment.items() if name != "reasonCode"}
    write_rows(draft, "", {"Appointment": rest}, writing)
    if not draft.fields.keys() & {1, 2}:
        for identifier in appointment.get("identifier", ())[:1]:
            write_row(draft, "SCH-2", "", {"Appointment": {"identifier": [{**identifier, "type": _FILLER}]}}, writing)
    if 9 in draft.fields:
        draft.put(10, {key(1): "min", key(2): "minutes", key(3): "UCUM"})
    contact = _contact(writing, url)
    for field in (16, 20):
        if field not in draft.fields:
            draft.put(field, contact)
    return draft


def _places(writing: Writing, draft: Draft) -> dict[str, dict[str, Any]]:
    """Where the contacts are: roles that a reading of SCH made."""
    found: dict[str, dict[str, Any]] = {}
    for url in of_type(writing, "PractitionerRole"):
        texts = {each.get("text") for each in writing.originals[url].get("code", ())}
        role = next((name + "Role" for name, words in CONTACTS.items() if words in texts), "")
        if role and role not in found:
            found[role], draft.roles[role] = writing.resources[url], url
    return found


def _contacts(writing: Writing, url: str) -> dict[str, dict[str, Any]]:
    """The persons whose numbers and addresses SCH has fields for (SCH-13 to 21), shared where one person is several."""
    found: dict[str, dict[str, Any]] = {}
    seen: dict[str, dict[str, Any]] = {}
    for participant in writing.originals[url].get("participant", ()):
        role = next(
            (_CONTACTS[text] for each in participant.get("type", ()) if (text := each.get("text")) in _CONTACTS), ""
        )
        person = writing.url_of(participant.get("actor"))
        if role and role not in found:
            seen[person] = found[role] = seen.get(person) or writing.copy(participant.get("actor")) or {}
    return found


def _comment(writing: Writing, appointment: Mapping[str, Any]) -> list[Draft]:
    """NTE of the appointment's comment, a line in each repetition; as many NTE as the message had that was read."""
    lines = [line for line in str(appointment.get("comment", "")).split("\n") if line]
    apart = writing.from_v2 and len(lines) == sent_order(writing.originals.values()).count("NTE")
    notes: list[Draft] = []
    for line in lines:
        if apart or not notes:
            notes.append(Draft("NTE"))
        notes[-1].put(3, {key(1): line})
    return notes


def _contact(writing: Writing, url: str) -> Parts:
    """Whom to ask: the first practitioner who takes part, else the system that sends the message."""
    for participant in writing.originals[url].get("participant", ()):
        found = writing.copy(participant.get("actor"))
        if found is not None and found.get("resourceType") == "PractitionerRole":
            found = writing.copy(found.get("practitioner"))
        parts = practitioner_parts(found, writing) if found and found.get("resourceType") == "Practitioner" else None
        if parts:
            return parts
    return {key(2): writing.sender}


def _services(writing: Writing, appointment: dict[str, Any]) -> Iterator[Draft]:
    """AIS: the services that are booked."""
    for number, service in enumerate(list(appointment.get("serviceType", ())), 1):
        draft = Draft("AIS")
        draft.put(1, {key(1): str(number)})
        if write_row(draft, "AIS-3", "", {"Appointment": {"serviceType": [service]}}, writing):
            yield draft


def _participants(writing: Writing, url: str) -> Iterator[Draft]:
    """AIG, AIL and AIP: things and groups, places, persons; the patient has the PID, the contacts stand in SCH."""
    found: dict[str, list[Draft]] = {name: [] for name in _SEGMENTS}
    for participant in writing.resources.get(url, {}).get("participant", ()):
        name = _segment(writing, participant)
        if not name:
            continue
        draft = Draft(name)
        draft.put(1, {key(1): str(len(found[name]) + 1)})
        write_rows(draft, "", {"Appointment": {"participant": [participant]}}, writing)
        if name == "AIG" and 3 not in draft.fields:
            words = _words(writing, participant)
            if words:
                draft.put(3, {key(2): words})
        if 3 not in draft.fields:
            continue
        if 4 not in draft.fields and writing.is_old and not writing.as_it_was:
            draft.put(4, {key(2): _SEGMENTS[name]})
        found[name].append(draft)
    for drafts in found.values():
        yield from drafts


def _segment(writing: Writing, participant: Mapping[str, Any]) -> str:
    texts = {each.get("text") for each in participant.get("type", ())}
    actor = participant.get("actor")
    kind = (writing.original(actor) or {}).get("resourceType", "")
    if not actor or kind in ("Patient", "RelatedPerson") or texts & _CONTACTS.keys():
        return ""
    return "AIP" if kind in _PERSONS else "AIL" if kind == "Location" else "AIG"


def _words(writing: Writing, participant: Mapping[str, Any]) -> str:
    """The name of a service or a device that takes part."""
    actor = writing.original(participant.get("actor")) or {}
    names = [actor.get("name"), *(each.get("name") for each in actor.get("deviceName", ()))]
    return next((name for name in names if isinstance(name, str)), "")
