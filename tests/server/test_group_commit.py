"""The store's thread: background work gives way to what somebody waits for, and is done all the same."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator

import pytest

from vrfhir.server.store.writer import GROUP, GroupCommitWriter


@pytest.fixture
def writer() -> Iterator[GroupCommitWriter]:
    """A writer over a database in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    each = GroupCommitWriter(connection, lambda: None)
    yield each
    each.close()
    connection.close()


def test_awaited_work_goes_first(writer: GroupCommitWriter) -> None:
    order: list[str] = []
    begun, gate = threading.Event(), threading.Event()
    writer.submit(lambda: (begun.set(), gate.wait(20)))
    assert begun.wait(20)
    background = [writer.submit(lambda n=n: order.append(f"b{n}"), background=True) for n in range(3)]
    awaited = [writer.submit(lambda n=n: order.append(f"a{n}")) for n in range(GROUP)]
    gate.set()
    for future in (*awaited, *background):
        future.result(20)
    assert order[:GROUP] == [f"a{n}" for n in range(GROUP)]
    assert sorted(order[GROUP:]) == ["b0", "b1", "b2"]


def test_background_work_is_done_while_others_keep_coming(writer: GroupCommitWriter) -> None:
    done = [writer.submit(lambda: time.sleep(0.001), background=True) for _ in range(3)]
    deadline = time.monotonic() + 20
    while not all(future.done() for future in done):
        assert time.monotonic() < deadline
        for future in [writer.submit(lambda: None) for _ in range(8)]:
            future.result(20)


def test_what_was_submitted_is_done_before_the_end(writer: GroupCommitWriter) -> None:
    futures = [writer.submit(lambda n=n: n, background=bool(n % 2)) for n in range(100)]
    writer.close()
    assert [future.result(0) for future in futures] == list(range(100))
    with pytest.raises(RuntimeError):
        writer.submit(lambda: None)


def test_a_failure_that_cannot_even_be_undone_does_not_end_the_thread() -> None:
    """Disk and file trouble hits the rollback too: the caller is told, and what comes later is done."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    troubled = True
    told = 0

    def rolled_back() -> None:
        nonlocal told
        told += 1
        if troubled:
            raise sqlite3.OperationalError("disk I/O error")

    writer = GroupCommitWriter(connection, rolled_back)

    def in_trouble(*_: object) -> int:
        return int(troubled)

    connection.set_authorizer(in_trouble)  # every statement is refused
    failed = writer.submit(lambda: "done")
    with pytest.raises(sqlite3.Error):
        failed.result(20)
    cancelled = writer.submit(lambda: "done")
    cancelled.cancel()
    before = told
    troubled = False
    connection.set_authorizer(None)
    assert writer.submit(lambda: "done").result(20) == "done"
    assert told > before  # what the callers remember of the failed transaction is forgotten before the next
    writer.close()
    connection.close()
