"""HTTP connections that stall – no whole request comes, or its answer is not read – are closed after a while.

uvicorn bounds the silence between requests only: a client that never ends its first header, or that never reads, would
keep its connection, and with enough of them everybody else's.
"""

from __future__ import annotations

import asyncio
from typing import Any

__all__ = ["closing_stalled"]

_SECONDS = 30.0
"""Between two looks at a connection; what has not moved from one to the next is stalled."""


def closing_stalled(protocol: type[Any]) -> type[Any]:
    """uvicorn's protocol class, with connections that do not move closed."""

    class Protocol(protocol):  # type: ignore[misc]
        _look: asyncio.TimerHandle | None = None
        _seen: tuple[Any, int] = (None, -1)

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._watched = transport
            self._look_later()

        def connection_lost(self, exc: Exception | None) -> None:
            if self._look is not None:
                self._look.cancel()
            super().connection_lost(exc)

        def _look_later(self) -> None:
            self._look = asyncio.get_running_loop().call_later(_SECONDS, self._look_again)

        def _look_again(self) -> None:
            unsent = self._watched.get_write_buffer_size()
            awaits = self.cycle is None or self.cycle.response_complete
            seen, self._seen = self._seen, (self.cycle, unsent)
            if (awaits or unsent) and seen[0] is self.cycle and seen[1] == unsent:
                self._watched.abort()
                return
            self._look_later()

    return Protocol
