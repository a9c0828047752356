"""A message Bundle taken apart: https://hl7.org/fhir/R4/messaging.html#bundle."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from vrfhir.server.http import Refusal
from vrfhir.server.messaging.events import EVENTS, Action, action

if TYPE_CHECKING:
    from vrfhir.server.messaging.drafting import Draft

__all__ = ["Entry", "Message"]

Json = dict[str, Any]

_UNSIGNED = ("id", "meta", "signature")


@dataclass(slots=True)
class Entry:
    """One resource of the message under the URL by which the others refer to it; ``draft``: written down already."""

    full_url: str
    resource: Json
    number: int
    draft: Draft | None = None

    @property
    def type(self) -> str:
        return str(self.resource.get("resourceType", ""))

    @property
    def place(self) -> str:
        """Where it stands, as a FHIRPath location."""
        return f"Bundle.entry[{self.number}].resource"


@dataclass(slots=True)
class Message:
    """A message that asks for something this endpoint does. ``focus`` is the entry with the referral."""

    bundle: Json
    header: Json
    entries: list[Entry]
    focus: Entry
    action: Action

    @classmethod
    def read(cls, bundle: Json, drafts: Sequence[Draft | None] = ()) -> Message:
        """Take a message Bundle apart, with the drafts of its entries; raises :class:`Refusal` 400 or 422."""
        raw = bundle.get("entry")
        entries = [
            Entry(str(entry.get("fullUrl", "")), entry["resource"], number, drafts[number] if drafts else None)
            for number, entry in enumerate(raw if isinstance(raw, list) else ())
            if isinstance(entry, dict) and isinstance(entry.get("resource"), dict)
        ]
        if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "message" or not entries:
            raise _structure("$process-message takes a Bundle of type 'message' with a MessageHeader first.", "Bundle")
        header = entries[0].resource
        if header.get("resourceType") != "MessageHeader":
            raise _structure("The first entry of a message is its MessageHeader.", "Bundle.entry[0].resource")
        focus = _focus(header, entries)
        wanted = action(header, focus.resource) if focus is not None else None
        if focus is None or focus.type != "ServiceRequest" or wanted is None:
            known = ", ".join(dict.fromkeys(code for _, code in EVENTS))
            text = "The message asks for nothing this endpoint does."
            hint = f"Events answered: {known}; the focus is one ServiceRequest of the message."
            place = "Bundle.entry[0].resource.event"
            raise Refusal.of(422, "not-supported", "VR-REFERRAL-0001", text, expression=place, hint=hint)
        return cls(bundle, header, entries, focus, wanted)

    @property
    def id(self) -> str:
        """What answers refer to: ``MessageHeader.id``, else the UUID in its fullUrl, else ``Bundle.id``."""
        from_url = self.entries[0].full_url.rpartition(":" if self.entries[0].full_url.startswith("urn:") else "/")[2]
        return str(self.header.get("id") or from_url or self.bundle.get("id") or "")

    @property
    def sender(self) -> str:
        """Who sent it: ``MessageHeader.source.endpoint``."""
        return str((self.header.get("source") or {}).get("endpoint", ""))

    @property
    def control_id(self) -> str:
        """The message's own identity, the same when it is sent again: ``Bundle.identifier``, else its id."""
        identifier = self.bundle.get("identifier")
        if isinstance(identifier, dict) and identifier.get("value"):
            return f"{identifier.get('system', '')}|{identifier['value']}"
        return self.id

    def digest(self) -> bytes:
        """SHA-256 of what the message says, the same however its JSON or XML is written."""
        content = {key: value for key, value in self.bundle.items() if key not in _UNSIGNED}
        return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).digest()


def _focus(header: Json, entries: list[Entry]) -> Entry | None:
    focus = header.get("focus")
    first = cast("Json", focus[0]) if isinstance(focus, list) and focus and isinstance(focus[0], dict) else {}
    reference = str(first.get("reference", ""))
    for entry in entries:
        names = (entry.full_url, f"{entry.type}/{entry.resource.get('id', '')}")
        if reference and reference in names:
            return entry
    return None


def _structure(text: str, expression: str) -> Refusal:
    return Refusal.of(422, "structure", "VR-REFERRAL-0002", text, expression=expression)
