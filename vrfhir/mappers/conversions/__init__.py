"""Data type conversions, registered by the name that map rows use in ``as``.

A conversion is made once for a row and then called for each repetition of its field: it takes the parts it needs from the
cell and returns the FHIR value, or None when there is nothing to place (then nothing counts as taken).
"""

from __future__ import annotations

from vrfhir.mappers.conversions import (  # noqa: F401  (each registers its conversions)
    addresses,
    codes,
    documents,
    errors,
    identifiers,
    locations,
    messages,
    names,
    observations,
    parts,
    people,
    primitives,
    special,
    telecoms,
    times,
    vocational,
)
from vrfhir.mappers.conversions.registry import CONVERSIONS, Conversion, RowFacts

__all__ = ["CONVERSIONS", "Conversion", "RowFacts"]
