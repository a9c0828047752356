"""HL7 v2 and FHIR: the map as data, the engine that runs it, the ledger that accounts for every value.

::

    mapping = to_fhir(data)
    mapping.bundle, mapping.ledger.counts(), mapping.issues
"""

from __future__ import annotations

from vrfhir.mappers.ledger import Entry, Ledger
from vrfhir.mappers.mapping import Mapping, to_fhir
from vrfhir.mappers.partner import Partner
from vrfhir.mappers.response import referral_response
from vrfhir.mappers.writing import Loss, Written, status_query, to_hl7v2

__all__ = [
    "Entry",
    "Ledger",
    "Loss",
    "Mapping",
    "Partner",
    "Written",
    "referral_response",
    "status_query",
    "to_fhir",
    "to_hl7v2",
]
