"""How far a long run is: a bar on standard error, only on a terminal and only once the run has taken a while."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

__all__ = ["shown"]

T = TypeVar("T")

_PATIENCE = 1.0


def shown(steps: Iterable[T], total: int, *, patience: float = _PATIENCE, what: str = "checking") -> Iterator[T]:
    """The same steps. ``total`` is how many are known of; there may be more. ``what`` is being done stands at the bar."""
    if not sys.stderr.isatty():
        yield from steps
        return
    started = time.monotonic()
    rest = iter(steps)
    for done, step in enumerate(rest, 1):
        yield step
        if time.monotonic() - started > patience:
            yield from _with_bar(rest, done, total, what)
            return


def _with_bar(steps: Iterable[T], done: int, total: int, what: str) -> Iterator[T]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=max(total, done), completed=done)
        for step in steps:
            yield step
            done += 1
            progress.update(task, completed=done, total=max(total, done))
