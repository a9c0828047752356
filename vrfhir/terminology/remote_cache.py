"""Answers of a terminology server on disk: SQLite, keyed by the whole request, with an age limit and a size limit.

A cache is never the reason that something fails: a file that cannot be opened or is damaged is done without.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

__all__ = ["AnswerCache"]

Json = dict[str, Any]

_SCHEMA = "CREATE TABLE IF NOT EXISTS answer (key TEXT PRIMARY KEY, at REAL NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID"
_KEPT_REFUSALS = frozenset({400, 404, 422})
"""Refusals that say something about the question (an unknown value set), kept shorter; all others are not kept."""
_REFUSAL_SECONDS = 3600.0
_SWEEP_EVERY = 500


class AnswerCache:
    """Answers by key. ``path`` None: in memory. Safe to share between threads, and between processes on one file."""

    def __init__(self, path: Path | None, seconds: float, rows: int, *, clock: Callable[[], float] = time.time) -> None:
        self._seconds = seconds
        self._rows = rows
        self._clock = clock
        self._lock = Lock()
        self._puts = 0
        self._connection = _opened(path)

    @staticmethod
    def key(base: str, operation: str, parameters: Json) -> str:
        """The key of a request: the same question to the same server."""
        text = json.dumps([base, operation, parameters], sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def get(self, key: str) -> tuple[int, bytes] | None:
        """Status and body of an answer that is young enough."""
        with self._lock:
            row = self._run("SELECT at, status, body FROM answer WHERE key = ?", (key,))
        if row is None:
            return None
        at, status, body = row
        limit = self._seconds if status == 200 else min(self._seconds, _REFUSAL_SECONDS)
        return (status, body) if 0 <= self._clock() - at <= limit else None

    def put(self, key: str, status: int, body: bytes) -> None:
        """Keep an answer; now and then what is too old or too much is dropped, the oldest first."""
        if status != 200 and status not in _KEPT_REFUSALS:
            return
        with self._lock:
            values = (key, self._clock(), status, body if status == 200 else b"")
            self._run("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)", values)
            self._puts += 1
            if self._puts % _SWEEP_EVERY == 1 or self._rows < _SWEEP_EVERY:
                self._run("DELETE FROM answer WHERE at < ?", (self._clock() - self._seconds,))
                keep = "SELECT key FROM answer ORDER BY at DESC LIMIT ?"
                self._run(f"DELETE FROM answer WHERE key NOT IN ({keep})", (self._rows,))  # noqa: S608 - no input in it

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _run(self, statement: str, values: tuple[Any, ...]) -> Any:
        if self._connection is None:
            return None
        try:
            row = self._connection.execute(statement, values).fetchone()
            self._connection.commit()
        except sqlite3.Error:
            self._connection.close()
            self._connection = None
            return None
        return row


def _opened(path: Path | None) -> sqlite3.Connection | None:
    for attempt in (path, None):
        try:
            if attempt is not None:
                attempt.parent.mkdir(parents=True, exist_ok=True)
                attempt.touch(mode=0o600)
            connection = sqlite3.connect(str(attempt) if attempt else ":memory:", timeout=5.0, check_same_thread=False)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(_SCHEMA)
            connection.commit()
        except (OSError, sqlite3.Error):
            continue
        return connection
    return None
