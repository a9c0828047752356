"""Paths into a message: ``PID-5.1``, ``OBX[2]-5[1].1.1``, ``MSH``.

Segment occurrence, field, repetition, component and subcomponent all count from 1. The full form of a leaf always has
all five: ``PID[1]-3[2].4.1``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Path", "parse_path"]

_FORM = re.compile(
    r"(?P<segment>[A-Za-z0-9]{1,8})(?:\[(?P<occurrence>\d{1,6})\])?"
    r"(?:-(?P<field>\d{1,6})(?:\[(?P<repetition>\d{1,6})\])?"
    r"(?:\.(?P<component>\d{1,6})(?:\.(?P<subcomponent>\d{1,6}))?)?)?"
)


class Path(NamedTuple):
    """A place in a message; 0 means "not given"."""

    segment: str
    occurrence: int = 0
    field: int = 0
    repetition: int = 0
    component: int = 0
    subcomponent: int = 0

    def __str__(self) -> str:
        text = self.segment
        if self.occurrence:
            text += f"[{self.occurrence}]"
        if self.field:
            text += f"-{self.field}"
            if self.repetition:
                text += f"[{self.repetition}]"
            if self.component:
                text += f".{self.component}"
                if self.subcomponent:
                    text += f".{self.subcomponent}"
        return text


@lru_cache(maxsize=4096)
def parse_path(text: str) -> Path:
    """The path a text names; ValueError when it has another form or counts from 0."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"not an HL7 v2 path: {text!r}; the form is SEG[n]-field[repetition].component.subcomponent")
    parts = match.groupdict()
    numbers = {name: int(value) for name, value in parts.items() if name != "segment" and value is not None}
    if 0 in numbers.values():
        raise ValueError(f"HL7 v2 paths count from 1: {text!r}")
    return Path(parts["segment"], **numbers)
