"""Is this the patient, the practice, the referral we know already? Matching by business identifiers.

Two resources of one type with the same identifier (system and value) are the same thing. Where that would put one
person's data into another's record, the message is refused instead.
"""

from __future__ import annotations

from typing import Any

from vrfhir.fhir.identifiers import SYSTEMS, nhs_number_is_valid
from vrfhir.issues import Issue
from vrfhir.server.http import Refusal
from vrfhir.server.messaging.message import Entry
from vrfhir.server.resource import load
from vrfhir.server.search.conversion import fold
from vrfhir.server.store import Reader, Stored
from vrfhir.server.store.query import Criterion, Query, Target, Token

__all__ = [
    "NATIONAL",
    "business_identifiers",
    "having",
    "is_same_person",
    "match",
    "match_role",
    "place_of_shared",
    "require_patient_of",
    "require_same_person",
    "require_valid_nhs_numbers",
    "survivor",
]

Json = dict[str, Any]

NATIONAL = (SYSTEMS["nhs-number"], SYSTEMS["chi"], SYSTEMS["hc-number"])
"""Systems of numbers of which a person has one."""


def business_identifiers(resource: Json) -> list[tuple[str, str]]:
    """System and value of each identifier that has both and is in use."""
    identifiers = resource.get("identifier")
    rows = identifiers if isinstance(identifiers, list) else [identifiers]
    return [
        (str(row["system"]), str(row["value"]))
        for row in rows
        if isinstance(row, dict) and row.get("system") and row.get("value") and row.get("use") != "old"
    ]


def match(entry: Entry, store: Reader, patient: str = "") -> Stored | None:
    """The stored resource with the same identifier; raises :class:`Refusal` 409 when two different ones have it.

    A patient's record that was merged into another stands for that one. ``patient``: whose it has to be, so that a number that
    was given twice takes nothing out of another's record.
    """
    found: dict[str, Stored] = {}
    for system, value in business_identifiers(entry.resource):
        for hit in having(entry.type, system, value, store, patient=patient):
            stored = survivor(hit, store) if entry.type == "Patient" else hit
            found[stored.id] = stored
        if len(found) > 1 and entry.type in ("Patient", "ServiceRequest"):
            text = f"The identifiers of this {entry.type} belong to more than one that is stored here."
            place = place_of_shared(entry, {"identifier": [{"system": system, "value": value}]})
            raise Refusal.of(409, "multiple-matches", "VR-REFERRAL-0004", text, expression=place)
    return next(iter(found.values()), None)


def place_of_shared(entry: Entry, stored: Json) -> str:
    """Where the entry has the first identifier that the stored resource has too; its identifiers when that is not known."""
    known = set(business_identifiers(stored))
    for number, row in enumerate(entry.resource.get("identifier") or ()):
        if known.intersection(business_identifiers({"identifier": row})):
            return f"{entry.place}.identifier[{number}]"
    return f"{entry.place}.identifier"


def having(
    type_: str, system: str | None, value: str, store: Reader, *, limit: int = 2, patient: str = ""
) -> list[Stored]:
    """Stored resources of a type with an identifier; ``system`` None: in whatever system; ``patient``: only this one's."""
    criteria = [Criterion("token", f"{type_}.identifier", (Token(value, system),))]
    if patient:
        criteria.append(Criterion("reference", f"{type_}.patient", (Target(patient),)))
    return [hit.resource for hit in store.search(Query(type_, tuple(criteria), limit=limit))]


def survivor(patient: Stored, store: Reader) -> Stored:
    """The record that a patient's record was merged into, and that in turn; the record itself when it was not."""
    seen = {patient.reference}
    while True:
        links = load(patient).get("link") or ()
        replaced = [row["other"].get("reference", "") for row in links if row.get("type") == "replaced-by"]
        target = next((reference for reference in replaced if reference.count("/") == 1), "")
        following = store.read(*target.split("/")) if target and target not in seen else None
        if following is None or following.deleted:
            return patient
        seen.add(following.reference)
        patient = following


def match_role(role: Json, store: Reader) -> Stored | None:
    """The stored PractitionerRole of the same person at the same organisation with the same codes."""
    criteria = []
    for name in ("practitioner", "organization"):
        reference = (role.get(name) or {}).get("reference")
        if reference:
            criteria.append(Criterion("reference", f"PractitionerRole.{name}", (Target(reference),)))
    if len(criteria) < 2:
        return None
    for hit in store.search(Query("PractitionerRole", tuple(criteria), limit=20)):
        if _codes(load(hit.resource)) == _codes(role):
            return hit.resource
    return None


def require_valid_nhs_numbers(entries: list[Entry]) -> None:
    """Raise :class:`Refusal` 422 when a patient's NHS, CHI or H&C number has a wrong check digit."""
    issues = []
    for entry in entries:
        if entry.type != "Patient":
            continue
        for number, row in enumerate(entry.resource.get("identifier") or ()):
            if row.get("system") in NATIONAL and not nhs_number_is_valid(str(row.get("value", ""))):
                text = "The patient's number has a wrong check digit; no referral is stored under it."
                place = f"{entry.place}.identifier[{number}].value"
                hint = "Ask the sender to correct the number, or to send the reason why there is none."
                issues.append(Issue("error", "value", "VR-REFERRAL-0003", text, place, hint=hint))
    if issues:
        raise Refusal(422, issues)


def require_same_person(entry: Entry, stored: Json) -> None:
    """Raise :class:`Refusal` 409 when a patient with a known identifier has another birth date and another surname."""
    if is_same_person(entry.resource, stored):
        return
    text = "The patient's identifier is stored here for a person of another name and birth date."
    hint = "One of the two records carries a wrong identifier; nothing of this message was stored."
    raise Refusal.of(409, "conflict", "VR-REFERRAL-0005", text, expression=place_of_shared(entry, stored), hint=hint)


def require_patient_of(entry: Entry, stored: Json) -> None:
    """Raise :class:`Refusal` 409 when the patient of a message about a referral is visibly not the referral's own."""
    require_same_person(entry, stored)
    theirs, ours = (dict(business_identifiers(each)) for each in (entry.resource, stored))
    if any(ours.get(system, value) != value for system, value in theirs.items() if system in NATIONAL):
        text = "The patient's number is not that of the patient of the referral; nothing was stored."
        place = next(
            (
                f"{entry.place}.identifier[{number}]"
                for number, row in enumerate(entry.resource.get("identifier") or ())
                if row.get("system") in NATIONAL
            ),
            entry.place,
        )
        raise Refusal.of(409, "conflict", "VR-REFERRAL-0005", text, expression=place)


def is_same_person(one: Json, other: Json) -> bool:
    """False when both birth date and surname contradict each other."""
    dates = {str(each.get("birthDate")) for each in (one, other) if each.get("birthDate")}
    return len(dates) < 2 or bool(_surnames(one) & _surnames(other))


def _surnames(patient: Json) -> set[str]:
    names = patient.get("name")
    return {fold(str(name["family"])) for name in names or () if isinstance(name, dict) and name.get("family")}


def _codes(role: Json) -> set[tuple[str, str]]:
    return {
        (str(coding.get("system", "")), str(coding.get("code", "")))
        for concept in role.get("code") or ()
        for coding in concept.get("coding") or ()
    }
