"""What the endpoint needs of a store: a Protocol, and the values that pass through it.

A store keeps bytes and index rows. It knows no FHIR interaction, no search parameter and no HL7 v2; what a search
means is said to it as :mod:`vrfhir.server.store.query`. Everything that belongs to one interaction – versions, index
rows, inbox, outbox, audit – is written by one callable, in one transaction, durable before the caller learns of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

from vrfhir.server.store.query import Query

__all__ = [
    "AlreadySettledError",
    "AuditRow",
    "BatchPart",
    "DuplicateMessageError",
    "InboxRow",
    "IndexRows",
    "Match",
    "OutboxRow",
    "Reader",
    "SearchTooCostlyError",
    "Store",
    "StoreError",
    "Stored",
    "Transaction",
    "VersionConflictError",
]

T = TypeVar("T")


class StoreError(Exception):
    """A write that cannot be made; nothing of its transaction is kept."""


class VersionConflictError(StoreError):
    """Somebody else wrote a version in between; ``current`` is the number that stands (0: none)."""

    def __init__(self, current: int) -> None:
        super().__init__(f"version {current} stands")
        self.current = current


class DuplicateMessageError(StoreError):
    """A message with this sender and control id was already received."""


class AlreadySettledError(StoreError):
    """The message was worked on by somebody else meanwhile."""


class SearchTooCostlyError(StoreError):
    """The search took longer than the store allows one to take."""


class IndexRows(NamedTuple):
    """The index rows of one version, by table; the first item of each row is the parameter (``Patient.name``)."""

    tokens: Sequence[tuple[str, str, str]] = ()
    """parameter, code, system"""
    strings: Sequence[tuple[str, str, str]] = ()
    """parameter, folded, exact"""
    references: Sequence[tuple[str, str]] = ()
    """parameter, target"""
    dates: Sequence[tuple[str, int, int]] = ()
    """parameter, low, high (microseconds since 1970, both inclusive)"""


class Stored(NamedTuple):
    """One version of one resource. ``body`` is what is served; of a deleted version it is empty."""

    type: str
    id: str
    version: int
    updated: int
    body: bytes
    deleted: bool = False

    @property
    def reference(self) -> str:
        """``Type/id``."""
        return f"{self.type}/{self.id}"


class Match(NamedTuple):
    """A search hit; ``position`` orders pages (newest resource first) and says where the next page begins."""

    position: int
    resource: Stored


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A message as it came, and the answer it got.

    ``status``: received (kept, not worked on yet), accepted, rejected, failed (its sender was told that all is well, so
    somebody has to look), parked (taken, but what it is about is not known here yet), or quarantined (not filed under
    its key). ``mode`` says when the sender is answered: processed, stored, enhanced. ``failure`` holds ids of findings,
    ``partner`` the id of the partner file it is read with, ``charset`` what its transport said of it. ``pk`` is given by the store.
    """

    door: str
    sender: str
    control_id: str
    digest: bytes
    received: int
    status: str
    content: bytes
    answer: bytes = b""
    focus: str | None = None
    mode: str = "processed"
    attempts: int = 0
    failure: str = ""
    partner: str = ""
    charset: str = ""
    pk: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class MessageRead:
    """One message for the statistics of its ``partner`` (or, without a file, of its sender).

    ``kind`` is MSH-9 (``REF^I12``), ``outcomes`` how many of its values were mapped, carried, ignored and deleted; ``unmapped`` the
    HL7 v2 table, code and coding system name of each code without a meaning. ``at`` is in microseconds since 1970.
    """

    partner: str
    kind: str
    status: str
    outcomes: Sequence[int]
    unmapped: Sequence[tuple[str, str, str]]
    at: int


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message to be sent. ``pk`` is given by the store."""

    destination: str
    control_id: str
    kind: str
    focus: str
    content: bytes
    created: int
    due: int
    status: str = "pending"
    attempts: int = 0
    answer: bytes | None = None
    failure: str = ""
    pk: int = 0


class BatchPart(NamedTuple):
    """A stretch of a batch: ``name`` MSH for a message (``message`` is its place in the inbox), else FHS, BHS, BTS or FTS."""

    name: str
    content: bytes
    message: int | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what to which version; never what it said."""

    at: int
    request: str
    interaction: str
    target: str
    role: str = ""
    organisation: str = ""
    outcome: str = "success"


