"""One thread that writes, many callers that wait: group commit.

A durable commit costs a disk sync, whatever is in it. Callers hand over callables; the thread runs all that are
waiting inside one SQLite transaction, each in its own savepoint so that one failing takes nothing of the others, and
answers them only after the common COMMIT has returned. Background work gives way: while there is work that somebody waits
for, it gets a small part of the thread's time.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, NamedTuple

__all__ = ["GroupCommitWriter"]

GROUP = 64
"""At most so many interactions share one commit, which bounds how long the first of them waits."""

BACKGROUND_GROUP = 4
"""The same for background work while nobody waits: what comes meanwhile waits for it."""

PAUSE = 20
"""After background work, so many times as long is kept for work that somebody waits for, if there is any."""


class _Job(NamedTuple):
    work: Callable[[], Any]
    future: Future[Any]


class GroupCommitWriter:
    """Runs callables against ``connection``, each kind in the order submitted. ``rolled_back`` is told of each undo."""

    def __init__(self, connection: sqlite3.Connection, rolled_back: Callable[[], None]) -> None:
        self._connection = connection
        self._rolled_back = rolled_back
        self._awaited: deque[_Job] = deque()
        self._background: deque[_Job] = deque()
        self._background_from = 0.0
        self._closed = False
        self._forgets = False
        """Whether ``rolled_back`` failed, and is still to be told."""
        self._came = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="vrfhir-store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], Any], *, background: bool = False) -> Future[Any]:
        """Queue a callable; its future is done after the commit."""
        future: Future[Any] = Future()
        with self._came:
            if self._closed:
                raise RuntimeError("the store is closed")
            (self._background if background else self._awaited).append(_Job(work, future))
            self._came.notify()
        return future

    def close(self) -> None:
        """Finish what was submitted, then end the thread."""
        with self._came:
            self._closed = True
            self._came.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next():
            self._commit(group)

    def _next(self) -> list[_Job]:
        """What is in the queues by now; nothing when they are empty and closed."""
        with self._came:
            while not self._awaited and not self._background and not self._closed:
                self._came.wait()
            group = [self._awaited.popleft() for _ in range(min(GROUP, len(self._awaited)))]
            share = BACKGROUND_GROUP if not group else 1 if time.monotonic() >= self._background_from else 0
            return group + [self._timed(self._background.popleft()) for _ in range(min(share, len(self._background)))]

    def _timed(self, job: _Job) -> _Job:
        def work() -> Any:
            begun = time.monotonic()
            try:
                return job.work()
            finally:
                ended = time.monotonic()
                self._background_from = ended + PAUSE * (ended - begun)

        return _Job(work, job.future)

    def _commit(self, group: list[_Job]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        try:
            self._begin()
            for job in group:
                if job.future.set_running_or_notify_cancel():
                    self._attempt(job, done)
            self._connection.execute("COMMIT")
        except BaseException as error:  # the disk is full, the file is gone: nobody in the group was acknowledged
            self._undo()
            for job in group:
                with suppress(InvalidStateError):  # answered before, or its caller went away
                    job.future.set_exception(error)
            return
        for future, result in done:
            future.set_result(result)

    def _begin(self) -> None:
        if self._connection.in_transaction:  # an earlier one could not be undone when it failed
            self._connection.execute("ROLLBACK")
        if self._forgets:
            self._rolled_back()
            self._forgets = False
        self._connection.execute("BEGIN IMMEDIATE")

    def _undo(self) -> None:
        """As far as it can be done: what is wrong with the file may be wrong with this too, and the thread has to live on."""
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        self._forgets = True
        with suppress(sqlite3.Error):
            self._rolled_back()
            self._forgets = False

    def _attempt(self, job: _Job, done: list[tuple[Future[Any], Any]]) -> None:
        self._connection.execute("SAVEPOINT interaction")
        try:
            result = job.work()
        except Exception as error:
            if not self._connection.in_transaction:  # the disk is full: SQLite has undone the whole group
                raise
            self._connection.execute("ROLLBACK TO interaction")
            self._connection.execute("RELEASE interaction")
            self._rolled_back()
            job.future.set_exception(error)
            return
        self._connection.execute("RELEASE interaction")
        done.append((job.future, result))
