"""Works on what was received: several messages at a time, those about one patient or referral in the order they came.

The inbox itself is the queue; only a window of it is in memory. ``processing`` is a fact of this process, not of the
file: the database belongs to one process, so after its end, however it ended, everything unfinished is ``received``
again. A message and what it became are concluded in one transaction, which takes it only while it is ``received``; so
none is worked on twice.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import Message
from vrfhir.hl7v2.ack_modes import outcome_of
from vrfhir.issues import Issue
from vrfhir.server.correspondents import Correspondent
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal
from vrfhir.server.inbox.admission import order_keys, outline
from vrfhir.server.inbox.answers import Answers
from vrfhir.server.inbox.faults import fault
from vrfhir.server.inbox.preparing import Prepared, placed
from vrfhir.server.inbox.workers import WorkerMemoryError, Workers
from vrfhir.server.messaging.answer import process_answer
from vrfhir.server.messaging.message import Message as FhirMessage
from vrfhir.server.messaging.notice import NOTICES, Parked, process_notice
from vrfhir.server.messaging.referral import Origin, Processed, process
from vrfhir.server.messaging.status_query import STATUS_QUERY, status_of
from vrfhir.server.messaging.written import written
from vrfhir.server.referring import Change, ContendedError
from vrfhir.server.store import AlreadySettledError, InboxRow, MessageRead, Transaction, not_written
from vrfhir.workflow import OWNER, REQUESTER

__all__ = ["Worklist"]

_log = logging.getLogger("vrfhir.server")

_PROCESS = "$process-message"
"""How a referral is called in the audit, over whatever door it came."""
_OUR_FAULT, _TOO_MUCH = "VR-GATEWAY-0003", "VR-GATEWAY-0011"
_AHEAD = 8
"""Messages in memory for each that is prepared at a time."""
_RESCAN_SECONDS = 2.0
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 60.0
"""Seconds between attempts while the store cannot write."""


class Worklist:
    """The work of one endpoint."""

    def __init__(self, endpoint: Endpoint, workers: Workers, answers: Answers) -> None:
        self._endpoint = endpoint
        self._workers = workers
        self._answers = answers
        self._turn = asyncio.Semaphore(workers.capacity)
        self._running: dict[int, asyncio.Task[None]] = {}
        self._last: dict[str, asyncio.Future[None]] = {}
        self._waiting: dict[int, list[asyncio.Future[bytes]]] = {}
        self._seen = 0
        self._looking = False
        self._closed = False
        self._rescan: asyncio.Task[None] | None = None
        self._unfinished = endpoint.store.inbox_counts()["received"]
        self._less = asyncio.Event()

    @property
    def unfinished(self) -> int:
        """How many messages wait or are worked on."""
        return self._unfinished

    @property
    def processing(self) -> int:
        """How many are worked on."""
        return len(self._running)

    def start(self) -> None:
        """Take up what an earlier run left, and look again from time to time for what an operator put back."""
        self._rescan = asyncio.create_task(self._look_again(), name="vrfhir-inbox")

    async def stop(self) -> None:
        """End; what is not concluded stays received."""
        self._closed = True
        tasks = [task for task in (self._rescan, *self._running.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def added(self) -> None:
        """A message was received."""
        self._unfinished += 1
        self._look_soon()

    async def room(self, limit: int) -> None:
        """Wait until fewer than ``limit`` messages are unfinished."""
        while self._unfinished >= limit:
            self._less.clear()
            await self._less.wait()

    async def answer(self, pk: int) -> bytes:
        """The answer of a message, as soon as it has been concluded."""
        row = self._endpoint.store.message_at(pk)
        if row is not None and row.status != "received":
            return row.answer
        waiting: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(pk, []).append(waiting)
        return await waiting

    async def _look_again(self) -> None:
        while True:
            try:
                self._unfinished = self._endpoint.store.inbox_counts()["received"]
                self._seen = 0
                self._less.set()  # whoever waits for room counts again
                self._look()
            except Exception as error:  # the store cannot be read just now: this goes on
                _log.error("inbox", extra={"error": type(error).__name__})
            await asyncio.sleep(_RESCAN_SECONDS)

    def _look_soon(self) -> None:
        if not self._looking:
            self._looking = True
            asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        self._looking = False
        most = _AHEAD * self._workers.capacity
        if self._closed or len(self._running) >= most:
            return
        for row in self._endpoint.store.inbox("received", after=self._seen, limit=most):
            if len(self._running) >= most:
                return
            self._seen = row.pk
            if row.pk not in self._running:
                self._begin(row)

    def _begin(self, row: InboxRow) -> None:
        message = self._outline(row)
        keys = order_keys(message) if message is not None else frozenset()
        before = {self._last[key] for key in keys if key in self._last}
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._last.update(dict.fromkeys(keys, done))
        task = self._running[row.pk] = asyncio.create_task(self._work(row, message, before))

        def ended(task: asyncio.Task[None]) -> None:
            del self._running[row.pk]
            if not task.cancelled() and task.exception() is not None:  # it stays received; the next look finds it
                _log.error("inbox", extra={"door": row.door, "error": type(task.exception()).__name__})
            for key in keys:
                if self._last.get(key) is done:
                    del self._last[key]
            done.set_result(None)
            self._look_soon()

        task.add_done_callback(ended)

    def _outline(self, row: InboxRow) -> Message | None:
        try:
            return outline(row.content, row.charset or self._correspondent(row).charset)
        except UnreadableError:
            return None

    async def _work(self, row: InboxRow, message: Message | None, before: set[asyncio.Future[None]]) -> None:
        if message is None:  # it was read when it was filed
            raise UnreadableError
        received = datetime.fromtimestamp(row.received / 1_000_000, UTC)
        why = _OUR_FAULT
        try:
            async with self._turn:
                prepared = await self._workers.prepare(row.content, received, row.partner, row.charset)
        except Exception as error:
            prepared = None
            if isinstance(error, WorkerMemoryError):
                why = _TOO_MUCH
            _log.error("unforeseen", extra={"door": row.door, "error": type(error).__name__, "rules": [why]})
        if before:
            await asyncio.wait(before)
        wait = _FIRST_WAIT
        while True:
            try:
                if prepared is None:
                    await self._give_up(row, message, why)
                else:
                    await self._conclude(row, message, prepared, received)
                break
            except AlreadySettledError:
                break
            except (sqlite3.Error, ContendedError) as error:  # the disk is full, others are quicker: nobody was told
                rules = [not_written(error).id] if isinstance(error, sqlite3.Error) else _ids(error.issues).split()
                _log.error("store", extra={"door": row.door, "error": type(error).__name__, "rules": rules})
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
            except Exception as error:
                if prepared is None or self._closed:
                    raise
                _log.error("unforeseen", extra={"door": row.door, "error": type(error).__name__})
                prepared = None
        self._concluded(row.pk)

    async def _conclude(self, row: InboxRow, message: Message, prepared: Prepared, received: datetime) -> None:
        if prepared.bundle is None:
            return await self._refuse(row, message, prepared, prepared.issues, prepared.code)
        try:
            await self._accept(row, message, prepared, received)
        except ContendedError:
            raise
        except Refusal as refusal:
            partner = self._correspondent(row).partner
            issues = await asyncio.to_thread(placed, refusal.issues, row.content, received, partner, row.charset)
            await self._refuse(row, message, prepared, issues, "AE")
        except Parked as parked:
            await self._park(row, message, parked.issues)
        return None

    async def _accept(self, row: InboxRow, message: Message, prepared: Prepared, received: datetime) -> None:
        assert prepared.bundle is not None  # noqa: S101
        said = written(message, self._correspondent(row).zone, received)
        asks = message.type.code == "REF" and message.type.trigger.upper() == STATUS_QUERY
        change = Change(self._endpoint)
        take = partial(status_of, prepared.bundle, row) if asks else _taking(row, message, prepared, change)
        referral = message.type.code == "REF" and not asks
        interaction = _PROCESS if referral else f"hl7v2 {message.type.code}^{message.type.trigger}"
        facility = message.header.value(4) or ""
        side = OWNER if message.type.code == "RRI" else REQUESTER
        origin = Origin(self._endpoint.new_id(), side, facility, interaction, said, row.sender)
        keys = order_keys(message)

        def work(tx: Transaction) -> tuple[Processed, bool, int]:
            processed = take(tx, self._endpoint, origin)
            answer = None
            if _awaits(row):
                told = [*processed.issues, *(each for each in prepared.issues if each.severity == "warning")]
                answer = self._answers.responding(row, processed, tx) if asks else self._answers.agreeing(message, told)
            answered = row.mode == "enhanced" and self._answers.wants_application_answer(message, "accepted")
            if answered:
                tx.enqueue(self._answers.confirming(row, message, processed, tx))
            tx.conclude(
                row.pk,
                status="accepted",
                answer=answer,
                focus=processed.focus or None if not asks else None,
                failure=_ids(processed.issues, all_of_them=True),
            )
            tx.tally(_read(row, message, prepared, "accepted"))
            return processed, answered, tx.release(keys)

        processed, answered, released = await change.write(work, background=not _awaits(row))
        if answered or processed.outgoing:
            self._endpoint.outgoing()
        if released:
            self._released(released)
        self._logged("accepted", row, processed.issues)

    async def _park(self, row: InboxRow, message: Message, issues: Sequence[Issue]) -> None:
        """In order, but about somebody who is not known here yet: taken, and worked on again when that one is."""
        answer = self._answers.to(message, issues, code="AA", warnings=True) if _awaits(row) else None

        def work(tx: Transaction) -> None:
            tx.conclude(row.pk, status="parked", answer=answer, failure=_ids(issues, all_of_them=True))
            tx.park(row.pk, order_keys(message))

        await self._endpoint.store.write(work, background=not _awaits(row))
        self._logged("parked", row, issues)

    def _released(self, number: int) -> None:
        """Parked messages were put back: they stand before those that were seen."""
        self._unfinished += number
        self._seen = 0
        self._look_soon()

    def _correspondent(self, row: InboxRow) -> Correspondent:
        return self._endpoint.correspondents.named(row.partner, row.sender)

    async def _refuse(
        self, row: InboxRow, message: Message, prepared: Prepared, issues: Sequence[Issue], code: str
    ) -> None:
        """The content cannot be used. A sender that cannot be told any more leaves it to an operator."""
        answer = self._answers.to(message, issues, code=code) if _awaits(row) else None
        outgoing = None
        if row.mode == "enhanced" and self._answers.wants_application_answer(message, outcome_of(issues)):
            outgoing = self._answers.refusing(row, message, issues, code)
        status = "rejected" if answer is not None or outgoing is not None else "failed"

        def work(tx: Transaction) -> None:
            tx.conclude(row.pk, status=status, answer=answer, failure=_ids(issues))
            tx.tally(_read(row, message, prepared, status))
            if outgoing is not None:
                tx.enqueue(outgoing)

        await self._endpoint.store.write(work, background=not _awaits(row))
        if outgoing is not None:
            self._endpoint.outgoing()
        self._logged(status, row, issues)

    async def _give_up(self, row: InboxRow, message: Message, why: str) -> None:
        """Our own fault, or too much: the sender that still waits is told, the others' message is an operator's."""
        issues = [fault(why)]
        code = "AE" if why == _TOO_MUCH else ""  # which is no better the next time
        status, answer = "failed", None
        if _awaits(row):
            status, answer = "quarantined", self._answers.to(message, issues, code=code)
        await self._endpoint.store.write(
            lambda tx: tx.conclude(row.pk, status=status, answer=answer, failure=_ids(issues))
        )
        self._logged(status, row, issues)

    def _concluded(self, pk: int) -> None:
        self._unfinished -= 1
        self._less.set()
        waiting = self._waiting.pop(pk, ())
        row = self._endpoint.store.message_at(pk) if waiting else None
        for each in waiting:
            with suppress(asyncio.InvalidStateError):  # it went away
                each.set_result(row.answer if row else b"")

    def _logged(self, outcome: str, row: InboxRow, issues: Sequence[Issue]) -> None:
        level = logging.WARNING if outcome == "failed" else logging.INFO
        extra = {"door": row.door, "outcome": outcome, "bytes": len(row.content), "rules": _ids(issues).split()[:20]}
        _log.log(level, "message", extra=extra)


def _taking(
    row: InboxRow, message: Message, prepared: Prepared, change: Change
) -> Callable[[Transaction, Endpoint, Origin], Processed]:
    """What is done with a message; raises :class:`Refusal` for one that asks for nothing."""
    code, bundle = message.type.code, prepared.bundle or {}
    if code in NOTICES:
        return partial(process_notice, code, bundle)
    if code == "RRI":
        return partial(process_answer, bundle, row)
    referral = FhirMessage.read(bundle, prepared.drafts)
    return lambda tx, _, origin: process(referral, tx, change, origin)


def _read(row: InboxRow, message: Message, prepared: Prepared, status: str) -> MessageRead:
    """The message for the statistics of its partner."""
    kind = f"{message.type.code}^{message.type.trigger}".rstrip("^")
    return MessageRead(row.partner or row.sender, kind, status, prepared.outcomes, prepared.unmapped, row.received)


def _awaits(row: InboxRow) -> bool:
    """Whether its sender waits to be told; a message that was parked and put back was answered when it came."""
    return row.mode == "processed" and not row.answer


def _ids(issues: Sequence[Issue], *, all_of_them: bool = False) -> str:
    return " ".join(sorted({issue.id for issue in issues if all_of_them or issue.is_error}))
