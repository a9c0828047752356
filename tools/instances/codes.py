"""Codes that a binding allows, as far as they can be listed."""

from __future__ import annotations

from functools import cache
from typing import Any

from instances.chance import Chance
from vrfhir.definitions import Definitions
from vrfhir.terminology import Terminology

__all__ = ["bound", "coding", "known_systems"]

Json = dict[str, Any]
OTHERS = (
    ("http://snomed.info/sct", "138875005"), ("http://loinc.org", "8302-2"), ("http://unitsofmeasure.org", "mg"), ("urn:ietf:bcp:47", "en-GB"),
    ("urn:ietf:bcp:13", "text/plain"), ("urn:iso:std:iso:4217", "GBP"), ("urn:iso:std:iso:3166", "GB"), ("http://example.org/codes", "own"),
)  # fmt: skip


@cache
def terminology() -> Terminology:
    """One for all."""
    return Terminology(Definitions.default())


@cache
def bound(value_set: str) -> tuple[tuple[str, str], ...]:
    """(system, code) of a value set, at most 200; empty when it cannot be listed."""
    expansion = terminology().expansion(value_set) or {}
    return tuple((system, code) for system, listed in expansion.items() for code in listed[:60])[:200]


@cache
def known_systems() -> tuple[str, ...]:
    """Code systems whose concepts are known."""
    found = Definitions.default().canonicals("CodeSystem")
    return tuple(sorted(one for one in found if "terminology.hl7.org" in one or "hl7.org/fhir/" in one))


def coding(value_set: str, chance: Chance) -> Json:
    """A coding out of a value set, or of another system when it cannot be listed."""
    codes = bound(value_set) if value_set else ()
    system, code = chance.one(codes) if codes else chance.one(OTHERS)
    made: Json = {"system": system, "code": code}
    if chance.yes(0.5) and (display := terminology().display(system, code)):
        made["display"] = display
    elif chance.yes(0.1):
        made["display"] = "in other words"
    if chance.yes(0.05):
        made["userSelected"] = True
    if chance.yes(0.05):
        made["version"] = chance.one(("1", "4.0.1", "2019"))
    return made
