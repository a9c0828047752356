"""Single FHIR elements in a message: what has no field of HL7 v2, one OBX each, under an OBR for each resource.

The OBR names the resource in OBR-4: ``CarePlan^^99VRF`` makes one, ``PRD[1].Practitioner^^99VRF`` means the one that segment
made. Each OBX below it sets one element: OBX-3 is ``code^words^system^path^type^99VRE`` with the element's path and FHIR type in
the alternate coding, so that a reader of HL7 v2 sees words and a code, and OBX-5 is the value in a v2 type. An empty type
(``none``) takes the element away, which is how a value that only HL7 v2 needed leaves no trace in FHIR. Where the structure has
no OBR for it (ADT, SIU, MDM), an OBX of the type ``resource`` names the resource in OBX-3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from vrfhir.hl7v2 import escapes
from vrfhir.mappers.conversions.primitives import fhir_decimal
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.conversions.times import fhir_datetime
from vrfhir.mappers.conversions.vocational import ALREADY
from vrfhir.mappers.records import Labels, Record
from vrfhir.mappers.vocabulary import extension_urls, named_system

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell, SegmentView
    from vrfhir.mappers.context import Context

__all__ = ["ELEMENT", "OPENS", "RESOURCE", "Instruction", "apply_elements", "read_value", "set_element", "take_element"]

RESOURCE = "99VRF"
"""Coding system name of OBR-4 for a resource."""
ELEMENT = "99VRE"
"""Coding system name of OBX-3's alternate coding for an element."""
OPENS = "resource"
"""OBX-3.5 of an OBX that names a resource, where the structure has no OBR for that."""

_LABEL = re.compile(r"[A-Z][A-Z0-9]{2}\[\d{1,6}\][^.]{0,40}\.[A-Z][A-Za-z\-]{1,40}")
_TYPE = re.compile(r"[A-Z][A-Za-z]{2,40}")
_PATH = re.compile(r"_?[a-z][A-Za-z]{0,60}(?:\[\d{1,6}\])?(?:\._?[a-z][A-Za-z]{0,60}(?:\[\d{1,6}\])?){0,24}")
_STEP = re.compile(r"(_?[a-z][A-Za-z]*)(?:\[(\d+)\])?")
_MOST = 500
"""Items of a list of extensions that may stand for nothing before the one that is set."""
_SECURED = frozenset({"resourceType", "id"})
_OWN_FIELDS: Mapping[str, tuple[int, ...]] = {"OBR": (4,), "OBX": (3, 5), "ZVE": (3, 5)}
"""Where the segments name resources and elements, and where they hold values."""


class Instruction(NamedTuple):
    """Set (or take away) one element of one resource, when the message is read."""

    record: Record
    label: str
    path: str
    kind: str
    value: Any
    coding: Mapping[str, Any]
    segment: SegmentView


@register("element-resource")
def _element_resource(row: RowFacts) -> Conversion:
    """OBR-4, or OBX-3 without an OBR: the resource whose elements follow."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        label = cell.peek(1)
        context.current.pop("Elements", None)
        if _TYPE.fullmatch(label) and label != "Bundle":
            record = context.current["Elements"] = context.new(label, label, context.segment.path)
            context.bare.add(record.full_url)
        elif _LABEL.fullmatch(label):
            known = context.current["Elements"] = context.labelled(label) or _later(label, context)
            if known.resource["resourceType"] == "Resource":
                context.elements.append(Instruction(known, label, "", OPENS, None, {}, context.segment))
        else:
            return None
        for component, subcomponent in cell.places():
            cell.take(component, subcomponent)
        return ALREADY

    return convert


def _later(label: str, context: Context) -> Record:
    """Stands for a resource that is made when all segments are read; until then, the header stands for it."""
    record = Record({"resourceType": "Resource"}, label, label, "")
    record.merged = context.shared["MessageHeader"]
    return record


@register("element-value")
def _element_value(row: RowFacts) -> Conversion:
    """OBX-5 and what OBX-3 says of it; OBX-3 itself is taken by its own row."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        segment, record = context.segment, context.current["Elements"]
        path, kind = segment.value(3, 4), segment.value(3, 5)
        if not _PATH.fullmatch(path) and kind != "none":
            return None
        value = read_value(kind.rpartition(":")[2], segment, cell)
        if value is None:
            return None
        for component, subcomponent in cell.places():
            cell.take(component, subcomponent)
        if cell.repetition > 1 and kind.startswith("item:"):
            path = f"{path}/answer[{cell.repetition - 1}]"
        _note(context, record, path, kind, value, segment)
        return ALREADY

    return convert


