"""A FHIR request and its answer as plain values, and the refusal that ends a request early.

https://hl7.org/fhir/R4/http.html. Interactions take a :class:`Request` and return a :class:`Response`; neither knows
ASGI. What is wrong with a request is raised as :class:`Refusal` and leaves as an ``OperationOutcome``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from vrfhir.fhir import json
from vrfhir.issues import Issue, to_operation_outcome

if TYPE_CHECKING:
    from vrfhir.server.security import Caller
    from vrfhir.server.store import Stored

__all__ = [
    "Headers",
    "Refusal",
    "Request",
    "Response",
    "etag",
    "http_date",
    "instant",
    "microseconds",
    "version_headers",
]

Headers = tuple[tuple[str, str], ...]


class Refusal(Exception):  # noqa: N818 -- what it is, not an error of ours
    """The request is not answered as asked: an HTTP status and the findings that say why."""

    def __init__(self, status: int, issues: Sequence[Issue], headers: Headers = ()) -> None:
        super().__init__(status)
        self.status = status
        self.issues = issues
        self.headers = headers

    @classmethod
    def of(
        cls, status: int, code: str, id_: str, text: str, *, expression: str = "", hint: str = "", headers: Headers = ()
    ) -> Refusal:
        """A refusal for one reason."""
        return cls(status, [Issue("error", code, id_, text, expression, hint=hint)], headers)

    def response(self) -> Response:
        """The refusal as an answer."""
        return Response.outcome(self.status, self.issues, self.headers)


@dataclass(slots=True)
class Request:
    """One FHIR request. ``base`` is the URL of the FHIR base without a slash at its end; header names are lower case."""

    method: str
    path: tuple[str, ...]
    query: str
    headers: Mapping[str, str]
    body: bytes
    base: str
    id: str
    caller: Caller

    def parameters(self) -> list[tuple[str, str]]:
        """The query, decoded, in order, empty values too."""
        return parse_qsl(self.query, keep_blank_values=True)

    def prefers(self, name: str) -> str | None:
        """The value of a ``Prefer`` item: ``return``, ``handling``."""
        for item in self.headers.get("prefer", "").replace(";", ",").split(","):
            key, _, value = item.strip().partition("=")
            if key.lower() == name:
                return value.strip().strip('"').lower()
        return None


@dataclass(slots=True)
class Response:
    """One answer. ``body`` is FHIR JSON; who sends it turns it into XML when that was asked for."""

    status: int
    body: bytes = b""
    headers: Headers = ()
    log: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def outcome(cls, status: int, issues: Sequence[Issue], headers: Headers = ()) -> Response:
        """An answer that is an ``OperationOutcome``."""
        return cls(status, json.serialize(to_operation_outcome(issues)), headers)


def version_headers(stored: Stored) -> Headers:
    """``ETag`` and ``Last-Modified`` of a version."""
    return (("ETag", etag(stored.version)), ("Last-Modified", http_date(stored.updated)))


def etag(version: int) -> str:
    """The weak ETag of a version: https://hl7.org/fhir/R4/http.html#concurrency."""
    return f'W/"{version}"'


def http_date(updated: int) -> str:
    """Microseconds since 1970 as an HTTP date."""
    return format_datetime(datetime.fromtimestamp(updated // 1_000_000, UTC), usegmt=True)


@lru_cache(maxsize=128)
def instant(updated: int) -> str:
    """Microseconds since 1970 as a FHIR instant; of a message all resources have the same."""
    return datetime.fromtimestamp(updated / 1_000_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def microseconds(moment: datetime) -> int:
    """A moment as microseconds since 1970, cut to the milliseconds that an instant shows."""
    return int(moment.timestamp() * 1000) * 1000
