"""The answer to a referral: ``RRI^I12`` in the version, delimiters and character set of the referral it answers.

What the sender needs to recognise the case is echoed from the stored REF (RF1 with RF1-6, PRD, PID, DG1: without the
reason it would be no prescription); RF1-9, the day the referral began, stays as it was. What the service
decided comes from the Task: RF1-1 from status and business status, NTE from the reason and the notes (mapping notes
2.1, 3.3). A state that RF1-1 cannot say beside the milestone (on hold, failed) follows as a single element of the Task. MSA-1 is AA also for a refused referral: the message was accepted, RF1-1 says what became of the case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from vrfhir.hl7v2 import Message, MessageBuilder, Segment, parse, write_timestamp
from vrfhir.hl7v2.reference import nearest_version, tables
from vrfhir.mappers.elements import ELEMENT, RESOURCE
from vrfhir.mappers.partner import Partner
from vrfhir.mappers.referral import STATUS
from vrfhir.workflow import V2Status, said_status, v2_status

__all__ = ["referral_response"]

_STATUS_SYSTEM = "https://vrfhir.org/fhir/CodeSystem/vr-referral-status"
_ECHOED_HEADER = (17, 19)
_BEFORE_STRUCTURE_IN_TYPE = ("2.3",)


def referral_response(
    *,
    original: Message | bytes,
    task: Mapping[str, Any],
    service_request: Mapping[str, Any],
    control_id: str,
    now: datetime,
    partner: Partner | None = None,
) -> bytes:
    """The RRI that tells the sender of ``original`` (the stored REF) what the Task says now.

    ``control_id`` and ``now`` are the answer's own. ``service_request`` gives the dates that the service may have
    changed since. Raises ValueError when the original is not a referral.
    """
    message = original if isinstance(original, Message) else parse(original, charset=_charset(partner))
    if message.type.code != "REF":
        raise ValueError("only a referral is answered by an RRI")
    version = nearest_version(message.version)
    builder = MessageBuilder(version, delimiters=message.delimiters, codec=message.charset)
    _header(builder, message, version, control_id, now)
    builder.add("MSA", "AA", message.control_id)
    _referral(builder, message, version, task)
    providers = message.all("PRD")
    for provider in providers:
        _echo(builder, provider, version)
    if not providers:
        builder.add("PRD", ("RP", "Referring Provider", "HL70286"))
    patient = message.segment("PID")
    if patient is not None:
        _echo(builder, patient, version)
    else:
        builder.add("PID", 1)
    for diagnosis in message.all("DG1"):
        _echo(builder, diagnosis, version)
    _state(builder, task)
    for number, text in enumerate(_notes(task, service_request), 1):
        builder.add("NTE", number, None, text)
    return builder.encode(errors="replace")


def _charset(partner: Partner | None) -> str | None:
    return (partner or Partner.default()).charset or None


def _header(builder: MessageBuilder, message: Message, version: str, control_id: str, now: datetime) -> None:
    header = builder.segments[0]
    source = message.header
    for target, field in ((3, 5), (4, 6), (5, 3), (6, 4)):
        header.set_er7(target, _text(source, field))
    header.set(7, write_timestamp(now))
    trigger = "I12" if message.type.trigger == "I11" else message.type.trigger
    header.set(9, ("RRI", trigger) if version in _BEFORE_STRUCTURE_IN_TYPE else ("RRI", trigger, "RRI_I12"))
    header.set(10, control_id)
    header.set_er7(11, _text(source, 11) or "P")
    for field in _ECHOED_HEADER:
        header.set_er7(field, _text(source, field))
    if source.value(18):
        header.set_er7(18, _text(source, 18))


def _referral(builder: MessageBuilder, message: Message, version: str, task: Mapping[str, Any]) -> None:
    referral = message.segment("RF1")
    segment = _echo(builder, referral, version) if referral is not None else builder.add("RF1")
    segment.set(1, tuple(_status(task)))


def _status(task: Mapping[str, Any]) -> V2Status:
    return v2_status(str(task.get("status", "received")), _business_status(task))


def _state(builder: MessageBuilder, task: Mapping[str, Any]) -> None:
    """The Task's status and reason as single elements, when RF1-1 would be read as another status."""
    state, said = str(task.get("status", "received")), _status(task)
    if said_status(STATUS[said.code][2], said.local_code, said.local_system) == state:
        return
    elements = {"status": state, "statusReason.text": str(task.get("statusReason", {}).get("text", ""))}
    builder.add("OBR", 1, None, None, ("RF1[1].Task", "Task", RESOURCE))
    for number, (path, value) in enumerate(((name, text) for name, text in elements.items() if text), 1):
        name = path.partition(".")[0]
        code = (name, name, ELEMENT, path, "string", ELEMENT)
        builder.add("OBX", number, "ST", code, None, " ".join(value.split()), None, None, None, None, None, "F")


def _business_status(task: Mapping[str, Any]) -> str | None:
    for coding in task.get("businessStatus", {}).get("coding", ()):
        if coding.get("system") == _STATUS_SYSTEM:
            return str(coding.get("code", "")) or None
    return None


def _notes(task: Mapping[str, Any], service_request: Mapping[str, Any]) -> Iterator[str]:
    """Why, then the notes of the Task, each once."""
    seen: set[str] = set()
    reason = task.get("statusReason", {})
    texts = [reason.get("text") or next((c.get("display", "") for c in reason.get("coding", ())), "")]
    texts += [note.get("text", "") for note in task.get("note", ())]
    known = {note.get("text", "") for note in service_request.get("note", ())}
    for text in texts:
        if text and text not in seen and text not in known:
            seen.add(text)
            yield text


def _echo(builder: MessageBuilder, segment: Segment, version: str) -> Any:
    """A segment of the original as it stood, as far as the version has fields for it."""
    written = builder.add(segment.name)
    definitions = tables(version).segment(segment.name)
    last = min(segment.field_count, len(definitions)) if definitions else segment.field_count
    for field in range(1, last + 1):
        text = _text(segment, field)
        if text:
            written.set_er7(field, text)
    return written


def _text(segment: Segment, field: int) -> str:
    """ER7 text of a field without line breaks, which only a damaged message has."""
    return re.sub(r"[\r\n]+", " ", segment.field(field))
