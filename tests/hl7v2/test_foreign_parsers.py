"""What python-hl7 and hl7apy read from the same messages, where they keep what was sent."""

from __future__ import annotations

from pathlib import Path

import hl7
import pytest
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message

from vrfhir.hl7v2 import Message, parse

USUAL = "^~\\&"


def samples(shared: Path) -> list[tuple[str, Message, str]]:
    found = []
    for path in sorted((shared / "data" / "hl7v2-samples").glob("*.hl7")):
        message = parse(path.read_bytes())
        text = "\r".join(segment.raw for segment in message.segments) + "\r"
        found.append((path.name, message, text))
    return found


@pytest.mark.shared
def test_python_hl7_splits_the_same_way(shared: Path) -> None:
    compared = 0
    for name, message, text in samples(shared):
        if not message.delimiters.encoding_characters.startswith(USUAL):
            continue
        theirs = hl7.parse(text)
        assert [str(segment[0]) for segment in theirs] == [segment.name for segment in message.segments], name
        for other, segment in zip(theirs, message.segments, strict=True):
            assert len(other) - 1 == segment.field_count, (name, segment)
            for number in range(3 if segment.name == "MSH" else 1, segment.field_count + 1):
                split = [[str(component) for component in (r if isinstance(r, list) else [r])] for r in other[number]]
                ours = [[component.text for component in r.components] for r in segment.repetitions(number)] or [[""]]
                assert split == ours, (name, segment, number)
                compared += 1
    assert compared == 181_439


@pytest.mark.shared
def test_hl7apy_finds_the_same_parts_in_the_same_order(shared: Path) -> None:
    """It moves components its tables do not know and drops trailing delimiters, so only what is not empty is compared.

    Z segments, segments out of place and a fifth encoding character, which it loses or refuses, are left out.
    """
    compared = 0
    for name, message, text in samples(shared):
        if message.delimiters.encoding_characters != USUAL or not name.startswith(("REF", "SIU", "MDM", "ADT-A0")):
            continue
        try:
            theirs = parse_message(text, find_groups=False)
        except HL7apyException:
            continue
        for segment in message.segments:
            others = [child for child in theirs.children if child.name == segment.name]
            if len(others) < segment.occurrence or segment.name == "MSH":
                continue
            read: dict[int, list[str]] = {}
            for field in others[segment.occurrence - 1].children:
                if field.name:
                    read.setdefault(int(field.name.rpartition("_")[2]), []).append(field.to_er7())
            for number, values in read.items():
                ours = [parts(repetition.text) for repetition in segment.repetitions(number)]
                assert [parts(value) for value in values if parts(value)] == [p for p in ours if p], (name, number)
                compared += 1
    assert compared > 3_000


def parts(text: str) -> list[str]:
    """The non-empty parts; hl7apy reads numbers as numbers (``001`` comes back as ``1``)."""
    found = [part for component in text.split("^") for part in component.split("&") if part]
    return [part.lstrip("0") if part.isdecimal() else part for part in found]
