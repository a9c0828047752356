"""Codes, value sets and maps, decided locally and in three values: in, out, cannot tell.

A FHIR terminology server may be asked what cannot be decided locally: :class:`TerminologyServer`, imported when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.definitions.concepts import Wording
from vrfhir.definitions.membership import Membership
from vrfhir.terminology.local import Terminology, Translation

if TYPE_CHECKING:
    from vrfhir.terminology.remote import ServerSettings, TerminologyServer

__all__ = ["Membership", "ServerSettings", "Terminology", "TerminologyServer", "Translation", "Wording"]


def __getattr__(name: str) -> Any:
    if name in ("ServerSettings", "TerminologyServer"):
        from vrfhir.terminology import remote

        return getattr(remote, name)
    raise AttributeError(f"module 'vrfhir.terminology' has no attribute {name!r}")
