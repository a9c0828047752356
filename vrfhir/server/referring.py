"""A referral for a service that is reached over HL7 v2: ``REF^I12`` to its partner, ``I13`` when it changes, ``I14`` when it ends.

Which partner a referral goes to says the Task's owner and the partner files (``endpoint.gets``). The message is made of what is
stored and put into the outbox in the transaction that stores it: whoever was told that the referral is stored knows that it
goes out. What HL7 v2 could not say is refused, and with it the change, unless the partner's file allows it (``allow_loss``).

Writing a message takes long when much is to be said, and one transaction holds up all others. So it is written outside: the
transaction is tried, says of what Bundles messages are to be made, and is undone; they are written; then it is done again and
takes the messages, if what they are made of is still the same. Otherwise they are written anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from vrfhir.errors import UnreadableError
from vrfhir.issues import Issue
from vrfhir.server.correspondents import Correspondent
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, microseconds
from vrfhir.server.messaging.sides import owning_partner, referral_tasks
from vrfhir.server.referral_bundle import not_sent_whole, referral_bundle
from vrfhir.server.resource import load
from vrfhir.server.search.conversion import reference_target
from vrfhir.server.store import OutboxRow, Reader, StoreError, Transaction

__all__ = ["Change", "ContendedError"]

Json = dict[str, Any]
T = TypeVar("T")

_WITHDRAWN = ("revoked", "entered-in-error")
_RUNNING = ("requested", "received", "accepted", "in-progress", "on-hold")
_ENDED = ("cancelled", "entered-in-error")
_MOST_NAMED = 3
_ATTEMPTS = 5
"""How often messages are written for one change before it is given up."""


class ContendedError(Refusal):
    """What a message is made of changed each time it was written; nothing was stored."""

    def __init__(self) -> None:
        text = "What the referral refers to is being changed by others; nothing was stored."
        super().__init__(409, [Issue("error", "conflict", "VR-REFERRAL-0015", text, hint="Send it again.")])


class _Asked(NamedTuple):
    """All that a message is made of: the same again is the same message."""

    kind: str
    focus: str
    control_id: str
    partner: Correspondent
    bundle: Json


class _Letter(NamedTuple):
    asked: _Asked
    content: bytes
    left_out: list[Issue]


class _UnwrittenError(StoreError):
    """The transaction needs messages that are not written; it is undone."""

    def __init__(self, asked: Sequence[_Asked]) -> None:
        super().__init__(f"{len(asked)} messages")
        self.asked = asked


class Change:
    """A change of what is stored, with the messages that go out for it.

    Its transaction may run several times, of which only the last counts. ``endpoint`` gives new ids, the same ones each
    time; ``at`` is the time of the change.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._real = endpoint
        self._ids: list[str] = []
        self._given = 0
        self._letters: list[_Letter] = []
        self.at: datetime = endpoint.clock()
        self.endpoint = copy(endpoint)
        self.endpoint.new_id = self._new_id

    async def write(self, work: Callable[[Transaction], T], *, background: bool = False) -> T:
        """Do ``work`` in a transaction, when the messages it asks :meth:`refer` for are written.

        Raises :class:`Refusal` 422 when one would lose something and may not, and :class:`ContendedError`.
        """

        def begun(tx: Transaction) -> T:
            self._given = 0
            return work(tx)

        for attempt in range(_ATTEMPTS + 1):
            try:
                return await self._real.store.write(begun, background=background)
            except _UnwrittenError as unwritten:
                if attempt < _ATTEMPTS:
                    self._letters = await asyncio.to_thread(self._written, unwritten.asked)
        raise ContendedError

    def refer(
        self, tx: Transaction, changed: Iterable[str], *, now: int, sender: str = "", updated: bool = False
    ) -> tuple[int, list[Issue]]:
        """Put into the outbox what the ``changed`` Tasks and ServiceRequests call for; how many messages, and what they leave out.

        ``sender`` (MSH-3|MSH-4) brought the change and is not sent it back; ``updated``: what belongs to the referral changed.
        Only inside :meth:`write`, after all that is written.
        """
        if not any("REF" in each.gets for each in self._real.correspondents.all):
            return 0, []
        asked = list(self._asked(tx, changed, sender, updated=updated))
        found = [letter for letter in map(self._known, asked) if letter is not None]
        if len(found) < len(asked):
            raise _UnwrittenError(asked)
        for (kind, focus, control_id, partner, _), content, _ in found:
            tx.enqueue(OutboxRow(partner.names[0], control_id, kind, focus, content, created=now, due=now))
        return len(found), [issue for letter in found for issue in letter.left_out]

    def _asked(self, tx: Reader, changed: Iterable[str], sender: str, *, updated: bool) -> Iterator[_Asked]:
        requests: dict[str, bool] = {}
        for reference in changed:
            type_, _, id_ = reference.partition("/")
            stored = tx.read(type_, id_) if type_ in ("Task", "ServiceRequest") else None
            if stored is None or stored.deleted:
                continue
            focus = reference if type_ == "ServiceRequest" else _focus(load(stored))
            requests[focus] = requests.get(focus, updated) or type_ == "ServiceRequest"
        for focus, is_new in requests.items():
            service_request = tx.read(*focus.split("/")) if focus.count("/") == 1 else None
            if service_request is None or service_request.deleted:
                continue
            request = load(service_request)
            asked: dict[str, list[str]] = {}
            for stored in referral_tasks(focus, tx):
                task = load(stored)
                partner = owning_partner(task, tx, self._real.correspondents)
                if partner is None or sender in partner.names:
                    continue
                sent = asked.setdefault(partner.names[0], _sent(focus, partner, tx))
                trigger = _trigger(task, request, sent, is_new=is_new)
                if trigger:
                    control_id, at = self._new_id().replace("-", "")[:20].upper(), microseconds(self.at)
                    bundle = referral_bundle(tx, partner, task, request, trigger, control_id=control_id, at=at)
                    sent.append(f"REF^{trigger}")
                    yield _Asked(sent[-1], focus, control_id, partner, bundle)

    def _known(self, asked: _Asked) -> _Letter | None:
        return next((letter for letter in self._letters if letter.asked == asked), None)

    def _written(self, asked: Sequence[_Asked]) -> list[_Letter]:
        return [self._known(each) or _letter(each) for each in asked]

    def _new_id(self) -> str:
        if self._given == len(self._ids):
            self._ids.append(self._real.new_id())
        self._given += 1
        return self._ids[self._given - 1]


