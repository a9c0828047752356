"""Outgoing messages: sent in order per partner, again after a failure, dead letters when that does not help.

A row is only settled by the partner's answer. When this process dies between the answer and the commit the message is
sent again with the same control id, which the partner knows how to treat.
"""

from __future__ import annotations

import asyncio
import logging
from typing import NamedTuple

from vrfhir.errors import TransportError
from vrfhir.hl7v2.answer import read_answer
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.messaging.delivered import Told, delivered
from vrfhir.server.settings import PartnerAddress
from vrfhir.server.store import OutboxRow, Transaction
from vrfhir.transport import send
from vrfhir.transport.tls import calling

__all__ = ["Outbox"]

_log = logging.getLogger("vrfhir.server")

_POLL_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 3600.0


class _Outcome(NamedTuple):
    status: str
    answer: bytes | None = None
    failure: str = ""


class Outbox:
    """The worker of one endpoint. ``start`` and ``stop`` run it; ``deliver_due`` is one round."""

    def __init__(self, endpoint: Endpoint) -> None:
        """TransportError when a partner is reached over TLS and our certificate cannot be used."""
        self._endpoint = endpoint
        settings = endpoint.settings
        secure = endpoint.correspondents.any_over_tls
        self._tls = calling(settings.mllp_certificate, settings.mllp_key, settings.mllp_ca) if secure else None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to deliver."""
        self._endpoint.outgoing = self._wake.set
        self._task = asyncio.create_task(self._run(), name="vrfhir-outbox")

    async def stop(self) -> None:
        """Stop after the deliveries that are under way."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                delivered = await asyncio.shield(asyncio.ensure_future(self.deliver_due()))
            except Exception as error:
                _log.error("outbox", extra={"error": type(error).__name__})
                delivered = 0
            if not delivered:
                try:
                    await asyncio.wait_for(self._wake.wait(), _POLL_SECONDS)
                except TimeoutError:
                    continue

    async def deliver_due(self) -> int:
        """Send the first waiting message of each partner whose time has come; returns how many were settled."""
        rows = self._endpoint.store.due(self._endpoint.now())
        routed = [(row, self._endpoint.correspondents.address_of(row.destination)) for row in rows]
        work = [self._deliver(row, address) for row, address in routed if address is not None]
        return sum(await asyncio.gather(*work))

    async def _deliver(self, row: OutboxRow, address: PartnerAddress) -> bool:
        outcome = await self._attempt(row, address)
        settings = self._endpoint.settings
        attempts = row.attempts + 1
        status = outcome.status
        if status == "pending" and attempts >= settings.max_attempts:
            status = "dead"
        wait = min(settings.retry_seconds * 2 ** min(row.attempts, 20), _LONGEST_WAIT_SECONDS)
        due = self._endpoint.now() + int(wait * 1_000_000)

        def work(tx: Transaction) -> Told:
            tx.settle(row.pk, status=status, due=due, answer=outcome.answer, failure=outcome.failure)
            return delivered(self._endpoint, tx, row, status, outcome.answer, outcome.failure)

        told = await self._endpoint.store.write(work)
        if told.incoming:
            self._endpoint.incoming()
        level = logging.INFO if status == "sent" else logging.WARNING
        fields = {"destination": f"{address.host}:{address.port}", "outcome": status, "attempts": attempts}
        _log.log(level, "delivery", extra=fields | {"rules": outcome.failure})
        return status != "pending"

    async def _attempt(self, row: OutboxRow, address: PartnerAddress) -> _Outcome:
        try:
            data = await send(
                address.host,
                address.port,
                row.content,
                timeout=self._endpoint.settings.send_timeout,
                tls=self._tls if address.tls else None,
                release=self._endpoint.settings.mllp_release,
            )
        except TransportError as error:
            return _Outcome("pending", failure=" ".join(issue.id for issue in error.issues))
        answer = read_answer(data, row.control_id)
        if answer.is_positive:
            return _Outcome("sent", data)
        failure = " ".join([answer.code, *(issue.id for issue in answer.issues)])
        refused = answer.code in ("AE", "CE")  # wrong content does not get better by repeating it
        return _Outcome("dead" if refused else "pending", data, failure)
