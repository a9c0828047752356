"""Positive acknowledgements by form: senders repeat their header but for time and control id, so does the answer.

The first answer to a header is written by :func:`vrfhir.hl7v2.acknowledge` and kept with three gaps: its time, its control
id, and MSA-2. A header whose answer differs in more than those has no form.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from vrfhir.hl7v2 import Message, acknowledge, write_timestamp

__all__ = ["Forms"]

_MOST = 1024
_LONGEST = 2000
"""A longer header is not remembered."""
_GAP = "\x00"
_TIME, _CONTROL_ID = 6, 9
"""Where MSH-7 and MSH-10 stand when the segment is split at its field separator."""


class Forms:
    """The forms of one endpoint, by header."""

    def __init__(self) -> None:
        self._forms: dict[tuple[str, str, str], tuple[str, str, str, str] | None] = {}

    def fill(self, message: Message, code: Literal["AA", "CA"], control_id: str, now: datetime) -> bytes | None:
        """The acknowledgement of a message, without findings; None for a header that has no form."""
        if len(message.header.raw) > _LONGEST:
            return None
        fields = message.header.raw.split(message.delimiters.field)
        if len(fields) <= _CONTROL_ID:
            return None
        echoed = fields[_CONTROL_ID]
        fields[_TIME] = fields[_CONTROL_ID] = ""
        key = (code, message.charset, message.delimiters.field.join(fields))
        if key not in self._forms:
            if len(self._forms) >= _MOST:
                self._forms.clear()
            self._forms[key] = _form(message, code, echoed, now)
        form = self._forms[key]
        if form is None:
            return None
        before, between, middle, after = form
        text = f"{before}{write_timestamp(now)}{between}{control_id}{middle}{echoed}{after}"
        return text.encode(message.charset, "replace")


def _form(message: Message, code: Literal["AA", "CA"], echoed: str, now: datetime) -> tuple[str, str, str, str] | None:
    separator = message.delimiters.field
    try:
        written = acknowledge(message, code, (), control_id="1", now=now).decode(message.charset)
    except (ValueError, LookupError):
        return None
    lines = [line.split(separator) for line in written.split("\r")]
    if len(lines) != 3 or lines[2] != [""] or len(lines[0]) <= _CONTROL_ID or len(lines[1]) < 3:
        return None
    header, msa = lines[0], lines[1]
    if (header[_TIME], header[_CONTROL_ID], msa[2]) != (write_timestamp(now), "1", echoed) or _GAP in written:
        return None
    header[_TIME] = header[_CONTROL_ID] = msa[2] = _GAP
    before, between, middle, after = "\r".join(separator.join(line) for line in lines).split(_GAP)
    return before, between, middle, after