def _focus(task: Json) -> str:
    return reference_target(str((task.get("focus") or {}).get("reference", "")))


def _sent(focus: str, partner: Correspondent, store: Reader) -> list[str]:
    """The messages about the referral that the partner has or will get."""
    return [
        row.kind
        for row in store.sent_about(focus)
        if row.destination in partner.names and row.kind.startswith("REF") and row.status in ("pending", "sent")
    ]


def _trigger(task: Json, request: Json, sent: Sequence[str], *, is_new: bool) -> str:
    """The event to be told; empty for none."""
    status = str(task.get("status", ""))
    if status in _ENDED or request.get("status") in _WITHDRAWN:
        return "I14" if sent and sent[-1] != "REF^I14" else ""
    if status not in _RUNNING:
        return ""
    if not sent:
        return "I12" if status == "requested" else ""
    return "I13" if is_new else ""


def _letter(asked: _Asked) -> _Letter:
    from vrfhir.mappers import to_hl7v2

    kind, _, _, partner, bundle = asked
    try:
        written = to_hl7v2(
            bundle, partner=partner.partner, version=partner.version, message=kind, allow_loss=partner.allow_loss
        )
    except UnreadableError as error:
        hint = "Leave out what HL7 v2 cannot say, or let the operator allow the loss (allow_loss in the partner file)."
        issues = [issue._replace(hint=hint) for issue in error.issues]
        raise Refusal(422, [not_sent_whole(kind), *issues]) from None
    losses = [f"{loss.resource}.{loss.path}" for loss in written.loss]
    return _Letter(asked, written.message, [_left_out(losses)] if losses else [])


def _left_out(places: Sequence[str]) -> Issue:
    more = f" and {len(places) - _MOST_NAMED} more" if len(places) > _MOST_NAMED else ""
    text = f"The service was sent the referral over HL7 v2 without: {', '.join(places[:_MOST_NAMED])}{more}."
    return Issue("warning", "incomplete", "VR-REFERRAL-0014", text, "Task.owner")
