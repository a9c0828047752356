"""The HL7 v2 door: one message or batch in, kept before it is acknowledged, whatever it is.

A message is filed under its sender and control id as ``received``; then, as its sender is to be answered
(:mod:`vrfhir.server.inbox.admission`), it is acknowledged at once or when it was worked on. What cannot be filed goes
into quarantine. A message that comes again gets its first answer, and is not worked on again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from vrfhir.hl7v2 import CATALOGUE, read_answer
from vrfhir.hl7v2.ack_modes import acknowledgement_code, outcome_of
from vrfhir.hl7v2.batch import Part
from vrfhir.issues import Issue
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.inbox import Admission, Answers, Pool, SameProcess, Workers, Worklist, admit
from vrfhir.server.inbox.admission import digest, sender_of
from vrfhir.server.inbox.batches import batch_answer, holds_too_many, is_filed, messages_of
from vrfhir.server.inbox.faults import fault
from vrfhir.server.messaging.delivered import delivered, failure_ids
from vrfhir.server.messaging.drafting import Drafting
from vrfhir.server.store import DuplicateMessageError, InboxRow, OutboxRow, Transaction

if TYPE_CHECKING:
    from vrfhir.transport import Peer

__all__ = ["Gateway", "sender_of"]

_log = logging.getLogger("vrfhir.server")

DOOR = "mllp"
"""The HL7 v2 door in the inbox, whether a message came over MLLP or HTTP: it is the same message."""
Place = tuple[int, int]
"""Which batch a message came in, and as which part of it."""
_TOGETHER = 64
"""Messages of a batch that are on their way at a time."""
_LARGE = 1_000_000
_Result = TypeVar("_Result")


class Gateway:
    """Handler of the MLLP listener and of the HTTP door of one endpoint.

    ``start`` takes up what an earlier run left unfinished; without it the door works all the same, in this process.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._answers = Answers(endpoint)
        self._workers: Workers | None = None
        self._list: Worklist | None = None

    @property
    def processing(self) -> int:
        """How many messages are worked on."""
        return self._list.processing if self._list else 0

    @property
    def is_full(self) -> bool:
        """Whether so many messages wait that no more are taken."""
        return self._worklist().unfinished >= self._endpoint.settings.inbox_limit

    def start(self) -> None:
        """Start the workers and what waits for them."""
        if self._endpoint.workers and self._workers is None:
            memory = self._endpoint.settings.worker_memory
            pool = self._workers = Pool(self._endpoint.workers, self._endpoint.correspondents.partners, memory)
            pool.warm_up()
        worklist = self._worklist()
        worklist.start()
        self._endpoint.incoming = worklist.added

    async def stop(self) -> None:
        """Stop working; what is unfinished stays in the inbox."""
        worklist, self._list = self._list, None
        if worklist is not None:
            await worklist.stop()
        workers, self._workers = self._workers, None
        if workers is not None:
            workers.close()

    async def handle(self, data: bytes, peer: Peer) -> bytes | None:
        """Take one message or batch and return its answer; None when none is due. Nothing is not kept."""
        if not data or data.isspace():
            return self._answers.to(b"", [CATALOGUE.issue("VR-V2-0001")])
        if holds_too_many(data):
            return await self._quarantined(Admission(data, None), [fault("VR-GATEWAY-0008")], None)
        parts = messages_of(data)
        if parts is None:
            return await self._take(data, peer)
        kept = await _aside(data, _kept, parts)
        received = self._endpoint.now()
        batch = await self._endpoint.store.write(lambda tx: tx.begin_batch(DOOR, digest(data), received, kept))
        messages = [(part.data, (batch, place)) for place, part in enumerate(parts) if part.name == "MSH"]
        answers: list[bytes | None] = []
        for first in range(0, len(messages), _TOGETHER):
            together = messages[first : first + _TOGETHER]
            answers += await asyncio.gather(*(self._take(message, peer, place) for message, place in together))
        _log.info("batch", extra={"door": DOOR, "outcome": f"{len(messages)} messages", "bytes": len(data)})
        return batch_answer(parts, answers, self._answers.control_id, self._endpoint.clock())

    async def _take(self, data: bytes, peer: Peer, place: Place | None = None) -> bytes | None:
        worklist = self._worklist()
        if worklist.unfinished >= self._endpoint.settings.inbox_limit:
            await worklist.room(self._endpoint.settings.inbox_limit)
        admission = await _aside(data, admit, data, self._endpoint.correspondents, peer)
        message = admission.message
        if message is None:
            return await self._quarantined(admission, admission.issues, place)
        if message.type.code.upper() == "ACK":
            await self._acknowledged(admission)
            return self._answers.of_acknowledgement(message)
        if admission.is_strange:
            return await self._quarantined(admission, admission.issues, place)
        if not admission.control_id:
            return await self._quarantined(admission, [fault("VR-GATEWAY-0001")], place)
        if admission.issues:
            return await self._rejected(admission, place)
        return await self._received(admission, worklist, place)

    async def _acknowledged(self, admission: Admission) -> None:
        """The application's answer to what was accepted at its door (enhanced mode): one that refuses makes it a dead letter."""
        answer = read_answer(admission.data)
        row = self._endpoint.store.sent_as(answer.control_id) if answer.code in ("AE", "AR") else None
        if row is None or row.status not in ("sent", "pending") or admission.is_strange:
            return
        correspondent = self._endpoint.correspondents.named(admission.partner, admission.sender)
        if row.destination != admission.sender and row.destination not in correspondent.names:
            return
        failure = " ".join(failure_ids(answer, answer.reported))

        def work(tx: Transaction) -> None:
            tx.settle(row.pk, status="dead", due=row.due, answer=admission.data, failure=failure)
            delivered(self._endpoint, tx, row, "dead", admission.data, failure)

        await self._endpoint.store.write(work)
        self._logged("refused", admission.data, ())

    async def _received(self, admission: Admission, worklist: Worklist, place: Place | None) -> bytes | None:
        waits = admission.mode == "processed"
        answer = b"" if waits else self._answers.at_the_door(admission)
        row = self._row(admission, "received", answer)
        try:
            pk = await self._filed(row, place)
        except DuplicateMessageError:
            return await self._again(admission, worklist, place)
        worklist.added()
        if waits:
            return await worklist.answer(pk)
        self._logged("received", admission.data, (), logging.DEBUG)
        return answer or None

    async def _again(self, admission: Admission, worklist: Worklist, place: Place | None) -> bytes | None:
        """The answer a message got before; a conflict when it was another message with the same control id."""
        row = self._endpoint.store.message(DOOR, admission.sender, admission.control_id)
        if row is None:  # it went into quarantine in this moment
            if admission.issues:
                return await self._rejected(admission, place)
            return await self._received(admission, worklist, place)
        if row.digest != digest(admission.data):
            return await self._quarantined(admission, [fault("VR-GATEWAY-0002")], place)
        if place is not None:
            await self._endpoint.store.write(lambda tx: tx.join_batch(*place, row.pk))
        self._logged("repeated", admission.data, ())
        if row.mode == "processed" and row.status == "received" and not row.answer:
            return await worklist.answer(row.pk)
        return row.answer or None

    async def _rejected(self, admission: Admission, place: Place | None) -> bytes | None:
        """The header already says that nothing can be done with it."""
        answer = self._answers.at_the_door(admission, admission.issues)
        row = self._row(admission, "rejected", answer, admission.issues)
        message, outgoing = admission.message, None
        if message is not None and admission.mode == "enhanced" and not answer:
            # nothing is told at the door: then the application's answer is an exchange of its own, when MSH-16 asks for one
            outcome = outcome_of(admission.issues)
            if self._answers.wants_application_answer(message, outcome):
                code = acknowledgement_code(outcome)
                outgoing = self._answers.refusing(row, message, admission.issues, code)
        try:
            await self._filed(row, place, outgoing)
        except DuplicateMessageError:
            return await self._again(admission, self._worklist(), place)
        if outgoing is not None:
            self._endpoint.outgoing()
        self._logged("rejected", admission.data, admission.issues)
        return answer or None

    async def _quarantined(self, admission: Admission, issues: Sequence[Issue], place: Place | None) -> bytes | None:
        answer = self._answers.at_the_door(admission, issues)
        await self._filed(self._row(admission, "quarantined", answer, issues), place)
        self._logged("quarantined", admission.data, issues)
        return answer or None

    async def _filed(self, row: InboxRow, place: Place | None, outgoing: OutboxRow | None = None) -> int:
        """The message kept, with its place in the batch it came in, and what goes out for it."""

        def work(tx: Transaction) -> int:
            pk = tx.receive(row)
            if place is not None:
                tx.join_batch(*place, pk)
            if outgoing is not None:
                tx.enqueue(outgoing)
            return pk

        return await self._endpoint.store.write(work)

    def _row(self, admission: Admission, status: str, answer: bytes, issues: Sequence[Issue] = ()) -> InboxRow:
        return InboxRow(
            door=DOOR,
            sender=admission.sender,
            control_id=admission.control_id,
            digest=digest(admission.data),
            received=self._endpoint.now(),
            status=status,
            content=admission.data,
            answer=answer,
            mode=admission.mode,
            failure=" ".join(sorted({issue.id for issue in issues if issue.is_error})),
            partner=admission.partner,
            charset=admission.charset,
        )

    def _worklist(self) -> Worklist:
        if self._list is None:
            endpoint = self._endpoint
            drafting = Drafting(endpoint.parameters, endpoint.new_id)
            workers = self._workers = self._workers or SameProcess(
                endpoint.validator, endpoint.correspondents.partners, drafting
            )
            self._list = Worklist(self._endpoint, workers, self._answers)
        return self._list

    def _logged(self, outcome: str, data: bytes, issues: Sequence[Issue], level: int = logging.INFO) -> None:
        if _log.isEnabledFor(level):
            rules = sorted({issue.id for issue in issues if issue.is_error})
            extra = {"door": DOOR, "outcome": outcome, "bytes": len(data), "rules": rules[:20]}
            _log.log(level, "message", extra=extra)


def _kept(parts: Sequence[Part]) -> list[tuple[str, bytes | None]]:
    """What is kept of a batch beside its messages."""
    return [(part.name, None if is_filed(part) else part.data) for part in parts]


async def _aside(data: bytes, work: Callable[..., _Result], *arguments: Any) -> _Result:
    """Done in a thread when there is so much to look at that others would have to wait."""
    return work(*arguments) if len(data) < _LARGE else await asyncio.to_thread(work, *arguments)
