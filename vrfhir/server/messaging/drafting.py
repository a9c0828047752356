"""Resources of a message written down before it is known which of them are stored already: the part of filing that needs no store.

A draft has an id of its own, the bytes of the resource as its first version, and its index rows; references between the resources
of the message are references between drafts. What turns out to be known is not filed from its draft, and references to it are put
right in the bytes and rows of the others. Runs in a worker process, so that the one thread that writes has less to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from vrfhir.fhir import json
from vrfhir.server.http import instant
from vrfhir.server.messaging.message import Entry
from vrfhir.server.messaging.rewriting import names, rewritten
from vrfhir.server.search.extraction import extract
from vrfhir.server.search.parameters import SearchParameters
from vrfhir.server.store import IndexRows, Stored

__all__ = ["Draft", "Drafting"]

Json = dict[str, Any]

_NAMED = re.compile(rb'"(reference|url)":"([^"\\]+)"')
_NARRATIVE = b'"div":'
_READ = msgspec.json.Decoder(dict[str, Any], float_hook=json.decimal)
_STAMPED = ("resourceType", "id", "meta")


class Draft(NamedTuple):
    """One resource of a message: its id if it is new, what stands in ``meta`` and beside it, and its index rows."""

    type: str
    id: str
    meta: bytes
    rest: bytes
    rows: IndexRows

    @property
    def reference(self) -> str:
        """``Type/id``."""
        return f"{self.type}/{self.id}"

    def first_version(self, updated: int, moved: Mapping[str, str]) -> tuple[Stored, IndexRows] | None:
        """As it is stored; ``moved``: drafts that are known under another ``Type/id``. None when its text has to be read for that."""
        body = b'{"resourceType":"%s","id":"%s","meta":{"versionId":"1","lastUpdated":"%s"%s%s' % (
            self.type.encode(),
            self.id.encode(),
            instant(updated).encode(),
            _more(self.meta),
            _more(self.rest),
        )
        rows = self.rows
        if moved:
            if _NARRATIVE in body:
                return None

            body = _put_right(body, moved)
            rows = rows._replace(references=[(name, moved.get(target, target)) for name, target in rows.references])
        return Stored(self.type, self.id, 1, updated, body), rows


@dataclass(frozen=True, slots=True)
class Drafting:
    """Writes drafts: with the search parameters that are indexed, and a source of ids."""

    parameters: SearchParameters
    new_id: Callable[[], str]

    def drafts(self, bundle: Json) -> Sequence[Draft | None]:
        """A draft for every entry of a message Bundle, in order; None for what is no resource."""
        entries = [
            Entry(str(row.get("fullUrl", "")), row["resource"], number)
            for number, row in enumerate(bundle.get("entry") or ())
            if isinstance(row, dict) and isinstance(row.get("resource"), dict)
        ]
        ids = {entry.number: self.new_id() for entry in entries}
        renamed = names(entries, {entry.number: f"{entry.type}/{ids[entry.number]}" for entry in entries})
        found: list[Draft | None] = [None] * len(bundle.get("entry") or ())
        for entry, resource in zip(entries, _renamed(entries, renamed), strict=True):
            meta = {
                key: value
                for key, value in (resource.get("meta") or {}).items()
                if key not in ("versionId", "lastUpdated")
            }
            rest = {key: value for key, value in resource.items() if key not in _STAMPED}
            rows = extract(resource, self.parameters)
            written = json.serialize(meta, sound=True), json.serialize(rest, sound=True)
            found[entry.number] = Draft(entry.type, ids[entry.number], *written, rows)
        return found


def _renamed(entries: Sequence[Entry], renamed: Mapping[str, str]) -> list[Json]:
    """The resources with every name replaced: in their text, which is quicker than one value after the other."""
    text = json.serialize({"all": [entry.resource for entry in entries]}, sound=True)
    if _NARRATIVE in text:
        return [rewritten(entry.resource, renamed) for entry in entries]
    found: list[Json] = _READ.decode(_put_right(text, renamed))["all"]
    return found


def _put_right(text: bytes, renamed: Mapping[str, str]) -> bytes:
    def replaced(match: re.Match[bytes]) -> bytes:
        target = renamed.get(match[2].decode())
        return match[0] if target is None else b'"%s":"%s"' % (match[1], target.encode())

    return _NAMED.sub(replaced, text)


def _more(members: bytes) -> bytes:
    """The members of a JSON object after others, and the end of it."""
    return b"}" if members == b"{}" else b"," + members[1:]
