"""Codes of HL7 v2 that the FHIR code beside them does not say again: kept at that element, so that they can be written back."""

from __future__ import annotations

from typing import Any

from vrfhir.mappers.vocabulary import extension_urls, table_codes, table_system

__all__ = ["alternate", "coded_text"]


def alternate(table: str, code: str) -> dict[str, Any]:
    """The twin of a ``code`` (``_use``, ``_system``): the code of a v2 table as alternate code; text when the table has none."""
    concept: dict[str, Any] = {"text": code}
    if code in table_codes(table):
        concept = {"coding": [{"system": table_system(table), "code": code}]}
    return {"extension": [{"url": extension_urls()["alternate-codes"], "valueCodeableConcept": concept}]}


def coded_text(table: str, code: str) -> dict[str, Any] | None:
    """The twin of a ``string`` with a code of a v2 table attached (ISO 21090 SC); None when the table does not have it."""
    if code not in table_codes(table):
        return None
    coding = {"system": table_system(table), "code": code}
    return {"extension": [{"url": extension_urls()["coded-text"], "valueCoding": coding}]}
