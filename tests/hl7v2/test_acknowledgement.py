"""Acknowledgements: the header swapped, MSA, ERR in the sender's version; when they are due; reading them again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hl7apy.parser import parse_message
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.hl7v2 import CATALOGUE, acknowledge, acknowledgement_code, outcome_of, parse, plan, read_answer
from vrfhir.hl7v2.acknowledgement import CODE_TEXTS
from vrfhir.hl7v2.reference import VERSIONS
from vrfhir.issues import Issue

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
MISSING = Issue("error", "required", "VR-V2-0201", "RF1-6 is required.", "RF1[1]-6[1].1.1", 2, 9, "Send a value.")
WARNING = Issue("warning", "value", "VR-V2-0205", "PID-7 & more.", "PID[1]-7[1].1", hint="x")
FHIR_ONLY = Issue("error", "invariant", "https://example.org/x#k", "Rule | broken.", "Bundle.entry[0].resource")


def referral(version: str = "2.4", **fields: str) -> bytes:
    header = [
        "MSH",
        "^~\\&",
        "GPSYS",
        "A81001^2.16^ISO",
        "VRHUB",
        "RXX01",
        "20260105093000+0000",
        "",
        "REF^I12^REF_I12",
    ]
    header += ["M&1".replace("&", "\\T\\"), "T", version, "", "", *[""] * 6]
    for name, value in fields.items():
        header[int(name.removeprefix("msh")) - 1] = value
    return ("|".join(header).rstrip("|") + "\rPID|1\r").encode()


def segments(data: bytes) -> list[str]:
    return data.decode().rstrip("\r").split("\r")


def test_the_header_is_the_senders_turned_round() -> None:
    assert segments(acknowledge(referral(), "AA", control_id="A1", now=NOW)) == [
        "MSH|^~\\&|VRHUB|RXX01|GPSYS|A81001^2.16^ISO|20260105093000+0000||ACK^I12^ACK|A1|T|2.4",
        "MSA|AA|M\\T\\1",
    ]


def test_the_form_of_2_4() -> None:
    found = segments(acknowledge(referral(), "AE", [MISSING, WARNING, FHIR_ONLY], control_id="A1", now=NOW))
    assert found[1:] == [
        "MSA|AE|M\\T\\1|RF1-6 is required.|||101^Required field missing^HL70357",
        "ERR|RF1^1^6^101&Required field missing&HL70357&VR-V2-0201&RF1-6 is required.&99VRFHIR"
        "~^^^207&Application error&HL70357&https://example.org/x#k&Rule \\F\\ broken.&99VRFHIR",
    ]


def test_the_form_of_2_5_and_later() -> None:
    found = segments(
        acknowledge(referral("2.5.1"), "AE", [MISSING, WARNING, FHIR_ONLY], control_id="A1", now=NOW, warnings=True)
    )
    assert found[1:] == [
        "MSA|AE|M\\T\\1|RF1-6 is required.",
        "ERR||RF1^1^6^1^1^1|101^Required field missing^HL70357|E|VR-V2-0201^^99VRFHIR||Send a value.|RF1-6 is required.",
        "ERR||PID^1^7^1^1|102^Data type error^HL70357|W|VR-V2-0205^^99VRFHIR||x|PID-7 \\T\\ more.",
        "ERR|||207^Application error^HL70357|E|https://example.org/x#k^^99VRFHIR|||Rule \\F\\ broken.",
    ]
    assert segments(acknowledge(referral("2.8"), "AE", [MISSING], control_id="A1", now=NOW))[1] == "MSA|AE|M\\T\\1"


def test_delimiters_and_character_set_of_the_sender() -> None:
    data = b"MSH!@*/:!GP@S!F!HUB!R!20260105!!REF@I12!m1!P!2.4!!!!!!8859/1\r"
    found = acknowledge(data, "AE", [FHIR_ONLY], control_id="A1", now=NOW)
    assert found.startswith(
        b"MSH!@*/:!HUB!R!GP@S!F!20260105093000+0000!!ACK@I12@ACK!A1!P!2.4!!!!!!8859/1\rMSA!AE!m1!Rule | b"
    )
    incomplete = acknowledge(b"MSH|^~|GP^S|F|HUB|R|20260105||REF^I12|m1|P|2.4\r", "AA", control_id="A1", now=NOW)
    assert incomplete.startswith(b"MSH|^~\\&|HUB|R|GP^S|F|")


def test_what_is_no_message_is_refused_too() -> None:
    issue = CATALOGUE.issue("VR-V2-0004")
    found = parse(acknowledge(b"%PDF", "AR", [issue], control_id="A1", now=NOW))
    assert (found.value("MSA-1"), found.value("MSA-2"), found.value("ERR-1.4.4")) == ("AR", None, "VR-V2-0004")


def test_an_acknowledgement_is_never_acknowledged() -> None:
    ack = acknowledge(referral(), "AA", control_id="A1", now=NOW)
    with pytest.raises(ValueError, match="never acknowledged"):
        acknowledge(ack, "AA", control_id="A2", now=NOW)
    assert plan(parse(ack), "accepted") == ("none", False, False)


@pytest.mark.parametrize("version", ["2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8"])
@pytest.mark.parametrize("issues", [[], [MISSING], [MISSING, WARNING, FHIR_ONLY]])
def test_hl7apy_finds_it_valid(version: str, issues: list[Issue]) -> None:
    data = acknowledge(referral(version), "AE" if issues else "AA", issues, control_id="A1", now=NOW, warnings=True)
    message = parse_message(data.decode(), validation_level=1, find_groups=True)
    assert message.validate()
    assert message.msa.msa_2.value == "M\\T\\1"


@given(st.sampled_from(VERSIONS), st.text(st.characters(exclude_categories=["Cs"]), max_size=80), st.booleans())
def test_any_text_survives_in_any_version(version: str, text: str, warnings: bool) -> None:
    issues = [Issue("error", "value", "VR-V2-0203", text, "PID[1]-7[1].1")]
    data = acknowledge(referral(version), "AE", issues, control_id="A1", now=NOW, warnings=warnings)
    assert [segment.name for segment in parse(data).segments] == ["MSH", "MSA", "ERR"]
    found = read_answer(data, "M&1")
    assert (found.code, found.control_id, [issue.id for issue in found.reported]) == ("AE", "M&1", ["VR-V2-0203"])


@pytest.mark.parametrize("version", VERSIONS)
def test_findings_come_back_from_the_answer(version: str) -> None:
    found = read_answer(acknowledge(referral(version), "AE", [MISSING], control_id="A1", now=NOW), "M&1")
    (issue,) = found.reported
    assert (issue.severity, issue.code, issue.id, issue.text) == (
        "error",
        "required",
        "VR-V2-0201",
        "RF1-6 is required.",
    )
    assert issue.expression.startswith("RF1[1]-6")
    assert [issue.id for issue in found.issues] == ["VR-V2-0303"]
    assert not found.is_positive


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        (b"", ["VR-V2-0001"]),
        (b"OK", ["VR-V2-0004"]),
        (b"MSH|^~\\&|A|B|C|D|1||ACK|1|P|2.4\r", ["VR-V2-0301"]),
        (b"MSH|^~\\&|A|B|C|D|1||ACK|1|P|2.4\rMSA|XX|M1\r", ["VR-V2-0304"]),
        (b"MSH|^~\\&|A|B|C|D|1||ACK|1|P|2.4\rMSA|AA|M2\r", ["VR-V2-0302"]),
        (b"MSH|^~\\&|A|B|C|D|1||ACK|1|P|2.4\rMSA|AR|M1|try later\r", ["VR-V2-0303"]),
        (b"MSH|^~\\&|A|B|C|D|1||ACK|1|P|2.4\rMSA|CA|M1\rERR|^x^999999999^\r", []),
    ],
)
def test_answers_as_they_come(data: bytes, rules: list[str]) -> None:
    found = read_answer(data, "M1")
    assert [issue.id for issue in found.issues] == rules
    assert found.is_positive is (not rules)


def test_the_text_of_a_refusal_without_err_is_kept() -> None:
    found = read_answer(b"MSH|^~\\&|A|B|C|D|1||ACK|1|P|2.4\rMSA|AR|M1|try later\r", "M1")
    assert [issue.text for issue in found.reported] == ["try later"]


@pytest.mark.parametrize(
    ("accept", "application", "outcome", "expected"),
    [
        ("", "", "accepted", ("original", False, True)),
        ("", "", "refused", ("original", False, True)),
        ("AL", "AL", "accepted", ("enhanced", True, True)),
        ("AL", "NE", "error", ("enhanced", True, False)),
        ("ER", "AL", "accepted", ("enhanced", False, True)),
        ("ER", "AL", "refused", ("enhanced", True, True)),
        ("SU", "ER", "accepted", ("enhanced", True, False)),
        ("SU", "ER", "error", ("enhanced", False, True)),
        ("NE", "NE", "refused", ("enhanced", False, False)),
        ("NE", "AL", "accepted", ("enhanced", False, True)),
        ("al", "", "accepted", ("enhanced", True, False)),
        ("??", "NE", "accepted", ("enhanced", True, False)),
    ],
)
def test_when_an_acknowledgement_is_due(
    accept: str, application: str, outcome: str, expected: tuple[str, bool, bool]
) -> None:
    message = parse(referral(msh15=accept, msh16=application))
    assert plan(message, outcome) == expected  # type: ignore[arg-type]
    assert plan(message, outcome, "original") == ("original", False, True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("accept", "application", "expected"),
    [
        ("", "", ("none", False, False)),
        ("AL", "NE", ("enhanced", True, False)),
        ("AL", "AL", ("enhanced", True, False)),
    ],
)
def test_a_response_gets_no_application_acknowledgement(
    accept: str, application: str, expected: tuple[str, bool, bool]
) -> None:
    data = referral(msh9="RRI^I12", msh15=accept, msh16=application) + b"MSA|AA|X\r"
    assert plan(parse(data), "accepted") == expected


def test_enhanced_application_answers_ask_for_nothing_back() -> None:
    data = referral(msh15="AL", msh16="AL")
    assert parse(acknowledge(data, "AA", control_id="1", now=NOW)).value("MSH-16") == "NE"
    accept = parse(acknowledge(data, "CA", control_id="1", now=NOW))
    assert (accept.value("MSH-15"), accept.value("MSH-16")) == (None, None)


def test_codes_follow_from_the_findings() -> None:
    assert outcome_of([]) == outcome_of([WARNING]) == "accepted"
    assert outcome_of([MISSING]) == "error"
    assert outcome_of([MISSING, CATALOGUE.issue("VR-V2-0106", value="X", supported="Y")]) == "refused"
    assert outcome_of([CATALOGUE.issue("VR-V2-0001")]) == "refused"
    assert [acknowledgement_code(o, level) for level in ("application", "accept") for o in ("accepted", "error", "refused")] == [
        "AA", "AE", "AR", "CA", "CE", "CR",
    ]  # fmt: skip


def test_every_code_has_its_text() -> None:
    assert {entry.code_0357 for entry in CATALOGUE} <= set(CODE_TEXTS)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_told_with_a_positive_answer_is_no_error(version: str) -> None:
    told = MISSING._replace(severity="warning")
    found = read_answer(acknowledge(referral(version), "AA", [told], control_id="A1", now=NOW, warnings=True), "M&1")
    assert found.is_positive
    assert [issue.severity for issue in found.reported] == ["warning"]


@pytest.mark.parametrize(("sent", "answered"), [("2.7.1", "2.7.1"), ("2.7", "2.7"), ("2.5+", "2.5")])
def test_the_version_of_the_answer_is_the_senders(sent: str, answered: str) -> None:
    told = parse(acknowledge(referral(sent), "AA", control_id="A1", now=NOW))
    assert told.version == answered
