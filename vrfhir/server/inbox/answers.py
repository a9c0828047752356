"""What a sender is told: acknowledgements at once, application answers in enhanced mode as exchanges of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Literal

from vrfhir.hl7v2 import Message, acknowledge, parse, plan
from vrfhir.hl7v2 import charset as character_sets
from vrfhir.hl7v2.ack_modes import Level, Outcome, acknowledgement_code, outcome_of
from vrfhir.issues import Issue
from vrfhir.mappers.issues import CATALOGUE
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.inbox.admission import Admission
from vrfhir.server.inbox.forms import Forms
from vrfhir.server.messaging.referral import Processed
from vrfhir.server.resource import load
from vrfhir.server.store import InboxRow, OutboxRow, Transaction

__all__ = ["Answers"]


class Answers:
    """Writes the answers of one endpoint, each with a control id and a time of its own."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._forms = Forms()
        self._name = endpoint.new_id().replace("-", "")[:10].upper()
        self._numbers = count(1)

    def to(
        self,
        message: Message | bytes,
        issues: Sequence[Issue] = (),
        *,
        level: Level = "application",
        code: str = "",
        warnings: bool = False,
    ) -> bytes:
        """The acknowledgement of a message, or of bytes that are none; with ``warnings`` those among ``issues`` too."""
        code = code or acknowledgement_code(outcome_of(issues), level)
        control_id, now = self.control_id(), self._endpoint.clock()
        try:
            return acknowledge(
                message,
                code,  # type: ignore[arg-type]
                issues,
                control_id=control_id,
                now=now,
                warnings=warnings,
                catalogue=CATALOGUE,
            )
        except ValueError:  # the header holds what cannot be written back: the answer names the message no more
            return acknowledge(b"", code, issues, control_id=control_id, now=now, catalogue=CATALOGUE)  # type: ignore[arg-type]

    def at_the_door(self, admission: Admission, issues: Sequence[Issue] = ()) -> bytes:
        """What the sender is told before its message is worked on; nothing when it wants none (MSH-15)."""
        message = admission.message
        if message is None or admission.mode != "enhanced":
            return (
                self._agreeing(message, "AA") if message and not issues else self.to(message or admission.data, issues)
            )
        if not plan(message, outcome_of(issues)).accept:
            return b""
        return self.to(message, issues, level="accept") if issues else self._agreeing(message, "CA")

    def agreeing(self, message: Message, told: Sequence[Issue] = ()) -> bytes:
        """AA, with what there is to be told besides."""
        return self.to(message, told, code="AA", warnings=True) if told else self._agreeing(message, "AA")

    def _agreeing(self, message: Message, code: Literal["AA", "CA"]) -> bytes:
        control_id, now = self.control_id(), self._endpoint.clock()
        return self._forms.fill(message, code, control_id, now) or self.to(message, code=code)

    def of_acknowledgement(self, message: Message) -> bytes | None:
        """An application acknowledgement may ask for an accept one (MSH-15), which ends the exchange; nothing else may."""
        if (message.header.value(15) or "").strip().upper() not in ("AL", "SU"):
            return None
        header, separator, rest = message.text.partition("\r")
        fields = header.split(message.delimiters.field)
        fields[8] = "MCF"  # any type that may be acknowledged; the trigger does not matter here
        answered = message.delimiters.field.join(fields) + separator + rest
        return self.to(parse(character_sets.encode(answered, message.charset)), level="accept")

    def wants_application_answer(self, message: Message, outcome: Outcome) -> bool:
        """Whether MSH-16 asks to be told about this outcome."""
        return plan(message, outcome).application

    def refusing(self, row: InboxRow, message: Message, issues: Sequence[Issue], code: str) -> OutboxRow:
        """The application acknowledgement of a message that was accepted at the door and refused afterwards."""
        content = _asking_for_receipt(self.to(message, issues, code=code))
        return self._outgoing(row, "ACK", "", content)

    def confirming(self, row: InboxRow, message: Message, processed: Processed, tx: Transaction) -> OutboxRow:
        """The application answer: to a referral an RRI that says where the case stands (HL7 v2.5.1 chapter 11), else an ACK."""
        if not processed.task:
            told = self.to(message, processed.issues, code="AA", warnings=True)
            return self._outgoing(row, "ACK", "", _asking_for_receipt(told))
        content = self.responding(row, processed, tx)
        return self._outgoing(row, f"RRI^{message.type.trigger}", processed.focus, _asking_for_receipt(content))

    def responding(self, row: InboxRow, processed: Processed, tx: Transaction) -> bytes:
        """The RRI that says where the case stands."""
        from vrfhir.mappers import referral_response

        task = tx.read(*processed.task.split("/"))
        service_request = tx.read(*processed.focus.split("/"))
        assert task is not None  # noqa: S101 -- written in this transaction
        assert service_request is not None  # noqa: S101
        charset = row.charset or self._endpoint.correspondents.named(row.partner, row.sender).charset
        return referral_response(
            original=parse(row.content, charset=charset),
            task=load(task),
            service_request=load(service_request),
            control_id=self.control_id(),
            now=datetime.fromtimestamp(self._endpoint.now() / 1_000_000, UTC),
        )

    def control_id(self) -> str:
        """A new MSH-10: the name of this run, which is random, and a number."""
        return f"{self._name}{next(self._numbers):010}"

    def _outgoing(self, row: InboxRow, kind: str, focus: str, content: bytes) -> OutboxRow:
        now = self._endpoint.now()
        sent = parse(content)
        return OutboxRow(row.sender, sent.control_id, kind, focus, content, created=now, due=now)


def _asking_for_receipt(answer: bytes) -> bytes:
    """An application answer is an exchange of its own: MSH-15 asks for its receipt, MSH-16 for nothing more."""
    message = parse(answer)
    separator = message.delimiters.field
    lines = message.text.split("\r")
    fields = lines[0].split(separator)
    fields += [""] * (16 - len(fields))
    fields[14:16] = ["AL", "NE"]
    lines[0] = separator.join(fields)
    return character_sets.encode("\r".join(lines), message.charset, "replace")
