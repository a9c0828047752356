"""Requests to a terminology server: bounded in time and size, repeated with growing pauses, given up when they keep failing.

Nothing of a request is logged but the operation, and of a secret nothing at all.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from vrfhir.terminology.remote_settings import ServerSettings
from vrfhir.terminology.remote_token import TokenSource

if TYPE_CHECKING:
    import httpx

__all__ = ["Answer", "Breaker", "Exchange", "NoAnswerError"]

Json = dict[str, Any]

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_MAX_PAUSE = 5.0


class Answer(NamedTuple):
    """Status and body of an answer."""

    status: int
    body: bytes


class NoAnswerError(Exception):
    """There is no answer now: not reached, too slow, too large, refused to us, or not asked after failing."""


class Breaker:
    """Counts failures in a row; after so many it is open for a while, then lets one try."""

    def __init__(self, failures: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = failures
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._until = 0.0

    def admits(self) -> bool:
        """True when a request may be made. While open, the first after the pause is let through and the rest wait on it."""
        with self._lock:
            if self._failures < self._limit:
                return True
            if self._clock() < self._until:
                return False
            self._until = self._clock() + self._seconds
            return True

    def succeeded(self) -> None:
        """An answer came, whatever it said."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """No answer came."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._limit:
                self._until = self._clock() + self._seconds


class Exchange:
    """POSTs operations to one server."""

    def __init__(
        self,
        settings: ServerSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        import httpx

        timeout = httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout)
        self._client = httpx.Client(timeout=timeout, transport=transport, follow_redirects=False)
        self._settings = settings
        self._sleep = sleep
        self._breaker = Breaker(settings.failures_to_open, settings.open_seconds, clock)
        self._tokens = TokenSource(settings, self._client, clock) if settings.token_url else None

    def post(self, operation: str, parameters: Json) -> Answer:
        """The answer to an operation. Raises :class:`NoAnswerError` when there is none."""
        if not self._breaker.admits():
            raise NoAnswerError("not asked, because it has failed too often")
        problem = "no answer"
        renewed = False
        for attempt in range(self._settings.retries + 1):
            try:
                answer, pause = self._once(operation, parameters)
            except _FailedError as failure:
                problem, pause = str(failure), None
            else:
                if answer.status == 401 and self._tokens is not None and not renewed:
                    self._tokens.forget()
                    renewed = True
                    continue
                if answer.status in (401, 403):
                    self._breaker.failed()
                    raise NoAnswerError(f"it refuses the credentials ({answer.status})")
                if answer.status not in _PASSING:
                    self._breaker.succeeded()
                    return answer
                problem = f"status {answer.status}"
            if attempt < self._settings.retries:
                self._sleep(self._pause(attempt, pause))
        self._breaker.failed()
        raise NoAnswerError(problem)

    def _pause(self, attempt: int, asked: float | None) -> float:
        if asked is not None:
            return min(asked, _MAX_PAUSE)
        pause: float = self._settings.backoff * 2**attempt * (1 + random.random())  # noqa: S311 - only spread
        return min(pause, _MAX_PAUSE)

    def _once(self, operation: str, parameters: Json) -> tuple[Answer, float | None]:
        import httpx

        headers = {"Accept": "application/fhir+json", "Content-Type": "application/fhir+json"}
        try:
            if self._tokens is not None:
                headers["Authorization"] = "Bearer " + self._tokens.token()
            url = f"{self._settings.url}/{operation}"
            content = json.dumps(parameters, ensure_ascii=False).encode("utf-8", "replace")
            deadline = time.monotonic() + self._settings.read_timeout + self._settings.connect_timeout
            with self._client.stream("POST", url, content=content, headers=headers) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > self._settings.max_answer_bytes:
                        raise NoAnswerError("the answer is too large")
                    if time.monotonic() > deadline:
                        raise _FailedError("the answer takes too long")
                return Answer(response.status_code, bytes(body)), _retry_after(response)
        except httpx.HTTPError as failure:
            raise _FailedError(type(failure).__name__) from None
        except ValueError as failure:  # what a token endpoint or a header of a broken server may hold
            raise _FailedError(type(failure).__name__) from None

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


class _FailedError(Exception):
    pass


def _retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    return float(value) if value.isascii() and value.isdigit() else None
