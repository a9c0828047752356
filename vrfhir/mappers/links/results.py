"""OBR and OBX: reports, fit notes, observations and documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.vital_signs import vital_sign
from vrfhir.mappers.links.registry import TERMINOLOGY, add_reference, link, merged, support, unknown
from vrfhir.mappers.links.vital_signs import complete_vital_sign

if TYPE_CHECKING:
    from vrfhir.mappers.cells import SegmentView
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.engine import Scope

__all__: list[str] = []


@link("report")
def _report(scope: Scope, segment: SegmentView, context: Context) -> None:
    """OBR: a report; what belongs to the order (who asked, when, why) is a request that the report is based on."""
    report = scope.records["DiagnosticReport"]
    context.current["OBR"] = report
    for name in ("OBX", "Fitness", "Items", "Elements"):
        context.current.pop(name, None)
    order = scope.make("Order") if scope.get("Order") is not None or _has_note(segment, context) else None
    if order is not None:
        order.resource.setdefault("status", "unknown")
        order.resource["intent"] = "order"
        if "code" in report.resource:
            order.resource["code"] = report.resource["code"]
        report.resource.setdefault("basedOn", []).insert(0, order.reference)  # OBR-29 names another one
        context.current["Noted"] = order
    sample = scope.get("Sample")
    if sample is not None:
        add_reference(report.resource, "specimen", sample)
    support(context, report)
    if "Order" in context.current:
        add_reference(report.resource, "basedOn", context.current["Order"])


@link("items")
def _items(scope: Scope, segment: SegmentView, context: Context) -> None:
    """OBR over the items of a referral: it makes no report, and its OBX segments stand for themselves."""
    for name in ("OBR", "OBX", "Fitness", "Elements"):
        context.current.pop(name, None)
    context.current["Items"] = context.shared["MessageHeader"]


@link("elements")
def _elements(scope: Scope, segment: SegmentView, context: Context) -> None:
    """OBR over single elements of a resource."""
    for name in ("OBR", "OBX", "Fitness", "Items"):
        context.current.pop(name, None)


@link("fit-note")
def _fit_note(scope: Scope, segment: SegmentView, context: Context) -> None:
    """OBR of a fit note: one statement, which the OBX segments under it fill."""
    statement = scope.records["Fitness"]
    for name in ("OBR", "OBX", "Items", "Elements"):
        context.current.pop(name, None)
    context.current["Fitness"] = context.current["OBR"] = context.current["Noted"] = statement
    statement.resource.setdefault("status", "unknown")
    support(context, statement)

    def complete() -> None:
        resource = statement.resource
        _name_statement(resource)
        context.current.pop("Fitness", None)

    context.later.append(complete)


_FITNESS = {"system": "https://vrfhir.org/fhir/CodeSystem/vr-observation", "code": "fitness-for-work"}


def _name_statement(resource: dict[str, Any]) -> None:
    """The code of VR-FitnessForWork, beside whatever the sender called it."""
    code = resource.setdefault("code", {})
    codings = code.setdefault("coding", [])
    if not any(each.get("code") == _FITNESS["code"] for each in codings):
        codings.insert(0, dict(_FITNESS))


@link("fitness")
def _fitness(scope: Scope, segment: SegmentView, context: Context) -> None:
    """OBX of a fit note: notes after it are comments of the statement."""
    context.current["Noted"] = context.current["Fitness"]


def _has_note(segment: SegmentView, context: Context) -> bool:
    """True when an NTE follows at once: DiagnosticReport has no notes, the order has."""
    following = segment.index + 1
    return following < len(context.segments) and context.segments[following].name == "NTE"


@link("observation")
def _observation(scope: Scope, segment: SegmentView, context: Context) -> None:
    """OBX: an observation, a result of the report that is open."""
    observation = scope.records["Observation"]
    found = vital_sign(observation.resource)
    if found is not None:
        complete_vital_sign(observation.resource, found, segment, context)
    laboratory = merged(scope, context, "Laboratory")
    if laboratory is not None:
        add_reference(observation.resource, "performer", laboratory)
    director = scope.get("Director")
    if director is not None:
        director.resource["code"] = [{"coding": [{"system": f"{TERMINOLOGY}v2-0912", "code": "MDIR"}]}]
        if laboratory is not None:
            director.resource["organization"] = laboratory.reference
        add_reference(observation.resource, "performer", director)
    context.current["OBX"] = context.current["Noted"] = observation
    report = context.current.get("OBR")
    if report is not None and report.type == "DiagnosticReport":
        add_reference(report.resource, "result", observation)
    elif "Document" in context.current:
        related = context.current["Document"].resource.setdefault("context", {})
        add_reference(related, "related", observation)
    elif "Order" in context.current and report is None:
        add_reference(context.current["Order"].resource, "supportingInfo", observation)
    elif report is None and "Items" not in context.current and context.is_referral:
        context.report("VR-V2-0530", segment.path)
    support(context, observation)


@link("document")
def _document(scope: Scope, segment: SegmentView, context: Context) -> None:
    """OBX with an embedded document or a pointer to one."""
    document = scope.records["DocumentReference"]
    document.resource["status"] = "current"
    context.current["OBX"] = context.current["Noted"] = document
    if "content" not in document.resource:
        document.resource["content"] = [{"attachment": unknown()}]
    support(context, document)


@link("specimen")
def _specimen(scope: Scope, segment: SegmentView, context: Context) -> None:
    """SPM: what was examined; it belongs to the report, else to the order that is open."""
    specimen = scope.records["Specimen"]
    context.current["Noted"] = specimen
    target = context.current.get("OBR") or context.current.get("Order")
    if target is not None and target.type in ("DiagnosticReport", "ServiceRequest"):
        add_reference(target.resource, "specimen", specimen)
