"""The Bundle of which a ``REF`` is made: the referral as it is stored, with all it refers to, and who speaks to whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from vrfhir import workflow
from vrfhir.issues import Issue
from vrfhir.server.correspondents import Correspondent
from vrfhir.server.http import Refusal, instant
from vrfhir.server.messaging.rewriting import references
from vrfhir.server.resource import load
from vrfhir.server.search.conversion import reference_target
from vrfhir.server.store import Reader

__all__ = ["not_sent_whole", "referral_bundle"]

Json = dict[str, Any]

_EVENTS = {"I12": "referral-request", "I13": "referral-update", "I14": "referral-cancel"}
_BASE = "https://vrfhir.org/fhir"
_ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
_UNKNOWN = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
}
_OF_THE_SERVICE = ("note", "output", "encounter", "executionPeriod")
"""What the Task says that came from the service."""
_NOT_SENT = frozenset({"MessageHeader", "Bundle", "Provenance", "AuditEvent", "Task", "ServiceRequest"})
_MOST_RESOURCES = 500


def referral_bundle(
    tx: Reader, partner: Correspondent, task: Json, request: Json, trigger: str, *, control_id: str, at: int
) -> Json:
    """The message of one event (``I12`` to ``I14``) to the partner; raises :class:`Refusal` 422 when it is too much for one."""
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
        "timestamp": instant(at),
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
            raise Refusal(422, [not_sent_whole(kind)])
        seen.add(reference)
        stored = tx.read(type_, id_)
        if stored is not None and not stored.deleted:
            resource = _plain(load(stored))
            yield resource
            waiting += [reference for _, reference in references(resource)]


def not_sent_whole(kind: str) -> Issue:
    """Why nothing is stored: the message would not say all of it."""
    text = f"The service of this referral is reached over HL7 v2 and cannot be sent all of it ({kind}); nothing was stored."
    return Issue("error", "business-rule", "VR-REFERRAL-0013", text, "Task.owner")
