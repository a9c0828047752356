"""Findings for people: grouped by file, the place in front, the line it is on, what to do beneath; colour when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vrfhir.issues import Issue
from vrfhir.validation.reports.checked import Checked, Summary, counted, verdict
from vrfhir.validation.reports.excerpts import visible

__all__ = ["closing", "render", "written"]

_COLOURS = {"fatal": "1;31", "error": "31", "warning": "33", "information": "34"}
_BOLD, _DIM, _GREEN, _RED, _CYAN = "1", "2", "32", "31", "36"


def render(checked: Sequence[Checked], summary: Summary) -> str:
    """Everything, without colour."""
    lines = [line for each in checked for line in written(each)]
    return "".join(line + "\n" for line in (*lines, *closing(summary)))


def written(checked: Checked, *, colour: bool = False) -> Iterator[str]:
    """The lines about one resource."""
    paint = _painted if colour else _plain
    report = checked.report
    yield f"{paint(visible(checked.name), _BOLD)}: {paint(verdict(report), _GREEN if report.valid else _RED)}"
    for issue in report.issues:
        place = f"{issue.line}:{issue.column} " if issue.line is not None else ""
        head = paint(f"{issue.severity:<11}", _COLOURS[issue.severity])
        yield f"  {head} {paint(place, _CYAN)}{visible(issue.expression)}  {paint(f'[{visible(issue.id)}]', _DIM)}"
        yield f"    {visible(issue.text)}"
        yield from _excerpt(checked, issue, colour=colour)
        if issue.hint:
            yield f"    {paint('→ ' + visible(issue.hint), _DIM)}"


def closing(summary: Summary, *, colour: bool = False) -> Iterator[str]:
    """What is said after all of them."""
    if summary.checked > 1:
        yield f"{summary.checked} checked, {summary.not_valid} not valid"
    if summary.accepted:
        yield f"{counted(summary.accepted, 'issue')} accepted by the baseline"
    for entry in summary.stale:
        yield f"stale in the baseline: {visible(entry)}"


def _excerpt(checked: Checked, issue: Issue, *, colour: bool) -> Iterator[str]:
    shown = checked.excerpts.get((issue.line or 0, issue.column or 0))
    if shown is None:
        return
    text, marks = shown
    paint = _painted if colour else _plain
    number = str(checked.line(issue))
    yield f"    {paint(number + ' |', _DIM)} {text}"
    yield f"    {paint(' ' * len(number) + ' |', _DIM)} {paint(marks, _COLOURS[issue.severity])}"


def _plain(text: str, style: str) -> str:
    return text


def _painted(text: str, style: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if text else ""
