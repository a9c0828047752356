"""Putting values read from XML into the shape of FHIR JSON (https://hl7.org/fhir/R4/json.html#primitive)."""

from __future__ import annotations

import re
from typing import Any

from vrfhir.fhir.json import decimal

__all__ = ["count", "put", "put_primitive", "typed"]

Json = dict[str, Any]

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,18})\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\Z")
_INTEGER_TYPES = ("integer", "positiveInt", "unsignedInt", "integer64")
_MAX_NUMBER = 2_000


def count(value: Json, name: str) -> int:
    """How many values a name has so far."""
    found = value.get(name, value.get(f"_{name}"))
    return len(found) if isinstance(found, list) else int(found is not None)


def put(value: Json, name: str, item: Any, is_list: bool) -> None:
    """Add an item. One too many for a single element makes it a list, for validation to report."""
    if is_list:
        value.setdefault(name, []).append(item)
    elif name in value:
        present = value[name]
        value[name] = [*present, item] if isinstance(present, list) else [present, item]
    else:
        value[name] = item


def put_primitive(value: Json, name: str, item: Any, extra: Json, is_list: bool) -> None:
    """Add a primitive and what it carries, keeping the two arrays of a list in step (json.html#primitive)."""
    shadow = f"_{name}"
    if not is_list:
        if item is not None:
            put(value, name, item, is_list=False)
        if extra or item is None:
            put(value, shadow, extra, is_list=False)
        return
    position = max(len(value.get(name, ())), len(value.get(shadow, ())))
    if item is not None or name in value:
        value.setdefault(name, [None] * position).append(item)
    if extra or item is None or shadow in value:
        value.setdefault(shadow, [None] * position).append(extra or (None if item is not None else {}))


def typed(text: str, type_name: str) -> Any:
    """The JSON value of an attribute; text that is no value of its type stays text, for validation to report."""
    if type_name == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if type_name in _INTEGER_TYPES and _INTEGER.match(text):
        return int(text)
    if type_name == "decimal" and len(text) <= _MAX_NUMBER and (found := _DECIMAL.match(text)):
        return decimal(text) if found.group(2) or found.group(3) else int(text)
    return text
