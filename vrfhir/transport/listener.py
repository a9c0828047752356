"""MLLP listener: messages answered in the order they came, bounded in size, time and connections.

The listener reads no further on a connection while what it read is being handled, so a slow store slows the sender
down instead of filling memory. Senders that do not wait for each answer have several messages in one read; up to
``together`` of those are handed over in order without waiting for each other, which lets them share a disk sync. What the handler returns is the answer; storing before answering is
the handler's duty. Release 2 adds a commit block before each answer (:mod:`vrfhir.transport.release2`).
"""

from __future__ import annotations

import asyncio
import errno
import logging
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from ssl import SSLContext
from typing import Any, NamedTuple

from vrfhir.errors import TransportError, UnreadableError, VrfhirError
from vrfhir.hl7v2 import CATALOGUE, acknowledge, parse
from vrfhir.issues import Issue
from vrfhir.transport import release2
from vrfhir.transport.frames import Fault, Frame, FrameDecoder, frame
from vrfhir.transport.tls import telling

__all__ = ["DEFAULT_MAX_BYTES", "Handler", "MllpListener", "Peer"]

DEFAULT_MAX_BYTES = 16 * 1024 * 1024
_READ = 64 * 1024
_CR_GRACE = 0.2
"""Seconds to wait for the CR after FS before the frame counts as complete."""
_SLOWEST = 1000
"""Bytes a second below which a frame that takes longer than a silent connection may is given up."""
_HANDSHAKE_SECONDS = 20.0
_BLANK = b"\r\n\t \x00"

_log = logging.getLogger("vrfhir.transport")


class Peer(NamedTuple):
    """Who is connected: the verified TLS client certificate; over HTTP the organisation of the bearer token and the character set
    that the content type names, if any."""

    host: str
    port: int
    certificate: dict[str, Any] | None = None
    organisation: str = ""
    charset: str = ""


Handler = Callable[[bytes, Peer], Awaitable[bytes | None]]
"""Takes one message, returns the answer, or None to answer nothing. What a VrfhirError says is answered and logged."""


