"""A referral for a service that is reached over HL7 v2: ``REF^I12`` to its partner, ``I13`` when it changes, ``I14`` when it ends.

Which partner a referral goes to says the Task's owner and the partner files (``endpoint.gets``). The message is made of what is
stored, in the transaction that stores it, and put into the outbox there: whoever was told that the referral is stored knows that it
goes out. What HL7 v2 could not say is refused, and with it the change, unless the partner's file allows it (``allow_loss``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from vrfhir import workflow
from vrfhir.errors import UnreadableError
from vrfhir.issues import Issue
from vrfhir.server.correspondents import Correspondent
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, instant
from vrfhir.server.messaging.rewriting import references
from vrfhir.server.messaging.sides import owning_partner, referral_tasks
from vrfhir.server.resource import load
from vrfhir.server.search.conversion import reference_target
from vrfhir.server.store import OutboxRow, Reader, Transaction

__all__ = ["refer"]

Json = dict[str, Any]

_EVENTS = {"I12": "referral-request", "I13": "referral-update", "I14": "referral-cancel"}
_BASE = "https://vrfhir.org/fhir"
_ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
_UNKNOWN = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
}
_WITHDRAWN = ("revoked", "entered-in-error")
_RUNNING = ("requested", "received", "accepted", "in-progress", "on-hold")
_ENDED = ("cancelled", "entered-in-error")
_OF_THE_SERVICE = ("note", "output", "encounter", "executionPeriod")
"""What the Task says that came from the service."""
_NOT_SENT = frozenset({"MessageHeader", "Bundle", "Provenance", "AuditEvent", "Task", "ServiceRequest"})
_MOST_RESOURCES = 500
_MOST_NAMED = 3


def refer(
    endpoint: Endpoint, tx: Transaction, changed: Iterable[str], *, now: int, sender: str = "", updated: bool = False
) -> tuple[int, list[Issue]]:
    """Put into the outbox what the ``changed`` Tasks and ServiceRequests call for; how many messages, and what they leave out.

    ``sender`` (MSH-3|MSH-4) brought the change and is not sent it back; ``updated``: what belongs to the referral changed.
    Raises :class:`Refusal` 422 when a message would lose something and may not.
    """
    if not any("REF" in each.gets for each in endpoint.correspondents.all):
        return 0, []
    requests: dict[str, bool] = {}
    for reference in changed:
        type_, _, id_ = reference.partition("/")
        stored = tx.read(type_, id_) if type_ in ("Task", "ServiceRequest") else None
        if stored is None or stored.deleted:
            continue
        focus = reference if type_ == "ServiceRequest" else _focus(load(stored))
        requests[focus] = requests.get(focus, updated) or type_ == "ServiceRequest"
    number, issues = 0, list[Issue]()
    for focus, is_new in requests.items():
        service_request = tx.read(*focus.split("/")) if focus.count("/") == 1 else None
        for stored in referral_tasks(focus, tx) if service_request is not None and not service_request.deleted else ():
            task = load(stored)
            partner = owning_partner(task, tx, endpoint.correspondents)
            if partner is None or sender in partner.names:
                continue
            assert service_request is not None  # noqa: S101 -- asked above
            request = load(service_request)
            trigger = _trigger(task, request, _sent(focus, partner, tx), is_new=is_new)
            if trigger:
                row, left_out = _message(endpoint, tx, partner, task, request, trigger, now)
                tx.enqueue(row)
                issues += left_out
                number += 1
    return number, issues


def _focus(task: Json) -> str:
    return reference_target(str((task.get("focus") or {}).get("reference", "")))


def _sent(focus: str, partner: Correspondent, store: Reader) -> list[str]:
    """The messages about the referral that the partner has or will get."""
    return [
        row.kind
        for row in store.sent_about(focus)
        if row.destination in partner.names and row.kind.startswith("REF") and row.status in ("pending", "sent")
    ]


def _trigger(task: Json, request: Json, sent: Sequence[str], *, is_new: bool) -> str:
    """The event to be told; empty for none."""
    status = str(task.get("status", ""))
    if status in _ENDED or request.get("status") in _WITHDRAWN:
        return "I14" if sent and sent[-1] != "REF^I14" else ""
    if status not in _RUNNING:
        return ""
    if not sent:
        return "I12" if status == "requested" else ""
    return "I13" if is_new else ""


def _message(
    endpoint: Endpoint, tx: Reader, partner: Correspondent, task: Json, request: Json, trigger: str, now: int
) -> tuple[OutboxRow, list[Issue]]:
    from vrfhir.mappers import to_hl7v2

    control_id = endpoint.new_id().replace("-", "")[:20].upper()
    kind, to = f"REF^{trigger}", partner.names[0]
    bundle = _bundle(tx, partner, task, request, trigger, control_id, now)
    try:
        written = to_hl7v2(
            bundle, partner=partner.partner, version=partner.version, message=kind, allow_loss=partner.allow_loss
        )
    except UnreadableError as error:
        hint = "Leave out what HL7 v2 cannot say, or let the operator allow the loss (allow_loss in the partner file)."
        issues = [issue._replace(hint=hint) for issue in error.issues]
        raise Refusal(422, [_refused(kind), *issues]) from None
    focus = f"ServiceRequest/{request['id']}"
    row = OutboxRow(to, control_id, kind, focus, written.message, created=now, due=now)
    return row, [_left_out([f"{loss.resource}.{loss.path}" for loss in written.loss])] if written.loss else []


def _refused(kind: str) -> Issue:
    text = f"The service of this referral is reached over HL7 v2 and cannot be sent all of it ({kind}); nothing was stored."
    return Issue("error", "business-rule", "VR-REFERRAL-0013", text, "Task.owner")


def _left_out(places: Sequence[str]) -> Issue:
    more = f" and {len(places) - _MOST_NAMED} more" if len(places) > _MOST_NAMED else ""
    text = f"The service was sent the referral over HL7 v2 without: {', '.join(places[:_MOST_NAMED])}{more}."
    return Issue("warning", "incomplete", "VR-REFERRAL-0014", text, "Task.owner")


def _bundle(
    tx: Reader, partner: Correspondent, task: Json, request: Json, trigger: str, control_id: str, now: int
) -> Json:
    resources = [_plain(request), *_reachable([request, _asked(task)], tx, f"REF^{trigger}")]
    application, facility = _our_name(partner, resources)
    their_application, _, their_facility = partner.names[0].rpartition("|")
    asked = _asked(task)
    focus = f"ServiceRequest/{request['id']}"
    header: Json = {
        "resourceType": "MessageHeader",
        "id": control_id.lower(),
        "eventCoding": {"system": f"{_BASE}/CodeSystem/vr-message-event", "code": _EVENTS[trigger]},
        "destination": [{"name": their_application, "_endpoint": _UNKNOWN, "receiver": _by_code(their_facility)}],
        "sender": _by_code(facility),
        "source": {"name": application, "_endpoint": _UNKNOWN},
        "focus": [{"reference": focus}],
    }
    parties = [_organization(facility)] + ([_organization(their_facility)] if their_facility != facility else [])
    return {
        "resourceType": "Bundle",
        "type": "message",
        "identifier": {"value": control_id},
        "timestamp": instant(now),
        "entry": [
            {"fullUrl": f"{_BASE}/{each['resourceType']}/{each['id']}", "resource": each}
            for each in (header, *resources, asked, *parties)
        ],
    }


def _our_name(partner: Correspondent, resources: Sequence[Json]) -> tuple[str, str]:
    """MSH-3 and MSH-4: as the partner knows us, else the organisation that refers."""
    if partner.our_name:
        application, _, facility = partner.our_name.rpartition("|")
        return application or "VRFHIR", facility
    roles = [each for each in resources if each["resourceType"] == "PractitionerRole"]
    organizations = {f"Organization/{each['id']}": each for each in resources if each["resourceType"] == "Organization"}
    requester = str((resources[0].get("requester") or {}).get("reference", ""))
    role = next((each for each in roles if f"PractitionerRole/{each['id']}" == requester), {})
    organization = organizations.get(str((role.get("organization") or {}).get("reference", "")), {})
    organization = organization or organizations.get(requester, {})
    codes = [row["value"] for row in organization.get("identifier") or () if row.get("system") == _ODS]
    return "VRFHIR", str(codes[0]) if codes else "VRFHIR"


def _organization(code: str) -> Json:
    return {"resourceType": "Organization", "id": f"party-{code}", "identifier": [{"system": _ODS, "value": code}]}


def _by_code(code: str) -> Json:
    return {"reference": f"Organization/party-{code}"}


def _asked(task: Json) -> Json:
    """The Task as the referrer's side has it; the milestones of a service that answers are not told back to it."""
    asked = {name: value for name, value in _plain(task).items() if name not in _OF_THE_SERVICE}
    if workflow.business_status(asked) not in (None, "withdrawn"):
        asked.pop("businessStatus")
    return asked


def _plain(resource: Json) -> Json:
    """A resource without what this store says of it."""
    meta = {
        name: value for name, value in (resource.get("meta") or {}).items() if name not in ("versionId", "lastUpdated")
    }
    plain = {name: value for name, value in resource.items() if name != "meta"}
    return {**plain, "meta": meta} if meta else plain


def _reachable(roots: Sequence[Json], tx: Reader, kind: str) -> Iterator[Json]:
    """What the referral refers to, and what that refers to: once each, without other referrals and their Tasks.

    Raises :class:`Refusal` 422 when that is more than one message of ``kind`` is made of: part of a referral is none.
    """
    seen: set[str] = set()
    waiting = [reference for root in roots for _, reference in references(root)]
    while waiting:
        reference = reference_target(waiting.pop(0))
        type_, _, id_ = reference.partition("/")
        if reference in seen or not id_ or "/" in id_ or type_ in _NOT_SENT:
            continue
        if len(seen) == _MOST_RESOURCES:
            raise Refusal(422, [_refused(kind)])
        seen.add(reference)
        stored = tx.read(type_, id_)
        if stored is not None and not stored.deleted:
            resource = _plain(load(stored))
            yield resource
            waiting += [reference for _, reference in references(resource)]
