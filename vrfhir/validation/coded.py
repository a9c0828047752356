"""Values that hold nothing but codes, as keys: what was right once at an element is right there again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vrfhir.validation.primitives import FAST

if TYPE_CHECKING:
    from vrfhir.validation.engine import Engine

__all__ = ["coded_extension", "is_plain_reference", "looks_at_itself", "plain_code", "plain_coding"]

Json = dict[str, Any]

_PARTS = 8
"""An extension with more parts is not remembered."""
_is_text = FAST["string"]
_is_address = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-._/:]{0,500}").fullmatch
"""No fragment, no search, and no character that needs a second look."""


def plain_coding(value: Json) -> tuple[str, str, str | None] | None:
    """System, code and display of a CodeableConcept that holds nothing else but a well-formed text."""
    codings = value.get("coding")
    if type(codings) is not list or len(codings) != 1:
        return None
    if len(value) != 1 and (len(value) != 2 or "text" not in value or not _is_text(value["text"])):
        return None
    coding = codings[0]
    return plain_code(coding) if type(coding) is dict else None


def plain_code(coding: Json) -> tuple[str, str, str | None] | None:
    """System, code and display of a Coding that holds nothing else."""
    system, code = coding.get("system"), coding.get("code")
    if type(system) is str and type(code) is str:
        if len(coding) == 3:
            display = coding.get("display")
            return (system, code, display) if type(display) is str else None
        if len(coding) == 2:
            return system, code, None
    return None


def coded_extension(value: Json, depth: int = 0) -> tuple[Any, ...] | None:
    """An extension whose value is a code, a boolean or a plain concept, or whose parts are such; None for any other."""
    if len(value) != 2:
        return None
    url = value.get("url")
    if type(url) is not str:
        return None
    if "valueCodeableConcept" in value:
        concept = value["valueCodeableConcept"]
        coding = plain_coding(concept) if type(concept) is dict else None
        return None if coding is None else (url, coding, len(concept))
    if "extension" in value:
        parts = value["extension"]
        if type(parts) is not list or depth or len(parts) > _PARTS:
            return None
        keys = []
        for part in parts:
            key = coded_extension(part, 1) if type(part) is dict else None
            if key is None:
                return None
            keys.append(key)
        return (url, tuple(keys))
    plain = value.get("valueCode", value.get("valueBoolean"))
    return (url, type(plain), plain) if type(plain) in (str, bool) else None


def is_plain_reference(value: Json) -> bool:
    """True for a Reference with a plain address, and nothing else but a well-formed display."""
    reference = value.get("reference")
    if type(reference) is not str or not _is_address(reference):
        return False
    return len(value) == 1 or (len(value) == 2 and bool(_is_text(value.get("display"))))


def looks_at_itself(engine: Engine, codes: tuple[Any, ...]) -> bool:
    """True when neither the extension nor its parts are judged by anything outside them but where they stand."""
    definition = engine.extensions.get(codes[0])
    if definition is None or not definition.is_self_contained:
        return False
    parts = codes[1] if len(codes) == 2 else ()
    return all(part[0] in definition.parts for part in parts)
