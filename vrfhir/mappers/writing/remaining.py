"""Segments of a message that was read and that its structure's plan does not have: written again by the rows that read them.

A sender may put an order or a referral into an ADT, and a guarantor or an accident (GT1, ACC) stands in most structures. The
resources are named after the segment that made them (:mod:`vrfhir.mappers.writing.origins`), so each one goes back into that
segment. Only in the version the message came in, or where the structure has such a segment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vrfhir.hl7v2.reference import tables
from vrfhir.mappers.links.people import GUARANTOR
from vrfhir.mappers.rows import load_maps
from vrfhir.mappers.vocabulary import extension_urls
from vrfhir.mappers.writing.clinical import each
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.orders import ordered
from vrfhir.mappers.writing.registry import key
from vrfhir.mappers.writing.reports import ordered_report
from vrfhir.mappers.writing.rows import write_rows
from vrfhir.mappers.writing.segments import notes, of_type

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["beforehand", "remaining"]

_SEGMENTS = ("RF1", "TXA", "PRD", "AUT", "ROL", "DG1", "AL1", "CTD")
"""Segments that are written from the resources they made, in this order, behind the reports and orders."""
_ACCIDENT = {"text": "Accident"}
"""The code of the observation that ACC makes."""
_EMPLOYER = extension_urls()["job-employer"]
_COUNTED = frozenset({"DG1", "AL1", "TXA"})
"""Segments whose first field counts them."""


def beforehand(writing: Writing, structure: str) -> Iterator[Draft]:
    """GT1 and ACC, whose resources the plan would take for next of kin and results."""
    allowed = _allowed(writing, structure)
    if allowed is None or "GT1" in allowed:
        guarantors = (url for url in of_type(writing, "RelatedPerson") if _is_guarantor(writing.originals[url]))
        for number, url in enumerate(guarantors, 1):
            yield _guarantor(writing, url, number)
    if writing.from_v2 and (allowed is None or "ACC" in allowed):
        for url in of_type(writing, "Observation"):
            if writing.originals[url].get("code") == _ACCIDENT:
                yield from _segment(writing, "ACC", {"Observation": url}, 1)


def _guarantor(writing: Writing, url: str, number: int) -> Draft:
    """GT1 of a person, with the job that was said there and its employer."""
    person = writing.resources[url]
    person["relationship"] = [each for each in person["relationship"] if each.get("coding") != [GUARANTOR]]
    if not person["relationship"]:
        del person["relationship"]
    draft = Draft("GT1")
    draft.put(1, {key(1): str(number)})
    draft.roles, roles = {"RelatedPerson": url}, {"RelatedPerson": person}
    for job in of_type(writing, "Observation"):
        about = [writing.url_of(each) for each in writing.originals[job].get("focus", ())]
        if about[:1] == [url]:
            extensions = writing.originals[job].get("extension", ())
            about += [writing.url_of(each.get("valueReference")) for each in extensions if each.get("url") == _EMPLOYER]
            draft.roles["Employment"], roles["Employment"] = job, writing.resources[job]
            for employer in [each for each in about[1:] if each][:1]:
                draft.roles["Employer"], roles["Employer"] = employer, writing.resources[employer]
            break
    write_rows(draft, "", roles, writing)
    writing.placed.update(draft.roles.values())
    return draft


def _is_guarantor(person: Mapping[str, Any]) -> bool:
    """A person who is a guarantor and has a name, which GT1 must say."""
    kinds = [each.get("coding") for each in person.get("relationship", ())]
    return [GUARANTOR] in kinds and "name" in person


def _allowed(writing: Writing, structure: str) -> frozenset[str] | None:
    """The segments that may stand in the message; None for all, in the version it came in."""
    if writing.as_it_was:
        return None
    tree = tables(writing.version).structure(structure)
    return frozenset(place.name for place in tree.places()) if tree is not None else frozenset()


def remaining(writing: Writing, plan: Sequence[Draft], structure: str) -> Iterator[Draft]:
    """The segments of resources that no planned segment writes."""
    if not writing.from_v2:
        return
    allowed = _allowed(writing, structure)
    done = {url for draft in plan for url in draft.roles.values()} | writing.placed | writing.transport
    groups: dict[tuple[str, int], dict[str, str]] = {}
    for url in writing.originals:
        if url not in done:
            segment, occurrence, role = writing.origin(url)
            if segment and (allowed is None or segment in allowed):
                groups.setdefault((segment, occurrence), {})[role] = url
    for (segment, _), roles in sorted(groups.items()):
        if segment == "OBR" and "DiagnosticReport" in roles:
            yield from ordered_report(writing, roles["DiagnosticReport"], "")
    for (segment, _), roles in sorted(groups.items()):
        if segment == "ORC" and "Order" in roles and roles["Order"] not in writing.placed:
            yield from ordered(writing, roles["Order"])
    for name in _SEGMENTS:
        made = [(number, roles) for (segment, number), roles in sorted(groups.items()) if segment == name]
        for number, (_, roles) in enumerate(made, 1):
            yield from _segment(writing, name, roles, number)


def _segment(writing: Writing, name: str, roles: dict[str, str], number: int) -> Iterator[Draft]:
    if name in ("DG1", "AL1"):
        yield from each(writing, name, *next(iter((role, [url]) for role, url in roles.items())), noted=True)
        return
    draft = Draft(name)
    if name in _COUNTED:
        draft.put(1, {key(1): str(number)})
    draft.roles = dict(roles)
    resources: dict[str, dict[str, Any]] = {role: writing.resources[url] for role, url in roles.items()}
    flavour = next((form for form in load_maps()[name].flavours if roles.keys() <= form.roles.keys()), None)
    if flavour is None:
        return
    write_rows(draft, flavour.name if len(load_maps()[name].flavours) > 1 else "", resources, writing)
    writing.placed.update(roles.values())
    yield draft
    for resource in resources.values():
        if resource.get("note"):
            yield from notes(writing, resource)
