"""MDM: a document (a fit note, a report, a statement of the employer) with its content (HL7 v2.5.1 chapter 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.writing.clinical import required_visit
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.event import event
from vrfhir.mappers.writing.header import header
from vrfhir.mappers.writing.parties import patient
from vrfhir.mappers.writing.parts import in_parts
from vrfhir.mappers.writing.registry import key
from vrfhir.mappers.writing.reports import ordered_report
from vrfhir.mappers.writing.results import observation
from vrfhir.mappers.writing.rows import write_row, write_rows
from vrfhir.mappers.writing.segments import of_type, only, software
from vrfhir.mappers.writing.structures import require, structure

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["plan_document"]

_LONGEST_TYPE = 30
_LONGEST_NUMBER = 30
_COMPLETION = {"final": "AU", "amended": "AU", "preliminary": "IP"}
"""FHIR composition status → table 0271, for statuses that the map's own table has no code for."""


@structure("MDM_T02", elements="OBX")
def plan_document(writing: Writing, kind: str, trigger: str) -> list[Draft]:
    """The segments of MDM_T02."""
    url, document = _document(writing)
    require(url, writing, kind, trigger, "DocumentReference or Composition")
    drafts = [header(writing, only(writing, "MessageHeader"), kind, trigger), event(writing, kind, trigger)]
    drafts += software(writing) if writing.from_v2 else ()
    drafts += [*patient(writing), *required_visit(writing)]
    for report in of_type(writing, "DiagnosticReport") if writing.from_v2 else ():
        drafts += ordered_report(writing, report, "")
    if url:
        drafts.append(_transcription(writing, url, document))
    drafts += list(_contents(writing, document))
    if writing.originals.get(url, {}).get("resourceType") == "Composition":
        drafts += list(_sections(writing.originals[url]))
    notes_fit = writing.version >= "2.5"
    for found in of_type(writing, "Observation"):
        says = any(name.startswith("value") for name in writing.originals[found])
        written = observation(writing, found, forced=says)
        drafts += [draft for draft in written if notes_fit or draft.name == "OBX"]
    return drafts


def _document(writing: Writing) -> tuple[str, dict[str, Any]]:
    """What the message is about, and as the DocumentReference it is written from."""
    head = only(writing, "MessageHeader") or {}
    wanted = [writing.url_of(each) for each in head.get("focus", ())]
    wanted += [*of_type(writing, "DocumentReference"), *of_type(writing, "Composition")]
    for url in wanted:
        resource = writing.resources.get(url, {})
        if resource.get("resourceType") == "DocumentReference" and url not in writing.transport:
            return url, resource
        if resource.get("resourceType") == "Composition":
            return url, _as_reference(resource)
    return "", {}


def _as_reference(composition: Mapping[str, Any]) -> dict[str, Any]:
    """The DocumentReference of a Composition, as far as TXA says it."""
    found: dict[str, Any] = {name: composition[name] for name in ("type", "category", "author") if name in composition}
    if "identifier" in composition:
        found["masterIdentifier"] = dict(composition["identifier"])
    if "date" in composition:
        found["date"] = composition["date"]
    if "status" in composition:
        found["docStatus"] = composition["status"]
    found["status"] = "entered-in-error" if composition.get("status") == "entered-in-error" else "current"
    return found


def _transcription(writing: Writing, url: str, document: dict[str, Any]) -> Draft:
    """TXA; type, number and completion are required."""
    draft = Draft("TXA")
    draft.put(1, {key(1): "1"})
    if writing.originals[url].get("resourceType") == "DocumentReference":
        draft.roles = {"DocumentReference": url}
    if writing.from_v2:
        write_row(draft, "TXA-9", "", {"DocumentReference": document}, writing)
        write_rows(draft, "", {"DocumentReference": document}, writing)
        return draft
    kind, status = document.pop("type", {}), document.get("docStatus", "")
    draft.put(2, {key(1): _type_of(kind)})
    write_row(draft, "TXA-9", "", {"DocumentReference": document}, writing)
    write_rows(draft, "", {"DocumentReference": document}, writing)
    if 12 not in draft.fields:
        numbers = [each for each in document.get("identifier", ()) if each.get("value")]
        if not numbers or not write_row(
            draft, "TXA-12", "", {"DocumentReference": {"masterIdentifier": dict(numbers[0])}}, writing
        ):
            draft.put(12, {key(1): str(writing.originals[url].get("id") or url)[-_LONGEST_NUMBER:]})
    draft.fields.setdefault(17, [{key(1): _COMPLETION.get(status, "DO")}])
    return draft


def _type_of(concept: Mapping[str, Any]) -> str:
    """TXA-2 has room for one code: that of the document's type, else its words."""
    codes = [str(each["code"]) for each in concept.get("coding", ()) if each.get("code")]
    words = [str(each.get("display", "")) for each in concept.get("coding", ())]
    texts = [*codes, str(concept.get("text", "")), *words]
    return next((text[:_LONGEST_TYPE].strip() for text in texts if text), "document")


def _contents(writing: Writing, document: dict[str, Any]) -> Iterator[Draft]:
    """OBX of each content: the document itself (ED), or where it lies (RP)."""
    for content in list(document.get("content", ())):
        attachment = content.get("attachment", {})
        stored = writing.original({"reference": attachment.get("url", "")})
        if stored is not None and stored.get("resourceType") == "Binary" and "data" in stored:
            attachment = {"contentType": stored.get("contentType", ""), "data": stored["data"]}
            content = {"attachment": attachment}
        if not (attachment.get("data") or attachment.get("url") or attachment.get("title")):
            continue
        draft = Draft("OBX")
        kind, row = ("ED", "OBX/content-5") if attachment.get("data") else ("RP", "OBX/content-5/pointer")
        if not write_row(draft, row, "document-content", {"Document": {"content": [content]}}, writing):
            continue
        draft.put(2, {key(1): kind})
        if not writing.from_v2:
            draft.put(3, {key(1): "document", key(2): "Document", key(3): "99VRF"})
            draft.put(11, {key(1): "F"})
        yield from in_parts(draft, [content])


def _sections(composition: Mapping[str, Any]) -> Iterator[Draft]:
    """OBX of the words of each section, for readers of HL7 v2."""
    for section in _all_sections(composition):
        words = _plain(str(section.get("text", {}).get("div", "")))
        if not words:
            continue
        code: Mapping[str, Any] = next(
            (each for each in section.get("code", {}).get("coding", ()) if each.get("code")), {}
        )
        draft = Draft("OBX")
        draft.put(2, {key(1): "TX"})
        title = str(section.get("title") or code.get("display") or "Section")
        draft.put(
            3,
            {key(1): str(code["code"]), key(2): title, key(3): str(code.get("system", "")).rpartition("/")[2]}
            if code
            else {key(1): "section", key(2): title, key(3): "99VRF"},
        )
        for line in words.split("\n"):
            draft.put(5, {key(1): line})
        draft.put(11, {key(1): "F"})
        yield draft


def _all_sections(holder: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for section in holder.get("section", ()):
        yield section
        yield from _all_sections(section)


_BLOCKS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6]|/dt|/dd)\b[^>]*>", re.IGNORECASE)


def _plain(div: str) -> str:
    """The words of a narrative, a line for each paragraph."""
    text = unescape(re.sub(r"<[^>]*>", "", _BLOCKS.sub("\n", div)))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
