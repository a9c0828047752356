"""Whether a text names a place that must not be told: by a line of the address, the postcode, or a telephone number.

Letters and digits count; case, accents, blanks and punctuation do not, and a telephone number is the same with ``0``, ``+44`` or
``0044`` before it. What is found begins and ends with a word, so that no place is seen in the midst of other words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["ToldPlaces"]

_SHORTEST = 5
"""A text of fewer letters and digits names no place: it could stand anywhere."""
_LEAST_DIGITS = 6
"""Of a telephone number; a shorter one stands in many other numbers."""
_NATIONAL = re.compile(r"(?:(?:00)?44)?0?(\d{9,10})")
_MOST = 64
"""Lines and numbers that texts are searched for; nobody has so many places."""
_BETWEEN = r"[\W_]{0,4}"
_APART = re.compile(r"[\W_]+")
_PREFIX = rf"(?:(?:\+|00)?{_BETWEEN}4{_BETWEEN}4{_BETWEEN})?0?{_BETWEEN}"


class ToldPlaces:
    """The lines of addresses and the numbers that are looked for."""

    def __init__(self, lines: Iterable[str], numbers: Iterable[str]) -> None:
        words = self._words = {plain for line in lines if len(plain := _plain(_folded(line))) >= _SHORTEST}
        digits = self._digits = {text for each in numbers if len(text := _significant(each)) >= _LEAST_DIGITS}
        self._sought = sorted(words | digits)
        patterns = [rf"(?<!\w){_spelled(each)}(?!\w)" for each in sorted(words)]
        patterns += [rf"(?<!\d){_PREFIX}{_spelled(each)}(?!\d)" for each in sorted(digits)]
        self._pattern = re.compile("|".join(patterns)) if 0 < len(patterns) <= _MOST else None

    def is_one(self, text: str) -> bool:
        """Whether a text is a line or a number, and nothing besides."""
        plain = _plain(_folded(text))
        return plain in self._words or _significant(plain) in self._digits

    def named_in(self, texts: Sequence[str]) -> set[int]:
        """Which of the texts, which follow one another, name a place, also one that begins in one of them and ends in the next.

        With more places than can be looked for, every text of several words counts as naming one.
        """
        if len(self._sought) > _MOST:
            return {number for number, text in enumerate(texts) if len(text.split()) > 1}
        folded = [_folded(text) for text in texts]
        whole = "\n".join(folded)
        plain = _plain(whole)
        if self._pattern is None or not any(each in plain for each in self._sought):
            return set()
        ends = list(_ends(folded))
        found: set[int] = set()
        number = 0
        for match in self._pattern.finditer(whole):
            while ends[number] < match.start():
                number += 1
            last = number
            found.add(last)
            while ends[last] < match.end():
                last += 1
                found.add(last)
        return found


def _ends(texts: Iterable[str]) -> Iterator[int]:
    place = -1
    for text in texts:
        place += len(text) + 1
        yield place


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))


def _plain(folded: str) -> str:
    return _APART.sub("", folded)


def _significant(number: str) -> str:
    """The digits of a telephone number after its country and trunk prefix."""
    digits = re.sub("[^0-9]", "", _folded(number))
    match = _NATIONAL.fullmatch(digits)
    return match[1] if match else digits


def _spelled(plain: str) -> str:
    return _BETWEEN.join(map(re.escape, plain))
