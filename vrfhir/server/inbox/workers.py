"""Who prepares messages: this process in a thread, or a pool of processes beside it.

A message may bring a worker process down (memory, a crash in a library, or that it takes longer than any should). Those
that were in work with it are tried again, each alone in a process that nothing else uses; which of them does it again is the one that is to blame.
A process may take so much memory; a message that asks for more is given up at once, and the process is replaced.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from vrfhir.server.endpoint import Checker
from vrfhir.server.inbox.preparing import Prepared, prepare
from vrfhir.server.messaging.drafting import Drafting
from vrfhir.server.search.parameters import SearchParameters

if TYPE_CHECKING:
    from vrfhir.mappers import Partner

    Partners = Mapping[str, Partner]
    """By the id of their file; whom it does not hold is read with the shipped defaults."""

__all__ = ["Pool", "SameProcess", "WorkerLostError", "WorkerMemoryError", "Workers"]


LONGEST = 120.0
"""Seconds that a worker process may take over one message; then the system ends it."""


_HANDED_OVER = 2
"""Messages with each process: one in work and the next, so that it need not wait for this process to hand it over."""


class WorkerLostError(Exception):
    """The worker process ended over this message, twice."""


class WorkerMemoryError(Exception):
    """The message takes more memory than a worker process may have."""


class Workers(Protocol):
    """Prepares messages, ``capacity`` of them at a time; so many may be handed over before one is done."""

    capacity: int

    async def prepare(self, content: bytes, received: datetime, partner: str = "", charset: str = "") -> Prepared:
        """Map and validate one message as its partner's; raises what the code raises, :class:`WorkerLostError`, or
        :class:`WorkerMemoryError`."""

    def close(self) -> None:
        """Let the processes go; what they were at is lost (and still in the inbox)."""


class SameProcess:
    """Prepares in a thread of this process, one message at a time."""

    capacity = 1

    def __init__(self, validator: Checker, partners: Partners | None = None, drafting: Drafting | None = None) -> None:
        self._validator = validator
        self._partners = partners or {}
        self._drafting = drafting

    async def prepare(self, content: bytes, received: datetime, partner: str = "", charset: str = "") -> Prepared:
        """See :class:`Workers`."""
        read_as = self._partners.get(partner)
        return await asyncio.to_thread(prepare, content, received, self._validator, read_as, self._drafting, charset)

    def close(self) -> None:
        """Nothing to let go."""


class Pool:
    """Prepares in ``processes`` processes of their own, which know the partners from their start.

    Each may take ``memory`` megabytes of address space, where the system can bound that; 0: as much as there is.
    """

    def __init__(self, processes: int, partners: Partners | None = None, memory: int = 0) -> None:
        self.capacity = _HANDED_OVER * processes
        self._processes = processes
        self._drafts = processes > 1  # a single one has more to do than the thread that writes
        self._begins_with = (partners or {}, self._drafts, memory)
        self._executor = _executor(processes, *self._begins_with)
        self._alone: ProcessPoolExecutor | None = None
        self._turn = asyncio.Lock()

    def warm_up(self) -> None:
        """Start the processes now, so that the first message need not wait for them."""
        for _ in range(self._processes):
            self._executor.submit(_ready)

    async def prepare(self, content: bytes, received: datetime, partner: str = "", charset: str = "") -> Prepared:
        """See :class:`Workers`."""
        loop, executor = asyncio.get_running_loop(), self._executor
        try:
            return await loop.run_in_executor(executor, _prepare, content, received, partner, charset)
        except BrokenProcessPool:
            self._renew(executor)
        except (WorkerMemoryError, MemoryError):  # the latter: there was none left to hand over what it became
            self._renew(executor)
            raise WorkerMemoryError from None
        async with self._turn:
            alone = self._alone = self._alone or _executor(1, *self._begins_with)
            try:
                return await loop.run_in_executor(alone, _prepare, content, received, partner, charset)
            except BrokenProcessPool:
                alone.shutdown(wait=False)
                self._alone = None
                raise WorkerLostError from None
            except MemoryError:
                raise WorkerMemoryError from None

    def _renew(self, executor: ProcessPoolExecutor) -> None:
        """Let processes go, when what they are at is done, and start others; once, however many messages find it out."""
        if self._executor is executor:
            executor.shutdown(wait=False)
            self._executor = _executor(self._processes, *self._begins_with)

    def close(self) -> None:
        """See :class:`Workers`."""
        for executor in (self._executor, self._alone):
            if executor is not None:
                executor.shutdown(wait=False, cancel_futures=True)


_COLLECTIONS = (10_000, 50, 50)
"""Objects between looks for garbage: definitions are many objects that stay, and what a message leaves is mostly none."""
_SETTLED = (1, 50)
"""After so many messages what was compiled by then is not looked through any more."""

_prepared = 0
_validator: Checker | None = None
_drafting: Drafting | None = None
_partners: Partners = {}


def _executor(processes: int, partners: Partners, drafts: bool, memory: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(partners, drafts, memory))


def _begin(partners: Partners, drafts: bool, memory: int) -> None:
    """The start of a worker: quiet about Ctrl-C, which its parent answers; gone as soon as its parent is gone."""
    global _validator, _drafting, _partners
    _partners = partners
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    from vrfhir.definitions import Definitions
    from vrfhir.validation import Validator

    gc.set_threshold(*_COLLECTIONS)
    _validator = Validator()
    _drafting = Drafting(SearchParameters(Definitions.default()), lambda: str(uuid4())) if drafts else None
    if memory:
        _bound(memory)


def _bound(megabytes: int) -> None:
    """From here on asking for more address space is a MemoryError; without effect where the system does not know that."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with suppress(ValueError, OSError):
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = megabytes << 20
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(0)


def _ready() -> None:
    """Does nothing: by then the worker has begun."""


def _prepare(content: bytes, received: datetime, partner: str, charset: str = "") -> Prepared:
    try:
        return _prepare_in_time(content, received, partner, charset)
    except MemoryError:
        pass  # with it goes what the message took
    raise WorkerMemoryError


def _prepare_in_time(content: bytes, received: datetime, partner: str, charset: str) -> Prepared:
    global _prepared
    assert _validator is not None  # noqa: S101 -- made by _begin
    if _prepared in _SETTLED:
        gc.collect()
        gc.freeze()
    _prepared += 1
    read_as = _partners.get(partner)
    timer = getattr(signal, "setitimer", None)  # not on Windows
    if timer is None:
        return prepare(content, received, _validator, read_as, _drafting, charset)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process, whatever it is at
    timer(signal.ITIMER_REAL, LONGEST)
    try:
        return prepare(content, received, _validator, read_as, _drafting, charset)
    finally:
        timer(signal.ITIMER_REAL, 0)
