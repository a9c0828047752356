"""Reports for people and machines: one module a format, imported when that format is asked for.

>>> from vrfhir import Validator
>>> from vrfhir.validation.reports import Checked, render
>>> report = Validator().validate(b'{"resourceType": "Patient", "gender": "fmale"}', source="patient.json")
>>> print(render("text", [Checked(report)]).splitlines()[0])
patient.json: not valid (1 error)
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import NamedTuple

from vrfhir.validation.reports.checked import Checked, Summary

__all__ = ["FORMATS", "Checked", "Format", "Summary", "format_of", "render"]


class Format(NamedTuple):
    """A format: the module that writes it and the endings of file names that ask for it."""

    module: str
    endings: tuple[str, ...]


FORMATS: dict[str, Format] = {
    "text": Format("text", (".txt", ".log")),
    "json": Format("json", (".json",)),
    "operation-outcome": Format("operation_outcome", (".outcome.json",)),
    "sarif": Format("sarif", (".sarif", ".sarif.json")),
    "junit": Format("junit", (".xml",)),
    "html": Format("html", (".html", ".htm")),
}


def format_of(file_name: str) -> str | None:
    """The format that a file name asks for, by its longest known ending."""
    endings = {ending: name for name, each in FORMATS.items() for ending in each.endings}
    lowered = file_name.lower()
    for ending in sorted(endings, key=len, reverse=True):
        if lowered.endswith(ending):
            return endings[ending]
    return None


def render(name: str, checked: Sequence[Checked], summary: Summary | None = None) -> str:
    """All reports as one text in a format of :data:`FORMATS`."""
    module = importlib.import_module("vrfhir.validation.reports." + FORMATS[name].module)
    text: str = module.render(checked, summary or Summary.of(checked))
    # The name of a file may be bytes that are no text in any encoding.
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
