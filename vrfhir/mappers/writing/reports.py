"""ORU_R01: reports with their results, and the orders they answer; results without a report under an OBR of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vrfhir.mappers.elements import RESOURCE
from vrfhir.mappers.writing.clinical import charges, visit
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.header import header
from vrfhir.mappers.writing.orders import control, order_of_detail, specimens, timing
from vrfhir.mappers.writing.parties import next_of_kin, patient
from vrfhir.mappers.writing.registry import key
from vrfhir.mappers.writing.results import documents, observation
from vrfhir.mappers.writing.rows import write_rows
from vrfhir.mappers.writing.segments import add_sample, notes, of_type, only, software
from vrfhir.mappers.writing.structures import require, structure

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["ordered_report", "plan_results"]


@structure("ORU_R01")
def plan_results(writing: Writing, kind: str, trigger: str) -> list[Draft]:
    """The segments of an ORU, without those of single elements."""
    found = [*of_type(writing, "DiagnosticReport"), *of_type(writing, "Observation")]
    require(found, writing, kind, trigger, "DiagnosticReport or Observation")
    drafts = [header(writing, only(writing, "MessageHeader"), kind, trigger), *software(writing), *patient(writing)]
    drafts += list(next_of_kin(writing))
    drafts += visit(writing)
    for url in of_type(writing, "DiagnosticReport"):
        drafts += ordered_report(writing, url)
    drafts += documents(writing) if any(draft.name == "OBR" for draft in drafts) else []
    free = [draft for url in of_type(writing, "Observation") for draft in observation(writing, url, forced=True)]
    if free:
        group = Draft("OBR")
        group.put(4, {key(1): "items", key(2): "Observations without a report", key(3): RESOURCE})
        drafts += [group, *free]
    return [*drafts, *charges(writing)]


def ordered_report(writing: Writing, url: str, code: str = "RE") -> list[Draft]:
    """ORC of the order, OBR of the report, its notes and timing, an OBX for each result."""
    original, resource = writing.originals[url], writing.resources[url]
    head = Draft("OBR")
    head.roles, roles = {"DiagnosticReport": url}, {"DiagnosticReport": resource}
    detail, order = order_of_detail(writing, original)
    drafts: list[Draft] = []
    when: list[Draft] = []
    noted: list[Draft] = []
    for each in (detail, order):
        if each and not noted:
            noted = list(notes(writing, writing.resources[each]))
    if order:
        when = timing(writing, order)
        drafts = [control(writing, order, code)]
    if detail:
        roles["Order"], head.roles["Order"] = writing.resources[detail], detail
    add_sample(writing, original, head, roles)
    write_rows(head, "report", roles, writing)
    writing.placed.add(url)
    drafts.append(head)
    drafts += [*noted, *when]
    for reference in original.get("result", ()):
        drafts += observation(writing, writing.url_of(reference), forced=True)
    drafts += specimens(writing, original)
    return drafts
