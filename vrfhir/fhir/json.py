"""FHIR JSON (https://hl7.org/fhir/R4/json.html) to plain dicts and back, decimals exactly as they were written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from vrfhir.errors import UnreadableError
from vrfhir.fhir.json_positions import JsonPositions, line_and_column
from vrfhir.fhir.parsed import Parsed, Path
from vrfhir.issues import Issue

__all__ = ["MAX_BYTES", "MAX_DEPTH", "Parsed", "WrittenDecimal", "decimal", "parse", "serialize"]

Json = dict[str, Any]

MAX_DEPTH = 200
MAX_BYTES = 256 * 1024 * 1024
_STRING = r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
"""A string, or what begins one and does not end: taken whole, so that no place is looked at twice."""
_COMMENT_OR_STRING = _STRING + r"|//[^\n]*|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)"
_EXTRA_COMMA_OR_STRING = _STRING + r"|,(?=\s*+[\]}])"
_MAX_REPORTED = 100
"""Of the same fault of form so many are told."""
_MAX_DIGITS = 4_300


class WrittenDecimal(Decimal):
    """A decimal whose text Python would write differently (``1e2``, ``0.0000000``): it keeps that text."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> WrittenDecimal:
        """From the text of a JSON number."""
        self = super().__new__(cls, text)
        self.text = text
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return WrittenDecimal, (self.text,)


def parse(data: bytes | str, *, max_depth: int = MAX_DEPTH, max_bytes: int = MAX_BYTES, source: str = "") -> Parsed:
    """Read one JSON object.

    Raises :class:`UnreadableError` (with line and column) for what is no JSON, no object, not UTF-8, too deep or too large.
    Repeated keys, comments and extra commas are findings in ``Parsed.issues``; of repeated keys the first is kept.
    """
    if len(data) > max_bytes:
        raise UnreadableError(_fatal("too-long", "VR-JSON-0001", f"The JSON is larger than {max_bytes} bytes.", source))
    text = _decoded(data, source)
    issues: list[Issue] = []
    repeats = [False]
    try:
        value = _load(text, repeats)
    except json.JSONDecodeError as problem:
        cleaned = "".join(_tolerated(text, issues, source))
        if not issues:
            raise UnreadableError(_malformed(text, problem, source)) from None
        try:
            value = _load(cleaned, repeats)
        except json.JSONDecodeError as still:
            raise UnreadableError(_malformed(cleaned, still, source), *issues) from None
        text = cleaned
    if not isinstance(value, dict):
        raise UnreadableError(_fatal("structure", "VR-JSON-0003", "The JSON is not an object.", source, (1, 1)))
    if _is_deeper(value, max_depth):
        raise UnreadableError(_too_deep(text, max_depth, source))
    if "\\u" in text and _has_lone_surrogate(value):
        text_ = "The JSON holds half of a surrogate pair, which is no character."
        position = _place(text, _LONE_SURROGATE)
        raise UnreadableError(_fatal("invalid", "VR-JSON-0005", text_, source, position))
    if repeats[0]:
        issues.extend(_repeated(text, str(value.get("resourceType", "")), source))
    return Parsed(value, issues, source, "json", lambda: JsonPositions(text))


def serialize(resource: Json, *, pretty: bool = False, sound: bool = False) -> bytes:
    """UTF-8 JSON: keys in their order, decimals as they were written, nothing escaped that need not be.

    ``sound``: the caller knows that every number is an int or came from :func:`decimal`, as in all that was parsed or
    mapped here; then nothing needs to be looked at again.
    """
    if not pretty:
        data: bytes = _encoder().encode(resource)
        if sound or not _is_doubtful(data):
            return data
    return _serialized_slowly(resource, pretty)


