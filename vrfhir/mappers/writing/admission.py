"""ADT: a patient with the visit (A01 A04 A05 A08 A28 A31), and two records that are one patient's (A40)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vrfhir.mappers.writing.clinical import each, procedures, required_visit, visit
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.event import event
from vrfhir.mappers.writing.header import header
from vrfhir.mappers.writing.parties import insurance, next_of_kin, patient
from vrfhir.mappers.writing.registry import key
from vrfhir.mappers.writing.results import observation
from vrfhir.mappers.writing.rows import write_rows
from vrfhir.mappers.writing.segments import of_type, only, software
from vrfhir.mappers.writing.structures import require, structure

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["plan_admission", "plan_merge"]


@structure(
    "ADT_A01",
    "ADT_A05",
    elements="OBX",
    tail=("AL1", "DG1", "DRG", "PR1", "GT1", "IN1", "IN2", "IN3", "ACC", "UB1", "UB2", "PDA"),
)
def plan_admission(writing: Writing, kind: str, trigger: str) -> list[Draft]:
    """The segments of ADT_A01 and ADT_A05, which is shorter at its end only."""
    url = next(iter(of_type(writing, "Patient")), "")
    require(url, writing, kind, trigger, "Patient")
    drafts = [header(writing, only(writing, "MessageHeader"), kind, trigger)]
    drafts += software(writing) if writing.from_v2 else ()
    drafts += [event(writing, kind, trigger), *patient(writing, url, demographics=True)]
    drafts += list(_team(writing))
    drafts += list(next_of_kin(writing))
    drafts += required_visit(writing)
    for found in of_type(writing, "Observation"):
        drafts += [draft for draft in observation(writing, found) if draft.name == "OBX"]
    drafts += list(each(writing, "AL1", "AllergyIntolerance", of_type(writing, "AllergyIntolerance")))
    drafts += list(each(writing, "DG1", "Condition", of_type(writing, "Condition")))
    drafts += list(procedures(writing, ""))
    drafts += list(insurance(writing, {"insurance": [{"reference": each} for each in of_type(writing, "Coverage")]}))
    return drafts


@structure("ADT_A39", elements="ZVE")
def plan_merge(writing: Writing, kind: str, trigger: str) -> list[Draft]:
    """The segments of ADT_A39: the record that stays (PID) and the one that it replaces (MRG)."""
    stays, goes = _merged(writing)
    require(stays, writing, kind, trigger, "Patient that replaces another one")
    drafts = [header(writing, only(writing, "MessageHeader"), kind, trigger), event(writing, kind, trigger)]
    drafts += patient(writing, stays, demographics=True)
    if goes:
        merged = Draft("MRG")
        merged.roles = {"Replaced": goes}
        write_rows(merged, "", {"Replaced": writing.resources[goes]}, writing)
        drafts.append(merged)
    return [*drafts, *visit(writing)[:1]]


def _merged(writing: Writing) -> tuple[str, str]:
    """(the patient who stays, the one who is replaced), by the links of either."""
    for url in of_type(writing, "Patient"):
        for link in writing.originals[url].get("link", ()):
            other = writing.url_of(link.get("other"))
            if writing.originals.get(other, {}).get("resourceType") != "Patient":
                continue
            if link.get("type") == "replaces":
                return url, other
            if link.get("type") == "replaced-by":
                return other, url
    return "", ""


def _team(writing: Writing) -> Iterator[Draft]:
    """ROL: who has a role for the patient, when a message said so in the first place."""
    for team in of_type(writing, "CareTeam") if writing.from_v2 else ():
        for participant in writing.originals[team].get("participant", ()):
            url = writing.url_of(participant.get("member"))
            original = writing.originals.get(url, {})
            if original.get("resourceType") != "PractitionerRole":
                continue
            draft = Draft("ROL")
            draft.roles = {"PractitionerRole": url}
            roles = {"PractitionerRole": writing.resources[url]}
            organization = writing.copy(original.get("organization"))
            if organization is not None:
                roles["Organization"] = organization
                draft.roles["Organization"] = writing.url_of(original["organization"])
            write_rows(draft, "", roles, writing)
            draft.fields.setdefault(2, [{key(1): "UP"}])
            yield draft
