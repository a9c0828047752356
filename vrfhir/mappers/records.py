"""Resources under construction and where they came from."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

__all__ = ["Record"]


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