@cache
def _encoder() -> Any:
    """The fast encoder, imported when something is first written: reading needs none of it."""
    from msgspec import Raw
    from msgspec.json import Encoder

    def written(value: object) -> Any:
        if isinstance(value, WrittenDecimal):
            return Raw(value.text.encode("ascii"))
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, Decimal):
            return Raw(_number(value).encode("ascii"))
        raise TypeError(f"{type(value).__name__} is not a JSON value")

    return Encoder(decimal_format="number", enc_hook=written)


def _is_doubtful(data: bytes) -> bool:
    """True when a number in it may be none (FHIR has none without an end), or a decimal with an exponent that nobody wrote."""
    if b"null" in data or b"NaN" in data or b"Infinity" in data:
        return True
    for mark in (b"E+", b"E-"):
        place = data.find(mark)
        while place >= 0:
            if data[place - 1 : place].isdigit() and data[place + 2 : place + 3].isdigit():
                return True
            place = data.find(mark, place + 2)
    return False


def _serialized_slowly(resource: Json, pretty: bool) -> bytes:
    """The same by Python's own encoder, which refuses what is no number and can set lines."""
    numbers: list[str] = []

    def stand_in(value: object) -> str:
        if not isinstance(value, Decimal):
            raise TypeError(f"{type(value).__name__} is not a JSON value")
        numbers.append(_number(value))
        return _STAND_IN

    separators = (",", ": ") if pretty else (",", ":")
    indent = 2 if pretty else None
    text = json.JSONEncoder(
        ensure_ascii=False, allow_nan=False, separators=separators, indent=indent, default=stand_in
    ).encode(resource)
    if numbers:
        parts = text.split(f'"{_STAND_IN}"')
        if len(parts) == len(numbers) + 1:  # else the resource holds what is no character, and cannot be written
            text = parts[0] + "".join(number + part for number, part in zip(numbers, parts[1:], strict=True))
    return text.encode("utf-8")


_STAND_IN = "\ud800"
"""Stands for a decimal until the rest is written: half of a surrogate pair, which no text that can be written holds."""


def _number(value: Decimal) -> str:
    return value.text if isinstance(value, WrittenDecimal) else format(_finite(value), "f")


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError(f"{value} is not a JSON number")
    return value


def _decoded(data: bytes | str, source: str) -> str:
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        column = problem.start - data.rfind(b"\n", 0, problem.start)
        text = "The JSON is not UTF-8."
        raise UnreadableError(_fatal("invalid", "VR-JSON-0002", text, source, (line, column))) from None


def _load(text: str, repeats: list[bool]) -> Any:
    def pairs(found: list[tuple[str, Any]]) -> Json:
        value = dict(found)
        if len(value) != len(found):
            repeats[0] = True
            value = dict(reversed(found))
            value = {key: value[key] for key, _ in found}
        return value

    try:
        return json.loads(text, parse_float=decimal, parse_constant=_no_constant, object_pairs_hook=pairs)
    except RecursionError:
        raise UnreadableError(_too_deep(text, MAX_DEPTH, "")) from None
    except json.JSONDecodeError:
        raise
    except (ValueError, ArithmeticError):
        message = f"A number cannot be read: it is no JSON number, or has more than {_MAX_DIGITS} digits."
        position = _place(text, _NO_NUMBER)
        raise UnreadableError(_fatal("invalid", "VR-JSON-0006", message, "", position)) from None


def decimal(text: str) -> Decimal:
    """The decimal of a JSON number, with its text where that matters."""
    value = Decimal(text)
    return value if "E" not in text and str(value) == text else WrittenDecimal(text)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")


def _is_deeper(value: Any, max_depth: int) -> bool:
    level = [value]
    for _ in range(max_depth):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return False
    return True


def _has_lone_surrogate(value: Json) -> bool:
    try:
        serialize(value)
    except UnicodeEncodeError:
        return True
    return False


