"""Which resource of the Bundle became which one when the written message is read again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.records import Record
    from vrfhir.mappers.writing.draft import Draft
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["Alignment", "align", "references"]

_OWN = frozenset({"Original", "Original-document", "Mapper"})


@dataclass
class Alignment:
    """Full URL → record and label, the other way round by record, and the records nothing in the Bundle stands for."""

    records: dict[str, Record] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    surplus: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    final: dict[str, str] = field(default_factory=dict)

    def name_of(self, text: str) -> str:
        """A reference of the read Bundle in terms of the message."""
        return self.names.get(text, text)


def align(writing: Writing, drafts: list[Draft], context: Context, *, same_segments: bool = False) -> Alignment:
    """By the segments the resources were written to, then by what these refer to.

    ``same_segments``: every segment stands where it stood when the Bundle was made, so that its resources have their names.
    """
    found = Alignment()
    taken: set[int] = set()
    queue: deque[str] = deque()
    standing = {id(record) for record in context.records}
    labels = context.labels()

    def pair(url: str, record: Record | None) -> None:
        place = record.place if record is not None else None
        if not url or url in found.records or place is None or id(place) in taken or id(place) not in standing:
            return
        ours = writing.originals[url]
        if place.type == "Practitioner" and ours.get("resourceType") == "PractitionerRole":
            pair(writing.url_of(ours.get("practitioner")), record)  # a field names the person, not the role
        if place.type != ours.get("resourceType"):
            return
        taken.add(id(place))
        found.records[url] = place
        found.labels[url] = f"{place.path}.{place.role}"
        queue.append(url)

    if same_segments:
        for record in context.records:
            known = record.full_url in writing.originals and record.full_url not in writing.transport
            pair(record.full_url if known else "", record)
    for draft in drafts:
        for role, url in draft.roles.items():
            pair(url, labels.get(draft.label(role)) or _shared(context, role, draft.path))
    by_url = {record.full_url: record for record in context.records}
    while queue:
        url = queue.popleft()
        theirs = dict(references(found.records[url].resource))
        for path, text in references(writing.originals[url]):
            other = by_url.get(theirs.get(path, ""))
            if other is not None:
                target = writing.url_of({"reference": text})
                pair(target, other)
                pair(writing.url_of(writing.originals.get(target, {}).get("practitioner")), other)
    for record in context.records:
        label = f"{record.path}.{record.role}"
        found.names[record.full_url] = "@" + label
        own = record.role in _OWN or (record.role == "Provenance" and record.path.startswith("MSH[1]"))
        if own or record.role == "MessageHeader" or "/" in record.path:
            continue
        if id(record) not in taken:
            found.surplus.append(label)
    return found


def _shared(context: Context, role: str, path: str) -> Record | None:
    record = context.shared.get(role)
    return (
        record
        if record is not None and (record.path == path or role in ("ServiceRequest", "Task", "MessageHeader"))
        else None
    )


def references(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every literal reference in a JSON value, with its path."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name == "reference" and isinstance(each, str):
                yield path, each
            else:
                yield from references(each, f"{path}.{name}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from references(each, f"{path}[{index}]")
