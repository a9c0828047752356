"""HL7 v2 over HTTP: a message is posted, its answer is the body of the response.

The media type is ``application/hl7-v2+er7``. A status of 200 speaks of the transport only: the answer in it may say AE.
"""

from __future__ import annotations

from ssl import SSLContext

import httpx

from vrfhir.errors import TransportError
from vrfhir.issues import Issue

__all__ = ["ER7", "HttpSender"]

ER7 = "application/hl7-v2+er7"
_TYPES = (ER7, "application/hl7-v2", "x-application/hl7-v2+er7", "text/plain")
_AGAIN = frozenset({429, 502, 503, 504})


class HttpSender:
    """Posts messages to one URL over a connection that is kept. ``token`` goes as bearer token.

    Use as ``async with HttpSender(url) as sender:``, like :class:`vrfhir.transport.MllpSender`.
    """

    def __init__(
        self, url: str, *, timeout: float = 30.0, tls: SSLContext | None = None, token: str = "", max_bytes: int = 2**24
    ) -> None:
        self.url = url
        self._max_bytes = max_bytes
        headers = {"Content-Type": ER7, "Accept": ", ".join(_TYPES)}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        verify = tls if tls is not None else True
        self._client = httpx.AsyncClient(headers=headers, timeout=timeout, verify=verify)

    async def send(self, message: bytes) -> bytes:
        """Send one message and return its answer, empty when none is due. TransportError when there is none to have."""
        try:
            async with self._client.stream("POST", self.url, content=message) as response:
                body = bytearray()
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > self._max_bytes:
                        raise TransportError(
                            self._issue("too-long", f"the answer is larger than {self._max_bytes} bytes")
                        )
        except httpx.TimeoutException:
            raise TransportError(self._issue("timeout", "no answer in time")) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TransportError(self._issue("transient", str(error).lower() or type(error).__name__)) from None
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code in (202, 204) and not body:
            return b""
        if kind in _TYPES and body:  # some receivers answer AE and AR with 4xx or 5xx: the answer says more
            return bytes(body)
        code = "transient" if response.status_code in _AGAIN else "processing"
        raise TransportError(self._issue(code, f"HTTP status {response.status_code}, no HL7 v2 answer"))

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def __aenter__(self) -> HttpSender:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _issue(self, code: str, reason: str) -> Issue:
        shown = httpx.URL(self.url)
        text = f"{shown.scheme}://{shown.netloc.decode()}: {reason}."
        hint = "Check the address and the token, and that the receiver runs."
        return Issue("error", code, "VR-TRANSPORT-0005", text, hint=hint)
