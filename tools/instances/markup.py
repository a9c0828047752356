"""Changes to the XML text of a resource: what only XML can have wrong."""

from __future__ import annotations

import re
from collections.abc import Callable

from instances.chance import Chance

__all__ = ["XML_CHANGES"]

TAG = r"<(\w+)(?: [^<>]*)?/?>"
NAMESPACE = ' xmlns="http://hl7.org/fhir"'


def _at(text: str, pattern: str, chance: Chance) -> re.Match[str] | None:
    found = list(re.finditer(pattern, text))
    return chance.one(found) if found else None


def _put(text: str, at: int, what: str) -> str:
    return text[:at] + what + text[at:]


def _swapped(text: str, chance: Chance) -> str:
    """Two neighbouring simple elements change places."""
    found = _at(text, r'(<\w+ value="[^"]*"/>)(\s*)(<\w+ value="[^"]*"/>)', chance)
    return (
        text[: found.start()] + found.group(3) + found.group(2) + found.group(1) + text[found.end() :]
        if found
        else text
    )


def _attribute(text: str, chance: Chance) -> str:
    """An attribute that is not known."""
    found = _at(text, r"<\w+ value=", chance)
    return (
        _put(
            text,
            found.end() - 6,
            chance.one(('colour="blue" ', 'id="x1" ', 'id="with space" ', 'url="http://example.org" ', 'xml:id="a" ')),
        )
        if found
        else text
    )


def _no_value(text: str, chance: Chance) -> str:
    """A simple element without its value, or with an empty one."""
    found = _at(text, r' value="[^"]*"', chance)
    return (
        text[: found.start()] + chance.one(("", ' value=""', ' value=" "', ' Value="x"')) + text[found.end() :]
        if found
        else text
    )


def _space_in_value(text: str, chance: Chance) -> str:
    """White space at the ends of a value, or line ends in it."""
    found = _at(text, r' value="([^"]*)"', chance)
    return (
        _put(
            text,
            chance.one((found.start(1), found.end(1))),
            chance.one((" ", "  ", "&#10;", "\n", "\t", "&#160;", "&#13;")),
        )
        if found
        else text
    )


def _words(text: str, chance: Chance) -> str:
    """Words between elements."""
    found = _at(text, TAG, chance)
    return _put(text, found.end(), "words") if found else text


def _comment(text: str, chance: Chance) -> str:
    """A comment or an instruction."""
    found = _at(text, TAG, chance)
    return _put(text, found.end(), chance.one(("<!-- note -->", "<?note it?>", "<![CDATA[words]]>"))) if found else text


def _namespace(text: str, chance: Chance) -> str:
    """Another namespace, or none, for the resource or one of its elements."""
    found = _at(text, r"<(\w+) value=", chance)
    how = chance.number(0, 4)
    if how < 2:
        return text.replace(
            NAMESPACE, chance.one(("", ' xmlns="http://hl7.org/fhir/"', ' xmlns="http://example.org/x"')), 1
        )
    if how == 2:
        return text.replace(
            ' xmlns="http://www.w3.org/1999/xhtml"', chance.one(("", ' xmlns="http://hl7.org/fhir"')), 1
        )
    return _put(text, found.end() - 7, ' xmlns="http://example.org/x"') if found else text


def _unknown(text: str, chance: Chance) -> str:
    """An element that is not known, or of another type's."""
    found = _at(text, r"</\w+>|<\w+ value=\"[^\"]*\"/>", chance)
    return (
        _put(
            text,
            found.end(),
            chance.one(
                (
                    '<colour value="blue"/>',
                    '<status value="active"/>',
                    '<value value="1"/>',
                    '<id value="x"/>',
                    "<extra/>",
                    '<text value="x"/>',
                )
            ),
        )
        if found
        else text
    )


def _twice(text: str, chance: Chance) -> str:
    """A simple element stands there twice."""
    found = _at(text, r'<\w+ value="[^"]*"/>', chance)
    return _put(text, found.end(), found.group()) if found else text


def _far(text: str, chance: Chance) -> str:
    """A simple element moves to the end of the resource."""
    found = _at(text, r'<\w+ value="[^"]*"/>', chance)
    rest = text[: found.start()] + text[found.end() :] if found else text
    return _put(rest, rest.rindex("</"), found.group()) if found else text


def _dropped(text: str, chance: Chance) -> str:
    """A simple element is missing."""
    found = _at(text, r'<\w+ value="[^"]*"/>', chance)
    return text[: found.start()] + text[found.end() :] if found else text


def _root(text: str, chance: Chance) -> str:
    """A root that is none, a document type, a declaration that says something else."""
    return chance.one((
        lambda: re.sub(r"<(/?)[A-Z]\w+(?=[ >])", r"<\1Planet", text, count=1), lambda: "<!DOCTYPE x [<!ENTITY e 'v'>]>" + re.sub(r"<\?xml[^>]*>", "", text), lambda: text + "<again/>",
        lambda: text[: len(text) * 2 // 3], lambda: re.sub(r'encoding="[^"]*"', 'encoding="UTF-16"', text), lambda: text.replace("</", "< /", 1), lambda: "\n" + text,
        lambda: "\ufeff" + text, lambda: re.sub(r'value="([^"]*)"', 'value="\\1 & more"', text, count=1), lambda: re.sub(r'value="([^"]*)"', 'value="\\1&nbsp;"', text, count=1),
    ))()  # fmt: skip


XML_CHANGES: dict[str, Callable[[str, Chance], str]] = {
    "xml-swapped": _swapped, "xml-attribute": _attribute, "xml-no-value": _no_value, "xml-space": _space_in_value, "xml-words": _words, "xml-comment": _comment,
    "xml-namespace": _namespace, "xml-unknown": _unknown, "xml-twice": _twice, "xml-far": _far, "xml-dropped": _dropped, "xml-root": _root,
}  # fmt: skip
