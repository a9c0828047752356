"""Link rules: what connects the resources of a segment with the others, and the elements that no field gives.

One function per kind of segment, registered by the name that map files use in ``link``. No rule fills in anything of
clinical meaning: a status that was not sent is ``unknown`` where FHIR has that code, else left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.people import keys_of
from vrfhir.mappers.vocabulary import extension_urls, vital_signs

if TYPE_CHECKING:
    from vrfhir.mappers.cells import SegmentView
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.engine import Scope
    from vrfhir.mappers.records import Record

__all__ = ["LINKS", "Link", "unknown"]

Link = Callable[["Scope", "SegmentView", "Context"], None]

LINKS: dict[str, Link] = {}

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
_ROLES_AS_PARTY = {"RP": "requester", "RT": "performer", "AP": "author", "PP": "general-practitioner", "CP": "team"}


def link(name: str) -> Callable[[Link], Link]:
    """Enter a link rule under its name."""

    def enter(rule: Link) -> Link:
        LINKS[name] = rule
        return rule

    return enter


def unknown() -> dict[str, Any]:
    """The extension that says a required element is not known."""
    return {"extension": [{"url": extension_urls()["data-absent-reason"], "valueCode": "unknown"}]}


def add_reference(resource: dict[str, Any], element: str, record: Record) -> None:
    """Append a reference to a list, once."""
    items = resource.setdefault(element, [])
    if record.reference not in items:
        items.append(record.reference)


def _support(context: Context, record: Record) -> None:
    """The referral's supporting information."""
    add_reference(context.shared["ServiceRequest"].resource, "supportingInfo", record)


def _merged(scope: Scope, context: Context, name: str) -> Record | None:
    """The practitioner or organisation of a scope, merged with an equal one that came before."""
    record = scope.get(name)
    return context.merge(record, *keys_of(record)) if record is not None else None


@link("software")
def _software(scope: Scope, segment: SegmentView, context: Context) -> None:
    """The first SFT is the source system of the message."""
    device = scope.records["Device"]
    source = context.shared["MessageHeader"].resource.setdefault("source", {})
    if segment.occurrence == 1:
        if "deviceName" in device.resource:
            source["software"] = device.resource["deviceName"][0]["name"]
        if "version" in device.resource:
            source["version"] = device.resource["version"][0]["value"]
        context.shared["SourceDevice"] = device


@link("patient")
def _patient(scope: Scope, segment: SegmentView, context: Context) -> None:
    patient = scope.make("Patient")
    number = context.shared.get("NhsNumber")
    if patient is not None and number is not None:
        number.merged = patient  # the number is a part of the patient: what is said of it is said there
    mother = scope.get("Mother")
    if mother is not None:
        mother.resource["relationship"] = [{"coding": [{"system": f"{_TERMINOLOGY}v3-RoleCode", "code": "MTH"}]}]
        _support(context, mother)


@link("provider")
def _provider(scope: Scope, segment: SegmentView, context: Context) -> None:
    """PRD: a role with its person, organisation and place; PRD-1 says what it is to the referral."""
    role = scope.records["PractitionerRole"]
    organization = _merged(scope, context, "Organization")
    _fill_role(scope, context, role, organization)
    if organization is not None and "OrganizationLocation" in scope.records:
        scope.records["OrganizationLocation"].resource["managingOrganization"] = organization.reference
        add_reference(role.resource, "location", scope.records["OrganizationLocation"])
    context.current["PRD"] = role
    for cell in segment.cells(1) or (None,):
        code = cell.peek(1).upper() if cell is not None else ""
        party = _ROLES_AS_PARTY.get(code, "")
        if not party:
            context.report("VR-V2-0532", segment.path + "-1", code=code or "(empty)")
        context.later.append(lambda party=party: _take_part(context, party, role))  # type: ignore[misc]


def _take_part(context: Context, party: str, role: Record) -> None:
    request = context.shared["ServiceRequest"].resource
    patient = context.shared.get("Patient")
    if (party == "requester" and "requester" not in request) or (party == "author" and "requester" not in request):
        request["requester"] = role.reference
    elif party == "performer":
        add_reference(request, "performer", role)
    elif party == "general-practitioner" and patient is not None:
        add_reference(patient.resource, "generalPractitioner", role)
    else:
        _join_team(context, role)


def _join_team(context: Context, role: Record) -> None:
    team = _care_team(context)
    member: dict[str, Any] = {"member": role.reference}
    if "code" in role.resource:
        member["role"] = role.resource["code"]
    team.resource.setdefault("participant", []).append(member)


def _care_team(context: Context) -> Record:
    team = context.shared.get("CareTeam")
    if team is None:
        team = context.shared["CareTeam"] = context.new("CareTeam", "CareTeam", "RF1[1]")
    _support(context, team)
    return team


