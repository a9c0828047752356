"""The store's questions, over one SQLite connection."""

# ruff: noqa: S608 -- what is put into the statements are column names of this module, never a value

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Any, cast

import msgspec

from vrfhir.server.store.base import AuditRow, BatchPart, InboxRow, Match, OutboxRow, SearchTooCostlyError, Stored
from vrfhir.server.store.query import Query
from vrfhir.server.store.select import count_statement, page_statement

__all__ = ["AUDIT", "INBOX", "OUTBOX", "ParameterNumbers", "Queries"]

_SEARCH_SECONDS = 2.0
_STEPS_BETWEEN_CHECKS = 20_000

_RESOURCE = "type, id, version, updated, body, deleted"
INBOX = "door, sender, control_id, digest, received, status, content, answer, focus, mode, attempts, failure, partner, charset"  # as in InboxRow
OUTBOX = (
    "destination, control_id, kind, focus, content, created, due, status, attempts, answer, failure"  # as in OutboxRow
)
_UNFINISHED = "status IN ('received', 'failed', 'parked')"  # as in the index inbox_unfinished
AUDIT = "at, request, interaction, target, role, organisation, outcome"


class ParameterNumbers:
    """Numbers of search parameter names, shared by all connections; forgotten when a write that added one is undone."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._numbers: dict[str, int] = {}
        self.reload()

    def reload(self) -> None:
        self._numbers = dict(self._connection.execute("SELECT name, id FROM search_parameter"))

    def known(self, name: str) -> int:
        """The number of a name; 0 (which no row has) for one that was never indexed."""
        return self._numbers.get(name, 0)

    def number(self, name: str) -> int:
        """The number of a name, given now if need be. For the writer only."""
        number = self._numbers.get(name)
        if number is None:
            number = cast(
                "int", self._connection.execute("INSERT INTO search_parameter (name) VALUES (?)", (name,)).lastrowid
            )
            self._numbers[name] = number
        return number


class Queries:
    """The questions, over one connection."""

    def __init__(self, connection: sqlite3.Connection, parameters: ParameterNumbers) -> None:
        self._connection = connection
        self._parameters = parameters

    def read(self, type_: str, id_: str) -> Stored | None:
        row = self._one(f"SELECT {_RESOURCE} FROM resource WHERE type = ? AND id = ?", type_, id_)
        return _stored(row) if row else None

    def read_version(self, type_: str, id_: str, version: int) -> Stored | None:
        current = self.read(type_, id_)
        if current is None or current.version == version:
            return current
        row = self._one(
            "SELECT e.updated, e.body, e.deleted FROM earlier_version e JOIN resource r ON r.pk = e.pk"
            " WHERE r.type = ? AND r.id = ? AND e.version = ?",
            type_,
            id_,
            version,
        )
        return Stored(type_, id_, version, row[0], row[1], bool(row[2])) if row else None

    def history(self, type_: str, id_: str, limit: int) -> list[Stored]:
        current = self.read(type_, id_)
        if current is None:
            return []
        rows = self._connection.execute(
            "SELECT e.version, e.updated, e.body, e.deleted FROM earlier_version e JOIN resource r ON r.pk = e.pk"
            " WHERE r.type = ? AND r.id = ? ORDER BY e.version DESC LIMIT ?",
            (type_, id_, limit - 1),
        )
        return [current, *(Stored(type_, id_, row[0], row[1], row[2], bool(row[3])) for row in rows)]

    def search(self, query: Query) -> list[Match]:
        statement = page_statement(query, self._parameters.known)
        return [Match(row[0], _stored(row[1:])) for row in self._bounded(statement.text, statement.values)]

    def count(self, query: Query) -> int:
        statement = count_statement(query, self._parameters.known)
        return int(self._bounded(statement.text, statement.values)[0][0])

    def targets(self, positions: Iterable[int], parameter: str) -> list[str]:
        found: dict[str, None] = {}
        for position in positions:
            row = self._one("SELECT indexed FROM resource WHERE pk = ?", position)
            if row:
                references = msgspec.json.decode(row[0])[2]
                found.update({target: None for name, target in references if name == parameter})
        return list(found)

    def message(self, door: str, sender: str, control_id: str) -> InboxRow | None:
        row = self._one(
            f"SELECT {INBOX}, pk FROM inbox WHERE door = ? AND sender = ? AND control_id = ?"
            " AND status <> 'quarantined'",
            door,
            sender,
            control_id,
        )
        return InboxRow(*row) if row else None

    def message_at(self, pk: int) -> InboxRow | None:
        row = self._one(f"SELECT {INBOX}, pk FROM inbox WHERE pk = ?", pk)
        return InboxRow(*row) if row else None

    def inbox(self, status: str, *, after: int = 0, limit: int = 1_000_000) -> list[InboxRow]:
        partial = f" AND {_UNFINISHED}" if status in ("received", "failed", "parked") else ""
        rows = self._connection.execute(
            f"SELECT {INBOX}, pk FROM inbox WHERE status = ? AND pk > ?{partial} ORDER BY pk LIMIT ?",
            (status, after, limit),
        )
        return [InboxRow(*row) for row in rows]

    def inbox_counts(self) -> dict[str, int]:
        rows = self._connection.execute(f"SELECT status, count(*) FROM inbox WHERE {_UNFINISHED} GROUP BY status")
        return {"received": 0, "failed": 0, "parked": 0} | dict(rows)

    def message_about(self, door: str, focus: str) -> InboxRow | None:
        row = self._one(
            f"SELECT {INBOX}, pk FROM inbox WHERE focus = ? AND door = ? AND status = 'accepted' ORDER BY pk LIMIT 1",
            focus,
            door,
        )
        return InboxRow(*row) if row else None

    def referrers(self, target: str) -> list[Stored]:
        rows = self._connection.execute(
            f"SELECT {_RESOURCE} FROM resource WHERE deleted = 0 AND pk IN (SELECT i.pk FROM search_parameter p"
            " CROSS JOIN reference_index i ON i.parameter = p.id AND i.target = ?) ORDER BY pk",
            (target,),
        )
        return [_stored(row) for row in rows]

    def said_at(self, resource: Stored) -> int:
        row = self._one(
            "SELECT said FROM resource WHERE type = ? AND id = ? AND version = ?",
            resource.type,
            resource.id,
            resource.version,
        )
        return int(row[0]) if row is not None and row[0] is not None else resource.updated

    def batch(self, pk: int) -> list[BatchPart]:
        rows = self._connection.execute(
            "SELECT p.name, coalesce(p.content, i.content, x''), p.message FROM batch_part p"
            " LEFT JOIN inbox i ON i.pk = p.message WHERE p.batch = ? ORDER BY p.position",
            (pk,),
        )
        return [BatchPart(*row) for row in rows]

    def outbox(self, status: str | None = None) -> list[OutboxRow]:
        rows = self._connection.execute(
            f"SELECT {OUTBOX}, pk FROM outbox WHERE status = coalesce(?, status) ORDER BY pk", (status,)
        )
        return [OutboxRow(*row) for row in rows]

    def sent_about(self, focus: str) -> list[OutboxRow]:
        rows = self._connection.execute(
            f"SELECT {OUTBOX}, pk FROM outbox WHERE focus = ? AND focus <> '' ORDER BY pk", (focus,)
        )
        return [OutboxRow(*row) for row in rows]

    def sent_as(self, control_id: str) -> OutboxRow | None:
        row = self._one(f"SELECT {OUTBOX}, pk FROM outbox WHERE control_id = ?", control_id)
        return OutboxRow(*row) if row else None

    def outbox_counts(self) -> dict[str, int]:
        return dict(self._connection.execute("SELECT status, count(*) FROM outbox GROUP BY status"))

    def due(self, now: int, furthest: int = 2**62) -> list[OutboxRow]:
        rows = self._connection.execute(
            f"SELECT {OUTBOX}, pk FROM outbox WHERE (due <= ? OR due > ?) AND pk IN"
            " (SELECT min(pk) FROM outbox WHERE status = 'pending' GROUP BY destination) ORDER BY pk",
            (now, furthest),
        )
        return [OutboxRow(*row) for row in rows]

    def audit_trail(self, target: str | None = None) -> list[AuditRow]:
        rows = self._connection.execute(
            f"SELECT {AUDIT} FROM audit WHERE target = coalesce(?, target) ORDER BY pk", (target,)
        )
        return [AuditRow(*row) for row in rows]

    def _one(self, statement: str, *values: Any) -> Any:
        return self._connection.execute(statement, values).fetchone()

    def _bounded(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """Run a search, but not for ever."""
        deadline = time.monotonic() + _SEARCH_SECONDS
        self._connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_CHECKS)
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise SearchTooCostlyError from error
            raise
        finally:
            self._connection.set_progress_handler(None, 0)


def _stored(row: Sequence[Any]) -> Stored:
    return Stored(row[0], row[1], row[2], row[3], row[4], bool(row[5]))
