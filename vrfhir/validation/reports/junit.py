"""JUnit XML: a case per resource; errors are failures, what could not be read is an error, the rest is output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from vrfhir.issues import Issue
from vrfhir.validation.reports.checked import Checked, Summary, verdict

__all__ = ["render"]


def render(checked: Sequence[Checked], summary: Summary) -> str:
    """The whole run as one ``testsuites`` document."""
    failures = sum(_failed(each) and not _unreadable(each) for each in checked)
    errors = sum(map(_unreadable, checked))
    totals = (
        f'name="vrfhir validate" tests="{len(checked)}" failures="{failures}" errors="{errors}"'
        f' skipped="0" time="{summary.seconds:.3f}"'
    )
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {totals}>", f"  <testsuite {totals}>"]
    for each in checked:
        lines.extend(_case(each))
    return "\n".join([*lines, "  </testsuite>", "</testsuites>"]) + "\n"


def _case(checked: Checked) -> Iterator[str]:
    name, folder = _printable(checked.name), _printable(checked.file or checked.name)
    head = (
        f"    <testcase classname={quoteattr(folder)} name={quoteattr(name)} time={quoteattr(f'{checked.seconds:.3f}')}"
    )
    bad = [issue for issue in checked.report.issues if issue.is_error]
    rest = [issue for issue in checked.report.issues if not issue.is_error]
    if not bad and not rest:
        yield head + "/>"
        return
    yield head + ">"
    if bad:
        tag = "error" if _unreadable(checked) else "failure"
        message, kind = quoteattr(_printable(verdict(checked.report))), quoteattr(_printable(bad[0].id))
        yield f"      <{tag} message={message} type={kind}>{_lines(checked, bad)}</{tag}>"
    if rest:
        yield f"      <system-out>{_lines(checked, rest)}</system-out>"
    yield "    </testcase>"


def _lines(checked: Checked, issues: Iterable[Issue]) -> str:
    rows = []
    for issue in issues:
        line = checked.line(issue)
        place = f"{line}:{issue.column} " if line is not None else ""
        hint = f" {issue.hint}" if issue.hint else ""
        rows.append(f"{issue.severity} {place}{issue.expression} [{issue.id}] {issue.text}{hint}")
    return escape(_printable("\n".join(rows)))


def _failed(checked: Checked) -> bool:
    return not checked.report.valid


def _unreadable(checked: Checked) -> bool:
    return any(issue.severity == "fatal" for issue in checked.report.issues)


def _printable(text: str) -> str:
    """Without what XML 1.0 cannot carry (https://www.w3.org/TR/xml/#charsets)."""
    return "".join(
        each
        if each in "\t\n\r" or " " <= each <= "\ud7ff" or "\ue000" <= each <= "\ufffd" or each >= "\U00010000"
        else "\ufffd"
        for each in text
    )
