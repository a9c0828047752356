"""The segments that any message may have, for structures without a plan of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vrfhir.mappers.writing.clinical import each, visit
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.header import header
from vrfhir.mappers.writing.parties import insurance, next_of_kin, patient
from vrfhir.mappers.writing.results import observation, report
from vrfhir.mappers.writing.segments import of_type, only, simple

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["plan_other"]

_PLAIN = (("SCH", "Appointment", "Appointment"), ("TXA", "DocumentReference", "DocumentReference"))


def plan_other(writing: Writing, kind: str, trigger: str) -> list[Draft]:
    """The segments that messages other than referrals have in common; only their own order differs."""
    drafts = [header(writing, only(writing, "MessageHeader"), kind, trigger), *patient(writing)]
    drafts += list(next_of_kin(writing))
    drafts += list(insurance(writing, {"insurance": [{"reference": url} for url in of_type(writing, "Coverage")]}))
    drafts += list(each(writing, "DG1", "Condition", of_type(writing, "Condition"), noted=True))
    drafts += list(each(writing, "AL1", "AllergyIntolerance", of_type(writing, "AllergyIntolerance")))
    for url in of_type(writing, "DiagnosticReport"):
        drafts += report(writing, url)
    for url in of_type(writing, "Observation"):
        drafts += observation(writing, url)
    drafts += visit(writing)
    for name, role, resource_type in _PLAIN:
        for url in of_type(writing, resource_type):
            drafts += simple(writing, name, {role: writing.resources[url]})
    return drafts
