"""What may stand inside what in a narrative, ids that are used twice, and text in several languages.

The content model is that of XHTML for the elements a narrative may hold (https://hl7.org/fhir/R4/narrative.html#xhtml), as far
as HL7's validator checks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vrfhir.validation.narrative import Element

__all__ = ["check_ids", "check_languages", "check_structure"]

Found = Iterator[tuple[str, dict[str, Any]]]

_TEXT = "@text"
_BLOCKS = frozenset({"div", "pre", "table", "ul", "ol"})
_FLOW = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "address", "a", "b", "em", "i", "strong", "small", "big", "sub", "sup", "code", "tt", "dfn", "q", "var", "abbr",
     "acronym", "cite", "bdo", "kbd", "samp", "span", "caption", "dd", "dt"}
)  # fmt: skip
"""No blocks inside."""
_ONCE = frozenset(
    {"a", "b", "em", "i", "strong", "small", "big", "sub", "sup", "code", "tt", "dfn", "q", "var", "abbr", "acronym", "cite", "bdo", "kbd", "samp"}
)  # fmt: skip
"""Not inside themselves."""
_EMPTY = frozenset({"br", "img", "hr", "area"})
_PARENTS = {
    "tr": ("table", "thead", "tfoot", "tbody"),
    "tbody": ("table",),
    "thead": ("table",),
    "tfoot": ("table",),
    "caption": ("table",),
    "colgroup": ("table",),
    "col": ("colgroup", "table"),
    "th": ("tr", "thead", "tfoot"),
    "td": ("tr", "thead", "tfoot"),
    "li": ("ul", "ol"),
    "dd": ("dl",),
    "dt": ("dl",),
}
_CHILDREN = {
    "table": ("tbody", "tr", "caption", "thead", "tfoot", "col", "colgroup"),
    "tr": ("td", "th"),
    "tbody": ("tr",),
    "thead": ("tr",),
    "tfoot": ("tr",),
    "ul": ("li",),
    "ol": ("li",),
    "dl": ("dd", "dt"),
    "map": ("area",),
}


def check_structure(element: Element) -> Found:
    """What stands where it may not, everywhere below an element."""
    for inner in element.children:
        name = inner.name
        if name in _FLOW and (blocks := _below(inner, _BLOCKS)):
            yield "XHTML_XHTML_BLOCK_IN_PARA", {"element": name, "found": ", ".join(blocks)}
        if name in _ONCE and _below(inner, frozenset({name})):
            yield "XHTML_XHTML_NO_RECURSION", {"element": name}
        if name in _EMPTY and not inner.is_empty:
            yield "XHTML_XHTML_NO_CHILDREN", {"element": name}
        if (parents := _PARENTS.get(name)) and element.name not in parents:
            yield "XHTML_XHTML_OUT_OF_PLACE", {"element": name, "expected": " or ".join(parents), "found": element.name}
        if allowed := _CHILDREN.get(name):
            wrong = [each.name for each in inner.children if each.name not in allowed]
            if inner.has_text:
                wrong.append(_TEXT)
            if wrong:
                yield "XHTML_XHTML_ILLEGAL_CHILDREN", {"element": name, "found": ", ".join(wrong)}
        yield from check_structure(inner)


def _below(element: Element, names: frozenset[str]) -> list[str]:
    """The elements of these names anywhere inside."""
    found = []
    for inner in element.children:
        if inner.name in names:
            found.append(inner.name)
        found += _below(inner, names)
    return found


def check_ids(element: Element) -> Found:
    """An id, or the name of an anchor, that stands there more than once."""
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for identity in _ids(element):
        if identity in seen:
            twice[identity] = None
        seen.add(identity)
    if twice:
        yield "XHTML_XHTML_DUPLICATE_IDS", {"found": ", ".join(sorted(twice))}


def _ids(element: Element) -> Iterator[str]:
    for inner in element.children:
        identity = inner.attributes.get("id")
        if identity is not None:
            yield identity
        name = inner.attributes.get("name") if inner.name == "a" else None
        if name is not None and name != identity:
            yield name
        yield from _ids(inner)


def check_languages(element: Element) -> Found:
    """Divisions for languages beside text that is in none."""
    marked = [each for each in element.children if each.name == "div" and "xml:lang" in each.attributes]
    others = [each for each in element.children if each not in marked]
    if marked and (element.has_text or any(each.has_text_inside for each in others)):
        languages = ", ".join(dict.fromkeys(each.attributes["xml:lang"] for each in marked))
        yield "XHTML_XHTML_MIXED_LANG", {"found": languages}
