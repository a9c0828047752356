"""Write acknowledgements: MSH, MSA and ERR in the sender's version (HL7 v2 chapter 2).

The answer swaps sender and receiver, has its own control id and time, keeps MSH-11, and uses the sender's delimiters
and character set. ``ERR`` is one segment of ELD repetitions up to 2.4 and one segment per finding from 2.5. The form a
finding takes follows :data:`FORMS`, its code the error catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2.builder import Components, MessageBuilder
from vrfhir.hl7v2.catalogue import CATALOGUE, Catalogue
from vrfhir.hl7v2.charset import codec_for
from vrfhir.hl7v2.delimiters import STANDARD, Delimiters
from vrfhir.hl7v2.message import Message
from vrfhir.hl7v2.paths import Path, parse_path
from vrfhir.hl7v2.reading import parse
from vrfhir.hl7v2.reference import DEFAULT_VERSION, VERSIONS, nearest_version
from vrfhir.hl7v2.timestamps import write_timestamp
from vrfhir.issues import Issue

__all__ = ["CODE_TEXTS", "Code", "acknowledge"]

Code = Literal["AA", "AE", "AR", "CA", "CE", "CR"]

CODE_TEXTS = {
    "0": "Message accepted",
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "103": "Table value not found",
    "104": "Value too long",
    "198": "Non-conformant cardinality",
    "199": "Other HL7 error",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "204": "Unknown key identifier",
    "205": "Duplicate key identifier",
    "206": "Application record locked",
    "207": "Application error",
}
"""HL7 table 0357."""

OWN_CODES = "99VRFHIR"
"""Coding system name of our error ids in ERR-5."""

_MAX_FINDINGS = 50
_MAX_TEXT = 250


class _Form(NamedTuple):
    """What differs between versions."""

    structure_in_type: bool
    structured_errors: bool
    text_in_msa: bool
    severities: dict[str, str]


_SEVERITIES = {"fatal": "E", "error": "E", "warning": "W", "information": "I"}
_SEVERITIES_2_7 = _SEVERITIES | {"fatal": "F"}
FORMS = {
    "2.3": _Form(False, False, True, _SEVERITIES),
    "2.3.1": _Form(True, False, True, _SEVERITIES),
    "2.4": _Form(True, False, True, _SEVERITIES),
    **dict.fromkeys(("2.5", "2.5.1", "2.6"), _Form(True, True, True, _SEVERITIES)),
    **dict.fromkeys(("2.7", "2.8", "2.8.1", "2.8.2"), _Form(True, True, False, _SEVERITIES_2_7)),
}
"""MSH-9.3 from 2.3.1, the long ERR from 2.5, no MSA-3 and severity F from 2.7."""
_LIKE_ANOTHER = ("2.7.1",)
"""A version that the tables lack, as nothing here is different in it: it is answered under their own name."""


def acknowledge(
    original: Message | bytes,
    code: Code,
    issues: Sequence[Issue] = (),
    *,
    control_id: str,
    now: datetime,
    warnings: bool = False,
    catalogue: Catalogue = CATALOGUE,
) -> bytes:
    """The acknowledgement of a message, or of bytes that are none (then with standard delimiters and no control id).

    Errors among ``issues`` become ERR, warnings and information only with ``warnings``. ``control_id`` and ``now`` are
    the answer's own. ValueError for an ACK: those are never acknowledged.
    """
    message = original if isinstance(original, Message) else _readable(original)
    if message is not None and message.type.code.upper() == "ACK":
        raise ValueError("an acknowledgement is never acknowledged")
    version = nearest_version(message.version) if message else DEFAULT_VERSION
    form = FORMS[version]
    delimiters = message.delimiters if message and message.delimiters.is_complete else STANDARD
    codec = message.charset if message and not message.charset.startswith("utf-16") else "utf-8"
    declared = bool(message and codec_for(message.header.value(18) or "") == codec)
    builder = MessageBuilder(version, delimiters=delimiters, codec=codec)
    if message and message.version in _LIKE_ANOTHER:
        builder.segments[0].set(12, message.version)
    _write_header(builder, message, form, code, control_id, now, declared=declared)
    findings = [issue for issue in issues if issue.is_error or warnings][:_MAX_FINDINGS]
    _write_msa(builder, message, form, code, findings, catalogue)
    if form.structured_errors:
        for issue in findings:
            _write_err(builder, issue, form, catalogue)
    elif findings:
        builder.add("ERR", [_eld(issue, catalogue) for issue in findings])
    return builder.encode(errors="replace")


def _readable(data: bytes) -> Message | None:
    try:
        return parse(data)
    except UnreadableError:
        return None


def _write_header(
    builder: MessageBuilder,
    message: Message | None,
    form: _Form,
    code: str,
    control_id: str,
    now: datetime,
    *,
    declared: bool,
) -> None:
    header = builder.segments[0]
    header.set(7, write_timestamp(now))
    header.set(10, control_id)
    header.set(11, "P")
    header.set(9, ("ACK",))
    if message is None:
        return
    for target, source in ((3, 5), (4, 6), (5, 3), (6, 4)):
        header.set_er7(target, _transcribed(message, source, builder.delimiters))
    trigger = message.type.trigger
    if trigger:
        header.set(9, ("ACK", trigger, "ACK") if form.structure_in_type else ("ACK", trigger))
    elif form.structure_in_type:
        header.set(9, ("ACK", None, "ACK"))
    header.set_er7(11, _transcribed(message, 11, builder.delimiters) or "P")
    if code.startswith("A") and (message.header.value(15) or message.header.value(16)):
        header.set(16, "NE")
    if declared:
        header.set_er7(18, _transcribed(message, 18, builder.delimiters))
    elif not message.header.value(18):
        header.set(18, None)


def _transcribed(message: Message, field: int, delimiters: Delimiters) -> str:
    """A field of the original in the answer's delimiters: as it is when they are the same."""
    text = message.header.field(field)
    if message.delimiters == delimiters or not text:
        return text
    target = MessageBuilder(VERSIONS[0], delimiters=delimiters).add("ZZZ")
    for number, repetition in enumerate(message.header.repetitions(field), 1):
        for place, component in enumerate(repetition.components, 1):
            for inner in range(1, len(component.subcomponents) + 1):
                target.set(1, component.value(inner), number, place, inner)
    return target.er7()[4:]


