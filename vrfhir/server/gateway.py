"""The HL7 v2 door: one message in, stored before it is acknowledged, whatever it is.

Each message ends in the inbox – accepted with the resources it became, rejected with the reason, or quarantined when it
cannot even be filed – in the same transaction as the answer it gets. A message that comes again gets its first answer.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import Message, acknowledge, parse
from vrfhir.hl7v2.ack_modes import acknowledgement_code, outcome_of
from vrfhir.issues import Issue, has_errors
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal
from vrfhir.server.messaging.message import Message as FhirMessage
from vrfhir.server.messaging.referral import Origin, process
from vrfhir.server.messaging.task import NO_REASON
from vrfhir.server.messaging.v2_places import v2_places
from vrfhir.server.store import DuplicateMessageError, InboxRow, Transaction

if TYPE_CHECKING:
    from vrfhir.transport import Peer

__all__ = ["Gateway", "sender_of"]

_log = logging.getLogger("vrfhir.server")

_TAKEN = ("REF", "RRI")
"""Message codes the endpoint does something with; others are refused (AR, 200)."""

_Status = Literal["accepted", "rejected", "quarantined"]


class Gateway:
    """Handler of an MLLP listener for one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def handle(self, data: bytes, peer: Peer) -> bytes | None:
        """Take one message and return its acknowledgement; None for an acknowledgement, which gets none."""
        try:
            message = parse(data)
        except UnreadableError as error:
            return await self._quarantined(data, data, error.issues)
        if message.type.code == "ACK":
            return None
        if not message.control_id:
            return await self._quarantined(data, message, [_issue("VR-GATEWAY-0001")])
        first = await self._first_answer(data, message)
        if first is not None:
            return first
        try:
            return await self._received(data, message)
        except DuplicateMessageError:  # the same message, on two connections at once
            return await self._first_answer(data, message)
        except UnreadableError as error:
            return await self._rejected(data, message, error.issues, acknowledgement_code(outcome_of(error.issues)))
        except Refusal as refusal:
            return await self._rejected(data, message, refusal.issues, "AE")
        except Exception as error:
            _log.error("unforeseen", extra={"door": "mllp", "error": type(error).__name__})
            return await self._quarantined(data, message, [_issue("VR-GATEWAY-0003")])

    async def _received(self, data: bytes, message: Message) -> bytes:
        from vrfhir.mappers import to_fhir

        endpoint = self._endpoint
        mapping = to_fhir(message, received=endpoint.clock(), accept=_TAKEN)
        if has_errors(mapping.issues):
            raise Refusal(422, mapping.issues)
        _give_reason(mapping.bundle)
        report = endpoint.validator.validate(mapping.bundle)
        if not report.valid:
            raise Refusal(422, v2_places(report.issues, mapping))
        fhir_message = FhirMessage.read(mapping.bundle)

        def work(tx: Transaction) -> bytes:
            origin = Origin(endpoint.new_id(), "requester", message.header.value(4) or "")
            try:
                processed = process(fhir_message, tx, endpoint, origin)
            except Refusal as refusal:
                raise Refusal(refusal.status, v2_places(refusal.issues, mapping)) from None
            answer = self._acknowledgement(message, (*mapping.issues, *processed.issues))
            tx.receive(self._row(data, message, "accepted", answer, processed.focus))
            return answer

        answer = await endpoint.store.write(work)
        self._logged("accepted", data, ())
        return answer

    async def _first_answer(self, data: bytes, message: Message) -> bytes | None:
        """The answer a message got before; a conflict when it was another message with the same control id."""
        row = self._endpoint.store.message("mllp", sender_of(message), message.control_id)
        if row is None:
            return None
        if row.digest == hashlib.sha256(data).digest():
            self._logged("repeated", data, ())
            return row.answer
        return await self._quarantined(data, message, [_issue("VR-GATEWAY-0002")])

    async def _rejected(self, data: bytes, message: Message, issues: Sequence[Issue], code: str) -> bytes:
        answer = self._acknowledgement(message, issues, code)
        row = self._row(data, message, "rejected", answer)
        try:
            await self._endpoint.store.write(lambda tx: tx.receive(row))
        except DuplicateMessageError:
            return await self._first_answer(data, message) or answer
        self._logged("rejected", data, issues)
        return answer

    async def _quarantined(self, data: bytes, message: Message | bytes, issues: Sequence[Issue]) -> bytes:
        answer = self._acknowledgement(message, issues)
        row = self._row(data, message if isinstance(message, Message) else None, "quarantined", answer)
        await self._endpoint.store.write(lambda tx: tx.receive(row))
        self._logged("quarantined", data, issues)
        return answer

    def _acknowledgement(self, message: Message | bytes, issues: Sequence[Issue], code: str = "") -> bytes:
        code = code or acknowledgement_code(outcome_of(issues))
        control_id = self._endpoint.new_id().replace("-", "")[:20].upper()
        now = self._endpoint.clock()
        try:
            return acknowledge(message, code, issues, control_id=control_id, now=now)  # type: ignore[arg-type]
        except ValueError:  # the header holds what cannot be written back: the answer names the message no more
            return acknowledge(b"", code, issues, control_id=control_id, now=now)  # type: ignore[arg-type]

    def _row(
        self, data: bytes, message: Message | None, status: _Status, answer: bytes, focus: str | None = None
    ) -> InboxRow:
        return InboxRow(
            door="mllp",
            sender=sender_of(message) if message else "",
            control_id=message.control_id if message else "",
            digest=hashlib.sha256(data).digest(),
            received=self._endpoint.now(),
            status=status,
            content=data,
            answer=answer,
            focus=focus,
        )

    def _logged(self, outcome: str, data: bytes, issues: Sequence[Issue]) -> None:
        rules = sorted({issue.id for issue in issues if issue.is_error})
        _log.info("message", extra={"door": "mllp", "outcome": outcome, "bytes": len(data), "rules": rules[:20]})


def _give_reason(bundle: dict[str, Any]) -> None:
    """A cancellation by v2 need not say why; the Task says that it did not, since the profile wants a reason in words."""
    for entry in bundle.get("entry", ()):
        resource = entry["resource"]
        if resource["resourceType"] == "Task" and resource.get("status") == "cancelled":
            resource.setdefault("statusReason", {"text": NO_REASON})


def sender_of(message: Message) -> str:
    """``MSH-3|MSH-4``: sending application and facility, by which partners are known."""
    return f"{message.header.value(3) or ''}|{message.header.value(4) or ''}"


_TEXTS = {
    "VR-GATEWAY-0001": (
        "required",
        "MSH-10 is empty: a message without a control id cannot be filed or acknowledged by name.",
        "MSH[1]-10[1].1.1",
        "Send a control id that is unique per sending application.",
    ),
    "VR-GATEWAY-0002": (
        "duplicate",
        "Another message was received from this sender under the same control id (MSH-10).",
        "MSH[1]-10[1].1.1",
        "Give each message a control id of its own; repeat a message unchanged to get its answer again.",
    ),
    "VR-GATEWAY-0003": (
        "exception",
        "The message could not be processed; it is kept, and somebody has to look at it.",
        "",
        "Send it again later; ask the receiver when that does not help.",
    ),
}


def _issue(rule: str) -> Issue:
    code, text, place, hint = _TEXTS[rule]
    return Issue("error", code, rule, text, place, hint=hint)
