"""Which resources of a referral Bundle become which segments of REF_I12 and RRI_I12 (mapping notes 2.1 and 3.1).

Order and nesting are those of the abstract structure. A resource that has no segment of its own, and whatever the rows
could not write of the others, is written afterwards, element by element (:mod:`vrfhir.mappers.writing.elements`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.writing.clinical import each, procedures, visit
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.header import header
from vrfhir.mappers.writing.parties import insurance, next_of_kin, patient, providers, uk_consents
from vrfhir.mappers.writing.registry import key
from vrfhir.mappers.writing.results import documents, fit_note, items, observation, report
from vrfhir.mappers.writing.rows import write_rows
from vrfhir.mappers.writing.segments import notes, of_type, only, own_segments, simple, software
from vrfhir.mappers.writing.structures import structure
from vrfhir.workflow import STATUSES, v2_status

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["plan_referral"]


@structure("REF_I12", "RRI_I12", tail=("PV1", "PV2", "NTE", "ZU1", "ZU8"))
def plan_referral(writing: Writing, kind: str, trigger: str) -> list[Draft]:
    """The segments of a REF or RRI, without those of single elements."""
    head = only(writing, "MessageHeader")
    task_url, request_url = _focus(writing, head)
    drafts = [header(writing, head, kind, trigger)]
    drafts += software(writing) if writing.from_v2 else ()
    if head is not None and "response" in head:
        drafts += simple(writing, "MSA", {"MessageHeader": head})
    referral = Draft("RF1")
    request, task = writing.resources.get(request_url, {}), writing.resources.get(task_url)
    original = writing.originals.get(request_url, {})
    subject = only(writing, "Patient")
    own = own_segments(writing, {"ServiceRequest": request, "Task": task, "Patient": subject, "MessageHeader": head})
    _referral(writing, referral, request, task, kind)
    referral.roles = {"ServiceRequest": request_url} | ({"Task": task_url} if task_url else {})
    drafts.append(referral)
    drafts += _authorisations(writing, original)
    drafts += list(providers(writing, original))
    drafts += patient(writing)
    if kind == "REF":
        drafts += list(next_of_kin(writing))
        drafts += list(insurance(writing, original))
    drafts += list(each(writing, "DG1", "Condition", _conditions(writing, original), noted=True))
    drafts += list(each(writing, "AL1", "AllergyIntolerance", of_type(writing, "AllergyIntolerance")))
    drafts += list(procedures(writing, request_url))
    for url in of_type(writing, "Observation"):
        drafts += fit_note(writing, url)
    for url in of_type(writing, "DiagnosticReport"):
        drafts += report(writing, url)
    free = items(writing, request)
    for url in of_type(writing, "Observation"):
        free += observation(writing, url)
    free += documents(writing)
    if free and not (writing.from_v2 and any(draft.name == "OBR" for draft in drafts)):
        group = Draft("OBR")
        group.put(4, {key(1): "items", key(2): "Items of the referral", key(3): "99VRF"})
        drafts.append(group)
    drafts += free
    drafts += visit(writing)
    for note in notes(writing, task if kind == "RRI" and task is not None else request):
        note.closing = True
        drafts.append(note)
    drafts += simple(writing, "ZU1", {"ServiceRequest": request, **({"Task": task} if task else {})})
    drafts += uk_consents(writing)
    drafts += own
    return drafts


def _focus(writing: Writing, head: dict[str, Any] | None) -> tuple[str, str]:
    """(Task, ServiceRequest): what the header names, else the only ones there are."""
    task, request = "", ""
    for reference in (head or {}).get("focus", ()):
        url = writing.url_of(reference)
        kind = writing.originals.get(url, {}).get("resourceType")
        task, request = (url if kind == "Task" else task), (url if kind == "ServiceRequest" else request)
    if task and not request:
        request = writing.url_of(writing.originals[task].get("focus"))
    if not task:
        task = next(
            (u for u in of_type(writing, "Task") if writing.url_of(writing.originals[u].get("focus")) == request), ""
        )
    return task, request or next(iter(of_type(writing, "ServiceRequest")), "")


def _referral(writing: Writing, draft: Draft, request: dict[str, Any], task: dict[str, Any] | None, kind: str) -> None:
    business = task.pop("businessStatus", {}) if task is not None and not writing.from_v2 else {}
    roles = {"ServiceRequest": request} | ({"Task": task} if task is not None else {})
    status = task.get("status", "requested") if task is not None else ""
    if task is not None and not writing.from_v2:
        task.pop("status", None)
    write_rows(draft, "", roles, writing)
    if len(draft.fields.get(1, ())) > 1:
        draft.fields[1] = draft.fields[1][-1:]  # the milestone says what the status alone says too
    if 6 not in draft.fields:
        if draft.fields.get(11):
            draft.fields[6] = [draft.fields[11].pop(0)]
            if not draft.fields[11]:
                del draft.fields[11]
        else:
            draft.text(6, str(request.get("id", "") or "unknown"))
    if 1 not in draft.fields and status in STATUSES:
        codes = [c for c in business.get("coding", ()) if c.get("system", "").endswith("/vr-referral-status")]
        said = v2_status(str(status), str(codes[0].get("code", "")) if codes else None)
        parts = said if codes or said[0] != "P" else said[:3]
        draft.put(1, {key(number): text for number, text in enumerate(parts, 1) if text})


def _authorisations(writing: Writing, request: Mapping[str, Any]) -> list[Draft]:
    found = []
    for reference in request.get("insurance", ()):
        url = writing.url_of(reference)
        answer = writing.resources.get(url)
        if answer is None or answer.get("resourceType") != "ClaimResponse":
            continue
        draft = Draft("AUT")
        draft.roles = {"ClaimResponse": url, "Insurer": writing.url_of(answer.get("insurer"))}
        roles = {"ClaimResponse": answer, "Insurer": writing.copy(answer.get("insurer")) or {}}
        write_rows(draft, "", roles, writing)
        found.append(draft)
    return found


def _conditions(writing: Writing, request: Mapping[str, Any]) -> list[str]:
    first = [writing.url_of(each) for each in request.get("reasonReference", ())]
    wanted = [url for url in first if writing.originals.get(url, {}).get("resourceType") == "Condition"]
    return wanted + [url for url in of_type(writing, "Condition") if url not in wanted]
