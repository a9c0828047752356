"""Back to v2: practitioners, organisations and places that a field names (XCN, PLN, XON, PL, HD, NDL)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from vrfhir.fhir.identifiers import SYSTEMS
from vrfhir.mappers.conversions.locations import PARTS
from vrfhir.mappers.writing.identifiers import (
    assigned_parts,
    attached_code,
    authority_parts,
    ei_parts,
    take_check_digit,
    type_code,
)
from vrfhir.mappers.writing.names import name_parts
from vrfhir.mappers.writing.primitives import v2_datetime
from vrfhir.mappers.writing.registry import Inverse, Parts, inverse, key, parts_of

if TYPE_CHECKING:
    from vrfhir.mappers.conversions.registry import RowFacts
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["organization_parts", "practitioner_parts"]


def _named(reference: Any, writing: Writing, kind: str) -> dict[str, Any] | None:
    """A copy of the resource of a kind that a Reference names: a role is seen through to its practitioner."""
    found = writing.original(reference)
    if found is not None and found.get("resourceType") == "PractitionerRole" and kind == "Practitioner":
        reference = found.get("practitioner")
        found = writing.original(reference)
    if found is None or found.get("resourceType") != kind:
        return None
    writing.named = writing.url_of(reference)
    return deepcopy(dict(found))


def _of_resource(kind: str, parts: Callable[[dict[str, Any], Writing], Parts]) -> Inverse:
    """A Reference, written as the parts of the resource it names."""

    def back(value: Any, writing: Writing) -> Parts | None:
        resource = _named(value, writing, kind)
        found = parts(resource, writing) if resource is not None else None
        if found:
            value.pop("reference")
        return found or None

    return back


def practitioner_parts(practitioner: dict[str, Any], writing: Writing) -> Parts:
    """XCN: the first number and the first name."""
    found: Parts = {}
    names = practitioner.get("name", [])
    if names:
        found.update(name_parts(names[0], writing, 2, person_id=True))
    identifiers = [each for each in practitioner.get("identifier", ()) if each.get("value")]
    if identifiers:
        identifier = identifiers[0]
        found[key(1)] = identifier["value"]
        code, _ = type_code(identifier)
        if code:
            found[key(13)] = code
        found.update(assigned_parts(identifier, writing, "practitioner", identifier.get("system", ""), (9, 14)))
        take_check_digit(identifier, found, 11)
    return found


@inverse("Practitioner")
def _practitioner(row: RowFacts) -> Inverse:
    return _of_resource("Practitioner", practitioner_parts)


@inverse("ndl-practitioner")
def _ndl(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        resource = _named(value, writing, "Practitioner")
        if resource is None:
            return None
        found: Parts = {}
        for identifier in resource.get("identifier", ())[:1]:
            found[key(1, 1)] = identifier.get("value", "")
            name = writing.sender_name(identifier.get("system", ""))
            if name:
                found[key(1, 9)] = name
        for name in resource.get("name", ())[:1]:
            given = name.get("given", [])
            texts = (
                name.get("family", ""),
                *([*given, "", ""])[:2],
                *(name.get(each, [""])[0] for each in ("suffix", "prefix")),
            )
            found.update({key(1, 2 + number): text for number, text in enumerate(texts) if text})
        value.pop("reference")
        return found or None

    return back


@inverse("practitioner-identifier")
def _practitioner_identifier(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or not value.get("value"):
            return None
        found = {key(1): value.pop("value")}
        known = writing.partner.namespace("practitioner", value.get("system", ""))
        code, _ = type_code(value)
        if known:
            value.pop("system")
            found[key(2)] = known
        elif code:
            value.pop("type")
            found[key(2)] = code
        assigner = value.pop("assigner", {}).get("display", "")
        if assigner:
            found[key(3)] = assigner
        if "end" in value.get("period", {}):
            period = value["period"]
            found[key(4)] = v2_datetime(str(period.pop("end")), writing, period.pop("_end", None))
        return found

    return back


def organization_parts(organization: dict[str, Any], writing: Writing, *, ods: bool = True) -> Parts:
    """XON, taken out of the organisation: the ODS code in .3 before 2.5, later in .10."""
    found: Parts = {}
    name = organization.pop("name", "")
    if name:
        found[key(1)] = name
        kind = attached_code(organization.get("_name"), "0204")
        if kind:
            found[key(2)] = kind
            organization.pop("_name")
    identifiers = organization.get("identifier", [])
    for identifier in [each for each in identifiers if each.get("value")][:1]:
        place = 10 if writing.version >= "2.5" else 3
        if place == 3 and not identifier["value"].isdigit() and not writing.from_v2:
            break  # XON.3 is a number; the ODS code there is a habit to be read, not to be written
        code, _ = type_code(identifier)
        identifier.pop("type", None)
        system = identifier.pop("system", "")
        assigner = identifier.pop("assigner", {}).get("display", "")
        found[key(place)] = identifier.pop("value")
        found.update(authority_parts(writing, "organization", system, 6, assigner))
        if code:
            found[key(7)] = code
        take_check_digit(identifier, found, 4)
    organization["identifier"] = [each for each in identifiers if each]
    if not organization["identifier"]:
        del organization["identifier"]
    return found


@inverse("Organization")
def _organization(row: RowFacts) -> Inverse:
    return _of_resource("Organization", organization_parts)


@inverse("organization-parts")
def _organization_parts(row: RowFacts) -> Inverse:
    return lambda value, writing: organization_parts(value, writing) or None


@inverse("facility-organization")
def _facility_organization(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        identifiers = value.get("identifier", [])
        ods = next((each for each in identifiers if each.get("system") == SYSTEMS["ods"] and each.get("value")), None)
        if ods is None:
            return None
        identifiers.remove(ods)
        if not identifiers:
            value.pop("identifier")
        found = {key(4, 1): ods["value"]}
        name = value.pop("name", "")
        if name:
            found[key(4, 2)] = name
        return found

    return back


@inverse("facility")
def _facility(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        resource = _named(value, writing, "Organization")
        if resource is None:
            return None
        identifiers = resource.get("identifier", [])
        ods = next((each["value"] for each in identifiers if each.get("system") == SYSTEMS["ods"]), "")
        uri = next((each["value"] for each in identifiers if each.get("system") == "urn:ietf:rfc3986"), "")
        if ods:
            found: Parts = {key(1): ods}
        elif uri:
            _, universal, kind = writing.authority("", uri)
            found = {key(2): universal, key(3): kind}
            if resource.get("name"):
                found[key(1)] = resource["name"]
        elif any(_is_of_sender(each, writing) for each in identifiers):
            identifier = next(each for each in identifiers if _is_of_sender(each, writing))
            found = {key(2): identifier["value"]}
            texts = {3: writing.sender_name(identifier["system"]) or "", 1: resource.get("name", "")}
            found |= parts_of(texts)
        elif resource.get("name"):
            found = {key(1): resource["name"]}
        else:
            return None
        value.pop("reference")
        return found

    return back


def _is_of_sender(identifier: Mapping[str, Any], writing: Writing) -> bool:
    """A number in a system of the sender's own, as HD.2 and HD.3 make it."""
    return bool(identifier.get("value")) and writing.sender_name(str(identifier.get("system", ""))) is not None


