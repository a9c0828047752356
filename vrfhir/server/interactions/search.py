"""search on one type, by GET or POST: https://hl7.org/fhir/R4/http.html#search."""

from __future__ import annotations

from urllib.parse import parse_qsl

from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, Request, Response
from vrfhir.server.resource import require_type
from vrfhir.server.search.page import searchset
from vrfhir.server.search.request import parse

__all__ = ["post_search", "search"]


async def search(endpoint: Endpoint, request: Request) -> Response:
    """``GET [base]/[type]?parameters``."""
    return _search(endpoint, request, request.parameters())


async def post_search(endpoint: Endpoint, request: Request) -> Response:
    """``POST [base]/[type]/_search`` with a form: keeps what is searched for out of URLs and logs."""
    media = request.headers.get("content-type", "application/x-www-form-urlencoded").partition(";")[0].strip().lower()
    if media != "application/x-www-form-urlencoded":
        text = "The parameters of _search come as application/x-www-form-urlencoded."
        raise Refusal.of(415, "not-supported", "VR-HTTP-0415", text)
    try:
        form = parse_qsl(request.body.decode("utf-8"), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise Refusal.of(400, "invalid", "VR-HTTP-0400", "The form cannot be read.") from None
    return _search(endpoint, request, request.parameters() + form)


def _search(endpoint: Endpoint, request: Request, items: list[tuple[str, str]]) -> Response:
    type_ = request.path[0]
    require_type(endpoint, type_)
    asked = parse(
        type_,
        items,
        endpoint.parameters,
        base=request.base,
        max_count=endpoint.settings.max_page,
        lenient=request.prefers("handling") == "lenient",
    )
    return Response(200, searchset(asked, endpoint.store, request.base))
