"""update: https://hl7.org/fhir/R4/http.html#update, with optimistic locking by ``If-Match``."""

from __future__ import annotations

import re
from typing import Any

from vrfhir.issues import Issue
from vrfhir.server import loop
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, Request, Response, etag
from vrfhir.server.interactions.kept import require_changeable
from vrfhir.server.interactions.written import require_same_type, written
from vrfhir.server.referring import Change
from vrfhir.server.resource import ID, audit, load, put, read_body, require_type, require_valid, stamp
from vrfhir.server.store import OutboxRow, Stored, Transaction, VersionConflictError

__all__ = ["if_match", "update"]

_ETAG = re.compile(r'(?:W/)?"([^"]{1,64})"')
_ATTEMPTS = 5


async def update(endpoint: Endpoint, request: Request) -> Response:
    """``PUT [base]/[type]/[id]``: the next version; the first one when the id is new."""
    type_, id_ = request.path
    require_type(endpoint, type_)
    require_changeable(type_, "update")
    parsed = read_body(endpoint, request)
    resource = parsed.resource
    require_same_type(resource, type_)
    if resource.get("id") != id_ or not ID.fullmatch(id_):
        text = "The resource's id is the one in the URL: letters, digits, '-' and '.', at most 64."
        raise Refusal.of(400, "invalid", "VR-HTTP-0400", text, expression=f"{type_}.id")
    try:
        issues = await require_valid(endpoint, parsed, len(request.body))
    except Refusal as refusal:  # a Task that breaks its profile is told what the loop allows, too
        step = loop.step_issues(_task(endpoint.store.read(type_, id_)), resource, request.caller.role)
        raise Refusal(refusal.status, [*step, *refusal.issues]) from None
    expected = if_match(request)
    change = Change(endpoint)
    for _ in range(_ATTEMPTS):
        current = endpoint.store.read(type_, id_)
        require_expected(expected, current)
        now = endpoint.now()
        stored = stamp(resource, id_, current.version + 1 if current else 1, now)
        before = _task(current)
        outgoing = []
        if type_ == "Task":
            loop.require_step(before, resource, request.caller.role)
            outgoing = loop.answers(endpoint, endpoint.store, before, resource, now)

        def work(
            tx: Transaction, stored: Stored = stored, outgoing: list[OutboxRow] = outgoing
        ) -> tuple[int, list[Issue]]:
            put(tx, endpoint, stored, resource)
            for row in outgoing:
                tx.enqueue(row)
            tx.record(audit(request, "update", stored, stored.updated))
            return change.refer(tx, [stored.reference], now=stored.updated)

        try:
            sent, left_out = await change.write(work)
        except VersionConflictError:
            continue
        if outgoing or sent:
            endpoint.outgoing()
        status = 200 if current and not current.deleted else 201
        return written(request, status, stored, [*issues, *left_out])
    text = "The resource is being changed by others; read it again and repeat."
    raise Refusal.of(409, "conflict", "VR-HTTP-0409", text)


def _task(current: Stored | None) -> dict[str, Any] | None:
    return load(current) if current and current.type == "Task" and not current.deleted else None


def if_match(request: Request) -> str | None:
    """The version that ``If-Match`` names; raises :class:`Refusal` 400 for a header that is no ETag."""
    header = request.headers.get("if-match")
    if header is None:
        return None
    match = _ETAG.fullmatch(header.strip())
    if match is None:
        raise Refusal.of(400, "value", "VR-HTTP-0400", 'If-Match is an ETag, as in W/"3".')
    return match[1]


def require_expected(expected: str | None, current: Stored | None) -> None:
    """Raise :class:`Refusal` 412 when another version stands than the caller has seen."""
    if expected is None or (current is not None and str(current.version) == expected):
        return
    text = "Another version of the resource stands than If-Match names; read it again."
    headers = (("ETag", etag(current.version)),) if current else ()
    raise Refusal.of(412, "conflict", "VR-HTTP-0412", text, headers=headers)
