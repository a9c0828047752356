"""The XML → JSON shape direction: one pass over a parsed tree.

Findings carry the ids of HL7's validator. Locations of findings about XML itself are paths like ``/f:Patient/f:name``,
as there; the path starts anew at each resource.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from vrfhir.fhir.parsed import Path
from vrfhir.fhir.shapes import Fields, Shape, is_primitive, type_suffix
from vrfhir.fhir.xml_positions import TagScan
from vrfhir.fhir.xml_values import count, put, put_primitive, typed
from vrfhir.issues import Issue

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["FHIR_NAMESPACE", "XHTML_NAMESPACE", "XmlReader"]

Json = dict[str, Any]

FHIR_NAMESPACE = "http://hl7.org/fhir"
XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"


class _Child(NamedTuple):
    """What an element name means inside a type."""

    json_name: str
    type: str
    path: str
    is_list: bool
    order: int
    shown: str
    """The name in a FHIRPath: ``value.ofType(Quantity)``."""


class XmlReader:
    """Reads one document. ``places`` maps JSON paths to the elements they came from, when asked for."""

    def __init__(
        self, fields: Fields, scan: Callable[[], TagScan], source: str = "", *, with_places: bool = False
    ) -> None:
        self._fields = fields
        self._scan = scan
        self._source = source
        self._with_places = with_places
        self._children: dict[str, Mapping[str, _Child]] = {}
        self._numbers: dict[_Element, int] | None = None
        self.issues: list[Issue] = []
        self.places: dict[Path, _Element] = {}

    def document(self, root: _Element) -> Json:
        """The resource of a whole document."""
        self._instructions(root)
        name, namespace = _name(root)
        if namespace != FHIR_NAMESPACE:
            self._wrong_root(root, name, namespace)
            return {"resourceType": name}
        return self._resource(root, root, (), (f"/f:{name}", name))

    def _resource(self, element: _Element, place: _Element, path: Path, where: tuple[str, str]) -> Json:
        name, _ = _name(element)
        value: Json = {"resourceType": name}
        self._contents(element, name, value, path, where, allowed=())
        if self._with_places:
            self.places[path] = place
        return value

    def _contents(
        self,
        element: _Element,
        type_path: str,
        value: Json,
        path: Path,
        where: tuple[str, str],
        allowed: tuple[str, ...],
    ) -> None:
        """Attributes and children of an element into ``value``. ``where``: its XML path and its FHIRPath."""
        self._attributes(element, value, where[0], type_path, allowed)
        self._stray_text(element, where[0])
        known = self._known(type_path)
        last: tuple[int, str] = (-1, "")
        for each in element.iterchildren("*"):
            name, namespace = _name(each)
            child = known.get(name)
            if child is None:
                self._unknown(each, name, value, path)
                continue
            markup = f"{where[0]}/{_prefix(namespace)}{name}"
            if child.type == "xhtml":
                pass  # the narrative's own rules tell its namespace
            elif namespace != FHIR_NAMESPACE:
                self._wrong_namespace(each, name, namespace, markup)
            elif _is_empty(each):
                message = f"The element '{name}' is empty; an element without content must be left out."
                self._report("error", "invalid", "ELEMENT_MUST_HAVE_SOME_CONTENT", message, markup, each)
            if child.order < last[0]:
                self._out_of_order(each, name, last[1], f"{where[1]}.{child.shown}")
            last = (child.order, name)
            self._child(each, child, value, path, (markup, where[1]))

    def _child(self, element: _Element, child: _Child, value: Json, path: Path, where: tuple[str, str]) -> None:
        name = child.json_name
        index = count(value, name)
        here: Path = (*path, name, index) if child.is_list else (*path, name)
        shown = f"{where[1]}.{child.shown}[{index}]" if child.is_list else f"{where[1]}.{child.shown}"
        inside = (where[0], shown)
        if self._with_places:
            self.places.setdefault(here, element)
            self.places.setdefault((*path, name), element)
        if child.type == "xhtml":
            put(value, name, _markup(element), child.is_list)
        elif child.type == "Resource":
            put(value, name, self._inner_resource(element, here, inside), child.is_list)
        elif is_primitive(child.type):
            extra: Json = {}
            self._contents(
                element,
                child.type,
                extra,
                (*path, f"_{name}", index) if child.is_list else (*path, f"_{name}"),
                inside,
                ("value",),
            )
            text = element.get("value")
            put_primitive(value, name, None if text is None else typed(text, child.type), extra, child.is_list)
        else:
            inner: Json = {}
            allowed = ("url",) if child.type == "Extension" else ()
            self._contents(element, child.path, inner, here, inside, allowed)
            put(value, name, inner, child.is_list)

    def _inner_resource(self, element: _Element, path: Path, where: tuple[str, str]) -> Any:
        self._stray_text(element, where[0])
        inner = list(element.iterchildren("*"))
        if len(inner) != 1:
            text = f"Exactly one resource was expected, found {len(inner)}."
            self._report("error", "structure", "VR-XML-0003", text, where[1], element)
        if not inner:
            return {}
        return self._resource(inner[0], element, path, (_name(inner[0])[0], where[1]))

    def _unknown(self, element: _Element, name: str, value: Json, path: Path) -> None:
        """Keep what no type knows: as text when it has a value, else as an object of its parts."""
        if self._with_places:
            self.places.setdefault((*path, name), element)
        put(value, name, _generic(element), is_list=False)

    def _known(self, type_path: str) -> Mapping[str, _Child]:
        if type_path not in self._children:
            rows: dict[str, _Child] = {}
            for order, shape in enumerate(self._fields(type_path).values()):
                rows.update(_names(shape, order))
            self._children[type_path] = rows
        return self._children[type_path]

    def _attributes(self, element: _Element, value: Json, where: str, type_path: str, allowed: tuple[str, ...]) -> None:
        for raw, text in element.attrib.items():
            name = str(raw)
            if name == "id" and "resourceType" not in value:
                value["id"] = str(text)
            elif name == "url" and "url" in allowed:
                value["url"] = str(text)
            elif name not in allowed:
                shown = _prefixed(element, name)
                message = f"Attribute '@{shown}' is not defined on {type_path}."
                self._report("error", "structure", "Undefined_attribute__on__for_type__", message, where, element)

    def _stray_text(self, element: _Element, where: str) -> None:
        if element.text and element.text.strip():
            self._text(element.text, where, element, "start")
        for child in element:
            if child.tail and child.tail.strip():
                self._text(child.tail, where, child, "end")

    def _text(self, text: str, where: str, element: _Element, side: str) -> None:
        number = self._number(element)
        line, column = self._scan().start(number) if side == "start" else self._scan().end(number)
        message = "Text stands where only elements may be."
        self.issues.append(
            Issue("error", "structure", "Text_should_not_be_present", message, where, line, column, source=self._source)
        )

    def _instructions(self, root: _Element) -> None:
        from lxml import etree

        for each in root.iter(etree.ProcessingInstruction):
            parent = each.getparent()
            message = "A resource may not hold processing instructions."
            self._report("error", "structure", "Node_type__is_not_allowed", message, self._markup_path(parent), parent)
        outside = [*root.itersiblings(preceding=True), *root.itersiblings()]
        for each in outside:
            if isinstance(each, etree._ProcessingInstruction):
                message = "There may be no processing instructions beside a resource."
                id_ = "No_processing_instructions_allowed_in_resources"
                self._report("error", "invalid", id_, message, "(document)", root)

    @staticmethod
    def _markup_path(element: _Element | None) -> str:
        """The path of an element in XML, which starts anew at each resource."""
        steps: list[str] = []
        while element is not None:
            name, namespace = _name(element)
            above = element.getparent()
            if name[:1].isupper() and above is not None:
                return "/".join([name, *steps])
            steps.insert(0, _prefix(namespace) + name)
            element = above
        return "/" + "/".join(steps)

    def _wrong_root(self, root: _Element, name: str, namespace: str) -> None:
        if namespace:
            id_ = "This_does_not_appear_to_be_a_FHIR_resource_unknown_namespacename_"
        else:
            id_ = "This__cannot_be_parsed_as_a_FHIR_object_no_namespace"
        message = f"The root '{name}' is in namespace '{namespace}', expected {FHIR_NAMESPACE}."
        self._report("fatal", "structure", id_, message, name, root)

    def _wrong_namespace(self, element: _Element, name: str, namespace: str, where: str) -> None:
        message = f"Element '{name}' is in the wrong namespace '{namespace}'."
        self._report("error", "invalid", "Wrong_namespace__expected_", message, where, element)

    def _out_of_order(self, element: _Element, name: str, after: str, where: str) -> None:
        message = f"Element '{name}' is out of order: it stands after '{after}'."
        self._report("error", "invalid", "Validation_VAL_Profile_OutOfOrder", message, where, element)

    def _report(self, severity: Any, code: str, id_: str, text: str, where: str, element: _Element | None) -> None:
        line, column = (1, 1) if element is None else self._scan().start(self._number(element))
        self.issues.append(Issue(severity, code, id_, text, where, line, column, source=self._source))

    def _number(self, element: _Element) -> int:
        if self._numbers is None:
            root = element.getroottree().getroot()
            self._numbers = {each: number for number, each in enumerate(root.iter("*"))}
        return self._numbers.get(element, -1)


def _names(shape: Shape, order: int) -> dict[str, _Child]:
    if not shape.choice:
        type_name = shape.types[0] if shape.types else ""
        type_name = "Resource" if shape.path == "Resource" or type_name == "Resource" else type_name
        return {shape.name: _Child(shape.name, type_name, shape.path or type_name, shape.is_list, order, shape.name)}
    rows = {}
    for type_name in shape.types:
        name = shape.name + type_suffix(type_name)
        rows[name] = _Child(name, type_name, type_name, shape.is_list, order, f"{shape.name}.ofType({type_name})")
    return rows


def _name(element: _Element) -> tuple[str, str]:
    tag = str(element.tag)
    if tag.startswith("{"):
        namespace, _, name = tag[1:].partition("}")
        return name, namespace
    return tag, ""


_PREFIXES = {"": "", FHIR_NAMESPACE: "f:", XHTML_NAMESPACE: "h:", "urn:hl7-org:v3": "v3:"}


def _prefix(namespace: str) -> str:
    """How a namespace is shown in a path."""
    return _PREFIXES.get(namespace, "?:")


def _is_empty(element: _Element) -> bool:
    """True without attributes, elements and text."""
    return (
        not element.attrib
        and next(element.iterchildren("*"), None) is None
        and not "".join(map(str, element.itertext())).strip()
    )


def _prefixed(element: _Element, name: str) -> str:
    namespace, brace, local = name[1:].partition("}")
    if not brace:
        return name
    prefixes = [prefix for prefix, uri in element.nsmap.items() if prefix and uri == namespace]
    return f"{prefixes[0]}:{local}" if prefixes else local


def _markup(element: _Element) -> str:
    import copy

    from lxml import etree

    alone = copy.deepcopy(element)
    alone.tail = None
    etree.cleanup_namespaces(alone)
    return etree.tostring(alone, encoding="unicode", with_tail=False)


def _generic(element: _Element) -> Any:
    children = list(element.iterchildren("*"))
    text = element.get("value")
    if text is not None and not children:
        return str(text)
    value: Json = {str(key): str(item) for key, item in element.attrib.items() if not str(key).startswith("{")}
    for each in children:
        put(value, _name(each)[0], _generic(each), is_list=False)
    return value