def _fill_role(scope: Scope, context: Context, role: Record, organization: Record | None) -> None:
    practitioner = _merged(scope, context, "Practitioner")
    if practitioner is not None:
        role.resource["practitioner"] = practitioner.reference
    if organization is not None:
        role.resource["organization"] = organization.reference
    location = scope.get("Location")
    if location is not None:
        merged = context.merge(
            location, ("Location", repr(location.resource.get("identifier", location.resource["name"])))
        )
        add_reference(role.resource, "location", merged)


@link("contact")
def _contact(scope: Scope, segment: SegmentView, context: Context) -> None:
    """CTD: somebody to speak to, of the organisation of the PRD it follows; a member of the care team."""
    role = scope.records["PractitionerRole"]
    provider = context.current.get("PRD")
    _fill_role(scope, context, role, None)
    if provider is not None and "organization" in provider.resource:
        role.resource["organization"] = provider.resource["organization"]
    context.later.append(lambda: _join_team(context, role))


@link("case-manager")
def _case_manager(scope: Scope, segment: SegmentView, context: Context) -> None:
    if "CareTeam" in context.shared:
        _support(context, context.shared["CareTeam"])


@link("participation")
def _participation(scope: Scope, segment: SegmentView, context: Context) -> None:
    """PRT: who took part in what came before it."""
    role = scope.records["PractitionerRole"]
    organization = _merged(scope, context, "Organization")
    if organization is not None:
        role.resource["organization"] = organization.reference
    target = context.current.get("OBX") or context.current.get("OBR")
    if target is not None and target.type in ("Observation", "DiagnosticReport"):
        add_reference(target.resource, "performer", role)
    else:
        context.later.append(lambda: _join_team(context, role))


@link("related")
def _related(scope: Scope, segment: SegmentView, context: Context) -> None:
    """NK1: a person; an organisation named beside stands in Patient.contact."""
    person = scope.records["RelatedPerson"]
    _support(context, person)
    organization = _merged(scope, context, "Organization")
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
    employer.resource["type"] = [{"coding": [{"system": f"{_TERMINOLOGY}organization-type", "code": "bus"}]}]
    contacts = employer.resource.get("contact", [])
    if contacts and "name" in contacts[0] and "name" not in employer.resource:
        # the name of an employer that is sent as the name of a next of kin
        name = contacts[0]["name"]
        if name.keys() <= {"family", "use"}:
            employer.resource["name"] = name["family"]
            del contacts[0]["name"]
            if not contacts[0]:
                del employer.resource["contact"]
    employment = scope.make("Employment")
    if employment is not None:
        _employment(context, employment, employer)


def _employment(context: Context, employment: Record, employer: Record) -> None:
    resource = employment.resource
    resource["status"] = "final"
    resource["category"] = [{"coding": [{"system": f"{_TERMINOLOGY}observation-category", "code": "social-history"}]}]
    resource["code"] = {"coding": [{"system": "http://loinc.org", "code": "11341-5"}], "text": "History of occupation"}
    if "name" in employer.resource:
        url = extension_urls()["job-employer"]
        resource.setdefault("extension", []).append({"url": url, "valueReference": employer.reference})
    else:
        resource["focus"] = [employer.reference]
    _support(context, employment)


@link("guarantor")
def _guarantor(scope: Scope, segment: SegmentView, context: Context) -> None:
    person = scope.records["RelatedPerson"]
    _support(context, person)
    employer = scope.get("Employer")
    if employer is None:
        return
    employer.resource["type"] = [{"coding": [{"system": f"{_TERMINOLOGY}organization-type", "code": "bus"}]}]
    employment = scope.make("Employment")
    if employment is not None:
        _employment(context, employment, employer)
        employment.resource["focus"] = [person.reference, *employment.resource.get("focus", ())]


@link("insurance")
def _insurance(scope: Scope, segment: SegmentView, context: Context) -> None:
    """IN1: a coverage and who is behind it; the patient pays where no insurer is named."""
    coverage = scope.records["Coverage"]
    coverage.resource["status"] = "active"
    insurer = _merged(scope, context, "Insurer")
    if insurer is not None:
        coverage.resource["payor"] = [insurer.reference]
    employer = _merged(scope, context, "GroupEmployer")
    if employer is not None:
        coverage.resource["policyHolder"] = employer.reference
        context.current["GroupEmployer"] = employer
    else:
        context.current.pop("GroupEmployer", None)
    insured = scope.get("Insured")
    if insured is not None:
        coverage.resource["subscriber"] = insured.reference
        if "relationship" in coverage.resource:
            insured.resource["relationship"] = [coverage.resource["relationship"]]
        context.current["Insured"] = insured
    else:
        context.current.pop("Insured", None)
    coverage.resource["class"] = [each for each in coverage.resource.get("class", ()) if "value" in each]
    if not coverage.resource["class"]:
        del coverage.resource["class"]
    context.current["Coverage"] = coverage
    add_reference(context.shared["ServiceRequest"].resource, "insurance", coverage)


