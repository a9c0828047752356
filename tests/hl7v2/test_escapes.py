"""Escape sequences: the laws for every text and every set of delimiters, and each sequence of the standard."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.hl7v2 import escapes
from vrfhir.hl7v2.delimiters import STANDARD, Delimiters, is_usable

MARKS = [chr(code) for code in range(33, 256) if is_usable(chr(code))]
DELIMITERS = st.lists(st.sampled_from(MARKS), min_size=5, max_size=6, unique=True).map(
    lambda marks: Delimiters(*marks) if len(marks) == 6 else Delimiters(*marks, "")
)
TEXTS = st.text(
    st.one_of(
        st.sampled_from('|^~\\&#.FSTREPHNXZCM0d"\r\n\t'),
        st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32)))),
    )
)


@given(TEXTS, DELIMITERS)
def test_what_is_written_is_read_back(text: str, delimiters: Delimiters) -> None:
    raw = escapes.encode(text, delimiters)
    assert escapes.decode(raw, delimiters) == text
    assert not set(raw) & {delimiters.field, delimiters.component, delimiters.repetition, delimiters.subcomponent}
    assert not set(raw) & {"\r", "\n"}
    assert raw != '""'


@given(st.text(st.sampled_from("\\FSTREPHNXZCM.brspsk0123dD^&ab ")), DELIMITERS)
def test_the_pieces_joined_are_the_value(raw: str, delimiters: Delimiters) -> None:
    found = escapes.pieces(raw, delimiters)
    assert "".join(piece.source for piece in found) == raw
    assert "".join(piece.text for piece in found) == escapes.decode(raw, delimiters)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (r"\F\\S\\T\\R\\E\ ", "|^&~\\ "),
        (r"a\.br\b", "a\nb"),
        (r"a\.BR\b", "a\nb"),
        (r"a\.sp 2\b\.sp\c\.sp3\d", "a\n\nb\nc\n\n\nd"),
        (r"\.ti 2\x\.sk 3\y\.in 4\\.fi\\.nf\z\.ce\w", "  x   yz\nw"),
        (r"\.sk 9999\x", " " * 200 + "x"),
        (r"\.sk -3\x\.in+4\y", "xy"),
        (r"\X0D\ \X0A\ \X0D0A\ \X09\ ", "\r \n \r\n \t "),
        (r"\X41\\xC3A9\ ", "Aé "),
        (r"\H\loud\N\ ", "loud "),
        (r"C:\temp\new", r"C:\temp\new"),
        ("one \\ only", "one \\ only"),
        (r"\F", r"\F"),
        (r"x\E", r"x\E"),
        (r"\\F\ ", "\\| "),
        (r"\Z01\ \Zabc\ ", r"\Z01\ \Zabc\ "),
        (r"\C2842\ \M2442\ \M244242\ ", r"\C2842\ \M2442\ \M244242\ "),
        (r"\X00\ \X1C\ ", r"\X00\ \X1C\ "),
        (r"\X0\ \XGG\ \X\ ", r"\X0\ \XGG\ \X\ "),
        (r"\.xx\ \.br99999\ ", r"\.xx\ \.br99999\ "),
        (r"\P\ ", r"\P\ "),
        ("", ""),
    ],
)
def test_each_sequence(raw: str, text: str) -> None:
    assert escapes.decode(raw) == text


def test_hex_bytes_are_in_the_character_set_of_the_message() -> None:
    assert escapes.decode(r"\XE9\ ", codec="windows-1252") == "é "
    assert escapes.decode(r"\XE9\ ", codec="utf-8") == "é "
    assert escapes.decode(r"\XC3A9\ ", codec="utf-8") == "é "
    assert escapes.decode(r"\XC3A9\ ", codec="iso8859-1") == "Ã© "


def test_the_truncation_character_is_protected_where_it_is_declared() -> None:
    declared = STANDARD._replace(truncation="#")
    assert escapes.encode("C# #1", declared) == r"C\P\ \P\1"
    assert escapes.decode(r"C\P\ \P\1", declared) == "C# #1"
    assert escapes.encode("C# #1") == "C# #1"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("plain", True), (r"a\T\b", True), (r"a\.br\b", True), (r"\H\a\N\ ", False), (r"C:\x", False), (r"\X0A\ ", False)],
)
def test_reproducible_says_whether_the_source_must_be_kept(raw: str, expected: bool) -> None:
    assert escapes.is_reproducible(raw) is expected


def test_without_an_escape_character() -> None:
    bare = Delimiters("|", "^", "~", "", "&")
    assert escapes.decode(r"a\T\b", bare) == r"a\T\b"
    assert escapes.encode(r"a\b", bare) == r"a\b"
    with pytest.raises(ValueError, match="no escape character"):
        escapes.encode("a&b", bare)


@given(st.text(st.sampled_from("\\.spFX0 "), max_size=300))
def test_reading_takes_time_in_proportion(raw: str) -> None:
    assert len(escapes.decode(raw)) <= len(raw) * 201


def test_long_runs_of_escape_characters_are_quick() -> None:
    raw = "\\" * 200_000
    assert escapes.decode(raw) == raw
    raw = "\\X" + "41" * 200_000
    assert escapes.decode(raw) == raw
    assert re.fullmatch("A+", escapes.decode(raw + "\\"))
