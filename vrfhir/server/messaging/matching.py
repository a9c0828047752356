"""Is this appointment, report, order or document stored already? By the number its owner gave it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vrfhir.server.messaging import identity
from vrfhir.server.messaging.filing import SHARED, content_of
from vrfhir.server.messaging.message import Entry
from vrfhir.server.resource import load
from vrfhir.server.store import Reader, Stored
from vrfhir.server.store.query import Criterion, Query, Target

__all__ = ["identifiers_of", "match_by_content", "match_result"]

Json = dict[str, Any]

_OWNED: Mapping[str, tuple[str, ...]] = {
    "Appointment": ("FILL", "PLAC"),
    "DiagnosticReport": ("FILL",),
    "ServiceRequest": ("PLAC", "FILL"),
    "Encounter": ("VN",),
}
"""Which of its identifiers (HL7 table 0203) make two resources the same, the first that there is; of others any."""

_SUBJECTS: Mapping[str, str] = {
    "RelatedPerson": "patient",
    "Encounter": "subject",
    "Coverage": "beneficiary",
    "AllergyIntolerance": "patient",
    "Condition": "subject",
    "EpisodeOfCare": "patient",
    "Account": "subject",
    "Procedure": "subject",
}
"""What an ADT message says again every time → the element with the patient."""
_MOST = 100


def identifiers_of(entry: Entry, store: Reader, patient: str = "") -> Stored | None:
    """The stored resource that has the deciding identifier of this one, and is ``patient``'s where that is given."""
    if entry.type in SHARED:
        return identity.match(entry, store, patient)
    for system, value in _deciding(entry.type, entry.resource):
        for stored in identity.having(entry.type, system, value, store, limit=_MOST, patient=patient):
            there = load(stored)
            if (system, value) in _deciding(entry.type, there) and _agree(entry.type, entry.resource, there):
                return stored
    return None


def _deciding(type_: str, resource: Json) -> list[tuple[str, str]]:
    if type_ == "DocumentReference":
        master = resource.get("masterIdentifier") or {}
        return [(str(master.get("system", "")), str(master["value"]))] if master.get("value") else []
    wanted = _OWNED.get(type_)
    rows = [row for row in resource.get("identifier") or () if isinstance(row, dict) and row.get("value")]
    if wanted is None:
        return [(str(row["system"]), str(row["value"])) for row in rows if row.get("system")]
    for kind in wanted:
        found = [row for row in rows if kind in _types(row)]
        if found:
            return [(str(row.get("system", "")), str(row["value"])) for row in found]
    # a referral's number (RF1-6) has no type
    return [(str(row["system"]), str(row["value"])) for row in rows if row.get("system") and not _types(row)]


def _types(identifier: Json) -> set[str]:
    return {str(coding.get("code", "")) for coding in (identifier.get("type") or {}).get("coding") or ()}


def _agree(type_: str, one: Json, other: Json) -> bool:
    """Several reports may share the filler's number: then what they report on tells them apart."""
    return type_ != "DiagnosticReport" or _codes(one) == _codes(other)


def _codes(resource: Json) -> set[tuple[str, str]]:
    concept = resource.get("code") or {}
    found = {(str(row.get("system", "")), str(row.get("code", ""))) for row in concept.get("coding") or ()}
    return found or {("", str(concept.get("text", "")))}


def match_result(report: Entry, known: Stored, entries: list[Entry], store: Reader) -> Iterator[tuple[Entry, Stored]]:
    """The observations of a report with the stored ones they correct: those whose code stands once in each."""
    earlier = [store.read(*reference.split("/")) for reference in _results(load(known)) if reference.count("/") == 1]
    there = [(stored, load(stored)) for stored in earlier if stored is not None and not stored.deleted]
    wanted = set(_results(report.resource))
    here = [entry for entry in entries if entry.type == "Observation" and entry.full_url in wanted]
    for entry in here:
        same = [stored for stored, resource in there if _codes(resource) == _codes(entry.resource)]
        if len(same) == 1 and sum(_codes(other.resource) == _codes(entry.resource) for other in here) == 1:
            yield entry, same[0]


def _results(report: Json) -> list[str]:
    return [str(row.get("reference", "")) for row in report.get("result") or ()]


def match_by_content(type_: str, content: Json, store: Reader) -> Stored | None:
    """A stored resource of the same patient that says exactly this."""
    element = _SUBJECTS.get(type_)
    patient = str((content.get(element) or {}).get("reference", "")) if element else ""
    if not patient:
        return None
    name = "patient" if type_ != "Coverage" else "beneficiary"
    query = Query(type_, (Criterion("reference", f"{type_}.{name}", (Target(patient),)),), limit=_MOST)
    return next((hit.resource for hit in store.search(query) if content_of(load(hit.resource)) == content), None)
