"""MLLP release 2: a commit block answers every frame before any HL7 answer does (HL7 transport specification, MLLP R2).

``VT 06 FS CR`` says that the content is safe, ``VT 15 FS CR`` that it is not and has to be sent again. Content holds no
byte below 20 (hex) but CR, which is why UTF-16 and UTF-32 cannot be used.
"""

from __future__ import annotations

import re

__all__ = ["COMMITTED", "MOST_REPEATS", "NOT_COMMITTED", "block", "is_block", "is_content"]

COMMITTED, NOT_COMMITTED = b"\x06", b"\x15"
MOST_REPEATS = 3
"""How often content that was not committed is sent again."""

_FORBIDDEN = re.compile(rb"[\x00-\x0c\x0e-\x1f]")


def block(code: bytes) -> bytes:
    """A commit block as it goes over the wire."""
    return b"\x0b" + code + b"\x1c\r"


def is_block(data: bytes) -> bool:
    """Whether the content of a frame is a commit block."""
    return data in (COMMITTED, NOT_COMMITTED)


def is_content(data: bytes) -> bool:
    """Whether the content of a frame may be sent under release 2."""
    return _FORBIDDEN.search(data) is None
