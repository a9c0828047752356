"""Changes to the JSON text itself: what a parser meets before there is any resource."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

__all__ = ["TEXT_OPERATORS"]

Rewrite = Callable[[str, random.Random], str]


def _at(text: str, pattern: str, chance: random.Random) -> re.Match[str] | None:
    found = list(re.finditer(pattern, text))
    return found[int(chance.random() * len(found))] if found else None


def duplicate_key(text: str, chance: random.Random) -> str:
    """A simple property stands there twice."""
    found = _at(text, r'"\w+":"[^"\\]*"', chance)
    return f"{text[: found.end()]},{found.group()}{text[found.end() :]}" if found else text


def comment(text: str, chance: random.Random) -> str:
    """A comment, which JSON does not have."""
    found = _at(text, r"[{,]", chance)
    return f"{text[: found.end()]}/* words */{text[found.end() :]}" if found else text


def trailing_comma(text: str, chance: random.Random) -> str:
    """A comma before the closing bracket."""
    found = _at(text, r"[}\]]", chance)
    return f"{text[: found.start()]},{text[found.start() :]}" if found else text


def truncated(text: str, chance: random.Random) -> str:
    """The text ends too early."""
    return text[: 2 + int(chance.random() * (len(text) - 3))]


def single_quotes(text: str, chance: random.Random) -> str:
    """A name in single quotes."""
    found = _at(text, r'"(\w+)":', chance)
    return f"{text[: found.start()]}'{found.group(1)}':{text[found.end() :]}" if found else text


def marked(text: str, chance: random.Random) -> str:
    """A byte order mark in front."""
    return "\ufeff" + text


def doubled(text: str, chance: random.Random) -> str:
    """The resource twice in one text."""
    return text + text


TEXT_OPERATORS: dict[str, Rewrite] = {
    "duplicate-key": duplicate_key,
    "comment": comment,
    "trailing-comma": trailing_comma,
    "truncated": truncated,
    "single-quotes": single_quotes,
    "byte-order-mark": marked,
    "doubled": doubled,
}
