"""The laws that hold for every message, whoever sent it: what is broken, one line each, with the kind of fault first."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message
from mapped_messages import ROOT
from same_content import missing
from test_both_ways import canonical
from test_bundle import references
from test_no_leaf_is_lost import CONVERSIONS

from vrfhir import Validator
from vrfhir.errors import UnreadableError
from vrfhir.fhir.json import serialize
from vrfhir.hl7v2 import match_structure, parse
from vrfhir.mappers import Mapping as Mapped
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.mappers.ledger import OUTCOMES

sys.path.insert(0, str(ROOT / "tools"))

from map_figures import leaves

__all__ = ["broken", "in_hl7v2", "unfaithful", "unsound"]

OWN = ("Binary", "DocumentReference", "Provenance", "Device")
PLACEHOLDER = re.compile(
    r"example\.(?:com|org|net)|urn:unknown|urn:oid:unknown|^unknown$|TODO|placeholder", re.IGNORECASE
)
BY_PLACE = frozenset({"element-name", "element-resource", "table-word"})
"""Conversions of segments that say where in FHIR something goes: it went there."""
SENDERS_OWN = ("StructureDefinition/Quantity|",)
"""What is wrong with a message's content as such."""
_INCOMPLETE = re.compile(r"Minimum|Reference_REF_CantMatchChoice|#vr-|Profile_Maximum|NoValid_1_CC")
"""What a referral may lack that says it is one for vocational rehabilitation."""


@cache
def _validator() -> Validator:
    return Validator()


def broken(
    data: bytes, *, models: bool = True, back: bool = True, versions: tuple[str, ...] = ("2.4", "2.5.1")
) -> list[str]:
    """The laws that a message breaks; a message that is refused breaks none."""
    try:
        message = parse(data)
    except UnreadableError:
        return []
    if message.encode() != data:
        return ["G1: other bytes"]
    try:
        mapping = to_fhir(data)
    except UnreadableError as refused:
        return [] if all(issue.id.startswith("VR-V2-") for issue in refused.issues) else ["refused without an id"]
    found = [*unfaithful(mapping), *unsound(mapping, models=models)]
    if serialize(to_fhir(data).bundle) != serialize(mapping.bundle):
        found.append("G4: other bytes the second time")
    if back:
        found += _same_again(data)
    for version in versions:
        found += in_hl7v2(mapping.bundle, version)
    return found


def unfaithful(mapping: Mapped) -> Iterator[str]:
    """Leaves without an outcome, and those said to be kept that are not to be found."""
    for path in mapping.ledger.unaccounted:
        yield f"ledger: no outcome {_place(path)}"
    for entry, how in leaves(mapping):
        if entry.outcome not in OUTCOMES:
            yield f"ledger: outcome {entry.outcome!r}"
        if how == "lost" and entry.outcome in ("mapped", "carried") and CONVERSIONS.get(entry.row) not in BY_PLACE:
            yield f"lost: {entry.outcome} {entry.row} {_place(entry.path)} {entry.text[:60]!r}"


def unsound(mapping: Mapped, *, models: bool = True) -> Iterator[str]:
    """What is wrong with the Bundle as FHIR."""
    bundle = mapping.bundle
    full_urls = [entry["fullUrl"] for entry in bundle["entry"]]
    if len(set(full_urls)) != len(full_urls):
        yield "ids: one fullUrl twice"
    for reference in sorted(set(references(bundle)) - set(full_urls)):
        yield f"reference: {reference[:60]}"
    said = {entry.text.lower() for entry in mapping.ledger}
    for system in sorted(set(_systems(bundle))):
        if PLACEHOLDER.search(system) and not any(each and each in system.lower() for each in said):
            yield f"placeholder: {system[:60]}"
    vocational = "vrfhir.org/fhir/StructureDefinition/VR-" in json.dumps(bundle, default=str)
    issues = _validator().validate(bundle).issues
    # a target whose own content is wrong conforms to nothing
    vocational = vocational or any(each in issue.id for issue in issues for each in SENDERS_OWN)
    for issue in issues:
        if issue.is_error:
            words = f"{issue.id} {issue.text}"
            if not any(each in words for each in SENDERS_OWN) and not (vocational and _INCOMPLETE.search(words)):
                yield f"invalid: {issue.id} {_element(issue.expression or '')} | {issue.text[:160]}"
    for entry in bundle["entry"] if models else ():
        resource = json.loads(json.dumps(entry["resource"], default=float))
        try:
            get_fhir_model_class(resource["resourceType"])(**resource)
        except ValueError as error:
            words = " ".join(str(error).split())
            yield f"model: {resource['resourceType']} {words[:200]}"