def _write_msa(
    builder: MessageBuilder,
    message: Message | None,
    form: _Form,
    code: str,
    findings: Sequence[Issue],
    catalogue: Catalogue,
) -> None:
    msa = builder.add("MSA", code)
    if message is not None:
        msa.set_er7(2, _transcribed(message, 10, builder.delimiters))
    if findings and form.text_in_msa:
        msa.set(3, findings[0].text[:80])
        if not form.structured_errors:
            msa.set(6, _coded(catalogue.code_0357(findings[0])))


def _write_err(builder: MessageBuilder, issue: Issue, form: _Form, catalogue: Catalogue) -> None:
    err = builder.add("ERR")
    err.set(2, _location(issue))
    err.set(3, _coded(catalogue.code_0357(issue)))
    err.set(4, form.severities[issue.severity])
    if issue.id:
        err.set(5, (issue.id, None, OWN_CODES))
    err.set(7, issue.hint[:_MAX_TEXT])
    err.set(8, issue.text[:_MAX_TEXT])


def _eld(issue: Issue, catalogue: Catalogue) -> Components:
    """Segment, sequence, field, and the code with our id and text as alternate: the form of 2.3 to 2.4."""
    path = _path(issue)
    code = (*_coded(catalogue.code_0357(issue)), issue.id, issue.text[:_MAX_TEXT], OWN_CODES if issue.id else "")
    if path is None:
        return (None, None, None, code)
    return (path.segment, path.occurrence or 1, path.field or None, code)


def _location(issue: Issue) -> Components:
    """ERL: segment, sequence, field, repetition, component, subcomponent."""
    path = _path(issue)
    if path is None:
        return None
    numbers = (path.field, path.repetition, path.component, path.subcomponent)
    return (path.segment, path.occurrence or 1, *(number or None for number in numbers))


def _path(issue: Issue) -> Path | None:
    """The HL7 v2 path of a finding; None when it has none or a FHIRPath location."""
    try:
        return parse_path(issue.expression)
    except ValueError:
        return None


def _coded(code: str) -> tuple[str, str, str]:
    return (code, CODE_TEXTS.get(code, CODE_TEXTS["199"]), "HL70357")
