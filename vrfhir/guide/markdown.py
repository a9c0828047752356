"""The little Markdown that descriptions and the stories' README files use, as HTML. What it does not know stays text."""

from __future__ import annotations

import re
from collections.abc import Callable

from vrfhir.guide.markup import Content, Html, join, tag

__all__ = ["blocks", "inline"]

_INLINE = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<strong>[^*]+)\*\*|\*(?P<em>[^*\s][^*]*)\*|\[(?P<text>[^\]]+)\]\((?P<href>[^)\s]+)\)"
    r"|(?P<url>https?://[^\s<>)\"'`]*[\w/])"
)
_LIST = re.compile(r"^(?:[-*]|\d+\.)\s+")
_RULE = re.compile(r"^\|?[\s:|-]+\|?$")
Link = Callable[[str], str | None]
"""Where a target goes on the site; None for nowhere."""


def _as_is(target: str) -> str | None:
    return target if target.startswith(("https://", "http://")) else None


def inline(text: str, link: Link = _as_is) -> Html:
    """A run of text with code, emphasis and links."""
    parts: list[Content] = []
    at = 0
    for match in _INLINE.finditer(text):
        parts.append(text[at : match.start()])
        at = match.end()
        kind = match.lastgroup
        if kind in ("code", "strong", "em"):
            href = link(match[kind]) if kind == "code" else None
            shown = tag(kind, match[kind])
            parts.append(tag("a", shown, href=href) if href else shown)
        else:
            words, target = (match["url"], match["url"]) if kind == "url" else (match["text"], match["href"])
            href = link(target)
            parts.append(tag("a", words, href=href) if href else words)
    return join(*parts, text[at:])


def blocks(text: str, link: Link = _as_is, *, level: int = 2) -> Html:
    """Paragraphs, headings (the first of them at ``level``), lists, tables and code."""
    parts: list[Html] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.splitlines()
        if lines and (heading := re.match(r"^(#{1,4})\s+(.*)", lines[0])):
            parts.append(tag(f"h{min(6, level + len(heading[1]) - 1)}", inline(heading[2], link)))
            lines = lines[1:]
        if not lines:
            continue
        if lines[0].startswith("```"):
            parts.append(tag("pre", tag("code", "\n".join(lines[1:-1])), tabindex="0"))
        elif lines[0].startswith("|") and len(lines) > 1 and _RULE.match(lines[1]):
            parts.append(_table(lines, link))
        elif _LIST.match(lines[0]):
            parts.append(_list(lines, link))
        else:
            parts.append(tag("p", inline(" ".join(each.strip() for each in lines), link)))
    return join(*parts)


def _table(lines: list[str], link: Link) -> Html:
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))] for line in lines]
    head = tag("thead", tag("tr", [tag("th", inline(cell, link), scope="col") for cell in rows[0]]))
    body = [tag("tr", [tag("td", inline(cell, link)) for cell in row]) for row in rows[2:]]
    return tag("div", tag("table", head if any(rows[0]) else None, tag("tbody", body)), class_="scroll", tabindex="0")


def _list(lines: list[str], link: Link) -> Html:
    items: list[str] = []
    for line in lines:
        if _LIST.match(line):
            items.append(_LIST.sub("", line))
        elif items:
            items[-1] += " " + line.strip()
    return tag("ol" if lines[0][0].isdigit() else "ul", [tag("li", inline(each, link)) for each in items])
