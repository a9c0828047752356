"""Encodings and escapes of text (https://build.fhir.org/ig/HL7/FHIRPath: encode, decode, escape, unescape)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from vrfhir.fhirpath.arithmetic import bounded_text
from vrfhir.fhirpath.environment import Frame
from vrfhir.fhirpath.functions.signature import Function, Run, value_of
from vrfhir.fhirpath.functions.text import text_of

__all__ = ["FUNCTIONS"]

Work = Callable[[str], str]

_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _escape_html(text: str) -> str:
    return "".join(_HTML.get(sign, sign) for sign in text)


def _escape_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _unescape_json(text: str) -> str:
    return str(json.loads(f'"{text}"', strict=False))


def _encode64(text: str, signs: bytes = b"+/") -> str:
    import base64  # this and html only where somebody asks for them

    return base64.b64encode(_bytes(text), signs).decode()


def _decode64(text: str, signs: bytes = b"+/") -> str:
    import base64

    return base64.b64decode(text, signs, validate=True).decode()


def _unescape_html(text: str) -> str:
    import html

    return html.unescape(text)


_ENCODERS: dict[str, Work] = {
    "hex": lambda text: _bytes(text).hex(),
    "base64": _encode64,
    "urlbase64": lambda text: _encode64(text, b"-_"),
}
_DECODERS: dict[str, Work] = {
    "hex": lambda text: bytes.fromhex(text).decode(),
    "base64": _decode64,
    "urlbase64": lambda text: _decode64(text, b"-_"),
}
_ESCAPERS: dict[str, Work] = {"html": _escape_html, "json": _escape_json}
_UNESCAPERS: dict[str, Work] = {"html": _unescape_html, "json": _unescape_json}


def _transformation(name: str, table: dict[str, Work]) -> Function:
    """Empty for an encoding that is not known and for text that is not in it."""

    def build(target: Run) -> Run:
        def run(items: list[Any], frame: Frame) -> list[Any]:
            text = text_of(items, name)
            work = table.get(value_of(target, items, frame, str, name) or "")
            if text is None or work is None:
                return []
            try:
                return frame.paid(bounded_text(work(text)))
            except ValueError:
                return []

        return run

    return Function(build, "v", 1)


FUNCTIONS = {
    "encode": _transformation("encode", _ENCODERS),
    "decode": _transformation("decode", _DECODERS),
    "escape": _transformation("escape", _ESCAPERS),
    "unescape": _transformation("unescape", _UNESCAPERS),
}
