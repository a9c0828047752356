"""ACK: what a MessageHeader.response and the issues of its outcome say (HL7 v2.5.1 chapter 2.9.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.header import header
from vrfhir.mappers.writing.registry import key
from vrfhir.mappers.writing.rows import write_row, write_rows
from vrfhir.mappers.writing.segments import of_type, only
from vrfhir.mappers.writing.structures import require, structure

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["plan_acknowledgement"]

_TRANSIENT = "transient-error"
_ERROR_ROWS = ("ERR-2", "ERR-1", "ERR-3", "ERR-3/code", "ERR-4", "ERR-5", "ERR-7", "ERR-8")


@structure("ACK", elements="ZVE")
def plan_acknowledgement(writing: Writing, kind: str, trigger: str) -> list[Draft]:
    """MSH, MSA, and an ERR for each issue (2.4 has one)."""
    head = only(writing, "MessageHeader")
    answered = (head or {}).get("response", {})
    require(answered, writing, kind, trigger, "MessageHeader.response")
    drafts = [header(writing, head, kind, trigger)]
    answer = Draft("MSA")
    answer.roles = dict(drafts[0].roles)
    if answered.get("code") == _TRANSIENT:
        answer.put(1, {key(1): "AR"})
        write_row(answer, "MSA-2", "", {"MessageHeader": head or {}}, writing)
    else:
        write_rows(answer, "", {"MessageHeader": head or {}}, writing)
    if 2 not in answer.fields and not writing.from_v2:
        answer.put(2, {key(1): str(answered.get("identifier", ""))})
    return [*drafts, answer, *_errors(writing, answered)]


def _errors(writing: Writing, answered: Mapping[str, Any]) -> Iterator[Draft]:
    url = writing.url_of(answered.get("details")) or next(iter(of_type(writing, "OperationOutcome")), "")
    if writing.originals.get(url, {}).get("resourceType") != "OperationOutcome":
        return
    issues = list(writing.resources[url].get("issue", ()))
    if writing.version < "2.5":
        draft = Draft("ERR")
        draft.roles = {"OperationOutcome": url}
        write_row(draft, "ERR-1/issue", "", {"OperationOutcome": {"issue": issues}}, writing)
        yield draft
        return
    for number, issue in enumerate(issues):
        draft = Draft("ERR")
        if number == 0:
            draft.roles = {"OperationOutcome": url}
        roles = {"OperationOutcome": {"issue": [issue]}}
        if issue.get("severity") == "fatal" and not writing.from_v2:
            draft.put(4, {key(1): "E"})  # table 0516 has F from 2.7 on
            roles = {"OperationOutcome": {"issue": [{**issue, "severity": ""}]}}
        for row in _ERROR_ROWS:
            write_row(draft, row, "", roles, writing)
        yield draft
