"""Text to tokens: the lexical part of the FHIRPath grammar (http://hl7.org/fhirpath/N1/#lexical-elements)."""

from __future__ import annotations

import re
from typing import NamedTuple

from vrfhir.fhirpath.errors import FhirPathError

__all__ = ["MAX_LENGTH", "Token", "tokenize", "unescape"]

MAX_LENGTH = 20_000
"""Longest expression accepted, in characters. The longest invariant of R4 core has 1,213."""


class Token(NamedTuple):
    """``kind`` is one of the group names of the pattern below; ``value`` is the text without quotes and escapes."""

    kind: str
    value: str
    position: int


_TIME = r"[0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_ZONE = r"(?:Z|[+-][0-9]{2}:[0-9]{2})"
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"

_TOKEN = re.compile(
    rf"""
    (?P<space>\s+|//[^\r\n]*|/\*.*?\*/)
  | (?P<number>[0-9]+(?:\.[0-9]+)?)
  | (?P<string>'(?:[^'\\]|\\.)*')
  | (?P<delimited>`(?:[^`\\]|\\.)*`)
  | (?P<special>\$[a-z]+)
  | (?P<variable>%(?:{_NAME}(?:-[A-Za-z0-9_]+)*|`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'))
  | (?P<name>{_NAME})
  | (?P<symbol><=|>=|!=|!~|/(?!\*)|[-+*&|<>=~.,()\[\]{{}}])
    """,
    re.VERBOSE | re.DOTALL,
)

_MOMENT = rf"""
    (?P<dateTime>@[0-9]{{4}}(?:-[0-9]{{2}}(?:-[0-9]{{2}})?)?T(?:{_TIME}{_ZONE}?)?)
  | (?P<date>@[0-9]{{4}}(?:-[0-9]{{2}}(?:-[0-9]{{2}})?)?(?![0-9-]))
  | (?P<time>@T{_TIME})
    """

_ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "f": "\f"} | {sign: sign for sign in "'\"`\\/"}
_ESCAPE = r"\\(?:u([0-9A-Fa-f]{4})|(.))"


def tokenize(expression: str) -> list[Token]:
    """All tokens but white space and comments, closed by one of kind ``end``."""
    if len(expression) > MAX_LENGTH:
        raise FhirPathError(f"The expression is longer than {MAX_LENGTH} characters.", kind="limit")
    tokens: list[Token] = []
    position = 0
    while position < len(expression):
        if expression[position] == "@":
            match = re.compile(_MOMENT, re.VERBOSE).match(expression, position)
        else:
            match = _TOKEN.match(expression, position)
        if match is None:
            raise FhirPathError(_unexpected(expression, position), kind="syntax", position=position)
        kind = str(match.lastgroup)
        if kind != "space":
            tokens.append(Token(kind, _value(kind, match.group(), position), position))
        position = match.end()
    tokens.append(Token("end", "", len(expression)))
    return tokens


def unescape(text: str, position: int = 0) -> str:
    """The text of a string or delimited identifier, its escapes resolved (http://hl7.org/fhirpath/N1/#string)."""
    if "\\" not in text:
        return text

    def replacement(match: re.Match[str]) -> str:
        code, sign = match.groups()
        if code:
            return chr(int(code, 16))
        if sign not in _ESCAPES:
            place = position + match.start() + 1
            raise FhirPathError(f"Unknown escape sequence \\{sign}.", kind="syntax", position=place)
        return _ESCAPES[sign]

    # two escapes may be the halves of one character beyond the basic plane
    joined = re.sub(_ESCAPE, replacement, text, flags=re.DOTALL)
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _value(kind: str, text: str, position: int) -> str:
    if kind in ("string", "delimited"):
        return unescape(text[1:-1], position)
    if kind in ("date", "dateTime", "special"):
        return text[1:]
    if kind == "time":
        return text[2:]
    if kind == "variable":
        return unescape(text[2:-1], position) if text[1] in "`'" else text[1:]
    return text


def _unexpected(expression: str, position: int) -> str:
    sign = expression[position]
    if expression.startswith("/*", position):
        return "The comment is not closed."
    if sign in "'`":
        return "The quoted text is not closed."
    if sign == "@":
        return "This is no date, time or date-time literal."
    return f"Unexpected character {sign!r}."
