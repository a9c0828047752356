"""Where the elements of an XML text stand: the end of each start tag, in document order.

The XML library knows lines but no columns; one pass of a tag scanner over text that is known to be well-formed does.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping

from vrfhir.fhir.parsed import Path

__all__ = ["TagScan", "XmlPositions"]

_TAG = re.compile(
    r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<(?P<end>/)?[^\s/>!?][^\s/>]*+(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>",
    re.DOTALL,
)


class TagScan:
    """The ends of all start tags and end tags of an XML text."""

    def __init__(self, text: str) -> None:
        self._lines = [0, *(each.end() for each in re.finditer("\n", text))]
        self.start_tags: list[int] = []
        self.closings: list[int] = []
        open_elements: list[int] = []
        for tag in _TAG.finditer(text):
            word = tag.group()
            if word.startswith(("<!", "<?")):
                continue
            if tag.group("end"):
                if open_elements:
                    self.closings[open_elements.pop()] = tag.end()
                continue
            self.start_tags.append(tag.end())
            self.closings.append(tag.end())
            if not word.endswith("/>"):
                open_elements.append(len(self.start_tags) - 1)

    def start(self, number: int) -> tuple[int, int]:
        """Line and column just after the start tag of the n-th element."""
        return self._at(self.start_tags, number)

    def end(self, number: int) -> tuple[int, int]:
        """Line and column just after the end of the n-th element."""
        return self._at(self.closings, number)

    def _at(self, offsets: list[int], number: int) -> tuple[int, int]:
        if not 0 <= number < len(offsets):
            return (1, 1)
        offset = offsets[number]
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1


class XmlPositions:
    """Positions by path, from a scan and the number of the element each path was read from."""

    def __init__(self, scan: TagScan, numbers: Mapping[Path, int]) -> None:
        self._scan = scan
        self._numbers = numbers

    def __call__(self, path: Path) -> tuple[int, int]:
        """Line and column of a path, or of its nearest ancestor that was read."""
        for length in range(len(path), -1, -1):
            number = self._numbers.get(path[:length])
            if number is not None:
                return self._scan.start(number)
        return (1, 1)
