"""The answer to a message: a message Bundle with ``MessageHeader.response``, the Task and all it refers to.

https://hl7.org/fhir/R4/messaging.html#3.4.1.2. Every reference resolves inside the Bundle, so that the receiver needs
no second request.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vrfhir.fhir import json
from vrfhir.issues import to_operation_outcome
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import instant
from vrfhir.server.messaging.message import Message
from vrfhir.server.messaging.referral import Processed
from vrfhir.server.messaging.rewriting import references
from vrfhir.server.resource import load, put, stamp
from vrfhir.server.store import Transaction

__all__ = ["respond"]

Json = dict[str, Any]

_BASE = "https://vrfhir.org/fhir/StructureDefinition"
_MESSAGE_PROFILE = f"{_BASE}/VR-ReferralMessage"
_HEADER_PROFILE = f"{_BASE}/VR-MessageHeader"
_EVENT = {
    "system": "https://vrfhir.org/fhir/CodeSystem/vr-message-event",
    "code": "referral-response",
    "display": "Referral response",
}
_MOST_RESOURCES = 500


def respond(message: Message, processed: Processed, tx: Transaction, endpoint: Endpoint, base: str) -> bytes:
    """Write the answer to a message that was processed; its MessageHeader is stored too."""
    now = endpoint.now()
    claimed = [str(url).partition("|")[0] for url in (message.bundle.get("meta") or {}).get("profile") or ()]
    ours = _MESSAGE_PROFILE in claimed
    header = _header(message, processed, base, ours=ours)
    if processed.issues:
        header["contained"] = [{**to_operation_outcome(processed.issues), "id": "issues"}]
        header["response"]["details"] = {"reference": "#issues"}
    stored = stamp(header, endpoint.new_id(), 1, now)
    put(tx, endpoint, stored, header)
    resources = [load(stored), *_reachable(processed.task, tx)]
    bundle: Json = {
        "resourceType": "Bundle",
        "id": endpoint.new_id(),
        "meta": {"lastUpdated": instant(now), **({"profile": [_MESSAGE_PROFILE]} if ours else {})},
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{endpoint.new_id()}"},
        "type": "message",
        "timestamp": instant(now),
        "entry": [
            {"fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}", "resource": resource}
            for resource in resources
        ],
    }
    return json.serialize(bundle)


def _header(message: Message, processed: Processed, base: str, *, ours: bool) -> Json:
    source = message.header.get("source") or {}
    header: Json = {"resourceType": "MessageHeader"}
    if ours:
        header["meta"] = {"profile": [_HEADER_PROFILE]}
    destination = {"name": source.get("name"), "endpoint": source.get("endpoint")}
    return {
        **header,
        "eventCoding": _EVENT,
        "destination": [{key: value for key, value in destination.items() if value}],
        "source": {"name": "vrfhir", "software": "vrfhir", "endpoint": base},
        "response": {"identifier": message.id, "code": "ok"},
        "focus": [{"reference": processed.task}],
    }


def _reachable(start: str, tx: Transaction) -> Iterator[Json]:
    """The resource at ``start`` and everything stored that it leads to, each once, nearest first."""
    waiting, seen = [start], {start}
    while waiting and len(seen) < _MOST_RESOURCES:
        type_, _, id_ = waiting.pop(0).partition("/")
        stored = tx.read(type_, id_)
        if stored is None or stored.deleted:
            continue
        resource = load(stored)
        yield resource
        for _, reference in references(resource):
            if reference not in seen and reference.count("/") == 1:
                seen.add(reference)
                waiting.append(reference)
