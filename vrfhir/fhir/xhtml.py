"""The XHTML that a narrative may hold (https://hl7.org/fhir/R4/narrative.html#xhtml): elements and attributes.

One table for the validator and for FHIRPath's ``htmlChecks()``, as HL7's validator has it.
"""

from __future__ import annotations

__all__ = ["ELEMENTS", "XHTML", "is_allowed"]

XHTML = "http://www.w3.org/1999/xhtml"
"""The namespace."""

ELEMENTS = frozenset(
    [
        "p",
        "br",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "a",
        "span",
        "b",
        "em",
        "i",
        "strong",
        "small",
        "big",
        "tt",
        "dfn",
        "q",
        "var",
        "abbr",
        "acronym",
        "cite",
        "blockquote",
        "hr",
        "address",
        "bdo",
        "kbd",
        "sub",
        "sup",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "pre",
        "table",
        "caption",
        "colgroup",
        "col",
        "thead",
        "tr",
        "tfoot",
        "tbody",
        "th",
        "td",
        "code",
        "samp",
        "img",
        "map",
        "area",
    ]
)
"""The elements that may stand in a narrative."""

_ATTRIBUTES = frozenset(
    [
        "title",
        "style",
        "class",
        "id",
        "lang",
        "xml:lang",
        "dir",
        "accesskey",
        "tabindex",
        "span",
        "width",
        "align",
        "valign",
        "char",
        "charoff",
        "abbr",
        "axis",
        "headers",
        "scope",
        "rowspan",
        "colspan",
    ]
)
_OF_ELEMENT = frozenset(
    [
        "a.href",
        "a.name",
        "a.charset",
        "a.type",
        "a.hreflang",
        "a.rel",
        "a.rev",
        "a.shape",
        "a.coords",
        "img.src",
        "img.border",
        "img.alt",
        "img.longdesc",
        "img.height",
        "img.width",
        "img.usemap",
        "img.ismap",
        "blockquote.cite",
        "q.cite",
        "map.name",
        "area.shape",
        "area.coords",
        "area.href",
        "area.nohref",
        "area.alt",
        "table.summary",
        "table.width",
        "table.border",
        "table.frame",
        "table.rules",
        "table.cellspacing",
        "table.cellpadding",
        "pre.space",
        "td.nowrap",
    ]
)


def is_allowed(element: str, attribute: str) -> bool:
    """True for an attribute that any element, or this one, may have."""
    return attribute in _ATTRIBUTES or f"{element}.{attribute}" in _OF_ELEMENT
