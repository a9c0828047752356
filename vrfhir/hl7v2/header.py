"""Header checks: type, control id, processing id, version, time, continuation (HL7 v2 chapter 2, MSH segment).

The referral examples of the standard's later versions are headed I11 by mistake; senders copy them, so ``REF^I11`` and
``RRI^I11`` are read as I12, with a warning.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from vrfhir.hl7v2.catalogue import CATALOGUE
from vrfhir.hl7v2.message import Message, MessageType
from vrfhir.hl7v2.reference import VERSIONS, nearest_version, structure_name
from vrfhir.hl7v2.timestamps import read_timestamp
from vrfhir.issues import Issue

__all__ = ["SUPPORTED_EVENTS", "check_header", "effective_type"]

SUPPORTED_EVENTS: Mapping[str, Collection[str]] = {
    "ACK": (),
    "ADT": ("A01", "A04", "A05", "A08", "A28", "A31", "A40"),
    "MDM": ("T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08", "T09", "T10", "T11"),
    "OMG": ("O19",),
    "ORM": ("O01",),
    "ORU": ("R01",),
    "REF": ("I12", "I13", "I14", "I15"),
    "RRI": ("I12", "I13", "I14", "I15"),
    "SIU": ("S12", "S13", "S14", "S15", "S26"),
}
"""Message codes and their trigger events; an empty collection means any."""

_PROCESSING_IDS = frozenset({"P", "T", "D"})
_MISLABELLED = frozenset({("REF", "I11"), ("RRI", "I11")})


def effective_type(message: Message) -> MessageType:
    """MSH-9 as it is meant: I11 on a referral is I12, a structure that is not given follows from the event."""
    code, trigger, structure = message.type
    code, trigger = code.upper(), trigger.upper()
    if (code, trigger) in _MISLABELLED:
        trigger, structure = "I12", ""
    return MessageType(code, trigger, structure or structure_name(code, trigger, message.version))


def check_header(message: Message, supported: Mapping[str, Collection[str]] = SUPPORTED_EVENTS) -> list[Issue]:
    """What is wrong with MSH. Errors say that the message cannot be processed; warnings that it was read all the same."""
    issues = [*_type_issues(message, supported)]
    report = _Report(message, issues)
    if not message.control_id.strip():
        report("VR-V2-0102", 10)
    processing = (message.header.value(11) or "").strip()
    if processing not in _PROCESSING_IDS:
        report("VR-V2-0103", 11, value=processing or "empty")
    if not message.version:
        report("VR-V2-0104", 12, assumed=nearest_version(""))
    elif message.declared_version not in VERSIONS:
        report("VR-V2-0105", 12, version=message.declared_version, assumed=nearest_version(message.version))
    if not read_timestamp(message.header.value(7) or "").is_usable:
        report("VR-V2-0110", 7)
    if message.header.value(14) or message.segment("DSC"):
        report("VR-V2-0111", 14)
    return issues


def _type_issues(message: Message, supported: Mapping[str, Collection[str]]) -> list[Issue]:
    issues: list[Issue] = []
    report = _Report(message, issues)
    given, meant = message.type, effective_type(message)
    if not given.code:
        report("VR-V2-0101", 9)
        return issues
    if meant.code not in supported:
        report("VR-V2-0106", 9, value=given.code, supported=", ".join(supported))
        return issues
    events = supported[meant.code]
    if events and meant.trigger not in events:
        report("VR-V2-0107", 9, component=2, value=given.trigger or "(empty)", supported=", ".join(events))
        return issues
    if meant.trigger != given.trigger.upper():
        report("VR-V2-0108", 9, component=2, value=f"{given.code}^{given.trigger}", assumed=meant.trigger)
    expected = structure_name(meant.code, meant.trigger, message.version)
    if given.structure and meant.trigger == given.trigger.upper() and expected and given.structure != expected:
        report("VR-V2-0109", 9, component=3, value=given.structure, expected=expected)
    return issues


class _Report:
    """Appends findings about MSH fields, with their place."""

    def __init__(self, message: Message, issues: list[Issue]) -> None:
        self._header = message.header
        self._issues = issues

    def __call__(self, rule: str, field: int, component: int = 1, **parameters: str | int) -> None:
        column = self._header.column(field, 1, component)
        expression = f"MSH[1]-{field}[1].{component}"
        self._issues.append(CATALOGUE.issue(rule, expression=expression, line=1, column=column, **parameters))
