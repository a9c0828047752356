"""Worker processes: they do what this process would, and one brought down takes nothing with it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from vrfhir.server.inbox import Pool, Prepared, SameProcess, WorkerLostError, WorkerMemoryError, workers

REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes()
NOW = datetime(2026, 11, 20, tzinfo=UTC)
DEADLY = b"deadly"
HUNGRY = b"hungry"


def prepare_or_die(content: bytes, received: datetime, partner: str, charset: str) -> Prepared:
    """In a worker: end the process over one message, as a crash in a library would."""
    if content == DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    return Prepared({"resourceType": "Bundle", "id": content.decode()})


def prepare_or_fill(content: bytes, received: datetime, partner: str, charset: str) -> Prepared:
    """In a worker: one message takes a gigabyte."""

    def filling(content: bytes, *_: Any) -> Prepared:
        taken = bytearray(1 << 30 if content == HUNGRY else 1)
        return Prepared({"resourceType": "Bundle", "id": content.decode(), "language": f"{len(taken)}"})

    workers.prepare = filling  # type: ignore[assignment]
    return workers._prepare(content, received, partner, charset)


def run(story: Callable[[Pool], Coroutine[Any, Any, None]], *, memory: int = 0) -> None:
    async def whole() -> None:
        pool = Pool(2, memory=memory)
        try:
            async with asyncio.timeout(60):
                await story(pool)
        finally:
            pool.close()

    asyncio.run(whole())


def test_a_worker_prepares_what_this_process_would(validator: Any) -> None:
    async def story(pool: Pool) -> None:
        for content in (REF, REF.replace(b"9990548609", b"9990548608"), REF[:90], b"MSH"):
            there, here = await pool.prepare(content, NOW), await SameProcess(validator).prepare(content, NOW)
            assert (there.bundle is None, there.issues, there.code) == (here.bundle is None, here.issues, here.code)
            if there.bundle is not None and here.bundle is not None:
                kinds = [
                    [e["resource"]["resourceType"] for e in found["entry"]] for found in (there.bundle, here.bundle)
                ]
                assert kinds[0] == kinds[1]

    run(story)


def test_a_worker_reads_a_message_as_its_transport_said() -> None:
    unnamed = REF.replace(b"UNICODE UTF-8", b"").replace(b"Driver^John", "Driver^\u20acva".encode("iso8859-15"))

    async def story(pool: Pool) -> None:
        prepared = await pool.prepare(unnamed, NOW, "", "iso-8859-15")
        assert prepared.bundle is not None
        (patient,) = [e["resource"] for e in prepared.bundle["entry"] if e["resource"]["resourceType"] == "Patient"]
        assert patient["name"][0]["given"][0] == "\u20acva"

    run(story)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_message_that_kills_its_worker_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_prepare", prepare_or_die)

    async def story(pool: Pool) -> None:
        contents = [b"a", b"b", DEADLY, b"c", b"d"]
        found = await asyncio.gather(*(pool.prepare(each, NOW) for each in contents), return_exceptions=True)
        assert isinstance(found[2], WorkerLostError)
        assert [each.bundle["id"] for each in (*found[:2], *found[3:])] == ["a", "b", "c", "d"]  # type: ignore[index, union-attr]
        assert (await pool.prepare(b"e", NOW)).bundle is not None

    run(story)


@pytest.mark.skipif(sys.platform != "linux", reason="no bound on address space")
@pytest.mark.parametrize("memory", [0, 512])
def test_a_worker_has_so_much_memory_and_no_more(monkeypatch: pytest.MonkeyPatch, memory: int) -> None:
    monkeypatch.setattr(workers, "_prepare", prepare_or_fill)

    async def story(pool: Pool) -> None:
        contents = [b"a", HUNGRY, b"b", b"c"]
        found = await asyncio.gather(*(pool.prepare(each, NOW) for each in contents), return_exceptions=True)
        assert isinstance(found.pop(1), WorkerMemoryError if memory else Prepared)
        assert [each.bundle["id"] for each in found] == ["a", "b", "c"]  # type: ignore[index, union-attr]
        assert (await pool.prepare(b"e", NOW)).bundle is not None

    run(story, memory=memory)


@pytest.mark.skipif(sys.platform != "linux", reason="no bound on address space")
def test_with_the_least_memory_that_can_be_set_a_message_is_worked_on() -> None:
    async def story(pool: Pool) -> None:
        assert (await pool.prepare(REF, NOW)).bundle is not None

    run(story, memory=512)
