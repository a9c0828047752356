"""The delimiters a message declares in MSH-1 and MSH-2 (HL7 v2 chapter 2, message delimiters)."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["STANDARD", "Delimiters", "is_usable"]

_UNUSABLE = frozenset(' "\r\n\x00\x0b\x1c\ufeff')


class Delimiters(NamedTuple):
    """Field separator and encoding characters; an empty string where the message declares none.

    The fifth encoding character, truncation, exists from version 2.7.
    """

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    truncation: str = ""

    @property
    def encoding_characters(self) -> str:
        """The text of MSH-2 that declares these delimiters."""
        return self.component + self.repetition + self.escape + self.subcomponent + self.truncation

    @property
    def is_complete(self) -> bool:
        """True when every text can be written: the four encoding characters are declared."""
        return "" not in self[:5]


STANDARD = Delimiters()
"""``|^~\\&``, recommended by the standard."""


def is_usable(character: str) -> bool:
    """Whether a character can separate: no letter, digit, blank, quote, line end or frame byte."""
    return character not in _UNUSABLE and not character.isalnum() and not "\ud800" <= character <= "\udfff"
