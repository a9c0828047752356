"""Regular expressions without backtracking: for patterns that Python's engine might never finish.

The pattern is taken apart by Python's own parser and run as a non-deterministic automaton, all states at once, so that the
work grows with the length of the text times the size of the pattern. It answers only whether there is a match. What an
automaton cannot do (back references, look-around, flags) is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from re import _constants as codes  # type: ignore[attr-defined]
from typing import Any

__all__ = ["Automaton", "UnsupportedError"]

_MAX_STATES = 20_000

Accepts = Callable[[str], bool]
Holds = Callable[[str, int], bool]


class UnsupportedError(Exception):
    """The pattern has a part that no automaton of reasonable size can do."""


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


_CATEGORIES: dict[Any, Accepts] = {
    codes.CATEGORY_DIGIT: str.isdecimal,
    codes.CATEGORY_NOT_DIGIT: lambda sign: not sign.isdecimal(),
    codes.CATEGORY_SPACE: str.isspace,
    codes.CATEGORY_NOT_SPACE: lambda sign: not sign.isspace(),
    codes.CATEGORY_WORD: _is_word,
    codes.CATEGORY_NOT_WORD: lambda sign: not _is_word(sign),
}


def _at_boundary(text: str, place: int) -> bool:
    before = place > 0 and _is_word(text[place - 1])
    return before != (place < len(text) and _is_word(text[place]))


_POSITIONS: dict[Any, Holds] = {
    codes.AT_BEGINNING: lambda text, place: place == 0,
    codes.AT_BEGINNING_STRING: lambda text, place: place == 0,
    codes.AT_END: lambda text, place: place == len(text) or (place == len(text) - 1 and text[place] == "\n"),
    codes.AT_END_STRING: lambda text, place: place == len(text),
    codes.AT_BOUNDARY: _at_boundary,
    codes.AT_NON_BOUNDARY: lambda text, place: not _at_boundary(text, place),
}


class Automaton:
    """States are numbers: each takes a character and goes on, goes on when a position condition holds, forks, or accepts."""

    __slots__ = ("_accepts", "_forks", "_holds", "_next", "_start")

    def __init__(self, items: Iterable[Any]) -> None:
        self._accepts: list[Accepts | None] = [None]
        self._holds: list[Holds | None] = [None]
        self._forks: list[tuple[int, ...]] = [()]
        self._next: list[int] = [0]  # state 0 is the end
        self._start = self._sequence(list(items), 0)

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self._next)

    def found(self, text: str, *, whole: bool) -> bool:
        """True when the pattern fits the whole text, or, otherwise, any part of it."""
        states: set[int] = set()
        for place in range(len(text) + 1):
            if place == 0 or not whole:
                states = states | {self._start}
            reached = self._closure(states, text, place)
            if 0 in reached and (not whole or place == len(text)):
                return True
            if place == len(text):
                return False
            sign = text[place]
            states = {self._next[each] for each in reached if (accepts := self._accepts[each]) and accepts(sign)}
            if whole and not states:
                return False
        return False

    def _closure(self, states: set[int], text: str, place: int) -> set[int]:
        reached = set(states)
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            targets = self._forks[state]
            holds = self._holds[state]
            if holds is not None:
                targets = (self._next[state],) if holds(text, place) else ()
            for target in targets:
                if target not in reached:
                    reached.add(target)
                    waiting.append(target)
        return reached

    def _add(
        self, following: int, accepts: Accepts | None = None, holds: Holds | None = None, forks: tuple[int, ...] = ()
    ) -> int:
        if len(self._next) > _MAX_STATES:
            raise UnsupportedError
        self._next.append(following)
        self._accepts.append(accepts)
        self._holds.append(holds)
        self._forks.append(forks)
        return len(self._next) - 1

    def _sequence(self, items: list[Any], following: int) -> int:
        """The state from which these items lead to ``following``; built from the last to the first."""
        for code, value in reversed(items):
            following = self._item(code, value, following)
        return following

    def _item(self, code: Any, value: Any, following: int) -> int:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            return self._repeat(value[0], value[1], list(value[2]), following)
        if code is codes.SUBPATTERN:
            if value[1] or value[2]:
                raise UnsupportedError
            return self._sequence(list(value[3]), following)
        if code is codes.BRANCH:
            return self._add(0, forks=tuple(self._sequence(list(each), following) for each in value[1]))
        if code is codes.AT and value in _POSITIONS:
            return self._add(following, holds=_POSITIONS[value])
        return self._add(following, accepts=_acceptor(code, value))

    def _repeat(self, least: int, most: Any, items: list[Any], following: int) -> int:
        if most is codes.MAXREPEAT:
            loop = self._add(0)
            self._forks[loop] = (self._sequence(items, loop), following)
            following = loop
        else:
            end = following
            for _ in range(most - least):
                following = self._add(0, forks=(self._sequence(items, following), end))
        for _ in range(least):
            following = self._sequence(items, following)
        return following


def _acceptor(code: Any, value: Any) -> Accepts:
    if code is codes.LITERAL:
        literal = chr(value)
        return lambda sign: sign == literal
    if code is codes.NOT_LITERAL:
        literal = chr(value)
        return lambda sign: sign != literal
    if code is codes.ANY:
        return lambda sign: True
    if code is codes.RANGE:
        first, last = chr(value[0]), chr(value[1])
        return lambda sign: first <= sign <= last
    if code is codes.CATEGORY and value in _CATEGORIES:
        return _CATEGORIES[value]
    if code is codes.IN:
        negated = bool(value) and value[0][0] is codes.NEGATE
        options = [_acceptor(*each) for each in value[negated:]]
        return lambda sign: any(option(sign) for option in options) is not negated
    raise UnsupportedError
