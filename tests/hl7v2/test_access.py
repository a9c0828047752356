"""Values by path, repetitions and parts, leaves, positions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.hl7v2 import Path, parse, parse_path

MESSAGE = parse(
    b"MSH|^~\\&|GPSYS|A81001|VRHUB|RXX01|20260105093000+0000||REF^I12|M1|P|2.4^GBR^1.0\r"
    b"PID|1||9990000018^^^NHS^NH~A1^^^RXX&2.16.1&ISO^MR||Okafor^Ada^^^Ms||19800214|F\r"
    b"OBX|1|ST|A||one\rOBX|2|ST|B||two\\T\\three^x & y||\rZU1|1^2\r"
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("MSH-1", "|"),
        ("MSH-2", "^~\\&"),
        ("MSH-9.2", "I12"),
        ("PID-3", "9990000018"),
        ("PID-3.4", "NHS"),
        ("PID-3[2].4.2", "2.16.1"),
        ("PID[1]-3[2].4.3", "ISO"),
        ("PID-3[3]", None),
        ("PID-5.1", "Okafor"),
        ("PID-5.3", None),
        ("PID-99", None),
        ("OBX[2]-5", "two&three"),
        ("OBX[2]-5.2.2", " y"),
        ("OBX[3]-5", None),
        ("ZU1-1.2", "2"),
        ("MSH-2.2", None),
    ],
)
def test_values(path: str, value: str | None) -> None:
    assert MESSAGE.value(path) == value


def test_header_facts() -> None:
    assert (MESSAGE.version, MESSAGE.control_id, str(MESSAGE.type)) == ("2.4", "M1", "REF^I12")
    assert [segment.occurrence for segment in MESSAGE.all("OBX")] == [1, 2]
    assert MESSAGE.segment("OBX", 3) is None


def test_whole_texts() -> None:
    obx = MESSAGE.all("OBX")[1]
    assert obx.repetition(5).text == "two\\T\\three^x & y"
    assert obx.repetition(5).plain == "two&three^x & y"
    assert obx.repetition(5).component(2).plain == "x & y"
    assert [component.text for component in obx.repetition(5).components] == ["two\\T\\three", "x & y"]


@pytest.mark.parametrize("text", ["", "PID-", "PID-0", "PID[0]-1", "PID-5..1", "PID 5", "PID-5.1.1.1", "PID-x", "-5"])
def test_what_is_no_path(text: str) -> None:
    with pytest.raises(ValueError, match="path"):
        parse_path(text)


@given(st.builds(Path, st.sampled_from(["PID", "OBX", "ZU1"]), *[st.integers(1, 99)] * 5))
def test_paths_come_back(path: Path) -> None:
    assert parse_path(str(path)) == path


def test_every_leaf_is_found_by_its_path_and_position() -> None:
    leaves = list(MESSAGE.leaves())
    assert len({leaf.path for leaf in leaves}) == len(leaves) == 40
    for leaf in leaves:
        assert MESSAGE.value(leaf.path) == leaf.value
        assert parse_path(leaf.path) == Path(*leaf[1:7])
        line, column = MESSAGE.position(leaf.path) or (0, 0)
        assert MESSAGE.segments[line - 1].raw[column - 1 :].startswith(leaf.raw)


def test_positions_of_what_is_not_there() -> None:
    assert MESSAGE.position("PID-3[2].4.1") == (2, 33)
    assert MESSAGE.position("PID-99") == (2, len(MESSAGE.segments[1].raw) + 1)
    assert MESSAGE.position("PID") == (2, 1)
    assert MESSAGE.position("NK1-1") is None


def test_the_leaves_hold_all_text_but_delimiters() -> None:
    for segment in MESSAGE.segments[1:]:
        text = "".join(leaf.raw for leaf in segment.leaves())
        assert text == segment.raw[3:].translate(str.maketrans("", "", "|^~&"))
