"""Findings about the FHIR a message became, said in terms of the message: which segment and field it was.

The ledger of the mapping knows for every value of the message the element it went to. The finding's place is matched
with those elements; an element that is not there is the field whose row would have made it. Where none fits, the finding
keeps its FHIR place. That a reference leads to a resource with findings of its own is not told beside them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Protocol

from vrfhir.issues import Issue
from vrfhir.mappers.rows import load_maps

__all__ = ["v2_places"]

_ENTRY = re.compile(r"Bundle\.entry\[(\d+)\]\.resource(?:/\*[^*]*\*/)?(?:\.ofType\(\w+\))?\.?(.*)")
_INDEX = re.compile(r"\[\d+\]")
_REQUIRED = "Validation_VAL_Profile_Minimum"
_ABSENT = re.compile(r"(\w+(?:\.\w+)+)(?:\[x\])?(?::\S+)? is required ")
_LEADS_TO = "Reference_REF_CantMatchChoice"
_TARGET = re.compile(r"The target of '([^']+)'")


class Mapped(Protocol):
    """What :func:`vrfhir.mappers.to_fhir` returns."""

    @property
    def bundle(self) -> dict[str, Any]: ...
    @property
    def ledger(self) -> Any: ...


def v2_places(issues: Sequence[Issue], mapping: Mapped) -> list[Issue]:
    """The findings with the v2 path of the value they are about; the FHIR place moves into the text's hint."""
    places = _Places(mapping)
    return [_placed(issue, mapping, places) for issue in _causes(issues, mapping)]


def _causes(issues: Sequence[Issue], mapping: Mapped) -> Sequence[Issue]:
    """Without the references whose targets are at fault themselves, however many references away."""
    leads = {issue: match[1] for issue in issues if issue.id == _LEADS_TO and (match := _TARGET.match(issue.text))}
    at_fault = {_holder(issue, mapping) for issue in issues if issue.is_error and issue not in leads} - {""}
    while found := {issue for issue, target in leads.items() if target in at_fault}:
        at_fault |= {_holder(issue, mapping) for issue in found} - {""}
        leads = {issue: target for issue, target in leads.items() if issue not in found}
        issues = [issue for issue in issues if issue not in found]
    return issues


def _holder(issue: Issue, mapping: Mapped) -> str:
    """The ``fullUrl`` of the entry that a finding is in."""
    match = _ENTRY.fullmatch(issue.expression)
    entries = mapping.bundle.get("entry") or []
    return str(entries[int(match[1])].get("fullUrl", "")) if match and int(match[1]) < len(entries) else ""


class _Places:
    """By ``fullUrl`` and element path below the resource, the first value of the message that went there."""

    def __init__(self, mapping: Mapped) -> None:
        self._exact: dict[tuple[str, str], str] = {}
        self._inside: dict[tuple[str, str], tuple[int, str]] = {}
        self._alike: dict[tuple[str, str], tuple[int, str]] = {}
        self._segments: dict[str, dict[str, None]] = {}
        for order, entry in enumerate(mapping.ledger):
            location = entry.location
            if entry.outcome != "mapped" or not location:
                continue
            url, path, element = entry.resource, entry.path, location.partition(".")[2]
            self._segments.setdefault(url, {})[path.partition("-")[0]] = None
            if (url, element) in self._exact:
                continue
            self._exact[url, element] = path
            self._alike.setdefault((url, _INDEX.sub("", element)), (order, path))
            while element := element.rpartition(".")[0]:
                self._inside.setdefault((url, element), (order, path))

    def absent(self, full_url: str, element: str) -> str:
        """The field that would have made ``element``, of a segment that made something of the resource."""
        for segment in self._segments.get(full_url, ()):
            known = load_maps().get(segment.partition("[")[0])
            for form in known.flavours if known is not None else ():
                for row in form.rows:
                    if row.field and row.to.replace("[]", "") == element:
                        return f"{segment}-{row.field}"
        return ""

    def segment(self, full_url: str) -> str:
        """The first segment that made something of the resource, other than the header."""
        return next((each for each in self._segments.get(full_url, ()) if not each.startswith("MSH[")), "")

    def nearest(self, full_url: str, element: str) -> str:
        """The value that went to ``element``, or into it, or to the same element of another repetition."""
        exact = self._exact.get((full_url, element))
        if exact or not element:
            return exact or ""
        inside = self._inside.get((full_url, element))
        alike = self._alike.get((full_url, _INDEX.sub("", element)))
        return min((each for each in (inside, alike) if each is not None), default=(0, ""))[1]


def _placed(issue: Issue, mapping: Mapped, places: _Places) -> Issue:
    match = _ENTRY.fullmatch(issue.expression)
    entries = mapping.bundle.get("entry") or []
    if match is None or int(match[1]) >= len(entries):
        return issue
    full_url = str(entries[int(match[1])].get("fullUrl", ""))
    element, where = match[2], issue.expression
    absent = _ABSENT.match(issue.text) if issue.id == _REQUIRED and not element else None
    if absent is not None and (path := places.absent(full_url, absent[1])):
        hint = f"Send {_INDEX.sub('', path)}."
        return issue._replace(expression=path, code="required", hint=hint)
    while True:
        path = places.nearest(full_url, element)
        if path:
            return issue._replace(expression=path, hint=issue.hint or f"In FHIR: {where}")
        if not element:
            segment = places.segment(full_url)
            return issue._replace(expression=segment, hint=issue.hint or f"In FHIR: {where}") if segment else issue
        element = element.rpartition(".")[0]
