"""Two records of one patient become one (HL7 v2 ADT^A40): https://hl7.org/fhir/R4/patient.html#links.

The record that is given up stays, inactive, with a link to the one that remains; whatever pointed to it points to the
other one afterwards, each as a new version, so that nothing that was known is out of reach and all of it can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vrfhir.server.messaging.rewriting import rewritten
from vrfhir.server.resource import load
from vrfhir.server.store import Stored, Transaction

__all__ = ["merge_records", "replaced_record"]

Json = dict[str, Any]

_EVIDENCE = frozenset({"Provenance", "AuditEvent", "MessageHeader", "Patient", "Bundle"})
"""What says how it was, and stays so."""


def replaced_record(patient: Json) -> bool:
    """Whether the message says that this record is given up for another."""
    return any(row.get("type") == "replaced-by" for row in patient.get("link") or ())


def merge_records(
    given_up: Sequence[str], remaining: str, tx: Transaction, put: Callable[[Stored, Json], None]
) -> None:
    """Let everything that refers to the records given up refer to the remaining one; ``put`` writes each next version."""
    renamed = {reference: remaining for reference in given_up if reference != remaining}
    for reference in renamed:
        for known in tx.referrers(reference):
            if known.type not in _EVIDENCE:
                put(known, rewritten(load(known), renamed))
