"""The guide's conditions as the trees of our map (``vrfhir.mappers.conditions``): read leniently, never guessed.

The guide publishes a small grammar (``EQUAL``, ``NOT EQUAL``, ``IN``, ``VALUED``, ``AND``, ``OR``, ``NOT``); its cells also say ``EQUALS``, ``IS``,
``=``, ``IS NOT VALUED``, ``DOES NOT EXIST``, ``COUNT``, ``LENGTH``, a data type for the field of the row (``CWE.3``) and a leading ``IF``. What does not
read to its end is a :class:`ConditionError`: somebody has to look at it.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["ConditionError", "read_condition"]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"[^"]*"|'[^']*')
      | (?P<place>[A-Z][A-Z0-9]{1,2}-\d+(?:\.\d+){0,2}|[A-Z]{2,3}\.\d+(?:\.\d+)?|[A-Z][A-Z0-9]{2}(?=\s|\)|$|\.)(?!\w))
      | (?P<number>\d+)
      | (?P<mark><>|!=|>=|<=|[=<>(),.])
      | (?P<word>[A-Za-z]+)
    )""",
    re.VERBOSE,
)
_QUOTES = str.maketrans("“”„‘’", '"""\'\'')
_EQUAL = frozenset({"EQUAL", "EQUALS", "IS", "="})
_WORDS = frozenset(
    {
        "AND",
        "OR",
        "NOT",
        "IN",
        "VALUED",
        "IF",
        "EXISTS",
        "EXIST",
        "DOES",
        "COUNT",
        "LENGTH",
        "LST",
        "GREATER",
        "THAN",
        "LESS",
    }
)
_WORDS |= _EQUAL


class ConditionError(ValueError):
    """The text is not a condition that we understand."""


def read_condition(text: str, field: str) -> Any:
    """The tree of a condition; None for an empty one. ``field`` (``SCH-7``) is what a data type (``CWE.3``) stands for."""
    tokens = _tokens(text.translate(_QUOTES))
    if tokens and tokens[0] == ("word", "IF"):
        tokens = tokens[1:]
    if not tokens:
        return None
    reader = _Reader(tokens, field)
    tree = reader.either()
    if reader.tokens:
        raise ConditionError(f"stops at {reader.tokens[0][1]!r}")
    return tree


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ConditionError(f"cannot read {text[place:].strip()[:20]!r}")
        kind = str(match.lastgroup)
        value = match[kind]
        if kind in ("word", "place") and value.upper() in _WORDS:
            kind, value = "word", value.upper()
        found.append((kind, value))
        place = match.end()
    return found


class _Reader:
    """Recursive descent over the tokens that are left."""

    def __init__(self, tokens: list[tuple[str, str]], field: str) -> None:
        self.tokens = list(tokens)
        self.field = field

    def either(self) -> Any:
        """OR binds less than AND."""
        parts = [self.both()]
        while self.take("OR"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else ["or", *parts]

    def both(self) -> Any:
        parts = [self.single()]
        while self.take("AND"):
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else ["and", *parts]

    def single(self) -> Any:
        self.take("IF")
        if self.take("NOT"):
            return ["not", self.single()]
        if self.take("("):
            tree = self.either()
            if not self.take(")"):
                raise ConditionError("a bracket is not closed")
            return tree
        for word in ("COUNT", "LENGTH"):
            if self.take(word):
                bracket = self.take("(")
                path = self.place()
                if bracket and not self.take(")"):
                    raise ConditionError("a bracket is not closed")
                return self.measure(word.lower(), path)
        return self.statement(self.place())

    def statement(self, path: str) -> Any:
        """What is said of a place, or of several joined (``PV1-3.2 OR PV1-3.3 VALUED``)."""
        for word in ("AND", "OR"):
            if (
                len(self.tokens) > 2
                and self.tokens[0][1] == word
                and self.tokens[1][0] == "place"
                and self.tokens[2][1] != "("
            ):
                start = self.take(word) and len(self.tokens)
                tree = self.statement(self.place())
                if start and isinstance(tree, list) and tree[0] in ("valued", "not"):
                    one: Any = ["valued", path]
                    return [word.lower(), ["not", one] if tree[0] == "not" else one, tree]
                raise ConditionError(f"nothing is said of {path}")
        if self.tokens[:1] == [("word", "LST")]:
            self.take("LST")
            self.take(".")
        if self.take(".") or self.tokens[:1] in ([("word", "COUNT")], [("word", "LENGTH")]):
            word = next((each for each in ("COUNT", "LENGTH") if self.take(each)), "")
            if not word:
                raise ConditionError(f"nothing is said of {path}")
            return self.measure(word.lower(), path)
        if self.take("DOES"):
            if self.take("NOT") and (self.take("EXIST") or self.take("EXISTS")):
                return ["not", ["valued", path]]
            raise ConditionError("DOES without NOT EXIST")
        if self.take("EXISTS") or self.take("VALUED"):
            return ["valued", path]
        negative = self.take("<>") or self.take("!=")
        if not negative:
            equal = self._equal()
            negative = self.take("NOT")
            if self.take("VALUED"):
                return ["not", ["valued", path]] if negative else ["valued", path]
            if self.take("IN"):
                tree: Any = ["in", path, self.texts()]
                return ["not", tree] if negative else tree
            if not equal and not self._equal() and not negative:
                raise ConditionError(f"nothing is said of {path}")
        tree = ["=", path, self.text()]
        return ["not", tree] if negative else tree

    def _equal(self) -> bool:
        return any(self.take(word) for word in sorted(_EQUAL))

    def measure(self, word: str, path: str) -> Any:
        words = {"GREATER": ">", "LESS": "<"}
        said = next((mark for word, mark in words.items() if self.take(word)), "")
        if said and not self.take("THAN"):
            raise ConditionError("a comparison without THAN")
        mark = said or next((each for each in (">=", "<=", ">", "<", "=") if self.take(each)), "")
        mark = mark or ("=" if self._equal() else "")
        if not mark or not self.tokens or self.tokens[0][0] != "number":
            raise ConditionError(f"{word} of {path} is compared with nothing")
        return [word, path, mark, int(self.tokens.pop(0)[1])]

    def place(self) -> str:
        """A path of the message, or of the data type of the row's field."""
        if not self.tokens or self.tokens[0][0] != "place":
            raise ConditionError(f"no place in {' '.join(value for _, value in self.tokens[:3])!r}")
        text = self.tokens.pop(0)[1]
        if "-" not in text and "." in text:
            return self.field + text[text.index(".") :]
        return text

    def text(self) -> str:
        if self.tokens and self.tokens[0][0] in ("text", "number"):
            return self.tokens.pop(0)[1].strip("\"'")
        raise ConditionError("nothing to compare with")

    def texts(self) -> list[str]:
        if not self.take("("):
            raise ConditionError("IN without a list")
        found = [self.text()]
        while self.take(","):
            found.append(self.text())
        if not self.take(")"):
            raise ConditionError("a list is not closed")
        return found

    def take(self, value: str) -> bool:
        """Take a word or a mark, when it is the next token."""
        if self.tokens and self.tokens[0][0] in ("word", "mark") and self.tokens[0][1] == value:
            self.tokens.pop(0)
            return True
        return False
