"""XCN, PLN and XON: practitioners and organisations by name and number, each one resource however often it is named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vrfhir.fhir.identifiers import SYSTEMS, ods_code_is_valid
from vrfhir.mappers.conversions.alternates import coded_text
from vrfhir.mappers.conversions.identifiers import (
    assigning_facility,
    check_digit,
    designator,
    identifier_system,
    identifier_type,
)
from vrfhir.mappers.conversions.names import taken_name
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.conversions.times import put, taken_datetime
from vrfhir.mappers.vocabulary import sender_system

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.records import Record

__all__ = ["keys_of", "ods_identifier", "practitioner_of", "practitioner_system"]

_CONSULTANT = re.compile(r"C[0-9]{7}")
_GENERAL_PRACTITIONER = re.compile(r"G[0-9]{7}")
_PRACTICE_OR_NHS_BODY = re.compile(r"[A-Z][0-9]{5}|R[A-Z0-9]{2}(?:[A-Z0-9]{2})?")
"""Forms of ODS codes that other numbers seldom have."""
_ODS, _GMP = SYSTEMS["ods"], SYSTEMS["gmp"]


_AUTHORITY, _CHECK_DIGIT, _TYPE, _FACILITY = (number << 12 | 1 for number in (9, 11, 13, 14))
_NAME, _NAME_TYPE = 1 << 12 | 1, 2 << 12 | 1
_AUTHORITY_ID = 9 << 12 | 2
_PLACE = 4 << 12 | 1


def practitioner_system(value: str, context: Context) -> str:
    """The register a number without an authority belongs to, by its form (ITK: G and C codes); empty when not sure."""
    return _GMP if context.uk and _GENERAL_PRACTITIONER.fullmatch(value) else ""


def ods_identifier(value: str, context: Context, *, named: bool = False) -> dict[str, Any] | None:
    """The ODS code in a facility field: when its authority says so, or by its form in a UK message."""
    if ods_code_is_valid(value) if named else context.uk and _PRACTICE_OR_NHS_BODY.fullmatch(value):
        return {"system": _ODS, "value": value}
    return None


def keys_of(resource: dict[str, Any]) -> list[tuple[str, ...]]:
    """By what a practitioner or organisation is recognised again: its identifiers, else its name."""
    kind = resource["resourceType"]
    keys: list[tuple[str, ...]] = [
        (kind, each["system"], each["value"])
        for each in resource.get("identifier", ())
        if "system" in each and "value" in each
    ]
    if not keys and resource.get("name"):
        keys.append((kind, "name", repr(resource["name"])))
    return keys


def _xcn_identifier(cell: Cell, context: Context) -> dict[str, Any] | None:
    at = cell.at
    value = cell.take(1)
    if not value:
        return None
    identifier: dict[str, Any] = {}
    if _TYPE in at:
        identifier["type"] = identifier_type(cell.take(13))
    system = identifier_system(cell, context, 9, "practitioner") or practitioner_system(value, context)
    if system:
        identifier["system"] = system
    identifier["value"] = value
    named = at.get(_AUTHORITY, "")
    if named and _AUTHORITY_ID in at and _AUTHORITY not in cell.taken:
        assigner: dict[str, Any] = {"display": cell.take(9, 1)}  # XCN.14 beside it is carried
    else:
        assigner = assigning_facility(cell, 14) if max(at) >= _FACILITY else {}
        if not assigner and not named and _AUTHORITY_ID in at and "/sid/v2/" in system:
            assigner = {"display": cell.peek(9, 2)}
    if assigner:
        identifier["assigner"] = assigner
    if _CHECK_DIGIT in at:
        check_digit(cell, identifier, 11)
    return identifier


def _practitioner(cell: Cell, context: Context) -> Record | None:
    """The Practitioner of an XCN; the same text again is the same one, when there is anything to know it by."""
    known = context.people_by_text.get(cell.raw)
    if known is not None:
        cell.taken.extend(known[1])
        context.names.update(known[2])
        return known[0]
    before, findings, names = len(cell.taken), len(context.issues), context.names
    context.names = {}
    identifier = _xcn_identifier(cell, context)
    here, context.names = context.names, names
    names.update(here)
    name = taken_name(cell, context, 2, person_id=True)
    if identifier is None and name is None:
        return None
    resource: dict[str, Any] = {"resourceType": "Practitioner"}
    if identifier is not None:
        resource["identifier"] = [identifier]
    if name is not None:
        resource["name"] = [name]
    keys = keys_of(resource)
    record = context.named(resource, cell, *keys)
    if keys and findings == len(context.issues) and "period" not in (name or {}):  # times may note where they stood
        context.people_by_text[cell.raw] = (record, tuple(cell.taken[before:]), here)
    return record


def practitioner_of(context: Context, field: int) -> Record | None:
    """The practitioner that the first repetition of a field of this segment names, for what other fields say of them."""
    cell = context.segment.fields.get(field)
    if cell is None:
        return None
    origin = cell.origin
    for made in context.records:
        if made.path == origin and made.role == "Practitioner":
            return made
    taken = list(cell.taken)
    cell.taken.clear()  # they are of the field that asks
    record = _practitioner(cell, context)
    cell.taken[:] = taken
    return record


@register("Practitioner")
def _practitioner_reference(row: RowFacts) -> Conversion:
    """XCN as a Reference to the Practitioner it names."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        record = _practitioner(cell, context)
        return record.reference if record is not None else None

    return convert


