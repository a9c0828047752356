"""The store in one SQLite file: one writer thread, a reader connection per thread, nothing acknowledged before fsync."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from vrfhir.errors import VrfhirError
from vrfhir.issues import Issue
from vrfhir.server.store.base import AuditRow, BatchPart, InboxRow, Match, OutboxRow, Stored, Transaction
from vrfhir.server.store.claim import Claim
from vrfhir.server.store.migration import migrate
from vrfhir.server.store.queries import ParameterNumbers, Queries
from vrfhir.server.store.query import Query
from vrfhir.server.store.writer import GroupCommitWriter
from vrfhir.server.store.writing import Writing

__all__ = ["SqliteStore", "not_written"]

T = TypeVar("T")


class SqliteStore:
    """:class:`vrfhir.server.store.base.Store` in the SQLite file at ``path`` (made if it is not there)."""

    def __init__(self, path: Path | str) -> None:
        self._path = str(path)
        self._connections: list[sqlite3.Connection] = []
        self._local = threading.local()
        self._lock = threading.Lock()
        try:
            self._claim = Claim(self._path)
        except OSError as error:
            raise _unopened(self._path, error.strerror or str(error)) from None
        try:
            connection = self._connect()
            schema = migrate(connection)
            # a file that can only be read is found out now, not by the first message
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(f"PRAGMA user_version = {schema}")
            connection.execute("ROLLBACK")
        except (sqlite3.Error, VrfhirError) as error:
            self._close()
            if isinstance(error, VrfhirError):
                raise
            raise _unopened(self._path, str(error)) from None
        self._parameters = ParameterNumbers(connection)
        self._transaction = Writing(connection, self._parameters)
        self._writer = GroupCommitWriter(connection, self._parameters.reload)

    def submit(self, work: Callable[[Transaction], T], *, background: bool = False) -> Future[T]:
        """See :meth:`vrfhir.server.store.base.Store.submit`."""
        return self._writer.submit(lambda: work(self._transaction), background=background)

    async def write(self, work: Callable[[Transaction], T], *, background: bool = False) -> T:
        """See :meth:`vrfhir.server.store.base.Store.write`."""
        return await asyncio.wrap_future(self.submit(work, background=background))

    def close(self) -> None:
        """Finish what was submitted, then close every connection."""
        self._writer.close()
        self._close()

    def read(self, type_: str, id_: str) -> Stored | None:
        return self._reader().read(type_, id_)

    def read_version(self, type_: str, id_: str, version: int) -> Stored | None:
        return self._reader().read_version(type_, id_, version)

    def history(self, type_: str, id_: str, limit: int) -> list[Stored]:
        return self._reader().history(type_, id_, limit)

    def search(self, query: Query) -> list[Match]:
        return self._reader().search(query)

    def count(self, query: Query) -> int:
        return self._reader().count(query)

    def targets(self, positions: Iterable[int], parameter: str) -> list[str]:
        return self._reader().targets(positions, parameter)

    def message(self, door: str, sender: str, control_id: str) -> InboxRow | None:
        return self._reader().message(door, sender, control_id)

    def message_about(self, door: str, focus: str) -> InboxRow | None:
        return self._reader().message_about(door, focus)

    def message_at(self, pk: int) -> InboxRow | None:
        return self._reader().message_at(pk)

    def inbox(self, status: str, *, after: int = 0, limit: int = 1_000_000) -> list[InboxRow]:
        return self._reader().inbox(status, after=after, limit=limit)

    def inbox_counts(self) -> dict[str, int]:
        return self._reader().inbox_counts()

    def referrers(self, target: str) -> list[Stored]:
        return self._reader().referrers(target)

    def said_at(self, resource: Stored) -> int:
        return self._reader().said_at(resource)

    def batch(self, pk: int) -> list[BatchPart]:
        return self._reader().batch(pk)

    def outbox(self, status: str | None = None) -> list[OutboxRow]:
        return self._reader().outbox(status)

    def sent_about(self, focus: str) -> list[OutboxRow]:
        return self._reader().sent_about(focus)

    def sent_as(self, control_id: str) -> OutboxRow | None:
        return self._reader().sent_as(control_id)

    def outbox_counts(self) -> dict[str, int]:
        return self._reader().outbox_counts()

    def due(self, now: int, furthest: int = 2**62) -> list[OutboxRow]:
        return self._reader().due(now, furthest)

    def audit_trail(self, target: str | None = None) -> list[AuditRow]:
        return self._reader().audit_trail(target)

    def _reader(self) -> Queries:
        reader: Queries | None = getattr(self._local, "reader", None)
        if reader is None:
            connection = self._connect()
            connection.execute("PRAGMA query_only = 1")
            reader = self._local.reader = Queries(connection, self._parameters)
        return reader

    def _close(self) -> None:
        with self._lock:
            connections, self._connections = self._connections, []
        for connection in connections:
            connection.close()
        self._claim.release()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, cached_statements=512)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 5000", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        with self._lock:
            self._connections.append(connection)
        return connection


def _unopened(path: str, reason: str) -> VrfhirError:
    text = f"The database cannot be opened: {reason.lower()}."
    return VrfhirError(Issue("fatal", "no-store", "VR-STORE-0002", text, source=path))


def not_written(error: sqlite3.Error) -> Issue:
    """Why a write failed: a full disk, a file that another program holds or that can only be read."""
    reason = str(error).lower() if isinstance(error, sqlite3.OperationalError) else type(error).__name__
    text = f"The store cannot write just now ({reason}); nothing was kept."
    return Issue("error", "transient", "VR-STORE-0005", text, hint="Send it again later.")