class Reader(Protocol):
    """What can be asked. Inside a transaction the answers include what it has written so far."""

    def read(self, type_: str, id_: str) -> Stored | None:
        """The current version, deleted ones included; None when there never was one."""

    def read_version(self, type_: str, id_: str, version: int) -> Stored | None:
        """One version, current or earlier."""

    def history(self, type_: str, id_: str, limit: int) -> list[Stored]:
        """Versions, newest first."""

    def search(self, query: Query) -> list[Match]:
        """One page of matches, newest resource first; raises :class:`SearchTooCostlyError`."""

    def count(self, query: Query) -> int:
        """How many resources match, whatever the page."""

    def targets(self, positions: Iterable[int], parameter: str) -> list[str]:
        """What the resources at these positions refer to through a reference parameter, each once, in order."""

    def message(self, door: str, sender: str, control_id: str) -> InboxRow | None:
        """The message with this key, whatever became of it; not one in quarantine."""

    def message_at(self, pk: int) -> InboxRow | None:
        """The message in this place of the inbox."""

    def inbox(self, status: str, *, after: int = 0, limit: int = 1_000_000) -> list[InboxRow]:
        """Messages in a status, oldest first."""

    def inbox_counts(self) -> dict[str, int]:
        """How many messages were received and wait to be worked on, how many failed, how many are parked."""

    def message_about(self, door: str, focus: str) -> InboxRow | None:
        """The first accepted message about a referral: the one that brought it."""

    def referrers(self, target: str) -> list[Stored]:
        """Every resource of which an indexed reference leads to ``Type/id``, oldest first."""

    def said_at(self, resource: Stored) -> int:
        """When the message was written that this version came from; when it was stored if it came from none."""

    def batch(self, pk: int) -> list[BatchPart]:
        """A batch part by part, in order; empty when there is none."""

    def outbox(self, status: str | None = None) -> list[OutboxRow]:
        """Outgoing messages, oldest first."""

    def sent_about(self, focus: str) -> list[OutboxRow]:
        """Outgoing messages about a referral, whatever became of them, oldest first."""

    def sent_as(self, control_id: str) -> OutboxRow | None:
        """The outgoing message with this control id."""

    def outbox_counts(self) -> dict[str, int]:
        """How many outgoing messages are in each status."""

    def due(self, now: int, furthest: int = 2**62) -> list[OutboxRow]:
        """Per destination the oldest pending message, if its time has come: later ones wait behind it.

        A time after ``furthest`` has come too: nobody waits so long, so the clock was set back.
        """

    def audit_trail(self, target: str | None = None) -> list[AuditRow]:
        """Audit rows, oldest first."""


class Transaction(Reader, Protocol):
    """What can be written, all of it or nothing."""

    def put(self, resource: Stored, rows: IndexRows, said: int | None = None) -> None:
        """Add a version; raises :class:`VersionConflictError` unless it is the next one (1 for a new resource).

        ``said``: when the message was written that it comes from, None for what is said now.
        """

    def receive(self, row: InboxRow) -> int:
        """Keep an incoming message and give its place; raises :class:`DuplicateMessageError` when its key is taken."""

    def conclude(
        self, pk: int, *, status: str, answer: bytes | None = None, focus: str | None = None, failure: str = ""
    ) -> None:
        """What became of a received message; raises :class:`AlreadySettledError` when it is not ``received``.

        Without ``answer`` the one it got when it was received stands.
        """

    def tally(self, read: MessageRead) -> None:
        """Count what became of the values of a message, and the codes in it that nobody explained."""

    def park(self, pk: int, keys: Iterable[str]) -> None:
        """Let a message that was concluded as parked wait for a message with one of these keys."""

    def release(self, keys: Iterable[str]) -> int:
        """Put back what is parked under one of these keys; how many messages that were."""

    def begin_batch(self, door: str, digest: bytes, received: int, parts: Sequence[tuple[str, bytes | None]]) -> int:
        """Keep what stands around the messages of a batch (those have no bytes yet); the place of one that is kept already."""

    def join_batch(self, batch: int, position: int, message: int) -> None:
        """Say which message stands in a place of a batch."""

    def enqueue(self, row: OutboxRow) -> None:
        """Add a message to be sent."""

    def settle(self, pk: int, *, status: str, due: int, answer: bytes | None = None, failure: str = "") -> None:
        """Record the outcome of one attempt to send."""

    def record(self, *rows: AuditRow) -> None:
        """Add audit rows."""


class Store(Reader, Protocol):
    """A place where resources and messages are kept."""

    def submit(self, work: Callable[[Transaction], T], *, background: bool = False) -> Future[T]:
        """Run ``work`` in a transaction of its own; the future is done when what it wrote is durable.

        ``background`` work gives way to what somebody waits for, but never waits for ever.
        """

    async def write(self, work: Callable[[Transaction], T], *, background: bool = False) -> T:
        """``submit`` for a coroutine."""

    def close(self) -> None:
        """Finish what was submitted, then let go."""
