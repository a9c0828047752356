"""Reading: what is refused and why, what is accepted with a remark, and where it stands."""

from __future__ import annotations

import pytest

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import NULL, parse

HEADER = "MSH|^~\\&|GPSYS|A81001|VRHUB|RXX01|20260105093000+0000||REF^I12^REF_I12|M1|P|2.4"


def refused(data: bytes, **options: int) -> str:
    with pytest.raises(UnreadableError) as caught:
        parse(data, **options)
    issue = caught.value.issues[0]
    assert issue.severity == "fatal"
    assert issue.hint
    return issue.id


def remarks(data: bytes | str) -> list[str]:
    return [issue.id for issue in parse(data if isinstance(data, bytes) else data.encode()).issues]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "VR-V2-0001"),
        (b" \r\n\x0b\x1c\r", "VR-V2-0001"),
        (b"MSH|^~\\&|\x00\x01", "VR-V2-0003"),
        (b"%PDF-1.7", "VR-V2-0004"),
        (b"PID|1||X\rMSH|^~\\&|", "VR-V2-0004"),
        (b"<ADT_A01 xmlns='urn:hl7-org:v2xml'/>", "VR-V2-0004"),
        (b'{"resourceType":"Patient"}', "VR-V2-0004"),
        (b"MS", "VR-V2-0004"),
        (b"MSH", "VR-V2-0005"),
        (b"MSH\r", "VR-V2-0005"),
        (b"MSH|", "VR-V2-0005"),
        (b"MSH||A", "VR-V2-0005"),
        (b"MSHA^~\\&A", "VR-V2-0006"),
        (b"MSH ^~\\& ", "VR-V2-0006"),
        (b"MSH|ABC|", "VR-V2-0006"),
        (b"FHS|^~\\&|A\rMSH|^~\\&|", "VR-V2-0007"),
        (b"BHS|^~\\&|A\rMSH|^~\\&|", "VR-V2-0007"),
    ],
)
def test_what_is_no_message(data: bytes, rule: str) -> None:
    assert refused(data) == rule


def test_too_large() -> None:
    data = HEADER.encode()
    assert refused(data, max_bytes=len(data) - 1) == "VR-V2-0002"
    assert parse(data, max_bytes=len(data)).control_id == "M1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEADER + "\r", []),
        (HEADER + "\n", ["VR-V2-0027"]),
        (HEADER + "\r\nPID|1\nNTE|1\r", ["VR-V2-0027"]),
        (HEADER.replace("^~\\&", "^~\\\\&"), ["VR-V2-0020"]),
        (HEADER.replace("^~\\&", "^~"), ["VR-V2-0021"]),
        (HEADER.replace("^~\\&", "^~\\&#$"), ["VR-V2-0022", "VR-V2-0023"]),
        (HEADER.replace("^~\\&", "^~\\&#"), ["VR-V2-0023"]),
        (HEADER.replace("^~\\&", "^~\\&#").replace("2.4", "2.7"), []),
        (HEADER + "\rNTE|1||first line\rsecond line\rthird\rPID|1\r", ["VR-V2-0024"]),
        (HEADER + "\rpid|1\rZLONG|2\r", ["VR-V2-0025", "VR-V2-0025"]),
        (HEADER + "\rPID|1\r" + HEADER + "\r", ["VR-V2-0026"]),
        (HEADER + "||||||MARTIAN\r", ["VR-V2-0010"]),
        (HEADER + "||||||UNICODE\r", []),
        (HEADER + "||||||ASCII\rPID|1||é\r", ["VR-V2-0011"]),
        (HEADER + "||||||8859/1\rPID|1||é\r", ["VR-V2-0013"]),
    ],
)
def test_what_is_remarked(text: str, expected: list[str]) -> None:
    assert remarks(text) == expected


