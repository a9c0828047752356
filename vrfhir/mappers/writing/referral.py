"""Which resources of a referral Bundle become which segments of REF_I12 and RRI_I12 (mapping notes 2.1 and 3.1).

Order and nesting are those of the abstract structure. A resource that has no segment of its own, and whatever the rows
could not write of the others, is written afterwards, element by element (:mod:`vrfhir.mappers.writing.elements`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha1
from typing import TYPE_CHECKING, Any

from vrfhir.hl7v2.reference import structure_name
from vrfhir.mappers.vocabulary import code_map
from vrfhir.mappers.writing.codes import concept_parts
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.parties import insurance, next_of_kin, patient, providers
from vrfhir.mappers.writing.registry import key
from vrfhir.mappers.writing.results import documents, fit_note, items, observation, report
from vrfhir.mappers.writing.rows import write_rows
from vrfhir.mappers.writing.segments import notes, of_type, only, simple
from vrfhir.mappers.writing.structures import structure
from vrfhir.workflow import v2_status

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["header", "plan_other", "plan_referral", "visit"]

_LONGEST_CONTROL_ID = 20
_LONGEST_NAMESPACE = 20


@structure("REF_I12", "RRI_I12", tail=("PV1", "PV2", "NTE", "ZU1"))
def plan_referral(writing: Writing, kind: str, trigger: str) -> list[Draft]:
    """The segments of a REF or RRI, without those of single elements."""
    head = only(writing, "MessageHeader")
    task_url, request_url = _focus(writing, head)
    drafts = [header(writing, head, kind, trigger)]
    if head is not None and "response" in head:
        drafts += simple(writing, "MSA", {"MessageHeader": head})
    referral = Draft("RF1")
    request, task = writing.resources.get(request_url, {}), writing.resources.get(task_url)
    original = writing.originals.get(request_url, {})
    _referral(writing, referral, request, task, kind)
    referral.roles = {"ServiceRequest": request_url} | ({"Task": task_url} if task_url else {})
    drafts.append(referral)
    drafts += _authorisations(writing, original)
    drafts += list(providers(writing, original))
    drafts += patient(writing)
    if kind == "REF":
        drafts += list(next_of_kin(writing))
        drafts += list(insurance(writing, original))
    drafts += list(_each(writing, "DG1", "Condition", _conditions(writing, original), noted=True))
    drafts += list(_each(writing, "AL1", "AllergyIntolerance", of_type(writing, "AllergyIntolerance")))
    drafts += list(_procedures(writing, request_url))
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
    drafts += list(notes(writing, task if kind == "RRI" and task is not None else request))
    drafts += simple(writing, "ZU1", {"ServiceRequest": request, **({"Task": task} if task else {})})
    return drafts


def plan_other(writing: Writing, kind: str, trigger: str) -> list[Draft]:
    """The segments that messages other than referrals have in common; only their own order differs."""
    drafts = [header(writing, only(writing, "MessageHeader"), kind, trigger), *patient(writing)]
    drafts += list(next_of_kin(writing))
    drafts += list(insurance(writing, {"insurance": [{"reference": url} for url in of_type(writing, "Coverage")]}))
    drafts += list(_each(writing, "DG1", "Condition", of_type(writing, "Condition"), noted=True))
    drafts += list(_each(writing, "AL1", "AllergyIntolerance", of_type(writing, "AllergyIntolerance")))
    for url in of_type(writing, "DiagnosticReport"):
        drafts += report(writing, url)
    for url in of_type(writing, "Observation"):
        drafts += observation(writing, url)
    drafts += visit(writing)
    for name, role, resource_type in _PLAIN:
        for url in of_type(writing, resource_type):
            drafts += simple(writing, name, {role: writing.resources[url]})
    return drafts


_PLAIN = (("SCH", "Appointment", "Appointment"), ("TXA", "DocumentReference", "DocumentReference"))


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


def header(writing: Writing, head: dict[str, Any] | None, kind: str, trigger: str) -> Draft:
    """MSH: the rows, then what every message says of itself."""
    draft = Draft("MSH")
    draft.roles = {"MessageHeader": next(iter(of_type(writing, "MessageHeader")), "")}
    write_rows(draft, "", {"MessageHeader": head or {}, "Bundle": writing.bundle}, writing)
    control = draft.fields.get(10, [{}])[0].get(key(1), "")
    if not control or (len(control) > _LONGEST_CONTROL_ID and not writing.from_v2) or not control.isprintable():
        seed = control or "|".join(sorted(writing.originals))
        draft.fields[10] = [{key(1): sha1(seed.encode(), usedforsecurity=False).hexdigest()[:_LONGEST_CONTROL_ID]}]
    for field in (3, 4, 5, 6):
        for cell in draft.fields.get(field, ()):
            cell[key(1)] = _short(cell.get(key(1), ""))
    draft.fields[9] = [{key(1): kind, key(2): trigger}]
    structure = structure_name(kind, trigger, writing.version)
    if structure and writing.version != "2.3":
        draft.fields[9][0][key(3)] = structure
    draft.fields[12] = [{key(1): writing.version}]
    if not writing.as_it_was:
        draft.fields.setdefault(11, [{key(1): "P"}])
    draft.fields.setdefault(7, [{key(1): writing.now}])
    if not writing.from_v2:
        draft.fields[17] = [{key(1): "GBR"}]
        draft.fields[18] = [{key(1): "UNICODE UTF-8"}]
    return draft


def _short(name: str) -> str:
    """A name of an application as far as HD.1 has room for it, cut between words."""
    if len(name) <= _LONGEST_NAMESPACE:
        return name
    head = name[: _LONGEST_NAMESPACE + 1].rpartition(" ")[0]
    return head or name[:_LONGEST_NAMESPACE]


def _referral(writing: Writing, draft: Draft, request: dict[str, Any], task: dict[str, Any] | None, kind: str) -> None:
    business = task.pop("businessStatus", {}) if task is not None and not writing.from_v2 else {}
    roles = {"ServiceRequest": request} | ({"Task": task} if task is not None else {})
    status = task.get("status", "requested") if task is not None else ""
    if task is not None and not writing.from_v2:
        task.pop("status", None)
    write_rows(draft, "", roles, writing)
    if 6 not in draft.fields:
        if draft.fields.get(11):
            draft.fields[6] = [draft.fields[11].pop(0)]
            if not draft.fields[11]:
                del draft.fields[11]
        else:
            draft.text(6, str(request.get("id", "") or "unknown"))
    if 1 not in draft.fields and task is not None:
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


def _each(writing: Writing, name: str, role: str, urls: list[str], *, noted: bool = False) -> Iterator[Draft]:
    for number, url in enumerate(urls, 1):
        draft = Draft(name)
        draft.put(1, {key(1): str(number)})
        draft.roles = {role: url}
        resource = writing.resources[url]
        write_rows(draft, "", {role: resource}, writing)
        if name == "DG1":
            _rank(writing, draft, url)
        if name == "DG1" and 6 not in draft.fields and not writing.from_v2:
            draft.put(6, {key(1): "W"})
        yield draft
        if noted and writing.from_v2:
            yield from notes(writing, resource)


def _rank(writing: Writing, draft: Draft, url: str) -> None:
    """DG1-6 and DG1-15: what the diagnosis is to the visit."""
    for encounter in (writing.resources[each] for each in of_type(writing, "Encounter")):
        for diagnosis in encounter.get("diagnosis", ()):
            if writing.url_of(diagnosis.get("condition")) != url:
                continue
            use = concept_parts(diagnosis.get("use", {}), writing, "0052", code_map("diagnosis-use"))
            if use:
                draft.put(6, use)
            if diagnosis.get("rank"):
                draft.put(15, {key(1): str(diagnosis["rank"])})


def _procedures(writing: Writing, request_url: str) -> Iterator[Draft]:
    number = 0
    for url, original in writing.originals.items():
        kind = original.get("resourceType")
        based = [writing.url_of(each) for each in original.get("basedOn", ())]
        if kind == "Procedure":
            flavour, role = "done", "Procedure"
        elif kind == "ServiceRequest" and request_url in based and url not in writing.orders:
            flavour, role = "requested", "Requested"
        else:
            continue
        number += 1
        draft = Draft("PR1")
        draft.put(1, {key(1): str(number)})
        draft.roles = {role: url}
        write_rows(draft, flavour, {role: writing.resources[url]}, writing)
        yield draft


def visit(writing: Writing) -> list[Draft]:
    """PV1 and PV2 of the Encounter."""
    url = next(iter(of_type(writing, "Encounter")), "")
    if not url:
        return []
    draft = Draft("PV1")
    draft.put(1, {key(1): "1"})
    draft.roles = {"Encounter": url}
    write_rows(draft, "", {"Encounter": writing.resources[url]}, writing)
    if 2 not in draft.fields and not writing.from_v2:
        draft.put(2, {key(1): "N"})
    return [draft, *simple(writing, "PV2", {"Encounter": writing.resources[url]})]
