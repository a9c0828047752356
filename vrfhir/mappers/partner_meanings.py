"""What the codes of an HL7 v2 table can mean: the R4 value sets to which the elements they are mapped to are bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

__all__ = ["meanings"]

_FHIR = "http://hl7.org/fhir/ValueSet/"

_BOUND: Mapping[str, Sequence[str]] = {
    "0001": ("administrative-gender",),
    "0008": ("response-code",),
    "0038": ("request-status",),
    "0085": ("observation-status", "composition-status"),
    "0123": ("diagnostic-report-status",),
    "0155": ("messageheader-response-request",),
    "0127": ("allergy-intolerance-category",),
    "0128": ("reaction-event-severity",),
    "0190": ("address-use", "address-type"),
    "0200": ("name-use",),
    "0201": ("contact-point-use",),
    "0202": ("contact-point-system",),
    "0271": ("composition-status",),
    "0273": ("document-reference-status",),
    "0278": ("appointmentstatus", "participationstatus"),
    "0280": ("request-priority",),
    "0357": ("issue-type",),
    "0485": ("request-priority",),
    "0516": ("issue-severity",),
}
"""HL7 v2 table → the value sets (strength: required)."""


@cache
def meanings(table: str) -> Sequence[str]:
    """The FHIR codes that a code of a v2 table can mean; empty for tables that are bound to no fixed set."""
    from vrfhir.definitions import Definitions
    from vrfhir.terminology import Terminology

    terminology = Terminology(Definitions.default())
    found: dict[str, None] = {}
    for name in _BOUND.get(table, ()):
        for codes in (terminology.expansion(_FHIR + name) or {}).values():
            found.update(dict.fromkeys(codes))
    return tuple(found)
