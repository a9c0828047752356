"""From ``TestScript.setup.action.operation`` to an HTTP request (https://hl7.org/fhir/R4/testscript.html, http.html).

The URL: ``url`` if given; else ``resource`` and ``params``; else what ``targetId`` stands for on the server.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from vrfhir.conformance.bodies import JSON, media_type, write_resource
from vrfhir.conformance.exchange import Request
from vrfhir.conformance.fixtures import Content
from vrfhir.conformance.script import Operation
from vrfhir.conformance.session import Session
from vrfhir.conformance.verdicts import UntestableError

__all__ = ["INTERACTIONS", "build_request"]

_FORM = "application/x-www-form-urlencoded"
_KEPT_IN_URL = "%/:?#[]@!$&'()*+,;=-._~"


class Interaction(NamedTuple):
    """How an interaction of http.html becomes a request; ``path`` when the operation gives no ``params``."""

    method: str
    path: str


INTERACTIONS: dict[str, Interaction] = {
    "read": Interaction("GET", "{type}/{id}"),
    "vread": Interaction("GET", "{type}/{id}/_history/{version}"),
    "update": Interaction("PUT", "{type}/{id}"),
    "updateCreate": Interaction("PUT", "{type}/{id}"),
    "patch": Interaction("PATCH", "{type}/{id}"),
    "delete": Interaction("DELETE", "{type}/{id}"),
    "deleteCondSingle": Interaction("DELETE", "{type}"),
    "deleteCondMultiple": Interaction("DELETE", "{type}"),
    "history": Interaction("GET", "{type}/{id}/_history"),
    "create": Interaction("POST", "{type}"),
    "search": Interaction("GET", "{type}"),
    "batch": Interaction("POST", ""),
    "transaction": Interaction("POST", ""),
    "capabilities": Interaction("GET", "metadata"),
    "conformance": Interaction("GET", "metadata"),
}
"""The RESTful interactions. Every other code is a named operation: ``validate`` and ``$validate`` are the same."""

_OF_AN_INSTANCE = frozenset({"read", "vread", "update", "updateCreate", "patch", "delete"})


def build_request(operation: Operation, session: Session, headers: tuple[tuple[str, str], ...] = ()) -> Request:
    """The request an operation asks for; ``headers`` are sent with every request to this target."""
    content = _content(operation, session)
    interaction = INTERACTIONS.get(operation.type)
    method = operation.method.upper() or (interaction.method if interaction else "POST" if content else "GET")
    url = _url(operation, session, content)
    body, kind = _body(operation, content)
    if operation.type == "search" and method == "POST" and content is None:
        url, body = _search_form(url)
        kind = kind or _FORM
    if not operation.url.startswith(("http://", "https://")):
        url = f"{session.base}{url}" if not url or url.startswith("?") else f"{session.base}/{url}"
    if operation.encode_request_url:
        url = quote(url, safe=_KEPT_IN_URL)
    sent = [("Accept", media_type(operation.accept) or JSON), *headers]
    if body:
        sent.append(("Content-Type", kind or JSON))
    for name, value in operation.request_headers:
        name, value = session.fill(name), session.fill(value)
        sent = [(key, old) for key, old in sent if key.lower() != name.lower()]
        sent.append((name, value))
    return Request(method, url, tuple(sent), body, content.resource if content else None)


def _content(operation: Operation, session: Session) -> Content | None:
    """What is sent: the source, with the elements of the overlay in place of its own."""
    if not operation.source_id:
        return None
    content = session.content(operation.source_id)
    if not operation.overlay_id:
        return content
    changes = session.resource(operation.overlay_id)
    return Content({**session.resource(operation.source_id), **changes}, content.media_type)


def _body(operation: Operation, content: Content | None) -> tuple[bytes, str]:
    if content is None:
        return b"", media_type(operation.content_type)
    kind = media_type(operation.content_type) or content.media_type
    if content.resource is None:
        return content.text.encode("utf-8", "surrogateescape"), kind
    try:
        return write_resource(content.resource, kind), kind
    except ValueError as error:
        raise UntestableError(str(error)) from error


def _url(operation: Operation, session: Session, content: Content | None) -> str:
    """Relative to the base, or absolute when ``operation.url`` is."""
    if operation.url:
        url = session.fill(operation.url)
        return url if url.startswith(("http://", "https://")) else url.lstrip("/")
    kind = operation.resource
    if not kind and content is not None and content.resource is not None and operation.type in ("create", "validate"):
        kind = str(content.resource["resourceType"])
    if operation.params:
        return _with_params(operation, kind, session.fill(operation.params))
    interaction = INTERACTIONS.get(operation.type)
    if interaction is None:
        return "/".join(part for part in (*_scope(operation, session, kind), _operation_name(operation)) if part)
    if operation.type == "history" and not operation.target_id:
        return f"{kind}/_history".lstrip("/")
    return _instance_path(operation, session, content, kind, interaction)


def _instance_path(
    operation: Operation, session: Session, content: Content | None, kind: str, interaction: Interaction
) -> str:
    number = version = ""
    if operation.target_id:
        identity = session.identity(operation.target_id)
        kind, number, version = kind or identity.type, identity.id, identity.version
        if operation.type == "vread" and not version:
            raise UntestableError(
                f"“{operation.target_id}” has no version: no /_history/ in Location, no meta.versionId"
            )
    elif operation.type in _OF_AN_INSTANCE and content is not None and content.resource is not None:
        kind, number = kind or str(content.resource["resourceType"]), str(content.resource.get("id", ""))
    if operation.type in _OF_AN_INSTANCE and not number:
        raise UntestableError(
            f"the operation “{operation.type}” does not say which resource: no targetId, params or url"
        )
    return interaction.path.format(type=kind, id=number, version=version)


def _scope(operation: Operation, session: Session, kind: str) -> tuple[str, str]:
    """System, type or instance level of a named operation (https://hl7.org/fhir/R4/operations.html)."""
    if operation.target_id:
        identity = session.identity(operation.target_id)
        return identity.type, identity.id
    return kind, ""


def _with_params(operation: Operation, kind: str, params: str) -> str:
    """``Patient`` + ``/1`` or ``?name=x``; the operation's own path part is put before the question mark if absent."""
    path, mark, query = params.partition("?")
    own = {"history": "_history", "capabilities": "metadata", "conformance": "metadata"}.get(operation.type, "")
    if operation.type not in INTERACTIONS:
        own = _operation_name(operation)
    if own and own not in path:
        path = f"{path.rstrip('/')}/{own}"
    if operation.type == "search" and not mark and "=" in path:
        path, mark, query = "", "?", path
    return f"{kind}/{path.lstrip('/')}".strip("/") + mark + query


def _operation_name(operation: Operation) -> str:
    return operation.type if operation.type.startswith("$") else f"${operation.type}"


def _search_form(url: str) -> tuple[str, bytes]:
    """Search by POST: parameters in the body, ``_search`` in the path (http.html#search)."""
    path, _, query = url.partition("?")
    if not path.endswith("_search"):
        path = f"{path}/_search"
    return path, urlencode(parse_qsl(query, keep_blank_values=True)).encode()
