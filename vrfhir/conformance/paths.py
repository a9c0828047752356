"""``path``: JSONPath and XPath over messages and fixtures, for scripts older than FHIRPath.

XPath is evaluated on the resource's XML with ``f:``, ``fhir:`` and ``xhtml:`` bound, whatever format came over the wire; it may
begin at the resource (``fhir:Patient/fhir:id``) or inside it (``fhir:id``), and plain names (``Patient/id``) mean FHIR elements.
JSONPath has children, ``..``, indexes, ``*`` and names in brackets – no filters and no scripts.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from vrfhir.conformance.bodies import XML, write_resource
from vrfhir.conformance.verdicts import ExpectationError, UntestableError

__all__ = ["is_xpath", "path_fault", "path_values"]

_NAMESPACES = {"f": "http://hl7.org/fhir", "fhir": "http://hl7.org/fhir", "xhtml": "http://www.w3.org/1999/xhtml"}
_PLAIN_NAMES = re.compile(r"/?[A-Za-z]\w*(?:/[A-Za-z]\w*)*(?:/@\w+)?")
_STEP = re.compile(
    r"\.\.(?P<deep>[\w$-]+|\*)|\.(?P<name>[\w$-]+|\*)|\[(?P<index>-?\d+)\]|\[(?P<star>\*)\]|\[['\"](?P<quoted>[^'\"]+)['\"]\]"
)


def is_xpath(path: str) -> bool:
    """True when a path is XPath: it starts with a slash, or names the FHIR namespace or an attribute."""
    return path.startswith(("/", "(")) or any(mark in path for mark in ("f:", "fhir:", "@", "/"))


def path_fault(path: str) -> str:
    """Why a path cannot be evaluated; empty when it can."""
    try:
        etree.XPath(path, namespaces=_NAMESPACES) if is_xpath(path) else _steps(path)
    except (etree.XPathError, UntestableError) as error:
        return str(error)
    return ""


def path_values(path: str, resource: dict[str, Any]) -> list[Any]:
    """The values at a path; elements with a ``value`` attribute count as that value."""
    if is_xpath(path):
        return _xpath(path, resource)
    values: list[Any] = [resource]
    for kind, step in _steps(path):
        values = [found for value in values for found in _follow(kind, step, value)]
    return values


def _steps(path: str) -> list[tuple[str, str]]:
    text = path[1:] if path.startswith("$") else path if path.startswith(("[", ".")) else f".{path}"
    steps: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            raise UntestableError(f"the JSONPath “{path}” is not understood at “{text[position : position + 20]}”")
        kind = str(match.lastgroup)
        steps.append((kind, match[kind]))
        position = match.end()
    return steps


def _follow(kind: str, step: str, value: Any) -> list[Any]:
    if kind == "index":
        number = int(step)
        return [value[number]] if isinstance(value, list) and -len(value) <= number < len(value) else []
    if kind == "deep":
        return [found for item in _descendants(value) for found in _follow("name", step, item)]
    if kind == "star" or step == "*":
        return list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, list) else []
    return [value[step]] if isinstance(value, dict) and step in value else []


def _descendants(value: Any) -> list[Any]:
    found, queue = [], [value]
    while queue:
        item = queue.pop(0)
        found.append(item)
        queue += list(item.values()) if isinstance(item, dict) else item if isinstance(item, list) else []
    return found


def _xpath(path: str, resource: dict[str, Any]) -> list[Any]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(write_resource(resource, XML), parser)
    except (ValueError, etree.XMLSyntaxError) as error:
        raise ExpectationError(str(error)) from error
    try:
        evaluate = etree.XPath(_prefixed(path), namespaces=_NAMESPACES)
        found = evaluate(root)
        if not found and not path.startswith("/"):
            around = etree.Element("document")
            around.append(root)
            found = evaluate(around)
    except etree.XPathError as error:
        raise UntestableError(f"the XPath “{path}” cannot be evaluated: {error}") from error
    if isinstance(found, float):
        return [int(found) if found.is_integer() else found]
    if not isinstance(found, list):
        return [found]
    return [_node_value(node) for node in found]


def _prefixed(path: str) -> str:
    """Plain names as elements of FHIR; any other path as it is."""
    return re.sub(r"(^|/)(?=[A-Za-z])", r"\1f:", path) if _PLAIN_NAMES.fullmatch(path) else path


def _node_value(node: Any) -> Any:
    if isinstance(node, etree._Element):
        value = node.get("value")
        return value if value is not None else etree.tostring(node, method="c14n").decode()
    return str(node)
