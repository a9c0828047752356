"""FHIR to HL7 v2: the rows of the map run backwards, and what they cannot say element by element."""

from __future__ import annotations

from vrfhir.mappers.writing import (  # noqa: F401  (each registers its inverses, or its structures)
    acknowledgement,
    admission,
    appointment,
    codes,
    document,
    errors,
    identifiers,
    names,
    observations,
    orders,
    people,
    primitives,
    referral,
    reports,
)
from vrfhir.mappers.writing.registry import INVERSES
from vrfhir.mappers.writing.status_query import status_query
from vrfhir.mappers.writing.written import Loss, Written, to_hl7v2

__all__ = ["INVERSES", "Loss", "Written", "status_query", "to_hl7v2"]
