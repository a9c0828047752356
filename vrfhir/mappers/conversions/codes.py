"""CWE, CE, CNE, IS and ID: coded values (HL7 v2.8 chapter 2A.3.13; FHIR R4 CodeableConcept, Coding, code).

What the sender called a concept goes to ``text`` (UK Core: the sender's term is always kept and shown); it becomes the
display of a coding only where the system is the sender's own, or has that very display.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from vrfhir.mappers.conversions.primitives import fhir_text
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.partner_codes import PartnerCode, Unmapped
from vrfhir.mappers.paths import Primitive
from vrfhir.mappers.vocabulary import (
    THO,
    CodeMap,
    code_map,
    extension_urls,
    known_display,
    named_system,
    respelled,
    sender_system,
    system_name,
    table_codes,
    table_system,
)

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context

__all__ = ["is_own_system", "resolve_system", "taken_concept"]

_CODE = re.compile(r"\S+( \S+)*")
_TRIPLETS = ((1, 7), (4, 8), (10, 13))
_ORIGINAL_TEXT = 9
_NEXT = 1 << 12
_REMEMBERED = 8192
"""Codes remembered for a partner; then they are looked up anew."""
_TABLES = THO + "v2-"
_OUR_NAMES = "https://vrfhir.org/fhir/sid/"
"""Systems without published displays: the sender's own, and national ones that have no FHIR name."""
_COUNTRIES = "urn:iso:std:iso:3166"
_INTERPRETATION = THO + "v3-ObservationInterpretation"
_SNOMED = "http://snomed.info/sct"
_OTHERWISE_VERSIONED = frozenset({_SNOMED, THO + "v2-0493"})
"""Systems of which FHIR wants another version than HL7 v2 says: an edition's URI; the table's own, to which R4's value set is tied."""


class _Known(NamedTuple):
    """What is known of a code and the name of its coding system, the same for every message of a sender."""

    is_code: bool
    system: str
    derivable: bool
    is_local: bool
    display: str


def is_own_system(system: str) -> bool:
    """No system, or one without published displays: there the sender's term is the display."""
    return not system or system.startswith(_OUR_NAMES)


def resolve_system(context: Context, name: str, code: str, table: str) -> tuple[str, bool]:
    """(code system URI, whether the name can be had back from it) for a code and the coding system name beside it.

    A code that its v2 table does not have, or a country that does not exist, is a local code: its system is the sender's own.
    """
    known = _known(context, name, code, table)
    return known.system, known.derivable


def _known(context: Context, name: str, code: str, table: str) -> _Known:
    remembered = context.partner.vocabulary
    key = (context.sender, name, code, table)
    found = remembered.get(key)
    if not isinstance(found, _Known):
        if len(remembered) >= _REMEMBERED:
            remembered.clear()
        system, derivable = _resolved(context, name, code, table)
        display = known_display(system, code)
        is_local = is_own_system(system)
        found = remembered[key] = _Known(_CODE.fullmatch(code) is not None, system, derivable, is_local, display)
    return found


def _resolved(context: Context, name: str, code: str, table: str) -> tuple[str, bool]:
    if not name:
        return (table_system(table), True) if table and code in table_codes(table) else ("", True)
    uri = context.partner.code_systems.get(name.upper(), "")
    if uri:
        return uri, True
    uri = named_system(name)
    if (
        (uri.startswith(_TABLES) and code not in table_codes(uri[len(_TABLES) :]))
        or (uri == _INTERPRETATION and code not in code_map("interpretation").codes)
        or (uri == _COUNTRIES and not _is_country(code))
    ):
        uri = ""
    if not uri:
        return sender_system(context.sender, name), True
    return uri, system_name(uri).upper() == name.upper()


def _is_country(code: str) -> bool:
    from vrfhir.definitions.membership import Membership
    from vrfhir.terminology.grammars import judge  # only where countries are

    return judge(_COUNTRIES, code) is not Membership.OUT


