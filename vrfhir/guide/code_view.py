"""JSON and HL7 v2 in colour; strings that name one of our artefacts or another example are links."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from vrfhir.guide.markup import Html, join, raw, tag
from vrfhir.guide.sources import Json

__all__ = ["json_view", "message_view"]

_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?\d[\d.eE+-]*)|(?P<word>true|false|null)'
)
_MARKS = re.compile(r"([|^~&])")
Target = Callable[[str], str | None]
Linker = Callable[[str], Html]


def json_view(resource: Json, target: Target, link: Linker, label: str) -> Html:
    """A resource as indented JSON. ``target`` says where a whole string leads on the site, None for nowhere; ``link`` finds links inside."""
    text = json.dumps(resource, ensure_ascii=False, indent=2)
    parts = []
    at = 0
    for match in _TOKEN.finditer(text):
        parts.append(_escaped(text[at : match.start()]))
        at = match.end()
        token = match[0]
        href = target(json.loads(token)) if match.lastgroup == "string" else None
        shown = tag("a", token, href=href) if href else link(token) if match.lastgroup == "string" else token
        parts.append(tag("span", shown, class_=f"j-{match.lastgroup}"))
    parts.append(_escaped(text[at:]))
    return tag("pre", tag("code", raw("".join(parts))), class_="source", tabindex="0", role="region", aria_label=label)


def message_view(text: str, label: str) -> Html:
    """A v2 message, a segment a line, its name and delimiters set off."""
    lines = []
    for line in text.replace("\r\n", "\r").replace("\n", "\r").split("\r"):
        if line:
            pieces = _MARKS.split(line[3:])
            marked = [tag("span", each, class_="v-mark") if at % 2 else each for at, each in enumerate(pieces)]
            lines.append(tag("span", line[:3], class_="v-name") + join(*marked))
    return tag(
        "pre", tag("code", raw("\n".join(lines))), class_="source wrap", tabindex="0", role="region", aria_label=label
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