@link("authorisation")
def _authorisation(scope: Scope, segment: SegmentView, context: Context) -> None:
    """AUT: the payer's answer to a request for authorisation."""
    answer = scope.records["ClaimResponse"].resource
    answer["status"] = "active"
    answer["type"] = {"text": "Referral authorisation"}
    answer["use"] = "preauthorization"
    answer["outcome"] = "complete"
    if "created" not in answer:
        answer["_created"] = unknown()
    insurer = _merged(scope, context, "Insurer")
    if (insurer is not None and "name" in insurer.resource) or insurer is not None:
        answer["insurer"] = insurer.reference
    else:
        answer["insurer"] = unknown()
    for item in answer.get("addItem", ()):
        item["productOrService"] = {"text": "Authorised treatments"}
        item["adjudication"] = [
            {"category": {"coding": [{"system": f"{_TERMINOLOGY}adjudication", "code": "benefit"}]}}
        ]
    coverage = scope.get("Coverage")
    if coverage is not None:
        coverage.resource["status"] = "active"
        coverage.resource["payor"] = [insurer.reference if insurer is not None else unknown()]
        add_reference(context.shared["ServiceRequest"].resource, "insurance", coverage)
    target = context.current.get("PR1")
    if target is not None and target.type == "ServiceRequest":
        add_reference(target.resource, "insurance", scope.records["ClaimResponse"])
    else:
        add_reference(context.shared["ServiceRequest"].resource, "insurance", scope.records["ClaimResponse"])


@link("accident")
def _accident(scope: Scope, segment: SegmentView, context: Context) -> None:
    observation = scope.records["Observation"]
    observation.resource["status"] = "final"
    observation.resource["code"] = {"text": "Accident"}
    _support(context, observation)


@link("diagnosis")
def _diagnosis(scope: Scope, segment: SegmentView, context: Context) -> None:
    """DG1: the first one is a reason for the referral, the others support it."""
    condition = scope.records["Condition"]
    request = context.shared["ServiceRequest"].resource
    context.current["Noted"] = condition
    if "reasonReference" not in request:
        add_reference(request, "reasonReference", condition)
    else:
        _support(context, condition)
    rank = next(iter(segment.cells(15)), None)
    if rank is None or not re.fullmatch("[1-9][0-9]{0,2}", rank.peek(1)):
        return

    def rank_in_encounter() -> None:
        encounter = context.shared.get("Encounter")
        if encounter is not None:
            entry = {"condition": condition.reference, "rank": int(rank.peek(1))}
            items = encounter.resource.setdefault("diagnosis", [])
            items.append(entry)
            rank.at[1 << 12 | 1].settle("mapped", "DG1-15", "Encounter.diagnosis[].rank", encounter, len(items) - 1)

    context.later.append(rank_in_encounter)


@link("allergy")
def _allergy(scope: Scope, segment: SegmentView, context: Context) -> None:
    """AL1: an allergy the patient has (active, as FHIR wants said: ait-1)."""
    allergy = scope.records["AllergyIntolerance"]
    allergy.resource["clinicalStatus"] = {
        "coding": [{"system": f"{_TERMINOLOGY}allergyintolerance-clinical", "code": "active"}]
    }
    context.current["Noted"] = allergy
    _support(context, allergy)


@link("procedure")
def _procedure(scope: Scope, segment: SegmentView, context: Context) -> None:
    """PR1 of the past; whether it was completed is not said."""
    procedure = scope.records["Procedure"]
    procedure.resource["status"] = "unknown"
    context.current["Noted"] = context.current["PR1"] = procedure
    _support(context, procedure)


@link("requested-procedure")
def _requested_procedure(scope: Scope, segment: SegmentView, context: Context) -> None:
    """PR1 of the future: a request of its own, based on the referral."""
    request = scope.records["Requested"]
    referral = context.shared["ServiceRequest"]
    request.resource["status"] = "active"
    request.resource["intent"] = "order"
    request.resource["basedOn"] = [referral.reference]
    context.current["Noted"] = context.current["PR1"] = request
    _support(context, request)