def _systems(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("system"), str):
            yield value["system"]
        for each in value.values():
            yield from _systems(each)
    elif isinstance(value, list):
        for each in value:
            yield from _systems(each)


def _same_again(data: bytes) -> Iterator[str]:
    original = parse(data)
    bundle = to_fhir(original, exact=True).bundle
    bundle["entry"] = [each for each in bundle["entry"] if each["resource"]["resourceType"] != "Binary"]
    try:
        written = parse(to_hl7v2(bundle, version="").message)
    except UnreadableError as refused:
        yield f"G2b: refused {[issue.id for issue in refused.issues][:3]} {refused.issues[0].expression}"
        return
    before, after = canonical(original), canonical(written)
    if before == after:
        return
    if [name for name, _ in before] != [name for name, _ in after]:
        yield f"G2b: segments {' '.join(name for name, _ in before)} -> {' '.join(name for name, _ in after)}"
    for (name, old), (_, new) in zip(before, after, strict=False):
        for path in old.keys() | new.keys():
            if old.get(path) != new.get(path):
                yield f"G2b: {name} {_place(path)} {old.get(path)!r:.60} -> {new.get(path)!r:.60}"
                return


def in_hl7v2(bundle: Mapping[str, Any], version: str) -> Iterator[str]:
    """What is wrong when a Bundle is written as HL7 v2 and read again."""
    try:
        written = to_hl7v2(bundle, version=version)
    except UnreadableError as refused:
        first = refused.issues[0]
        if not first.id.startswith("VR-V2-"):
            yield f"written {version}: refused without an id"
        yield f"written {version}: {first.id} {_element(first.expression or '')}"
        return
    for issue in match_structure(parse(written.message)).issues:
        if issue.severity == "error":
            yield f"written {version}: structure {issue.text[:120]}"
    try:
        again = to_fhir(written.message)
    except UnreadableError as refused:
        yield f"written {version}: unreadable {refused.issues[0].id}"
        return
    if again.ledger.unaccounted:
        yield f"written {version}: no outcome"
    for name in missing(bundle, again.bundle):
        kind = name.split(" ")[0]
        if kind not in OWN:
            yield f"written {version}: not back {kind}"
    fault = peer_fault(written.message)
    if fault:
        yield f"hl7apy {version}: {fault[:140]}"


def peer_fault(data: bytes) -> str:
    """What hl7apy's strict validator says; empty when nothing."""
    lines = [line.split("|") for line in data.decode("utf-8").split("\r")]
    for fields in lines:
        if fields[0] == "OBX" and len(fields) > 5 and fields[2] in ("FT", "TX") and len(fields[5]) > 199:
            fields[5] = fields[5].replace("\\", "/")[:199]  # hl7apy takes FT and TX for as long as ST
    try:
        parse_message("\r".join("|".join(line) for line in lines), validation_level=VALIDATION_LEVEL.STRICT).validate()
    except (HL7apyException, ValueError) as found:
        return str(found) or type(found).__name__
    return ""


def _element(expression: str) -> str:
    return re.sub(r"/[*].*?[*]/|/[0-9a-f-]{30,}|\[\d+\]", "", expression).replace("Bundle.entry.resource", "")


def _place(path: str) -> str:
    return re.sub(r"\[\d+\]", "", path)
