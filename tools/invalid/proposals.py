"""For a constraint, changes to valid examples that ought to break it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

from invalid.constraints import Constraint
from invalid.locating import Pointer, located, value_at

__all__ = ["Proposal", "proposals"]

Json = dict[str, Any]

EXTENSION = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
_NARRATIVE = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>words</p></div>'}
SAMPLES: dict[str, Any] = {
    "string": "words", "markdown": "words", "boolean": True, "integer": 3, "decimal": 3.5, "positiveInt": 3, "unsignedInt": 3, "date": "2026-03-02", "code": "x",
    "dateTime": "2026-03-02T10:15:00Z", "instant": "2026-03-02T10:15:00Z", "uri": "http://example.org/", "canonical": "http://example.org/", "id": "x", "time": "10:15:00",
    "Period": {"start": "2026-03-02", "end": "2026-03-09"}, "CodeableConcept": {"text": "something else"}, "Coding": {"display": "something else"},
    "Quantity": {"value": 3, "unit": "d"}, "Duration": {"value": 3, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"},
    "Reference": {"display": "somebody"}, "Identifier": {"system": "http://example.org/ids", "value": "1"}, "HumanName": {"family": "Nobody"},
    "ContactPoint": {"system": "phone", "value": "01632 960199"}, "Address": {"city": "Ashby"}, "Annotation": {"text": "words"}, "Attachment": {"title": "words"},
    "Extension": EXTENSION, "Narrative": _NARRATIVE, "Range": {"low": {"value": 1}},
    "Timing": {"event": ["2026-03-02"]}, "Ratio": {"numerator": {"value": 1}, "denominator": {"value": 2}}, "SampledData": {"origin": {"value": 0}, "period": 1, "dimensions": 1},
    "Resource": {"resourceType": "Basic", "id": "inner", "code": {"text": "words"}}, "contentReference": {"title": "words", "text": _NARRATIVE},
    "Age": {"value": 40, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"}, "Signature": {"type": [{"code": "x"}], "when": "2026-03-02T10:15:00Z", "who": {"display": "x"}},
}  # fmt: skip
CHOICES = ("String", "Boolean", "CodeableConcept", "Quantity", "DateTime", "Integer", "Period", "Reference")
OTHER_TARGETS = (
    "Location/elsewhere",
    "Medication/m1",
    "Patient/somebody",
    "Observation/some",
    "Condition/some",
    "Organization/some",
)
OTHER_CODES = (
    {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/v2-0203",
                "code": "MR",
                "display": "Medical record number",
            }
        ]
    },
    {"text": "something else"},
)


class Proposal(NamedTuple):
    """JSON Patch operations that ought to break a constraint, and the rules that would say so."""

    change: list[Json]
    rules: tuple[str, ...]


MINIMUM = (
    "Validation_VAL_Profile_Minimum",
    "Validation_VAL_Profile_Minimum_SLICE",
    "Validation_VAL_Profile_Minimum_SLICE_EXT",
)
MAXIMUM = ("Validation_VAL_Profile_Maximum",)
PATTERN = ("_DT_Fixed_Wrong", "TYPE_CHECKS_PATTERN_CC", "Validation_VAL_Profile_NotSlice", *MINIMUM)
BINDING = ("Terminology_TX_Code_ValueSet", "Terminology_TX_NoValid_1_CC", "Terminology_TX_NoValid_16", "Terminology_TX_NoValid_12", "Terminology_TX_NoValid_4",
           "Terminology_TX_NoValid_2_CC", "Terminology_TX_NoValid_13", "Terminology_TX_NoValid_17", "Terminology_TX_Code_ValueSetMissing", "Terminology_TX_NoValid_5")  # fmt: skip
TYPE = (
    "Extension_PROF_Type",
    "Extension_EXT_Type",
    "Validation_VAL_Profile_NoType",
    "Validation_VAL_Profile_WrongType",
    "Validation_VAL_Profile_NotAllowed",
    "Validation_VAL_Profile_WrongType2",
)
TARGET = ("Reference_REF_BadTargetType", "Reference_REF_BadTargetType2", "Reference_REF_WrongTarget", "Reference_REF_CantMatchChoice", "Reference_REF_CantMatchType",
          "REFERENCE_REF_CANTMATCHCHOICE")  # fmt: skip


def proposals(resource: Json, root: Pointer, structure: Json, constraint: Constraint) -> Iterator[Proposal]:
    """What could be changed in a resource, most natural first."""
    parent, _, leaf = constraint.element.rpartition(".")
    here = located(resource, root, structure, constraint.element)
    keyword = constraint.keyword
    if keyword == "min":
        for holder in located(resource, root, structure, parent):
            inside = [one for one in here if one[: len(holder)] == holder]
            if inside:
                yield Proposal(_removals(resource, inside), MINIMUM)
    elif keyword == "max":
        for holder in located(resource, root, structure, parent):
            yield from _too_many(
                resource, structure, constraint, holder, [one for one in here if one[: len(holder)] == holder], leaf
            )
    elif keyword.startswith(("fixed", "pattern")):
        for one in here:
            for value in _others(constraint.value):
                yield Proposal([_replace(one, value)], PATTERN)
    elif keyword == "binding":
        for one in here:
            old = value_at(resource, one)
            for value in (
                ({"system": OTHER_CODES[0]["coding"][0]["system"], "code": "MR"}, {"display": "x"})
                if isinstance(old, dict) and "system" in old
                else OTHER_CODES
                if isinstance(old, dict)
                else ("MR",)
            ):
                yield Proposal([_replace(one, value)], BINDING)
    elif keyword == "type":
        for one in here:
            yield from _other_type(resource, constraint, one, leaf)
    elif keyword == "closed":
        for one in here[:1]:
            odd = copy.deepcopy(value_at(resource, one))
            odd["code"] = dict(OTHER_CODES[1]) if "code" in odd else odd.get("code")
            yield Proposal(
                [{"op": "add", "path": _path((*one[:-1], "-")), "value": odd}], ("Validation_VAL_Profile_NotSlice",)
            )


def _too_many(
    resource: Json, structure: Json, constraint: Constraint, holder: Pointer, inside: list[Pointer], leaf: str
) -> Iterator[Proposal]:
    name = leaf.partition(":")[0]
    if inside and isinstance(inside[0][-1], int):
        extra = [copy.deepcopy(value_at(resource, inside[-1])) for _ in range(int(constraint.value) + 1 - len(inside))]
        yield Proposal([{"op": "add", "path": _path((*inside[-1][:-1], "-")), "value": one} for one in extra], MAXIMUM)
    elif not inside and constraint.value == "0":
        element: Json = next((one for one in structure["snapshot"]["element"] if one["id"] == constraint.element), {})
        node = value_at(resource, holder)
        if not isinstance(node, dict) or name.startswith("_"):
            return
        stem = name.removesuffix("[x]")
        for kind in element.get("type") or [{"code": "contentReference"}]:
            code = kind["code"]
            sample = SAMPLES.get(code)
            if code == "BackboneElement":
                sample = {"extension": [EXTENSION]}
            if sample is None:
                continue
            key = stem + (code[:1].upper() + code[1:] if name.endswith("[x]") else "")
            repeats = element.get("base", {}).get("max", "1") != "1"
            if key in node:
                yield Proposal([{"op": "add", "path": _path((*holder, key, "-")), "value": sample}], MAXIMUM)
            else:
                yield Proposal(
                    [{"op": "add", "path": _path((*holder, key)), "value": [sample] if repeats else sample}], MAXIMUM
                )
            break


def _others(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from OTHER_CODES if "coding" in value else ({**value, "code": "other"}, {"value": 1})
    else:
        yield "http://example.org/other" if str(value).startswith("http") else "other"


def _other_type(resource: Json, constraint: Constraint, one: Pointer, leaf: str) -> Iterator[Proposal]:
    old = value_at(resource, one)
    if isinstance(old, dict) and "reference" in old:
        yield from _other_target(resource, one, old["reference"])
    if leaf.endswith("[x]"):
        allowed = {kind["code"].lower() for kind in constraint.value}
        stem = leaf.removesuffix("[x]")
        for suffix in CHOICES:
            if suffix.lower() not in allowed:
                sample = SAMPLES[suffix if suffix in SAMPLES else suffix[:1].lower() + suffix[1:]]
                yield Proposal(
                    [
                        {"op": "remove", "path": _path(one)},
                        {"op": "add", "path": _path((*one[:-1], stem + suffix)), "value": sample},
                    ],
                    TYPE,
                )


def _other_target(resource: Json, one: Pointer, old: str) -> Iterator[Proposal]:
    """A reference to a resource of another type: one of the Bundle's, or one that is added to it."""
    entries = resource.get("entry", [])
    kinds: dict[str, str] = {}
    for entry in entries:
        inner = entry.get("resource", {})
        kinds.setdefault(inner.get("resourceType", ""), f"{inner.get('resourceType')}/{inner.get('id')}")
    for kind, target in kinds.items():
        if kind != old.partition("/")[0]:
            yield Proposal([_replace((*one, "reference"), target)], TARGET)
    base = entries[0].get("fullUrl", "").rsplit("/", 2)[0] if entries else ""
    for kind, target in (("Device", "Device/robot"), ("Group", "Group/everybody"), ("Location", "Location/elsewhere")):
        if base.startswith("http") and kind not in kinds:
            added = {"Group": {"type": "person", "actual": True}}.get(kind, {})
            entry = {
                "fullUrl": f"{base}/{target}",
                "resource": {"resourceType": kind, "id": target.partition("/")[2], **added},
            }
            yield Proposal(
                [_replace((*one, "reference"), target), {"op": "add", "path": "/entry/-", "value": entry}], TARGET
            )
    if not entries:
        for target in OTHER_TARGETS:
            yield Proposal([_replace((*one, "reference"), target)], TARGET)


def _removals(resource: Json, pointers: list[Pointer]) -> list[Json]:
    """Remove these; an array that would be left empty goes with them."""
    if isinstance(pointers[0][-1], int) and len(value_at(resource, pointers[0][:-1])) == len(pointers):
        return [{"op": "remove", "path": _path(pointers[0][:-1])}]
    return [{"op": "remove", "path": _path(one)} for one in reversed(pointers)]


def _replace(pointer: Pointer, value: Any) -> Json:
    return {"op": "replace", "path": _path(pointer), "value": copy.deepcopy(value)}


def _path(pointer: Pointer) -> str:
    return "".join(f"/{one}" for one in pointer)
