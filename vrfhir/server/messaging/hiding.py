"""Patients whose place must not be told stay hidden: what was known of it before goes, what comes later does not come in.

The mapper takes the place out of the message that asks for it (HL7 UK A.3, ZU8-4) and labels the Patient. Only an update
over FHIR takes the label away again.
"""

from __future__ import annotations

from typing import Any

__all__ = ["hidden_from_now_on"]

Json = dict[str, Any]

_LABEL = "https://vrfhir.org/fhir/sid/nhs-data-dictionary/location-hiding"
_OPEN = ("", "0")
_PLACES = ("address", "telecom")


def hidden_from_now_on(before: Json, resource: Json) -> tuple[Json, Json]:
    """What is stored and what a message says of a patient: both without the place when either asks for that."""
    if not (_labels(before) or _labels(resource)):
        return before, resource
    before, resource = (
        {key: value for key, value in each.items() if key not in _PLACES} for each in (before, resource)
    )
    security = list((resource.get("meta") or {}).get("security") or ())
    security += [row for row in _security(before) if row not in security]
    return before, {**resource, "meta": {**(resource.get("meta") or {}), "security": security}}


def _security(resource: Json) -> list[Json]:
    return [row for row in (resource.get("meta") or {}).get("security") or () if isinstance(row, dict)]


def _labels(resource: Json) -> bool:
    return any(row.get("system") == _LABEL and row.get("code") not in _OPEN for row in _security(resource))
