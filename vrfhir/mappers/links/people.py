"""PID, NK1 and GT1: the patient, the family, the employer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.fhir.identifiers import SYSTEMS
from vrfhir.mappers.links.registry import TERMINOLOGY, link, merged, support, unknown
from vrfhir.mappers.records import Record
from vrfhir.mappers.vocabulary import extension_urls

if TYPE_CHECKING:
    from vrfhir.mappers.cells import SegmentView
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.engine import Scope

__all__ = ["GUARANTOR"]


@link("patient")
def _patient(scope: Scope, segment: SegmentView, context: Context) -> None:
    patient = scope.make("Patient")
    number = context.shared.get("NhsNumber")
    if patient is not None and number is not None:
        number.merged = patient  # the number is a part of the patient: what is said of it is said there
    if patient is not None and context.vr:
        _say_why_no_nhs_number(patient.resource)
    updated = scope.get("Updated")
    if updated is not None:
        _last_update(updated, context)
    mother = scope.get("Mother")
    if mother is not None:
        mother.resource["relationship"] = [{"coding": [{"system": f"{TERMINOLOGY}v3-RoleCode", "code": "MTH"}]}]
        support(context, mother)


def _last_update(updated: Record, context: Context) -> None:
    """PID-33 and PID-34: when and where the sender last changed the record (the guide's PID[Provenance-Patient])."""
    updated.resource["activity"] = {"coding": [{"system": f"{TERMINOLOGY}v3-DataOperation", "code": "UPDATE"}]}
    updated.resource["_recorded"] = unknown()
    updated.resource.setdefault("agent", [{"who": {"display": context.sender}}])

    def complete() -> None:
        updated.resource["target"] = [context.shared["Patient"].reference]

    context.later.append(complete)


_NHS, _DEVOLVED = SYSTEMS["nhs-number"], (SYSTEMS["chi"], SYSTEMS["hc-number"])
_UNAVAILABLE = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberUnavailableReason"


def _say_why_no_nhs_number(patient: dict[str, Any]) -> None:
    """A number of Scotland or Northern Ireland in place of an NHS number is itself the reason (vr-patient-3)."""
    systems = {each.get("system") for each in patient.get("identifier", ())}
    if _NHS not in systems and systems & set(_DEVOLVED):
        reason = {"coding": [{"system": _UNAVAILABLE, "code": "devolved-nation"}]}
        url = extension_urls()["nhs-number-unavailable"]
        patient.setdefault("extension", []).append({"url": url, "valueCodeableConcept": reason})


@link("related")
def _related(scope: Scope, segment: SegmentView, context: Context) -> None:
    """NK1: a person; an organisation named beside stands in Patient.contact."""
    person = scope.records["RelatedPerson"]
    support(context, person)
    organization = merged(scope, context, "Organization")
    if organization is not None:

        def add_contact() -> None:
            patient = context.shared.get("Patient")
            if patient is not None:
                contact: dict[str, Any] = {"organization": organization.reference}
                for element in ("relationship", "name"):
                    if element in person.resource:
                        value = person.resource[element]
                        contact[element] = value if element == "relationship" else value[0]
                patient.resource.setdefault("contact", []).append(contact)

        context.later.append(add_contact)


@link("employer")
def _employer(scope: Scope, segment: SegmentView, context: Context) -> None:
    """NK1 of an employer: the organisation, and the employment as an observation about the patient."""
    employer = scope.records["Employer"]
    employer.resource["type"] = [{"coding": [{"system": f"{TERMINOLOGY}organization-type", "code": "bus"}]}]
    contacts = employer.resource.get("contact", [])
    if contacts and "name" in contacts[0] and "name" not in employer.resource:
        # the name of an employer that is sent as the name of a next of kin
        name = contacts[0]["name"]
        if name.keys() <= {"family", "use"}:
            employer.resource["name"] = name["family"]
            del contacts[0]["name"]
            if not contacts[0]:
                del employer.resource["contact"]
    if context.fact("route-employer") and "name" in employer.resource:
        _is_the_referrer(context, employer)
    employment = scope.make("Employment")
    if employment is not None:
        _employment(context, employment, employer)


def _is_the_referrer(context: Context, employer: Record) -> None:
    """An employer who refers is named twice, in PRD and in NK1: one organisation, and it is an employer."""
    one = context.merge(employer, ("Organization", "name", repr(employer.resource["name"])))
    if one is not employer and one.role == "Organization":
        one.role, alias = employer.role, Record(one.resource, one.role, one.path, one.full_url)
        alias.merged = one
        context.gone.append(alias)


def _employment(context: Context, employment: Record, employer: Record) -> None:
    resource = employment.resource
    resource["status"] = "final"
    resource["category"] = [{"coding": [{"system": f"{TERMINOLOGY}observation-category", "code": "social-history"}]}]
    resource["code"] = {"coding": [{"system": "http://loinc.org", "code": "11341-5"}], "text": "History of occupation"}
    if "name" in employer.resource:
        url = extension_urls()["job-employer"]
        resource.setdefault("extension", []).append({"url": url, "valueReference": employer.reference})
    else:
        resource["focus"] = [employer.reference]
    support(context, employment)


GUARANTOR = {"system": f"{TERMINOLOGY}v3-RoleClass", "code": "GUAR"}
"""What a person is who stands in GT1."""


@link("guarantor")
def _guarantor(scope: Scope, segment: SegmentView, context: Context) -> None:
    person = scope.records["RelatedPerson"]
    person.resource.setdefault("relationship", []).append({"coding": [dict(GUARANTOR)]})
    support(context, person)
    employer = scope.get("Employer")
    if employer is None:
        return
    employer.resource["type"] = [{"coding": [{"system": f"{TERMINOLOGY}organization-type", "code": "bus"}]}]
    employment = scope.make("Employment")
    if employment is not None:
        _employment(context, employment, employer)
        employment.resource["focus"] = [person.reference, *employment.resource.get("focus", ())]


_CONFIDENTIAL = {"system": f"{TERMINOLOGY}v3-Confidentiality", "code": "R"}
_TREATMENT = {"system": f"{TERMINOLOGY}v3-ActReason", "code": "TREAT"}
_ABOUT = {"ShareConsent": "Sharing of the record for care", "RecordConsent": "Summary care record"}


@link("uk-consents")
def _uk_consents(scope: Scope, segment: SegmentView, context: Context) -> None:
    """ZU8: consents for care, never for an employer; a patient whose place is hidden is labelled restricted."""
    for role, about in _ABOUT.items():
        consent = scope.get(role)
        if consent is None:
            continue
        resource = consent.resource
        decision = resource["policyRule"]["coding"][0]["code"]
        scope_code = {"system": f"{TERMINOLOGY}consentscope", "code": "patient-privacy"}
        resource |= {"status": "active", "scope": {"coding": [scope_code]}, "category": [{"text": about}]}
        kind = "permit" if decision == "OPTIN" else "deny"
        resource["provision"] = {"type": kind, "purpose": [dict(_TREATMENT)]}
    patient = context.shared.get("Patient")
    if context.hidden and patient is not None:
        patient.resource.setdefault("meta", {}).setdefault("security", []).insert(0, dict(_CONFIDENTIAL))
