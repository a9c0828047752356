"""Who and with whom: PRD, PID and PD1, NK1 and IN1 of a referral (mapping notes 2.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.vocabulary import extension_urls, table_codes, table_system
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.registry import key
from vrfhir.mappers.writing.rows import write_row, write_rows
from vrfhir.mappers.writing.segments import of_type, simple

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["insurance", "next_of_kin", "patient", "providers", "uk_consents"]

_EMPLOYMENT = ("http://loinc.org", "11341-5")
_PARTIES = {"RP": "Referring Provider", "RT": "Referred to Provider", "PP": "Primary Care Provider"}


def providers(writing: Writing, request: Mapping[str, Any]) -> Iterator[Draft]:
    """PRD: who refers, who is asked, the general practitioner."""
    done: dict[str, Draft] = {}
    wanted = [("RP", request.get("requester"))]
    wanted += [("RT", reference) for reference in request.get("performer", ())]
    for url in of_type(writing, "Patient")[:1]:
        wanted += [("PP", reference) for reference in writing.originals[url].get("generalPractitioner", ())]
    for code, reference in wanted:
        url = writing.url_of(reference)
        kind = writing.originals.get(url, {}).get("resourceType")
        if kind == "Patient" and code == "RP" and _is_self_referral(request):
            yield _patient_as_provider(writing.originals[url], writing)
            continue
        if kind not in ("PractitionerRole", "Practitioner", "Organization") or (
            writing.from_v2 and kind != "PractitionerRole"
        ):
            continue
        if url in done:
            if done[url].fields[1][-1].get(key(1)) != code:
                _name_party(done[url], code, writing)
            continue
        done[url] = _provider(writing, url, kind, code)
    for draft in done.values():
        yield draft
    if not done:
        draft = Draft("PRD")
        _name_party(draft, "RP", writing)
        yield draft


_ROUTE = extension_urls()["referral-route"]


def _is_self_referral(request: Mapping[str, Any]) -> bool:
    """Read back, a referrer of the patient's name is the patient only by this route."""
    routes = [
        each.get("valueCodeableConcept", {}) for each in request.get("extension", ()) if each.get("url") == _ROUTE
    ]
    return any(coding.get("code") == "self" for route in routes for coding in route.get("coding", ()))


def _patient_as_provider(patient: Mapping[str, Any], writing: Writing) -> Draft:
    """PRD of a patient who refers themselves: name, address and numbers, as PID has them."""
    draft = Draft("PRD")
    _name_party(draft, "RP", writing)
    person = deepcopy({name: patient[name][:1] for name in ("name", "address") if patient.get(name)})
    roles = {"Practitioner": person, "PractitionerRole": deepcopy({"telecom": patient.get("telecom", [])[:1]})}
    write_rows(draft, "", roles, writing)
    return draft


def _name_party(draft: Draft, code: str, writing: Writing) -> None:
    """PRD-1, with the partner's own code where its file has one for the table's."""
    own = writing.partner.codes.written("0286", table_system("0286"), code)
    said = {key(1): own.code, key(2): "", key(3): own.name} if own is not None else None
    said = said or {key(1): code, key(2): _PARTIES[code], key(3): "HL70286"}
    if not any(cell.get(key(1)) == said[key(1)] for cell in draft.fields.get(1, ())):
        draft.put(1, {place: text for place, text in said.items() if text})


def _provider(writing: Writing, url: str, kind: str, code: str) -> Draft:
    draft = Draft("PRD")
    roles: dict[str, dict[str, Any]] = {kind: writing.copy({"reference": url}) or {}}
    draft.roles = {kind: url}
    if kind == "PractitionerRole":
        original = writing.originals[url]
        for role, element in (("Practitioner", "practitioner"), ("Organization", "organization")):
            found = writing.copy(original.get(element))
            if found is not None:
                roles[role], draft.roles[role] = found, writing.url_of(original[element])
        places = original.get("location", ())
        for role, reference in zip(("Location", "OrganizationLocation"), places, strict=False):
            found = writing.copy(reference)
            if found is not None:
                roles[role], draft.roles[role] = found, writing.url_of(reference)
    known = {
        c.get("code")
        for each in roles[kind].get("code", ())
        for c in each.get("coding", ())
        if kind == "PractitionerRole"
    }
    if not known & table_codes("0286").keys():
        _name_party(draft, code, writing)
    if writing.as_it_was and writing.version >= "2.6":
        write_row(draft, "PRD-10", "", roles, writing)
    write_rows(draft, "", roles, writing)
    return draft


