"""Map rows backwards: each row with an inverse as a closure that takes its values out of a resource and writes them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from vrfhir.hl7v2.reference import Definition, tables
from vrfhir.mappers.marks import ALWAYS, has_mark, is_marked, said_of_itself, without_mark
from vrfhir.mappers.paths import role_of
from vrfhir.mappers.rows import Flavour, Row, load_maps
from vrfhir.mappers.vocabulary import extension_urls
from vrfhir.mappers.writing.registry import INVERSES, key
from vrfhir.mappers.writing.slots import Slot, compile_slots

if TYPE_CHECKING:
    from vrfhir.mappers.writing.draft import Draft
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["BackRow", "back_rows", "compiled_back", "flavour_of", "write_row", "write_rows"]

_NOTE = "Annotation"
"""Every version has NTE for notes: no field that only a later one has is written for them."""

Run = Callable[["Draft", Mapping[str, dict[str, Any]], "Writing"], bool]


class BackRow(NamedTuple):
    """A row that can be written, and how."""

    row: Row
    run: Run


def flavour_of(segment: str, name: str = "") -> Flavour:
    """A form of a segment by name; without one, the one that takes everything."""
    flavours = load_maps()[segment].flavours
    return next(each for each in flavours if each.name == name) if name else flavours[-1]


@cache
def back_rows(segment: str, flavour: str, version: str, *, every: bool = False) -> Sequence[BackRow]:
    """The rows of a form of a segment that have a way back and a field in the version (or ``every`` one).

    The ones that take only what is marked as theirs come first, then those that name a type, a use or a constant.
    """
    return _back(flavour_of(segment, flavour), segment, version, every=every)


def _back(form: Flavour, segment: str, version: str, *, every: bool) -> Sequence[BackRow]:
    rows = [row for row in form.rows if row.direction == "both" and row.conversion in INVERSES]
    fields = tables(version).segment(segment)
    known = [row for row in rows if _is_known(row, fields)]
    others = [row for row in rows if row not in known and row.conversion != _NOTE] if every else []
    ordered = sorted([*known, *others], key=_special)
    return tuple(BackRow(row, compiled_back(row)) for row in ordered)


def _is_known(row: Row, fields: Sequence[Definition] | None) -> bool:
    return fields is None or (row.field <= len(fields) and not fields[row.field - 1].is_withdrawn)


def _special(row: Row) -> int:
    if row.options.get("marked") in (True, ALWAYS):
        return -1
    last = row.conversion in ("concept-text", "string", "producer", "Organization") and "." in row.to
    special = row.options.get("type") or row.options.get("use") or row.beside or row.conversion == "licence"
    return 0 if special else 2 if last else 1


def write_rows(draft: Draft, flavour: str, roles: Mapping[str, dict[str, Any]], writing: Writing) -> None:
    """Write every row of a form whose role is there."""
    own = writing.partner.segments.get(draft.name)
    if own is not None:
        back = _back(own.flavours[-1], draft.name, writing.version, every=True)
    else:
        back = back_rows(draft.name, flavour, writing.version, every=writing.as_it_was)
    for _, run in back:
        run(draft, roles, writing)


def write_row(draft: Draft, row_id: str, flavour: str, roles: Mapping[str, dict[str, Any]], writing: Writing) -> bool:
    """Write one row; True when it had a value."""
    runs = [run for row, run in back_rows(draft.name, flavour, writing.version) if row.id == row_id]
    return bool(runs) and runs[0](draft, roles, writing)


def compiled_back(row: Row) -> Run:
    """The closure that writes one row."""
    back = INVERSES[row.conversion](row)
    role, spread = role_of(row.to), row.to.endswith(".*")
    element_path = row.to.removesuffix("[x]")
    read = None if spread else compile_slots(element_path, extension_urls(), row.beside)
    first_only = row.repetitions == "first"
    of_mark = INVERSES[row.conversion](_plain(row)) if row.options.get("marked") in (True, ALWAYS) else None

    def takes_unmarked(value: Any, slots: Sequence[Slot], writing: Writing) -> bool:
        if row.source == "partner":  # its list, unless the Bundle was made of this partner's own message
            return not (writing.is_of_partner or any(is_marked(row, each.value) for each in slots))
        if row.options["marked"] == ALWAYS:
            return False
        return isinstance(value, dict) and said_of_itself(row, value) and not has_mark(value)

    def run(draft: Draft, roles: Mapping[str, dict[str, Any]], writing: Writing) -> bool:
        resource = roles.get(role)
        if resource is None or (row.component and key(row.component) in _first(draft, row.field)):
            return False
        wrote = False
        if spread or read is None:
            writing.twin = None
            parts = back(resource, writing)
            if parts:
                _put(draft, row, parts)
                wrote = True
            return wrote
        slots = read(resource)
        for slot in slots:
            if first_only and row.field in draft.fields and not row.component:
                break
            writing.twin, writing.named = slot.twin, ""
            if of_mark is not None and is_marked(row, slot.value):
                parts = of_mark(without_mark(slot.value), writing)
            elif of_mark is not None and not takes_unmarked(slot.value, slots, writing):
                continue
            else:
                value = without_mark(slot.value) if is_marked(row, slot.value) else slot.value
                parts = back(value, writing)
            if not parts:
                continue
            wrote = True
            if row.join and len(parts) == 1:
                place, text = next(iter(parts.items()))
                for line in text.split("\n"):
                    draft.put(row.field, {place: line})
            else:
                _put(draft, row, parts)
                if writing.named and not row.component:
                    kind = writing.originals[writing.named].get("resourceType")
                    draft.roles.setdefault(f"-{row.field}[{len(draft.fields[row.field])}].{kind}", writing.named)
            _consume(slot)
            if row.component:
                break
        return wrote

    return run


def _plain(row: Row) -> Row:
    """The row without what tells its values from others: they are marked."""
    options = {name: value for name, value in row.options.items() if name not in ("type", "use", "marked")}
    return dataclasses.replace(row, options=options)


def _consume(slot: Slot) -> None:
    """Take the value out of the resource, when the inverse used it up."""
    if isinstance(slot.value, dict):
        for name in [name for name, value in slot.value.items() if value in ({}, [])]:
            del slot.value[name]
    slot.consume()


def _first(draft: Draft, field: int) -> Mapping[int, str]:
    cells = draft.fields.get(field)
    return cells[0] if cells else {}


_SAME_CELL = ("endpoint", "facility-organization", "yes-no-words", "birth-time")
"""Conversions whose value stands in the repetition that another row began."""


def _put(draft: Draft, row: Row, parts: dict[int, str]) -> None:
    whole = not row.component and row.conversion not in _SAME_CELL
    draft.put(row.field, parts, append=whole)
