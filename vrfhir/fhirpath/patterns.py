"""Regular expressions of ``matches()``, ``matchesFull()`` and ``replaceMatches()``, with bounds.

Expressions come from profiles, and profiles may come from anywhere: a pattern that can take exponential time on a
backtracking engine (a repeat within an unbounded repeat) is only tried on short text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as regex_parser  # type: ignore[attr-defined]
from typing import Any

from vrfhir.fhirpath.errors import FhirPathError

__all__ = ["MAX_PATTERN", "MAX_SUBJECT", "fits", "found", "replaced"]

MAX_PATTERN = 2_000
MAX_SUBJECT = 200_000
MAX_SUBJECT_OF_RISKY = 1_000

_JAVA_GROUP = re.compile(r"\(\?<([A-Za-z]\w*)>")
_SUBSTITUTION = re.compile(r"\\(.)|\$(?:(\d)|\{(\w+)\})", re.DOTALL)


def found(text: str, pattern: str) -> bool:
    """True when the pattern fits any part of the text; ``.`` takes line ends too."""
    return _compiled(text, pattern).search(text) is not None


def fits(text: str, pattern: str) -> bool:
    """True when the pattern fits the whole text."""
    return _compiled(text, pattern).fullmatch(text) is not None


def replaced(text: str, pattern: str, substitution: str) -> str:
    """The text with every match replaced; ``$1`` and ``${name}`` stand for groups. An empty pattern changes nothing."""
    if not pattern:
        return text

    def fill(match: re.Match[str]) -> str:
        def one(part: re.Match[str]) -> str:
            literal, number, name = part.groups()
            if literal is not None:
                return str(literal)
            try:
                return match.group(int(number) if number else name) or ""
            except IndexError:
                raise FhirPathError("The substitution names a group that the pattern does not have.") from None

        return _SUBSTITUTION.sub(one, substitution)

    return _compiled(text, pattern).sub(fill, text)


def _compiled(text: str, pattern: str) -> re.Pattern[str]:
    if len(pattern) > MAX_PATTERN:
        raise FhirPathError(f"The pattern is longer than {MAX_PATTERN} characters.", kind="limit")
    expression, risky = _prepared(pattern)
    if len(text) > (MAX_SUBJECT_OF_RISKY if risky else MAX_SUBJECT):
        raise FhirPathError("The text is too long for this pattern.", kind="limit")
    return expression


@lru_cache(maxsize=512)
def _prepared(pattern: str) -> tuple[re.Pattern[str], bool]:
    python = _JAVA_GROUP.sub(r"(?P<\1>", pattern)
    try:
        return re.compile(python, re.DOTALL), _is_risky(regex_parser.parse(python, re.DOTALL), False)
    except (re.error, OverflowError, RecursionError):
        raise FhirPathError("This is no regular expression.") from None


def _is_risky(items: Any, repeated: bool) -> bool:
    """True when an unbounded repeat lies within another."""
    for code, value in items:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            unbounded = value[1] is codes.MAXREPEAT
            if (unbounded and repeated) or _is_risky(value[2], repeated or unbounded):
                return True
        elif code is codes.SUBPATTERN:
            if _is_risky(value[3], repeated):
                return True
        elif code is codes.BRANCH and any(_is_risky(branch, repeated) for branch in value[1]):
            return True
    return False
