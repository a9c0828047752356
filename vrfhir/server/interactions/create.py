"""create, also conditional: https://hl7.org/fhir/R4/http.html#create."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from vrfhir.issues import Issue
from vrfhir.server import loop
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, Request, Response, version_headers
from vrfhir.server.interactions.written import require_same_type, written
from vrfhir.server.referring import Change
from vrfhir.server.resource import audit, put, read_body, require_type, require_valid, stamp
from vrfhir.server.search.request import parse
from vrfhir.server.store import Match, Transaction
from vrfhir.server.store.query import Query

__all__ = ["condition_of", "create"]


async def create(endpoint: Endpoint, request: Request) -> Response:
    """``POST [base]/[type]``: the server gives the id; ``If-None-Exist`` makes it only when nothing matches."""
    type_ = request.path[0]
    require_type(endpoint, type_)
    parsed = read_body(endpoint, request)
    require_same_type(parsed.resource, type_)
    unless = condition_of(endpoint, request, type_, request.headers.get("if-none-exist"))
    resource = parsed.resource
    try:
        issues = await require_valid(endpoint, parsed, len(request.body))
    except Refusal as refusal:  # a Task that breaks its profile is told what the loop allows, too
        step = loop.step_issues(None, resource, request.caller.role)
        raise Refusal(refusal.status, [*step, *refusal.issues]) from None
    loop.require_step(None, resource, request.caller.role)
    now = endpoint.now()
    stored = stamp(resource, endpoint.new_id(), 1, now)
    change = Change(endpoint)

    def work(tx: Transaction) -> tuple[list[Match], int, list[Issue]]:
        existing = tx.search(unless) if unless else []
        sent, left_out = 0, list[Issue]()
        if not existing:
            put(tx, endpoint, stored, resource)
            tx.record(audit(request, "create", stored, now))
            sent, left_out = change.refer(tx, [stored.reference], now=now)
        return existing, sent, left_out

    existing, sent, left_out = await change.write(work)
    if sent:
        endpoint.outgoing()
    if len(existing) > 1:
        text = "More than one resource matches If-None-Exist."
        raise Refusal.of(412, "multiple-matches", "VR-HTTP-0412", text)
    if existing:
        found = existing[0].resource
        location = ("Content-Location", f"{request.base}/{found.reference}/_history/{found.version}")
        return Response(200, found.body, (*version_headers(found), location))
    return written(request, 201, stored, [*issues, *left_out])


def condition_of(endpoint: Endpoint, request: Request, type_: str, condition: str | None) -> Query | None:
    """The search that ``If-None-Exist`` asks for, given as a query (``identifier=…``) or as a whole URL."""
    if condition is None:
        return None
    parts = urlsplit(condition)
    text = parts.query if parts.query or "?" in condition else condition
    named = parts.path.rstrip("/").rpartition("/")[2] if "?" in condition else ""
    items = [(name, value) for name, value in parse_qsl(text, keep_blank_values=True) if not name.startswith("_format")]
    if not items or named not in ("", type_):
        text = "If-None-Exist needs at least one search parameter of the type that is created."
        raise Refusal.of(400, "value", "VR-HTTP-0400", text)
    query = parse(type_, items, endpoint.parameters, base=request.base).query
    if not query.conditions:
        raise Refusal.of(400, "value", "VR-HTTP-0400", "If-None-Exist needs a parameter that selects resources.")
    return Query(type_, query.conditions, limit=2)
