"""read, vread and the history of one resource: https://hl7.org/fhir/R4/http.html#read."""

from __future__ import annotations

import json

from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, Request, Response, etag, http_date, instant, version_headers
from vrfhir.server.resource import ID, require_type
from vrfhir.server.store import Stored

__all__ = ["history", "read", "vread"]

_MAX_VERSIONS = 200


async def read(endpoint: Endpoint, request: Request) -> Response:
    """``GET [base]/[type]/[id]``."""
    stored = _current(endpoint, request)
    if stored.deleted:
        raise _gone(stored)
    if request.headers.get("if-none-match") == etag(stored.version):
        return Response(304, b"", version_headers(stored))
    return Response(200, stored.body, version_headers(stored))


async def vread(endpoint: Endpoint, request: Request) -> Response:
    """``GET [base]/[type]/[id]/_history/[vid]``."""
    _current(endpoint, request)
    type_, id_, _, version = request.path
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 16 else 0
    stored = endpoint.store.read_version(type_, id_, number)
    if stored is None:
        raise _not_found()
    if stored.deleted:
        raise _gone(stored)
    return Response(200, stored.body, version_headers(stored))


async def history(endpoint: Endpoint, request: Request) -> Response:
    """``GET [base]/[type]/[id]/_history``: the newest versions, newest first."""
    _current(endpoint, request)
    type_, id_ = request.path[:2]
    versions = endpoint.store.history(type_, id_, _MAX_VERSIONS)
    entries = b",".join(_history_entry(stored, request.base) for stored in versions)
    link = json.dumps([{"relation": "self", "url": f"{request.base}/{type_}/{id_}/_history"}]).encode()
    head = b'{"resourceType":"Bundle","type":"history","total":%d,"link":%s,"entry":[' % (versions[0].version, link)
    return Response(200, head + entries + b"]}")


def _history_entry(stored: Stored, base: str) -> bytes:
    method = "DELETE" if stored.deleted else "POST" if stored.version == 1 else "PUT"
    status = "204" if stored.deleted else "201" if stored.version == 1 else "200"
    parts = {
        "fullUrl": f"{base}/{stored.reference}",
        "request": {"method": method, "url": stored.type if method == "POST" else stored.reference},
        "response": {"status": status, "etag": etag(stored.version), "lastModified": instant(stored.updated)},
    }
    entry = json.dumps(parts).encode()
    return entry if stored.deleted else b'%s,"resource":%s}' % (entry[:-1], stored.body)


def _current(endpoint: Endpoint, request: Request) -> Stored:
    type_, id_ = request.path[:2]
    require_type(endpoint, type_)
    stored = endpoint.store.read(type_, id_) if ID.fullmatch(id_) else None
    if stored is None:
        raise _not_found()
    return stored


def _not_found() -> Refusal:
    return Refusal.of(404, "not-found", "VR-HTTP-0404", "There is no resource with this type and id.")


def _gone(stored: Stored) -> Refusal:
    headers = (("ETag", etag(stored.version)), ("Last-Modified", http_date(stored.updated)))
    text = "The resource was deleted; its earlier versions can still be read with _history."
    return Refusal.of(410, "deleted", "VR-HTTP-0410", text, headers=headers)
