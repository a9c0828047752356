"""Bytes to message, losing nothing: ``parse(data).encode() == data``.

Accepted as they come: any delimiters, CR, LF, CRLF and mixtures, blank lines, trailing blanks, a byte order mark, frame
bytes that were left on, line breaks inside fields, unknown and Z segments. What is unusual is reported, never changed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import charset as character_sets
from vrfhir.hl7v2.catalogue import CATALOGUE
from vrfhir.hl7v2.delimiters import Delimiters, is_usable
from vrfhir.hl7v2.message import Message
from vrfhir.hl7v2.segment import Coding, Segment
from vrfhir.issues import Issue

__all__ = ["MAX_BYTES", "parse"]

MAX_BYTES = 64 * 1024 * 1024
"""Largest message read unless the caller says otherwise."""

_NOTHING = b" \t\r\n\x0b\x1c"
_START = re.compile("[\ufeff\x0b\\s]*")
_BETWEEN = " \t\r\n\x0b\x0c\x1c"
_BLANK = frozenset({"", *_BETWEEN})
_LINE_END = re.compile(f"([\r\n][{_BETWEEN}]*)")
_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
_ODD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,7}")
_USUAL = Delimiters("|", "^", "~", "\\", "&", "")
_USUAL_START = "MSH|^~\\&|"
_ROLES = ("component", "repetition", "escape", "subcomponent")


def parse(data: bytes, *, charset: str | None = None, max_bytes: int = MAX_BYTES) -> Message:
    """Read one message.

    ``charset`` is the set this sender is known to use, tried after MSH-18. Raises
    :class:`~vrfhir.errors.UnreadableError` with an issue when the bytes are no message: empty, too large, not text, no
    MSH, MSH cut off, unusable delimiters, or a batch.
    """
    if len(data) > max_bytes:
        raise _unreadable("VR-V2-0002", size=len(data), limit=max_bytes)
    if not data[:64].strip(_NOTHING) and not data.strip(_NOTHING):
        raise _unreadable("VR-V2-0001")
    decoded = character_sets.decode(data, _declared_charset(data), charset)
    text, issues = decoded.text, decoded.issues
    if "\x00" in text:
        raise _unreadable("VR-V2-0003", reason="it holds NUL bytes")
    start = _START.match(text)
    prefix = start[0] if start else ""
    delimiters = _delimiters(text, len(prefix), issues)
    coding = Coding(delimiters, decoded.codec)
    segments = _segments(text[len(prefix) :], coding, issues)
    message = Message(segments, coding, prefix=prefix, charset_origin=decoded.origin, issues=issues)
    if delimiters.truncation and message.version.startswith(("2.1", "2.2", "2.3", "2.4", "2.5", "2.6")):
        issues.append(_at_header("VR-V2-0023", version=message.version))
    message.issues = tuple(issues)
    return message


def _declared_charset(data: bytes) -> str:
    """First repetition of MSH-18, read before the character set is known: header delimiters are one byte as a rule."""
    start = data.find(b"MSH")
    if not 0 <= start <= 64:
        return ""
    line = data[start : start + 4096].split(b"\r", 1)[0].split(b"\n", 1)[0]
    try:
        header = line.decode("utf-8")
    except UnicodeDecodeError:
        header = line.decode("latin-1")
    fields = header[3:].split(header[3:4], 18) if header[3:4] else []
    if len(fields) < 18:
        return ""
    repetition = fields[1][1:2]
    return fields[17].split(repetition)[0] if repetition else fields[17]


def _delimiters(text: str, start: int, issues: list[Issue]) -> Delimiters:
    name = text[start : start + 3]
    if text[start : start + len(_USUAL_START)] == _USUAL_START:
        return _USUAL
    if name in ("FHS", "BHS"):
        raise _unreadable("VR-V2-0007", name=name)
    if name != "MSH":
        raise _unreadable("VR-V2-0004")
    field = text[start + 3 : start + 4]
    if not field or field in "\r\n":
        raise _unreadable("VR-V2-0005")
    if not is_usable(field):
        raise _unreadable("VR-V2-0006", character=repr(field))
    end = re.compile(f"[\r\n\x1c{re.escape(field)}]").search(text, start + 4)
    declared = text[start + 4 : end.start() if end else len(text)].rstrip(" \t")
    if not declared:
        raise _unreadable("VR-V2-0005")
    distinct = "".join(dict.fromkeys(declared))
    for character in distinct[:5]:
        if not is_usable(character):
            raise _unreadable("VR-V2-0006", character=repr(character))
    if len(distinct) < len(declared):
        issues.append(_at_header("VR-V2-0020", characters=declared))
    if len(distinct) > 5:
        issues.append(_at_header("VR-V2-0022"))
    if len(distinct) < 4:
        issues.append(_at_header("VR-V2-0021", count=len(distinct), missing=", ".join(_ROLES[len(distinct) :])))
    return Delimiters(field, *(distinct[place : place + 1] for place in range(5)))


def _segments(text: str, coding: Coding, issues: list[Issue]) -> list[Segment]:
    separator = coding.delimiters.field
    blanks = " " if separator == "\t" else " \t"
    between = _BETWEEN if separator != "\t" else _BETWEEN.replace("\t", "")
    usual = _usual_segments(text, between, coding) if "\n" not in text else None
    if usual is not None:
        return usual
    content = text.rstrip(between)
    lines = _lines(content)
    lines.append(text[len(content) :])
    segments: list[Segment] = []
    counts: dict[str, int] = {}
    ends: set[str] = set()
    name, parts, last = "MSH", [lines[0]], lines[1]

    def close() -> None:
        raw, end = "".join(parts) if len(parts) > 1 else parts[0], last
        if raw[-1:] in blanks:
            bare = raw.rstrip(blanks)
            raw, end = bare, raw[len(bare) :] + end
        count = counts[name] = counts.get(name, 0) + 1
        segments.append(Segment(name, raw, end, count, len(segments), coding))
        ends.add(end)

    for place in range(2, len(lines) - 1, 2):
        line = lines[place]
        found = _usual_name(line[:4], separator) or _odd_name(line, separator)
        if found:
            close()
            name, parts, last = found, [line], lines[place + 1]
            if len(found) != 3 or not found.isupper():
                issues.append(CATALOGUE.issue("VR-V2-0025", line=len(segments) + 1, column=1, name=found))
        elif line:
            if len(parts) == 1:
                column = len(parts[0]) + 1
                issues.append(CATALOGUE.issue("VR-V2-0024", line=len(segments) + 1, column=column, name=name))
            parts += (last, line)
            last = lines[place + 1]
        else:
            last += lines[place + 1]
    close()
    line_feeds = {"CR LF" if "\r" in end else "LF" for end in ends if "\n" in end}
    if line_feeds:
        issues.append(CATALOGUE.issue("VR-V2-0027", ends=" or ".join(sorted(line_feeds))))
    if counts.get("MSH", 0) > 1:
        issues.append(CATALOGUE.issue("VR-V2-0026", expression="MSH[2]"))
    return segments


def _usual_segments(text: str, between: str, coding: Coding) -> list[Segment] | None:
    """The segments of a message as the standard writes it: each a line with a usual name, ended by CR; None for any other."""
    separator = coding.delimiters.field
    segments: list[Segment] = []
    counts: dict[str, int] = {}
    if text[-1:] == "\r" and text[-2:-1] not in _BLANK:  # of a large message, no copy is made for its last end
        lines, rest = text.split("\r"), "\r"
        del lines[-1]
    else:
        content = text.rstrip(between)
        lines, rest = content.split("\r"), text[len(content) :]
    for number, line in enumerate(lines):
        name = _usual_name(line[:4], separator)
        if name is None or line[-1] in " \t":
            return None
        count = counts[name] = counts.get(name, 0) + 1
        segments.append(Segment(name, line, "\r", count, number, coding))
    if counts.get("MSH") != 1 or segments[0].name != "MSH":
        return None
    last = segments[-1]
    segments[-1] = Segment(last.name, last.raw, rest, last.occurrence, last.index, coding)
    return segments


def _lines(content: str) -> list[str]:
    """Lines and what ends them, alternately, as the pattern splits them; by the plain way where every end is one CR."""
    if "\n" not in content:
        lines = content.split("\r")
        if all(line[:1] not in _BLANK for line in lines[1:]):
            found = ["\r"] * (2 * len(lines) - 1)
            found[::2] = lines
            return found
    return _LINE_END.split(content)


@lru_cache(maxsize=2048)
def _usual_name(head: str, separator: str) -> str | None:
    """The segment name in the first four characters of a line: three capitals or digits and a separator, or nothing."""
    name = head[:3]
    return name if head[3:] in ("", separator) and _NAME.fullmatch(name) else None


def _odd_name(line: str, separator: str) -> str | None:
    """A name of another form, or one followed by blanks only; None when the line is no segment."""
    first, mark, _ = line[:9].partition(separator)
    if mark and _ODD_NAME.fullmatch(first):
        return first
    name = line[:3]
    return name if line[3:4] in ("", " ", "\t") and not line[3:].strip(" \t") and _NAME.fullmatch(name) else None


def _at_header(rule: str, **parameters: str | int) -> Issue:
    return CATALOGUE.issue(rule, expression="MSH[1]-2[1].1.1", line=1, column=5, **parameters)


def _unreadable(rule: str, **parameters: str | int) -> UnreadableError:
    return UnreadableError(CATALOGUE.issue(rule, expression="", line=1, column=1, **parameters))
