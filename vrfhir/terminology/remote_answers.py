"""What answers of a terminology server mean. Whatever is not a clear yes or no is "cannot tell"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vrfhir.definitions.membership import Membership
from vrfhir.definitions.rows import objects
from vrfhir.terminology.remote_http import Answer

__all__ = ["displays_of", "expansion_of", "membership_of"]

Json = dict[str, Any]

_UNKNOWN_SYSTEM = frozenset({"x-caused-by-unknown-system", "x-unknown-system", "x-caused-by-unknown-value-set"})
"""Output parameters by which servers say that "false" only means that a code system was not there."""
_CANNOT_TELL = frozenset({"not-found", "vs-invalid", "not-supported", "too-costly", "incomplete", "exception"})
"""Codes of issues beside a "false" that leave the question open: in ``issue.code``, and in HL7's tx-issue-type."""
_ABOUT_CODE = frozenset({"not-in-vs", "invalid-code"})


def membership_of(answer: Answer) -> Membership:
    """The meaning of an answer to ``$validate-code``."""
    parameters = _parameters(answer)
    if parameters is None:
        return Membership.UNKNOWN
    result = next((each.get("valueBoolean") for each in parameters if each.get("name") == "result"), None)
    if result is True:
        return Membership.IN
    if result is not False:
        return Membership.UNKNOWN
    if any(each.get("name") in _UNKNOWN_SYSTEM for each in parameters):
        return Membership.UNKNOWN
    if any(_leaves_open(issue) for issue in _issues(parameters)):
        return Membership.UNKNOWN
    return Membership.OUT


def displays_of(answer: Answer) -> tuple[str, ...]:
    """Display and designations in an answer to ``$lookup``."""
    found: list[str] = []
    for each in _parameters(answer) or ():
        value = each.get("valueString")
        if each.get("name") == "display" and isinstance(value, str):
            found.insert(0, value)
        elif each.get("name") == "designation":
            parts = objects(each, "part")
            found.extend(
                part["valueString"]
                for part in parts
                if part.get("name") == "value" and isinstance(part.get("valueString"), str)
            )
    return tuple(dict.fromkeys(found))


def expansion_of(answer: Answer, limit: int) -> dict[str, list[str]] | None:
    """The codes of an answer to ``$expand``, None when it is not whole."""
    resource = _resource(answer)
    expansion = (
        resource.get("expansion") if resource is not None and resource.get("resourceType") == "ValueSet" else None
    )
    if not isinstance(expansion, dict):
        return None
    codes: dict[str, list[str]] = {}
    count = 0
    for each in _contains(expansion, 0):
        code, system = each.get("code"), each.get("system")
        if isinstance(code, str) and isinstance(system, str) and each.get("abstract") is not True:
            codes.setdefault(system, []).append(code)
        count += 1
    total = expansion.get("total")
    is_whole = count < limit and not (isinstance(total, int) and total > count)
    return codes if is_whole else None


def _contains(holder: Json, depth: int) -> Iterator[Json]:
    if depth > 20:
        return
    for each in objects(holder, "contains"):
        yield each
        yield from _contains(each, depth + 1)


def _leaves_open(issue: Json) -> bool:
    details = issue.get("details")
    codings = objects(details, "coding") if isinstance(details, dict) else []
    codes = {each.get("code") for each in codings}
    if codes & _ABOUT_CODE:
        return False
    return bool(codes & _CANNOT_TELL) or (not codes and issue.get("code") in _CANNOT_TELL)


def _issues(parameters: list[Json]) -> Iterator[Json]:
    for each in parameters:
        outcome = each.get("resource")
        if each.get("name") == "issues" and isinstance(outcome, dict):
            yield from objects(outcome, "issue")


def _parameters(answer: Answer) -> list[Json] | None:
    resource = _resource(answer)
    if resource is None or resource.get("resourceType") != "Parameters":
        return None
    return list(objects(resource, "parameter"))


def _resource(answer: Answer) -> Json | None:
    if answer.status != 200:
        return None
    try:
        resource = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return resource if isinstance(resource, dict) else None