@pytest.mark.parametrize(
    ("declared", "text", "codec", "expected", "rules"),
    [
        ("", "Zoë", "utf-8", "utf-8", []),
        ("", "Zoë", "cp1252", "windows-1252", ["VR-V2-0012"]),
        ("UNICODE UTF-8", "Zoë", "utf-8", "utf-8", []),
        ("UNICODE UTF-8", "Zoë", "cp1252", "windows-1252", ["VR-V2-0011"]),
        ("UTF-8~UNICODE", "Zoë", "utf-8", "utf-8", []),
        ("8859/1", "Zoë", "latin-1", "iso8859-1", []),
        ("8859/1", "“Zoë”", "cp1252", "windows-1252", ["VR-V2-0014"]),
        ("8859/15", "Zoë €", "iso8859-15", "iso8859-15", []),
        ("ISO-8859-1", "Zoë", "latin-1", "iso8859-1", []),
        ("ISO IR14", "リハビリ", "shift_jis", "shift_jis", []),
        ("WINDOWS-1252", "“Zoë”", "cp1252", "windows-1252", []),
    ],
)
def test_the_character_set(declared: str, text: str, codec: str, expected: str, rules: list[str]) -> None:
    data = f"{HEADER}||||||{declared}\rPID|1||||{text}\r".encode(codec)
    message = parse(data)
    assert (message.charset, [issue.id for issue in message.issues]) == (expected, rules)
    assert message.value("PID-5") == text
    assert message.encode() == data


def test_the_callers_character_set_comes_after_the_declared_one() -> None:
    data = f"{HEADER}\rPID|1||||Łódź\r".encode("iso8859-2")
    assert parse(data, charset="8859/2").value("PID-5") == "Łódź"
    declared = f"{HEADER}||||||UNICODE UTF-8\rPID|1||||Łódź\r".encode()
    assert parse(declared, charset="8859/2").value("PID-5") == "Łódź"


def test_every_byte_has_a_character_in_the_last_resort() -> None:
    data = HEADER.encode() + b"\rNTE|1||" + bytes(range(0x80, 0x100)) + b"\r"
    message = parse(data)
    assert message.charset == "windows-1252"
    assert len(message.value("NTE-3") or "") == 128
    assert message.encode() == data


def test_delimiters_of_ones_own() -> None:
    text = HEADER.translate(str.maketrans("|^~\\&", "!@*/:")) + "\rPID!1!!A@B:C*D!!x/T/y\r"
    message = parse(text.encode())
    assert message.type.structure == "REF_I12"
    assert message.value("PID-3[1].2.2") == "C"
    assert message.value("PID-3[2]") == "D"
    assert message.value("PID-5") == "x:y"


def test_the_doubled_backslash_of_source_code_is_understood() -> None:
    message = parse((HEADER.replace("^~\\&", "^~\\\\&") + "\rPID|1||A^B&C\r").encode())
    assert message.delimiters.subcomponent == "&"
    assert message.value("PID-3.2.2") == "C"
    assert message.value("MSH-2") == "^~\\\\&"


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "  \r\n", "\r\r\n \r"])
def test_line_ends_and_blanks_are_no_content(end: str) -> None:
    message = parse((HEADER + end + "PID|1||X" + end + "ZZ1|a" + end).encode())
    assert [segment.name for segment in message.segments] == ["MSH", "PID", "ZZ1"]
    assert message.value("PID-3") == "X"
    assert message.value("ZZ1-1") == "a"


def test_a_line_break_inside_a_field_is_kept() -> None:
    message = parse((HEADER + "\rOBX|1|ED|X||^application^pdf^Base64^QUJD\r\nREVG\r\n==\rNTE|1||n\r").encode())
    assert [segment.name for segment in message.segments] == ["MSH", "OBX", "NTE"]
    assert message.value("OBX-5.5") == "QUJD\r\nREVG\r\n=="


def test_frame_bytes_and_a_byte_order_mark_are_no_content() -> None:
    message = parse(b"\xef\xbb\xbf\x0b" + HEADER.encode() + b"\rPID|1\r\x1c\r")
    assert [segment.raw[-1] for segment in message.segments] == ["4", "1"]


def test_the_explicit_delete_is_not_text() -> None:
    message = parse((HEADER + '\rPID|1||""^^""|""||""""|" "\r').encode())
    pid = message.segment("PID")
    assert pid
    assert message.value("PID-3.1") is NULL
    assert message.value("PID-3.2") is None
    assert message.value("PID-4") is NULL
    assert not message.value("PID-4")
    assert pid.repetition(4).is_null
    assert message.value("PID-6") == '""""'
    assert [leaf.path for leaf in message.leaves() if leaf.is_null] == [
        "PID[1]-3[1].1.1",
        "PID[1]-3[1].3.1",
        "PID[1]-4[1].1.1",
    ]
    assert all(leaf.value != '""' for leaf in message.leaves())
