"""FHIR to HL7 v2: the one function, and its result."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import match_structure, parse
from vrfhir.issues import Issue
from vrfhir.mappers.issues import CATALOGUE
from vrfhir.mappers.mapping import mapped
from vrfhir.mappers.partner import Partner
from vrfhir.mappers.writing.alignment import Alignment, align
from vrfhir.mappers.writing.corrections import composed
from vrfhir.mappers.writing.differences import Step, differences, leaves, with_references
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.elements import element_group
from vrfhir.mappers.writing.encoding import encoded
from vrfhir.mappers.writing.notes import split
from vrfhir.mappers.writing.planning import fit, planned, structure_written
from vrfhir.mappers.writing.scope import Writing, sender_of, version_of
from vrfhir.mappers.writing.status_query import STATUS_QUERY, asks_for_status, status_query
from vrfhir.mappers.writing.structures import message_type

__all__ = ["Loss", "Written", "to_hl7v2"]

VERSIONS = ("2.4", "2.5.1")
EDITED = "left aside: the element was edited"
_OPEN = "\ue000"
"""Ends what stands for the name of a resource that has none yet; a private character, which no such name has."""


@dataclass(frozen=True)
class Loss:
    """A FHIR leaf that the message does not say: where it stands and why."""

    resource: str
    path: str
    reason: str

    def to_dict(self) -> dict[str, str]:
        """JSON shape; no values."""
        return {"resource": self.resource, "path": self.path, "reason": self.reason}


class Opening(NamedTuple):
    """The segment that opens the elements of a resource, and how many of its name come before the first of them."""

    segment: str
    before: int


@dataclass(frozen=True)
class Written:
    """A Bundle as HL7 v2: the message, what it does not say, and how much of the rest has a field of its own.

    ``counts``: leaves of the Bundle that are ``native`` (a field by a row of the map), ``element`` (an OBX that names the
    element), ``regenerated`` (ids and narrative, which a reader makes anew) and ``lost``. ``overridden``: what was carried or
    noted of the message that the Bundle was made of, and is left aside because the element was edited; by its v2 path.
    """

    message: bytes
    loss: list[Loss]
    issues: list[Issue]
    counts: Mapping[str, int] = field(default_factory=dict)
    overridden: list[Loss] = field(default_factory=list)


def to_hl7v2(
    bundle: Mapping[str, Any],
    *,
    partner: Partner | None = None,
    version: str = "2.5.1",
    message: str = "",
    elements: bool = True,
    allow_loss: bool = False,
) -> Written:
    """Turn a FHIR message Bundle into an HL7 v2 message.

    ``version``: 2.4 or 2.5.1; empty for the one a Bundle made of a message came in. ``message`` (``REF^I12``, ``ADT^A08``)
    overrides what the Bundle's event says; ``REF^I15`` of a Bundle that is no such question makes it from the referral
    (:func:`~vrfhir.mappers.status_query`). With ``elements`` what no field can hold goes into OBX
    segments that name the FHIR element; without it that is lost. The result is read back before it is returned, and every
    leaf that does not come back equal is in the loss report; unless ``allow_loss``, a loss is an error and there is no message.

    Raises :class:`~vrfhir.errors.UnreadableError` when the Bundle is none or says no message, or on a loss not allowed.
    """
    receiver = partner or Partner.default()
    version = version or version_of(bundle)
    _check(bundle, version)
    bundle, notes = split(bundle)
    kind, trigger = message_type(bundle, message)
    if message and (kind, trigger) == STATUS_QUERY and not asks_for_status(bundle):
        bundle, notes = status_query(bundle), None
    holds = notes is not None and version == version_of(bundle) and (kind, trigger) == message_type(bundle)
    _, structure = structure_written(kind, trigger)
    writing = Writing(bundle, receiver, version, (notes.sender if notes else "") or sender_of(bundle))
    drafts = planned(writing, bundle, kind, trigger)
    held = notes.held(drafts, writing) if notes is not None and holds else None
    drafts = held.drafts if held is not None else drafts
    dropped = fit(drafts, writing)
    plain, gone = composed(drafts, bundle, writing, held)
    message_text = encoded(plain)
    context, read = mapped(parse(message_text), receiver)
    overridden = [*(held.overridden if held is not None else ()), *gone]
    if held is not None and not overridden and _same(bundle, read):
        return Written(message_text, [], [], {"native": 0, "element": 0, "regenerated": 0, "lost": 0})
    alignment = align(writing, drafts, context, same_segments=held is not None and held.is_complete)
    lost: list[tuple[str, Step, str]] = []
    counts = {"native": 0, "element": 0, "regenerated": 0, "lost": 0}
    position = structure.place_of_elements(drafts)
    opening = Opening(structure.elements, sum(draft.name == structure.elements for draft in drafts[:position]))
    groups = _groups(writing, read, alignment, opening, elements, lost, counts)
    if groups:
        drafts[position:position] = groups
        fit(drafts, writing)
        final, _ = composed(drafts, bundle, writing, held)
        message_text = encoded(final)
        lost += _not_returned(message_text, writing, alignment)
    loss = _report(lost)
    issues = [CATALOGUE.issue("VR-V2-0541", expression=path) for path in dropped] if not elements else []
    issues += [each for each in match_structure(parse(message_text)).issues if each.severity in ("error", "fatal")]
    counts["lost"] = len(loss)
    if loss and not allow_loss:
        raise UnreadableError(
            CATALOGUE.issue("VR-V2-0542", expression=f"{loss[0].resource}.{loss[0].path}", count=len(loss))
        )
    return Written(message_text, loss, issues, counts, [Loss("HL7 v2", path, EDITED) for path in overridden])


def _check(bundle: Mapping[str, Any], version: str) -> None:
    if (
        not isinstance(bundle, Mapping)
        or bundle.get("resourceType") != "Bundle"
        or not isinstance(bundle.get("entry"), list)
    ):
        raise UnreadableError(CATALOGUE.issue("VR-V2-0543", expression="Bundle"))
    if not any(isinstance(entry, dict) and isinstance(entry.get("resource"), dict) for entry in bundle["entry"]):
        raise UnreadableError(CATALOGUE.issue("VR-V2-0543", expression="Bundle.entry"))
    if version not in VERSIONS and version != version_of(bundle):
        raise UnreadableError(CATALOGUE.issue("VR-V2-0544", expression="MSH-12", version=version))


def _same(bundle: Mapping[str, Any], read: Mapping[str, Any]) -> bool:
    """Equal but for what a reading says of itself: the original bytes, when and by what they were read."""
    skipped = ("Binary", "Provenance", "Device", "DocumentReference")
    one, two = (
        {e.get("fullUrl"): e["resource"] for e in each["entry"] if e["resource"].get("resourceType") not in skipped}
        for each in (bundle, read)
    )
    return one == two


def _groups(
    writing: Writing,
    read: Mapping[str, Any],
    alignment: Alignment,
    opening: Opening,
    elements: bool,
    lost: list[tuple[str, Step, str]],
    counts: dict[str, int],
) -> list[Draft]:
    """The segments for everything that did not come back, by resource."""
    changed: list[tuple[str, str, list[Step]]] = []
    fresh = [url for url in writing.originals if url not in alignment.labels and url not in writing.transport]
    labels = dict(alignment.labels)
    steps_of: dict[str, list[Step]] = {}

    def wanted_name(text: str) -> str:
        url = writing.url_of({"reference": text})
        return "@" + labels[url] if url in labels else text

    head = {name: value for name, value in read.items() if name not in ("entry", "id")}
    wanted_head = _head(writing_bundle(writing), head)
    bundle_steps = differences(head, wanted_head)
    # what a new resource is called depends on how many segments come before its own, so that is put in afterwards
    labels.update({url: f"new:{place}{_OPEN}" for place, url in enumerate(fresh)})
    for url in alignment.labels:
        record = alignment.records[url]
        present = with_references(record.resource, alignment.name_of)
        wanted = with_references(dict(writing.originals[url]), wanted_name)
        steps_of[url] = differences(present, _without_meta(wanted))
    if bundle_steps:
        changed.append(("MSH[1].Bundle", "Bundle", bundle_steps))
    for label in alignment.surplus:
        changed.append((label, "not in the Bundle", [Step("", None, removed=True)]))
    for url, label in alignment.labels.items():
        if steps_of[url]:
            changed.append((label, str(writing.originals[url]["resourceType"]), steps_of[url]))
    urls: dict[str, str] = {}
    for url, label in alignment.labels.items():
        urls.setdefault(label, url)
    groups: list[Draft] = []
    for label, words, steps in changed:
        _count(writing, steps, counts)
        found = urls.get(label)
        name = words if found is None else _name(writing.originals[found])
        _emit(groups, label, words, steps, writing, opening, elements, lost, name)
    renamed = {}
    before = opening.before + sum(draft.name == opening.segment for draft in groups)
    for url in fresh:
        resource = with_references(dict(writing.originals[url]), wanted_name)
        kind = str(resource["resourceType"])
        steps = [
            Step(name, value)
            for name, value in _without_meta(resource).items()
            if name not in ("resourceType", "id", "text")
        ]
        _count(writing, steps, counts)
        place, size = before + 1, len(groups)
        _emit(groups, kind, _words(resource), steps, writing, opening, elements, lost, _name(resource))
        before += sum(draft.name == opening.segment for draft in groups[size:])
        renamed["@" + labels[url]] = f"@{opening.segment}[{place}].{kind}"
        labels[url] = f"{opening.segment}[{place}].{kind}"
    alignment.final = labels
    for draft in groups:
        for cell in draft.fields.get(5, ()):
            cell.update({place: renamed[text] for place, text in cell.items() if text in renamed})
    total = 0
    for url, resource in writing.originals.items():
        if url in writing.transport:
            continue
        for path, _ in leaves(resource):
            top = path.split(".")[0].split("[")[0]
            if top in ("id", "text", "resourceType"):
                counts["regenerated"] += 1
            else:
                total += 1
        narrative = resource.get("text", {})
        if isinstance(narrative, dict) and narrative.get("status") not in (None, "generated", "empty"):
            lost.append(
                (_name(resource), Step("text.status", narrative["status"]), "narrative that is more than generated")
            )
    counts["native"] = max(total - counts["element"], 0)
    return groups if elements else []


def _head(bundle: Mapping[str, Any], read: Mapping[str, Any]) -> dict[str, Any]:
    """What the Bundle says of itself, without what a message cannot be: what carries a document is a message, and no VR-Document."""
    found = {name: value for name, value in bundle.items() if name not in ("entry", "id")}
    if found.get("type") != "document":
        return found
    found["type"] = read["type"]
    meta = {name: value for name, value in found.pop("meta", {}).items() if name != "profile"}
    if "profile" in read.get("meta", {}):
        meta["profile"] = read["meta"]["profile"]
    return {**found, "meta": meta} if meta else found


def _not_returned(message: bytes, writing: Writing, alignment: Alignment) -> list[tuple[str, Step, str]]:
    """Read the finished message once more: whatever of the Bundle is not there again is lost."""
    context, _ = mapped(parse(message), writing.partner)
    known = context.labels()
    records = {url: known.get(label) for url, label in alignment.final.items()}
    names = {record.place.full_url: url for url, record in records.items() if record is not None}
    found: list[tuple[str, Step, str]] = []
    for url, record in records.items():
        original = writing.originals[url]
        label = _name(original)
        wanted = with_references(
            _without_meta(dict(original)), lambda text: writing.url_of({"reference": text}) or text
        )
        if record is None:
            found.append((label, Step("", wanted), "did not come back"))
            continue
        present = with_references(record.place.resource, lambda text: names.get(text, text))
        found += [(label, step, "did not come back") for step in differences(present, wanted)]
    return found


def writing_bundle(writing: Writing) -> dict[str, Any]:
    """The Bundle's own elements as they came."""
    return dict(writing.own)


