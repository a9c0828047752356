"""MLLP sender: one connection kept open, one message at a time, each answered before the next is sent.

A connection the other end closed meanwhile is opened again before sending. Once a message was written it is never
sent again by itself: whether it arrived is unknown then, so the caller repeats it with the same control id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from ssl import SSLContext, SSLError
from typing import TypeVar

from vrfhir.errors import TransportError
from vrfhir.hl7v2 import CATALOGUE
from vrfhir.issues import Issue
from vrfhir.transport import release2
from vrfhir.transport.frames import Fault, Frame, FrameDecoder, frame
from vrfhir.transport.listener import DEFAULT_MAX_BYTES
from vrfhir.transport.tls import reason_of

__all__ = ["MllpSender", "send"]

_READ = 64 * 1024
_CR_GRACE = 0.2
_Result = TypeVar("_Result")


class MllpSender:
    """A connection to an MLLP listener, opened when first used.

    ``timeout`` seconds for connecting, and again for the answer. ``release`` is that of MLLP: under 2 the receiver
    confirms each message with a commit block first, and one it could not keep is sent again. Use as ``async with MllpSender(host, port) as sender:``.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        timeout: float = 30.0,
        tls: SSLContext | None = None,
        server_hostname: str | None = None,
        max_bytes: int = DEFAULT_MAX_BYTES,
        release: int = 1,
    ) -> None:
        self.host = host
        self.port = port
        self._timeout = timeout
        self._tls = tls
        self._server_hostname = server_hostname
        self._max_bytes = max_bytes
        self._release = release
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._turn = asyncio.Lock()

    @property
    def is_connected(self) -> bool:
        """Open, as far as is known here."""
        return self._reader is not None and not self._reader.at_eof()

    async def send(self, message: bytes) -> bytes:
        """Send one message and return its answer. TransportError when it cannot be sent or is not answered in time."""
        data = frame(message)
        if self._release == 2 and not release2.is_content(message):
            raise TransportError(_not_content())
        async with self._turn:
            if not self.is_connected:
                await self._disconnect()
                await self._connect()
            answered = False
            try:
                answer = await self._within_timeout(self._exchange(data))
                answered = True
                return answer
            except (ConnectionError, SSLError):
                raise TransportError(self._closed()) from None
            finally:
                if not answered:
                    await self._disconnect()

    async def close(self) -> None:
        """Close the connection; sending again opens a new one."""
        async with self._turn:
            await self._disconnect()

    async def __aenter__(self) -> MllpSender:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _connect(self) -> None:
        try:
            self._reader, self._writer = await self._within_timeout(
                asyncio.open_connection(self.host, self.port, ssl=self._tls, server_hostname=self._server_hostname)
            )
        except SSLError as error:
            raise TransportError(self._issue("VR-V2-0912", reason=reason_of(error))) from None
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise TransportError(self._issue("VR-V2-0905", reason=reason)) from None

    async def _disconnect(self) -> None:
        writer, self._reader, self._writer = self._writer, None, None
        if writer is None:
            return
        writer.close()
        try:
            async with asyncio.timeout(1.0):
                await writer.wait_closed()
        except (OSError, TimeoutError):
            writer.transport.abort()

    async def _exchange(self, data: bytes) -> bytes:
        if self._reader is None or self._writer is None:
            raise ConnectionError
        self._writer.write(data)
        await self._writer.drain()
        decoder = FrameDecoder(self._max_bytes)
        repeats = 0
        while True:
            for event in await self._events(decoder):
                if isinstance(event, Fault):
                    if event.issue.is_error:
                        raise TransportError(event.issue)
                elif self._release == 1 and release2.is_block(event.data):
                    raise TransportError(_other_release())
                elif self._release == 2 and event.data == release2.COMMITTED:
                    continue
                elif self._release == 2 and event.data == release2.NOT_COMMITTED:
                    repeats += 1
                    if repeats > release2.MOST_REPEATS:
                        raise TransportError(_not_committed())
                    self._writer.write(data)
                    await self._writer.drain()
                else:
                    if self._release == 2:
                        self._writer.write(release2.block(release2.COMMITTED))
                        await self._writer.drain()
                    return event.data

    async def _events(self, decoder: FrameDecoder) -> list[Frame | Fault]:
        if self._reader is None:
            raise ConnectionError
        if decoder.is_ending:
            try:
                async with asyncio.timeout(_CR_GRACE):
                    chunk = await self._reader.read(_READ)
            except TimeoutError:
                return decoder.settle()
        else:
            chunk = await self._reader.read(_READ)
        if chunk:
            return decoder.feed(chunk)
        finished = [event for event in decoder.settle() if isinstance(event, Frame)]
        if not finished:
            raise ConnectionError
        return list(finished)

    async def _within_timeout(self, work: Awaitable[_Result]) -> _Result:
        try:
            async with asyncio.timeout(self._timeout):
                return await work
        except TimeoutError:
            raise TransportError(self._issue("VR-V2-0906", seconds=f"{self._timeout:g}")) from None

    def _closed(self) -> Issue:
        """Over TLS 1.3 a receiver that wants another certificate, or one at all, closes without saying so."""
        issue = CATALOGUE.issue("VR-V2-0907", host=self.host, port=self.port)
        wanted = " A receiver that asks for certificates closes when ours is none it trusts."
        return issue._replace(hint=issue.hint + wanted) if self._tls is not None else issue

    def _issue(self, rule: str, **parameters: str) -> Issue:
        return CATALOGUE.issue(
            rule, expression="", line=None, column=None, host=self.host, port=self.port, **parameters
        )


def _not_committed() -> Issue:
    text = "The receiver could not keep the message (MLLP release 2, negative commit block)."
    return Issue("error", "transient", "VR-TRANSPORT-0002", text, hint="Send it again later; ask the receiver.")


def _other_release() -> Issue:
    text = "The receiver answers with a commit block: it speaks release 2 of MLLP."
    return Issue("error", "processing", "VR-TRANSPORT-0006", text, hint="Send over release 2 (--release 2).")


def _not_content() -> Issue:
    text = "A message holds control characters, which MLLP release 2 does not carry."
    hint = "Send it in UTF-8 without control characters, or over release 1."
    return Issue("error", "value", "VR-TRANSPORT-0003", text, hint=hint)


async def send(
    host: str,
    port: int,
    message: bytes,
    *,
    timeout: float = 30.0,  # noqa: ASYNC109 - bounds connecting and answering one by one, as a TransportError
    tls: SSLContext | None = None,
    release: int = 1,
) -> bytes:
    """Send one message over a connection of its own and return the answer."""
    async with MllpSender(host, port, timeout=timeout, tls=tls, release=release) as sender:
        return await sender.send(message)