@register("practitioner-identifier")
def _practitioner_identifier(row: RowFacts) -> Conversion:
    """PLN (2.5 and later) or CM/PI (before): number, type (table 0338), issuing place, expiry.

    In UK practice the type or the issuer names the register: GMC, NMC, HCPC, GPhC, GMP, SDS.
    """

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        at = cell.at
        value = cell.take(1)
        if not value:
            return None
        identifier: dict[str, Any] = {}
        system = ""
        for component in (2, 3, 4, 9):
            name = at.get(component << 12 | 1, "")
            known = context.partner.system("practitioner", name) if name else ""
            if known:
                system = known
                if context.partner.namespace("practitioner", known) == name.upper():
                    context.names[cell.take(component)] = known
                break
        if not system and cell.peek(2):
            identifier["type"] = identifier_type(cell.take(2))
        system = system or practitioner_system(value, context)
        if system:
            identifier["system"] = system
        identifier["value"] = value
        if cell.peek(4):
            period: dict[str, Any] = {}
            put(period, "end", taken_datetime(cell, context, 4))
            if period:
                identifier["period"] = period
        if cell.peek(3) and "assigner" not in identifier and not context.partner.system("practitioner", cell.peek(3)):
            identifier["assigner"] = {"display": cell.take(3)}
        return identifier

    return convert


def fill_organization(cell: Cell, context: Context, resource: dict[str, Any], *, ods: bool = True) -> bool:
    """XON: name and identifiers of an organisation; the ODS code stands in XON.10, or XON.3 in older messages."""
    name = cell.take(1)
    identifiers: list[dict[str, Any]] = []
    at = cell.at
    for component in (10, 3):
        value = at.get(component << 12 | 1)
        if not value:
            continue
        system = ""
        if ods:
            found = ods_identifier(
                value,
                context,
                named=context.partner.system("organization", cell.peek(6, 1), cell.peek(6, 2)) == SYSTEMS["ods"],
            )
            system = found["system"] if found else ""
        if system:
            if cell.peek(6, 1) == context.partner.namespace("organization", system):
                context.names[cell.take(6, 1)] = system
        else:
            system = identifier_system(cell, context, 6, "organization")
        identifier: dict[str, Any] = {}
        if cell.peek(7):
            identifier["type"] = identifier_type(cell.take(7))
        if system:
            identifier["system"] = system
        identifier["value"] = cell.take(component)
        if cell.peek(6, 1) and cell.peek(6, 2) and not cell.has_taken(6):
            identifier["assigner"] = {"display": cell.take(6, 1)}
        if identifier not in identifiers:
            identifiers.append(identifier)
        if len(identifiers) == 1:
            check_digit(cell, identifiers[0], 4)
    if identifiers:
        resource["identifier"] = identifiers
    if name:
        resource["name"] = name
        kind = coded_text("0204", at[_NAME_TYPE]) if _NAME_TYPE in at else None
        if kind is not None:
            cell.take(2)
            resource["_name"] = kind
    return bool(identifiers or name)