def _without_meta(resource: dict[str, Any]) -> dict[str, Any]:
    """Without what a server says of its copy."""
    meta = {
        name: value
        for name, value in resource.get("meta", {}).items()
        if name not in ("lastUpdated", "versionId", "source")
    }
    found = {name: value for name, value in resource.items() if name != "meta"}
    return {**({"meta": meta} if meta else {}), **found} if "meta" in resource else found


def _words(resource: Mapping[str, Any]) -> str:
    code = resource.get("code") if isinstance(resource.get("code"), dict) else {}
    names = [code.get("text", "")] + [each.get("display", "") for each in code.get("coding", ())] if code else []
    words = re.sub(r"(?<!^)([A-Z])", r" \1", str(resource["resourceType"])).capitalize()
    return next((name for name in names if name), words)[:80]


def _count(writing: Writing, steps: list[Step], counts: dict[str, int]) -> None:
    counts["element"] += sum(1 for step in steps if not step.removed for _ in leaves(step.value))


def _emit(
    groups: list[Draft],
    label: str,
    words: str,
    steps: list[Step],
    writing: Writing,
    opening: Opening,
    elements: bool,
    lost: list[tuple[str, Step, str]],
    name: str,
) -> None:
    if not elements:
        lost.extend((name, step, "no field") for step in steps if not step.removed)
        return
    drafts, left = element_group(label, steps, words, writing, opening.segment)
    lost.extend((name, step, "text that HL7 v2 cannot hold") for step in left)
    groups.extend(drafts)


def _name(resource: Mapping[str, Any]) -> str:
    return f"{resource['resourceType']}/{resource.get('id', '')}"


def _report(lost: list[tuple[str, Step, str]]) -> list[Loss]:
    """Each leaf once, with the first reason found for it."""
    found: dict[tuple[str, str], Loss] = {}
    for label, step, reason in lost:
        for path, _ in leaves(step.value, step.path):
            found.setdefault((label, path), Loss(label, path, reason))
    return list(found.values())