class MllpListener:
    """Listens for MLLP connections.

    ``port`` 0 takes a free one. ``idle_timeout`` closes silent connections, also inside a frame, those that send a frame in
    trickles, and those that do not read their answers. ``tls`` makes it TLS; with ``verify_mode=CERT_REQUIRED`` mutual. ``release`` is that of MLLP, 1 or 2; ``together`` bounds how
    many messages of one connection are handled at a time. Of ``max_connections`` one host may hold ``max_per_host``. ``port_option`` is named in the message when the port is in use.
    ``on_issue`` hears of every fault on the wire; it is logged too, without message content. ``admits`` says whether a
    peer may speak at all; one that may not is closed before anything is read.
    """

    def __init__(
        self,
        handler: Handler,
        host: str = "127.0.0.1",
        port: int = 2575,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        max_connections: int = 100,
        max_per_host: int = 50,
        idle_timeout: float = 300.0,
        release: int = 1,
        together: int = 1,
        tls: SSLContext | None = None,
        port_option: str = "the port setting",
        on_issue: Callable[[Issue, Peer], None] | None = None,
        admits: Callable[[Peer], bool] | None = None,
    ) -> None:
        self.host = host
        self._wanted_port = port
        self._handler = handler
        self._max_bytes = max_bytes
        self._max_connections = max_connections
        self._max_per_host = max_per_host
        self._idle_timeout = idle_timeout
        self._release = release
        self._together = together
        self._tls = tls
        self._port_option = port_option
        self._on_issue = on_issue
        self._admits = admits
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._admitted: Counter[str] = Counter()
        self._reading: set[asyncio.Task[None] | None] = set()
        self._stopping = False

    @property
    def port(self) -> int:
        """The port listened on."""
        if self._server is None or not self._server.sockets:
            return self._wanted_port
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._connections)

    async def start(self) -> None:
        """Begin to listen. TransportError when the port is in use or may not be used."""
        self._stopping = False
        if self._tls is not None:
            telling(self._tls, self._unsecured)
        try:
            self._server = await asyncio.start_server(
                self._connected,
                self.host,
                self._wanted_port,
                ssl=self._tls,
                ssl_handshake_timeout=_HANDSHAKE_SECONDS if self._tls is not None else None,
                limit=2 * _READ,
            )
        except OSError as error:
            raise TransportError(self._start_issue(error)) from None

    async def stop(self, grace: float = 10.0) -> None:
        """Stop: no new connections, messages being handled are finished and answered within ``grace`` seconds."""
        self._stopping = True
        if self._server is not None:
            self._server.close()
        for task in self._reading:
            if task is not None:
                task.cancel()
        if self._connections:
            _, late = await asyncio.wait(set(self._connections), timeout=grace)
            for unfinished in late:
                unfinished.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._server is not None:
            with suppress(TimeoutError):  # from Python 3.12 on it waits for handshakes under way, which may never end
                async with asyncio.timeout(1.0):
                    await self._server.wait_closed()
            self._server = None

    async def __aenter__(self) -> MllpListener:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._hold(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _hold(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = _peer(writer)
        host = _host(peer)
        try:
            if self._admits is not None and not self._admits(peer):  # first, so that strangers take nobody's place
                self._report(CATALOGUE.issue("VR-V2-0917", host=peer.host), peer)
            elif self._admitted.total() >= self._max_connections or self._stopping:
                self._report(CATALOGUE.issue("VR-V2-0911", limit=self._max_connections), peer)
            elif self._admitted[host] >= self._max_per_host:
                self._report(CATALOGUE.issue("VR-V2-0919", host=host, limit=self._max_per_host), peer)
            else:
                self._admitted[host] += 1
                try:
                    await self._serve(reader, writer, peer)
                finally:
                    self._admitted[host] -= 1
                    self._admitted += Counter()  # without those that have none
        except (OSError, TimeoutError) as error:
            _log.info("connection with %s:%d ended: %s", peer.host, peer.port, type(error).__name__)
        finally:
            await _close(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer) -> None:
        decoder = FrameDecoder(self._max_bytes)
        conversation = _Conversation()
        try:
            await self._converse(reader, writer, peer, decoder, conversation)
        finally:
            if conversation.empty:
                self._report(CATALOGUE.issue("VR-V2-0918", count=conversation.empty), peer)

    async def _converse(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        peer: Peer,
        decoder: FrameDecoder,
        conversation: _Conversation,
    ) -> None:
        clock = asyncio.get_running_loop().time
        begun = clock()
        while not self._stopping:
            data = await self._read(reader, decoder, peer)
            events = decoder.close() if data is None else decoder.feed(data) if data else decoder.settle()
            for start in range(0, len(events), self._together):
                await self._reply_in_order(events[start : start + self._together], writer, peer, conversation)
                async with asyncio.timeout(self._idle_timeout):
                    await writer.drain()
            if data is None:
                return
            if events or decoder.is_idle:
                begun = clock()
            elif clock() - begun > self._idle_timeout + decoder.size / _SLOWEST:
                self._report(CATALOGUE.issue("VR-V2-0913", seconds=round(self._idle_timeout)), peer)
                return

    async def _reply_in_order(
        self, events: list[Frame | Fault], writer: asyncio.StreamWriter, peer: Peer, conversation: _Conversation
    ) -> None:
        """Begin with every message in order, answer each as soon as those before it are answered."""
        if len(events) == 1:
            writer.write(await self._reply(events[0], peer, conversation))
            return
        tasks = [asyncio.ensure_future(self._reply(event, peer, conversation)) for event in events]
        try:
            for task in tasks:
                writer.write(await task)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, reader: asyncio.StreamReader, decoder: FrameDecoder, peer: Peer) -> bytes | None:
        """The next bytes; none yet (b"") when only a CR is outstanding; None when the connection is over."""
        task = asyncio.current_task()
        timeout = _CR_GRACE if decoder.is_ending else self._idle_timeout
        self._reading.add(task)
        try:
            async with asyncio.timeout(timeout):
                return await reader.read(_READ) or None
        except TimeoutError:
            if decoder.is_ending:
                return b""
            self._report(CATALOGUE.issue("VR-V2-0913", seconds=round(self._idle_timeout)), peer)
            return None
        finally:
            self._reading.discard(task)

    async def _reply(self, event: Frame | Fault, peer: Peer, conversation: _Conversation) -> bytes:
        """What goes back for one message, in its frame; nothing for what gets no answer."""
        if self._release == 2:
            return await self._committed(event, peer, conversation)
        if isinstance(event, Fault):
            self._report(event.issue, peer)
            lost = event.issue.is_error and event.head
            answer = _refusal(event.head, event.issue) if lost else None
        elif _is_empty(event):
            conversation.empty += 1
            answer = _refusal(b"", CATALOGUE.issue("VR-V2-0001"))
        else:
            try:
                answer = await self._handler(event.data, peer)
            except Exception as error:
                answer = _refusal(event.data, self._failed(error, peer))
        return b"" if answer is None else self._framed(answer, peer)

    async def _committed(self, event: Frame | Fault, peer: Peer, conversation: _Conversation) -> bytes:
        """The same under release 2: a commit block, then the answer, which the other side has to commit in turn."""
        if isinstance(event, Fault):
            self._report(event.issue, peer)
            return release2.block(release2.NOT_COMMITTED) if event.issue.is_error and event.head else b""
        if release2.is_block(event.data):
            return conversation.repeated() if event.data == release2.NOT_COMMITTED else b""
        if _is_empty(event):
            conversation.empty += 1
            return release2.block(release2.NOT_COMMITTED)
        if not release2.is_content(event.data):
            text = "A message holds control characters, which MLLP release 2 does not carry."
            hint = "Send it in UTF-8 without control characters, or over release 1."
            self._report(Issue("error", "value", "VR-TRANSPORT-0003", text, hint=hint), peer)
            return release2.block(release2.NOT_COMMITTED)
        try:
            answer = await self._handler(event.data, peer)
        except Exception as error:
            self._failed(error, peer)
            return release2.block(release2.NOT_COMMITTED)
        framed = b"" if answer is None else self._framed(answer, peer)
        conversation.sent(framed)
        return release2.block(release2.COMMITTED) + framed

    def _unsecured(self, reason: str) -> None:
        """A handshake failed; who it was with is not told."""
        text = f"A connection was not secured: {reason}."
        hint = "The other side needs a valid certificate of an authority that is trusted here, and TLS 1.2 or later."
        self._report(Issue("warning", "security", "VR-TRANSPORT-0007", text, hint=hint), Peer("unknown", 0))

    def _failed(self, error: Exception, peer: Peer) -> Issue:
        issue = CATALOGUE.issue("VR-V2-0908", kind=type(error).__name__)
        if isinstance(error, VrfhirError) and error.issues:
            issue = error.issues[0]
        self._report(issue, peer)
        return issue

    def _framed(self, answer: bytes, peer: Peer) -> bytes:
        """The answer in its frame; one that cannot be framed (it repeats a frame byte the sender used) is replaced."""
        try:
            return frame(answer)
        except TransportError as error:
            self._report(error.issues[0], peer)
            return frame(acknowledge(b"", "AR", error.issues, control_id=_control_id(), now=datetime.now(UTC)))

    def _report(self, issue: Issue, peer: Peer) -> None:
        _log.warning("%s from %s:%d: %s", issue.id, peer.host, peer.port, issue.text)
        if self._on_issue is not None:
            self._on_issue(issue, peer)

    def _start_issue(self, error: OSError) -> Issue:
        port, host = self._wanted_port, self.host
        reason = error.strerror or type(error).__name__
        if error.errno == errno.EADDRINUSE:
            return CATALOGUE.issue("VR-V2-0904", port=port, host=host, option=self._port_option)
        if error.errno in (errno.EACCES, errno.EPERM):
            return CATALOGUE.issue("VR-V2-0910", port=port, host=host, reason=reason)
        return CATALOGUE.issue("VR-V2-0914", host=host, reason=reason)


class _Conversation:
    """What is remembered of a connection: its empty frames, and under release 2 the last answer, while it may be asked for again."""

    def __init__(self) -> None:
        self.empty = 0
        self._answer = b""
        self._left = 0

    def sent(self, answer: bytes) -> None:
        self._answer, self._left = answer, release2.MOST_REPEATS

    def repeated(self) -> bytes:
        """The answer once more; nothing when that was done often enough."""
        self._left -= 1
        return self._answer if self._left >= 0 else b""


def _is_empty(event: Frame) -> bool:
    """Whether a frame holds nothing: what some senders keep a connection alive with. Nobody is asked about it."""
    return not event.data.strip(_BLANK)


def _refusal(data: bytes, issue: Issue) -> bytes | None:
    """An AR for a message that could not be handled; nothing for an acknowledgement."""
    try:
        message = parse(data)
    except UnreadableError:
        return acknowledge(data, "AR", [issue], control_id=_control_id(), now=datetime.now(UTC))
    if message.type.code.upper() == "ACK":
        return None
    try:
        return acknowledge(message, "AR", [issue], control_id=_control_id(), now=datetime.now(UTC))
    except ValueError:  # the header holds what cannot be written back: the answer names the message no more
        return acknowledge(b"", "AR", [issue], control_id=_control_id(), now=datetime.now(UTC))


def _control_id() -> str:
    return uuid.uuid4().hex[:20].upper()


def _peer(writer: asyncio.StreamWriter) -> Peer:
    address = writer.get_extra_info("peername") or ("unknown", 0)
    return Peer(str(address[0]), int(address[1]), writer.get_extra_info("peercert"))


def _host(peer: Peer) -> str:
    """One name for a host, whether it comes over IPv4 or as an IPv4 address in IPv6."""
    try:
        address = ip_address(peer.host)
    except ValueError:
        return peer.host
    return str(getattr(address, "ipv4_mapped", None) or address)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        async with asyncio.timeout(1.0):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()