@register("element-name")
def _element_name(row: RowFacts) -> Conversion:
    """OBX-3: taken when its path is one; an element without a value is settled here."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        segment = context.segment
        path, kind = cell.peek(4), cell.peek(5)
        if kind != "none" and not _PATH.fullmatch(path):
            return None
        if kind in ("none", "item"):
            _note(context, context.current["Elements"], path, kind, None, segment)
        for component, subcomponent in cell.places():
            cell.take(component, subcomponent)
        return ALREADY

    return convert


def _note(context: Context, record: Record, path: str, kind: str, value: Any, segment: SegmentView) -> None:
    code, words, name = (segment.value(3, number) for number in (1, 2, 3))
    coding: dict[str, Any] = {}
    if name and name != ELEMENT:
        coding["system"] = named_system(name) or name
    if code:
        coding["code"] = code
    if words:
        coding["display"] = words
    label = record.path if record.resource["resourceType"] == "Resource" else ""
    context.elements.append(Instruction(record, label, path, kind, value, coding, segment))


def read_value(kind: str, segment: SegmentView, cell: Cell) -> Any:
    """A value of a FHIR type from OBX-5 (and OBX-6); None when it is not one."""
    at = cell.at
    first = cell.peek(1)
    if kind == "string":
        return cell.whole() or None
    if kind == "boolean":
        return {"Y": True, "N": False}.get(first)
    if kind == "integer":
        return int(first) if re.fullmatch(r"-?\d{1,12}", first) else None
    if kind == "decimal":
        return fhir_decimal(first)
    if kind in ("date", "dateTime"):
        found = fhir_datetime(first, "UTC")
        return found[0] if found and not found[1] else None
    if kind in ("CodeableConcept", "Coding"):
        codings = [_coding(at, place) for place in (1, 4) if place << 12 | 1 in at]
        if kind == "Coding":
            return codings[0] if codings else None
        concept: dict[str, Any] = {"coding": codings} if codings else {}
        text = at.get(9 << 12 | 1, "") or (at.get(5 << 12 | 1, "") if 4 << 12 | 1 not in at else "")
        if not codings:
            text = at.get(2 << 12 | 1, "")
        return concept | ({"text": text} if text else {}) or None
    if kind == "Quantity":
        number = fhir_decimal(first)
        if number is None:
            return None
        quantity: dict[str, Any] = {"value": number if "." in first else int(number)}
        for name, place in (("unit", 2), ("system", 3), ("code", 1)):
            text = segment.value(6, place)
            if text:
                quantity[name] = (named_system(text) or text) if name == "system" else text
        return quantity
    return None


def _coding(at: Mapping[int, str], place: int) -> dict[str, Any]:
    name = at.get((place + 2) << 12 | 1, "")
    coding = {"system": named_system(name) or name} if name else {}
    coding["code"] = at[place << 12 | 1]
    words = at.get((place + 1) << 12 | 1, "")
    return coding | ({"display": words} if words else {})


def apply_elements(context: Context, bundle: dict[str, Any]) -> None:
    """Set what the element segments say, when everything else is in place; the last word is theirs."""
    own: set[int] = set()
    labels = context.labels() if context.elements else Labels()
    gone: set[str] = set()
    kept = _Kept(context)
    for instruction in context.elements:
        record: Record | None = instruction.record
        resource: dict[str, Any] | None = None
        if record is not None and record.role == "Bundle":
            resource = bundle
        else:
            if instruction.label:
                record = labels.get(instruction.label)
            if record is None or _is_of_transport(record):
                kept.add(instruction)
                continue
            if instruction.kind == OPENS:
                continue
            placeholder = instruction.record
            if placeholder is not record:
                placeholder.merged = record.place
            resource = record.place.resource
            if instruction.kind == "none" and not instruction.path:
                if record.place in context.records and record.role not in ("MessageHeader",):
                    context.records.remove(record.place)
                    labels.drop(record.place)
                    gone.add(record.place.full_url)
                continue
        if id(resource) not in own:
            own.add(id(resource))
            resource.update(_unshared(resource))  # references and constants are shared until here
        if not _apply(labels, resource, instruction):
            kept.add(instruction)
    if gone:
        _refocus(context, gone)


def _refocus(context: Context, gone: set[str]) -> None:
    """A message is not about what was taken out of it: it is about its document then."""
    header = context.shared["MessageHeader"].resource
    before = header.get("focus", [])
    left = [each for each in before if each.get("reference") not in gone]
    if len(left) < len(before):
        header["focus"] = left or [record.reference for record in context.records if record.type == "Composition"]
        if not header["focus"]:
            del header["focus"]


class _Kept:
    """Elements that could not be set, and the names of resources that are not there, are carried as they stand, each once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._items: list[Any] = []
        self._size = -1
        self._known: set[tuple[str, str]] = set()

    def add(self, instruction: Instruction) -> None:
        segment, url = instruction.segment, extension_urls()["v2-content"]
        items = self._context.shared["MessageHeader"].resource.setdefault("extension", [])
        if items is not self._items or len(items) != self._size:  # others wrote there meanwhile
            self._items, self._known = items, set(_carried(items, url))
        marks = self._context.message.delimiters
        for leaf in segment.segment.leaves():
            if leaf.field not in _OWN_FIELDS[segment.name]:
                continue
            path = f"{segment.path}-{leaf.field}[{leaf.repetition}].{leaf.component}.{leaf.subcomponent}"
            text = escapes.in_standard(leaf.raw, marks)
            if (path, text) not in self._known:
                self._known.add((path, text))
                parts = [{"url": "path", "valueString": path}, {"url": "value", "valueString": text}]
                items.append({"url": url, "extension": parts})
        self._size = len(items)


