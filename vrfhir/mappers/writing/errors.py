"""ERR-1 of the versions before 2.5 (ELD), from an issue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.vocabulary import code_map, table_system
from vrfhir.mappers.writing.codes import concept_parts
from vrfhir.mappers.writing.primitives import apart
from vrfhir.mappers.writing.registry import Inverse, Parts, inverse, key

if TYPE_CHECKING:
    from vrfhir.mappers.conversions.registry import RowFacts
    from vrfhir.mappers.writing.scope import Writing

__all__: list[str] = []

_PLACE = re.compile(r"[A-Z][A-Z0-9]{2}(\^\d*){0,5}")
_OTHER = "207"
"""Application error: the code of the table for what none of its codes says."""


@inverse("error-issue")
def _error_issue(row: RowFacts) -> Inverse:
    table, codes = row.options["table"], code_map(row.options["codes"])
    back = {meaning: code for code, meaning in reversed(codes.codes.items())}

    def write(issue: Any, writing: Writing) -> Parts | None:
        if not isinstance(issue, dict):
            return None
        where = next(iter(issue.get("location", ())), "").split("^")
        found = {key(number): text for number, text in enumerate(where, 1) if text and len(where) < 4}
        details = dict(issue.get("details", {}))
        codings = list(details.get("coding", ()))
        if not writing.from_v2:
            if not any(each.get("system") == table_system(table) for each in codings):
                codings.insert(0, {"system": table_system(table), "code": back.get(issue.get("code", ""), _OTHER)})
            details.setdefault("text", issue.get("diagnostics", ""))
        parts = concept_parts({**details, "coding": codings}, writing, table) or {}
        return found | {key(4, place >> 12): text for place, text in parts.items() if place >> 12 <= 6 and text} or None

    return write


@inverse("error-location")
def _error_location(row: RowFacts) -> Inverse:
    def write(text: Any, writing: Writing) -> Parts | None:
        if not isinstance(text, str) or not text:
            return None
        return apart(text) if writing.as_it_was or _PLACE.fullmatch(text) else {key(1): text}

    return write
