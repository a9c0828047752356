"""MLLP release 1 frames as a state machine: ``VT message FS CR`` (0B … 1C 0D). No I/O.

However the bytes are cut into reads, the same frames come out. Tolerated: a missing final CR, an extra LF, keep-alive
bytes between frames, FS inside a message when no line end follows it, a message without its VT. Reported: other bytes
between frames, a frame that is too large (skipped to its end), one that never ends.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from vrfhir.errors import TransportError
from vrfhir.hl7v2 import CATALOGUE
from vrfhir.issues import Issue

__all__ = ["Fault", "Frame", "FrameDecoder", "frame"]

VT, FS, CR = b"\x0b", b"\x1c", b"\r"
_KEEP_ALIVE = b"\r\n \t\x00"
_AFTER_END = b"\r\n\x0b\x00"
_BARE_START = b"MSH"
_HEAD = 4096


class Frame(NamedTuple):
    """One message, without its frame bytes."""

    data: bytes


class Fault(NamedTuple):
    """What was wrong on the wire; ``head`` is the beginning of a message that was lost by it, to answer its sender."""

    issue: Issue
    head: bytes = b""


class _State(Enum):
    OUTSIDE = "between frames"
    INSIDE = "in a frame"
    ENDING = "after FS: the next byte decides whether the frame ends"


def frame(message: bytes) -> bytes:
    """A message in its frame. TransportError when it holds VT or FS, which would break the frame."""
    found = [name for byte, name in ((VT, "a VT byte (0B)"), (FS, "an FS byte (1C)")) if byte in message]
    if found:
        raise TransportError(CATALOGUE.issue("VR-V2-0909", what=found[0]))
    return VT + message + FS + CR


class FrameDecoder:
    """Bytes in, frames and faults out; keeps at most ``max_bytes`` of an unfinished frame."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._state = _State.OUTSIDE
        self._buffer = bytearray()
        self._size = 0
        self._stray = bytearray()
        self._stray_count = 0

    @property
    def is_ending(self) -> bool:
        """FS came, its CR not yet: when nothing follows, :meth:`settle` ends the frame."""
        return self._state is _State.ENDING

    @property
    def is_idle(self) -> bool:
        """Between frames."""
        return self._state is _State.OUTSIDE

    @property
    def size(self) -> int:
        """How many bytes of an unfinished frame have come."""
        return self._size

    def feed(self, data: bytes) -> list[Frame | Fault]:
        """Take the next bytes; what was completed by them."""
        events: list[Frame | Fault] = []
        place = 0
        while place < len(data):
            if self._state is _State.OUTSIDE:
                place = self._outside(data, place, events)
            elif self._state is _State.ENDING:
                place = self._ending(data, place, events)
            else:
                end = data.find(FS, place)
                self._keep(data, place, end if end >= 0 else len(data))
                place = len(data)
                if end >= 0:
                    self._state = _State.ENDING
                    place = end + 1
        return events

    def settle(self) -> list[Frame | Fault]:
        """Nothing follows the FS: the sender leaves out the CR and waits for the answer."""
        events: list[Frame | Fault] = []
        if self._state is _State.ENDING:
            self._finish(events)
        return events

    def close(self) -> list[Frame | Fault]:
        """The connection ended: a finished frame still counts, an unfinished one is reported."""
        events = self.settle()
        if self._state is _State.INSIDE:
            issue = CATALOGUE.issue("VR-V2-0903", count=self._size)
            events.append(Fault(issue, bytes(self._buffer[:_HEAD])))
            self._reset()
        self._report_stray(events)
        return events

    def _outside(self, data: bytes, place: int, events: list[Frame | Fault]) -> int:
        start = data.find(VT, place)
        end = start if start >= 0 else len(data)
        skipped = data[place:end] if self._stray else data[place:end].lstrip(_KEEP_ALIVE)
        room = len(_BARE_START) - len(self._stray)
        self._stray += skipped[:room]
        self._stray_count += len(skipped)
        if self._stray == _BARE_START and self._stray_count - len(skipped) < len(_BARE_START):
            return self._begin_bare(end - len(skipped) + room, events)
        if start < 0:
            return end
        self._report_stray(events)
        self._state = _State.INSIDE
        return start + 1

    def _begin_bare(self, place: int, events: list[Frame | Fault]) -> int:
        events.append(Fault(CATALOGUE.issue("VR-V2-0915")))
        self._reset()
        self._buffer += _BARE_START
        self._size = len(_BARE_START)
        self._state = _State.INSIDE
        return place

    def _ending(self, data: bytes, place: int, events: list[Frame | Fault]) -> int:
        if data[place] in _AFTER_END:
            self._finish(events)
        else:
            self._keep(FS, 0, 1)
            self._state = _State.INSIDE
        return place

    def _keep(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        room = self.max_bytes + 1 - len(self._buffer)
        if room > 0:
            self._buffer += data[start : min(end, start + room)]

    def _finish(self, events: list[Frame | Fault]) -> None:
        message = bytes(self._buffer)
        size = self._size
        self._reset()
        if size > self.max_bytes:
            events.append(Fault(CATALOGUE.issue("VR-V2-0901", limit=self.max_bytes), message[:_HEAD]))
            return
        begun_again = message.rfind(VT + _BARE_START)
        if begun_again >= 0:
            events.append(Fault(CATALOGUE.issue("VR-V2-0916", count=begun_again)))
            message = message[begun_again + 1 :]
        events.append(Frame(message))

    def _report_stray(self, events: list[Frame | Fault]) -> None:
        if self._stray_count:
            events.append(Fault(CATALOGUE.issue("VR-V2-0902", count=self._stray_count)))
        self._stray.clear()
        self._stray_count = 0

    def _reset(self) -> None:
        self._state = _State.OUTSIDE
        self._buffer = bytearray()
        self._size = 0
        self._stray.clear()
        self._stray_count = 0