def _coding(
    context: Context, cell: Cell, first: int, version: int, table: str, *, has_text: bool = False
) -> tuple[dict[str, Any], str]:
    """(coding, the term when it could not be the display) of one triplet of the cell.

    ``has_text``: the sender's own words stand elsewhere, so the term of an unknown concept is its display.
    """
    at, taken = cell.at, cell.taken
    code_key = first << 12 | 1
    term_key, name_key, version_key = code_key + _NEXT, code_key + 2 * _NEXT, version << 12 | 1
    code, term, name = at.get(code_key, ""), at.get(term_key, ""), at.get(name_key, "")
    known = _known(context, name, code, table)
    if code:
        taken.append(code_key)
    coding: dict[str, Any] = {}
    if known.system:
        coding["system"] = known.system
        if name and known.derivable:
            taken.append(name_key)
            context.names[name] = known.system
    if version_key in at and known.system not in _OTHERWISE_VERSIONED:
        taken.append(version_key)
        coding["version"] = at[version_key]
    coding["code"] = code
    if term and (known.is_local or known.display == term or (has_text and not known.display)) and fhir_text(term):
        taken.append(term_key)
        coding["display"] = term
        term = ""
    return coding, term


_LONGEST = 250
"""Longest ER7 text of a coded value that is remembered."""


class _Made(NamedTuple):
    """What was made of a coded value, the keys that were taken for it, and its names of code systems."""

    codings: Sequence[dict[str, Any]]
    text: str
    keys: Sequence[int]
    names: Mapping[str, str]


def _in_order(cell: Cell, taken: Sequence[int]) -> Sequence[int]:
    """The keys that were taken, in the order of the cell."""
    return tuple(key for key in cell.at if key in taken)


def taken_concept(cell: Cell, context: Context, table: str = "", codes: CodeMap | None = None) -> dict[str, Any] | None:
    """A CodeableConcept of all triplets of the cell; None when there is nothing in it.

    A sender uses few codes: what was made of an ER7 text is remembered for the partner, and made again from that; where
    people wrote words of their own, it is not.
    """
    remembered = context.concepts
    key = (context.reading, cell.raw, table, id(codes) if codes is not None else 0)
    made = remembered.get(key)
    if made.__class__ is not _Made:
        before, names, told = len(cell.taken), context.names, len(context.issues)
        context.names = {}
        found = _taken_anew(cell, context, table, codes)
        here, context.names = context.names, names
        names.update(here)
        if (
            found is None
            or len(cell.raw) > _LONGEST
            or _ORIGINAL_TEXT << 12 | 1 in cell.at
            or told != len(context.issues)
        ):
            return found
        if len(remembered) >= _REMEMBERED:
            remembered.clear()
        kept = [coding.copy() for coding in found.get("coding", ())]
        remembered[key] = _Made(kept, found.get("text", ""), _in_order(cell, cell.taken[before:]), here)
        return found
    codings, text, keys, said = made
    cell.taken.extend(keys)
    if said:
        context.names.update(said)
    if not codings:
        return {"text": text}
    copies = [codings[0].copy()] if len(codings) == 1 else [coding.copy() for coding in codings]
    return {"coding": copies, "text": text} if text else {"coding": copies}


def _meant(context: Context, name: str, code: str, table: str) -> tuple[str, str]:
    """(table, its code) for a code that is one of the table but for capitals, when the partner says nothing of it; else empty."""
    if name:
        if name.upper() in context.partner.code_systems:
            return "", ""
        uri = named_system(name)
        table = uri[len(_TABLES) :] if uri.startswith(_TABLES) else ""
    spelled = respelled(table, code) if table else ""
    if not spelled or context.partner.codes.meaning(table, code, name) is not None:
        return "", ""
    return table, spelled


