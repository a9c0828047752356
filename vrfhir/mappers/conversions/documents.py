"""ED and RP: embedded and referenced documents (HL7 v2.8 chapter 2A.3.24, 2A.3.68; FHIR R4 Attachment)."""

from __future__ import annotations

import re
from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64, a2b_hex
from hashlib import sha1
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.parts import joined, marks, open_parts
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.conversions.vocational import ALREADY
from vrfhir.mappers.vocabulary import code_map

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context

__all__: list[str] = []

_MIME = re.compile(r"[a-z]+/[A-Za-z0-9.+\-]+")
_MAIN_TYPES = {"application": "application", "image": "image", "audio": "audio", "text": "text", "video": "video"}


def _content_type(main: str, subtype: str) -> str:
    """MIME type of ED.2 and ED.3: ``AP^PDF``, ``application^pdf``, ``IM^JPEG``, ``TEXT^``; empty when not known."""
    codes = code_map("mime-type").codes
    known = codes.get(subtype.upper()) or codes.get(subtype)
    if known:
        return known
    if _MIME.fullmatch(subtype):
        return subtype
    if main.lower() in _MAIN_TYPES and re.fullmatch(r"[A-Za-z0-9.+\-]+", subtype):
        return f"{main.lower()}/{subtype.lower()}"
    return "text/plain" if main.upper() in ("TX", "FT", "TEXT") and not subtype else ""


@register("Attachment")
def _attachment(row: RowFacts) -> Conversion:
    """ED: the document itself, checked base64, with its hash; the type triplet is kept as the title when not known."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        encoding, data = cell.peek(4), cell.peek(5)
        if not data:
            return None
        if (context.segment.index, cell.repetition) in context.part_cells:
            cell.take_all()
            return ALREADY
        parts = joined(cell, context) if encoding.lower() == "base64" else None
        content: bytes | None
        if parts is not None:
            open_parts(parts, cell, context)
            data, content = parts.text, parts.content
        else:
            content = _decoded(encoding, data)
        if content is None and encoding.lower() in ("base64", "hex"):
            data = "".join(data.split())  # it may stand in lines
            content = _decoded(encoding, data)
        if content is None:
            context.report("VR-V2-0523", cell.path(5))
            return None
        cell.take(5)
        attachment: dict[str, Any] = {"extension": marks(parts, cell, context)} if parts is not None else {}
        named = _content_type(cell.peek(2), cell.peek(3))
        # data has a type (Attachment invariant att-1): bytes of which nothing is known, or what was sent as text
        unnamed = "application/octet-stream" if encoding.lower() in ("base64", "hex") else "text/plain"
        attachment["contentType"] = named or unnamed
        if encoding.lower() == "base64":
            cell.take(4)
            attachment["data"] = data
        else:
            attachment["data"] = b64encode(content).decode("ascii")
        attachment["size"] = len(content)
        attachment["hash"] = b64encode(sha1(content, usedforsecurity=False).digest()).decode("ascii")
        title = " ".join(text for text in (cell.take(1), cell.take(2), cell.take(3)) if text)
        if title:
            attachment["title"] = title
        return attachment

    return convert


def _decoded(encoding: str, data: str) -> bytes | None:
    try:
        if encoding.lower() == "base64":
            return a2b_base64(data, strict_mode=True)
        if encoding.lower() == "hex":
            return a2b_hex(data)
    except (Base64Error, ValueError):
        return None
    return data.encode("utf-8")


@register("pointer")
def _pointer(row: RowFacts) -> Conversion:
    """RP: where a document lies; a pointer that is no URL is kept as the title."""

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        pointer = cell.take(1)
        if not pointer:
            return None
        attachment: dict[str, Any] = {}
        content_type = _content_type(cell.peek(3), cell.peek(4))
        if content_type:
            attachment["contentType"] = content_type
        if re.fullmatch(r"(?:https?|ftp|file|urn):\S+", pointer):
            attachment["url"] = pointer
            title = [cell.take(2), cell.take(3), cell.take(4)]
        else:
            title = [pointer, cell.take(2), cell.take(3), cell.take(4)]
        text = " ".join(part for part in title if part)
        if text:
            attachment["title"] = text
        return attachment

    return convert
