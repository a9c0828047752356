"""Error catalogue: what can be wrong with an HL7 v2 message, as data.

One row per error id: severity, the code of HL7 table 0357 (message error condition codes) that an ``ERR`` segment
carries, the FHIR issue type that an ``OperationOutcome`` carries, the sentence, and what to do about it. The rows of
this room are in :mod:`vrfhir.hl7v2.errors_table`; other rooms extend the catalogue with rows of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from vrfhir.hl7v2.errors_table import ROWS
from vrfhir.issues import Issue, Severity

__all__ = ["CATALOGUE", "Catalogue", "CatalogueEntry"]

_CODE_0357_BY_FHIR_CODE: Mapping[str, str] = {
    "structure": "100",
    "required": "101",
    "value": "102",
    "code-invalid": "103",
    "too-long": "104",
    "invalid": "199",
    "not-supported": "200",
    "not-found": "204",
    "duplicate": "205",
    "lock-error": "206",
}
_PARAMETER_LIMIT = 60


class CatalogueEntry(NamedTuple):
    """One error id.

    ``code_0357`` is the HL7 table 0357 code, ``fhir_code`` the FHIR issue type, ``text`` a format template.
    """

    id: str
    severity: Severity
    code_0357: str
    fhir_code: str
    text: str
    remedy: str


class Catalogue:
    """Error ids with their rows; immutable, extended by :meth:`extended`."""

    def __init__(self, entries: Iterable[CatalogueEntry]) -> None:
        self._entries: dict[str, CatalogueEntry] = {}
        for entry in entries:
            if entry.id in self._entries:
                raise ValueError(f"error id {entry.id} stands twice in the catalogue")
            self._entries[entry.id] = entry

    def __iter__(self) -> Iterator[CatalogueEntry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, rule: object) -> bool:
        return rule in self._entries

    def __getitem__(self, rule: str) -> CatalogueEntry:
        return self._entries[rule]

    def extended(self, rows: Iterable[CatalogueEntry]) -> Catalogue:
        """A catalogue that also knows ``rows``; an id that already exists is a programmer's mistake."""
        return Catalogue([*self, *rows])

    def issue(
        self,
        rule: str,
        /,
        *,
        expression: str = "",
        line: int | None = None,
        column: int | None = None,
        **parameters: str | int,
    ) -> Issue:
        """The finding with id ``rule`` at a place, its sentence filled with ``parameters`` (shortened, made printable)."""
        entry = self._entries[rule]
        text, hint = entry.text, entry.remedy
        if parameters:
            shown = {name: _shown(value) for name, value in parameters.items()}
            text, hint = text.format_map(shown), hint.format_map(shown)
        return Issue(entry.severity, entry.fhir_code, rule, text, expression, line, column, hint)

    def code_0357(self, issue: Issue) -> str:
        """The HL7 table 0357 code for any issue: by its id, else by its FHIR issue type, else 207 application error."""
        entry = self._entries.get(issue.id)
        if entry is not None:
            return entry.code_0357
        return _CODE_0357_BY_FHIR_CODE.get(issue.code, "207")


def _shown(value: object) -> str:
    text = str(value)
    if len(text) > _PARAMETER_LIMIT:
        text = text[:_PARAMETER_LIMIT] + "..."
    return "".join(character if character.isprintable() else f"<{ord(character):02X}>" for character in text)


CATALOGUE = Catalogue(CatalogueEntry(*row) for row in ROWS)
"""The errors this room reports."""
