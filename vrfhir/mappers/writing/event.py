"""EVN: the event that a message tells of, from the Provenance that says it, else the time of the message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.registry import key
from vrfhir.mappers.writing.rows import write_rows
from vrfhir.mappers.writing.segments import of_type

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["event"]

_ABOUT = ("Patient", "MessageHeader")


def event(writing: Writing, kind: str, trigger: str) -> Draft:
    """EVN of a message."""
    draft = Draft("EVN")
    said = {"text": f"{kind}^{trigger}".rstrip("^")}
    url = next((url for url in of_type(writing, "Provenance") if _is_event(writing, url, said)), "")
    if url:
        resource = writing.resources[url]
        if resource.get("activity") == said:
            del resource["activity"]
        draft.roles = {"Event": url}
        write_rows(draft, "", {"Event": resource}, writing)
    if writing.now and 2 not in draft.fields and not (url and writing.from_v2):
        draft.put(2, {key(1): writing.now})
    return draft


def _is_event(writing: Writing, url: str, said: dict[str, str]) -> bool:
    """A Provenance of the patient (or the message) whose activity is a trigger event."""
    resource = writing.originals[url]
    target = (writing.original(resource.get("target", [{}])[0]) or {}).get("resourceType")
    activity = resource.get("activity", {})
    codings = activity.get("coding", ())
    systems = [str(each.get("system", "")) for each in codings]
    known = any(system.endswith("/v2-0003") for system in systems)
    named = writing.from_v2 and bool(systems) and not any(system.endswith("/v3-DataOperation") for system in systems)
    return target in _ABOUT and (activity == said or known or named)
