"""PRD, CTD, PRT and IN3: who refers, who is asked, who is to be spoken to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.mappers.links.registry import add_reference, link, merged, support
from vrfhir.mappers.partner_codes import Unmapped
from vrfhir.mappers.vocabulary import table_codes, table_system

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell, SegmentView
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.engine import Scope
    from vrfhir.mappers.records import Record

__all__: list[str] = []

_ROLES_AS_PARTY = {"RP": "requester", "RT": "performer", "AP": "author", "PP": "general-practitioner", "CP": "team"}


@link("provider")
def _provider(scope: Scope, segment: SegmentView, context: Context) -> None:
    """PRD: a role with its person, organisation and place; PRD-1 says what it is to the referral."""
    role = scope.records["PractitionerRole"]
    organization = merged(scope, context, "Organization")
    _fill_role(scope, context, role, organization)
    if organization is not None and "OrganizationLocation" in scope.records:
        scope.records["OrganizationLocation"].resource["managingOrganization"] = organization.reference
        add_reference(role.resource, "location", scope.records["OrganizationLocation"])
    context.current["PRD"] = role
    cells = segment.cells(1)
    parties = [cell for cell in cells if cell.peek(3) in ("", "HL70286", "0286") or _meant(cell, context)] or list(
        cells
    )
    for cell in parties or (None,):
        code = cell.peek(1) if cell is not None else ""
        meant = (_meant(cell, context) if cell is not None else "") or code.upper()
        party = _ROLES_AS_PARTY.get(meant, "")
        if not party:
            context.report("VR-V2-0532", segment.path + "-1", code=code.upper() or "(empty)")
            if cell is not None and code and meant not in table_codes("0286"):
                context.unmapped.append(Unmapped("0286", code, cell.peek(3), cell.path()))
        context.later.append(lambda party=party: _take_part(context, party, role))  # type: ignore[misc]


def _meant(cell: Cell, context: Context) -> str:
    """The code of table 0286 that the partner says a role of its own means."""
    codes = context.partner.codes
    known = codes.meaning("0286", cell.peek(1), cell.peek(3)) if codes else None
    return known.to if known is not None and known.system == table_system("0286") else ""


@link("self-referral")
def _self_referral(scope: Scope, segment: SegmentView, context: Context) -> None:
    """PRD of a patient who refers themselves: no practitioner, the patient asks."""
    context.current.pop("PRD", None)

    def ask() -> None:
        patient = context.shared.get("Patient")
        request = context.shared["ServiceRequest"].resource
        if patient is not None:
            request.setdefault("requester", patient.reference)

    context.later.append(ask)


def _take_part(context: Context, party: str, role: Record) -> None:
    request = context.shared["ServiceRequest"].resource if context.is_referral else {}
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
    support(context, team)
    return team


def _fill_role(scope: Scope, context: Context, role: Record, organization: Record | None) -> None:
    practitioner = merged(scope, context, "Practitioner")
    if practitioner is not None:
        role.resource["practitioner"] = practitioner.reference
    if organization is not None:
        role.resource["organization"] = organization.reference
    location = scope.get("Location")
    if location is not None:
        place = context.merge(
            location, ("Location", repr(location.resource.get("identifier", location.resource["name"])))
        )
        add_reference(role.resource, "location", place)


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
        support(context, context.shared["CareTeam"])


@link("participation")
def _participation(scope: Scope, segment: SegmentView, context: Context) -> None:
    """PRT: who took part in what came before it."""
    role = scope.records["PractitionerRole"]
    organization = merged(scope, context, "Organization")
    if organization is not None:
        role.resource["organization"] = organization.reference
    target = context.current.get("OBX") or context.current.get("OBR")
    if target is not None and target.type in ("Observation", "DiagnosticReport"):
        add_reference(target.resource, "performer", role)
    else:
        context.later.append(lambda: _join_team(context, role))
