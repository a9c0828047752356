"""What only the header needs: endpoints, message identifier, selectors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.identifiers import ALREADY, HierarchicDesignator
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.vocabulary import sender_system, table_codes

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context

__all__: list[str] = []

_CODE, _UNIVERSAL = 1 << 12 | 1, 2 << 12 | 1


@register("endpoint")
def _endpoint(row: RowFacts) -> Conversion:
    """HD as the URL of an endpoint: only a universal id is one."""

    def convert(cell: Cell, _: Context) -> str | None:
        if _UNIVERSAL not in cell.at:
            return None
        hd = HierarchicDesignator(cell.peek(1), cell.peek(2), cell.peek(3))
        uri = hd.uri
        if not uri:
            return None
        cell.take(2)
        if hd.type == "ISO":
            cell.take(3)
        return uri

    return convert


@register("message-identifier")
def _message_identifier(row: RowFacts) -> Conversion:
    """MSH-10: unique for its sender."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        value = cell.take(1)
        return {"system": sender_system(context.sender, "MSH-10"), "value": value} if value else None

    return convert


@register("profile-tag")
def _profile_tag(row: RowFacts) -> Conversion:
    """MSH-21: a conformance profile (EI) as a tag; its registry is the system."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        hd = HierarchicDesignator(cell.peek(2), cell.peek(3), cell.peek(4))
        value = cell.take(1)
        if not re.fullmatch(r"\S+( \S+)*", value):
            return None
        if not hd.uri:
            return {"system": sender_system(context.sender, cell.take(2) or "MSH-21"), "code": value}
        cell.take(3)
        if hd.type == "ISO":
            cell.take(4)
        namespace = cell.take(2)
        return {"system": hd.uri, "code": value, **({"display": namespace} if namespace else {})}

    return convert


@register("selector")
def _selector(row: RowFacts) -> Conversion:
    """Says which row applies, and no more: with ``value`` only when it is that one."""
    wanted = row.options.get("value", "")

    def convert(cell: Cell, _: Context) -> str | None:
        if wanted and cell.at.get(_CODE) != wanted:
            return None
        cell.taken.extend(cell.at)
        return "selector"

    return convert


@register("table-word")
def _table_word(row: RowFacts) -> Conversion:
    """The same for a code of a table with its display and its name beside it; other words stay open."""
    table, wanted = row.options["table"], row.options["value"]
    said = {2: (table_codes(table).get(wanted, wanted).lower(),), 3: (f"hl7{table}", table)}

    def convert(cell: Cell, _: Context) -> dict[str, Any] | None:
        if cell.take(1) != wanted:
            return None
        for component, texts in said.items():
            if cell.peek(component).lower() in texts:
                cell.take(component)
        return ALREADY

    return convert


@register("as-patient")
def _as_patient(row: RowFacts) -> Conversion:
    """What PID says of the patient already; everything else stays open, to be carried."""
    fields = row.options["fields"]

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        patient = context.first("PID")
        if patient is None:
            return None
        known = [each.at for field in fields for each in patient.cells(field)]
        if not any(cell.at.items() <= at.items() for at in known):
            return None
        for component, subcomponent in cell.places():
            cell.take(component, subcomponent)
        return ALREADY

    return convert
