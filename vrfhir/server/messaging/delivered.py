"""What the delivery of a referral means for its Task: its service has it, or will not get it.

A partner's positive acknowledgement of a ``REF`` makes the Task ``received``: that is what it says. That a message became a dead letter
is noted on the Task, so that the referrer sees it. A partner may answer at once with an ``RRI`` (HL7 v2.5.1 chapter 11) in place of an
``ACK``: that one goes into the inbox, in the same transaction, and is worked on like any other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from vrfhir import workflow
from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import Answer, Message, acknowledge, parse
from vrfhir.issues import Issue, has_errors
from vrfhir.server import loop
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import instant
from vrfhir.server.messaging.reply import received
from vrfhir.server.messaging.sides import owning_partner, referral_tasks
from vrfhir.server.resource import load, put, stamp
from vrfhir.server.store import AuditRow, DuplicateMessageError, InboxRow, OutboxRow, Stored, Transaction

__all__ = ["Told", "delivered", "failure_ids"]

Json = dict[str, Any]

_DOOR = "mllp"
_CODES = frozenset({"AA", "AE", "AR", "CA", "CE", "CR"})
_ID = re.compile(r"(?=.*[0-9])[A-Za-z][A-Za-z0-9._-]{0,63}|[0-9]{1,6}")
_MOST_IDS = 20


class Told(NamedTuple):
    """Whether a message was put into the inbox."""

    incoming: bool = False


def failure_ids(answer: Answer, issues: Sequence[Issue]) -> list[str]:
    """What a partner's answer says of a failure, in codes and ids; whatever else stands in their place is not repeated."""
    code = [answer.code] if answer.code in _CODES else []
    return code + [issue.id for issue in issues if _ID.fullmatch(issue.id)][:_MOST_IDS]


def delivered(
    endpoint: Endpoint, tx: Transaction, row: OutboxRow, status: str, answer: bytes | None, failure: str
) -> Told:
    """Draw the consequences of one attempt to send ``row``, which left it in ``status``."""
    if not row.kind.startswith("REF"):
        return Told()
    if status == "sent" and row.kind == "REF^I12":
        _step(endpoint, tx, row, "")
    elif status == "dead":
        to = row.destination.replace("|", " ").strip()
        _step(endpoint, tx, row, f"The message {row.kind} could not be delivered to {to}: {failure or 'no answer'}.")
    return Told(status == "sent" and answer is not None and _filed(endpoint, tx, row, answer))


def _step(endpoint: Endpoint, tx: Transaction, row: OutboxRow, note: str) -> None:
    for stored in referral_tasks(row.focus, tx):
        task = load(stored)
        partner = owning_partner(task, tx, endpoint.correspondents)
        if partner is None or row.destination not in partner.names:
            continue
        now = endpoint.now()
        if note:
            proposed = {**task, "note": [*task.get("note", ()), {"text": note, "time": instant(now)}]}
        elif task["status"] == "requested":
            proposed = received(task, instant(now))
            if has_errors(workflow.check(task, proposed, workflow.OWNER)):
                continue
        else:
            continue
        _write(endpoint, tx, row, stored, task, proposed, now)


def _write(
    endpoint: Endpoint, tx: Transaction, row: OutboxRow, stored: Stored, task: Json, proposed: Json, now: int
) -> None:
    for outgoing in loop.answers(endpoint, tx, task, proposed, now):
        tx.enqueue(outgoing)
    following = stamp(proposed, stored.id, stored.version + 1, now)
    put(tx, endpoint, following, proposed)
    facility = row.destination.rpartition("|")[2]
    target = f"{following.reference}/_history/{following.version}"
    tx.record(AuditRow(now, endpoint.new_id(), f"hl7v2 {row.kind}", target, workflow.OWNER, facility))


def _filed(endpoint: Endpoint, tx: Transaction, row: OutboxRow, answer: bytes) -> bool:
    """Keep an answer that is more than an acknowledgement; it came over the connection to this partner, and is filed as its."""
    message = _read(answer)
    if message is None or message.type.code.upper() != "RRI" or not message.control_id:
        return False
    control_id = endpoint.new_id().replace("-", "")[:20].upper()
    agreed = acknowledge(message, "AA", control_id=control_id, now=datetime.now(UTC))
    correspondent = endpoint.correspondents.who(row.destination)
    try:
        tx.receive(
            InboxRow(
                door=_DOOR,
                sender=row.destination,
                control_id=message.control_id,
                digest=hashlib.sha256(answer).digest(),
                received=endpoint.now(),
                status="received",
                content=answer,
                answer=agreed,
                mode="stored",
                partner=correspondent.id if correspondent is not None else "",
            )
        )
    except DuplicateMessageError:
        return False
    return True


def _read(data: bytes) -> Message | None:
    try:
        return parse(data)
    except UnreadableError:
        return None
