"""What runs beside HTTP: the HL7 v2 door with its workers, the MLLP listener before it, and the outbox worker."""

from __future__ import annotations

import sqlite3

from vrfhir.errors import VrfhirError
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.gateway import Gateway
from vrfhir.server.outbox import Outbox
from vrfhir.server.store import not_written
from vrfhir.transport import MllpListener, Peer
from vrfhir.transport.tls import listening

__all__ = ["Services"]

_TOGETHER = 64
"""Messages of one connection that may share a commit; the inbox keeps their order."""


class Services:
    """Started and stopped together; starting what runs, or stopping what does not, does nothing."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._listener: MllpListener | None = None
        self._outbox: Outbox | None = None
        self.gateway = Gateway(endpoint)

    @property
    def mllp_port(self) -> int | None:
        """The port the listener has; None when there is none."""
        return self._listener.port if self._listener else None

    async def start(self) -> None:
        """Listen, work and deliver. TransportError when the MLLP port is in use or a certificate cannot be used."""
        if self._outbox is not None:
            return
        settings = self._endpoint.settings
        outbox = Outbox(self._endpoint)
        if settings.mllp_port is not None:
            certificate = settings.mllp_certificate
            listener = MllpListener(
                self._handle,
                settings.mllp_host,
                settings.mllp_port,
                max_bytes=settings.max_message_bytes,
                max_connections=settings.mllp_connections,
                max_per_host=settings.mllp_connections_per_host,
                release=settings.mllp_release,
                together=_TOGETHER,
                tls=listening(certificate, settings.mllp_key, settings.mllp_ca) if certificate else None,
                port_option="--mllp-port",
                admits=lambda peer: settings.admits(peer.host),
            )
            await listener.start()
            self._listener = listener
        self.gateway.start()
        self._outbox = outbox
        self._outbox.start()

    async def _handle(self, data: bytes, peer: Peer) -> bytes | None:
        """What the listener is answered; while the store cannot write, why."""
        try:
            return await self.gateway.handle(data, peer)
        except sqlite3.Error as error:
            raise VrfhirError(not_written(error)) from None

    async def stop(self) -> None:
        """Finish the messages being answered, then the delivery under way, then close the store."""
        listener, self._listener = self._listener, None
        if listener is not None:
            await listener.stop()
        await self.gateway.stop()
        outbox, self._outbox = self._outbox, None
        if outbox is not None:
            await outbox.stop()
        self._endpoint.store.close()