def patient(writing: Writing, url: str = "", *, demographics: bool = False) -> list[Draft]:
    """PID of a patient, or of the only one, and PD1 where the structure has it or the Bundle came from such a message."""
    draft = Draft("PID")
    draft.put(1, {key(1): "1"})
    url = url or next(iter(of_type(writing, "Patient")), "")
    if not url:
        return [draft]
    resource = writing.resources[url]
    draft.roles = {"Patient": url}
    roles = {"Patient": resource}
    number = next(
        (each for each in resource.get("identifier", ()) if each.get("system", "").endswith("/nhs-number")), None
    )
    if number is not None:
        roles["NhsNumber"] = number
    updated = _last_update(writing, url) if writing.from_v2 else ""
    if updated:
        roles["Updated"], draft.roles["Updated"] = writing.resources[updated], updated
    mother = _mother(writing) if writing.from_v2 else ""
    if mother:
        roles["Mother"], draft.roles["Mother"] = writing.resources[mother], mother
        writing.placed.add(mother)
    born = writing.originals[url].get("_birthDate") if writing.from_v2 else None
    write_rows(draft, "", roles, writing)
    if 29 in draft.fields and 30 not in draft.fields:
        draft.put(30, {key(1): "Y"})
    if born and 7 in draft.fields:
        write_row(draft, "PID-7/time", "", {"Patient": {"_birthDate": deepcopy(born)}}, writing)
    drafts = [draft]
    if writing.from_v2 or demographics:
        drafts += simple(writing, "PD1", {"Patient": resource})
    return drafts


def _last_update(writing: Writing, patient: str) -> str:
    """The Provenance that a reading of PID-33 made: an update of the patient, at a time."""
    for url in of_type(writing, "Provenance"):
        original = writing.originals[url]
        codings = original.get("activity", {}).get("coding", ())
        targets = [writing.url_of(each) for each in original.get("target", ())]
        if targets == [patient] and "occurredDateTime" in original and any(c.get("code") == "UPDATE" for c in codings):
            return url
    return ""


_OF_MOTHER = frozenset({"resourceType", "id", "meta", "patient", "relationship", "identifier"})


def _mother(writing: Writing) -> str:
    """The RelatedPerson that a reading of PID-21 made: a mother of whom nothing but a number is said."""
    for url in of_type(writing, "RelatedPerson"):
        original = writing.originals[url]
        codes = [c.get("code") for each in original.get("relationship", ()) for c in each.get("coding", ())]
        if codes == ["MTH"] and "identifier" in original and original.keys() <= _OF_MOTHER:
            return url
    return ""


def next_of_kin(writing: Writing) -> Iterator[Draft]:
    """NK1: every job with its employer, every related person."""
    count = 0
    for url, original in writing.originals.items():
        if url in writing.transport or url in writing.placed:
            continue
        kind = original.get("resourceType")
        draft = Draft("NK1")
        if kind == "Observation" and _is_employment(original):
            references = [
                each.get("valueReference")
                for each in original.get("extension", ())
                if each.get("url") == extension_urls()["job-employer"]
            ]
            references += list(original.get("focus", ()))
            employer = next((writing.url_of(each) for each in references if writing.url_of(each)), "")
            if not employer or writing.originals[employer].get("resourceType") != "Organization":
                continue
            draft.put(3, {key(1): "EMR", key(2): "Employer", key(3): "HL70063"})
            draft.roles = {"Employment": url, "Employer": employer}
            writing.placed.add(url)
            roles = {"Employment": writing.resources[url], "Employer": writing.resources[employer]}
            write_rows(draft, "employer", roles, writing)
        elif kind == "RelatedPerson" and url not in writing.insured:
            draft.roles, roles = {"RelatedPerson": url}, {"RelatedPerson": writing.resources[url]}
            beside = _organization_beside(writing, url) if writing.from_v2 else ""
            if beside:
                draft.roles["Organization"] = beside
                roles["Organization"] = writing.copy({"reference": beside}) or {}
            write_rows(draft, "person", roles, writing)
        else:
            continue
        count += 1
        draft.put(1, {key(1): str(count)})
        yield draft


