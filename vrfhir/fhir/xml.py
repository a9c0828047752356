"""FHIR XML (https://hl7.org/fhir/R4/xml.html) to the shape of FHIR JSON and back.

Driven by the fields of the types, as XML alone does not say what is a list, a number or a choice. Elements that no type
knows are kept under their own name, so that validation reports them where it reports those of JSON.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vrfhir.errors import UnreadableError
from vrfhir.fhir.parsed import Locate, Parsed
from vrfhir.fhir.shapes import Fields
from vrfhir.fhir.xml_positions import TagScan, XmlPositions
from vrfhir.fhir.xml_reader import FHIR_NAMESPACE, XmlReader
from vrfhir.fhir.xml_writer import write
from vrfhir.issues import Issue

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["FHIR_NAMESPACE", "MAX_BYTES", "parse", "serialize"]

MAX_BYTES = 256 * 1024 * 1024


def parse(data: bytes, fields: Fields, *, source: str = "", max_bytes: int = MAX_BYTES) -> Parsed:
    """Read one resource. ``fields`` gives the children of a type, as ``Definitions.fields`` does.

    Raises :class:`UnreadableError` for what is not well-formed, has a document type declaration or is too large.
    """
    if len(data) > max_bytes:
        raise UnreadableError(_fatal("too-long", "VR-XML-0001", f"The XML is larger than {max_bytes} bytes.", source))
    encoding_issues = _header(data, source)
    try:
        root = _tree(data, source)
    except UnreadableError as problem:
        repaired = _repaired(data)
        if repaired is None:
            raise UnreadableError(*encoding_issues, *problem.issues) from None
        data = repaired
        root = _tree(data, source)
        text = "The XML is not in the encoding it claims; what could not be read was replaced."
        encoding_issues.append(Issue("error", "invalid", "VR-XML-0005", text, source=source))
    scan = _Scan(data, root)
    reader = XmlReader(fields, scan.get, source)
    resource = reader.document(root)
    reader.issues[:0] = encoding_issues

    def locator() -> Locate:
        again = XmlReader(fields, scan.get, source, with_places=True)
        again.document(root)
        numbers = {element: number for number, element in enumerate(root.iter("*"))}
        return XmlPositions(scan.get(), {path: numbers[element] for path, element in again.places.items()})

    return Parsed(resource, reader.issues, source, "xml", locator)


def serialize(resource: dict[str, Any], fields: Fields) -> bytes:
    """UTF-8 XML of a resource, elements in the order of their definition. What no type knows is left out."""
    return write(resource, fields)


_ENCODING = re.compile(rb"""encoding=["']([^"']*)""")


def _header(data: bytes, source: str) -> list[Issue]:
    """What is wrong with how the text begins: FHIR is UTF-8 (https://hl7.org/fhir/R4/xml.html)."""
    start = data.removeprefix(b"\xef\xbb\xbf")
    declared = _ENCODING.search(start.partition(b">")[0]) if start.startswith(b"<?x") else None
    if start.startswith(b"<") and (declared is None or declared.group(1).upper() == b"UTF-8"):
        return []
    text = "The XML must be in UTF-8, begin with its declaration or root, and not say otherwise."
    return [Issue("error", "invalid", "XML_ENCODING_INVALID", text, "XML", source=source)]


def _repaired(data: bytes) -> bytes | None:
    """UTF-8 in which unreadable bytes are U+FFFD, or None when the bytes were not the problem."""
    head = data[:200].lower()
    if b"encoding" in head and b"utf-8" not in head:
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace").encode("utf-8")
    return None


class _Scan:
    """The tag scan of a document, made when first asked for."""

    def __init__(self, data: bytes, root: etree._Element) -> None:
        self._data = data
        self._encoding = root.getroottree().docinfo.encoding or "utf-8"
        self._scan: TagScan | None = None

    def get(self) -> TagScan:
        if self._scan is None:
            try:
                text = self._data.decode(self._encoding, "replace")
            except LookupError:
                text = self._data.decode("utf-8", "replace")
            self._scan = TagScan(text.removeprefix("\ufeff"))
        return self._scan


def _tree(data: bytes, source: str) -> etree._Element:
    from lxml import etree  # only here: most input is JSON

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, dtd_validation=False, recover=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as problem:
        line, column = problem.position
        text = f"Malformed XML: {str(problem.msg).partition(', line ')[0]}."
        raise UnreadableError(_fatal("invalid", "Error_parsing_XML_", text, source, (line, column))) from None
    except (ValueError, LookupError) as problem:
        raise UnreadableError(_fatal("invalid", "Error_parsing_XML_", f"Malformed XML: {problem}.", source)) from None
    document: Any = root.getroottree().docinfo
    if document.doctype:
        text = "The XML has a document type declaration, which FHIR forbids."
        raise UnreadableError(_fatal("invalid", "VR-XML-0002", text, source, (1, 1)))
    return root


def _fatal(
    code: str, id_: str, text: str, source: str, position: tuple[int | None, int | None] = (None, None)
) -> Issue:
    return Issue("fatal", code, id_, text, "(xml)", line=position[0], column=position[1], source=source)
