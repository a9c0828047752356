"""``REF^I15``: where does a referral stand? The question, made of any Bundle that holds the referral (HL7 v2.5.1 11.3.4).

The service finds the referral by the number in RF1-6. So the question has that number, who referred to whom and who the
person is, and nothing of what the referral says of them: no diagnosis, no employer, no notes. The answer is ``RRI^I15``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from vrfhir.errors import UnreadableError
from vrfhir.mappers.issues import CATALOGUE
from vrfhir.mappers.vocabulary import sender_system, table_system
from vrfhir.mappers.writing.alignment import references
from vrfhir.mappers.writing.scope import sender_of
from vrfhir.mappers.writing.structures import header_of

__all__ = ["STATUS_QUERY", "asks_for_status", "status_query"]

STATUS_QUERY = ("REF", "I15")
"""Message code and trigger event."""

_ASKED: Mapping[str, tuple[str, ...]] = {
    "ServiceRequest": ("identifier", "status", "intent", "category", "code", "subject", "requester", "performer"),
    "Patient": ("meta", "extension", "identifier", "name", "gender", "birthDate"),
    "PractitionerRole": ("meta", "identifier", "practitioner", "organization", "code"),
    "Practitioner": ("meta", "identifier", "name"),
    "Organization": ("meta", "identifier", "type", "name"),
}
"""What a question says of each resource; others are not in it."""
_NO_NUMBER = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberUnavailableReason"
"""The only extension that the question has: why the person has no NHS number."""
_PARTIES = ("sender", "source", "destination")
_UNKNOWN = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
}

Json = dict[str, Any]


def asks_for_status(bundle: Mapping[str, Any]) -> bool:
    """True when the Bundle is such a question already: its event is I15 of table 0003, and it answers nothing."""
    header = header_of(bundle)
    event = header.get("eventCoding", {})
    return (event.get("system"), event.get("code")) == (table_system("0003"), "I15") and "response" not in header


def status_query(bundle: Mapping[str, Any], *, control_id: str = "", now: datetime | None = None) -> dict[str, Any]:
    """The message Bundle that asks how the referral of ``bundle`` stands, from who referred to who was asked.

    ``bundle`` may be the referral, its update, an answer to it (then sender and receiver change sides), or a collection.
    ``control_id`` and ``now`` are the question's own.

    Raises :class:`~vrfhir.errors.UnreadableError` when there is no ServiceRequest with a number, or no Patient.
    """
    moment = now or datetime.now(UTC)
    resources = {str(entry.get("fullUrl", "")): entry["resource"] for entry in bundle["entry"] if _is_resource(entry)}
    found = _Referral(resources, header_of(bundle))
    header: Json = {"resourceType": "MessageHeader", "eventCoding": {"system": table_system("0003"), "code": "I15"}}
    header |= _parties(header_of(bundle)) | {"focus": [{"reference": found.request}]}
    question: Json = {
        "resourceType": "Bundle",
        "type": "message",
        "identifier": {"value": control_id or uuid4().hex[:20].upper()},
        "timestamp": moment.isoformat(timespec="seconds"),
        "entry": [
            {"fullUrl": f"urn:uuid:{uuid4()}", "resource": header},
            *({"fullUrl": url, "resource": each} for url, each in found.asked(header)),
        ],
    }
    question["identifier"] = {"system": sender_system(sender_of(question), "MSH-10")} | question["identifier"]
    return question


def _is_resource(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("resource"), dict)


class _Referral:
    """The referral among the resources of a Bundle."""

    def __init__(self, resources: Mapping[str, Json], header: Mapping[str, Any]) -> None:
        self._resources = resources
        self._named = {f"{each.get('resourceType')}/{each.get('id', '')}": url for url, each in resources.items()}
        self.request = self._request(header)
        subject = self._url(resources[self.request].get("subject"))
        if resources.get(subject, {}).get("resourceType") != "Patient":
            raise _missing("Patient")

    def asked(self, header: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
        """Each resource of the question once, cut to what it says, the referral first."""
        waiting, seen = [text for _, text in references(header)], set[str]()
        while waiting:
            url = self._known(waiting.pop(0))
            resource = self._resources.get(url)
            kept = _ASKED.get(str(resource.get("resourceType"))) if resource is not None else None
            if url in seen or resource is None or kept is None:
                continue
            seen.add(url)
            cut = self._cut({name: resource[name] for name in ("resourceType", "id", *kept) if name in resource})
            yield url, cut
            waiting += [text for _, text in references(cut)]

    def _cut(self, value: Json) -> Json:
        """References without words, and none to what is not in the question."""
        found: Json = {}
        for name, each in value.items():
            parts = each if isinstance(each, list) else [each]
            left = [part for part in map(self._named_only, parts) if part is not None]
            if name == "extension":
                left = [part for part in left if part.get("url") == _NO_NUMBER]
            if left:
                found[name] = left if isinstance(each, list) else left[0]
        return found

    def _named_only(self, value: Any) -> Any:
        if not (isinstance(value, dict) and "reference" in value):
            return value
        kind = self._resources.get(self._url(value), {}).get("resourceType")
        return {"reference": value["reference"]} if kind in _ASKED else None

    def _request(self, header: Mapping[str, Any]) -> str:
        for reference in header.get("focus", ()):
            url = self._url(reference)
            resource = self._resources.get(url, {})
            if resource.get("resourceType") == "Task":
                url = self._url(resource.get("focus"))
            if self._has_number(url):
                return url
        found = next((url for url in self._resources if self._has_number(url)), "")
        if not found:
            raise _missing("ServiceRequest with an identifier")
        return found

    def _has_number(self, url: str) -> bool:
        resource = self._resources.get(url, {})
        numbers = resource.get("identifier", ()) if resource.get("resourceType") == "ServiceRequest" else ()
        return any(number.get("value") for number in numbers)

    def _url(self, reference: Any) -> str:
        return self._known(str(reference.get("reference", ""))) if isinstance(reference, Mapping) else ""

    def _known(self, text: str) -> str:
        return text if text in self._resources else self._named.get(text, "")


def _parties(header: Mapping[str, Any]) -> Json:
    """Sender, source and destination of the question: those of the referral, the other way round when the service speaks."""
    found = {name: header[name] for name in _PARTIES if name in header}
    if "response" in header or str(header.get("eventCoding", {}).get("code")) in ("referral-response", "status-update"):
        to: Json = next(iter(header.get("destination", ())), {})
        back = {**_place(header.get("source", {})), **({"receiver": header["sender"]} if "sender" in header else {})}
        found = {
            "source": _place(to),
            **({"sender": to["receiver"]} if "receiver" in to else {}),
            "destination": [back],
        }
    found.setdefault("source", {"_endpoint": _UNKNOWN})
    return found


def _place(source: Mapping[str, Any]) -> Json:
    place = {name: source[name] for name in ("name", "endpoint", "_endpoint") if name in source}
    return place if "endpoint" in place else place | {"_endpoint": _UNKNOWN}


def _missing(what: str) -> UnreadableError:
    return UnreadableError(CATALOGUE.issue("VR-V2-0547", expression="Bundle.entry", type="REF^I15", what=what))
