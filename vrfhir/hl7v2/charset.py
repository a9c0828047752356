"""Which character set a message is in, and decoding that can always be undone.

Order of decision: MSH-18 (HL7 table 0211), else what the caller knows about the sender, else strict UTF-8, else
Windows-1252 with a warning. Every codec used here gives the identical bytes back.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from vrfhir.hl7v2.catalogue import CATALOGUE
from vrfhir.issues import Issue

__all__ = ["Decoded", "codec_for", "decode", "decode_bytes", "encode"]

WINDOWS = "windows-1252"
_WINDOWS_TABLE = "".join(
    bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte) for byte in range(256)
)
_WINDOWS_ENCODING = codecs.charmap_build(_WINDOWS_TABLE)

_CODECS: Mapping[str, str] = {
    "ASCII": "ascii",
    "USASCII": "ascii",
    **{f"{prefix}8859{part}": f"iso8859-{part}" for part in (*range(1, 11), 11, 13, 14, 15) for prefix in ("", "ISO")},
    "ISOIR6": "ascii",
    "ISOIR14": "shift_jis",
    "ISOIR87": "iso2022_jp",
    "ISOIR159": "iso2022_jp_2",
    "GB180302000": "gb18030",
    "KSX1001": "euc_kr",
    "BIG5": "big5",
    "UNICODEUTF8": "utf-8",
    "UTF8": "utf-8",
    "UNICODEUTF16": "utf-16-le",
    "UTF16": "utf-16-le",
    "WINDOWS1252": WINDOWS,
    "CP1252": WINDOWS,
    "LATIN1": "iso8859-1",
}
"""Table 0211 and the spellings met in messages, letters and digits only, upper case."""

_NOT_A_CHARSET = frozenset({"UNICODE", "ISOIR", ""})
_BIJECTIVE = frozenset({"ascii", "utf-8", "iso8859-1", WINDOWS})
_C1 = re.compile(rb"[\x80-\x9f]")


class Decoded(NamedTuple):
    """Text with the codec that gives its bytes back, and how the codec was chosen."""

    text: str
    codec: str
    origin: str
    issues: list[Issue]


@lru_cache(maxsize=64)
def codec_for(name: str) -> str | None:
    """The codec for a name of table 0211 or a common spelling; None when it names no character set."""
    return _CODECS.get(_essence(name))


def _essence(name: str) -> str:
    """Letters and digits of a name, in capitals."""
    return re.sub(r"[^A-Z0-9]", "", name.upper()[:40])


def encode(text: str, codec: str, errors: str = "strict") -> bytes:
    """The bytes of ``text``: the exact reverse of :func:`decode` with the codec it chose."""
    if codec == WINDOWS:
        return codecs.charmap_encode(text, errors, _WINDOWS_ENCODING)[0]
    return text.encode(codec, errors)


def decode(data: bytes, declared: str, preferred: str | None) -> Decoded:
    """Decode a message whose MSH-18 is ``declared`` (may be empty), with the caller's ``preferred`` set as second choice."""
    utf16 = _utf16(data)
    if utf16:
        text = _attempt(data, utf16)
        if text is not None:
            return Decoded(text, utf16, "byte order mark", [])
    issues: list[Issue] = []
    first = declared.strip()
    refused: tuple[str, str] | None = None
    for origin, name in (("MSH-18", first), ("the caller", preferred or "")):
        codec = codec_for(name)
        if codec is None:
            if name and _essence(name) not in _NOT_A_CHARSET:
                issues.append(CATALOGUE.issue("VR-V2-0010", expression="MSH[1]-18[1].1.1", name=name))
            continue
        text = _attempt(data, codec)
        if text is not None:
            if refused:
                issues.append(_misdeclared(refused, name))
            return _checked(data, text, codec, origin, name, issues)
        refused = refused or (origin, name)
    text = _attempt(data, "utf-8")
    if text is not None:
        if refused:
            issues.append(_misdeclared(refused, "UTF-8"))
        return Decoded(text, "utf-8", "assumed", issues)
    text = codecs.charmap_decode(data, "strict", _WINDOWS_TABLE)[0]
    issues.append(_misdeclared(refused, "Windows-1252") if refused else _assumed_windows())
    return Decoded(text, WINDOWS, "assumed", issues)


def decode_bytes(data: bytes, codec: str) -> str:
    """A few bytes inside a value (``\\Xhh..\\``): in the message's codec, else as Windows-1252."""
    text = _attempt(data, codec)
    return codecs.charmap_decode(data, "strict", _WINDOWS_TABLE)[0] if text is None else text


def _checked(data: bytes, text: str, codec: str, origin: str, name: str, issues: list[Issue]) -> Decoded:
    """Declared single-byte sets are checked against the two usual mistakes: UTF-8 or Windows-1252 bytes under Latin-1."""
    if not codec.startswith("iso8859") or data.isascii():
        return Decoded(text, codec, origin, issues)
    if _attempt(data, "utf-8") is not None:
        issues.append(CATALOGUE.issue("VR-V2-0013", expression="MSH[1]-18[1].1.1", declared=name))
    elif codec == "iso8859-1" and _C1.search(data):
        issues.append(CATALOGUE.issue("VR-V2-0014", expression="MSH[1]-18[1].1.1", declared=name))
        return Decoded(codecs.charmap_decode(data, "strict", _WINDOWS_TABLE)[0], WINDOWS, origin, issues)
    return Decoded(text, codec, origin, issues)


def _attempt(data: bytes, codec: str) -> str | None:
    """The text, or None when the bytes are not valid in the codec or would not come back identical."""
    if codec == WINDOWS:
        return codecs.charmap_decode(data, "strict", _WINDOWS_TABLE)[0]
    try:
        text = data.decode(codec)
        if codec in _BIJECTIVE or text.encode(codec) == data:
            return text
    except UnicodeError:
        pass
    return None


def _utf16(data: bytes) -> str | None:
    start = data[:6]
    if start.startswith(b"\xff\xfe") or start == b"M\x00S\x00H\x00":
        return "utf-16-le"
    if start.startswith(b"\xfe\xff") or start == b"\x00M\x00S\x00H":
        return "utf-16-be"
    return None


def _misdeclared(refused: tuple[str, str], used: str) -> Issue:
    origin, name = refused
    return CATALOGUE.issue("VR-V2-0011", expression="MSH[1]-18[1].1.1", declared=name, origin=origin, used=used)


def _assumed_windows() -> Issue:
    return CATALOGUE.issue("VR-V2-0012", expression="MSH[1]-18[1].1.1")
