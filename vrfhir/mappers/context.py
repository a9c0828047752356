"""What one mapping knows and builds: the message, the partner, the resources so far, the findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from hashlib import sha1
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, final
from uuid import UUID

from vrfhir.mappers.cells import Cell, SegmentView, is_tidy
from vrfhir.mappers.hiding import hides_location
from vrfhir.mappers.issues import CATALOGUE
from vrfhir.mappers.records import Labels, Record

if TYPE_CHECKING:
    from vrfhir.hl7v2 import Message
    from vrfhir.issues import Issue
    from vrfhir.mappers.elements import Instruction
    from vrfhir.mappers.partner import Partner
    from vrfhir.mappers.partner_codes import Unmapped

__all__ = ["VR_SERVICE_CODES", "Context", "resource_names"]

VR_SERVICE_CODES = frozenset({"70082004", "18781004", "1098041000000101", "1082611000000105"})
"""SNOMED CT: vocational rehabilitation, the referral for it, to an employment support service, to IPS."""

_OPENERS = frozenset({"OBR", "PRD", "PID", "RF1", "SPM", "ORC", "RGS", "TXA"})
"""With these a group begins, in which the set ids of the segments count anew."""
_MOST_ALIKE = 100
"""Under one name or number so many are compared with a new one; whoever has more of them has them beside each other."""
_SNOMED_NAMES = frozenset({"SCT", "SNM", "SNOMED", "SNOMED-CT", "SNOMED CT", "SNOMEDCT", "SNCT"})
_UK_AUTHORITIES = frozenset({"NHS", "NHSNBR", "NHSNMBR", "CHI", "HCN"})
_NAMESPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8").bytes  # RFC 4122 name space for URLs
_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}  # RFC 4122 4.1.1
_ROOT = "https://vrfhir.org/fhir/v2/"


@final
class Context:
    """One message on its way to FHIR.

    ``shared`` holds the records that segments have in common by role (``Patient``, ``ServiceRequest`` …), ``current``
    the segment groups that are open (``PRD``, ``OBR`` …), ``names`` what the message calls its code systems and
    assigning authorities, with the URI each was read as, ``kinds`` the universal id types of such URIs, ``later`` what is done when all segments are read.
    """

    def __init__(self, message: Message, partner: Partner) -> None:
        self.message = message
        self.partner = partner
        self.concepts = partner.concepts
        self.taken: list[int] = []
        self.segments: list[SegmentView] = _views(message, self.taken)
        self.by_name: dict[str, SegmentView] = {}
        for segment in self.segments:
            self.by_name.setdefault(segment.name, segment)
        self.records: list[Record] = []
        self.gone: list[Record] = []
        self.elements: list[Instruction] = []
        self.bare: set[str] = set()
        self.shared: dict[str, Record] = {}
        self.current: dict[str, Record] = {}
        self.names: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.later: list[Callable[[], None]] = []
        self.issues: list[Issue] = []
        self.unmapped: list[Unmapped] = []
        self.people: dict[tuple[str, ...], list[Record]] = {}
        self.people_by_text: dict[str, tuple[Record, Sequence[int], Mapping[str, str]]] = {}
        self._said_route: str | None = None
        self.segment: SegmentView = self.segments[0]
        self.focus: dict[str, Any] = {}
        marks = message.delimiters
        header = self.segments[0]
        self.sender = header.value(4) or header.value(3) or "unknown"
        self.reading = "\n".join((self.sender, marks.encoding_characters, message.charset))
        """By what equal ER7 texts mean the same: sender, delimiters, character set."""
        self.is_before_2_6 = message.version.startswith(("2.1", "2.2", "2.3", "2.4", "2.5"))
        self.trigger = _trigger(message)
        self.is_response = message.type.code == "RRI"
        self.is_referral = message.type.code in ("REF", "RRI")
        self.uk = self._is_uk(header)
        self.hidden = hides_location(self)
        self.vr = partner.vocational_rehabilitation == "always" or (self.is_referral and self._is_vocational())
        referral = self.by_name.get("RF1")
        number = "^".join(filter(None, (referral.value(6), referral.value(6, 2)))) if referral else ""
        self._message_key, self._referral_key = _keys(
            partner.id, header.value(3), header.value(4), message.control_id, number
        )

    def labelled(self, label: str) -> Record | None:
        """The record that a segment made for a role, by its label ``PRD[1].Practitioner``."""
        path, _, role = label.rpartition(".")
        for record in (*self.records, *self.gone, *self.shared.values()):
            if record.path == path and record.role == role:
                return record.place
        return None

    @cached_property
    def places(self) -> Sequence[int]:
        """Of every segment the place among those of its name in its group, from 1."""
        found: list[int] = []
        counts: dict[str, int] = {}
        for segment in self.segments:
            name = segment.name
            place = counts.get(name, 0) + 1
            if name in _OPENERS:
                counts.clear()
            elif name == "OBX":
                counts.pop("NTE", None)
            counts[name] = place
            found.append(place)
        return found

    def labels(self) -> Labels:
        """What :meth:`labelled` says of every label, as things stand."""
        return Labels((*self.records, *self.gone, *self.shared.values()))

    def first(self, name: str) -> SegmentView | None:
        """The first segment of a name."""
        return self.by_name.get(name)

    def fact(self, name: str) -> bool:
        """Facts that conditions may ask for."""
        if name == "service-coded":
            # orderDetail is only allowed beside a code (ServiceRequest invariant prr-1)
            request = self.shared.get("ServiceRequest")
            return request is not None and "code" in request.resource
        if name == "answer-coded":
            # MessageHeader.response has a code or is not there
            return "code" in self.shared["MessageHeader"].resource.get("response", {})
        if name == "authorises-referral":
            return "PR1" not in self.current
        if name in ("document-noted", "appointment-noted"):
            noted = self.current.get("Noted")
            wanted = "DocumentReference" if name == "document-noted" else "Appointment"
            return noted is not None and noted.type == wanted
        if name == "orders":
            return self.message.type.code in ("ORM", "OMG")
        if name == "noteless":
            return "Noted" not in self.current
        if name.startswith("route-"):
            return self._route() == name[len("route-") :]
        if name == "status-query":
            return self.trigger == "I15"
        return self.uk if name == "uk" else self.vr

    def _route(self) -> str:
        """The route that an item of the referral names (OBX of ``vr-referral-item``); empty without one."""
        if self._said_route is None:
            routes = (s for s in self.segments if s.name == "OBX" and s.value(3) == "referral-route")
            self._said_route = next((s.value(5) for s in routes), "") if self.is_referral and self.vr else ""
        return self._said_route

    def full_url(self, path: str, role: str, *, of_message: bool = False) -> str:
        """The deterministic ``urn:uuid:`` of a resource: UUIDv5 of partner, referral or control id, segment and role."""
        key = self._message_key if of_message else self._referral_key
        digest = key.copy()
        digest.update(f"{path}/{role}".encode())
        return "urn:uuid:" + _uuid(digest.hexdigest())

    def new(self, resource_type: str, role: str, path: str, *, of_message: bool = False) -> Record:
        """A new resource in the Bundle."""
        digest = (self._message_key if of_message else self._referral_key).copy()
        digest.update(f"{path}/{role}".encode())
        one, two, three, variant, four, five = _GROUPS(digest.hexdigest())
        number = f"{one}-{two}-5{three}-{_VARIANTS[variant]}{four}-{five}"
        record = Record({"resourceType": resource_type, "id": number}, role, path, "urn:uuid:" + number)
        self.records.append(record)
        return record

    def report(self, rule: str, expression: str, /, **parameters: str | int) -> None:
        """Note a finding of the catalogue at a v2 path."""
        self.issues.append(CATALOGUE.issue(rule, expression=expression, line=None, column=None, **parameters))

    def merge(self, record: Record, *keys: tuple[str, ...]) -> Record:
        """The one record for a practitioner, organisation or location that may have come before under a key.

        The new one goes into an earlier one when neither contradicts the other; otherwise both stay.
        """
        earlier = self._earlier(record.resource, keys)
        if earlier is None:
            for key in keys:
                self.people[key].append(record)
            return record
        record.merged = earlier
        self._take_out(record)
        self.gone.append(record)
        return earlier

    def named(self, resource: dict[str, Any], cell: Cell, *keys: tuple[str, ...], of_message: bool = False) -> Record:
        """The same for one that a value names: a record is only made when there is no earlier one."""
        earlier = self._earlier(resource, keys)
        if earlier is not None:
            return earlier
        kind = resource["resourceType"]
        record = self.new(kind, kind, cell.origin, of_message=of_message)
        record.resource.update(resource)
        for key in keys:
            self.people[key].append(record)
        return record

    def _earlier(self, resource: dict[str, Any], keys: Sequence[tuple[str, ...]]) -> Record | None:
        for key in keys:
            for earlier in islice(self.people.setdefault(key, []), _MOST_ALIKE):
                known = earlier.resource
                if known is not resource and _agree(known, resource):
                    for name, value in resource.items():
                        if name not in known:  # the id of the earlier one stays, all else is equal
                            known[name] = value
                    return earlier
        return None

    def _take_out(self, record: Record) -> None:
        """Away with a record; it is one of the last."""
        records = self.records
        for place in range(len(records) - 1, -1, -1):
            if records[place] is record:
                del records[place]
                return

    def _is_uk(self, header: SegmentView) -> bool:
        if self.partner.country:
            return self.partner.country == "GB"
        if header.value(17) in ("GBR", "GB", "UK") or header.value(21).upper().startswith("ITK"):
            return True
        patient = self.by_name.get("PID")
        cells: Sequence[Any] = patient.cells(3) if patient else ()
        return any(cell.peek(4).upper() in _UK_AUTHORITIES for cell in cells)

    def _is_vocational(self) -> bool:
        referral = self.by_name.get("RF1")
        if referral is None:
            return False
        for field in (3, 5, 10):
            for cell in referral.cells(field):
                for first in (1, 4):
                    system = cell.peek(first + 2).upper()
                    if system.startswith("VR-"):
                        return True
                    if system in _SNOMED_NAMES and cell.peek(first) in VR_SERVICE_CODES:
                        return True
        return False


def _keys(partner: str, application: str, facility: str, control: str, referral: str) -> tuple[Any, Any]:
    """The hashes that names of resources begin with: of the message, and of the referral when it has a number."""
    key = "/".join((partner, application, facility))
    message_key = f"{_ROOT}{key}/{control}/"
    referral_key = f"{_ROOT}{key}/RF1-6/{referral}/" if referral else message_key
    return (
        sha1(_NAMESPACE + message_key.encode(), usedforsecurity=False),
        sha1(_NAMESPACE + referral_key.encode(), usedforsecurity=False),
    )


def resource_names(
    partner: str, application: str, facility: str, control: str, referral: str
) -> Callable[[str, str], str]:
    """How the resources of a message are called: the full URL by segment and role (mapping notes, G4)."""
    _, key = _keys(partner, application, facility, control, referral)

    def name_of(path: str, role: str) -> str:
        digest = key.copy()
        digest.update(f"{path}/{role}".encode())
        return "urn:uuid:" + _uuid(digest.hexdigest())

    return name_of


_GROUPS = itemgetter(slice(8), slice(8, 12), slice(13, 16), 16, slice(17, 20), slice(20, 32))


def _uuid(text: str) -> str:
    """The hexadecimal SHA-1 of a name as UUIDv5."""
    one, two, three, variant, four, five = _GROUPS(text)
    return f"{one}-{two}-5{three}-{_VARIANTS[variant]}{four}-{five}"


def _views(message: Message, taken: list[int]) -> list[SegmentView]:
    """The segments as the rows see them; whether values have to be decoded is asked once for the whole message, if it can."""
    delimiters = message.delimiters
    segments = message.segments
    header = segments[0]
    texts = [segment.raw for segment in segments]
    texts[0] = texts[0][4 + len(header.field(2)) :] if header.declares else texts[0]
    tidy = is_tidy(delimiters.field.join(texts), delimiters)
    return [SegmentView(segment, delimiters, taken, tidy=tidy) for segment in segments]


def _trigger(message: Message) -> str:
    return message.type.trigger or ("I12" if message.type.code in ("REF", "RRI") else "")


def _agree(earlier: dict[str, Any], later: dict[str, Any]) -> bool:
    """Two descriptions of one thing: what both say is the same."""
    for name, value in later.items():  # noqa: SIM110 - many are compared
        if name in earlier and earlier[name] != value and name != "id":
            return False
    return True


IDENTIFIER_FORM = re.compile(r"[A-Za-z0-9\-.]{1,64}")
