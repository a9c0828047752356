"""A finding about somebody's data, as a value.

Everything vrfhir has to say about input – a validation error, an HL7 v2 field that fits nothing, a refused state
change – is an :class:`Issue`. It can be shown in a terminal, written as a FHIR ``OperationOutcome``
(https://hl7.org/fhir/R4/operationoutcome.html) or as an HL7 v2 ``ERR`` segment; the finding itself does not know which.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

__all__ = ["SEVERITIES", "Issue", "Severity", "has_errors", "to_operation_outcome"]

Severity = Literal["fatal", "error", "warning", "information"]

SEVERITIES: tuple[Severity, ...] = ("fatal", "error", "warning", "information")
"""From worst to mildest: https://hl7.org/fhir/R4/valueset-issue-severity.html."""

_EXTENSION = "http://hl7.org/fhir/StructureDefinition/operationoutcome-"


class Issue(NamedTuple):
    """One finding.

    ``severity``   as in FHIR; ``fatal`` and ``error`` make the input unacceptable.
    ``code``       an issue type of https://hl7.org/fhir/R4/valueset-issue-type.html (``structure``, ``invariant`` …).
    ``id``         the stable id of the rule: HL7's message id for rules its validator has too, the canonical of the
                   profile and the key for invariants (``…/Patient#pat-1``), ``VR-<AREA>-<nnnn>`` for our own.
    ``text``       one sentence: what is wrong and what was expected. Never holds patient data beyond the offending code.
    ``expression`` where: a FHIRPath location (``Patient.name[0].family``) or an HL7 v2 path (``PID[1]-5[1].1``).
    ``line``, ``column`` 1-based, in the file or message the input came from, when known.
    ``hint``       what to do about it, when that is not obvious.
    ``source``     the profile or file the rule or input comes from.
    """

    severity: Severity
    code: str
    id: str
    text: str
    expression: str = ""
    line: int | None = None
    column: int | None = None
    hint: str = ""
    source: str = ""

    @property
    def is_error(self) -> bool:
        """True when the input must not be accepted as it is."""
        return self.severity in ("fatal", "error")

    def at(self, line: int | None, column: int | None) -> Issue:
        """The same finding with a position in the source text."""
        return self._replace(line=line, column=column)

    def to_dict(self) -> dict[str, Any]:
        """JSON shape: every attribute that has a value."""
        names = ("severity", "code", "id", "text", "expression", "line", "column", "hint", "source")
        return {name: value for name in names if (value := getattr(self, name)) not in ("", None)}


def has_errors(issues: Iterable[Issue]) -> bool:
    """True when any finding is an error or fatal."""
    return any(issue.is_error for issue in issues)


def to_operation_outcome(issues: Iterable[Issue]) -> dict[str, Any]:
    """The findings as a FHIR R4 ``OperationOutcome`` with line, column and message id in HL7's own extensions
    (whose definitions make the line an integer and the column a string).

    An outcome must hold at least one issue (``OperationOutcome.issue`` is 1..*), so no findings become one
    ``information`` / ``informational`` issue, which is how FHIR says "all OK".
    """
    rows = [_row(issue) for issue in issues]
    if not rows:
        rows = [{"severity": "information", "code": "informational", "details": {"text": "No issues found."}}]
    return {"resourceType": "OperationOutcome", "issue": rows}


def _row(issue: Issue) -> dict[str, Any]:
    extensions: list[dict[str, Any]] = []
    if issue.line is not None:
        extensions.append({"url": _EXTENSION + "issue-line", "valueInteger": issue.line})
    if issue.column is not None:
        extensions.append({"url": _EXTENSION + "issue-col", "valueString": str(issue.column)})
    if issue.id:
        extensions.append({"url": _EXTENSION + "message-id", "valueString": issue.id})
    row: dict[str, Any] = {"extension": extensions} if extensions else {}
    row |= {"severity": issue.severity, "code": issue.code, "details": {"text": issue.text}}
    if issue.hint:
        row["diagnostics"] = issue.hint
    if issue.expression:
        row["expression"] = [issue.expression]
    return row
