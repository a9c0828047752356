"""Checking many resources, here or in several processes; the results come in the order of the input either way."""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from vrfhir.cli.inputs import Item, read_file
from vrfhir.errors import UnreadableError, VrfhirError
from vrfhir.issues import Issue
from vrfhir.validation import Options, Report, Validator
from vrfhir.validation.reports.checked import Checked

if TYPE_CHECKING:
    from concurrent.futures import Future

    from vrfhir.terminology import ServerSettings

__all__ = ["Checking", "check", "check_all"]

_BATCH_ITEMS = 32
_BATCH_BYTES = 1024 * 1024
_BATCHES_AHEAD = 4
_OBJECTS_BETWEEN_COLLECTIONS = 100_000


class Checking(NamedTuple):
    """How to check: everything a process needs to know to make its own validator."""

    packages: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    options: Options = Options()
    max_bytes: int = 0
    with_excerpts: bool = True
    with_fingerprints: bool = False
    terminology: ServerSettings | None = None

    def validator(self) -> Validator:
        """A validator with these packages and this terminology."""
        # Definitions are many objects that stay: looking through them for garbage again and again finds none.
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
        server = None
        if self.terminology is not None:
            from vrfhir.terminology import TerminologyServer

            server = TerminologyServer(self.terminology)
        return Validator(packages=self.packages, terminology=server, options=self.options)


def check(validator: Validator, item: Item, checking: Checking) -> Checked:
    """Check one resource."""
    started = time.perf_counter()
    if item.data is None and item.refusal is None:
        item = read_file(item.file, checking.max_bytes)
    if item.data is None:
        issues = [item.refusal] if item.refusal is not None else []
        checked = Checked(Report(issues, item.name), item.file, item.first_line)
        return checked._replace(fingerprints=_fingerprints(None, issues) if checking.with_fingerprints else ())
    resource = None
    try:
        parsed = validator.parse(item.data, source=item.name)
        resource = parsed.resource
        report = validator.validate(parsed, profiles=checking.profiles)
    except UnreadableError as problem:
        report = Report(problem.issues, item.name)
    excerpts = {}
    if checking.with_excerpts and report.issues:
        from vrfhir.validation.reports.excerpts import excerpts_of

        excerpts = excerpts_of(item.data, report.issues)
    marks = _fingerprints(resource, report.issues) if checking.with_fingerprints else ()
    seconds = time.perf_counter() - started
    return Checked(report, item.file, item.first_line, excerpts, marks, seconds=seconds)


def check_all(validator: Validator, items: Iterable[Item], checking: Checking, jobs: int = 1) -> Iterator[Checked]:
    """Check all, in order; with several jobs in as many processes, each with a validator of its own."""
    if jobs <= 1:
        for item in items:
            yield check(validator, item, checking)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(jobs, get_context("spawn"), _start, (checking,)) as pool:
        waiting: deque[Future[list[Checked] | tuple[Issue, ...]]] = deque()
        try:
            for batch in _batches(items):
                waiting.append(pool.submit(_check_batch, batch))
                if len(waiting) >= jobs * _BATCHES_AHEAD:
                    yield from _finished(waiting.popleft())
            while waiting:
                yield from _finished(waiting.popleft())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _finished(future: Future[list[Checked] | tuple[Issue, ...]]) -> list[Checked]:
    found = future.result()
    if isinstance(found, tuple):
        raise VrfhirError(*found)
    return found


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(item.data or b"")
        if len(batch) >= _BATCH_ITEMS or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


_worker: tuple[Validator, Checking] | None = None
"""In a worker process: its validator. Set once, when the process starts."""


def _start(checking: Checking) -> None:
    global _worker
    _worker = (checking.validator(), checking)


def _check_batch(batch: list[Item]) -> list[Checked] | tuple[Issue, ...]:
    assert _worker is not None, "the process was started by _start"  # noqa: S101
    validator, checking = _worker
    try:
        return [check(validator, item, checking) for item in batch]
    except VrfhirError as problem:  # its issues travel, an exception of ours would not
        return tuple(problem.issues)


def _fingerprints(resource: object, issues: Iterable[Issue]) -> tuple[str, ...]:
    from vrfhir.validation.reports.fingerprints import fingerprints

    return fingerprints(resource, issues)
