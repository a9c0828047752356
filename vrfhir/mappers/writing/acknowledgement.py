"""ACK: what a MessageHeader.response and the issues of its outcome say (HL7 v2.5.1 chapter 2.9.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.vocabulary import code_map
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
_ERROR_ROWS = ("ERR-1", "ERR-2", "ERR-3", "ERR-3/code", "ERR-4", "ERR-5", "ERR-7", "ERR-8")


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
    if writing.version < "2.5" and not writing.from_v2:
        yield _old_error(writing, url, issues)
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


def _old_error(writing: Writing, url: str, issues: list[dict[str, Any]]) -> Draft:
    """ERR of 2.4: one repetition for each issue, code and words of which stand in ELD.4."""
    draft = Draft("ERR")
    draft.roles = {"OperationOutcome": url}
    codes = code_map("issue-type").codes
    for issue in issues:
        details = issue.get("details", {})
        said: dict[str, Any] = next(
            (code for code in details.get("coding", ()) if "/v2-0357" in code.get("system", "")), {}
        )
        code = said.get("code") or next((code for code, kind in codes.items() if kind == issue.get("code")), "207")
        texts = (details.get("text"), said.get("display"), issue.get("diagnostics"))
        words = next((str(text) for text in texts if text), "")
        draft.put(1, {key(4, 1): code, key(4, 2): words, key(4, 3): "HL70357"})
    return draft
