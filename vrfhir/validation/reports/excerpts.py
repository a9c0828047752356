"""The line of text an issue points at, cut to what fits, with the part that is meant underlined."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from vrfhir.issues import Issue

__all__ = ["Excerpts", "excerpts_of", "pointed", "visible"]

Excerpts = Mapping[tuple[int, int], tuple[str, str]]
"""By line and column of an issue: the line as it may be printed, and the marks below it."""

_SHOWN = 100
_BEFORE = 60
_AROUND = 400
_MAX_EXCERPTS = 1_000
_BARE_END = '"{}[],:<>/= \t'


def excerpts_of(data: bytes, issues: Iterable[Issue]) -> dict[tuple[int, int], tuple[str, str]]:
    """The excerpts of a text for its issues; for at most a thousand places."""
    places = sorted({(each.line, each.column) for each in issues if each.line is not None and each.column is not None})
    found: dict[tuple[int, int], tuple[str, str]] = {}
    start, number, text = 0, 1, None
    for line, column in places[:_MAX_EXCERPTS]:
        while number < line and start >= 0:
            start = data.find(b"\n", start) + 1 or -1
            number, text = number + 1, None
        if start < 0:
            break
        if text is None:
            end = data.find(b"\n", start)
            text = data[start : end if end >= 0 else len(data)].decode("utf-8", "replace").removeprefix("\ufeff")
        excerpt = pointed(text, column)
        if excerpt is not None:
            found[line, column] = excerpt
    return found


def pointed(line: str, column: int) -> tuple[str, str] | None:
    """A line as it may be printed, and the marks below it; None when the place is not in it."""
    if not 1 <= column <= len(line) + 1:
        return None
    # Only what is near is looked at: a line may be millions of characters long.
    away = max(0, column - 1 - _AROUND)
    near = line[away : column - 1 + _AROUND].rstrip("\r")
    if not near.strip(" \t{["):  # nothing there to see
        return None
    first, last = _span(near, min(column - 1 - away, len(near)))
    begin = max(0, min(first - _BEFORE, len(near) - _SHOWN)) if len(near) > _SHOWN else 0
    end = min(begin + _SHOWN, len(near))
    first, last = max(first, begin), min(last, end)
    shown = visible(near[begin:end])
    head, tail = "…" if begin or away else "", "…" if away + end < len(line.rstrip("\r")) else ""
    before, marked = visible(near[begin:first]), visible(near[first:last])
    return head + shown + tail, " " * (len(head) + _width(before)) + "^" * max(1, _width(marked))


def visible(text: str) -> str:
    """Text without characters that command a terminal or turn the reading direction: they become U+FFFD, tabs a space."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        each
        if each.isprintable()
        else " "
        if each == "\t"
        else "\ufffd"
        if unicodedata.category(each)[0] == "C"
        else " "
        for each in text
    )


def _span(line: str, at: int) -> tuple[int, int]:
    """The word that starts at a place, or that ends there (a JSON value is placed at its end)."""
    for begin in (at, at - 1):  # a property is placed at its name, behind the quotation mark
        if 0 <= begin < len(line) and line[begin] == '"' and (begin == 0 or line[begin - 1] in "{[, \t"):
            end = _string_end(line, begin)
            if end is not None and (begin == at or line[end:].lstrip().startswith(":")):
                return begin, end
    if at > 0 and line[at - 1] == '"':
        start = _string_start(line, at - 1)
        if start is not None:
            return start, at
    if at > 0 and line[at - 1] == ">":
        start = line.rfind("<", 0, at)
        if start >= 0:
            return start, at
    start = at
    while start > 0 and line[start - 1] not in _BARE_END:
        start -= 1
    if start < at:
        return start, at
    return min(at, max(len(line) - 1, 0)), min(at, max(len(line) - 1, 0)) + 1


def _string_end(line: str, at: int) -> int | None:
    end = at + 1
    while (end := line.find('"', end)) >= 0:
        if not _is_escaped(line, end):
            return end + 1
        end += 1
    return None


def _string_start(line: str, at: int) -> int | None:
    start = at
    while (start := line.rfind('"', 0, start)) >= 0:
        if not _is_escaped(line, start):
            return start
    return None


def _is_escaped(line: str, at: int) -> bool:
    slashes = at
    while slashes > 0 and line[slashes - 1] == "\\":
        slashes -= 1
    return (at - slashes) % 2 == 1


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )
