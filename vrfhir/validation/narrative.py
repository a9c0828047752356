"""The narrative: XHTML of a limited kind (https://hl7.org/fhir/R4/narrative.html#xhtml).

Parsed by expat with every declaration refused, so neither entities nor anything outside the text can play a part.
"""

from __future__ import annotations

import re
from html.entities import name2codepoint
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from vrfhir.fhir.xhtml import ELEMENTS, XHTML, is_allowed
from vrfhir.validation.narrative_structure import check_ids, check_languages, check_structure
from vrfhir.validation.paths import Location

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope
    from vrfhir.validation.tables import Child

__all__ = ["Element", "check_narrative", "parse_narrative"]

_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_ENTITIES = frozenset({"lt", "gt", "amp", "quot", "apos"})
_DEPTH_LIMIT = 200

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_URL_CHARACTERS = frozenset(";?:@&=+$.,/%-_~#[]!'()*|")
_BLOCKS = frozenset({"div", "blockquote", "table", "ol", "ul", "p"})


class Element:
    """One XHTML element."""

    __slots__ = ("attributes", "children", "has_text", "is_empty", "name")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Element] = []
        self.has_text = False
        self.is_empty = True

    @property
    def has_text_inside(self) -> bool:
        """True when there is something to read."""
        return self.has_text or any(child.has_text_inside for child in self.children)

    @property
    def has_content(self) -> bool:
        """True when there is something to read or see."""
        return self.has_text or self.name == "img" or any(child.has_content for child in self.children)


class _RefusedError(Exception):
    pass


def parse_narrative(text: str) -> tuple[Element | None, str]:
    """The tree of a narrative, or None and what is wrong with its XML."""
    parser = expat.ParserCreate()
    top: list[Element] = []
    open_elements: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        element = Element(name, attributes)
        if open_elements:
            open_elements[-1].is_empty = False
        (open_elements[-1].children if open_elements else top).append(element)
        open_elements.append(element)
        if len(open_elements) > _DEPTH_LIMIT:
            raise _RefusedError("its elements are nested too deeply")

    def end(_: str) -> None:
        open_elements.pop()

    def characters(data: str) -> None:
        if open_elements:
            open_elements[-1].is_empty = False
            if not data.isspace():
                open_elements[-1].has_text = True

    def refuse(*_: object) -> None:
        raise _RefusedError("it declares a document type")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(_ENTITY.sub(_entity, text).encode("utf-8", "replace"), True)
    except expat.ExpatError as problem:
        return None, expat.ErrorString(problem.code) + f" at line {problem.lineno} column {problem.offset}"
    except _RefusedError as problem:
        return None, str(problem)
    return (top[0], "") if top else (None, "it has no element")


def _entity(found: re.Match[str]) -> str:
    name = found.group(1)
    if name in _XML_ENTITIES or name not in name2codepoint:
        return found.group()
    return chr(name2codepoint[name])


def check_narrative(scope: Scope, child: Child, text: str, location: Location) -> None:
    """``Narrative.div``."""
    if not text:
        scope.report("Type_Specific_Checks_DT_Primitive_NotEmpty", location)
        scope.report("http://hl7.org/fhir/StructureDefinition/Element#ele-1", location)
    known = scope.engine.narratives
    found = known.get(text)
    if found is None:
        found = _judge(text)
        if len(text) < 4096 and len(known) < 1024:
            known[text] = found
    for rule, facts in found:
        if rule in _LINKS:
            if not _is_there(scope, text, facts["found"]):
                scope.report(rule, location, **facts)
        else:
            scope.report(rule, location, **facts)


_INTERNAL = {"a": "Type_Specific_Checks_DT_XHTML_Resolve", "img": "Type_Specific_Checks_DT_XHTML_Resolve_Img"}
_LINKS = frozenset(_INTERNAL.values())


