"""What the endpoint needs of a store: a Protocol, and the values that pass through it.

A store keeps bytes and index rows. It knows no FHIR interaction, no search parameter and no HL7 v2; what a search
means is said to it as :mod:`vrfhir.server.store.query`. Everything that belongs to one interaction – versions, index
rows, inbox, outbox, audit – is written by one callable, in one transaction, durable before the caller learns of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from vrfhir.server.store.query import Query

__all__ = [
    "AuditRow",
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
    """A message as it came, and the answer it got. ``status``: accepted, rejected, or quarantined (no usable key)."""

    door: str
    sender: str
    control_id: str
    digest: bytes
    received: int
    status: str
    content: bytes
    answer: bytes
    focus: str | None = None


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
        """The accepted or rejected message with this key."""

    def message_about(self, door: str, focus: str) -> InboxRow | None:
        """The first accepted message about a referral: the one that brought it."""

    def outbox(self, status: str | None = None) -> list[OutboxRow]:
        """Outgoing messages, oldest first."""

    def outbox_counts(self) -> dict[str, int]:
        """How many outgoing messages are in each status."""

    def due(self, now: int) -> list[OutboxRow]:
        """Per destination the oldest pending message, if its time has come: later ones wait behind it."""

    def audit_trail(self, target: str | None = None) -> list[AuditRow]:
        """Audit rows, oldest first."""


class Transaction(Reader, Protocol):
    """What can be written, all of it or nothing."""

    def put(self, resource: Stored, rows: IndexRows) -> None:
        """Add a version; raises :class:`VersionConflictError` unless it is the next one (1 for a new resource)."""

    def receive(self, row: InboxRow) -> None:
        """Keep an incoming message; raises :class:`DuplicateMessageError` when its key is taken."""

    def enqueue(self, row: OutboxRow) -> None:
        """Add a message to be sent."""

    def settle(self, pk: int, *, status: str, due: int, answer: bytes | None = None, failure: str = "") -> None:
        """Record the outcome of one attempt to send."""

    def record(self, row: AuditRow) -> None:
        """Add an audit row."""


class Store(Reader, Protocol):
    """A place where resources and messages are kept."""

    def submit(self, work: Callable[[Transaction], T]) -> Future[T]:
        """Run ``work`` in a transaction of its own; the future is done when what it wrote is durable."""

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """``submit`` for a coroutine."""

    def close(self) -> None:
        """Finish what was submitted, then let go."""
