"""Codes, value sets and maps, decided locally and in three values: in, out, cannot tell."""

from vrfhir.definitions.membership import Membership
from vrfhir.terminology.local import Terminology, Translation

__all__ = ["Membership", "Terminology", "Translation"]
