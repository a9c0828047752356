"""Orders as ORC, TQ1, OBR and what stands under them: ORM_O01 and OMG_O19, and the order that a report answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.hl7v2.reference import tables
from vrfhir.mappers.writing.clinical import charges, each, visit
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.header import header
from vrfhir.mappers.writing.origins import made_by
from vrfhir.mappers.writing.parties import insurance, next_of_kin, patient
from vrfhir.mappers.writing.registry import key
from vrfhir.mappers.writing.results import documents, observation
from vrfhir.mappers.writing.rows import write_row, write_rows
from vrfhir.mappers.writing.segments import add_sample, notes, of_type, only, software
from vrfhir.mappers.writing.structures import require, structure

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["control", "order_of_detail", "ordered", "plan_orders", "specimens", "timing"]

_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_RECIPIENT = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_NEW = {"NW": ("draft", "active", "on-hold", "unknown"), "CA": ("revoked",), "RE": ("completed",)}


@structure("ORM_O01", "OMG_O19", elements="OBX")
def plan_orders(writing: Writing, kind: str, trigger: str) -> list[Draft]:
    """The segments of an ORM or OMG, without those of single elements."""
    orders = of_type(writing, "ServiceRequest")
    require(orders, writing, kind, trigger, "ServiceRequest")
    drafts = [header(writing, only(writing, "MessageHeader"), kind, trigger)]
    if kind == "OMG" or writing.from_v2:
        drafts += software(writing)
    drafts += patient(writing)
    if kind == "OMG" and writing.version >= "2.5":
        drafts += list(next_of_kin(writing))
    drafts += visit(writing)
    coverages = [{"reference": url} for url in of_type(writing, "Coverage")]
    drafts += list(insurance(writing, {"insurance": coverages}))
    drafts += list(each(writing, "AL1", "AllergyIntolerance", of_type(writing, "AllergyIntolerance")))
    without = made_by(drafts[0], writing, "OBR", "Order", len(orders)) if writing.as_it_was else set()
    for number, url in enumerate(orders):
        drafts += _order(writing, url, kind, first=not number, has_control=url not in without)
    return [*drafts, *charges(writing)]


def _order(writing: Writing, url: str, kind: str, *, first: bool, has_control: bool = True) -> Iterator[Draft]:
    """ORC and OBR of one order with its timing, notes, diagnoses and observations; what is of no order is with the first.

    One that came without ORC has none, unless there is something now that only ORC can say.
    """
    request, original = writing.resources[url], writing.originals[url]
    when = timing(writing, url) if kind == "OMG" else []
    noted = list(notes(writing, request))
    if has_control:
        yield control(writing, url, "NW")
    yield from when
    detail = Draft("OBR")
    detail.roles, roles = {"Order": url}, {"Order": request}
    for found, provenance in _provenances(writing, url, _RECIPIENT, frozenset({"PRCP"})):
        roles["Copies"], detail.roles["Copies"] = provenance, found
    add_sample(writing, original, detail, roles)
    write_rows(detail, "order", roles, writing)
    if not has_control:
        added = control(writing, url, "")
        if added.fields:
            yield added
    if 4 in detail.fields or not writing.from_v2 or kind == "OMG":
        detail.fields.setdefault(4, [])
        yield detail
        yield from noted
        wanted = of_type(writing, "Condition") if first else []
        yield from each(writing, "DG1", "Condition", wanted)
    for reference in original.get("supportingInfo", ()):
        yield from observation(writing, writing.url_of(reference), forced=True)
    if first:
        for free in of_type(writing, "Observation"):
            yield from observation(writing, free, forced=True)
        yield from documents(writing)
    if kind == "OMG" or writing.as_it_was:
        yield from specimens(writing, original)


def ordered(writing: Writing, url: str) -> Iterator[Draft]:
    """ORC, TQ1 and OBR of one order in a message that is about something else."""
    yield from _order(writing, url, "OMG", first=False)


def control(writing: Writing, url: str, code: str) -> Draft:
    """ORC of an order, with the people that a Provenance names."""
    request, original = writing.resources[url], writing.originals[url]
    draft = Draft("ORC")
    draft.roles, roles = {"Order": url}, {"Order": request}
    for found, provenance in _provenances(writing, url, _PARTICIPANT, frozenset({"enterer", "verifier", "performer"})):
        roles["Entered"], draft.roles["Entered"] = provenance, found
    ordering = _ordering(writing, original)
    if ordering:
        roles["Ordering"], draft.roles["Ordering"] = writing.copy({"reference": ordering}) or {}, ordering
    others = roles["Ordering"].get("telecom", []) if ordering else []
    first = (
        0 if len(others) == 1 and "name" in roles["Ordering"] else 1
    )  # ORC-14 calls back, ORC-23 is the organisation's
    rest, others[first:] = others[first:], []
    orderer = writing.copy(original.get("requester"))
    if orderer is not None and orderer.get("resourceType") == "Practitioner":
        roles["Orderer"] = {**orderer, "address": orderer.get("address", [])[:1]}
    write_rows(draft, "", roles, writing)
    if rest:
        write_row(draft, "ORC-23", "", {"Ordering": {"telecom": rest}}, writing)
    if 1 not in draft.fields and code:
        said = next((name for name, statuses in _NEW.items() if original.get("status") in statuses), code)
        draft.put(1, {key(1): said})
    return draft


def order_of_detail(writing: Writing, report: Mapping[str, Any]) -> tuple[str, str]:
    """(order in the report's own OBR, order with an ORC) of what a report is based on; empty where there is none.

    A reading gives the order of OBR the report's code and puts it first; an order with a code of its own, or with numbers, has an ORC.
    """
    found = [url for url in map(writing.url_of, report.get("basedOn", ())) if url and url not in writing.placed]
    orders = [url for url in found if writing.originals[url].get("resourceType") == "ServiceRequest"]
    detail = order = ""
    for url in orders:
        resource = writing.originals[url]
        plain = not resource.keys() & {"identifier", "authoredOn", "requisition"}
        if not detail and writing.from_v2 and plain and resource.get("code") == report.get("code"):
            detail = url
        elif not order:
            order = url
    writing.placed.update({detail, order} - {""})
    return detail, order


def timing(writing: Writing, url: str) -> list[Draft]:
    """TQ1, where the version has it: when, how urgent, how much."""
    if tables(writing.version).segment("TQ1") is None:
        return []
    draft = Draft("TQ1")
    draft.roles = {"Order": url}
    write_rows(draft, "", {"Order": writing.resources[url]}, writing)
    if not draft.fields:
        return []
    draft.put(1, {key(1): "1"})
    return [draft]


def specimens(writing: Writing, holder: Mapping[str, Any]) -> Iterator[Draft]:
    """SPM of what was examined, where the version has it."""
    if tables(writing.version).segment("SPM") is None and not writing.as_it_was:
        return
    for url in map(writing.url_of, holder.get("specimen", ())):
        if writing.originals.get(url, {}).get("resourceType") != "Specimen" or url in writing.placed:
            continue
        writing.placed.add(url)
        draft = Draft("SPM")
        draft.roles = {"Specimen": url}
        draft.put(1, {key(1): str(sum(each in writing.placed for each in of_type(writing, "Specimen")))})
        resource = writing.resources[url]
        write_rows(draft, "", {"Specimen": resource}, writing)
        if 4 not in draft.fields and not writing.from_v2:
            draft.put(4, {key(2): "Specimen of an unnamed type"})
        yield draft


def _ordering(writing: Writing, original: Mapping[str, Any]) -> str:
    """The organisation that ordered: the requester, or the one beside a person who is."""
    references = [original.get("requester"), *original.get("supportingInfo", ())]
    urls = (writing.url_of(each) for each in references)
    return next((url for url in urls if writing.originals.get(url, {}).get("resourceType") == "Organization"), "")


def _provenances(
    writing: Writing, url: str, system: str, codes: frozenset[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The first Provenance of a resource whose agents have one of the roles."""
    for found in of_type(writing, "Provenance"):
        original = writing.originals[found]
        if found in writing.placed or [writing.url_of(each) for each in original.get("target", ())] != [url]:
            continue
        roles = {
            coding.get("code")
            for agent in original.get("agent", ())
            for coding in agent.get("type", {}).get("coding", ())
            if coding.get("system") == system
        }
        if roles & codes:
            writing.placed.add(found)
            yield found, writing.resources[found]
            return
