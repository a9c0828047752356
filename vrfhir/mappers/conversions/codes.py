"""CWE, CE, CNE, IS and ID: coded values (HL7 v2.8 chapter 2A.3.13; FHIR R4 CodeableConcept, Coding, code).

What the sender called a concept goes to ``text`` (UK Core: the sender's term is always kept and shown); it becomes the
display of a coding only where the system is the sender's own, or has that very display.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.primitives import fhir_text
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.paths import Primitive
from vrfhir.mappers.vocabulary import (
    THO,
    CodeMap,
    code_map,
    extension_urls,
    named_system,
    sender_system,
    system_name,
    table_codes,
    table_system,
)

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context

__all__ = ["resolve_system", "taken_concept"]

_CODE = re.compile(r"\S+( \S+)*")
_TRIPLETS = ((1, 7), (4, 8), (10, 13))
_ORIGINAL_TEXT = 9
_TABLES = THO + "v2-"
_INTERPRETATION = THO + "v3-ObservationInterpretation"
_SNOMED = "http://snomed.info/sct"


def resolve_system(context: Context, name: str, code: str, table: str) -> tuple[str, bool]:
    """(code system URI, whether the name can be had back from it) for a code and the coding system name beside it.

    A code that its v2 table does not have is a local code: its system is the sender's own.
    """
    if not name:
        return (table_system(table), True) if table and code in table_codes(table) else ("", True)
    uri = context.partner.code_systems.get(name.upper(), "")
    if uri:
        return uri, True
    uri = named_system(name)
    if (uri.startswith(_TABLES) and code not in table_codes(uri[len(_TABLES) :])) or (
        uri == _INTERPRETATION and code not in code_map("interpretation").codes
    ):
        uri = ""
    if not uri:
        return sender_system(context.sender, name), True
    return uri, system_name(uri).upper() == name.upper()


def _coding(context: Context, cell: Cell, first: int, version: int, table: str) -> tuple[dict[str, Any], str]:
    """(coding, the term when it could not be the display) of one triplet of the cell."""
    code, term, name = cell.take(first), cell.peek(first + 1), cell.peek(first + 2)
    coding: dict[str, Any] = {}
    system, derivable = resolve_system(context, name, code, table)
    if system:
        coding["system"] = system
        if name and derivable:
            cell.take(first + 2)
    if cell.peek(version) and system != _SNOMED:
        coding["version"] = cell.take(version)
    coding["code"] = code
    if term and fhir_text(term):
        known = system.startswith(_TABLES) and table_codes(system[len(_TABLES) :]).get(code) == term
        if known or not system or "/sid/v2/" in system:
            coding["display"] = cell.take(first + 1)
            term = ""
    return coding, term


def taken_concept(cell: Cell, context: Context, table: str = "", codes: CodeMap | None = None) -> dict[str, Any] | None:
    """A CodeableConcept of all triplets of the cell; None when there is nothing in it."""
    codings: list[dict[str, Any]] = []
    text = ""
    if cell.peek(_ORIGINAL_TEXT):
        text = fhir_text(cell.take(_ORIGINAL_TEXT)) or ""
    for first, version in _TRIPLETS:
        code = cell.peek(first)
        term = cell.peek(first + 1)
        if code and _CODE.fullmatch(code):
            coding, rest = _coding(context, cell, first, version, table if first == 1 else "")
            if codes is not None and code in codes.codes and _is_of(coding.get("system", ""), codes):
                codings.append({"system": codes.system, "code": codes.codes[code]})
            codings.append(coding)
            term = rest
        elif code and not text:
            text = fhir_text(cell.take(first)) or ""
        if term and (not text or text == term) and fhir_text(term):
            text = cell.take(first + 1)
    concept: dict[str, Any] = {}
    if codings:
        concept["coding"] = codings
    if text:
        concept["text"] = text
    return concept or None


def _is_of(system: str, codes: CodeMap) -> bool:
    """The code came from the table of the map, or nobody said from where."""
    return bool(codes.system) and system != codes.system and system in ("", table_system(codes.table))


@register("CodeableConcept")
def _codeable_concept(row: RowFacts) -> Conversion:
    table = row.options.get("table", "")
    codes = code_map(row.options["codes"]) if "codes" in row.options else None
    return lambda cell, context: taken_concept(cell, context, table, codes)


@register("concept-text")
def _concept_text(row: RowFacts) -> Conversion:
    """Plain text as a CodeableConcept."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        text = fhir_text(cell.whole(context.component_mark, context.subcomponent_mark))
        return {"text": text} if text else None

    return convert


@register("Coding")
def _single_coding(row: RowFacts) -> Conversion:
    """The first triplet as a Coding; a code with an equivalent in the map becomes that one."""
    table = row.options.get("table", "")
    codes = code_map(row.options["codes"]) if "codes" in row.options else None

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        component = row.component or 1
        code = cell.peek(component)
        if not code:
            term = cell.take(component + 1) if not row.component else ""
            return {"display": term} if term else None
        if codes is not None and code in codes.codes and codes.back.get(codes.codes[code]) == code:
            cell.take(component)
            return {"system": codes.system, "code": codes.codes[code]}
        if not _CODE.fullmatch(code):
            return {"display": cell.take(component)}
        coding, _ = _coding(context, cell, component, 7 if component == 1 else 99, table)
        return coding

    return convert


@register("table-coding")
def _table_coding(row: RowFacts) -> Conversion:
    """One component as a Coding of a v2 table; None when the table does not have the code."""
    table = row.options["table"]
    system = table_system(table)

    def convert(cell: Cell, _: Context) -> dict[str, Any] | None:
        code = cell.take(row.component or 1, row.subcomponent or 1)
        return {"system": system, "code": code} if code in table_codes(table) else None

    return convert


@register("display-coding")
def _display_coding(row: RowFacts) -> Conversion:
    """Text without a code as the display of a Coding."""

    def convert(cell: Cell, _: Context) -> dict[str, Any] | None:
        text = fhir_text(cell.take(row.component or 1))
        return {"display": text} if text else None

    return convert


@register("code")
def _code(row: RowFacts) -> Conversion:
    """A code of a required binding by its map, with what it came from in alternate-codes unless that says no more.

    A code that the map does not have gives no value, only a warning (the code is carried): a default would be a clinical
    statement that nobody made.
    """
    codes = code_map(row.options["codes"])
    component = row.component or 1
    url = extension_urls()["alternate-codes"]
    table = table_system(codes.table)

    def convert(cell: Cell, context: Context) -> Primitive | None:
        code = cell.peek(component)
        if not code:
            return None
        name = cell.peek(3) if not row.component else ""
        system = resolve_system(context, name, code, codes.table)[0] if name else ""
        target = (
            codes.codes.get(code)
            if system in ("", table) or (system and code not in table_codes(codes.table))
            else None
        )
        if target is None:
            context.report("VR-V2-0520", cell.path(component), code=code, table=codes.table, element=row.element)
            return None
        if codes.back[target] == code and len(cell.at) == 1:
            cell.take(component)
            return Primitive(target, [])
        concept: dict[str, Any] | None
        if row.component:
            cell.take(component)
            concept = {"coding": [{"system": table, "code": code}]}
        else:
            concept = taken_concept(cell, context, codes.table)
        if concept is not None and code in codes.national and "system" not in concept["coding"][0]:
            concept["coding"][0] = {"system": codes.national[code], **concept["coding"][0]}
        return Primitive(target, [{"url": url, "valueCodeableConcept": concept}])

    return convert
