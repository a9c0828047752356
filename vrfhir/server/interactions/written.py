"""What create and update share: the answer to a write, and what a body must agree with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vrfhir.fhir import json
from vrfhir.issues import Issue, to_operation_outcome
from vrfhir.server.http import Refusal, Request, Response, version_headers
from vrfhir.server.store import Stored

__all__ = ["require_same_type", "written"]


def written(request: Request, status: int, stored: Stored, issues: Sequence[Issue]) -> Response:
    """The answer to a write, with as much in it as ``Prefer: return=`` asks for (representation when it does not)."""
    headers = version_headers(stored)
    location = f"{request.base}/{stored.reference}/_history/{stored.version}"
    headers += (("Location", location),) if status == 201 else (("Content-Location", location),)
    wanted = request.prefers("return")
    if wanted == "minimal":
        return Response(status, b"", headers)
    if wanted == "operationoutcome":
        return Response(status, json.serialize(to_operation_outcome(issues)), headers)
    return Response(status, stored.body, headers)


def require_same_type(resource: dict[str, Any], type_: str) -> None:
    """Raise :class:`Refusal` 400 when the body is of another type than the URL."""
    if resource.get("resourceType") != type_:
        text = f"The body is not a {type_}, which the URL says it is."
        raise Refusal.of(400, "invalid", "VR-HTTP-0400", text, expression="resourceType")
