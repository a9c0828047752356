"""The segments of a message as the rows and the carried content give them, before anything is written for elements without a row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vrfhir.hl7v2.reference import structure_name, tables
from vrfhir.mappers.writing.carried import arranged, place_of, with_carried
from vrfhir.mappers.writing.primitives import v2_datetime
from vrfhir.mappers.writing.remaining import beforehand, remaining
from vrfhir.mappers.writing.segments import only, own_segments
from vrfhir.mappers.writing.states import NUMBERED, name_segments
from vrfhir.mappers.writing.structures import STRUCTURES

if TYPE_CHECKING:
    from vrfhir.mappers.writing.draft import Draft
    from vrfhir.mappers.writing.scope import Writing
    from vrfhir.mappers.writing.structures import Structure

__all__ = ["fit", "planned", "structure_written"]

_OF_GROUP = ("AIS", "AIG", "AIL", "AIP")
"""Segments that are counted within their RGS."""
_REFERRALS = ("REF", "RRI")
_ALWAYS = ("Patient", "MessageHeader")
"""Resources of every message that a partner's own segments may speak of."""


def structure_written(kind: str, trigger: str) -> tuple[str, Structure]:
    """The name of a structure in 2.5.1, and its plan."""
    name = structure_name(kind, trigger, "2.5.1")
    return name, STRUCTURES[name]


def planned(writing: Writing, bundle: Mapping[str, Any], kind: str, trigger: str) -> list[Draft]:
    """The segments in their order, with a place for each one that only carried values need."""
    name, structure = structure_written(kind, trigger)
    writing.now = v2_datetime(str(bundle.get("timestamp", "")), writing, bundle.get("_timestamp"))
    if not writing.now and not writing.as_it_was:
        writing.now = datetime.now(UTC).strftime("%Y%m%d%H%M%S+0000")
    own = [] if kind in _REFERRALS else own_segments(writing, {each: only(writing, each) for each in _ALWAYS})
    early = list(beforehand(writing, name))
    plan = _placed(structure.plan(writing, kind, trigger), early, writing, name)
    plan += own
    name_segments(plan)
    return with_carried(arranged(plan, bundle, writing), bundle, writing, structure, name)


def _placed(plan: list[Draft], early: list[Draft], writing: Writing, name: str) -> list[Draft]:
    """The plan with the segments that it does not have, each where the structure has it."""
    more = [*early, *remaining(writing, [*plan, *early], name)]
    for number, draft in enumerate(more):
        follows = number and (not draft.roles or draft.name in ("ORC", "TQ1", "OBR"))
        place = plan.index(more[number - 1]) + 1 if follows else place_of(draft.name, plan, writing.version, name)
        plan.insert(place, draft)
    return plan


def fit(drafts: list[Draft], writing: Writing) -> list[str]:
    """Number the segments, and drop what the version has no place for; the paths of that."""
    seen: dict[str, int] = {}
    dropped = []
    for draft in drafts:
        seen[draft.name] = draft.occurrence = seen.get(draft.name, 0) + 1
        dropped += [] if writing.as_it_was else draft.fit(tables(writing.version))
    _number(drafts)
    return dropped


def _number(drafts: list[Draft]) -> None:
    """Set ids: OBR over the message, OBX and NTE within what they belong to."""
    counts: dict[str, int] = {}
    for draft in drafts:
        if draft.name == "RGS":
            counts |= dict.fromkeys(_OF_GROUP, 0)
        if draft.name == "OBR":
            counts["OBX"] = counts["NTE"] = 0
        elif draft.name != "NTE":
            counts["NTE"] = 0
        if draft.name in NUMBERED or draft.name in _OF_GROUP:
            counts[draft.name] = counts.get(draft.name, 0) + 1
            draft.fields[1] = [{1 << 12 | 1: str(counts[draft.name])}]
