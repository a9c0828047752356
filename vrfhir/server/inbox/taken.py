"""The messages the endpoint does something about; what it does with each: :mod:`vrfhir.server.messaging.notice`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

__all__ = ["TAKEN"]

TAKEN: Mapping[str, Collection[str]] = {
    "REF": ("I12", "I13", "I14", "I15"),
    "RRI": ("I12", "I13", "I14", "I15"),
    "ADT": ("A01", "A04", "A05", "A08", "A28", "A31", "A40"),
    "SIU": ("S12", "S13", "S14", "S15", "S26"),
    "MDM": ("T02",),
    "ORU": ("R01",),
    "ORM": ("O01",),
    "OMG": ("O19",),
}
"""Message code → trigger events. Anything else is refused (AR, 200 or 201)."""
