"""Writing: what is set is read back, whatever the text; nothing can break out of its field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.hl7v2 import NULL, Delimiters, MessageBuilder, parse

TEXT = st.text(st.sampled_from('|^~\\&#!@ab é"\r\n\t0.') | st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)
PLACES = st.builds(
    "{}-{}[{}].{}.{}".format,
    st.sampled_from(["PID", "ZU1", "OBX"]),
    *[st.integers(1, top) for top in (12, 4, 6, 4)],
)


@given(
    st.dictionaries(PLACES, TEXT, max_size=12),
    st.sampled_from([Delimiters(), Delimiters("!", "@", "*", "/", ":", "#")]),
)
def test_what_is_set_is_read_back(values: dict[str, str], delimiters: Delimiters) -> None:
    builder = MessageBuilder("2.7", delimiters=delimiters)
    for path, value in values.items():
        builder.set(path, value)
    data = builder.encode()
    message = parse(data)
    assert {path: message.value(path) for path in values} == values
    assert {leaf.path.replace("[1]-", "-", 1) for leaf in message.leaves() if leaf.segment != "MSH"} == set(values)
    assert not message.issues


def test_nested_values() -> None:
    builder = MessageBuilder("2.4")
    builder.set("MSH-9", ("REF", "I12", "REF_I12"))
    builder.add("PID", 1, None, [("9990000018", None, None, "NHS", "NH"), ("A1", "", "", ("RXX", "2.16", "ISO"))], NULL)
    builder.set("PID-5.1", "O'Brien & Söhne")
    builder.set("PID-13[2]", "0117 496 0000")
    assert builder.text() == (
        "MSH|^~\\&|||||||REF^I12^REF_I12|||2.4||||||UNICODE UTF-8\r"
        'PID|1||9990000018^^^NHS^NH~A1^^^RXX&2.16&ISO|""|O\'Brien \\T\\ Söhne||||||||~0117 496 0000\r'
    )


def test_raw_text_is_placed_as_it_is() -> None:
    builder = MessageBuilder("2.4")
    builder.set_er7("OBX-5", "a^b&c~d")
    builder.set_er7("OBX-5[2].2", "x\\T\\y")
    message = builder.message()
    assert message.segment("OBX").field(5) == "a^b&c~d^x\\T\\y"  # type: ignore[union-attr]
    assert message.value("OBX-5[2].2") == "x&y"


def test_other_character_sets() -> None:
    builder = MessageBuilder("2.4", codec="iso8859-1")
    builder.set("PID-5", "Zoë")
    assert builder.encode().endswith(b"PID|||||Zo\xeb\r")
    assert builder.message().value("MSH-18") == "8859/1"
    builder.set("PID-5", "Łódź")
    with pytest.raises(UnicodeEncodeError):
        builder.encode()


@pytest.mark.parametrize("path", ["MSH-1", "MSH-2", "OBX[3]-1", "PID-99999"])
def test_impossible_places(path: str) -> None:
    with pytest.raises(ValueError):
        MessageBuilder("2.4").set(path, "x")


def test_line_ends_cannot_be_smuggled_in() -> None:
    with pytest.raises(ValueError, match="line ends"):
        MessageBuilder("2.4").set_er7("NTE-3", "a\rOBX|1")