def _is_there(scope: Scope, text: str, link: str) -> bool:
    """Whether something in the narrative, or in the resource that holds it, has the id that a link names."""
    wanted = re.compile(rf"""(?:^|[\s"'])(?:id|name)\s*=\s*["']{re.escape(link[1:])}["']""")
    waiting: list[Any] = [text, scope.root]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            if each.lstrip().startswith("<") and wanted.search(each):
                return True
        elif isinstance(each, dict):
            if each.get("id") == link[1:]:
                return True
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return False


def _is_link(url: str) -> bool:
    """Whether every character may stand in a URL; of data, whether there is some."""
    if not url.startswith("data:"):
        return bool(url) and all(each.isalnum() or each in _URL_CHARACTERS for each in url)
    kind, comma, data = url[5:].partition(",")
    if not comma or not data or "," in data:
        return False
    return not kind.endswith(";base64") or _BASE64.fullmatch(data) is not None


def _judge(text: str) -> list[tuple[str, dict[str, Any]]]:
    element, problem = parse_narrative(text)
    txt_1, txt_2 = (
        "http://hl7.org/fhir/StructureDefinition/Narrative#txt-1",
        "http://hl7.org/fhir/StructureDefinition/Narrative#txt-2",
    )
    if element is None:
        return [("ERROR_PARSING_XHTML_", {"problem": problem}), (txt_1, {}), (txt_2, {})]
    found: list[tuple[str, dict[str, Any]]] = []
    namespace = element.attributes.get("xmlns", "")
    if namespace != XHTML:
        found.append(("XHTML_XHTML_NS_InValid", {"found": namespace}))
    if element.name != "div":
        found.append(("XHTML_XHTML_Name_Invalid", {"found": element.name}))
    illegal: list[tuple[str, dict[str, Any]]] = []
    for inner in element.children:
        _element(inner, illegal, in_paragraph=False)
    found.extend(illegal)
    found.extend(check_structure(element))
    found.extend(check_ids(element))
    found.extend(check_languages(element))
    if illegal and any(rule.endswith("_Illegal") for rule, _ in illegal):
        found.append((txt_1, {}))
    if not element.has_content:
        found.append((txt_2, {}))
    return found


def _element(element: Element, found: list[tuple[str, dict[str, Any]]], *, in_paragraph: bool) -> None:
    name = element.name
    if (namespace := element.attributes.get("xmlns")) not in (None, XHTML):
        found.append(("XHTML_XHTML_NS_InValid", {"found": str(namespace)}))
    if name not in ELEMENTS:
        found.append(("XHTML_XHTML_Element_Illegal", {"found": name}))
    for attribute in element.attributes:
        if attribute.startswith("xmlns") or is_allowed(name, attribute):
            continue
        rule = "XHTML_XHTML_ATTRIBUTE_XML_SPACE" if attribute == "xml:space" else "XHTML_XHTML_Attribute_Illegal"
        found.append((rule, {"found": attribute, "element": name}))
    if in_paragraph and name in _BLOCKS:
        found.append(("XHTML_XHTML_Element_Illegal_IN_PARA", {"found": name}))
    for link in ("href",) if name == "a" else ("src",) if name == "img" else ():
        url = element.attributes.get(link)
        if url is not None and not _is_link(url):
            found.append(("XHTML_URL_INVALID", {"found": url}))
        if url == "" and name == "a":
            found.append(("TYPE_SPECIFIC_CHECKS_DT_XHTML_EMPTY_HREF", {}))
        elif url is not None and url.startswith("#") and len(url) > 1:
            found.append((_INTERNAL[name], {"found": url}))
        elif url is not None and name == "a" and (scheme := url.partition(":")[0]) != url:
            if scheme.strip().lower() in ("javascript", "vbscript"):
                found.append(("TYPE_SPECIFIC_CHECKS_DT_XHTML_ACTIVE_HREF", {"found": url}))
            elif scheme in ("urn", "cid"):
                found.append(("TYPE_SPECIFIC_CHECKS_DT_XHTML_LITERAL_HREF", {"found": url}))
    for inner in element.children:
        _element(inner, found, in_paragraph=in_paragraph or name == "p")
