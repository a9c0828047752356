"""Which field a value of a list came from, where FHIR itself does not say it: the ``id`` of the element.

Several fields fill one list: PID-3, PID-2 and PID-4 the numbers of the patient, NK1-5, NK1-6 and NK1-40 the telephones of a
relative. One row is the list's own; a value of another row, which the map calls ``marked``, has the field as the ``id`` of its
element (``PID-18``, ``PID-18.2`` for the second repetition, ``NK1.3-40`` in the third segment), unless its type or use says the
same. On the way back a marked value goes to its field, as long as it has that id. The list's own row may name the use (``work``)
or type (``AN``) of values that would be taken for another field's: these are marked too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.conversions.registry import Conversion
    from vrfhir.mappers.rows import Row

__all__ = ["ALWAYS", "has_mark", "is_marked", "marked", "said_of_itself", "without_mark"]

ALWAYS = "always"
"""Option of a row whose values are marked whatever their type or use."""
_MARK = re.compile(r"([A-Z][A-Z0-9]{2})(?:\.\d{1,6})?-(\d{1,3})(?:\.\d{1,6})?", re.ASCII)


def marked(row: Row, convert: Conversion) -> Conversion:
    """The conversion of a row, its values marked with their field."""

    only: str | bool = row.options["marked"]

    def needs_mark(value: dict[str, Any]) -> bool:
        if not isinstance(only, str):
            return not said_of_itself(row, value)
        return only == ALWAYS or (value.get("use") == only if only.islower() else _has_type(value, only))

    def run(cell: Cell, context: Context) -> Any:
        value = convert(cell, context)
        if type(value) is not dict or "id" in value or not needs_mark(value):
            return value
        occurrence, repetition = cell.segment.occurrence, cell.repetition
        segment = row.segment if occurrence == 1 else f"{row.segment}.{occurrence}"
        place = f"{segment}-{row.field}"
        return {"id": place if repetition == 1 else f"{place}.{repetition}", **value}

    return run


def said_of_itself(row: Row, value: Mapping[str, Any]) -> bool:
    """The value has the type or use that the row names: it needs no mark."""
    kind, use = row.options.get("type"), row.options.get("use")
    if kind:
        return _has_type(value, kind)
    return bool(use) and value.get("use") == use


def _has_type(value: Mapping[str, Any], code: str) -> bool:
    kind = value.get("type")
    return isinstance(kind, dict) and any(coding.get("code") == code for coding in kind.get("coding", ()))


def is_marked(row: Row, value: Any) -> bool:
    """True for a value that came from the row's field."""
    return isinstance(value, dict) and _place(value.get("id")) == (row.segment, row.field)


def has_mark(value: Any) -> bool:
    """True for a value that came from a field which is named in it."""
    return isinstance(value, dict) and _place(value.get("id")) != ("", 0)


def without_mark(value: dict[str, Any]) -> dict[str, Any]:
    """The value as its field says it, the mark taken out; any other id stays."""
    if _place(value.get("id")) != ("", 0):
        del value["id"]
    return value


@lru_cache(maxsize=1024)
def _place(text: Any) -> tuple[str, int]:
    match = _MARK.fullmatch(text) if isinstance(text, str) else None
    return (match[1], int(match[2])) if match is not None else ("", 0)
