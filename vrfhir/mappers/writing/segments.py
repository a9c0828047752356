"""Segments that the rows write alone: of resources of a type, and the notes of any resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.registry import key
from vrfhir.mappers.writing.rows import write_row, write_rows

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["add_sample", "notes", "of_type", "only", "own_segments", "simple", "software"]

_KNOWN_BY = ("ServiceRequest", "Patient")
"""Resources that a message names by a number in a required field."""


def of_type(writing: Writing, kind: str) -> list[str]:
    """The resources of a type that are content, not the message's own."""
    return [
        url
        for url, resource in writing.originals.items()
        if resource.get("resourceType") == kind and url not in writing.transport
    ]


def only(writing: Writing, kind: str) -> dict[str, Any] | None:
    """The first of them, still to be written."""
    return next((writing.resources[url] for url in of_type(writing, kind)), None)


def simple(writing: Writing, name: str, roles: Mapping[str, dict[str, Any]]) -> list[Draft]:
    """One segment of the rows alone, when they wrote anything."""
    draft = Draft(name)
    write_rows(draft, "", roles, writing)
    return [draft] if draft.fields else []


def own_segments(writing: Writing, roles: Mapping[str, dict[str, Any] | None]) -> list[Draft]:
    """The Z segments that the partner's own file maps, at the end of the message.

    Its rows go before those of the standard segments, but a number that the message is known by (RF1-6, PID-3) stays there.
    """
    there = {role: resource for role, resource in roles.items() if resource is not None}
    kept = [(resource, _set_aside(resource)) for resource in there.values()] if writing.partner.segments else []
    drafts = [draft for name in writing.partner.segments for draft in simple(writing, name, there)]
    for resource, number in kept:
        if number is not None:
            resource["identifier"] = [number, *resource.get("identifier", ())]
    return drafts


def _set_aside(resource: dict[str, Any]) -> dict[str, Any] | None:
    """The placer's number of a resource, else its first, taken out."""
    numbers: list[dict[str, Any]] = resource.get("identifier", []) if resource.get("resourceType") in _KNOWN_BY else []
    if not numbers:
        return None
    placed = (n for n, each in enumerate(numbers) if "PLAC" in str(each.get("type", {}).get("coding", "")))
    return numbers.pop(next(placed, 0))


def notes(writing: Writing, resource: dict[str, Any]) -> Iterator[Draft]:
    """NTE of every note of a resource."""
    number = 0
    for note in list(resource.get("note", ())):
        if not note.get("text") or (writing.as_it_was and "^" in note["text"]):
            continue  # a note of several components was no NTE
        number += 1
        draft = Draft("NTE")
        draft.put(1, {key(1): str(number)})
        for row in ("NTE-3", "NTE-2", "NTE-4", "NTE-5", "NTE-6"):
            write_row(draft, row, "note", {"Noted": {"note": [note]}}, writing)
        yield draft
    resource["note"] = [note for note in resource.get("note", ()) if note]
    if not resource["note"]:
        del resource["note"]


def software(writing: Writing) -> Iterator[Draft]:
    """SFT of the software that sent: of the devices of a message that was read, or the one that the header names."""
    head = next((writing.originals[url] for url in of_type(writing, "MessageHeader")), {})
    wanted = head.get("source", {}).get("software")
    for url in of_type(writing, "Device"):
        names = [each.get("name") for each in writing.originals[url].get("deviceName", ())]
        if not writing.from_v2 and (not wanted or wanted not in names):
            continue
        draft = Draft("SFT")
        draft.roles = {"Device": url}
        write_rows(draft, "", {"Device": writing.resources[url]}, writing)
        yield draft


def add_sample(writing: Writing, holder: Mapping[str, Any], draft: Draft, roles: dict[str, dict[str, Any]]) -> None:
    """What a reading of OBR-10 made: the specimen that says who collected it."""
    for url in map(writing.url_of, holder.get("specimen", ()) if writing.from_v2 else ()):
        specimen = writing.originals.get(url, {})
        if specimen.get("resourceType") == "Specimen" and "collector" in specimen.get("collection", {}):
            roles["Sample"], draft.roles["Sample"] = writing.resources[url], url
            writing.placed.add(url)
            return
