"""What a validation found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vrfhir.issues import SEVERITIES, Issue, has_errors, to_operation_outcome

__all__ = ["Report"]


class Report:
    """The issues of one resource; ``valid`` when none of them is an error."""

    __slots__ = ("issues", "source")

    def __init__(self, issues: Iterable[Issue] = (), source: str = "") -> None:
        self.issues: list[Issue] = list(issues)
        self.source = source

    def __repr__(self) -> str:
        return f"<Report of {self.source or 'a resource'}: {self.counts()}>"

    @property
    def valid(self) -> bool:
        """True when nothing makes the resource unacceptable."""
        return not has_errors(self.issues)

    def count(self, severity: str) -> int:
        """How many issues have this severity."""
        return sum(issue.severity == severity for issue in self.issues)

    def counts(self) -> dict[str, int]:
        """Issues by severity."""
        return {severity: self.count(severity) for severity in SEVERITIES}

    def to_dict(self) -> dict[str, Any]:
        """JSON shape: source, verdict, counts and issues."""
        return {
            "source": self.source,
            "valid": self.valid,
            "counts": self.counts(),
            "issues": [each.to_dict() for each in self.issues],
        }

    def to_operation_outcome(self) -> dict[str, Any]:
        """A FHIR ``OperationOutcome``."""
        return to_operation_outcome(self.issues)
