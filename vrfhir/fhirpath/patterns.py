"""Regular expressions of ``matches()``, ``matchesFull()`` and ``replaceMatches()``, with bounds.

Expressions come from profiles, and profiles may come from anywhere. Python's engine backtracks: a pattern with a repeat
within a repeat can take it longer than anyone waits. So the work it might have is estimated, and what is too much goes to
an engine that does not backtrack.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as regex_parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from vrfhir.fhirpath.automaton import Automaton, UnsupportedError
from vrfhir.fhirpath.errors import FhirPathError

__all__ = ["MAX_PATTERN", "MAX_SUBJECT", "fits", "found", "replaced"]

MAX_PATTERN = 2_000
MAX_SUBJECT = 200_000
_MAX_BACKTRACKING = 10**7
_MAX_STEPS = 3 * 10**7
_MANY = 8
"""A repeat of up to more than this counts as one without bound."""

_JAVA_GROUP = r"\(\?<([A-Za-z]\w*)>"
_SUBSTITUTION = r"\\(.)|\$(?:(\d)|\{(\w+)\})"


def found(text: str, pattern: str) -> bool:
    """True when the pattern fits any part of the text; ``.`` takes line ends too."""
    return _is_match(text, pattern, whole=False)


def fits(text: str, pattern: str) -> bool:
    """True when the pattern fits the whole text."""
    return _is_match(text, pattern, whole=True)


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

        return re.sub(_SUBSTITUTION, one, substitution, flags=re.DOTALL)

    prepared = _checked(text, pattern)
    if prepared.backtracking(len(text)) > _MAX_BACKTRACKING:
        raise FhirPathError("This pattern may take too long on this text.", kind="limit")
    return prepared.expression.sub(fill, text)


class _Pattern(NamedTuple):
    expression: re.Pattern[str]
    tree: Any
    repeats: int
    """Number of repeats without bound."""
    nested: bool
    """True when in any repeat lies anything that can fit in several ways."""

    def backtracking(self, size: int) -> int:
        """About how many steps Python's engine may take at worst."""
        if self.nested:
            return 1 << min(size, 64)
        return math.prod([size + 1] * min(self.repeats + 1, 8))


def _is_match(text: str, pattern: str, *, whole: bool) -> bool:
    prepared = _checked(text, pattern)
    if prepared.backtracking(len(text)) <= _MAX_BACKTRACKING:
        expression = prepared.expression
        return (expression.fullmatch(text) if whole else expression.search(text)) is not None
    automaton = _automaton(pattern)
    if automaton is None or automaton.size * len(text) > _MAX_STEPS:
        raise FhirPathError("This pattern may take too long on this text.", kind="limit")
    return automaton.found(text, whole=whole)


def _checked(text: str, pattern: str) -> _Pattern:
    if len(pattern) > MAX_PATTERN:
        raise FhirPathError(f"The pattern is longer than {MAX_PATTERN} characters.", kind="limit")
    if len(text) > MAX_SUBJECT:
        raise FhirPathError(f"The text is longer than {MAX_SUBJECT} characters.", kind="limit")
    return _prepared(pattern)


@lru_cache(maxsize=512)
def _prepared(pattern: str) -> _Pattern:
    python = re.sub(_JAVA_GROUP, r"(?P<\1>", pattern)
    try:
        tree = regex_parser.parse(python, re.DOTALL)
        repeats, nested = _repeats(tree, inside=False)
        return _Pattern(re.compile(python, re.DOTALL), tree, repeats, nested)
    except (re.error, OverflowError, RecursionError):
        raise FhirPathError("This is no regular expression.") from None


@lru_cache(maxsize=64)
def _automaton(pattern: str) -> Automaton | None:
    prepared = _prepared(pattern)
    if prepared.expression.flags & ~(re.DOTALL | re.UNICODE):
        return None
    try:
        return Automaton(prepared.tree)
    except (UnsupportedError, RecursionError):
        return None


def _repeats(items: Any, *, inside: bool) -> tuple[int, bool]:
    """How many repeats without bound there are, and whether one holds a choice or another repeat."""
    count, nested = 0, False
    for code, value in items:
        parts: list[Any] = []
        repeated, varies = False, code is codes.BRANCH
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            repeated = value[1] > 1
            count += value[1] > _MANY
            varies = value[0] != value[1]
            parts = [value[2]]
        elif code is codes.SUBPATTERN:
            parts = [value[3]]
        elif code is codes.BRANCH:
            parts = value[1]
        elif code in (codes.ASSERT, codes.ASSERT_NOT):
            parts = [value[1]]
        elif code is codes.ATOMIC_GROUP:
            parts = [value]
        nested = nested or (varies and inside)
        for part in parts:
            more, deeper = _repeats(part, inside=inside or repeated)
            count, nested = count + more, nested or deeper
    return count, nested
