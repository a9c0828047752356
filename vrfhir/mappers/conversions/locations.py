"""PL: one Location for a place, with its parts as identifiers (peers make up to six Locations of it)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.identifiers import HierarchicDesignator, taken_ei
from vrfhir.mappers.conversions.people import ods_identifier
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.vocabulary import sender_system

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context

__all__ = ["PARTS"]

PARTS = (
    (1, "point of care"),
    (2, "room"),
    (3, "bed"),
    (4, "facility"),
    (7, "building"),
    (8, "floor"),
)
_STATUSES = frozenset({"active", "suspended", "inactive"})
_WHOLE = 10 << 12
_SHOWN = ("floor", "bed", "room", "point of care", "building", "facility")


def fill_location(cell: Cell, context: Context, resource: dict[str, Any]) -> bool:
    """Identifiers, name and type of a Location from a PL."""
    identifiers: list[dict[str, Any]] = []
    found: dict[str, str] = {}
    at = cell.at
    for component, part in PARTS:
        key = component << 12 | 1
        if key not in at or (part == "facility" and len(at) <= 2 and ods_identifier(at[key], context)):
            continue  # the facility alone is an organisation, not a place in it
        hd = HierarchicDesignator(at[key], cell.peek(component, 2), cell.peek(component, 3))
        found[part] = cell.take(component, 1)
        identifier: dict[str, Any] = {"type": {"text": part}}
        if hd.uri:
            identifier["system"] = hd.uri
            cell.take(component, 2)
            if hd.type == "ISO":
                cell.take(component, 3)
        elif hd.universal_id:
            identifier["system"] = sender_system(context.sender, f"{part}&{hd.universal_id}&{hd.type}")
            cell.take(component, 2)
            cell.take(component, 3)
        else:
            identifier["system"] = sender_system(context.sender, part)
        identifier["value"] = hd.namespace
        identifiers.append(identifier)
    if max(at) >= _WHOLE:
        whole = taken_ei(cell, context, "any", first=10)
        if whole is not None and "system" in whole:
            identifiers.append({"type": {"text": "location"}, **whole})
        else:
            for component in (10, 12):  # a number that nobody gives stays what it is
                cell.untake(component)
    description = cell.take(9)
    if not identifiers and not description:
        return False
    if identifiers:
        resource["identifier"] = identifiers
    resource["name"] = description or ", ".join(found[part] for part in _SHOWN if part in found)
    if cell.peek(5) in _STATUSES:
        resource["status"] = cell.take(5)
    kind = cell.take(6)
    if kind:
        resource["type"] = [{"text": kind}]
    return True


@register("Location")
def _location(row: RowFacts) -> Conversion:
    """PL as a Reference to the Location it names."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        resource: dict[str, Any] = {}
        if not fill_location(cell, context, resource):
            return None
        key = ("Location", repr(resource))
        return context.named({"resourceType": "Location", **resource}, cell, key).reference

    return convert


@register("location-parts")
def _location_parts(row: RowFacts) -> Conversion:
    """PL as the elements of a Location that the row's segment builds."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        resource: dict[str, Any] = {}
        return resource if fill_location(cell, context, resource) else None

    return convert
