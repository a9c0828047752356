"""The store's writes, over the one connection that may write; always inside a savepoint of the writer thread."""

# ruff: noqa: S608 -- what is put into the statements are column names, never a value

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, cast

import msgspec

from vrfhir.server.store.base import (
    AlreadySettledError,
    AuditRow,
    DuplicateMessageError,
    InboxRow,
    IndexRows,
    MessageRead,
    OutboxRow,
    Stored,
    VersionConflictError,
)
from vrfhir.server.store.queries import AUDIT, INBOX, OUTBOX, Queries

__all__ = ["Writing"]

_INSERTS = (
    "INSERT OR IGNORE INTO token_index (parameter, code, system, pk) VALUES (?, ?, ?, ?)",
    "INSERT OR IGNORE INTO string_index (parameter, folded, exact, pk) VALUES (?, ?, ?, ?)",
    "INSERT OR IGNORE INTO reference_index (parameter, target, pk) VALUES (?, ?, ?)",
    "INSERT OR IGNORE INTO date_index (parameter, low, high, pk) VALUES (?, ?, ?, ?)",
)
_DELETES = (
    "DELETE FROM token_index WHERE parameter = ? AND code = ? AND system = ? AND pk = ?",
    "DELETE FROM string_index WHERE parameter = ? AND folded = ? AND exact = ? AND pk = ?",
    "DELETE FROM reference_index WHERE parameter = ? AND target = ? AND pk = ?",
    "DELETE FROM date_index WHERE parameter = ? AND low = ? AND high = ? AND pk = ?",
)
_RECEIVE = f"INSERT INTO inbox ({INBOX}) VALUES ({', '.join('?' * len(INBOX.split(', ')))})"
_TALLY = (
    "INSERT INTO mapping_count VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET messages = messages + 1,"
    " mapped = mapped + excluded.mapped, carried = carried + excluded.carried, ignored = ignored + excluded.ignored,"
    " deleted = deleted + excluded.deleted, last = excluded.last"
)
_LONGEST_CODE = 200
"""What is longer is a text that stands where a code should, not a code that somebody could explain."""
_MOST_CODES = 10_000
"""Of one partner: a field that holds a new code each time is not explained code by code."""
_SEEN_AGAIN = "UPDATE unmapped_code SET times = times + 1, last = ? WHERE partner = ? AND code_table = ? AND code = ? AND name = ?"
_SEEN_FIRST = (
    "INSERT INTO unmapped_code SELECT ?, ?, ?, ?, 1, ?, ?"
    f" WHERE (SELECT count(*) FROM unmapped_code WHERE partner = ?) < {_MOST_CODES}"
)
_of_inbox = attrgetter(*INBOX.split(", "))
_of_audit = attrgetter(*AUDIT.split(", "))


