"""The FHIR base as an ASGI application: bytes in, an interaction, bytes out.

Every answer mirrors ``X-Request-ID`` and ``X-Correlation-ID``; every refusal, also of what the code did not foresee, is
an ``OperationOutcome`` without a traceback and without what the request said.
"""

from __future__ import annotations

import logging
import re
import sqlite3
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from vrfhir.errors import VrfhirError
from vrfhir.fhir import json
from vrfhir.server.body import Receive, read_body
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, Request, Response
from vrfhir.server.negotiation import CONTENT_TYPES, Format, wanted_format
from vrfhir.server.routes import Route, route
from vrfhir.server.security import LOCAL, Gatekeeper
from vrfhir.server.store import SearchTooCostlyError, StoreError

__all__ = ["FhirApp"]

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = logging.getLogger("vrfhir.server")
_ID = re.compile(r"[A-Za-z0-9._\-]{1,64}")
_OPEN = ("capabilities",)
"""Interactions that need no token."""


class FhirApp:
    """ASGI application of one :class:`Endpoint`; mounted under its prefix."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._gatekeeper = Gatekeeper(endpoint.settings.tokens)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request_id = headers.get("x-request-id", "")
        if not _ID.fullmatch(request_id):
            request_id = self._endpoint.new_id()
        found: Route | None = None
        format_: Format = "json"
        pretty = False
        try:
            path = _segments(scope)
            query = scope.get("query_string", b"").decode("latin-1")
            format_, pretty = _presentation(headers.get("accept", ""), query)
            found = route(scope["method"], path)
            caller = LOCAL if found.name in _OPEN else self._gatekeeper.admit(headers.get("authorization"))
            body = (
                await read_body(headers, receive, self._endpoint.settings.max_body_bytes)
                if scope["method"] != "GET"
                else b""
            )
            base = self._endpoint.settings.base_url.rstrip("/") or _base(scope, headers)
            request = Request(scope["method"], path, query, headers, body, base, request_id, caller)
            response = await found.interaction(self._endpoint, request)
        except Refusal as refusal:
            response = refusal.response()
        except Exception as error:
            response = _unforeseen(error, request_id)
        await self._send(send, response, headers, request_id, format_, pretty=pretty)
        _log.info(
            "request",
            extra={
                "request": request_id,
                "interaction": found.name if found else "",
                "method": scope["method"] if scope["method"].isalpha() else "",
                "status": response.status,
                "milliseconds": round((time.perf_counter() - started) * 1000, 2),
            },
        )

    async def _send(
        self, send: Send, response: Response, headers: dict[str, str], request_id: str, format_: Format, *, pretty: bool
    ) -> None:
        body = response.body
        if body and (format_ == "xml" or pretty):
            try:
                body = self._presented(body, format_)
            except Exception as error:
                response, format_ = _unforeseen(error, request_id), "json"
                body = response.body
        out = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in response.headers]
        out.append((b"x-request-id", request_id.encode()))
        correlation = headers.get("x-correlation-id", "")
        if _ID.fullmatch(correlation):
            out.append((b"x-correlation-id", correlation.encode()))
        if body:
            out.append((b"content-type", CONTENT_TYPES[format_].encode()))
        if response.status not in (204, 304):
            out.append((b"content-length", str(len(body)).encode()))
        out.append((b"cache-control", b"no-store"))
        await send({"type": "http.response.start", "status": response.status, "headers": out})
        await send({"type": "http.response.body", "body": body})

    def _presented(self, body: bytes, format_: Format) -> bytes:
        resource = json.parse(body).resource
        if format_ == "json":
            return json.serialize(resource, pretty=True)
        from vrfhir.fhir import xml

        return xml.serialize(resource, self._endpoint.definitions.fields)


def _segments(scope: Scope) -> tuple[str, ...]:
    """The path below the mount, taken apart before it is decoded, so that an encoded slash divides nothing."""
    raw = scope.get("raw_path") or scope["path"].encode()
    root = scope.get("root_path", "").encode()
    path = raw.partition(b"?")[0].removeprefix(root).decode("latin-1")
    return tuple(unquote(segment) for segment in path.split("/") if segment)


def _presentation(accept: str, query: str) -> tuple[Format, bool]:
    asked, pretty = None, False
    if "_format=" in query or "_pretty=" in query:
        for item in query.split("&"):
            name, _, value = item.partition("=")
            if name == "_format":
                asked = unquote(value)
            elif name == "_pretty":
                pretty = value == "true"
    return wanted_format(accept, asked), pretty


def _base(scope: Scope, headers: dict[str, str]) -> str:
    host = headers.get("host", "")
    if not re.fullmatch(r"[A-Za-z0-9.\-_\[\]:]{1,255}", host):
        server = scope.get("server") or ("localhost", 80)
        host = f"{server[0]}:{server[1]}"
    return f"{scope.get('scheme', 'http')}://{host}{scope.get('root_path', '')}"


def _unforeseen(error: Exception, request_id: str) -> Response:
    """What nobody thought of: the log names the kind of error and the place, the caller the request id."""
    if isinstance(error, SearchTooCostlyError):
        text = "The search takes too long; narrow it."
        return Refusal.of(422, "too-costly", "VR-HTTP-0422", text).response()
    if isinstance(error, VrfhirError):
        return Refusal(400, error.issues).response()
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename.rpartition('/')[2]}:{place.tb_lineno}" if place else ""
    _log.error("unforeseen", extra={"request": request_id, "error": type(error).__name__, "where": where})
    if isinstance(error, (StoreError, sqlite3.Error)):
        text = "The store could not take the change; try again."
        return Refusal.of(503, "transient", "VR-HTTP-0503", text).response()
    text = f"The endpoint failed; nothing was stored. The request was {request_id}."
    return Refusal.of(500, "exception", "VR-HTTP-0500", text).response()
