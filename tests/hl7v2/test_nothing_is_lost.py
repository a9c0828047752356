"""The promise of the tokenizer: ``parse(data).encode() == data`` for every byte string it accepts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import Message, Segment, acknowledge, check_fields, check_header, match_structure, parse
from vrfhir.hl7v2.delimiters import Delimiters, is_usable
from vrfhir.issues import Issue

NOW = datetime(2026, 1, 5, tzinfo=UTC)
USABLE = "".join(chr(code) for code in (*range(1, 256), 0xA5, 0x2016) if is_usable(chr(code)))


@st.composite
def declared_delimiters(draw: st.DrawFn) -> Delimiters:
    field, *encoding = draw(st.lists(st.sampled_from(USABLE), min_size=2, max_size=6, unique=True))
    return Delimiters(field, *encoding, *[""] * (5 - len(encoding)))


@st.composite
def message_texts(draw: st.DrawFn) -> str:
    delimiters = draw(declared_delimiters())
    marks = [mark for mark in delimiters if mark]
    alphabet = st.sampled_from(
        [*marks, *marks, "a", "B", "7", '"', " ", "é", "\u20ac", "\ufeff", "\x85", ".", "X", "\n", "\t"]
    )
    ends = st.sampled_from(["\r", "\n", "\r\n", "\r\r\n", " \r", "\t \n", "\r \r"])
    text = draw(st.sampled_from(["", "\ufeff", "\x0b", "\r\n", " "]))
    text += "MSH" + delimiters.field + delimiters.encoding_characters + delimiters.field + draw(st.text(alphabet))
    for name in draw(
        st.lists(st.sampled_from(["PID", "OBX", "ZZ1", "RF1", "pid", "LONGNAME", "X", "", "MSH"]), max_size=8)
    ):
        text += draw(ends) + name + delimiters.field + draw(st.text(alphabet))
    return text + draw(st.sampled_from(["", "\r", "\n", "\r\x1c\r", "\r\n\r\n"]))


def read(data: bytes) -> Message | Issue:
    """The message, or the first reason why it is none."""
    try:
        return parse(data)
    except UnreadableError as error:
        return error.issues[0]


def is_header(segment: Segment, field: str) -> bool:
    return segment.name == "MSH" and segment.raw[3:4] == field


def rebuilt(message: Message) -> str:
    """The text put together from the smallest parts, so that the identity does not hold by keeping the source aside."""
    field, component, repetition, _, subcomponent, _ = message.delimiters
    text = message.prefix
    for segment in message.segments:
        fields = []
        for number in range(1, segment.field_count + 1):
            parts = segment.repetitions(number)
            if is_header(segment, field) and number <= 2:
                fields.append("".join(part.text for part in parts))
                continue
            fields.append(
                repetition.join(component.join(subcomponent.join(c.subcomponents) for c in r.components) for r in parts)
            )
        if is_header(segment, field):
            fields = fields[1:]
        joined = field.join([segment.name, *fields])
        if not segment.raw.removeprefix(segment.name).startswith(field):
            joined = segment.name + field.join(fields)
        text += joined + segment.end
    return text


@given(message_texts(), st.sampled_from(["utf-8", "cp1252", "iso8859-15"]))
def test_any_delimiters_and_line_ends(text: str, codec: str) -> None:
    data = text.encode(codec, "ignore")
    message = read(data)
    if isinstance(message, Issue):
        assert message.id.startswith("VR-V2-00")
        return
    assert message.encode() == data
    assert rebuilt(message) == message.text


@given(message_texts())
def test_the_leaves_hold_all_text(text: str) -> None:
    """What is in no leaf is delimiters, names, line ends and the blanks at the end of a segment."""
    message = read(text.encode())
    if isinstance(message, Issue):
        return
    marks = "".join(message.delimiters) + "\r\n\x1c"
    for segment in message.segments:
        if segment.name == "MSH" and segment.index:
            continue
        held = "".join(
            leaf.raw for leaf in segment.leaves() if (leaf.segment, leaf.field) not in (("MSH", 1), ("MSH", 2))
        )
        own = (
            segment.raw
            if segment.name != "MSH"
            else segment.raw.removeprefix("MSH" + segment.field(1) + segment.field(2))
        )
        content = own.removeprefix(segment.name)
        assert held.translate(dict.fromkeys(map(ord, marks))) == content.translate(dict.fromkeys(map(ord, marks)))
        for leaf in segment.leaves():
            assert message.value(leaf.path) == leaf.value
            column = segment.column(*leaf[3:7])
            assert segment.raw[column - 1 :].startswith(leaf.raw)


@given(st.binary(max_size=200))
def test_any_bytes_after_a_header(tail: bytes) -> None:
    data = b"MSH|^~\\&|A|B|C|D|20260105||REF^I12|1|P|2.4\r" + tail
    message = read(data)
    if isinstance(message, Issue):
        assert b"\x00" in data
        assert message.id == "VR-V2-0003"
        return
    assert message.encode() == data
    assert rebuilt(message) == message.text


@given(st.binary(max_size=60))
def test_any_bytes_at_all(data: bytes) -> None:
    message = read(data)
    if isinstance(message, Issue):
        assert message.severity == "fatal"
    else:
        assert message.encode() == data


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "shift_jis", "gb18030", "iso2022_jp", "big5"])
def test_wide_character_sets(codec: str) -> None:
    names = {"shift_jis": "ISO IR14", "gb18030": "GB 18030-2000", "iso2022_jp": "ISO IR87", "big5": "BIG-5"}
    text = f"MSH|^~\\&|A|B|C|D|20260105||REF^I12|1|P|2.4||||||{names.get(codec, 'UNICODE UTF-16')}\rPID|1||9||表^十\r"
    message = parse(text.encode(codec))
    assert message.encode() == text.encode(codec)
    assert message.value("PID-5.2") == "十"


@pytest.mark.shared
def test_all_samples(shared: Path) -> None:
    samples = sorted((shared / "data" / "hl7v2-samples").glob("*.hl7"))
    assert len(samples) == 424
    for path in samples:
        data = path.read_bytes()
        message = parse(data)
        assert message.encode() == data, path.name
        assert rebuilt(message) == message.text, path.name


@pytest.mark.shared
def test_truncation_never_crashes(shared: Path) -> None:
    for path in sorted((shared / "data" / "hl7v2-samples").glob("REF*.hl7")):
        data = path.read_bytes()
        for end in range(len(data)):
            cut = data[:end]
            message = read(cut)
            if isinstance(message, Issue):
                assert end < 5, message
                continue
            assert message.encode() == cut
            if end % 37 == 0:
                assert sum(1 for _ in message.leaves()) >= 2
                assert match_structure(message).groups
                assert isinstance(check_fields(message) + check_header(message), list)
                assert parse(acknowledge(message, "AE", control_id="1", now=NOW)).value("MSA-1") == "AE"
