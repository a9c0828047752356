"""Resources under construction and where they came from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

__all__ = ["Labels", "Record"]


class Record(Struct, gc=False, eq=False):
    """One resource of the message being built.

    ``role`` is what it is in the message (``Patient``, ``PractitionerRole`` …), ``path`` the segment it came from.
    When the same practitioner or organisation comes again, the later record is merged into the first one.
    """

    resource: dict[str, Any]
    role: str
    path: str
    full_url: str
    merged: Record | None = None
    listed: set[int] | None = None
    """Which long lists of references hold it, by identity."""

    @property
    def place(self) -> Record:
        """The record that stands in the Bundle: this one, or the one it was merged into."""
        record = self
        while record.merged is not None:
            record = record.merged
        return record

    @property
    def type(self) -> str:
        """The resource type."""
        return str(self.resource["resourceType"])

    @property
    def reference(self) -> dict[str, Any]:
        """A Reference to it."""
        return {"reference": self.full_url if self.merged is None else self.place.full_url}


class Labels:
    """Records by segment and role, ``PRD[1].Practitioner``: of several the first."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._known: dict[str, list[Record]] = {}
        for record in records:
            self._known.setdefault(f"{record.path}.{record.role}", []).append(record)

    def get(self, label: str) -> Record | None:
        """The record of a label, or the one it was merged into."""
        found = self._known.get(label)
        return found[0].place if found else None

    def drop(self, record: Record) -> None:
        """Forget it once: it stands in the Bundle no more."""
        found = self._known.get(f"{record.path}.{record.role}", [])
        for place, each in enumerate(found):
            if each is record:
                del found[place]
                break