@inverse("producer")
def _producer(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        resource = _named(value, writing, "Organization")
        if resource is None:
            return None
        found: Parts = {}
        for identifier in resource.get("identifier", ())[:1]:
            found[key(1)] = identifier.get("value", "")
            name = writing.coding_name(identifier.get("system", ""))
            if name:
                found[key(3)] = name
        if resource.get("name"):
            found[key(2 if found else 1)] = resource["name"]
        value.pop("reference")
        return found or None

    return back


_NUMBERS = {part: component for component, part in PARTS}


def location_parts(location: dict[str, Any], writing: Writing) -> Parts:
    """PL, taken out of the Location."""
    found: Parts = {}
    left = []
    shown: dict[str, str] = {}
    for identifier in location.pop("identifier", []):
        part = identifier.get("type", {}).get("text", "")
        if part == "location" and key(10) not in found:
            identifier.pop("type")
            found.update(ei_parts(identifier, writing, "any", 10) or {})
            continue
        component = _NUMBERS.get(part)
        if component is None or not identifier.get("value"):
            left.append(identifier)
            continue
        found[key(component, 1)] = shown[part] = identifier["value"]
        system = identifier.get("system", "")
        if writing.sender_name(system) != part:
            _, universal, kind = writing.authority("", system)
            found[key(component, 2)], found[key(component, 3)] = universal, kind
    if left:
        location["identifier"] = left
    name = location.pop("name", "")
    if name and name != ", ".join(
        shown[part] for part in ("floor", "bed", "room", "point of care", "building", "facility") if part in shown
    ):
        found[key(9)] = name
    kinds = [each for each in location.get("type", ()) if each.keys() == {"text"}]
    if kinds and found:
        found[key(6)] = kinds[0]["text"]
        location["type"].remove(kinds[0])
    if found and location.get("status"):
        found[key(5)] = location.pop("status")
    return {place: text for place, text in found.items() if text}


@inverse("Location")
def _location(row: RowFacts) -> Inverse:
    return _of_resource("Location", location_parts)


@inverse("location-parts")
def _location_parts(row: RowFacts) -> Inverse:
    return lambda value, writing: location_parts(value, writing) or None


@inverse("resource-reference")
def _resource_reference(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or "reference" in value:
            return None
        identifier = value.get("identifier", {})
        name = writing.sender_name(identifier.get("system", "")) if identifier else ""
        if name is None or not (identifier.get("value") or value.get("display")):
            return None
        found = {key(1): identifier.get("value", ""), key(2): value.get("display", ""), key(3): name}
        for element in ("identifier", "display"):
            value.pop(element, None)
        return {place: text for place, text in found.items() if text}

    return back
