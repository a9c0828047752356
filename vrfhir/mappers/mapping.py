"""HL7 v2 to FHIR: the one function, and its result."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vrfhir.errors import UnreadableError
from vrfhir.fhir.json import serialize
from vrfhir.hl7v2 import Message, Segment, parse
from vrfhir.issues import Issue
from vrfhir.mappers.context import Context
from vrfhir.mappers.hiding import hide_location
from vrfhir.mappers.issues import CATALOGUE
from vrfhir.mappers.ledger import Ledger
from vrfhir.mappers.message import begin, finish
from vrfhir.mappers.other import SUPPORTED
from vrfhir.mappers.partner import Partner
from vrfhir.mappers.partner_codes import Unmapped
from vrfhir.mappers.walker import walk

__all__ = ["Mapping", "mapped", "to_fhir"]


@dataclass(frozen=True)
class Mapping:
    """A message as FHIR: the Bundle, what became of every value, the findings, and the codes that nobody explained."""

    bundle: dict[str, Any]
    ledger: Ledger
    issues: list[Issue]
    unmapped: list[Unmapped] = field(default_factory=list)

    def to_json(self) -> bytes:
        """The Bundle as FHIR JSON."""
        return serialize(self.bundle, sound=True)


def to_fhir(
    message: Message | bytes,
    *,
    partner: Partner | None = None,
    received: datetime | None = None,
    accept: Collection[str] | None = None,
    exact: bool = False,
) -> Mapping:
    """Turn a message into a FHIR R4 message Bundle: referrals (REF, RRI), and what stands around them (:data:`SUPPORTED`).

    ``accept`` are the message codes the caller takes (all that are mapped, when None). ``exact`` keeps beside the elements
    what they alone would not write back (never of a patient whose place is hidden, nor of several messages in one). ``received`` is when the message
    arrived, for Provenance; without it the message's
    own time is taken, so that equal
    input gives equal bytes. Raises :class:`~vrfhir.errors.UnreadableError` when the bytes are no message, or one of a
    type or version that is not supported; everything else is a finding.
    """
    sender = partner or Partner.default()
    if isinstance(message, bytes):
        message = parse(message, charset=sender.charset or None)
    if accept is not None and message.type.code not in accept:
        raise _unsupported(message)
    issues = _check_type(message, sender)
    context = Context(message, sender)
    if message.type.trigger == "I11":
        context.trigger = "I12"
    bundle = _run(context, message, received)
    ledger = Ledger(context.segments)
    if exact and not context.hidden and _one_message(message):
        from vrfhir.mappers.writing.corrections import add_corrections

        add_corrections(bundle, message, sender, context.sender, ledger)
    return Mapping(
        bundle,
        ledger,
        [*message.issues, *issues, *_check_content(context), *context.issues],
        context.unmapped,
    )


def mapped(message: Message, partner: Partner) -> tuple[Context, dict[str, Any]]:
    """The mapping of a message that was just written, with the context it was made in."""
    context = Context(message, partner)
    return context, _run(context, message, None)


def _run(context: Context, message: Message, received: datetime | None) -> dict[str, Any]:
    if context.hidden:
        hide_location(context)
        context.report("VR-V2-0535", "ZU8[1]-4")
    begin(context)
    walk(context)
    return finish(context, message.encode(), received)


def _one_message(message: Message) -> bool:
    return sum(segment.name == "MSH" for segment in message.segments) == 1


def _unsupported(message: Message) -> UnreadableError:
    kind = message.type.code or "(empty)"
    return UnreadableError(CATALOGUE.issue("VR-V2-0501", expression="MSH[1]-9[1].1", type=kind))


def _check_type(message: Message, partner: Partner) -> list[Issue]:
    kind = message.type
    if kind.code not in SUPPORTED and kind.code != "ACK":
        raise _unsupported(message)
    issues: list[Issue] = []
    if kind.code == "ACK":
        return _check_version(message, partner)
    if kind.trigger == "I11" and kind.code in ("REF", "RRI"):
        issues.append(CATALOGUE.issue("VR-V2-0503", expression="MSH[1]-9[1].2", event=kind.trigger))
    elif kind.trigger not in SUPPORTED[kind.code]:
        raise UnreadableError(
            CATALOGUE.issue("VR-V2-0502", expression="MSH[1]-9[1].2", event=kind.trigger or "(empty)", type=kind.code)
        )
    return issues + _check_version(message, partner)


def _check_version(message: Message, partner: Partner) -> list[Issue]:
    version, said = message.version, message.declared_version
    if version and version not in partner.versions:
        raise UnreadableError(CATALOGUE.issue("VR-V2-0507", expression="MSH[1]-12[1].1", version=said))
    if version != said:
        return [CATALOGUE.issue("VR-V2-0105", expression="MSH[1]-12[1].1", version=said, assumed=version)]
    return []


def _other_patients(context: Context) -> list[Issue]:
    """What is told of every PID is one Patient here, so a PID of somebody else must not be taken."""
    views = [view for view in context.segments if view.name == "PID"]
    if len(views) < 2:
        return []
    first = _known_as(views[0].segment)
    others = (view for view in views[1:] if first.isdisjoint(_known_as(view.segment)))
    return [CATALOGUE.issue("VR-V2-0514", expression=f"{view.path}-3") for view in others]


def _known_as(patient: Segment) -> set[tuple[str, ...]]:
    """The numbers of a PID; without any, name and birth date."""
    numbers: set[tuple[str, ...]] = {
        (each.value(1) or "", each.value(4) or "") for each in patient.repetitions(3) if each.value(1)
    }
    return numbers or {(patient.value(5, 1, 1) or "", patient.value(5, 1, 2) or "", patient.value(7) or "")}


def _check_content(context: Context) -> list[Issue]:
    """What a referral cannot do without (mapping notes 8.2: must-haves)."""
    found = _other_patients(context)
    if not context.is_referral:
        if "PID" not in context.by_name and context.message.type.code != "ACK":
            found.append(CATALOGUE.issue("VR-V2-0504", expression="PID", segment="PID"))
        return found
    for name in ("PID", "RF1"):
        if name not in context.by_name and not (name == "RF1" and context.is_response):
            found.append(CATALOGUE.issue("VR-V2-0504", expression=name, segment=name))
    referral = context.first("RF1")
    if referral is not None and not referral.valued(6):
        found.append(CATALOGUE.issue("VR-V2-0505", expression="RF1[1]-6"))
    if "PRD" not in context.by_name and not context.is_response:
        found.append(CATALOGUE.issue("VR-V2-0506", expression="PRD"))
    return found
