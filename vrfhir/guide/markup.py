"""HTML as values: everything is escaped unless it is markup already, so a page cannot forget to."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TypeAlias

__all__ = ["Content", "Html", "join", "raw", "tag"]

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


class Html(str):
    """Text that is markup."""

    __slots__ = ()


Content: TypeAlias = "str | Html | Iterable[Content] | None"


def raw(markup: str) -> Html:
    """Text of ours that is markup already."""
    return Html(markup)


def join(*content: Content) -> Html:
    """Pieces one after the other; text is escaped, None is nothing."""
    return Html("".join(map(_text, content)))


def tag(name: str, /, *content: Content, **attributes: str | bool | None) -> Html:
    """An element. ``class_`` and ``for_`` stand for the reserved words, ``data_label`` for ``data-label``; None and False leave out.

    >>> tag("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    written = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        label = key.rstrip("_").replace("_", "-")
        written.append(f" {label}" if value is True else f' {label}="{escape(value)}"')
    opening = f"<{name}{''.join(written)}>"
    return Html(opening if name in _VOID else f"{opening}{join(*content)}</{name}>")


def _text(content: Content) -> str:
    if content is None:
        return ""
    if isinstance(content, Html):
        return content
    if isinstance(content, str):
        return escape(content, quote=False)
    return "".join(map(_text, content))