@link("report")
def _report(scope: Scope, segment: SegmentView, context: Context) -> None:
    """OBR: a report; what belongs to the order (who asked, when, why) is a request that the report is based on."""
    report = scope.records["DiagnosticReport"]
    context.current["OBR"] = report
    context.current.pop("OBX", None)
    context.current.pop("Fitness", None)
    order = scope.make("Order") if scope.get("Order") is not None or _has_note(segment, context) else None
    if order is not None:
        order.resource.setdefault("status", "unknown")
        order.resource["intent"] = "order"
        if "code" in report.resource:
            order.resource["code"] = report.resource["code"]
        report.resource["basedOn"] = [order.reference]
        context.current["Noted"] = order
    _support(context, report)


@link("fit-note")
def _fit_note(scope: Scope, segment: SegmentView, context: Context) -> None:
    """OBR of a fit note: one statement, which the OBX segments under it fill."""
    statement = scope.records["Fitness"]
    for name in ("OBR", "OBX"):
        context.current.pop(name, None)
    context.current["Fitness"] = context.current["OBR"] = context.current["Noted"] = statement
    statement.resource.setdefault("status", "unknown")
    _support(context, statement)

    def complete() -> None:
        resource = statement.resource
        _name_statement(resource)
        context.current.pop("Fitness", None)

    context.later.append(complete)


_FITNESS = {"system": "https://vrfhir.org/fhir/CodeSystem/vr-observation", "code": "fitness-for-work"}


def _name_statement(resource: dict[str, Any]) -> None:
    """The code of VR-FitnessForWork, beside whatever the sender called it."""
    code = resource.setdefault("code", {})
    codings = code.setdefault("coding", [])
    if not any(each.get("code") == _FITNESS["code"] for each in codings):
        codings.insert(0, dict(_FITNESS))


@link("fitness")
def _fitness(scope: Scope, segment: SegmentView, context: Context) -> None:
    """OBX of a fit note: notes after it are comments of the statement."""
    context.current["Noted"] = context.current["Fitness"]


def _has_note(segment: SegmentView, context: Context) -> bool:
    """True when an NTE follows at once: DiagnosticReport has no notes, the order has."""
    following = segment.index + 1
    return following < len(context.segments) and context.segments[following].name == "NTE"


@link("observation")
def _observation(scope: Scope, segment: SegmentView, context: Context) -> None:
    """OBX: an observation, a result of the report that is open."""
    observation = scope.records["Observation"]
    codings = observation.resource.get("code", {}).get("coding", ())
    if any(each.get("system") == "http://loinc.org" and each["code"] in vital_signs() for each in codings):
        category = {"system": f"{_TERMINOLOGY}observation-category", "code": "vital-signs"}
        observation.resource.setdefault("category", []).insert(0, {"coding": [category]})
    laboratory = _merged(scope, context, "Laboratory")
    if laboratory is not None:
        add_reference(observation.resource, "performer", laboratory)
    director = scope.get("Director")
    if director is not None:
        director.resource["code"] = [{"coding": [{"system": f"{_TERMINOLOGY}v2-0912", "code": "MDIR"}]}]
        if laboratory is not None:
            director.resource["organization"] = laboratory.reference
        add_reference(observation.resource, "performer", director)
    context.current["OBX"] = context.current["Noted"] = observation
    report = context.current.get("OBR")
    if report is not None and report.type == "DiagnosticReport":
        add_reference(report.resource, "result", observation)
    elif report is None:
        context.report("VR-V2-0530", segment.path)
    _support(context, observation)


@link("document")
def _document(scope: Scope, segment: SegmentView, context: Context) -> None:
    """OBX with an embedded document or a pointer to one."""
    document = scope.records["DocumentReference"]
    document.resource["status"] = "current"
    context.current["OBX"] = context.current["Noted"] = document
    if "content" not in document.resource:
        document.resource["content"] = [{"attachment": unknown()}]
    _support(context, document)


@link("encounter")
def _encounter(scope: Scope, segment: SegmentView, context: Context) -> None:
    """PV1: in a referral the visit that caused it. Its status is only said by an end, or by a planned visit."""
    encounter = scope.make("Encounter")
    if encounter is None:
        return
    resource = encounter.resource
    resource["status"] = (
        "finished" if "end" in resource.get("period", {}) else "planned" if segment.value(2) == "P" else "unknown"
    )
    if "class" not in resource:
        resource["class"] = unknown()
    context.shared["ServiceRequest"].resource["encounter"] = encounter.reference


@link("header")
def _header(scope: Scope, segment: SegmentView, context: Context) -> None:
    """MSH-23, the organisation responsible for receiving, is what the facility of MSH-6 belongs to."""
    responsible = _merged(scope, context, "Responsible")
    if responsible is None:
        return
    destination = context.shared["MessageHeader"].resource.setdefault("destination", [{}])[0]
    receiver = next((each for each in context.records if each.reference == destination.get("receiver")), None)
    if receiver is None:
        destination["receiver"] = responsible.reference
    elif receiver is not responsible:
        receiver.resource["partOf"] = responsible.reference
