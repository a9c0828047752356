"""The walk over the segments: each one to its map, open groups remembered, nothing dropped.

The walk is tolerant: a segment is taken where it stands (RF1 after PV1, PD1 after PID, OBX without OBR), because a third
of real messages does not fit its own structure (mapping notes 2.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vrfhir.hl7v2 import escapes
from vrfhir.mappers.engine import CompiledMap, Scope
from vrfhir.mappers.links import LINKS
from vrfhir.mappers.order import note_order
from vrfhir.mappers.other import finish_other
from vrfhir.mappers.referral import finish_referral
from vrfhir.mappers.vocabulary import extension_urls

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell, SegmentView, Settlement
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.ledger import Outcome
    from vrfhir.mappers.records import Record

__all__ = ["CREDENTIALS", "SET_IDS", "STRUCTURAL", "account_for_the_rest", "walk"]

CREDENTIALS = frozenset({"UAC"})
"""Segments whose content is never copied, kept or shown."""
STRUCTURAL = frozenset({("MSH", 1), ("MSH", 2)})
"""Fields that say how to read the message and nothing else."""
SET_IDS = frozenset(
    {
        "PID",
        "NK1",
        "GT1",
        "IN1",
        "DG1",
        "AL1",
        "PR1",
        "OBR",
        "OBX",
        "NTE",
        "PV1",
        "DRG",
        "ZU1",
        "ZVE",
        "PRT",
        "ARV",
        "AIS",
        "AIG",
        "AIL",
        "AIP",
        "RGS",
        "ROL",
        "TQ1",
        "TXA",
        "IAM",
        "FT1",
    }
)
"""Segments whose first field only counts them."""

_FIRST_PART = 1 << 12 | 1
_KEEPS_NOTE_TARGET = frozenset({"NTE", "PRT"})
_FOLLOWS = {"CTD": "PRD", "IN2": "Coverage", "IN3": "Coverage", "TQ1": "Order"}
_SUBJECT = {
    "ServiceRequest": "subject",
    "Task": "for",
    "Condition": "subject",
    "AllergyIntolerance": "patient",
    "Procedure": "subject",
    "Observation": "subject",
    "DiagnosticReport": "subject",
    "DocumentReference": "subject",
    "Encounter": "subject",
    "CareTeam": "subject",
    "Coverage": "beneficiary",
    "ClaimResponse": "patient",
    "RelatedPerson": "patient",
    "EpisodeOfCare": "patient",
    "Specimen": "subject",
    "Consent": "patient",
}
_NEEDS_SUBJECT = frozenset(_SUBJECT.values())


def walk(context: Context) -> None:
    """Run every segment through its map, then connect and complete the resources."""
    maps = context.partner.maps
    homes: list[Record | None] = []
    role = "Task" if context.is_response else "ServiceRequest" if context.is_referral else ""
    shared, current = context.shared, context.current
    for segment in context.segments:
        name = segment.name
        if name not in _KEEPS_NOTE_TARGET:
            # notes that stand by themselves belong to the referral or its Task; elsewhere they have no home
            if role:
                current["Noted"] = shared[role]
            else:
                current.pop("Noted", None)
        found = maps.get(name)
        homes.append(_segment(segment, found, context) if found is not None else _without_map(segment, context))
    for action in context.later:
        action()
    context.later.clear()
    if "ServiceRequest" in context.shared:
        finish_referral(context)
    finish_other(context)
    _complete(context)
    account_for_the_rest(context, homes)
    note_order(context, homes)


def _segment(segment: SegmentView, found: CompiledMap, context: Context) -> Record | None:
    flavour = found.only or found.flavours[found.choose(segment, context)]
    if segment.name in _FOLLOWS and _FOLLOWS[segment.name] not in context.current:
        context.report("VR-V2-0534", segment.path, segment=segment.name)
        if segment.name != "CTD":
            return None
    scope = Scope(context, flavour, segment.path)
    records = scope.records
    context.segment = segment
    context.focus = next(iter(records.values())).resource if records else {}
    flavour.run(segment, scope, context)
    if flavour.link:
        LINKS[flavour.link](scope, segment, context)
        context.taken.clear()
    return records.get(flavour.home) or scope.make(flavour.home)


def _without_map(segment: SegmentView, context: Context) -> Record | None:
    if segment.name not in CREDENTIALS:
        context.report("VR-V2-0531", segment.path, segment=segment.name)
    return None


def _complete(context: Context) -> None:
    """References to the patient, and what FHIR requires of a resource and no segment said."""
    from vrfhir.mappers.links import unknown

    patient = context.shared.get("Patient")
    reference = patient.reference if patient is not None else None
    for record in context.records:
        resource = record.resource
        kind = resource["resourceType"]
        element = _SUBJECT.get(kind)
        if (element is None and kind != "Organization") or record.full_url in context.bare:
            continue
        if element is not None and element not in resource:
            resource[element] = reference if reference is not None else unknown()
        if kind in ("Observation", "DiagnosticReport"):
            if "status" not in resource:
                resource["status"] = "unknown"
            if "code" not in resource:
                resource["code"] = unknown()
        elif kind == "Coverage" and "payor" not in resource:
            resource["payor"] = [resource["beneficiary"]]
        elif kind == "Organization" and not resource.keys() & {"name", "identifier"}:
            resource["_name"] = unknown()


def account_for_the_rest(context: Context, homes: list[Record | None]) -> None:
    """Every leaf that no row took: ignored by rule, or carried on the resource of its segment, else on the header."""
    header = context.shared["MessageHeader"]
    for segment, home in zip(context.segments, homes, strict=True):
        target = home or header
        if segment.irregular:
            _account_slowly(segment, target, context)
            continue
        fields = segment.fields
        if 1 in fields and segment.name in SET_IDS:
            number = fields[1]
            if (
                number.settled is None
                and number.rest is None
                and number.next is None
                and number.raw == str(segment.occurrence)
            ):
                number.rest = _COUNTED
        for first in fields.values():
            if first.settled is None or first.keys is not None or first.next is not None:
                cell: Cell | None = first
                while cell is not None:
                    if cell.rest is not _COUNTED and cell.is_open:
                        _account(cell, segment, target, context)
                    cell = cell.next


def _account(cell: Cell, segment: SegmentView, home: Record, context: Context) -> None:
    """The same for the values of a cell."""
    if len(cell.at) == 1 and cell.at.get(_FIRST_PART) == cell.raw:
        place = (cell.field, cell.repetition, 1, 1)
        cell.rest = {_FIRST_PART: _left_over(segment, place, cell.raw, home, context)}
        return
    for component, sub, raw in cell.segment.parts(cell.field, cell.raw):
        key = component << 12 | sub
        if cell.settlement(key) is None:
            place = (cell.field, cell.repetition, component, sub)
            cell.settle_part(key, _left_over(segment, place, raw, home, context))


def _account_slowly(segment: SegmentView, home: Record, context: Context) -> None:
    """The same for a segment with values that stand in no cell."""
    others = segment.others = dict(segment.others)
    for leaf in segment.segment.leaves():
        place = leaf[3:7]
        if place not in others and segment.settlement(*place) is None:
            read = _null if leaf.is_null else _left_over
            others[place] = read(segment, place, leaf.raw, home, context)


def _null(
    segment: SegmentView, place: tuple[int, int, int, int], raw: str, home: Record, context: Context
) -> Settlement:
    """What ``""`` means for the partner: an instruction to delete that goes on with the resource, text to keep, or nothing."""
    policy = context.partner.null
    if segment.name in CREDENTIALS:
        return ("ignored", "credentials", "", None, -1)
    if policy == "empty":
        return ("ignored", "empty", "", None, -1)
    target = home.place
    items = target.resource.setdefault("extension", [])
    parts = [{"url": "path", "valueString": f"{segment.path}-{place[0]}[{place[1]}].{place[2]}.{place[3]}"}]
    if policy == "delete":
        parts += [{"url": "value", "valueString": "delete"}, {"url": "type", "valueCode": "null"}]
    else:
        parts.append({"url": "value", "valueString": raw})
    items.append({"url": extension_urls()["v2-content"], "extension": parts})
    outcome: Outcome = "deleted" if policy == "delete" else "carried"
    return (outcome, raw if policy == "delete" else "v2-content", f"{target.type}.extension[]", target, len(items) - 1)


_SET_ID: Settlement = ("ignored", "set-id", "", None, -1)
_COUNTED = {_FIRST_PART: _SET_ID}


def _left_over(
    segment: SegmentView, place: tuple[int, int, int, int], raw: str, home: Record, context: Context
) -> Settlement:
    """What becomes of a value that no row took."""
    field = place[0]
    if segment.name in CREDENTIALS:
        return ("ignored", "credentials", "", None, -1)
    if (segment.name, field) in STRUCTURAL:
        return ("ignored", "structural", "", None, -1)
    value = segment.segment.decoded(raw)
    if field == 1 and segment.name in SET_IDS and _counts(segment, value, context):
        return _SET_ID
    if not value.strip():
        return ("ignored", "blank", "", None, -1)
    target = home.place
    items = target.resource.setdefault("extension", [])
    path = f"{segment.path}-{field}[{place[1]}].{place[2]}.{place[3]}"
    text = _printable(escapes.in_standard(raw, context.message.delimiters))
    parts = [{"url": "path", "valueString": path}, {"url": "value", "valueString": text}]
    items.append({"url": extension_urls()["v2-content"], "extension": parts})
    return ("carried", "v2-content", f"{target.type}.extension[]", target, len(items) - 1)


def _counts(segment: SegmentView, value: str, context: Context) -> bool:
    """The set id is the number the segment would get anyway: its occurrence, or its place in its group."""
    number = value.lstrip("0")
    return number == str(segment.occurrence) or number == str(context.places[segment.index])


def _printable(raw: str) -> str:
    """The raw text without control characters, which FHIR strings cannot hold; they are written as ``\\Xhh\\``."""
    if raw.isprintable():
        return raw.strip()
    return "".join(c if c.isprintable() or c in "\t\r\n" or ord(c) > 127 else f"\\X{ord(c):02X}\\" for c in raw).strip()
