"""ACC, DG1, AL1, PR1 and PV1: why, what is known, what was or is to be done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vrfhir.mappers.conversions.codes import taken_concept
from vrfhir.mappers.links.registry import TERMINOLOGY, add_reference, link, support, unknown
from vrfhir.mappers.vocabulary import code_map

if TYPE_CHECKING:
    from vrfhir.mappers.cells import SegmentView
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.engine import Scope
    from vrfhir.mappers.records import Record

__all__: list[str] = []


@link("accident")
def _accident(scope: Scope, segment: SegmentView, context: Context) -> None:
    observation = scope.records["Observation"]
    observation.resource["status"] = "final"
    observation.resource["code"] = {"text": "Accident"}
    support(context, observation)


@link("diagnosis")
def _diagnosis(scope: Scope, segment: SegmentView, context: Context) -> None:
    """DG1: the first one is a reason for the referral, the others support it."""
    condition = scope.records["Condition"]
    request = context.shared["ServiceRequest"].resource if context.is_referral else {}
    context.current["Noted"] = condition
    if "reasonReference" not in request:
        add_reference(request, "reasonReference", condition)
    else:
        support(context, condition)
    if context.first("PV1") is not None:
        # R4's own v2 mapping of Condition.category: a diagnosis, when the DG1 stands in a message with a visit
        category = {"system": f"{TERMINOLOGY}condition-category", "code": "encounter-diagnosis"}
        condition.resource["category"] = [{"coding": [category]}]
        context.later.append(lambda: _in_encounter(segment, condition, context))


def _in_encounter(segment: SegmentView, condition: Record, context: Context) -> None:
    """What kind of diagnosis of the visit it is (DG1-6) and its rank there (DG1-15)."""
    encounter = context.shared.get("Encounter")
    kind, rank = (next(iter(segment.cells(field)), None) for field in (6, 15))
    use = taken_concept(kind, context, "0052", code_map("diagnosis-use")) if kind is not None else None
    ranked = rank is not None and re.fullmatch("[1-9][0-9]{0,2}", rank.peek(1)) is not None
    if kind is not None and (encounter is None or use is None):
        kind.release()
    if encounter is None or (use is None and not ranked):
        return
    items = encounter.resource.setdefault("diagnosis", [])
    items.append({"condition": condition.reference})
    if kind is not None and use is not None:
        items[-1]["use"] = use
        kind.settle(("mapped", "DG1-6", "Encounter.diagnosis[].use"), encounter, len(items) - 1)
    if rank is not None and ranked:
        items[-1]["rank"] = int(rank.take(1))
        rank.settle(("mapped", "DG1-15", "Encounter.diagnosis[].rank"), encounter, len(items) - 1)


@link("allergy")
def _allergy(scope: Scope, segment: SegmentView, context: Context) -> None:
    """AL1: an allergy the patient has (active, as FHIR wants said: ait-1)."""
    allergy = scope.records["AllergyIntolerance"]
    allergy.resource["clinicalStatus"] = {
        "coding": [{"system": f"{TERMINOLOGY}allergyintolerance-clinical", "code": "active"}]
    }
    context.current["Noted"] = allergy
    support(context, allergy)


@link("procedure")
def _procedure(scope: Scope, segment: SegmentView, context: Context) -> None:
    """PR1 of the past; whether it was completed is not said."""
    procedure = scope.records["Procedure"]
    procedure.resource["status"] = "unknown"
    context.current["Noted"] = context.current["PR1"] = procedure
    support(context, procedure)


@link("requested-procedure")
def _requested_procedure(scope: Scope, segment: SegmentView, context: Context) -> None:
    """PR1 of the future: a request of its own, based on the referral."""
    request = scope.records["Requested"]
    request.resource["status"] = "active"
    request.resource["intent"] = "order"
    if context.is_referral:
        request.resource["basedOn"] = [context.shared["ServiceRequest"].reference]
    context.current["Noted"] = context.current["PR1"] = request
    support(context, request)


@link("encounter")
def _encounter(scope: Scope, segment: SegmentView, context: Context) -> None:
    """PV1: in a referral the visit that caused it. Its status is only said by an end, or by a planned visit."""
    encounter = scope.make("Encounter")
    if encounter is None:
        return
    resource = encounter.resource
    resource["status"] = (
        "finished" if "end" in resource.get("period", {}) else "planned" if segment.value(2) == "P" else "unknown"
    )
    if "class" not in resource:
        resource["class"] = unknown()
    episode = scope.get("Episode")
    if episode is not None:
        episode.resource["status"] = "active"
        add_reference(resource, "episodeOfCare", episode)
    if context.is_referral:
        context.shared["ServiceRequest"].resource["encounter"] = encounter.reference
