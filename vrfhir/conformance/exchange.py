"""Evidence: each request sent and response received, bounded, and a ``curl`` line that sends the request again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Exchange", "Request", "Response", "excerpt", "objects", "printable", "told"]

EXCERPT_CHARACTERS = 300
_INLINE_BODY_BYTES = 1_500
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "apikey", "x-api-key"})


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. ``resource`` is the body as FHIR JSON when it is a resource."""

    method: str
    url: str
    headers: Sequence[tuple[str, str]]
    body: bytes = b""
    resource: dict[str, Any] | None = None

    def header(self, name: str) -> str | None:
        """The value of a header; names are case-insensitive (RFC 9110 §5.1)."""
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. ``resource`` is the body as FHIR JSON; ``unreadable`` says why there is none."""

    status: int
    reason: str
    headers: Sequence[tuple[str, str]]
    body: bytes = b""
    resource: dict[str, Any] | None = None
    unreadable: str = ""

    def header(self, name: str) -> str | None:
        """The value of a header; names are case-insensitive, repeated ones are joined (RFC 9110 §5.2)."""
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its response; ``response`` is None when none came, and ``trouble`` says why."""

    number: int
    request: Request
    response: Response | None
    seconds: float = 0.0
    trouble: str = ""

    @property
    def summary(self) -> str:
        """``POST http://host/fhir/Task → 422 Unprocessable Entity``."""
        answer = f"{self.response.status} {self.response.reason}".strip() if self.response else self.trouble
        return f"{self.request.method} {self.request.url} → {answer}"

    def curl(self, body_file: str = "") -> str:
        """A command that sends the request again; secrets become shell variables.

        A long body stands in ``body_file`` when one is given.
        """
        words = ["curl", "-sS", "-i", "-X", self.request.method, shlex.quote(self.request.url)]
        for name, value in self.request.headers:
            words += ["-H", _quoted_header(name, value)]
        if self.request.body:
            text = self.request.body.decode("utf-8", "replace")
            words += ["--data-binary", f"@{shlex.quote(body_file)}" if body_file else shlex.quote(text)]
        return " ".join(words)

    @property
    def has_long_body(self) -> bool:
        """True when the request's body is too long for a readable command line."""
        return len(self.request.body) > _INLINE_BODY_BYTES

    def to_dict(self, *, limit: int = 20_000) -> dict[str, Any]:
        """JSON shape, bodies cut at ``limit`` characters, secret headers masked."""
        shape: dict[str, Any] = {
            "number": self.number,
            "seconds": round(self.seconds, 4),
            "request": {
                "method": self.request.method,
                "url": self.request.url,
                "headers": _masked(self.request.headers),
                "body": excerpt(self.request.body, limit),
            },
        }
        if self.response is not None:
            shape["response"] = {
                "status": self.response.status,
                "headers": _masked(self.response.headers),
                "body": excerpt(self.response.body, limit),
            }
        if self.trouble:
            shape["trouble"] = self.trouble
        return shape


def excerpt(body: bytes, limit: int = EXCERPT_CHARACTERS) -> str:
    """The start of a body as text that is safe to print; says how much was left out."""
    text = printable(body[: limit * 4].decode("utf-8", "replace"))
    if len(text) <= limit and len(body) <= limit * 4:
        return text
    return f"{text[:limit]} … ({len(body)} bytes)"


def told(response: Response, limit: int = EXCERPT_CHARACTERS) -> str:
    """What a response says, shortly: the issues of an OperationOutcome (also one inside a Bundle), else its first words."""
    resource = response.resource or {}
    inside = [entry.get("resource") for entry in objects(resource, "entry")]
    for outcome in (resource, *inside):
        if isinstance(outcome, dict) and outcome.get("resourceType") == "OperationOutcome":
            issues = [_issue(issue) for issue in objects(outcome, "issue")]
            issues.sort(key=lambda issue: not issue.startswith(("fatal", "error")))
            text = printable("; ".join(issues))
            return text if len(text) <= 2 * limit else f"{text[: 2 * limit]} … ({len(issues)} issues)"
    return excerpt(response.body, limit)


def objects(resource: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in a list of a stranger's resource; nothing where there is something else."""
    value = resource.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _issue(issue: dict[str, Any]) -> str:
    details = issue.get("details")
    text = details.get("text") if isinstance(details, dict) else None
    where = issue.get("expression") or issue.get("location")
    place = f" at {', '.join(map(str, where))}" if isinstance(where, list) else ""
    return f"{issue.get('severity')} {issue.get('code')}{place}: {text or issue.get('diagnostics') or ''}".rstrip(": ")


def printable(text: str) -> str:
    """Text from a stranger without control characters (a terminal obeys them, XML forbids them)."""
    return "".join(
        c if c in "\n\t" or (ord(c) >= 32 and not 0x7F <= ord(c) <= 0x9F) else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def _header(headers: Sequence[tuple[str, str]], name: str) -> str | None:
    values = [value for key, value in headers if key.lower() == name.lower()]
    return ", ".join(values) if values else None


def _masked(headers: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    return {name: "(not shown)" if name.lower() in _SECRET_HEADERS else value for name, value in headers}


def _quoted_header(name: str, value: str) -> str:
    if name.lower() in _SECRET_HEADERS:
        return f'"{name}: ${name.upper().replace("-", "_")}"'
    return shlex.quote(f"{name}: {value}")
