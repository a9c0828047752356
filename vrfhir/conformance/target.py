"""The tested system: a FHIR base URL over HTTP, nothing else known of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType

import httpx

from vrfhir.conformance.bodies import JSON, read_resource
from vrfhir.conformance.exchange import Exchange, Request, Response, excerpt
from vrfhir.issues import Issue

__all__ = ["MAX_RESPONSE_BYTES", "Target"]

MAX_RESPONSE_BYTES = 32 * 1024 * 1024


class Target:
    """Sends requests to one base URL and keeps what came back. Redirects are results, not followed.

    ``headers`` go with every request (an authorisation, for example). ``client`` replaces the HTTP client, in tests.
    """

    def __init__(
        self,
        base: str,
        *,
        headers: Sequence[tuple[str, str]] = (),
        timeout: float = 30.0,
        client: httpx.Client | None = None,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
    ) -> None:
        self.base = base.rstrip("/")
        self.headers = tuple(headers)
        self.timeout = timeout
        self._max_response_bytes = max_response_bytes
        self._client = client or httpx.Client(timeout=timeout, follow_redirects=False)

    def __enter__(self) -> Target:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def send(self, number: int, request: Request) -> Exchange:
        """Sends one request. Never raises: an exchange without response says what the trouble was."""
        begun = time.perf_counter()
        try:
            response = self._send(request)
        except httpx.TimeoutException:
            return Exchange(number, request, None, time.perf_counter() - begun, f"no answer within {self.timeout:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            trouble = f"no answer: {error or type(error).__name__}"
            return Exchange(number, request, None, time.perf_counter() - begun, trouble)
        return Exchange(number, request, response, time.perf_counter() - begun)

    def probe(self) -> tuple[Exchange, Issue | None]:
        """Asks for ``/metadata``: is there a FHIR base at all? (https://hl7.org/fhir/R4/http.html#capabilities)."""
        exchange = self.send(0, Request("GET", f"{self.base}/metadata", (("Accept", JSON), *self.headers)))
        response = exchange.response
        if response is None:
            text = f"{self.base} cannot be reached: {exchange.trouble}."
            return exchange, _issue("transient", "VR-TS-0401", text, "Is the address right, and the system running?")
        kind = (response.resource or {}).get("resourceType")
        if response.status != 200 or kind != "CapabilityStatement":
            body = excerpt(response.body, 120) or "(empty)"
            text = f"{self.base} is no FHIR base: GET /metadata answers {response.status}, not a CapabilityStatement: {body}"
            hint = "The address must be the FHIR base, for example http://host/fhir. "
            hint += "401 and 403 mean that credentials are missing: --header 'Authorization: Bearer …'"
            return exchange, _issue("not-supported", "VR-TS-0402", text, hint)
        return exchange, None

    def _send(self, request: Request) -> Response:
        with self._client.stream(
            request.method, httpx.URL(request.url), headers=list(request.headers), content=request.body or None
        ) as answer:
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > self._max_response_bytes:
                    raise ValueError(f"the answer is larger than {self._max_response_bytes} bytes")
        content = bytes(body)
        resource, unreadable = read_resource(content, answer.headers.get("content-type", ""))
        headers = tuple(answer.headers.multi_items())
        return Response(answer.status_code, answer.reason_phrase, headers, content, resource, unreadable)


def _issue(code: str, rule: str, text: str, hint: str) -> Issue:
    return Issue("fatal", code, rule, text, hint=hint)
