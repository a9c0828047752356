"""The JSON shape → XML direction."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vrfhir.errors import UnreadableError
from vrfhir.fhir.json import WrittenDecimal
from vrfhir.fhir.shapes import Fields, Shape, is_primitive, type_suffix
from vrfhir.fhir.xml_reader import FHIR_NAMESPACE, XHTML_NAMESPACE
from vrfhir.issues import Issue

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["write"]

Json = dict[str, Any]

_DEFAULT_NAMESPACE: Any = {None: FHIR_NAMESPACE}


def write(resource: Json, fields: Fields) -> bytes:
    """UTF-8 XML with a declaration. Raises :class:`UnreadableError` for a narrative that is no XHTML."""
    from lxml import etree

    root = etree.Element(f"{{{FHIR_NAMESPACE}}}{resource['resourceType']}", nsmap=_DEFAULT_NAMESPACE)
    _Writer(fields).contents(root, resource["resourceType"], resource)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


class _Writer:
    def __init__(self, fields: Fields) -> None:
        self._fields = fields

    def contents(self, element: _Element, type_path: str, value: Json) -> None:
        for shape in self._fields(type_path).values():
            if shape.name == "id" and "resourceType" not in value:
                if isinstance(value.get("id"), str):
                    element.set("id", value["id"])
            elif shape.name == "url" and type_path == "Extension":
                element.set("url", str(value.get("url", "")))
            else:
                self._field(element, shape, value)

    def _field(self, element: _Element, shape: Shape, value: Json) -> None:
        options = [(shape.name, shape.types[0] if shape.types else "")]
        if shape.choice:
            options = [(shape.name + type_suffix(each), each) for each in shape.types]
        for name, type_name in options:
            for item, extra in _items(value.get(name), value.get(f"_{name}")):
                self._item(element, name, type_name, shape, item, extra)

    def _item(self, parent: _Element, name: str, type_name: str, shape: Shape, item: Any, extra: Any) -> None:
        if type_name == "xhtml":
            parent.append(_narrative(item))
            return
        element = parent.makeelement(f"{{{FHIR_NAMESPACE}}}{name}")
        parent.append(element)
        if is_primitive(type_name):
            if item is not None:
                element.set("value", _text(item))
            if isinstance(extra, dict):
                self.contents(element, type_name, extra)
        elif isinstance(item, dict) and "resourceType" in item and type_name == "Resource":
            inner = element.makeelement(f"{{{FHIR_NAMESPACE}}}{item['resourceType']}")
            element.append(inner)
            self.contents(inner, item["resourceType"], item)
        elif isinstance(item, dict):
            self.contents(element, type_name if shape.choice else shape.path, item)


def _items(value: Any, shadow: Any) -> list[tuple[Any, Any]]:
    if value is None and shadow is None:
        return []
    values = value if isinstance(value, list) else [value]
    shadows = shadow if isinstance(shadow, list) else [shadow]
    length = max(len(values) if value is not None else 0, len(shadows) if shadow is not None else 0)
    padded = [*values, *[None] * length][:length], [*shadows, *[None] * length][:length]
    return list(zip(*padded, strict=True))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, WrittenDecimal):
        return value.text
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _narrative(markup: Any) -> _Element:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        element = etree.fromstring(str(markup), parser)
    except (etree.XMLSyntaxError, ValueError):
        text = "The narrative is not well-formed XHTML, so it cannot be written as XML."
        raise UnreadableError(Issue("error", "invalid", "VR-XML-0004", text)) from None
    if element.tag != f"{{{XHTML_NAMESPACE}}}div":
        text = "The narrative is not an XHTML div, so it cannot be written as XML."
        raise UnreadableError(Issue("error", "invalid", "VR-XML-0004", text))
    return element
