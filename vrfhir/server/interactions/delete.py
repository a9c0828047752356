"""delete: https://hl7.org/fhir/R4/http.html#delete. The deletion is a version of its own; earlier ones stay readable."""

from __future__ import annotations

from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, Request, Response, etag
from vrfhir.server.interactions.kept import require_changeable
from vrfhir.server.interactions.update import if_match, require_expected
from vrfhir.server.resource import ID, audit, require_type
from vrfhir.server.store import IndexRows, Stored, Transaction, VersionConflictError

__all__ = ["delete"]


async def delete(endpoint: Endpoint, request: Request) -> Response:
    """``DELETE [base]/[type]/[id]``: 204, also for what is deleted already or never was, as R4 asks."""
    type_, id_ = request.path
    require_type(endpoint, type_)
    require_changeable(type_, "delete")
    current = endpoint.store.read(type_, id_) if ID.fullmatch(id_) else None
    if current is None:
        return Response(204, b"")
    require_expected(if_match(request), current)
    if current.deleted:
        return Response(204, b"", (("ETag", etag(current.version)),))
    gone = Stored(type_, id_, current.version + 1, endpoint.now(), b"", deleted=True)

    def work(tx: Transaction) -> None:
        tx.put(gone, IndexRows())
        tx.record(audit(request, "delete", gone, gone.updated))

    try:
        await endpoint.store.write(work)
    except VersionConflictError:
        text = "The resource was changed in between; read it again and repeat."
        raise Refusal.of(409, "conflict", "VR-HTTP-0409", text) from None
    return Response(204, b"", (("ETag", etag(gone.version)),))