def _carried(items: list[Any], url: str) -> Iterator[tuple[str, str]]:
    """Path and text of the values that are carried already."""
    for item in items:
        parts = item.get("extension") if isinstance(item, dict) and item.get("url") == url else None
        if isinstance(parts, list) and len(parts) == 2 and len(item) == 2:
            path, text = (part.get("valueString") if isinstance(part, dict) else None for part in parts)
            if parts == [{"url": "path", "valueString": path}, {"url": "value", "valueString": text}]:
                yield str(path), str(text)


def _unshared(value: Any) -> Any:
    """A copy in which nothing stands twice; a copy that remembers what it copied would keep that."""
    if isinstance(value, dict):
        return {name: _unshared(each) for name, each in value.items()}
    return [_unshared(each) for each in value] if isinstance(value, list) else value


def _is_of_transport(record: Record) -> bool:
    """What the reading itself says of the message: nobody sets that from within."""
    return record.path.startswith("MSH[1]") and record.role in ("Original", "Original-document", "Provenance", "Mapper")


def _apply(labels: Labels, resource: dict[str, Any], instruction: Instruction) -> bool:
    """Set or take away the element; False when there is no such place."""
    path, kind, value = instruction.path, instruction.kind, instruction.value
    if kind == "none":
        take_element(resource, path)
        return True
    shape, _, _ = kind.partition(":")
    if isinstance(value, str) and path.endswith(("reference", "Reference")):
        value = _resolved(labels, value)
    if shape == "component":
        code = set_element(resource, path + ".code", {"coding": [dict(instruction.coding)]})
        return set_element(resource, f"{path}.value{_name(kind)}", value) and code
    if shape == "extension":
        return set_element(resource, path, {"url": instruction.coding.get("code", ""), f"value{_name(kind)}": value})
    if shape == "item":
        path, _, answer = path.partition("/")
        done = set_element(resource, path + ".linkId", instruction.coding.get("code", ""))
        if instruction.coding.get("display"):
            done &= set_element(resource, path + ".text", instruction.coding["display"])
        if value is not None:
            done &= set_element(resource, f"{path}.{answer or 'answer[0]'}.value{_name(kind)}", value)
        return done
    return set_element(resource, path, value)


def _name(kind: str) -> str:
    name = kind.rpartition(":")[2]
    return name[0].upper() + name[1:]


def _resolved(labels: Labels, text: str) -> str:
    """``@PRD[1].Practitioner`` as the URL of that resource; anything else as it stands."""
    if not text.startswith("@"):
        return text
    record = labels.get(text[1:])
    return record.full_url if record is not None else text[1:]


def set_element(resource: dict[str, Any], path: str, value: Any) -> bool:
    """Set an element by its path; False when a list would get a gap or something else stands in the way."""
    holder: Any = resource
    steps = [step for step in map(_STEP.fullmatch, path.split(".")) if step is not None]
    if len(steps) != path.count(".") + 1 or steps[0][1] in _SECURED:
        return False
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        name, index = step[1], step[2]
        if not isinstance(holder, dict):
            return False
        if index is None:
            if last:
                holder[name] = value
                return True
            holder = holder.setdefault(name, {})
            continue
        items = holder.setdefault(name, [])
        position = int(index)
        if not isinstance(items, list) or (position > _MOST and name.startswith("_")):
            return False
        while len(items) < position and name.startswith("_"):
            items.append(None)
        if position > len(items):
            return False
        if position == len(items):
            items.append(value if last else {})
        elif last:
            items[position] = value
        elif items[position] is None:
            items[position] = {}
        holder = items[position]
    return True


def take_element(resource: dict[str, Any], path: str) -> None:
    """Take an element away; what becomes empty stays for the next instruction."""
    holder: Any = resource
    *way, last = [_STEP.fullmatch(step) for step in path.split(".")]
    for step in way:
        if step is None or not isinstance(holder, dict):
            return
        holder = holder.get(step[1])
        if step[2] is not None:
            holder = holder[int(step[2])] if isinstance(holder, list) and int(step[2]) < len(holder) else None
    if last is None or not isinstance(holder, dict) or (holder is resource and last[1] in _SECURED):
        return
    if last[2] is None:
        holder.pop(last[1], None)
        return
    items = holder.get(last[1])
    if isinstance(items, list) and int(last[2]) < len(items):
        del items[int(last[2])]
        if not items:
            del holder[last[1]]
