"""Base64 documents that a sender cut up: over repetitions of OBX-5, or over OBX that follow each other (ED, HL7 v2.8 chapter 2A.3.24).

Parts belong together when item and type are the same and the texts, one after the other, are base64 that they are not each by itself, or of
which only the first begins as files of a kind do. Beside the attachment stands where each part began.
"""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.vocabulary import extension_urls

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell, SegmentView
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.records import Record

__all__ = ["BARE", "PART", "Joined", "joined", "marks", "open_parts"]

PART, BARE = "part", "bare-part"
"""What is noted beside an attachment is where a part of it began; a bare one came without type and encoding."""

_TYPE, _SUBTYPE, _ENCODING, _DATA = (number << 12 | 1 for number in (2, 3, 4, 5))
_SAID_AGAIN = (2, 3, 4, 11, 14, 16, 18, 19, 23, 29)
"""Fields that the parts of a document may repeat: those that are mapped in its first one, too."""
_HEAD = 24
_BEGINNINGS = (
    *(
        b"%PDF",
        b"\xff\xd8\xff",
        b"\x89PNG",
        b"GIF8",
        b"II*\x00",
        b"MM\x00*",
        b"PK\x03\x04",
        b"{\\rtf",
        b"<?xml",
        b"<html",
    ),
    *(b"<!DOCTYPE", b"\xd0\xcf\x11\xe0"),
)
"""How files of known kinds begin."""
_MOST = 10_000


class Joined(NamedTuple):
    """A document of several parts: its text, its bytes, where each part after the first begins, and their cells."""

    text: str
    content: bytes
    starts: list[int]
    cells: list[Cell]


def joined(cell: Cell, context: Context) -> Joined | None:
    """The document that begins in a cell and goes on in others; None when it is whole, or no document."""
    if context.segment.index <= context.apart:
        return None
    texts = [""]
    others: list[Cell] = []
    kind = b""
    for each in _following(cell, context):
        if not others:
            texts[0] = _text(cell)
            kind = _beginning(texts[0])
        text = _text(each)
        if texts[-1].endswith("=") or _beginning(text):
            break
        texts.append(text)
        others.append(each)
    if not others:
        return None
    alone = all(_decoded(each) is not None for each in texts)
    content = None if alone and not kind else _decoded("".join(texts))
    if content is None:
        context.apart = others[-1].segment.index
        if not alone:
            context.report("VR-V2-0526", cell.path(5), count=len(texts))
        return None
    starts, start = [], 0
    for text in texts[:-1]:
        start += len(text)
        starts.append(start)
    return Joined("".join(texts), content, starts, others)


def marks(found: Joined, cell: Cell, context: Context) -> list[dict[str, Any]]:
    """Where each part began, and which fields of its segment only say again what the first one says."""
    items = []
    for start, each in zip(found.starts, found.cells, strict=True):
        again = context.parts.get(each.segment.index, frozenset()) if each.segment is not cell.segment else frozenset()
        words = " ".join([str(start), *map(str, sorted(again))])
        parts = [
            {"url": "path", "valueString": each.path(5)},
            {"url": "value", "valueString": words},
            {"url": "type", "valueCode": PART if _TYPE in each.at or _SUBTYPE in each.at else BARE},
        ]
        items.append({"url": extension_urls()["v2-content"], "extension": parts})
    return items


def open_parts(found: Joined, cell: Cell, context: Context) -> None:
    """Note the cells that go on with the document of a cell, and what their segments only repeat."""
    first = context.segment
    home = _home(context)
    for each in found.cells:
        context.part_cells.add((each.segment.index, each.repetition))
        if each.segment is cell.segment or home is None:
            continue
        view = context.segments[each.segment.index]
        same = _SAID_AGAIN if "Document" not in context.current else (2,)
        again = (number for number in same if number in view.fields and _raw(view, number) == _raw(first, number))
        context.parts[view.index] = frozenset(again)
        context.current["Joined"] = home


def _home(context: Context) -> Record | None:
    """The document that the OBX in hand fills."""
    if "Document" in context.current:
        return context.current["Document"]
    return next((each for each in reversed(context.records) if each.resource is context.focus), None)


def _following(cell: Cell, context: Context) -> Iterator[Cell]:
    """The cells after this one that can go on with its document: further repetitions, else the OBX that follow."""
    own = cell.next
    while own is not None:
        if not _goes_on(own, cell):
            return
        yield own
        own = own.next
    segment = context.segment
    if cell.repetition != 1 or cell.next is not None:
        return
    for view in context.segments[segment.index + 1 : segment.index + _MOST]:
        first = view.fields.get(5)
        if view.name != "OBX" or view.value(2) != "ED" or _raw(view, 3) != _raw(segment, 3):
            return
        if first is None or first.next is not None or not _goes_on(first, cell):
            return
        yield first


def _goes_on(cell: Cell, first: Cell) -> bool:
    """Data of the same type, or of none."""
    named = [cell.at.get(key, "") for key in (_TYPE, _SUBTYPE, _ENCODING)]
    return _DATA in cell.at and (
        named == [first.at.get(key, "") for key in (_TYPE, _SUBTYPE, _ENCODING)] or cell.at.keys() == {_DATA}
    )


def _raw(view: SegmentView, number: int) -> str:
    return "~".join(cell.raw for cell in view.cells(number))


def _text(cell: Cell) -> str:
    return "".join(cell.at[_DATA].split())


def _decoded(text: str) -> bytes | None:
    try:
        return a2b_base64(text, strict_mode=True)
    except (Base64Error, ValueError):
        return None


def _beginning(text: str) -> bytes:
    """How the bytes begin, when it is as files of a kind do."""
    try:
        head = a2b_base64(text[:_HEAD] + "=" * (-len(text[:_HEAD]) % 4))
    except (Base64Error, ValueError):
        return b""
    return next((each for each in _BEGINNINGS if head.startswith(each)), b"")


@register("document-part")
def _document_part(row: RowFacts) -> Conversion:
    """OBX-5 that goes on with a document: it stands in the attachment."""

    def convert(cell: Cell, _: Context) -> str | None:
        for key in (_TYPE, _SUBTYPE, _ENCODING):
            cell.take(key >> 12)
        return cell.take(5)

    return convert


@register("said-before")
def _said_before(row: RowFacts) -> Conversion:
    """A field of a part that repeats what the first OBX of the document says."""

    def convert(cell: Cell, context: Context) -> str | None:
        if row.field not in context.parts.get(context.segment.index, ()):
            return None
        cell.take_all()
        return cell.raw

    return convert
