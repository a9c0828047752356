"""Diagnoses, allergies, procedures and the visit: DG1, AL1, PR1, PV1 and PV2 of any message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vrfhir.mappers.vocabulary import code_map
from vrfhir.mappers.writing.codes import concept_parts
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.registry import key
from vrfhir.mappers.writing.rows import write_rows
from vrfhir.mappers.writing.segments import notes, of_type, simple

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["charges", "each", "procedures", "required_visit", "visit"]


def each(writing: Writing, name: str, role: str, urls: list[str], *, noted: bool = False) -> Iterator[Draft]:
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


def charges(writing: Writing) -> list[Draft]:
    """FT1 of a message that had them."""
    return (
        list(each(writing, "FT1", "ChargeItem", of_type(writing, "ChargeItem"), noted=True)) if writing.from_v2 else []
    )


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


def procedures(writing: Writing, request_url: str) -> Iterator[Draft]:
    number = 0
    for url, original in writing.originals.items():
        kind = original.get("resourceType")
        based = [writing.url_of(each) for each in original.get("basedOn", ())]
        if kind == "Procedure":
            flavour, role = "done", "Procedure"
        elif kind == "ServiceRequest" and _is_requested(writing, url, request_url, based):
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
    draft.roles, roles = {"Encounter": url}, {"Encounter": writing.resources[url]}
    for reference in writing.originals[url].get("episodeOfCare", ())[:1]:
        episode = writing.url_of(reference)
        if episode and writing.from_v2:
            roles["Episode"], draft.roles["Episode"] = writing.resources[episode], episode
    more = simple(writing, "PV2", {"Encounter": writing.resources[url]})  # first: PV1-3 takes every place that is left
    write_rows(draft, "", roles, writing)
    if 2 not in draft.fields and not writing.from_v2:
        draft.put(2, {key(1): "N"})
    return [draft, *more]


def _is_requested(writing: Writing, url: str, request_url: str, based: list[str]) -> bool:
    """Something to be done: of the referral, or of a message that said so and is none."""
    if request_url:
        return url not in writing.orders and request_url in based
    return writing.from_v2 and url not in writing.orders and writing.origin(url).segment in ("PR1", "")


def required_visit(writing: Writing) -> list[Draft]:
    """PV1 where the structure must have one: of no visit (N) when there is none."""
    found = visit(writing)
    if not found:
        draft = Draft("PV1")
        draft.put(1, {key(1): "1"})
        draft.put(2, {key(1): "N"})
        found = [draft]
    return found
