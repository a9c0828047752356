"""Message structures that are written: the plan of each, and which of them a Bundle is.

A plan gives the segments of a message in the order of its abstract structure; it is registered under the structure's name
(``ADT_A01`` also for A04 and A08), as HL7 v2.5.1 has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2.reference import structure_name
from vrfhir.mappers.issues import CATALOGUE
from vrfhir.mappers.other import SUPPORTED

if TYPE_CHECKING:
    from vrfhir.mappers.writing.draft import Draft
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["STRUCTURES", "Planner", "Structure", "header_of", "message_type", "require", "structure", "structure_of"]

Planner = Callable[["Writing", str, str], "list[Draft]"]


class Structure(NamedTuple):
    """How a structure is written.

    ``elements`` is the segment that opens the single elements of a resource: ``OBR``; ``OBX`` where the structure has no OBR
    for them, ``ZVE`` where it has no OBX either. They stand before the ``tail``, the segments that may only come after every
    OBX.
    """

    plan: Planner
    elements: str = "OBR"
    tail: frozenset[str] = frozenset()

    def place_of_elements(self, drafts: list[Draft]) -> int:
        """Where in a message the elements go: before its tail, never between a segment and the notes that belong to it."""
        place = len(drafts)
        while place and self._is_tail(drafts, place - 1):
            place -= 1
        return place

    def _is_tail(self, drafts: list[Draft], place: int) -> bool:
        draft = drafts[place]
        while draft.name == "NTE" and not draft.closing and place:
            place -= 1
            draft = drafts[place]
        return draft.name in self.tail or draft.name.startswith("Z")


STRUCTURES: dict[str, Structure] = {}


def structure(*names: str, elements: str = "OBR", tail: Iterable[str] = ()) -> Callable[[Planner], Planner]:
    """Enter a plan under the names of its structures; one each."""

    def enter(plan: Planner) -> Planner:
        for name in names:
            if name in STRUCTURES:
                raise ValueError(f"two plans of {name}")
            STRUCTURES[name] = Structure(plan, elements, frozenset(tail))
        return plan

    return enter


def structure_of(kind: str, trigger: str) -> Structure | None:
    """The structure of a message type as 2.5.1 names it; None when it is not written."""
    return STRUCTURES.get(structure_name(kind, trigger, "2.5.1"))


_EVENTS: Mapping[str, tuple[str, str]] = {
    "referral-request": ("REF", "I12"),
    "referral-update": ("REF", "I13"),
    "referral-cancel": ("REF", "I14"),
    "referral-response": ("RRI", "I12"),
    "status-update": ("RRI", "I13"),
    "fit-note": ("MDM", "T02"),
    "report": ("MDM", "T02"),
}
"""Event of the VR message event code system → message type and trigger."""
_TABLE_EVENTS = "/v2-0003"
_KINDS: Mapping[str, str] = {
    trigger: kind for kind, triggers in SUPPORTED.items() if kind != "RRI" for trigger in triggers
}
"""Trigger event of table 0003 → message code, for Bundles that name the event alone."""
_REFERRAL = frozenset({"ServiceRequest", "Task"})
_TYPE = re.compile(r"(?P<kind>[A-Z]{3})(?:[\^_](?P<trigger>[A-Z][0-9]{2})(?:\^[A-Z0-9_]{3,7})?)?")


def header_of(bundle: Mapping[str, Any]) -> Mapping[str, Any]:
    """The MessageHeader; empty when there is none."""
    resources = (entry.get("resource") for entry in bundle["entry"] if isinstance(entry, dict))
    return next(
        (each for each in resources if isinstance(each, dict) and each.get("resourceType") == "MessageHeader"), {}
    )


def message_type(bundle: Mapping[str, Any], wanted: str = "") -> tuple[str, str]:
    """(message code, trigger event): what is wanted (``ADT^A08``), else what the Bundle says it is.

    A Bundle says it as a document, by the tags that a reading of HL7 v2 left, by its event, as an answer, or by holding a referral.
    """
    if wanted:
        match = _TYPE.fullmatch(wanted)
        if match is None:
            raise _not_written(wanted)
        return _written(match["kind"], match["trigger"] or "", wanted)
    if bundle.get("type") == "document":
        return "MDM", "T02"
    header = header_of(bundle)
    tags = {
        str(tag.get("system", "")).rpartition("-")[2]: str(tag.get("code", ""))
        for tag in header.get("meta", {}).get("tag", ())
    }
    event = header.get("eventCoding", {})
    system, code = str(event.get("system", "")), str(event.get("code", ""))
    answer = "response" in header
    kind = tags.get("0076", "")
    if kind == "ACK" or kind in SUPPORTED:
        trigger = tags.get("0003") or code
        if kind in ("REF", "RRI") and trigger not in SUPPORTED[kind]:
            trigger = "I12"
        return _written(kind, trigger if re.fullmatch("[A-Z][0-9]{2}", trigger) else "", f"{kind}^{trigger}")
    types = {
        entry["resource"].get("resourceType")
        for entry in bundle["entry"]
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict)
    }
    if answer and not types & _REFERRAL:
        return _written("ACK", code if system.endswith(_TABLE_EVENTS) and _KINDS.get(code) else "", "ACK")
    if code in _EVENTS:
        return _EVENTS[code]
    if system.endswith(_TABLE_EVENTS):
        kind = _KINDS.get(code, "")
        return _written("RRI" if kind == "REF" and answer else kind, code, code)
    if types & _REFERRAL:
        return ("RRI" if answer else "REF"), "I12"
    raise UnreadableError(CATALOGUE.issue("VR-V2-0546", expression="MessageHeader.eventCoding"))


def _written(kind: str, trigger: str, said: str) -> tuple[str, str]:
    """The type when it is one that has a plan."""
    known = kind == "ACK" or trigger in SUPPORTED.get(kind, ())
    if not known or structure_of(kind, trigger) is None:
        raise _not_written(said)
    return kind, trigger


def require(found: object, writing: Writing, kind: str, trigger: str, what: str) -> None:
    """Refuse a Bundle that does not hold what the message is about, unless it was made of such a message."""
    if not found and writing.said != kind:
        said = f"{kind}^{trigger}".rstrip("^")
        raise UnreadableError(CATALOGUE.issue("VR-V2-0547", expression="Bundle.entry", type=said, what=what))


def _not_written(said: str) -> UnreadableError:
    return UnreadableError(CATALOGUE.issue("VR-V2-0545", expression="MSH-9", type=said[:20] or "(empty)"))
