"""Outgoing messages: sent in order per partner, again after a failure, dead letters when that does not help.

A row is only settled by the partner's answer. When this process dies between the answer and the commit the message is
sent again with the same control id, which the partner knows how to treat.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import NamedTuple

from vrfhir.errors import TransportError
from vrfhir.hl7v2.answer import read_answer
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.messaging.delivered import Told, delivered, failure_ids
from vrfhir.server.settings import PartnerAddress
from vrfhir.server.store import OutboxRow, Transaction
from vrfhir.transport import send
from vrfhir.transport.tls import calling

__all__ = ["Outbox"]

_log = logging.getLogger("vrfhir.server")

NO_ADDRESS = "VR-GATEWAY-0012"
_POLL_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 3600.0
_GRACE_SECONDS = 5.0


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
        self._under_way: dict[str, asyncio.Task[bool]] = {}
        self._unknown: set[str] = set()

    def start(self) -> None:
        """Begin to deliver."""
        self._endpoint.outgoing = self._wake.set
        self._task = asyncio.create_task(self._run(), name="vrfhir-outbox")

    async def stop(self) -> None:
        """Stop; deliveries under way have a few seconds to be answered, and are made again next time when they are not."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._under_way:
            _, late = await asyncio.wait(list(self._under_way.values()), timeout=_GRACE_SECONDS)
            for each in late:
                each.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                for row, address in self._due():
                    if row.destination not in self._under_way:
                        self._begin(row, address)
            except Exception as error:
                _log.error("outbox", extra={"error": type(error).__name__})
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _POLL_SECONDS)

    def _begin(self, row: OutboxRow, address: PartnerAddress) -> None:
        """One delivery per partner at a time: a partner that is slow to answer holds up its own messages only."""
        task = self._under_way[row.destination] = asyncio.create_task(self._deliver(row, address))

        def ended(task: asyncio.Task[bool]) -> None:
            del self._under_way[row.destination]
            if task.cancelled():
                return
            if task.exception() is not None:  # it stays as it was; the next look finds it
                _log.error("outbox", extra={"error": type(task.exception()).__name__})
            elif task.result():
                self._wake.set()

        task.add_done_callback(ended)

    def _due(self) -> list[tuple[OutboxRow, PartnerAddress]]:
        now = self._endpoint.now()
        rows = self._endpoint.store.due(now, now + int(_LONGEST_WAIT_SECONDS * 1_000_000))
        routed = [(row, self._endpoint.correspondents.address_of(row.destination)) for row in rows]
        for row, address in routed:
            if address is None and row.destination not in self._unknown:
                self._unknown.add(row.destination)
                _log.warning("delivery", extra={"destination": row.destination, "rules": [NO_ADDRESS]})
        return [(row, address) for row, address in routed if address is not None]

    async def deliver_due(self) -> int:
        """Send the first waiting message of each partner whose time has come; returns how many were settled."""
        return sum(await asyncio.gather(*(self._deliver(row, address) for row, address in self._due())))

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
            current = tx.sent_as(row.control_id)
            if current is None or current.status != "pending":  # settled by the partner's own answer meanwhile
                return Told()
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
        except Exception as error:
            _log.error("outbox", extra={"error": type(error).__name__})
            return _Outcome("pending", failure=type(error).__name__)
        answer = read_answer(data, row.control_id)
        if answer.is_positive:
            return _Outcome("sent", data)
        failure = " ".join(failure_ids(answer, answer.issues))
        about_it = answer.control_id in ("", row.control_id)
        refused = answer.code in ("AE", "CE") and about_it  # wrong content does not get better by repeating it
        return _Outcome("dead" if refused else "pending", data, failure)