class Writing(Queries):
    """The writer's connection: questions see what was written so far."""

    def put(self, resource: Stored, rows: IndexRows, said: int | None = None) -> None:
        numbered = self._numbered(rows)
        indexed = msgspec.json.encode(rows)
        values = (resource.version, resource.updated, resource.deleted, resource.body, indexed, said)
        if resource.version == 1:
            try:
                position = self._connection.execute(
                    "INSERT INTO resource (version, updated, deleted, body, indexed, said, type, id)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (*values, resource.type, resource.id),
                ).lastrowid
            except sqlite3.IntegrityError:
                raise VersionConflictError(self._version(resource)) from None
        else:
            position = self._replace(resource, values)
        for statement, table in zip(_INSERTS, numbered, strict=True):
            if table:
                self._connection.executemany(statement, [(*row, position) for row in table])

    def _replace(self, resource: Stored, values: tuple[Any, ...]) -> int:
        row = self._one(
            "SELECT pk, version, indexed FROM resource WHERE type = ? AND id = ?", resource.type, resource.id
        )
        if row is None or row[1] != resource.version - 1:
            raise VersionConflictError(row[1] if row else 0)
        position = cast("int", row[0])
        self._connection.execute(
            "INSERT INTO earlier_version (pk, version, updated, deleted, body)"
            " SELECT pk, version, updated, deleted, body FROM resource WHERE pk = ?",
            (position,),
        )
        self._connection.execute(
            "UPDATE resource SET version = ?, updated = ?, deleted = ?, body = ?, indexed = ?, said = ? WHERE pk = ?",
            (*values, position),
        )
        earlier = self._numbered(IndexRows(*msgspec.json.decode(row[2])))
        for statement, table in zip(_DELETES, earlier, strict=True):
            if table:
                self._connection.executemany(statement, [(*entry, position) for entry in table])
        return position

    def _numbered(self, rows: IndexRows) -> list[list[tuple[Any, ...]]]:
        number = self._parameters.number
        return [[(number(row[0]), *row[1:]) for row in table] for table in rows]

    def _version(self, resource: Stored) -> int:
        current = self.read(resource.type, resource.id)
        return current.version if current else 0

    def receive(self, row: InboxRow) -> int:
        try:
            position = self._connection.execute(_RECEIVE, _of_inbox(row)).lastrowid
        except sqlite3.IntegrityError:
            raise DuplicateMessageError from None
        return cast("int", position)

    def conclude(
        self, pk: int, *, status: str, answer: bytes | None = None, focus: str | None = None, failure: str = ""
    ) -> None:
        changed = self._connection.execute(
            "UPDATE inbox SET status = ?, answer = coalesce(?, answer), focus = ?, failure = ?, attempts = attempts + 1"
            " WHERE pk = ? AND status = 'received'",
            (status, answer, focus, failure, pk),
        ).rowcount
        if changed != 1:
            raise AlreadySettledError

    def tally(self, read: MessageRead) -> None:
        self._connection.execute(_TALLY, (read.partner, read.kind, read.status, *read.outcomes, read.at))
        for table, code, name in read.unmapped:
            if len(code) > _LONGEST_CODE or len(name) > _LONGEST_CODE:
                continue
            key = (read.partner, table, code, name)
            known = self._connection.execute(_SEEN_AGAIN, (read.at, *key)).rowcount
            if not known:
                self._connection.execute(_SEEN_FIRST, (*key, read.at, read.at, read.partner))

    def park(self, pk: int, keys: Iterable[str]) -> None:
        self._connection.executemany(
            "INSERT OR IGNORE INTO parked_for (key, message) VALUES (?, ?)", [(key, pk) for key in keys]
        )

    def release(self, keys: Iterable[str]) -> int:
        released = 0
        for key in keys:
            for (pk,) in self._connection.execute("SELECT message FROM parked_for WHERE key = ?", (key,)).fetchall():
                self._connection.execute("DELETE FROM parked_for WHERE message = ?", (pk,))
                released += self._connection.execute(
                    "UPDATE inbox SET status = 'received', failure = '' WHERE pk = ? AND status = 'parked'", (pk,)
                ).rowcount
        return released

    def begin_batch(self, door: str, digest: bytes, received: int, parts: Sequence[tuple[str, bytes | None]]) -> int:
        known = self._one("SELECT pk FROM batch WHERE door = ? AND digest = ?", door, digest)
        if known is not None:
            return cast("int", known[0])
        batch = self._connection.execute(
            "INSERT INTO batch (door, digest, received) VALUES (?, ?, ?)", (door, digest, received)
        ).lastrowid
        self._connection.executemany(
            "INSERT INTO batch_part (batch, position, name, content) VALUES (?, ?, ?, ?)",
            [(batch, position, name, content) for position, (name, content) in enumerate(parts)],
        )
        return cast("int", batch)

    def join_batch(self, batch: int, position: int, message: int) -> None:
        self._connection.execute(
            "UPDATE batch_part SET message = ? WHERE batch = ? AND position = ?", (message, batch, position)
        )

    def enqueue(self, row: OutboxRow) -> None:
        values = [getattr(row, name) for name in OUTBOX.split(", ")]
        self._connection.execute(f"INSERT INTO outbox ({OUTBOX}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def settle(self, pk: int, *, status: str, due: int, answer: bytes | None = None, failure: str = "") -> None:
        self._connection.execute(
            "UPDATE outbox SET status = ?, due = ?, answer = ?, failure = ?, attempts = attempts + 1 WHERE pk = ?",
            (status, due, answer, failure, pk),
        )

    def record(self, *rows: AuditRow) -> None:
        self._connection.executemany(
            f"INSERT INTO audit ({AUDIT}) VALUES (?, ?, ?, ?, ?, ?, ?)", [_of_audit(row) for row in rows]
        )
