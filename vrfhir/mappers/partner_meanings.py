"""What the codes of an HL7 v2 table can mean: the R4 value sets to which the elements they are mapped to are bound.

Two tables say what a message does, not only what stands in it: 0283 where a referral is, 0286 who refers and who is asked.
A partner's own code there means one of the table's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from vrfhir.mappers.vocabulary import table_codes, table_system

__all__ = ["meanings", "system_meant"]

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

_BY_THE_TABLE = ("0283", "0286")


@cache
def meanings(table: str) -> Sequence[str]:
    """The codes that a code of a v2 table can mean; empty for tables that are bound to no fixed set."""
    if table in _BY_THE_TABLE:
        return tuple(sorted(table_codes(table)))
    from vrfhir.definitions import Definitions
    from vrfhir.terminology import Terminology

    terminology = Terminology(Definitions.default())
    found: dict[str, None] = {}
    for name in _BOUND.get(table, ()):
        for codes in (terminology.expansion(_FHIR + name) or {}).values():
            found.update(dict.fromkeys(codes))
    return tuple(found)


def system_meant(table: str, to: str) -> str:
    """The code system of a meaning that names none: the table's own where it has the code; empty for a code of FHIR's own."""
    return table_system(table) if table not in _BOUND and to in table_codes(table) else ""
