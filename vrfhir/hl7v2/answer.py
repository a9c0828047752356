"""Read an acknowledgement or application response: MSA-1, MSA-2 and the findings in ERR, in any version's form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2.catalogue import CATALOGUE
from vrfhir.hl7v2.message import Message
from vrfhir.hl7v2.paths import Path
from vrfhir.hl7v2.reading import parse
from vrfhir.hl7v2.segment import Repetition, Segment
from vrfhir.issues import Issue, Severity

__all__ = ["Answer", "read_answer"]

_CODES = frozenset({"AA", "AE", "AR", "CA", "CE", "CR"})
_SEVERITIES: dict[str, Severity] = {"E": "error", "W": "warning", "I": "information", "F": "fatal"}
_FHIR_CODES = {
    "100": "structure",
    "101": "required",
    "102": "value",
    "103": "code-invalid",
    "104": "too-long",
    "198": "structure",
    "199": "invalid",
    "200": "not-supported",
    "201": "not-supported",
    "202": "not-supported",
    "203": "not-supported",
    "204": "not-found",
    "205": "duplicate",
    "206": "lock-error",
    "207": "exception",
}


class Answer(NamedTuple):
    """What the other system said.

    ``code`` is MSA-1 (empty when there is none), ``control_id`` MSA-2, ``reported`` the findings in its ERR segments,
    ``issues`` what is wrong with the answer itself or that it refuses the message.
    """

    message: Message | None
    code: str
    control_id: str
    reported: list[Issue]
    issues: list[Issue]

    @property
    def is_positive(self) -> bool:
        """AA or CA for the message that was sent."""
        return self.code in ("AA", "CA") and not any(issue.is_error for issue in self.issues)


def read_answer(data: bytes, control_id: str | None = None) -> Answer:
    """Read an answer; with ``control_id`` (MSH-10 sent) it must acknowledge that message. Never raises."""
    try:
        message = parse(data)
    except UnreadableError as error:
        return Answer(None, "", "", [], list(error.issues))
    msa = message.segment("MSA")
    if msa is None:
        return Answer(message, "", "", [], [CATALOGUE.issue("VR-V2-0301")])
    code, acknowledged = (msa.value(1) or "").strip(), msa.value(2) or ""
    issues: list[Issue] = []
    if code not in _CODES:
        issues.append(CATALOGUE.issue("VR-V2-0304", expression="MSA[1]-1[1].1.1", code=code or "empty"))
    elif code[1] != "A":
        issues.append(CATALOGUE.issue("VR-V2-0303", expression="MSA[1]-1[1].1.1", code=code))
    if control_id is not None and acknowledged != control_id:
        issues.append(CATALOGUE.issue("VR-V2-0302", expression="MSA[1]-2[1].1.1"))
    return Answer(message, code, acknowledged, list(_reported(message, msa)), issues)


def _reported(message: Message, msa: Segment) -> Iterator[Issue]:
    found = False
    taken = (msa.value(1) or "").strip() in ("AA", "CA")
    for err in message.all("ERR"):
        found = True
        if err.field(3) or err.field(4):
            yield _long_form(err)
        else:
            yield from (_short_form(part, taken) for part in err.repetitions(1))
    text = msa.repetition(3).plain
    if not found and text:
        yield Issue("information", "informational", "", text)


def _long_form(err: Segment) -> Issue:
    code = err.value(3) or ""
    text = err.repetition(8).plain or err.repetition(7).plain or err.value(3, 1, 2) or "no reason given"
    return Issue(
        _SEVERITIES.get(err.value(4) or "", "error"),
        _FHIR_CODES.get(code, "processing"),
        err.value(5) or "",
        text,
        expression=_location(err.repetition(2)),
        hint=err.repetition(7).plain if err.field(8) else "",
    )


def _short_form(part: Repetition, taken: bool) -> Issue:
    """ERR-1 has no severity: with AA or CA nothing in it kept the message from being taken."""
    code = part.component(4)
    text = code.value(5) or code.value(2) or "no reason given"
    return Issue(
        "warning" if taken else "error",
        _FHIR_CODES.get(code.value(1) or "", "processing"),
        code.value(4) or "",
        text,
        expression=_location(part, last=3),
    )


def _location(part: Repetition, last: int = 6) -> str:
    name = part.value(1) or ""
    numbers = [
        int(v) if (v := part.value(place) or "").isdecimal() and len(v) < 7 else 0 for place in range(2, last + 1)
    ]
    if not name.isalnum():
        return ""
    return str(Path(name, *numbers))
