"""What runs beside HTTP: the MLLP listener with its gateway, and the outbox worker."""

from __future__ import annotations

from vrfhir.server.endpoint import Endpoint
from vrfhir.server.gateway import Gateway
from vrfhir.server.outbox import Outbox
from vrfhir.transport import MllpListener

__all__ = ["Services"]


class Services:
    """Started and stopped together; starting what runs, or stopping what does not, does nothing."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._listener: MllpListener | None = None
        self._outbox: Outbox | None = None

    @property
    def mllp_port(self) -> int | None:
        """The port the listener has; None when there is none."""
        return self._listener.port if self._listener else None

    async def start(self) -> None:
        """Listen and deliver. TransportError when the MLLP port is in use."""
        if self._outbox is not None:
            return
        settings = self._endpoint.settings
        if settings.mllp_port is not None:
            listener = MllpListener(
                Gateway(self._endpoint).handle,
                settings.mllp_host,
                settings.mllp_port,
                max_bytes=settings.max_body_bytes,
                port_option="--mllp-port",
                admits=lambda peer: settings.admits(peer.host),
            )
            await listener.start()
            self._listener = listener
        self._outbox = Outbox(self._endpoint)
        self._outbox.start()

    async def stop(self) -> None:
        """Finish the messages being handled, then the delivery under way, then close the store."""
        listener, self._listener = self._listener, None
        if listener is not None:
            await listener.stop()
        outbox, self._outbox = self._outbox, None
        if outbox is not None:
            await outbox.stop()
        self._endpoint.store.close()
