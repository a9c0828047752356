"""Findings for people: grouped by file, the place in front, what to do beneath; colour only on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from vrfhir.issues import Issue

if TYPE_CHECKING:
    from vrfhir.validation import Report

__all__ = ["write_reports"]

_STYLES = {"fatal": "bold red", "error": "red", "warning": "yellow", "information": "blue"}


def write_reports(reports: Sequence[Report], stream: TextIO) -> None:
    """Write the reports to a stream: styled on a terminal, plain in a pipe."""
    if stream.isatty():
        _styled(reports)
    else:
        for line in _plain(reports):
            stream.write(line + "\n")


def _plain(reports: Sequence[Report]) -> Iterable[str]:
    for report in reports:
        yield f"{report.source}: {_verdict(report)}"
        for issue in report.issues:
            yield f"  {issue.severity:<11} {_place(issue)}{issue.expression}  [{issue.id}]"
            yield f"    {issue.text}"
            if issue.hint:
                yield f"    → {issue.hint}"
    if len(reports) > 1:
        yield _summary(reports)


def _styled(reports: Sequence[Report]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for report in reports:
        console.print(
            Text(report.source, style="bold"), Text(_verdict(report), style="green" if report.valid else "red")
        )
        for issue in report.issues:
            head = Text("  ")
            head.append(f"{issue.severity:<11} ", style=_STYLES[issue.severity])
            head.append(_place(issue), style="cyan")
            head.append(issue.expression)
            head.append(f"  [{issue.id}]", style="dim")
            console.print(head, soft_wrap=True)
            console.print(Text(f"    {issue.text}"), soft_wrap=True)
            if issue.hint:
                console.print(Text(f"    → {issue.hint}", style="dim"), soft_wrap=True)
    if len(reports) > 1:
        console.print(_summary(reports))


def _place(issue: Issue) -> str:
    return f"{issue.line}:{issue.column} " if issue.line is not None else ""


def _verdict(report: Report) -> str:
    counts = report.counts()
    words = [f"{number} {_name(severity, number)}" for severity, number in counts.items() if number]
    return ("valid" if report.valid else "not valid") + (f" ({', '.join(words)})" if words else "")


def _name(severity: str, number: int) -> str:
    return severity if severity in ("fatal", "information") or number == 1 else severity + "s"


def _summary(reports: Sequence[Report]) -> str:
    bad = sum(not report.valid for report in reports)
    return f"{len(reports)} checked, {bad} not valid"