def _taken_anew(cell: Cell, context: Context, table: str, codes: CodeMap | None) -> dict[str, Any] | None:
    at = cell.at
    codings: list[dict[str, Any]] = []
    text = ""
    if _ORIGINAL_TEXT << 12 | 1 in at:
        text = fhir_text(cell.take(_ORIGINAL_TEXT)) or ""
    has_text = bool(text) or (4 * _NEXT | 1 not in at and 5 * _NEXT | 1 in at)
    for first, version in _TRIPLETS:
        key = first << 12 | 1
        code, term = at.get(key, ""), at.get(key + _NEXT, "")
        if not code and not term:
            continue
        if code and _known(context, at.get(key + 2 * _NEXT, ""), code, table if first == 1 else "").is_code:
            coding, rest = _coding(context, cell, first, version, table if first == 1 else "", has_text=has_text)
            meaning = (
                context.partner.codes.meaning(table, code, at.get(key + 2 * _NEXT, ""))
                if table and first == 1
                else None
            )
            if meaning is not None and meaning.system:
                codings.append(_said(meaning))
            number, spelled = _meant(context, at.get(key + 2 * _NEXT, ""), code, table if first == 1 else "")
            if codes is not None and code in codes.codes and _is_of(coding.get("system", ""), codes):
                codings.append({"system": codes.system, "code": codes.codes[code]})
            elif spelled:
                if codes is not None and codes.system and number == codes.table and spelled in codes.codes:
                    codings.append({"system": codes.system, "code": codes.codes[spelled]})
                codings.append({"system": table_system(number), "code": spelled, "userSelected": False})
                context.report("VR-V2-0525", cell.path(first), code=code, meant=spelled, table=number)
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


def _said(meaning: PartnerCode) -> dict[str, Any]:
    """What a code of the partner means, beside the code itself."""
    coding = {"system": meaning.system, "code": meaning.to}
    return {**coding, "display": meaning.display} if meaning.display else coding


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
        text = fhir_text(cell.whole())
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
    system, codes = table_system(table), table_codes(table)
    key = (row.component or 1) << 12 | (row.subcomponent or 1)

    def convert(cell: Cell, _: Context) -> dict[str, Any] | None:
        code = cell.at.get(key, "")
        if code not in codes:
            return None
        if code:
            cell.taken.append(key)
        return {"system": system, "code": code}

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
    key = component << 12 | 1
    url = extension_urls()["alternate-codes"]
    table = table_system(codes.table)
    exact = frozenset(code for code, target in codes.codes.items() if codes.back[target] == code)

    def convert(cell: Cell, context: Context) -> Primitive | str | None:
        code = cell.at.get(key, "")
        if not code:
            return None
        said = context.partner.codes
        if code in exact and len(cell.at) == 1 and not said.codes:
            cell.taken.append(key)
            return codes.codes[code]
        name = cell.peek(3) if not row.component else ""
        known = said.meaning(codes.table, code, name) if said.codes else None
        system = resolve_system(context, name, code, codes.table)[0] if name else ""
        target = (
            codes.codes.get(code)
            if system in ("", table) or system.startswith(_OUR_NAMES) or code not in table_codes(codes.table)
            else None
        )
        if known is not None:
            target = known.to
        elif target is None:
            _, spelled = _meant(context, name, code, codes.table)
            target = codes.codes.get(spelled)
            if target is not None and row.component:
                context.report("VR-V2-0525", cell.path(component), code=code, meant=spelled, table=codes.table)
        if target is None:
            context.unmapped.append(Unmapped(codes.table, code, name, cell.path(component)))
            context.report("VR-V2-0520", cell.path(component), code=code, table=codes.table, element=row.element)
            return None
        if known is None and codes.back[target] == code and len(cell.at) == 1:
            cell.take(component)
            return Primitive(target, [])
        concept: dict[str, Any] | None
        if row.component:
            cell.take(component)
            concept = {"coding": [{"system": table, "code": code} if code in codes.codes else {"code": code}]}
        else:
            concept = taken_concept(cell, context, codes.table)
        if concept is not None and code in codes.national and "system" not in concept["coding"][0]:
            concept["coding"][0] = {"system": codes.national[code], **concept["coding"][0]}
        return Primitive(target, [{"url": url, "valueCodeableConcept": concept}])

    return convert