@register("Organization")
def _organization_reference(row: RowFacts) -> Conversion:
    """XON as a Reference to the Organization it names."""
    ods = row.options.get("ods", True)

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        resource: dict[str, Any] = {"resourceType": "Organization"}
        if not fill_organization(cell, context, resource, ods=ods):
            return None
        return context.named(resource, cell, *keys_of(resource)).reference

    return convert


@register("organization-parts")
def _organization_parts(row: RowFacts) -> Conversion:
    """XON as the elements of an Organization that the row's segment builds."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        resource: dict[str, Any] = {}
        return resource if fill_organization(cell, context, resource, ods=row.options.get("ods", True)) else None

    return convert


@register("facility")
def _facility(row: RowFacts) -> Conversion:
    """HD in MSH-4, MSH-6: a Reference to an Organization, known by its ODS code, its OID or only by name."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        at = cell.at
        if len(at) == 1 and _NAME in at:
            return _facility_by_name(cell, context, at[_NAME])
        hd = designator(cell, 0)
        uri = hd.uri
        resource: dict[str, Any] = {"resourceType": "Organization"}
        ods = ods_identifier(hd.namespace, context) or (
            ods_identifier(hd.universal_id, context) if not uri and hd.universal_id else None
        )
        if ods is not None:
            resource["identifier"] = [ods]
            if ods["value"] == hd.namespace:
                cell.take(1)
            else:
                cell.take(2)
                if hd.namespace:
                    resource["name"] = cell.take(1)
        elif uri:
            cell.take(2)
            if hd.type:
                cell.take(3)
            resource["identifier"] = [{"system": "urn:ietf:rfc3986", "value": uri}]
        elif hd.universal_id:
            system = sender_system(context.sender, cell.take(3) if hd.type else "")
            resource["identifier"] = [{"system": system, "value": cell.take(2)}]
        if hd.namespace and ods is None:
            resource["name"] = cell.take(1)
        if len(resource) == 1:
            return None
        return context.named(resource, cell, *keys_of(resource), of_message=True).reference

    return convert


def _facility_by_name(cell: Cell, context: Context, name: str) -> dict[str, Any]:
    """The same for a namespace alone, the usual case: an ODS code or a name."""
    cell.taken.append(_NAME)
    ods = ods_identifier(name, context)
    resource: dict[str, Any] = {"resourceType": "Organization"}
    if ods is None:
        resource["name"] = name
    else:
        resource["identifier"] = [ods]
    return context.named(resource, cell, *keys_of(resource), of_message=True).reference


@register("producer")
def _producer(row: RowFacts) -> Conversion:
    """CWE naming an organisation (OBX-15): code and name."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        code, name = cell.take(1), cell.take(2)
        if not code and not name:
            return None
        resource: dict[str, Any] = {"resourceType": "Organization"}
        if code:
            identifier: dict[str, Any] = {}
            system = cell.peek(3)
            if system:
                from vrfhir.mappers.conversions.codes import resolve_system

                uri, derivable = resolve_system(context, system, code, "")
                identifier["system"] = uri
                if derivable:
                    cell.take(3)
            identifier["value"] = code
            resource["identifier"] = [identifier]
        if name:
            resource["name"] = name
        elif not cell.peek(3):
            resource["name"] = resource.pop("identifier")[0]["value"]
        return context.named(resource, cell, *keys_of(resource)).reference

    return convert


@register("facility-organization")
def _facility_organization(row: RowFacts) -> Conversion:
    """PL.4 of a PRD before 2.6, which has no organisation field: the facility by its ODS code, its name in the second part."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        at = cell.at
        code = at.get(_PLACE, "")
        ods = ods_identifier(code, context) if code else None
        if ods is None:
            return None
        cell.taken.append(_PLACE)
        resource: dict[str, Any] = {"identifier": [ods]}
        if _PLACE + 1 in at and _PLACE + 2 not in at:
            cell.taken.append(_PLACE + 1)
            resource["name"] = at[_PLACE + 1]
        return resource

    return convert
