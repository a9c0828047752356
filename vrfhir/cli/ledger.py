"""How a ledger is shown: the counts, then what did not become FHIR and why, then what did and where.

A table on a terminal, aligned columns in a pipe; the same rows in the same order in both.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vrfhir.mappers.ledger import Entry, Ledger

__all__ = ["REASONS", "show_ledger"]

REASONS: Mapping[str, str] = {
    "v2-content": "no FHIR element: kept as sent",
    "structural": "says how to read the message",
    "set-id": "only counts segments",
    "blank": "blanks only",
    "credentials": "credentials are never kept",
    "location-hiding": "the place of the patient must not be told",
    '""': "the instruction to delete",
}
"""Rule of the ledger → why, in words; for mapped values the row of the map stands instead."""

_ORDER = ("", "carried", "ignored", "deleted", "mapped")
_STYLES = {"": "bold red", "carried": "yellow", "ignored": "dim", "deleted": "magenta", "mapped": "green"}
_HEADINGS = ("HL7 v2", "Outcome", "Row or reason", "FHIR")

Row = tuple[str, ...]


def show_ledger(ledger: Ledger, name: str = "", *, values: bool = False) -> None:
    """Write a ledger to standard output, under the name of its file."""
    rows = [_row(entry, values) for outcome in _ORDER for entry in ledger if entry.outcome == outcome]
    headings = (*_HEADINGS, "Value") if values else _HEADINGS
    if sys.stdout.isatty():
        _show_table(headings, rows, ledger, name)
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(headings, rows, ledger, name))


def _row(entry: Entry, values: bool) -> Row:
    told: dict[str, Any] = entry.to_dict(values=values)
    row = (entry.path, entry.outcome or "LOST", REASONS.get(entry.row, entry.row), entry.location)
    return (*row, told.get("value", "")) if values else row


def _summary(ledger: Ledger, name: str) -> str:
    counts = ", ".join(f"{number} {outcome}" for outcome, number in ledger.counts().items())
    lead = f"{name}: " if name else ""
    return f"{lead}{len(ledger)} values: {counts}; {len(ledger.unaccounted)} unaccounted for"


def _lines(headings: Row, rows: Sequence[Row], ledger: Ledger, name: str) -> Iterator[str]:
    yield _summary(ledger, name)
    table = [headings, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(headings) - 1)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]]).rstrip()


def _show_table(headings: Row, rows: Sequence[Row], ledger: Ledger, name: str) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(_summary(ledger, name), style="bold"), soft_wrap=True)
    table = Table(*headings, box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    before = rows[0][1] if rows else ""
    for row in rows:
        if row[1] != before:
            table.add_section()
            before = row[1]
        style = _STYLES.get(row[1], _STYLES[""])
        table.add_row(*(Text(cell, style if column == 1 else "") for column, cell in enumerate(row)))
    console.print(table)
