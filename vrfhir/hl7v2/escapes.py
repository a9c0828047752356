"""Escape sequences (HL7 v2 chapter 2, use of escape sequences in text fields).

Two laws hold and are tested: ``decode(encode(text)) == text`` for every text without control characters other than tab
and line ends, and the pieces of a raw value joined are the raw value. Where the standard leaves the meaning to the parties (``\\Zdd\\``, ``\\Cxxyy\\``, ``\\Mxxyyzz\\``) or a
backslash begins no sequence (``C:\\temp``), the characters stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from vrfhir.hl7v2 import charset as character_sets
from vrfhir.hl7v2.delimiters import STANDARD, Delimiters

__all__ = ["Piece", "decode", "encode", "in_standard", "is_reproducible", "pieces"]

_FORMATTING = re.compile(r"\.(br|sp|fi|nf|in|ti|sk|ce)\s*([+-]?\d{0,4})\Z", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MAX_SPACES = 200


class Piece(NamedTuple):
    """A stretch of a raw value: ``kind`` is text, delimiter, hex, format, highlight, charset or local."""

    kind: str
    source: str
    text: str


def decode(raw: str, delimiters: Delimiters = STANDARD, *, codec: str = "utf-8") -> str:
    """The text a raw value stands for: delimiters and hex bytes resolved, formatting as line breaks and blanks.

    Highlighting (``\\H\\``, ``\\N\\``) has no plain text and vanishes; :func:`is_reproducible` then says False.
    """
    if not delimiters.escape or delimiters.escape not in raw:
        return raw
    return _sequence(delimiters).sub(lambda match: _piece(match, delimiters, codec).text, raw)


def pieces(raw: str, delimiters: Delimiters = STANDARD, *, codec: str = "utf-8") -> list[Piece]:
    """The raw value cut into text and escape sequences; the sources joined are ``raw``."""
    if not delimiters.escape or delimiters.escape not in raw:
        return [Piece("text", raw, raw)] if raw else []
    found: list[Piece] = []
    end = 0
    for match in _sequence(delimiters).finditer(raw):
        if match.start() > end:
            found.append(Piece("text", raw[end : match.start()], raw[end : match.start()]))
        found.append(_piece(match, delimiters, codec))
        end = match.end()
    if end < len(raw):
        found.append(Piece("text", raw[end:], raw[end:]))
    return found


def encode(text: str, delimiters: Delimiters = STANDARD) -> str:
    """The raw value for a text: delimiters escaped, line feeds as ``\\.br\\``, other control characters as hex.

    Raises ValueError when a delimiter stands in the text and no escape character is declared.
    """
    pattern, replace = _encoder(delimiters)
    if text == '""' and delimiters.escape:
        return f"{delimiters.escape}X2222{delimiters.escape}"
    return pattern.sub(replace, text)


def in_standard(raw: str, delimiters: Delimiters) -> str:
    """The raw value as a message with the recommended delimiters says it; sequences that are no delimiter stay what they are.

    >>> in_standard("Cole & Sons", Delimiters(subcomponent=""))
    'Cole \\\\T\\\\ Sons'
    """
    if delimiters[:5] == STANDARD[:5]:
        return raw
    return "".join(
        encode(piece.text)
        if piece.kind in ("text", "delimiter")
        else STANDARD.escape + piece.source[1:-1] + STANDARD.escape
        for piece in pieces(raw, delimiters)
    )


def is_reproducible(raw: str, delimiters: Delimiters = STANDARD, *, codec: str = "utf-8") -> bool:
    """Whether writing the decoded text gives the same raw value back; otherwise the source must be kept to restore it."""
    if not delimiters.is_complete:
        return False
    return encode(decode(raw, delimiters, codec=codec), delimiters) == raw


@lru_cache(maxsize=64)
def _sequence(delimiters: Delimiters) -> re.Pattern[str]:
    escape = re.escape(delimiters.escape)
    named = "FSTRE" + ("P" if delimiters.truncation else "")
    return re.compile(
        rf"{escape}(?:([{named}])|([HN])|[Xx]((?:[0-9A-Fa-f]{{2}})+)|(\.[A-Za-z]{{2}}\s*[+-]?\d{{0,4}})"
        rf"|(C[0-9A-Fa-f]{{4}}|M[0-9A-Fa-f]{{4}}(?:[0-9A-Fa-f]{{2}})?)|(Z[0-9A-Za-z]*)){escape}"
    )


def _piece(match: re.Match[str], delimiters: Delimiters, codec: str) -> Piece:
    source = match[0]
    name, highlight, digits, command, switch, _local = match.groups()
    if name:
        return Piece("delimiter", source, _named(name, delimiters))
    if highlight:
        return Piece("highlight", source, "")
    if digits:
        return Piece("hex", source, _hexadecimal(digits, source, codec))
    if command:
        formatting = _FORMATTING.match(command)
        return Piece("format", source, _layout(formatting) if formatting else source)
    return Piece("charset" if switch else "local", source, source)


def _named(name: str, delimiters: Delimiters) -> str:
    return {
        "F": delimiters.field,
        "S": delimiters.component,
        "T": delimiters.subcomponent,
        "R": delimiters.repetition,
        "E": delimiters.escape,
        "P": delimiters.truncation,
    }[name]


def _hexadecimal(digits: str, source: str, codec: str) -> str:
    """The characters of hex bytes in the message's character set; control characters no text can hold stay a sequence."""
    text = character_sets.decode_bytes(bytes.fromhex(digits), codec)
    return source if _CONTROL.search(text) else text


def _layout(command: re.Match[str]) -> str:
    name = command[1].lower()
    count = min(max(int(command[2] or 0) if command[2] not in ("+", "-") else 0, 0), _MAX_SPACES)
    if name in ("br", "ce"):
        return "\n"
    if name == "sp":
        return "\n" * max(count, 1)
    if name in ("sk", "ti"):
        return " " * count
    return ""


@lru_cache(maxsize=64)
def _encoder(delimiters: Delimiters) -> tuple[re.Pattern[str], Callable[[re.Match[str]], str]]:
    escape = delimiters.escape
    table = {
        character: f"{escape}{name}{escape}" for name, character in zip("FSRETP", delimiters, strict=True) if character
    }
    if "." not in delimiters:
        table["\n"] = f"{escape}.br{escape}"
    pattern = re.compile("[" + re.escape("".join(table)) + r"\x00-\x08\x0a-\x1f]")

    def replace(match: re.Match[str]) -> str:
        if not escape:
            raise ValueError("the text holds a delimiter or a line break and the message declares no escape character")
        return table.get(match[0]) or f"{escape}X{ord(match[0]):02X}{escape}"

    return pattern, replace
