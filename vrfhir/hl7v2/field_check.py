"""Fields against the reference tables: required, repeating, withdrawn, numbers, dates, escapes. Reports, never changes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vrfhir.hl7v2 import escapes
from vrfhir.hl7v2.catalogue import CATALOGUE
from vrfhir.hl7v2.message import Message
from vrfhir.hl7v2.reference import Definition, Tables, tables
from vrfhir.hl7v2.segment import HEADERS, Columns, Repetition, Segment
from vrfhir.hl7v2.timestamps import read_time, read_timestamp
from vrfhir.issues import Issue

__all__ = ["check_fields"]

_FORMS = {"NM": re.compile(r"[+-]?[0-9]+\.?[0-9]*|[+-]?\.[0-9]+"), "SI": re.compile(r"[0-9]{1,4}")}
_LONG_ENOUGH_TO_TRUNCATE = 20


def check_fields(message: Message) -> list[Issue]:
    """Findings about every segment the tables of the message's version define."""
    known = tables(message.version)
    issues: list[Issue] = []
    for segment in message.segments:
        definitions = known.segment(segment.name)
        if definitions is not None:
            issues += _segment_issues(_Checked(segment), definitions, known, message)
    return issues


class _Checked:
    """A segment that is looked at, with its columns, which are only counted when there is something to say."""

    __slots__ = ("_columns", "segment")

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self._columns: Columns | None = None

    def column(self, field: int, repetition: int, component: int) -> int:
        if self._columns is None:
            self._columns = Columns(self.segment)
        return self._columns.of(field, repetition, component)


def _segment_issues(
    checked: _Checked, definitions: tuple[Definition, ...], known: Tables, message: Message
) -> Iterator[Issue]:
    version, segment = known.version, checked.segment
    for number, definition in enumerate(definitions, 1):
        text = segment.field(number)
        if not text:
            if definition.is_required:
                yield _at("VR-V2-0201", checked, number, name=definition.name, version=version)
            continue
        if segment.name in HEADERS and number <= 2:
            continue
        if definition.is_withdrawn:
            yield _at("VR-V2-0206", checked, number, version=version)
            continue
        repetitions = segment.repetitions(number)
        maximum = definition.maximum
        if maximum is not None and len(repetitions) > maximum and (segment.name, number) != ("OBX", 5):
            yield _at("VR-V2-0202", checked, number, name=definition.name, maximum=maximum, version=version)
        for place, repetition in enumerate(repetitions, 1):
            yield from _value_issues(checked, number, place, repetition, definition.datatype, known)
    for number in range(len(definitions) + 1, segment.field_count + 1):
        if segment.field(number):
            yield _at("VR-V2-0207", checked, number, version=version)
    if segment.name == "OBX" and segment.field(5) and not segment.field(2):
        yield _at("VR-V2-0208", checked, 2)
    yield from _escape_issues(checked, message)


def _value_issues(
    checked: _Checked, number: int, place: int, repetition: Repetition, datatype: str, known: Tables
) -> Iterator[Issue]:
    components = known.datatype(datatype)
    if components is None:
        yield from _primitive_issues(checked, (number, place, 1), repetition.plain, datatype)
        return
    for index, component in enumerate(repetition.components, 1):
        if component and index <= len(components):
            inner = "DTM" if datatype == "TS" and index == 1 else components[index - 1].datatype
            if known.datatype(inner) is None:
                yield from _primitive_issues(checked, (number, place, index), component.plain, inner)


def _primitive_issues(checked: _Checked, place: tuple[int, int, int], text: str, datatype: str) -> Iterator[Issue]:
    if not text:
        return
    form = _FORMS.get(datatype)
    if form and not form.fullmatch(text.strip()):
        yield _at("VR-V2-0203", checked, *place, datatype=datatype)
    elif datatype in ("DT", "DTM", "TM"):
        kind = {"DT": "date", "TM": "time of day"}.get(datatype, "date and time")
        read = read_time(text) if datatype == "TM" else read_timestamp(text)
        if not read.is_usable or (datatype == "DT" and read.has_time):
            yield _at("VR-V2-0204", checked, *place, kind=kind, datatype=datatype)
        elif read.problem:
            yield _at("VR-V2-0205", checked, *place, kind=kind)


def _escape_issues(checked: _Checked, message: Message) -> Iterator[Issue]:
    segment = checked.segment
    delimiters = message.delimiters
    escape, truncation = delimiters.escape, delimiters.truncation
    if not (escape and escape in segment.raw) and not (truncation and truncation in segment.raw):
        return
    for leaf in segment.leaves():
        if segment.name in HEADERS and leaf.field <= 2:
            continue
        place = (leaf.field, leaf.repetition, leaf.component)
        if truncation and leaf.raw.endswith(truncation) and len(leaf.raw) >= _LONG_ENOUGH_TO_TRUNCATE:
            yield _at("VR-V2-0209", checked, *place)
        for piece in escapes.pieces(leaf.raw, delimiters, codec=message.charset):
            if piece.kind == "text" and escape and escape in piece.source:
                yield _at("VR-V2-0210", checked, *place)
            elif piece.kind in ("local", "charset"):
                yield _at("VR-V2-0211", checked, *place, kind={"local": "local"}.get(piece.kind, "character set"))
            elif piece.kind == "hex" and piece.text == piece.source:
                yield _at("VR-V2-0212", checked, *place)


def _at(
    rule: str, checked: _Checked, field: int, repetition: int = 1, component: int = 1, **parameters: str | int
) -> Issue:
    segment = checked.segment
    name = f"{segment.name}-{field}" + (f".{component}" if component > 1 else "")
    return CATALOGUE.issue(
        rule,
        expression=f"{segment.name}[{segment.occurrence}]-{field}[{repetition}].{component}",
        line=segment.index + 1,
        column=checked.column(field, repetition, component),
        field=name,
        **parameters,
    )
