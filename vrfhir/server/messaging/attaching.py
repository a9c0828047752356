"""What a message names by number turned into references to what is stored here: the referral, the order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vrfhir import workflow
from vrfhir.server.messaging import identity
from vrfhir.server.resource import load
from vrfhir.server.store import Reader, Stored
from vrfhir.server.store.query import Criterion, Query, Target

__all__ = ["attached", "is_referral", "named_referral", "placed_under"]

Json = dict[str, Any]

_NAMES: Mapping[str, tuple[str, ...]] = {
    "Appointment": ("basedOn",),
    "DocumentReference": ("context", "related"),
    "ServiceRequest": ("basedOn",),
    "DiagnosticReport": ("basedOn",),
    "Observation": ("basedOn",),
}
"""Where a resource names orders and referrals, possibly by number only."""
_MOST = 20


def attached(type_: str, resource: Json, find: Callable[[Json], str]) -> tuple[Json, bool]:
    """The resource with references where ``find`` knows the number, and whether one was not known.

    The number stays beside the reference. A report whose own order number (OBR-2) is known is based on that order.
    """
    path = _NAMES.get(type_)
    if path is None:
        return resource, False
    *outer, last = path
    holder = resource.get(outer[0]) if outer else resource
    if not isinstance(holder, dict):
        holder = {}
    rows = [dict(row) for row in holder.get(last) or ()]
    unknown = False
    for row in rows:
        if "reference" not in row and isinstance(row.get("identifier"), dict):
            reference = find(row["identifier"])
            unknown = unknown or not reference
            if reference:
                row["reference"] = reference
    if type_ == "DiagnosticReport" and not rows:
        rows = [{"reference": reference} for reference in map(find, placed_under(resource)) if reference]
    if not rows or rows == holder.get(last):
        return resource, unknown
    changed = {**holder, last: rows}
    return ({**resource, outer[0]: changed} if outer else changed), unknown


def placed_under(resource: Json) -> list[Json]:
    """The order numbers of a report or order: identifiers of type PLAC."""
    return [
        row
        for row in resource.get("identifier") or ()
        if any(coding.get("code") == "PLAC" for coding in (row.get("type") or {}).get("coding") or ())
    ]


def named_referral(number: Json, patient: str, store: Reader) -> str:
    """The order or referral with this number: of that system, or else the only one of this patient; empty when unknown.

    Systems name referrals differently: the number of an authority that only its own system knows by name has another
    system in every sender's messages.
    """
    value, system = str(number.get("value", "")), number.get("system")
    if not value:
        return ""
    found = [each for each in identity.having("ServiceRequest", system, value, store, limit=_MOST) if system]
    if not found:
        found = identity.having("ServiceRequest", None, value, store, limit=_MOST)
    of_patient = [each for each in found if (load(each).get("subject") or {}).get("reference") == patient]
    return of_patient[0].reference if len(of_patient) == 1 else ""


def is_referral(service_request: Stored, store: Reader) -> bool:
    """Whether a ServiceRequest is one whose loop runs here: a referral's Task has it as its focus."""
    criterion = Criterion("reference", "Task.focus", (Target(service_request.reference),))
    hits = store.search(Query("Task", (criterion,), limit=_MOST))
    return any(workflow.is_referral_task(load(hit.resource)) for hit in hits)
