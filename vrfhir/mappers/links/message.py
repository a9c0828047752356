"""MSH, SFT and ERR: who sent the message with what, and what an answer complains of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vrfhir.mappers.links.registry import link, merged

if TYPE_CHECKING:
    from vrfhir.mappers.cells import SegmentView
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.engine import Scope

__all__: list[str] = []


@link("header")
def _header(scope: Scope, segment: SegmentView, context: Context) -> None:
    """MSH-23, the organisation responsible for receiving, is what the facility of MSH-6 belongs to."""
    responsible = merged(scope, context, "Responsible")
    if responsible is None:
        return
    destination = context.shared["MessageHeader"].resource.setdefault("destination", [{}])[0]
    receiver = next((each for each in context.records if each.reference == destination.get("receiver")), None)
    if receiver is None:
        destination["receiver"] = responsible.reference
    elif receiver is not responsible:
        receiver.resource["partOf"] = responsible.reference


@link("software")
def _software(scope: Scope, segment: SegmentView, context: Context) -> None:
    """The first SFT is the source system of the message."""
    device = scope.records["Device"]
    source = context.shared["MessageHeader"].resource.setdefault("source", {})
    if segment.occurrence == 1:
        if "deviceName" in device.resource:
            source["software"] = device.resource["deviceName"][0]["name"]
        if "version" in device.resource:
            source["version"] = device.resource["version"][0]["value"]
        context.shared["SourceDevice"] = device


@link("error")
def _error(scope: Scope, segment: SegmentView, context: Context) -> None:
    """ERR: an issue of the outcome that the response points to, one outcome for all of them."""
    record = scope.records["OperationOutcome"]
    issues = record.resource.setdefault("issue", [{}])
    for issue in issues:
        issue.setdefault("severity", "error")
        issue.setdefault("code", "processing")
    first = context.shared.setdefault("OperationOutcome", record)
    if first is not record:
        first.resource["issue"].extend(issues)
        record.merged = first
        context.records.remove(record)
    response = context.shared["MessageHeader"].resource.setdefault("response", {})
    response["details"] = first.reference
