"""ERR-1 of the versions before 2.5 (ELD): where an error is, and its code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.mappers.cells import Cell
from vrfhir.mappers.conversions.codes import taken_concept
from vrfhir.mappers.conversions.primitives import fhir_text
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.vocabulary import code_map, table_system

if TYPE_CHECKING:
    from vrfhir.mappers.context import Context

__all__: list[str] = []

_CODE = 4
"""The component that holds a coded element as its subcomponents; those before it say where."""


@register("error-issue")
def _error_issue(row: RowFacts) -> Conversion:
    """A repetition as an issue: segment, sequence and field as its location, the coded element as code and details."""
    table, codes = row.options["table"], code_map(row.options["codes"])

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        issue: dict[str, Any] = {"severity": "error", "code": "processing"}
        where = [cell.take(number) for number in range(1, _CODE)]
        if any(where):
            issue["location"] = ["^".join(where).rstrip("^")]
        details = _details(cell, context, table)
        if details:
            issue["details"] = details
            ours = (each["code"] for each in details.get("coding", ()) if each.get("system") == table_system(table))
            issue["code"] = codes.codes.get(next(ours, ""), "processing")
        return issue if len(issue) > len(("severity", "code")) else None

    return convert


@register("error-location")
def _error_location(row: RowFacts) -> Conversion:
    """A place in a message as a text: segment, sequence, field, repetition, component, subcomponent with ``^`` between them."""
    return lambda cell, _: fhir_text(cell.whole())


def _details(cell: Cell, context: Context, table: str) -> dict[str, Any] | None:
    """The subcomponents of the fourth component as the components of a coded element."""
    own = {(key & 0xFFF) << 12 | 1: text for key, text in cell.at.items() if key >> 12 == _CODE}
    inner = Cell(cell.segment, cell.field, cell.repetition, "ELD " + "&".join(own.values()), own, [])
    found = taken_concept(inner, context, table) if own else None
    cell.taken.extend(_CODE << 12 | key >> 12 for key in inner.taken)
    return found
