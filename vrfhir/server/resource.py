"""Resources on their way in: read from a body, checked, stamped with id and version, written with their index rows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from vrfhir.errors import UnreadableError
from vrfhir.fhir import json
from vrfhir.fhir.parsed import Parsed
from vrfhir.issues import Issue, has_errors
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, Request, instant
from vrfhir.server.negotiation import content_format
from vrfhir.server.search.extraction import extract
from vrfhir.server.store import AuditRow, Stored, Transaction

__all__ = ["ID", "audit", "load", "put", "read_body", "require_type", "require_valid", "stamp"]

Json = dict[str, Any]

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
"""https://hl7.org/fhir/R4/datatypes.html#id."""

_STORED = msgspec.json.Decoder(dict[str, Any], float_hook=json.decimal)
_INLINE_BYTES = 256 * 1024


def read_body(endpoint: Endpoint, request: Request) -> Parsed:
    """The resource in a request body, JSON or XML; raises :class:`Refusal` 400 or 415."""
    if not request.body:
        raise Refusal.of(400, "required", "VR-HTTP-0400", "The request needs a resource in its body.")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Refusal.of(415, "not-supported", "VR-HTTP-0415", "A body is sent as it is, without a content encoding.")
    format_ = content_format(request.headers.get("content-type", ""))
    try:
        if format_ == "json":
            return json.parse(request.body, max_depth=endpoint.settings.max_depth)
        from vrfhir.fhir import xml

        return xml.parse(request.body, endpoint.definitions.fields)
    except UnreadableError as error:
        raise Refusal(400, error.issues) from None


def require_type(endpoint: Endpoint, resource_type: str) -> None:
    """Raise :class:`Refusal` 404 for a type that is none of R4's or has no place on a server."""
    if resource_type not in endpoint.types:
        raise Refusal.of(
            404, "not-supported", "VR-HTTP-0404", "There is no such resource type on this FHIR R4 endpoint."
        )


async def require_valid(
    endpoint: Endpoint, parsed: Parsed, size: int, *, without: Callable[[Issue], bool] | None = None
) -> Sequence[Issue]:
    """The findings about a resource that may be stored; raises :class:`Refusal` 422 for one that may not.

    ``without`` tells findings of rules that do not hold here.
    """
    if size > _INLINE_BYTES:
        report = await asyncio.to_thread(endpoint.validator.validate, parsed)
    else:
        report = endpoint.validator.validate(parsed)
    issues = [issue for issue in report.issues if not without(issue)] if without is not None else report.issues
    if has_errors(issues):
        raise Refusal(422, issues)
    return issues


def stamp(resource: Json, id_: str, version: int, updated: int) -> Stored:
    """The resource as this version: ``id``, ``meta.versionId`` and ``meta.lastUpdated`` are the server's."""
    meta = resource.get("meta")
    stamped = {
        "resourceType": resource["resourceType"],
        "id": id_,
        "meta": {
            "versionId": str(version),
            "lastUpdated": instant(updated),
            **{key: value for key, value in (meta or {}).items() if key not in ("versionId", "lastUpdated")},
        },
    }
    stamped |= {key: value for key, value in resource.items() if key not in stamped}
    return Stored(resource["resourceType"], id_, version, updated, json.serialize(stamped))


def put(tx: Transaction, endpoint: Endpoint, stored: Stored, resource: Json, said: int | None = None) -> None:
    """Write a version with the index rows of ``resource``, its content; ``said``: when that was said, if not now."""
    tx.put(stored, extract(resource, endpoint.parameters), said)


def load(stored: Stored) -> Json:
    """The resource of a stored version: read without the checks it passed when it came."""
    try:
        resource: Json = _STORED.decode(stored.body)
    except msgspec.DecodeError:
        return json.parse(stored.body).resource
    return resource


def audit(request: Request, interaction: str, stored: Stored, at: int) -> AuditRow:
    """The audit row of a write over HTTP."""
    target = f"{stored.reference}/_history/{stored.version}"
    return AuditRow(at, request.id, interaction, target, request.caller.role or "", request.caller.organisation)
