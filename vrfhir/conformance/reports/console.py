"""A run in the terminal: a table that grows while the scripts run; plain lines where there is no terminal."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import IO, Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from vrfhir.conformance.outcomes import Outcome, ScriptResult, SuiteResult
from vrfhir.conformance.reports.faults import Fault, faults
from vrfhir.conformance.suites import LoadedScript

__all__ = ["LiveObserver", "PlainObserver", "RichObserver", "observer_for", "print_summary"]

_WORDS = {
    Outcome.PASS: ("pass", "green"),
    Outcome.WARNING: ("warn", "yellow"),
    Outcome.SKIP: ("skip", "dim"),
    Outcome.FAIL: ("FAIL", "bold red"),
    Outcome.ERROR: ("could not test", "bold magenta"),
}


class LiveObserver(Protocol):
    """An observer that has something to put up and take down."""

    def __enter__(self) -> LiveObserver: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def began(self, script: LoadedScript, number: int, total: int) -> None: ...
    def ended(self, result: ScriptResult) -> None: ...


class PlainObserver:
    """One line per script, for pipes and logs."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def __enter__(self) -> PlainObserver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.flush()

    def began(self, script: LoadedScript, number: int, total: int) -> None:
        """Nothing is written before there is a result."""

    def ended(self, result: ScriptResult) -> None:
        """``pass  create   Create a patient (3 tests, 0.05 s)``."""
        word = _WORDS[result.outcome][0]
        self._out.write(f"{word:<15} {result.script:<30} {result.title} ({_passed(result)}, {result.seconds:.2f} s)\n")
        self._out.flush()


class RichObserver:
    """A progress bar under the finished scripts."""

    def __init__(self, console: Console, total: int) -> None:
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=total)

    def __enter__(self) -> RichObserver:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def began(self, script: LoadedScript, number: int, total: int) -> None:
        """Shows which script runs."""
        self._progress.update(self._task, description=escape(script.script.key))

    def ended(self, result: ScriptResult) -> None:
        """Prints the finished script above the bar."""
        word, style = _WORDS[result.outcome]
        self._progress.console.print(f"[{style}]{word:<14}[/] {escape(result.script):<30} {escape(result.title)}")
        self._progress.advance(self._task)


def observer_for(console: Console, total: int) -> LiveObserver:
    """Live progress on a terminal, plain lines elsewhere."""
    return RichObserver(console, total) if console.is_terminal else PlainObserver(console.file)


def print_summary(result: SuiteResult, console: Console, bodies: Mapping[str, Mapping[int, str]] | None = None) -> None:
    """The table of scripts, then each fault with its clause, the answer and a curl line, then the count."""
    if console.is_terminal and result.scripts:
        console.print(_table(result))
    for issue in result.issues:
        console.print(
            f"could not test: {issue.text}", style="bold magenta", markup=False, highlight=False, soft_wrap=True
        )
        if issue.hint:
            console.print(f"  hint: {issue.hint}", markup=False, highlight=False, soft_wrap=True)
    for script in result.scripts:
        for fault in faults(script, (bodies or {}).get(script.script, {})):
            _print_fault(fault, console)
    counts = ", ".join(f"{n} {_count_word(o)}" for o in _WORDS if (n := result.count(o)))
    tests = sum(len(script.tests) for script in result.scripts)
    line = f"{result.suite} on {result.target}: {counts or 'nothing run'} ({tests} tests, {result.seconds:.1f} s)"
    console.print(line, style=_WORDS[result.outcome][1], markup=False, highlight=False, soft_wrap=True)


def _table(result: SuiteResult) -> Table:
    table = Table(title=f"{result.suite} on {result.target}", title_justify="left")
    for name in ("Script", "What it shows", "Tests", "Time", "Result"):
        table.add_column(name, justify="right" if name == "Time" else "left")
    for script in result.scripts:
        word, style = _WORDS[script.outcome]
        row = (escape(script.script), escape(script.title), _passed(script), f"{script.seconds:.2f} s")
        table.add_row(*row, f"[{style}]{word}[/]")
    return table


def _print_fault(fault: Fault, console: Console) -> None:
    word, style = _WORDS[fault.outcome]
    place = f"{fault.script}/{fault.test}" if fault.test else fault.script
    console.print()
    console.print(f"{word}: {place}: {fault.step}", style=style, markup=False, highlight=False, soft_wrap=True)
    compared = bool(fault.expected and fault.found)
    rows = [("expected", fault.expected), ("found", fault.found)] if compared else [("what", fault.message)]
    rows = [(name, _shortened(text)) for name, text in rows]
    rows += [
        ("clause", f"{r.id} {r.source}: {r.statement}{f' <{r.url}>' if r.url else ''}") for r in fault.requirements
    ]
    rows += [("came", fault.came), ("body", fault.excerpt.replace("\n", " ")), ("again", fault.curl)]
    for name, text in rows:
        if text:
            console.print(f"  {name + ':':<10}{text}", markup=False, highlight=False, soft_wrap=True)


def _shortened(text: str, limit: int = 400) -> str:
    return text if len(text) <= limit else f"{text[:limit]} … ({len(text)} characters)"


def _passed(result: ScriptResult) -> str:
    passed = sum(test.outcome in (Outcome.PASS, Outcome.WARNING) for test in result.tests)
    return f"{passed}/{len(result.tests)}" if result.tests else "not run"


def _count_word(outcome: Outcome) -> str:
    return {
        Outcome.PASS: "passed",
        Outcome.WARNING: "passed with warnings",
        Outcome.SKIP: "skipped",
        Outcome.FAIL: "failed",
        Outcome.ERROR: "could not be tested",
    }[outcome]
