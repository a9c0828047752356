"""The frame decoder as a law: however the bytes are cut into reads, the same frames and faults come out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.errors import TransportError
from vrfhir.transport import Fault, Frame, FrameDecoder, frame

LIMIT = 40

MESSAGES = st.binary(min_size=1, max_size=30).map(lambda data: data.replace(b"\x0b", b"v").replace(b"\x1c", b"f"))
WIRE = st.lists(
    st.one_of(
        MESSAGES.map(frame),
        MESSAGES.map(lambda data: b"\x0bMSH|" + data + b"\x1c"),
        MESSAGES.map(lambda data: b"\x0b" + data + b"\x1cx" + data),
        MESSAGES.map(lambda data: b"MSH|" + data + b"\x1c\r"),
        st.sampled_from([b"\r", b"\n", b"\r\n", b" ", b"\x00", b"junk", b"\x0b", b"\x1c", b"\x1c\r", b"MS", b"MSH"]),
        st.binary(max_size=60),
    ),
    max_size=6,
).map(b"".join)


def decoded(wire: bytes, cuts: list[int], limit: int = LIMIT) -> list[Frame | Fault]:
    decoder = FrameDecoder(limit)
    events: list[Frame | Fault] = []
    places = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
    for start, end in pairwise(places):
        events += decoder.feed(wire[start:end])
    return events + decoder.close()


@given(WIRE, st.lists(st.integers(0, 400), max_size=12))
def test_cuts_make_no_difference(wire: bytes, cuts: list[int]) -> None:
    assert decoded(wire, cuts) == decoded(wire, [])


@given(WIRE)
def test_byte_by_byte_makes_no_difference(wire: bytes) -> None:
    assert decoded(wire, list(range(len(wire)))) == decoded(wire, [])


@given(st.lists(MESSAGES, max_size=5), st.lists(st.integers(0, 200), max_size=8))
def test_every_framed_message_comes_out(messages: list[bytes], cuts: list[int]) -> None:
    assert decoded(b"".join(map(frame, messages)), cuts) == [Frame(message) for message in messages]


def rules(wire: bytes, limit: int = LIMIT) -> list[str | bytes]:
    return [event.data if isinstance(event, Frame) else event.issue.id for event in decoded(wire, [], limit)]


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (b"\x0bMSH|1\x1c\r", [b"MSH|1"]),
        (b"\x0bMSH|1\x1c", [b"MSH|1"]),
        (b"\x0bMSH|1\x1c\x0bMSH|2\x1c\r", [b"MSH|1", b"MSH|2"]),
        (b"\x0bMSH|1\x1c\n\x0bMSH|2\x1c\r\n", [b"MSH|1", b"MSH|2"]),
        (b"\r\n \x00\x0bMSH|1\x1c\r\r\r", [b"MSH|1"]),
        (b"\x0bMSH|a\x1cb\x1c\r", [b"MSH|a\x1cb"]),
        (b"\x0bMSH|a\x0bb\x1c\r", [b"MSH|a\x0bb"]),
        (b"\x0b\x1c\r", [b""]),
        (b"MSH|1\x1c\r\x0bMSH|2\x1c\r", ["VR-V2-0915", b"MSH|1", b"MSH|2"]),
        (b"GET / HTTP/1.1\r\n\r\n", ["VR-V2-0902"]),
        (b"junk\x0bMSH|1\x1c\r", ["VR-V2-0902", b"MSH|1"]),
        (b"\x0bMSH|1", ["VR-V2-0903"]),
        (b"\x0bMSH|1\x0bMSH|2\x1c\r", ["VR-V2-0916", b"MSH|2"]),
        (b"\x0bMSH|" + b"x" * 50 + b"\x1c\r\x0bMSH|2\x1c\r", ["VR-V2-0901", b"MSH|2"]),
    ],
)
def test_what_senders_do(wire: bytes, expected: list[str | bytes]) -> None:
    assert rules(wire) == expected


def test_a_frame_of_exactly_the_limit_is_read() -> None:
    assert rules(frame(b"x" * 40)) == [b"x" * 40]
    assert rules(frame(b"x" * 41)) == ["VR-V2-0901"]


def test_an_oversized_frame_is_not_kept() -> None:
    decoder = FrameDecoder(1000)
    decoder.feed(b"\x0bMSH|^~\\&|A|B|")
    for _ in range(100):
        decoder.feed(b"y" * 1000)
    assert len(decoder._buffer) == 1001
    (fault,) = decoder.feed(b"\x1c\r")
    assert isinstance(fault, Fault)
    assert fault.head.startswith(b"MSH|^~\\&|A|B|")


@pytest.mark.parametrize("byte", [b"\x0b", b"\x1c"])
def test_a_message_with_frame_bytes_cannot_be_framed(byte: bytes) -> None:
    with pytest.raises(TransportError) as caught:
        frame(b"MSH|" + byte)
    assert caught.value.issues[0].id == "VR-V2-0909"


def test_waiting_for_the_last_cr() -> None:
    decoder = FrameDecoder(LIMIT)
    assert decoder.feed(b"\x0bMSH|1\x1c") == []
    assert decoder.is_ending
    assert decoder.settle() == [Frame(b"MSH|1")]
    assert decoder.is_idle
    assert decoder.feed(b"\r") == []
    assert decoder.close() == []
