"""FHIR ``OperationOutcome``, with extensions as HL7's validator writes them, for tools that read its output.

One resource gives one outcome; several give a collection Bundle with an outcome each, named by the file extension. HL7's
engine writes the column as an integer and the message id as a code, though the definitions of those extensions ask for
strings; :func:`vrfhir.issues.to_operation_outcome` is the form that is valid by the definitions, and what the endpoint sends.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from vrfhir.issues import Issue
from vrfhir.validation.reports.checked import Checked, Summary

__all__ = ["outcome", "render"]

Json = dict[str, Any]

_EXTENSION = "http://hl7.org/fhir/StructureDefinition/operationoutcome-"


def render(checked: Sequence[Checked], summary: Summary) -> str:
    """An OperationOutcome, or a Bundle of them."""
    document = outcome(checked[0]) if len(checked) == 1 else _bundle(checked)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def outcome(checked: Checked) -> Json:
    """The findings about one resource."""
    document: Json = {"resourceType": "OperationOutcome"}
    if checked.report.source:
        document["extension"] = [{"url": _EXTENSION + "file", "valueString": checked.report.source}]
    none = [{"severity": "information", "code": "informational", "details": {"text": "All OK"}}]
    document["issue"] = [_issue(checked, each) for each in checked.report.issues] or none
    return document


def _bundle(checked: Sequence[Checked]) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": outcome(each)} for each in checked],
    }


def _issue(checked: Checked, issue: Issue) -> Json:
    extensions: list[Json] = []
    line = checked.line(issue)
    if line is not None:
        extensions.append({"url": _EXTENSION + "issue-line", "valueInteger": line})
    if issue.column is not None:
        extensions.append({"url": _EXTENSION + "issue-col", "valueInteger": issue.column})
    extensions.append({"url": _EXTENSION + "issue-source", "valueString": "vrfhir"})
    extensions.append({"url": _EXTENSION + "message-id", "valueCode": issue.id})
    row: Json = {
        "extension": extensions,
        "severity": issue.severity,
        "code": issue.code,
        "details": {"text": issue.text},
    }
    if issue.hint:
        row["diagnostics"] = issue.hint
    if issue.expression:
        row["expression"] = [issue.expression]
    return row
