"""The rules for narrative XHTML behind ``htmlChecks()`` (https://hl7.org/fhir/R4/narrative.html#xhtml, invariants txt-1, txt-2)."""

from __future__ import annotations

from typing import Any

__all__ = ["is_valid_narrative"]

_XHTML = "http://www.w3.org/1999/xhtml"
_MAX_LENGTH = 2_000_000
_MAX_DEPTH = 200

_ELEMENTS = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "big",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "q",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "ul",
        "var",
    ]
)
_COMMON = frozenset(("title", "style", "class", "id", "lang", "xml:lang", "dir", "accesskey", "tabindex"))
_ATTRIBUTES = {
    "a": frozenset(("charset", "type", "name", "href", "hreflang", "rel", "rev", "shape", "coords")),
    "img": frozenset(("src", "alt", "longdesc", "height", "width", "usemap", "ismap")),
    "table": frozenset(("summary", "width", "border", "frame", "rules", "cellspacing", "cellpadding")),
    **dict.fromkeys(
        ("td", "th"),
        frozenset(
            (
                "abbr",
                "axis",
                "headers",
                "scope",
                "rowspan",
                "colspan",
                "align",
                "valign",
                "char",
                "charoff",
                "width",
                "nowrap",
            )
        ),
    ),
    **dict.fromkeys(
        ("tr", "thead", "tbody", "tfoot", "col", "colgroup"),
        frozenset(("align", "char", "charoff", "valign", "span", "width")),
    ),
    **dict.fromkeys(("ol", "ul", "li"), frozenset(("type", "start", "value", "compact"))),
    **dict.fromkeys(("blockquote", "q"), frozenset(("cite",))),
}


class _RefusedError(Exception):
    """The narrative breaks a rule."""


def is_valid_narrative(text: str) -> bool:
    """True for one well-formed XHTML ``div`` with only basic formatting and some content."""
    from xml.parsers import expat  # only when narrative is looked at

    if len(text) > _MAX_LENGTH:
        return False
    depth, has_content = 0, False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, has_content
        depth += 1
        space, _, local = name.rpartition(" ")
        if space != _XHTML or local not in _ELEMENTS or depth > _MAX_DEPTH or (depth == 1 and local != "div"):
            raise _RefusedError
        allowed = _ATTRIBUTES.get(local, frozenset())
        for attribute in attributes:
            short = "xml:lang" if attribute.endswith(" lang") else attribute
            if short not in _COMMON and short not in allowed:
                raise _RefusedError
        has_content = has_content or local == "img"

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def characters(data: str) -> None:
        nonlocal has_content
        has_content = has_content or not data.isspace()

    def refuse(*_: Any) -> None:
        raise _RefusedError

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except (expat.ExpatError, _RefusedError):
        return False
    return has_content
