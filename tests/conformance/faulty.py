"""A wrapper around any ASGI application that makes one fault: what the suite must notice.

A fault changes the request before the application sees it (``before``), or the answer before the tester sees it
(``after``), or answers by itself. The application behind is sound; only what goes over the wire is not.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

__all__ = ["Answer", "Asked", "Fault", "FaultyWrapper", "every_resource", "without_parameter"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """A request; ``path`` begins after the FHIR base: ``/Patient/1``."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def with_json(self, value: Any) -> Asked:
        """The same request with another body."""
        return replace(self, body=json.dumps(value).encode())


@dataclass(frozen=True)
class Answer:
    """A response."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def with_json(self, value: Any) -> Answer:
        """The same response with another body."""
        return replace(self, body=json.dumps(value).encode())

    def without_header(self, name: str) -> Answer:
        """The same response without a header."""
        return replace(self, headers={key: value for key, value in self.headers.items() if key != name.lower()})

    def with_header(self, name: str, value: str) -> Answer:
        """The same response with a header set."""
        return replace(self, headers={**self.headers, name.lower(): value})


@dataclass(frozen=True)
class Fault:
    """One fault, and the test (``script/test name``) that must fail because of it."""

    name: str
    seen_by: str
    before: Callable[[Asked], Asked | Answer] | None = None
    after: Callable[[Asked, Answer], Answer] | None = None


def every_resource(value: Any) -> list[dict[str, Any]]:
    """A resource and, of a Bundle, those in its entries."""
    if not isinstance(value, dict):
        return []
    inside = [found for entry in value.get("entry", ()) for found in every_resource(entry.get("resource"))]
    return [value, *inside]


def without_parameter(asked: Asked, *names: str) -> Asked:
    """The request without these search parameters."""
    pairs = [(name, value) for name, value in parse_qsl(asked.query) if name not in names]
    return replace(asked, query=urlencode(pairs))


class FaultyWrapper:
    """The application with the fault that is switched on; without one, it passes everything through."""

    def __init__(self, application: Application, base: str = "/fhir") -> None:
        self._application = application
        self._base = base
        self.fault: Fault | None = None

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        fault = self.fault
        if scope["type"] != "http" or fault is None:
            await self._application(scope, receive, send)
            return
        asked = await self._read(scope, receive)
        changed = fault.before(asked) if fault.before else asked
        answer = changed if isinstance(changed, Answer) else await self._ask(scope, changed)
        if fault.after:
            answer = fault.after(asked, answer)
        headers = [
            (k.encode("latin-1"), v.encode("latin-1")) for k, v in answer.headers.items() if k != "content-length"
        ]
        headers.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _read(self, scope: MutableMapping[str, Any], receive: Receive) -> Asked:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        return Asked(
            scope["method"], scope["path"].removeprefix(self._base), scope["query_string"].decode(), headers, body
        )

    async def _ask(self, scope: MutableMapping[str, Any], asked: Asked) -> Answer:
        headers = {**asked.headers, "content-length": str(len(asked.body))}
        path = self._base + asked.path
        inner = {
            **scope,
            "method": asked.method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": asked.query.encode(),
            "headers": [(key.encode("latin-1"), value.encode("latin-1")) for key, value in headers.items()],
        }
        collected: dict[str, Any] = {"status": 500, "headers": {}, "body": b""}

        async def receive() -> Message:
            return {"type": "http.request", "body": asked.body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                collected["status"] = message["status"]
                collected["headers"] = {
                    key.decode("latin-1").lower(): value.decode("latin-1") for key, value in message.get("headers", ())
                }
            elif message["type"] == "http.response.body":
                collected["body"] += message.get("body", b"")

        await self._application(inner, receive, send)
        return Answer(collected["status"], collected["headers"], collected["body"])
