"""Bundles of each type, with entries that refer to each other."""

from __future__ import annotations

from typing import Any

from instances import values
from instances.chance import Chance
from instances.filling import Filler

__all__ = ["bundle"]

Json = dict[str, Any]
TYPES = (
    "document",
    "document",
    "message",
    "transaction",
    "transaction-response",
    "batch",
    "batch-response",
    "history",
    "searchset",
    "collection",
)
KINDS = ("Patient", "Organization", "Practitioner", "Encounter", "Observation", "Condition", "ServiceRequest", "Task", "CarePlan", "DiagnosticReport", "Medication", "Provenance", "Location",
         "PractitionerRole", "MedicationRequest", "AllergyIntolerance", "Procedure", "Appointment", "Goal", "List")  # fmt: skip
BASES = ("http://example.org/fhir", "http://example.org/fhir", "https://fhir.example.com/r4", "")
"""Where entries live; "" for ``urn:uuid:``."""


def bundle(chance: Chance) -> Json:
    """One of any type."""
    kind, base = chance.one(TYPES), chance.one(BASES)
    made: Json = {"resourceType": "Bundle", "id": values.primitive("id", chance), "type": kind}
    if kind in ("document", "message") or chance.yes(0.2):
        made["identifier"] = {"system": "urn:ietf:rfc:3986", "value": values.uuid(chance)}
    if kind in ("document", "message", "history") or chance.yes(0.3):
        made["timestamp"] = values.instant(chance)
    names = [chance.one(KINDS) for _ in range(chance.number(1, 5))]
    names.insert(0, {"document": "Composition", "message": "MessageHeader"}.get(kind, chance.one(KINDS)))
    addresses = []
    for number, name in enumerate(names):
        identity = f"{name.lower()}-{number}"
        addresses.append((identity, f"{base}/{name}/{identity}" if base else values.uuid(chance)))
    filler = Filler(chance, 0.2)
    filler.targets = [
        f"{name}/ {_written(name, identity, url, base, chance)}"
        for name, (identity, url) in zip(names, addresses, strict=True)
    ]
    made["entry"] = []
    for name, (identity, url) in zip(names, addresses, strict=True):
        filler.contained = []
        resource = {**filler.resource(name), "id": identity}
        made["entry"].append(_entry(kind, resource, url, chance))
    if kind in ("document", "message"):
        _joined(made["entry"], filler.targets, chance)
    if kind in ("searchset", "history") and chance.yes(0.7):
        made["total"] = len(names)
    if kind == "searchset" or chance.yes(0.1):
        made["link"] = [{"relation": "self", "url": f"{base or BASES[0]}/Patient?name=x"}]
        if chance.yes(0.3):
            made["link"].append({"relation": chance.one(("next", "previous", "self")), "url": f"{base}/Patient?page=2"})
    return made


def _written(name: str, identity: str, url: str, base: str, chance: Chance) -> str:
    return f"{name}/{identity}" if base and chance.yes(0.6) else url


def _entry(kind: str, resource: Json, url: str, chance: Chance) -> Json:
    made: Json = {"fullUrl": url, "resource": resource}
    name, identity = resource["resourceType"], resource["id"]
    if kind in ("transaction", "batch", "history"):
        method = chance.one(("POST", "PUT", "PUT", "DELETE", "GET", "PATCH"))
        made["request"] = {"method": method, "url": name if method == "POST" else f"{name}/{identity}"}
        if method in ("DELETE", "GET"):
            del made["resource"]
        if method in ("POST", "GET", "DELETE") and chance.yes(0.3):
            del made["fullUrl"]
        if chance.yes(0.1):
            made["request"]["ifNoneExist"] = "identifier=a|b"
    if kind in ("transaction-response", "batch-response", "history") and chance.yes(0.95):
        made["response"] = {
            "status": chance.one(("200 OK", "201", "404 Not Found")),
            "location": f"{name}/{identity}/_history/1",
        }
        if chance.yes(0.3):
            made["response"]["outcome"] = {
                "resourceType": "OperationOutcome",
                "issue": [{"severity": "information", "code": "informational"}],
            }
    if kind == "searchset" and chance.yes(0.8):
        made["search"] = {"mode": chance.one(("match", "match", "include", "outcome"))}
        if chance.yes(0.3):
            made["search"]["score"] = 0.5
    return made


def _joined(entries: list[Json], targets: list[str], chance: Chance) -> None:
    """The first resource refers to most of the others, as a document or message has to."""
    head = entries[0]["resource"]
    links = [{"reference": one.partition(" ")[2]} for one in targets[1:] if chance.yes(0.85)]
    if not links:
        return
    if head["resourceType"] == "Composition":
        head.setdefault("section", []).append({"title": "Others", "entry": links})
    else:
        head["focus"] = links
