"""IN1 and AUT: who pays, and what was authorised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vrfhir.mappers.links.registry import TERMINOLOGY, add_reference, link, merged, unknown

if TYPE_CHECKING:
    from vrfhir.mappers.cells import SegmentView
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.engine import Scope
    from vrfhir.mappers.records import Record

__all__: list[str] = []


@link("insurance")
def _insurance(scope: Scope, segment: SegmentView, context: Context) -> None:
    """IN1: a coverage and who is behind it; the patient pays where no insurer is named."""
    coverage = scope.records["Coverage"]
    coverage.resource["status"] = "active"
    insurer = merged(scope, context, "Insurer")
    if insurer is not None:
        coverage.resource["payor"] = [insurer.reference]
    employer = merged(scope, context, "GroupEmployer")
    if employer is not None:
        coverage.resource["policyHolder"] = employer.reference
        context.current["GroupEmployer"] = employer
    else:
        context.current.pop("GroupEmployer", None)
    insured = scope.get("Insured")
    if insured is not None:
        coverage.resource["subscriber"] = insured.reference
        if "relationship" in coverage.resource:
            insured.resource["relationship"] = [coverage.resource["relationship"]]
        context.current["Insured"] = insured
    else:
        context.current.pop("Insured", None)
    classes = coverage.resource.get("class", [])
    for each in classes[1:]:
        if "value" not in each and "name" in each:
            classes[0].setdefault("name", each["name"])  # the group's, where no plan stands before it
    coverage.resource["class"] = [each for each in classes if "value" in each]
    if not coverage.resource["class"]:
        del coverage.resource["class"]
    context.current["Coverage"] = coverage
    _insure(context, coverage)


@link("authorisation")
def _authorisation(scope: Scope, segment: SegmentView, context: Context) -> None:
    """AUT: the payer's answer to a request for authorisation."""
    answer = scope.records["ClaimResponse"].resource
    answer["status"] = "active"
    answer["type"] = {"text": "Referral authorisation"}
    answer["use"] = "preauthorization"
    answer["outcome"] = "complete"
    if "created" not in answer:
        answer["_created"] = unknown()
    insurer = merged(scope, context, "Insurer")
    if (insurer is not None and "name" in insurer.resource) or insurer is not None:
        answer["insurer"] = insurer.reference
    else:
        answer["insurer"] = unknown()
    for item in answer.get("addItem", ()):
        item["productOrService"] = {"text": "Authorised treatments"}
        item["adjudication"] = [{"category": {"coding": [{"system": f"{TERMINOLOGY}adjudication", "code": "benefit"}]}}]
    coverage = scope.get("Coverage")
    if coverage is not None:
        coverage.resource["status"] = "active"
        coverage.resource["payor"] = [insurer.reference if insurer is not None else unknown()]
        _insure(context, coverage)
    target = context.current.get("PR1")
    if target is not None and target.type == "ServiceRequest":
        add_reference(target.resource, "insurance", scope.records["ClaimResponse"])
    else:
        _insure(context, scope.records["ClaimResponse"])


def _insure(context: Context, record: Record) -> None:
    """The referral is paid by it."""
    if context.is_referral:
        add_reference(context.shared["ServiceRequest"].resource, "insurance", record)
