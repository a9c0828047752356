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