def _tolerated(text: str, issues: list[Issue], source: str) -> Iterator[str]:
    """The text with comments and extra commas blanked out, each reported; every other character keeps its place."""
    without_comments = _blanked(text, _COMMENT_OR_STRING)
    for offset, _ in without_comments[1][:_MAX_REPORTED]:
        position = line_and_column(text, offset)
        issues.append(_error("JSON_COMMENTS_NOT_ALLOWED", "JSON has no comments.", source, position))
    cleaned = _blanked(without_comments[0], _EXTRA_COMMA_OR_STRING)
    offsets = [offset for offset, _ in cleaned[1][:_MAX_REPORTED]]
    holders = JsonPositions(cleaned[0], offsets).holders if offsets else []
    found = re.search(r'"resourceType"\s*:\s*"([A-Za-z]{1,64})"', cleaned[0])
    for offset, holder in zip(offsets, holders, strict=False):
        message = "A comma is followed by nothing."
        where = _expression(found.group(1) if found else "", holder)
        line, column = line_and_column(text, offset)
        issues.append(Issue("error", "invalid", "JSON_COMMA_EXTRA", message, where, line, column, source=source))
    yield cleaned[0]


def _blanked(text: str, pattern: str) -> tuple[str, list[tuple[int, int]]]:
    spans: list[tuple[int, int]] = []

    def blank(found: re.Match[str]) -> str:
        word = found.group()
        if word.startswith('"') or (word.startswith("/*") and not (len(word) > 3 and word.endswith("*/"))):
            return word
        spans.append(found.span())
        return re.sub(r"[^\n]", " ", word)

    return re.sub(pattern, blank, text, flags=re.DOTALL), spans


def _repeated(text: str, root: str, source: str) -> Iterator[Issue]:
    for path, line, column in list(JsonPositions(text).duplicate_positions())[:_MAX_REPORTED]:
        message = f"The property '{path[-1]}' stands twice in its object; only the first is read."
        where = _expression(root, path[:-1])
        yield Issue("error", "invalid", "DUPLICATE_JSON_PROPERTY_KEY", message, where, line, column, source=source)


def _expression(root: str, path: Path) -> str:
    return root + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def _malformed(text: str, problem: json.JSONDecodeError, source: str) -> Issue:
    message = f"Malformed JSON: {problem.msg[:1].lower()}{problem.msg[1:]}."
    return _fatal("invalid", "Error_parsing_JSON_", message, source, line_and_column(text, problem.pos))


def _too_deep(text: str, max_depth: int, source: str) -> Issue:
    message = f"The JSON is nested more than {max_depth} levels deep."
    depth, offset = 0, 0
    for found in re.finditer(_STRING + r"|[\[{\]}]", text, re.DOTALL):
        word = found.group()
        depth += word in ("[", "{")
        depth -= word in ("]", "}")
        if depth > max_depth:
            offset = found.start()
            break
    return _fatal("too-costly", "VR-JSON-0004", message, source, line_and_column(text, offset))


_NO_NUMBER = rf"-?(?:NaN|Infinity)|-?\d{{{_MAX_DIGITS + 1},}}+|-?\d++(?:\.\d++)?+[eE][-+]?\d{{7,}}+"
_LONE_SURROGATE = (
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


def _place(text: str, pattern: str) -> tuple[int, int]:
    """Where the first thing of a kind is; the start of the text when it cannot be told."""
    for found in re.finditer(f"(?P<string>{_STRING})|{pattern}", text, re.DOTALL):
        inner = re.search(pattern, found.group()) if found.group("string") is not None else None
        if found.group("string") is None:
            return line_and_column(text, found.start())
        if inner is not None and pattern is _LONE_SURROGATE:
            return line_and_column(text, found.start() + inner.start())
    return (1, 1)


def _fatal(
    code: str, id_: str, text: str, source: str, position: tuple[int | None, int | None] = (None, None)
) -> Issue:
    return Issue("fatal", code, id_, text, line=position[0], column=position[1], source=source)


def _error(id_: str, text: str, source: str, position: tuple[int, int]) -> Issue:
    return Issue("error", "invalid", id_, text, line=position[0], column=position[1], source=source)
