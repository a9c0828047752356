"""Header and field checks, batches, the error catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import CATALOGUE, CatalogueEntry, check_fields, check_header, effective_type, parse, parse_batch
from vrfhir.hl7v2.batch import split_batch

HEADER = "MSH|^~\\&|GPSYS|A81001|VRHUB|RXX01|20260105093000+0000||REF^I12^REF_I12|M1|P|2.4"


def header_findings(old: str = "", new: str = "") -> list[str]:
    return [issue.id[-4:] for issue in check_header(parse(HEADER.replace(old, new, 1).encode()))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("REF^I12^REF_I12", "", ["0101"]),
        ("|M1|", "||", ["0102"]),
        ("|P|", "||", ["0103"]),
        ("|P|", "|X|", ["0103"]),
        ("|P|", "|T^A|", []),
        ("|2.4", "", ["0104"]),
        ("|2.4", "|2.5+", ["0105"]),
        ("|2.4", "|V2.4", ["0105"]),
        ("|2.4", "|2.4^GBR^1.0", []),
        ("REF^I12^REF_I12", "BAR^P01", ["0106"]),
        ("REF^I12^REF_I12", "REF^I19", ["0107"]),
        ("REF^I12^REF_I12", "REF", ["0107"]),
        ("REF^I12^REF_I12", "REF^I11", ["0108"]),
        ("REF^I12^REF_I12", "RRI^I11^RPI_I12", ["0108"]),
        ("REF^I12^REF_I12", "REF^I14^REF_I14", ["0109"]),
        ("REF^I12^REF_I12", "ref^i12", []),
        ("20260105093000+0000", "", ["0110"]),
        ("20260105093000+0000", "05/01/2026", ["0110"]),
        ("|2.4", "|2.4||more", ["0111"]),
        ("|2.4", "|2.4\rDSC|x", ["0111"]),
    ],
)
def test_the_header(old: str, new: str, expected: list[str]) -> None:
    assert header_findings(old, new) == expected


def test_what_is_supported_can_be_narrowed() -> None:
    (issue,) = check_header(parse(HEADER.encode()), {"ADT": ("A01",), "ACK": ()})
    assert (issue.id, issue.severity, "ADT" in issue.hint) == ("VR-V2-0106", "error", True)


def test_the_type_as_it_is_meant() -> None:
    assert effective_type(parse(HEADER.replace("I12^REF_I12", "I11").encode())) == ("REF", "I12", "REF_I12")
    assert effective_type(parse(HEADER.replace("REF^I12^REF_I12", "ADT^A28").encode())) == ("ADT", "A28", "ADT_A05")


def field_findings(segment: str, version: str = "2.4", encoding: str = "^~\\&") -> list[tuple[str, str]]:
    header = HEADER.replace("2.4", version).replace("^~\\&", encoding)
    return [(i.id[-4:], i.expression) for i in check_fields(parse(f"{header}\r{segment}\r".encode())) if i.line == 2]


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        ("RF1|P|R|||||", [("0201", "RF1[1]-6[1].1")]),
        ("RF1|P~A|R||||1", [("0202", "RF1[1]-1[1].1")]),
        ("RF1||||||1|2026-01-05", [("0205", "RF1[1]-7[1].1")]),
        ("RF1||||||1|5 January", [("0204", "RF1[1]-7[1].1")]),
        ("RF1||||||1||||||new", [("0207", "RF1[1]-12[1].1")]),
        ("OBX|x|ST|A||b|||||||", [("0203", "OBX[1]-1[1].1"), ("0201", "OBX[1]-11[1].1")]),
        ("OBX|1||A||b||||||F", [("0208", "OBX[1]-2[1].1")]),
        ("NTE|1||C:\\temp", [("0210", "NTE[1]-3[1].1")]),
        ("NTE|1||a\\Z1\\b\\C2842\\", [("0211", "NTE[1]-3[1].1"), ("0211", "NTE[1]-3[1].1")]),
        ("NTE|1||a\\X1C\\b", [("0212", "NTE[1]-3[1].1")]),
        ("NTE|1||a\\.br\\b\\T\\c\\X41\\", []),
        ('RF1||||||1|""|""', []),
        ("ZU1|anything~goes^here", []),
    ],
)
def test_fields(segment: str, expected: list[tuple[str, str]]) -> None:
    assert field_findings(segment) == expected


def test_fields_by_version() -> None:
    assert field_findings("MSA|AA|M1|text", "2.7") == [("0206", "MSA[1]-3[1].1")]
    assert field_findings("MSA|AA|M1|text", "2.4") == []


def test_truncation_is_seen_only_where_declared() -> None:
    note = "NTE|1||a long text that was cut off here#"
    assert field_findings(note, encoding="^~\\&#") == [("0209", "NTE[1]-3[1].1")]
    assert field_findings(note) == []


BATCH = (
    "FHS|^~\\&|A\rBHS|^~\\&|A\r"
    + HEADER
    + "\rPID|1||X\r"
    + HEADER.replace("|", "!").replace("M1", "M2")
    + "\rBTS|2\rFTS|1\r"
).encode()


def test_a_batch() -> None:
    batch = parse_batch(BATCH)
    assert [part.name for part in batch.parts] == ["FHS", "BHS", "MSH", "MSH", "BTS", "FTS"]
    assert [message.control_id for message in batch.messages] == ["M1", "M2"]
    assert batch.encode() == BATCH
    assert batch.issues == []


def test_wrong_counts_and_unreadable_messages_are_reported() -> None:
    batch = parse_batch(BATCH.replace(b"BTS|2", b"BTS|3").replace(b"MSH!^~", b"MSH!"))
    assert [message.control_id for message in batch.messages] == ["M1", "M2"]
    assert "VR-V2-0028" in [issue.id for issue in batch.issues]
    broken = parse_batch(BATCH.replace(b"MSH!^~\\&", b"MSH!!"))
    assert [issue.id for issue in broken.issues] == ["VR-V2-0005"]
    assert broken.encode() == BATCH.replace(b"MSH!^~\\&", b"MSH!!")


def test_messages_after_one_another_and_alone() -> None:
    assert len(parse_batch((HEADER + "\r" + HEADER + "\r").encode()).messages) == 2
    assert len(parse_batch(HEADER.encode()).messages) == 1
    with pytest.raises(UnreadableError):
        parse_batch(b"FHS|^~\\&|A\rFTS|0\r")


@given(
    st.lists(st.sampled_from([b"MSH|^~\\&|", b"BHS|", b"FTS", b"\r", b"\n", b"x", b"PID|", b"\x0b", b"MSHX"])).map(
        b"".join
    )
)
def test_the_parts_joined_are_the_input(data: bytes) -> None:
    parts = split_batch(data)
    assert b"".join(part.data for part in parts) == (data if parts else b"")


def test_the_catalogue_is_complete_and_used(root: Path) -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for room in ("hl7v2", "transport")
        for path in (root / "vrfhir" / room).glob("*.py")
        if path.name != "errors_table.py"
    )
    used = set(re.findall(r"VR-V2-\d{4}", sources))
    assert used == {entry.id for entry in CATALOGUE}
    for entry in CATALOGUE:
        assert entry.text.endswith("."), entry.id
        assert entry.remedy.endswith("."), entry.id
        assert entry.severity in ("fatal", "error", "warning", "information")


def test_the_catalogue_can_be_extended_but_not_overridden() -> None:
    row = CatalogueEntry("VR-V2-9999", "error", "103", "code-invalid", "Code {code} is unknown.", "Map it.")
    extended = CATALOGUE.extended([row])
    issue = extended.issue("VR-V2-9999", code="a\rb" + "x" * 100, expression="RF1[1]-2", line=2, column=5)
    assert issue.text == "Code a<0D>b" + "x" * 57 + "... is unknown."
    assert extended.code_0357(issue) == "103"
    assert CATALOGUE.code_0357(issue) == "103"
    assert "VR-V2-9999" not in CATALOGUE
    with pytest.raises(ValueError, match="twice"):
        extended.extended([row])
