"""The operator's view of a database: what waits, what failed, and putting it back; also while an endpoint uses the file."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

from vrfhir.errors import VrfhirError
from vrfhir.issues import Issue

__all__ = ["Counted", "Desk", "Letter", "OpenCode"]

_INBOX = (
    "SELECT pk, status, sender, control_id, received, attempts, failure, content,"
    " (SELECT min(batch) FROM batch_part WHERE message = inbox.pk) FROM inbox"
)
_OUTBOX = "SELECT pk, status, destination, control_id, created, attempts, failure, content, NULL FROM outbox"
_LISTED = {
    "in": (_INBOX, ("received", "failed", "parked", "rejected", "quarantined", "accepted", "closed")),
    "out": (_OUTBOX, ("pending", "dead", "sent", "closed")),
}
_UNDONE = {"in": ("received", "failed", "parked"), "out": ("pending", "dead")}
_AGAIN = {
    "in": "UPDATE inbox SET status = 'received', failure = '' WHERE pk = ? AND status IN ('failed', 'parked')",
    "out": "UPDATE outbox SET status = 'pending', due = 0, attempts = 0 WHERE pk = ? AND status = 'dead'",
}
_CLOSED = {
    "in": "UPDATE inbox SET status = 'closed' WHERE pk = ? AND status IN ('failed', 'parked')",
    "out": "UPDATE outbox SET status = 'closed' WHERE pk = ? AND status = 'dead'",
}


class Letter(NamedTuple):
    """One message in a box. ``partner`` sent it or is to get it; ``at`` is in microseconds since 1970."""

    box: str
    pk: int
    status: str
    partner: str
    control_id: str
    at: int
    attempts: int
    failure: str
    content: bytes
    batch: int | None = None

    @property
    def name(self) -> str:
        """``in:7``."""
        return f"{self.box}:{self.pk}"


class Counted(NamedTuple):
    """The messages of one type of a partner that had one outcome, and what became of their values."""

    partner: str
    kind: str
    status: str
    messages: int
    mapped: int
    carried: int
    ignored: int
    deleted: int
    last: int


class OpenCode(NamedTuple):
    """A code that nobody explained when it came: the HL7 v2 ``table``, the ``code`` and the ``name`` of its coding system."""

    partner: str
    table: str
    code: str
    name: str
    times: int
    first: int
    last: int


class Desk:
    """Opens the database of an endpoint, without claiming it. VrfhirError when there is none."""

    def __init__(self, path: Path) -> None:
        try:
            self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
            self._connection.execute("PRAGMA busy_timeout = 5000")
            self._connection.execute("SELECT partner FROM inbox LIMIT 1")
        except (sqlite3.Error, ValueError):
            text = "There is no database of an endpoint here, or an older one that no endpoint has opened yet."
            raise VrfhirError(Issue("fatal", "not-found", "VR-STORE-0004", text, source=str(path))) from None

    def letters(self, box: str, status: str | None = None) -> list[Letter]:
        """The messages in a box: those in a status, or all that are not done with."""
        statement, known = _LISTED[box]
        wanted = _UNDONE[box] if status is None else (status,)
        if not set(wanted) <= set(known):
            return []
        marks = ", ".join("?" * len(wanted))
        rows = self._connection.execute(f"{statement} WHERE status IN ({marks}) ORDER BY pk", wanted)
        return [Letter(box, *row) for row in rows]

    def letter(self, box: str, pk: int) -> Letter | None:
        """One message."""
        row = self._connection.execute(f"{_LISTED[box][0]} WHERE pk = ?", (pk,)).fetchone()
        return Letter(box, *row) if row else None

    def again(self, box: str, pk: int) -> bool:
        """Put a failed or dead message back; False when it is not one. The endpoint takes it up within seconds."""
        return self._connection.execute(_AGAIN[box], (pk,)).rowcount == 1

    def lay_aside(self, box: str, pk: int) -> bool:
        """Be done with a failed, parked or dead message without working on it; False when it is not one."""
        return self._connection.execute(_CLOSED[box], (pk,)).rowcount == 1

    def batch(self, pk: int) -> bytes | None:
        """A batch as it came: its envelope with the messages in their places."""
        rows = self._connection.execute(
            "SELECT coalesce(p.content, i.content, x'') FROM batch_part p LEFT JOIN inbox i ON i.pk = p.message"
            " WHERE p.batch = ? ORDER BY p.position",
            (pk,),
        ).fetchall()
        return b"".join(row[0] for row in rows) if rows else None

    def counted(self) -> list[Counted]:
        """The statistics of all partners. VrfhirError when the file is older than they are."""
        return [Counted(*row) for row in self._ask("SELECT * FROM mapping_count ORDER BY partner, kind, status")]

    def open_codes(self) -> list[OpenCode]:
        """The codes without a meaning, of each partner the most frequent first."""
        rows = self._ask("SELECT * FROM unmapped_code ORDER BY partner, times DESC, code_table, code, name")
        return [OpenCode(*row) for row in rows]

    def forget_code(self, code: OpenCode) -> None:
        """Take an answered code off the list; it comes back when it is met and still without a meaning."""
        self._connection.execute(
            "DELETE FROM unmapped_code WHERE partner = ? AND code_table = ? AND code = ? AND name = ?", code[:4]
        )

    def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement).fetchall()
        except sqlite3.Error:
            text = "The database is older than its statistics; an endpoint of this version adds them when it opens it."
            raise VrfhirError(Issue("fatal", "not-found", "VR-STORE-0004", text)) from None

    def close(self) -> None:
        """Let go."""
        self._connection.close()