def _organization_beside(writing: Writing, person: str) -> str:
    """The organisation that a reading of NK1-13 put beside a person into Patient.contact."""
    original = writing.originals[person]
    name = next(iter(original.get("name", ())), None)
    contacts = (each for url in of_type(writing, "Patient")[:1] for each in writing.originals[url].get("contact", ()))
    for contact in contacts:  # one of the two may have been edited
        same = contact.get("relationship") == original.get("relationship") or contact.get("name") == name
        if same and writing.url_of(contact.get("organization")):
            return writing.url_of(contact["organization"])
    return ""


def _is_employment(resource: Mapping[str, Any]) -> bool:
    return any((c.get("system"), c.get("code")) == _EMPLOYMENT for c in resource.get("code", {}).get("coding", ()))


def insurance(writing: Writing, request: Mapping[str, Any]) -> Iterator[Draft]:
    """IN1 of every Coverage."""
    for number, url in enumerate((u for u in map(writing.url_of, request.get("insurance", ())) if u), 1):
        coverage = writing.resources[url]
        if coverage.get("resourceType") != "Coverage" or not (writing.from_v2 or _says_who_and_what(writing, coverage)):
            continue
        draft = Draft("IN1")
        draft.put(1, {key(1): str(number)})
        draft.roles, roles = {"Coverage": url}, {"Coverage": coverage}
        original = writing.originals[url]
        for role, element in (("GroupEmployer", "policyHolder"), ("Insured", "subscriber")):
            found = writing.copy(original.get(element))
            if found is not None:
                roles[role], draft.roles[role] = found, writing.url_of(original[element])
        for reference in original.get("payor", ())[:1]:
            found = writing.copy(reference)
            if found is not None and found.get("resourceType") == "Organization":
                roles["Insurer"], draft.roles["Insurer"] = found, writing.url_of(reference)
        write_row(draft, "IN1-9", "", roles, writing)  # by its place in a list that IN1-2 takes an item of
        write_rows(draft, "", roles, writing)
        yield draft
        if writing.from_v2:
            yield from simple(writing, "IN2", roles)


def _says_who_and_what(writing: Writing, coverage: Mapping[str, Any]) -> bool:
    """IN1-2 and IN1-3 are required: the plan and the number of who pays."""
    payer = writing.original(next(iter(coverage.get("payor", ())), None)) or {}
    plans = [each.get("value") for each in coverage.get("class", ())[:1]]
    return any(plans) and any(each.get("value") for each in payer.get("identifier", ()))


_CONSENTS = {"consent-to-share-indicator": "ShareConsent", "scr-consent-to-store": "RecordConsent"}


def uk_consents(writing: Writing) -> list[Draft]:
    """ZU8: the consents that a reading of ZU8 makes, and the label of a hidden place."""
    draft = Draft("ZU8")
    roles: dict[str, dict[str, Any]] = {}
    for url in of_type(writing, "Consent"):
        for coding in writing.originals[url].get("policyRule", {}).get("coding", ()):
            role = _CONSENTS.get(str(coding.get("system", "")).rpartition("/nhs-data-dictionary/")[2])
            if role is not None and role not in roles:
                roles[role], draft.roles[role] = writing.resources[url], url
    for url in of_type(writing, "Patient")[:1]:
        roles["Patient"] = writing.resources[url]
    write_rows(draft, "", roles, writing)
    return [draft] if draft.fields else []
