"""One thread that writes, many callers that wait: group commit.

A durable commit costs a disk sync, whatever is in it. Callers hand over callables; the thread runs all that are
waiting inside one SQLite transaction, each in its own savepoint so that one failing takes nothing of the others, and
answers them only after the common COMMIT has returned.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

__all__ = ["GroupCommitWriter"]

GROUP = 64
"""At most so many interactions share one commit, which bounds how long the first of them waits."""


class _Job(NamedTuple):
    work: Callable[[], Any]
    future: Future[Any]


class GroupCommitWriter:
    """Runs callables against ``connection`` in the order they were submitted. ``rolled_back`` is told of each undo."""

    def __init__(self, connection: sqlite3.Connection, rolled_back: Callable[[], None]) -> None:
        self._connection = connection
        self._rolled_back = rolled_back
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="vrfhir-store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        """Queue a callable; its future is done after the commit."""
        future: Future[Any] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the store is closed")
            self._queue.put(_Job(work, future))
        return future

    def close(self) -> None:
        """Finish what was submitted, then end the thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            group, last = self._waiting(job)
            self._commit(group)
            if last:
                return

    def _waiting(self, first: _Job) -> tuple[list[_Job], bool]:
        """``first`` and what else is in the queue by now; True when the end of the queue was among it."""
        group = [first]
        while len(group) < GROUP:
            try:
                job = self._queue.get_nowait()
            except Empty:
                return group, False
            if job is None:
                return group, True
            group.append(job)
        return group, False

    def _commit(self, group: list[_Job]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for job in group:
                if job.future.set_running_or_notify_cancel():
                    self._attempt(job, done)
            self._connection.execute("COMMIT")
        except BaseException as error:  # the disk is full, the file is gone: nobody in the group was acknowledged
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._rolled_back()
            for job in group:
                if not job.future.done():
                    job.future.set_exception(error)
            return
        for future, result in done:
            future.set_result(result)

    def _attempt(self, job: _Job, done: list[tuple[Future[Any], Any]]) -> None:
        self._connection.execute("SAVEPOINT interaction")
        try:
            result = job.work()
        except Exception as error:
            self._connection.execute("ROLLBACK TO interaction")
            self._connection.execute("RELEASE interaction")
            self._rolled_back()
            job.future.set_exception(error)
            return
        self._connection.execute("RELEASE interaction")
        done.append((job.future, result))
