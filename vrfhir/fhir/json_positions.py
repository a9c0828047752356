"""Where the values of a JSON text stand, found by one more pass over text that has already been parsed.

Only run when there is something to report, so parsing itself pays nothing for it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from vrfhir.fhir.parsed import Path

__all__ = ["JsonPositions", "line_and_column"]

_PIECE = r'"(?:[^"\\]++|\\.)*+"|[\[\]{},:]|[^\s\[\]{},:"]+'


class _Node:
    """A value: where it is reported, and what is inside it."""

    __slots__ = ("children", "offset")

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.children: dict[str | int, _Node] = {}


class JsonPositions:
    """Positions of a JSON text, and the keys it repeats."""

    def __init__(self, text: str, offsets: Sequence[int] = ()) -> None:
        """``offsets``, in their order: places in the text of which :attr:`holders` tells what stands around them."""
        self._lines = _line_starts(text)
        self.duplicates: list[Path] = []
        self.holders: list[Path] = []
        """The innermost object or array around each of the offsets asked for, as far as the text is JSON."""
        self._offsets = list(offsets)
        self._root = self._scan(text)

    def __call__(self, path: Path) -> tuple[int, int]:
        """Line and column of a path, or of its nearest ancestor that exists."""
        node = self._root
        for step in path:
            inner = node.children.get(step)
            if inner is None:
                break
            node = inner
        return self.at(node.offset)

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def duplicate_positions(self) -> Iterator[tuple[Path, int, int]]:
        """Every key that is repeated in its object: its path, line and column."""
        for path in self.duplicates:
            yield path, *self(path)

    def _scan(self, text: str) -> _Node:
        top = _Node(0)
        stack: list[tuple[_Node, str]] = [(top, "[")]
        path: list[str | int] = []
        key: str | None = None
        key_at = 0
        for token in re.finditer(_PIECE, text, re.DOTALL):
            word = token.group()
            while len(self.holders) < len(self._offsets) and self._offsets[len(self.holders)] < token.start():
                self.holders.append(tuple(path[1:]))
            parent, bracket = stack[-1]
            if word in "]}":
                if len(stack) > 1:  # text that is no JSON may close what was never opened
                    stack.pop()
                if path:
                    path.pop()
                continue
            if word in ",:":
                continue
            if bracket == "{" and key is None:
                key, key_at = _unquoted(word), token.start()
                continue
            step: str | int = key if key is not None else len(parent.children)
            opens = word in "[{"
            if not opens:
                offset = token.end()
            elif key is not None:
                offset = key_at + 1
            else:
                offset = token.start() + 1
            node = _Node(offset)
            if step in parent.children and key is not None:
                self.duplicates.append((*path[1:], step))
            else:
                parent.children[step] = node
            if opens:
                stack.append((node, word))
                path.append(step)
            key = None
        self.holders += [()] * (len(self._offsets) - len(self.holders))
        return next(iter(top.children.values()), top)


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column, 1-based, of one offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _line_starts(text: str) -> list[int]:
    starts = [0]
    starts.extend(each.end() for each in re.finditer("\n", text))
    return starts


def _unquoted(word: str) -> str:
    if "\\" in word:
        try:
            return str(json.loads(word, strict=False))
        except json.JSONDecodeError:  # an escape that is none: the text is refused anyway
            return word[1:-1]
    return word[1:-1]
