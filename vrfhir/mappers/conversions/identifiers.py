"""CX, EI, HD, PLN: identifiers and who assigned them (HL7 v2.8 chapter 2A; FHIR R4 Identifier).

An assigning authority becomes the system that the partner's table gives for it, else ``urn:oid:`` of its OID, else a
system of the sender's own (:func:`~vrfhir.mappers.vocabulary.sender_system`). Nothing is guessed and nothing is a
placeholder: the same number of the same sender always has the same system.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from vrfhir.mappers.conversions.alternates import coded_text
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.conversions.times import put, taken_datetime, taken_period
from vrfhir.mappers.vocabulary import extension_urls, is_uri, sender_system, table_codes, table_system

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context

__all__ = [
    "HierarchicDesignator",
    "assigning_facility",
    "designator",
    "identifier_system",
    "identifier_type",
    "taken_ei",
    "taken_identifier",
]


class _Already(dict[str, Any]):
    """The type of :data:`ALREADY`."""


ALREADY = _Already()
"""Returned for a value that stands in the resource already: mapped, with nothing to place."""
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*)){3,}")
_VALUE, _CHECK_DIGIT, _TYPE, _FACILITY, _START, _END = (number << 12 | 1 for number in (1, 2, 5, 6, 7, 8))
_AUTHORITY_ID = 4 << 12 | 2
_REMEMBERED = 4096
"""Authorities remembered for a partner; then they are looked up anew."""
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class HierarchicDesignator(NamedTuple):
    """HD: a namespace, and a universal id with its type."""

    namespace: str
    universal_id: str
    type: str

    @property
    def uri(self) -> str:
        """The universal id as a URI; empty when it is none."""
        if not self.universal_id:
            return ""
        if self.type in ("ISO", "", "HL7") and _OID.fullmatch(self.universal_id):
            return f"urn:oid:{self.universal_id}"
        if self.type in ("UUID", "GUID") and _UUID.fullmatch(self.universal_id):
            return f"urn:uuid:{self.universal_id.lower()}"
        if is_uri(self.universal_id):
            return self.universal_id
        return ""


def designator(cell: Cell, component: int) -> HierarchicDesignator:
    """The HD in a component of the cell (component 0: the cell itself), only looked at."""
    first, step = (component << 12 | 1, 1) if component else (1 << 12 | 1, 1 << 12)
    get = cell.at.get
    return HierarchicDesignator(get(first, ""), get(first + step, ""), get(first + 2 * step, ""))


def identifier_system(cell: Cell, context: Context, component: int, kind: str, *, flat: bool = False) -> str:
    """The system for the HD in a component, its parts taken as far as the system says them again.

    ``flat``: the three parts stand in components ``component`` to ``component + 2`` (EI) and not in subcomponents.
    """
    first, step = component << 12 | 1, 1 << 12 if flat else 1
    at, taken = cell.at, cell.taken
    get = at.get
    one, two, three = get(first, ""), get(first + step, ""), get(first + 2 * step, "")
    if not one and not two and not three:
        return ""
    remembered = context.partner.designators
    key = (context.sender, kind, one, two, three)
    found = remembered.get(key)
    if found is None:
        if len(remembered) >= _REMEMBERED:
            remembered.clear()
        found = remembered[key] = _system_of(context, kind, HierarchicDesignator(one, two, three))
    system, said = found
    if one:
        context.names[one] = system
        if three and 2 in said:
            context.kinds[system] = three
    elif two and two not in system:
        context.names[two] = system  # a name where an OID should be
    for number in said:
        part = first + number * step
        if part in at:
            taken.append(part)
    return system


def _system_of(context: Context, kind: str, hd: HierarchicDesignator) -> tuple[str, Sequence[int]]:
    """The system of an authority, and which of its three parts the system says again."""
    known = context.partner.system(kind, hd.namespace, hd.universal_id)
    if known:
        return known, (0,) if context.partner.namespace(kind, known) == hd.namespace.upper() else ()
    if hd.uri:
        return hd.uri, (1, 2) if hd.type == _written_type(hd.uri) else (1,)
    if hd.namespace and hd.universal_id:
        return sender_system(context.sender, f"{hd.namespace}&{hd.universal_id}&{hd.type}"), (0, 1, 2)
    if hd.namespace:
        return sender_system(context.sender, hd.namespace), (0,)
    return sender_system(context.sender, f"&{hd.universal_id}&{hd.type}"), (1, 2)


def _written_type(uri: str) -> str:
    return "ISO" if uri.startswith("urn:oid:") else "UUID" if uri.startswith("urn:uuid:") else "URI"


def identifier_type(code: str, *, inferred: bool = False) -> dict[str, Any]:
    """The type of an identifier (table 0203, or the sender's own code as text); ``inferred`` when only its field says so."""
    if code in table_codes("0203"):
        if inferred:
            return {"coding": [{"system": table_system("0203"), "code": code, "userSelected": False}]}
        return {"coding": [{"system": table_system("0203"), "code": code}]}
    return {"text": code}


def taken_identifier(cell: Cell, context: Context, kind: str, fallback: str = "") -> dict[str, Any] | None:
    """CX: an Identifier; None when there is no value. ``fallback`` is the system when no authority is named."""
    at, taken = cell.at, cell.taken
    value = at.get(_VALUE, "")
    if not value:
        return None
    taken.append(_VALUE)
    identifier: dict[str, Any] = {}
    if _TYPE in at:
        taken.append(_TYPE)
        identifier["type"] = identifier_type(at[_TYPE])
    system = identifier_system(cell, context, 4, kind) or fallback
    if system:
        identifier["system"] = system
    identifier["value"] = value
    if _START in at or _END in at:
        period = taken_period(cell, context, 7, 8)
        if period:
            identifier["period"] = period
    if _AUTHORITY_ID in at or max(at) >= _FACILITY:
        assigner = _assigner(cell)
        if assigner:
            identifier["assigner"] = assigner
    if _CHECK_DIGIT in at:
        check_digit(cell, identifier, 2)
    return identifier


def check_digit(cell: Cell, identifier: dict[str, Any], component: int) -> None:
    """The check digit beside a number (CX.2, XCN.11, XON.4) as an extension of it, its scheme as the code of the number."""
    if component << 12 | 1 in cell.at:
        url = extension_urls()["check-digit"]
        identifier["extension"] = [{"url": url, "valueString": cell.take(component)}]
        scheme = coded_text("0061", cell.peek(component + 1))
        if scheme is not None:
            cell.take(component + 1)
            identifier["_value"] = scheme


def _assigner(cell: Cell) -> dict[str, Any]:
    """Who assigned: the namespace of an authority whose OID made the system, else the assigning facility."""
    if 4 << 12 | 2 in cell.at and cell.peek(4, 1) and not cell.has_taken(4):
        return {"display": cell.take(4, 1)}
    return assigning_facility(cell, 6)


def assigning_facility(cell: Cell, component: int) -> dict[str, Any]:
    """HD of an assigning facility (CX.6, XCN.14) as a Reference to it: its name, and its number by the kind of number."""
    name, number, kind = designator(cell, component)
    facility: dict[str, Any] = {}
    if number:
        uri = HierarchicDesignator("", number, kind).uri
        if uri and kind == _written_type(uri):
            facility["identifier"] = {"system": "urn:ietf:rfc3986", "value": uri}
        else:
            facility["identifier"] = {"type": {"text": kind}, "value": number} if kind else {"value": number}
    if name:
        facility["display"] = name
    for part, text in enumerate((name, number, kind if number else ""), 1):
        if text:
            cell.take(component or part, part if component else 1)
    return facility


@register("facility-name")
def _facility_name(row: RowFacts) -> Conversion:
    """HD as a Reference by name and number."""
    return lambda cell, _: assigning_facility(cell, 0) or None


@register("Identifier")
def _identifier(row: RowFacts) -> Conversion:
    kind = row.options.get("kind", "any")
    kind_code = row.options.get("type", "")

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        identifier = taken_identifier(cell, context, kind)
        if identifier is not None and kind_code and "type" not in identifier:
            identifier = {"type": identifier_type(kind_code, inferred=True), **identifier}
        return identifier

    return convert


def taken_ei(cell: Cell, context: Context, kind: str, *, first: int = 1) -> dict[str, Any] | None:
    """EI: an Identifier; a universal id without a value is the value itself (a URI)."""
    at, key = cell.at, first << 12 | 1
    value = at.get(key, "")
    if value:
        cell.taken.append(key)
        identifier: dict[str, Any] = {}
        system = identifier_system(cell, context, first + 1, kind, flat=True)
        if system:
            identifier["system"] = system
        identifier["value"] = value
        namespace = key + (1 << 12)
        if namespace in at and namespace + (1 << 12) in at and namespace not in cell.taken:
            identifier["assigner"] = {"display": cell.take(first + 1)}
        return identifier
    hd = HierarchicDesignator(cell.peek(first + 1), cell.peek(first + 2), cell.peek(first + 3))
    if hd.uri:
        cell.take(first + 2)
        if hd.type == _written_type(hd.uri):
            cell.take(first + 3)
        return {"system": "urn:ietf:rfc3986", "value": hd.uri}
    if hd.universal_id and not hd.namespace:
        # seen in referrals: the number itself in the place of the universal id
        return {"value": cell.take(first + 2)}
    return None


@register("EntityIdentifier")
def _entity_identifier(row: RowFacts) -> Conversion:
    kind = row.options.get("kind", "any")
    kind_code = row.options.get("type", "")
    own, once = row.options.get("own", False), row.options.get("once", "")

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        identifier = taken_ei(cell, context, kind)
        if identifier is None:
            return None
        if own:
            # a number without an authority is the sender's own
            identifier = {"system": sender_system(context.sender), **identifier}
        if kind_code:
            identifier = {"type": identifier_type(kind_code), **identifier}
        before = context.current.get(once)
        if before is not None and identifier in before.resource.get("identifier", ()):
            return ALREADY
        return identifier

    return convert


@register("logical-reference")
def _logical_reference(row: RowFacts) -> Conversion:
    """EI as a Reference by identifier, to something that is not in the message."""
    kind = row.options.get("kind", "any")

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        identifier = taken_ei(cell, context, kind)
        return {"identifier": identifier} if identifier else None

    return convert


def _of_pair(cell: Cell, context: Context, component: int, kind_code: str) -> dict[str, Any] | None:
    """One half of an EIP: the placer's (component 1) or the filler's number, an EI in subcomponents."""
    value = cell.take(component, 1)
    if not value:
        return None
    hd = HierarchicDesignator(*(cell.peek(component, number) for number in (2, 3, 4)))
    identifier: dict[str, Any] = {"type": identifier_type(kind_code)}
    if any(hd):
        system, said = _system_of(context, "any", hd)
        identifier["system"] = system
        for number in said:
            cell.take(component, number + 2)
        identifier["value"] = value
        if hd.namespace and not cell.has_taken(component, 2):
            identifier["assigner"] = {"display": cell.take(component, 2)}
        return identifier
    return {**identifier, "system": sender_system(context.sender), "value": value}


@register("pair-identifier")
def _pair_identifier(row: RowFacts) -> Conversion:
    """One half of an EIP as an Identifier."""
    kind_code = row.options["type"]
    return lambda cell, context: _of_pair(cell, context, row.component, kind_code)


@register("pair-reference")
def _pair_reference(row: RowFacts) -> Conversion:
    """One half of an EIP as a Reference by identifier."""
    kind_code = row.options["type"]

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        identifier = _of_pair(cell, context, row.component, kind_code)
        return {"identifier": identifier} if identifier else None

    return convert


@register("text-identifier")
def _text_identifier(row: RowFacts) -> Conversion:
    """A number that stands alone (ST, IS, CWE.1)."""
    kind_code = row.options.get("type", "")
    kind_text = row.options.get("type-text", "")
    system = row.options.get("system", "")

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        value = cell.take(row.component or 1)
        if not value:
            return None
        identifier: dict[str, Any] = {}
        if kind_code:
            identifier["type"] = identifier_type(kind_code)
        elif kind_text:
            identifier["type"] = {"text": kind_text}
        identifier["system"] = system or sender_system(context.sender, row.options.get("name", ""))
        identifier["value"] = value
        return identifier

    return convert


@register("licence")
def _licence(row: RowFacts) -> Conversion:
    """DLN: number, issuing authority, expiry."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        value = cell.take(1)
        if not value:
            return None
        identifier: dict[str, Any] = {"type": identifier_type("DL")}
        authority = cell.take(2)
        identifier["system"] = sender_system(context.sender, authority or "DL")
        identifier["value"] = value
        period: dict[str, Any] = {}
        put(period, "end", taken_datetime(cell, context, 3))
        if period:
            identifier["period"] = period
        return identifier

    return convert
