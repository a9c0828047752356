"""What is reported: each resource with where it came from, and what is true of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import NamedTuple

from vrfhir.issues import SEVERITIES, Issue
from vrfhir.validation.report import Report
from vrfhir.validation.reports.excerpts import Excerpts

__all__ = ["Checked", "Summary", "counted", "severity_reached", "verdict"]


class Checked(NamedTuple):
    """One validated resource.

    ``file``          the file it stands in, as it was named; empty when it came from none.
    ``first_line``    the line of the file on which the resource starts (in NDJSON: its own).
    ``excerpts``      the lines of text that issues point at, with marks; left out where the text must not be shown.
    ``fingerprints``  one per issue, equal as long as rule, place and content are; empty when nobody needs them.
    ``accepted``      how many issues were taken out because the baseline accepts them.
    ``seconds``       how long the validation took.
    """

    report: Report
    file: str = ""
    first_line: int = 1
    excerpts: Excerpts = MappingProxyType({})
    fingerprints: tuple[str, ...] = ()
    accepted: int = 0
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return self.report.source or self.file or "resource"

    def line(self, issue: Issue) -> int | None:
        """The line of an issue in the file."""
        return None if issue.line is None else issue.line + self.first_line - 1


class Summary(NamedTuple):
    """What is said once: how many were checked, how it ended, and what the baseline has that is no longer found."""

    checked: int
    not_valid: int
    failed: bool
    accepted: int = 0
    stale: tuple[str, ...] = ()
    seconds: float = 0.0

    @classmethod
    def of(cls, checked: Sequence[Checked], *, fail_on: str = "error", stale: Sequence[str] = ()) -> Summary:
        """From the reports themselves."""
        return cls(
            len(checked),
            sum(not each.report.valid for each in checked),
            any(severity_reached(each.report.issues, fail_on) for each in checked),
            sum(each.accepted for each in checked),
            tuple(stale),
            sum(each.seconds for each in checked),
        )


def severity_reached(issues: Iterable[Issue], threshold: str) -> bool:
    """True when any issue is as bad as the threshold (``error``, ``warning``); never for ``never``."""
    if threshold == "never":
        return False
    limit = SEVERITIES.index("warning" if threshold == "warning" else "error")
    return any(SEVERITIES.index(issue.severity) <= limit for issue in issues)


def verdict(report: Report) -> str:
    """``not valid (2 errors, 1 warning)``."""
    words = [counted(number, severity) for severity, number in report.counts().items() if number]
    return ("valid" if report.valid else "not valid") + (f" ({', '.join(words)})" if words else "")


def counted(number: int, word: str) -> str:
    """A number with its word: ``1 error``, ``2 errors``, ``2 information``."""
    return f"{number} {word}" + ("" if number == 1 or word in ("fatal", "information") else "s")
