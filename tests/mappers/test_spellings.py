"""Versions and table codes in a spelling of the sender's own: read as what they mean, told, and back as they came."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mapped_messages import MINIMAL, only

from vrfhir import Validator
from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import acknowledge, parse
from vrfhir.hl7v2.reference import version_meant
from vrfhir.mappers import Partner, to_fhir, to_hl7v2
from vrfhir.mappers.vocabulary import respelled

VERSION = "VR-V2-0105"
SPELLED = "VR-V2-0525"


def errors(bundle: dict[str, Any]) -> set[str]:
    """What the small referral lacks for a whole one, and whatever else is wrong."""
    return {issue.id for issue in Validator().validate(bundle).issues if issue.is_error}


def of_version(text: str) -> bytes:
    return "".join(
        f"{line}\r" for line in {**MINIMAL, "MSH": MINIMAL["MSH"].replace("|2.4|", f"|{text}|")}.values()
    ).encode()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2.5+", "2.5"),
        ("2.4E", "2.4"),
        ("V2.4", "2.4"),
        ("v 2.3.1-UK", "2.3.1"),
        ("HL7 v2.5.1", "2.5.1"),
        ("2.3.1 ", "2.3.1"),
        ("2.5.1 (draft)", "2.5.1"),
        ("2.7.1x", "2.7.1"),
        ("2.4", "2.4"),
        ("2.999", "2.999"),
        ("2.51", "2.51"),
        ("2.5.7", "2.5.7"),
        ("2.5.1.2", "2.5.1.2"),
        ("3.0", "3.0"),
        ("12.4", "12.4"),
        ("X2.4", "X2.4"),
        ("", ""),
    ],
)
def test_what_a_version_begins_with(text: str, meant: str) -> None:
    assert version_meant(text) == meant


@pytest.mark.parametrize("text", ["2.5+", "2.4E", "V2.4", "2.3.1-UK", "2.5&x", r"2.5\T\ "])
def test_a_version_with_a_suffix_is_read_told_and_returned(text: str) -> None:
    data = of_version(text)
    mapping = to_fhir(data)
    ids = [issue.id for issue in mapping.issues]
    assert ids == ([] if text == "2.5&x" else [VERSION])
    assert mapping.ledger.unaccounted == []
    meant = parse(data).version
    tags = only(mapping.bundle, "MessageHeader")["meta"]["tag"]
    assert [tag["code"] for tag in tags if tag["system"].endswith("v2-0104")] == [meant]
    assert errors(mapping.bundle) == errors(to_fhir(of_version("2.4")).bundle)
    for exact in (False, True):
        written = to_hl7v2(to_fhir(data, exact=exact).bundle, version="")
        assert written.loss == []
        assert parse(written.message).header.field(12).strip() == text.strip()
    assert parse(to_hl7v2(mapping.bundle, version="2.5.1").message).header.field(12) == "2.5.1"


def test_the_spelling_is_forgotten_when_the_version_was_changed() -> None:
    bundle = to_fhir(of_version("2.5+")).bundle
    (tag,) = (each for each in only(bundle, "MessageHeader")["meta"]["tag"] if each["system"].endswith("v2-0104"))
    tag["code"] = "2.4"
    assert parse(to_hl7v2(bundle, version="").message).header.field(12) == "2.4"


def test_an_acknowledgement_names_a_version_of_the_standard() -> None:
    answer = acknowledge(parse(of_version("2.5+")), "AA", control_id="A1", now=datetime(2026, 11, 23, tzinfo=UTC))
    assert parse(answer).declared_version == "2.5"


@pytest.mark.parametrize("text", ["2.999", "2.51", "3.0", "X2.4"])
def test_other_versions_are_refused_as_before(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        to_fhir(of_version(text))
    (issue,) = caught.value.issues
    assert (issue.id, text in issue.text) == ("VR-V2-0507", True)


def test_a_partner_that_may_not_send_the_version_may_not_send_it_with_a_suffix(tmp_path: Path) -> None:
    path = tmp_path / "partner.toml"
    path.write_text('[versions]\nread = ["2.4"]\n', encoding="utf-8")
    with pytest.raises(UnreadableError):
        to_fhir(of_version("2.5+"), partner=Partner.load(path))


CASES = {
    "a kind of performer": ("RF1", "RF1||R^Routine^HL70280|MED^Medical^HL70281|||VR-1", "RF1-3", "MED", "Med"),
    "no name of the table": ("RF1", "RF1|||PSY|||VR-1", "RF1-3", "PSY", "Psy"),
    "a second triplet": ("RF1", "RF1|||X1^Own^99X^med^Medical^HL70281|||VR-1", "RF1-3", "med^", "Med^"),
    "a priority": ("RF1", "RF1||r^Routine^HL70280|18781004^^SCT|||VR-1", "RF1-2", "|r^", "|R^"),
    "a gender": ("PID", "PID|1||9000004128^^^NHS^NH||Millward^John||19790314|m", "PID-8", "|m", "|M"),
    "a marital status": (
        "PID",
        "PID|1||9000004128^^^NHS^NH||Millward^John|||||||||||m^Married^HL70002",
        "PID-16",
        "|m^",
        "|M^",
    ),
}


@pytest.mark.parametrize(("segment", "line", "path", "sent", "right"), CASES.values(), ids=CASES)
def test_a_code_of_a_table_in_other_letters_is_read_told_and_returned(
    segment: str, line: str, path: str, sent: str, right: str, message: Any
) -> None:
    data = message(**{segment: line})
    mapping = to_fhir(data)
    told = [issue for issue in mapping.issues if issue.id == SPELLED]
    assert [issue.severity for issue in told] == ["information"]
    assert (told[0].expression or "").replace("[1]", "").startswith(path)
    assert mapping.ledger.unaccounted == []
    assert not any(issue.id == "VR-V2-0520" for issue in mapping.issues)
    assert errors(mapping.bundle) == errors(to_fhir(message(**{segment: line.replace(sent, right)})).bundle)
    assert [issue.id for issue in to_fhir(data).issues].count(SPELLED) == 1, "also the second time"
    name, number = path.split("-")
    wanted = next(each for each in parse(data).segments if each.name == name).field(int(number))
    for exact in (False, True):
        written = parse(to_hl7v2(to_fhir(data, exact=exact).bundle, version="").message)
        assert next(each for each in written.segments if each.name == name).field(int(number)) == wanted


def test_the_code_of_the_table_stands_first_and_the_senders_beside_it(message: Any) -> None:
    request = only(to_fhir(message(RF1=CASES["a kind of performer"][1])).bundle, "ServiceRequest")
    first, second = request["performerType"]["coding"]
    assert (first["system"].rpartition("/")[2], first["code"], first["userSelected"]) == ("v2-0281", "Med", False)
    assert (second["code"], "v2-0281" in second["system"]) == ("MED", False)
    patient = only(to_fhir(message(PID=CASES["a gender"][1])).bundle, "Patient")
    assert patient["gender"] == "male"


@pytest.mark.parametrize(
    "text",
    [
        '[[code]]\ntable = "0281"\ncode = "MED"\nsystem = "https://trust.example/kinds"\nto = "medical"\n',
        '[code_systems]\nHL70281 = "https://trust.example/kinds"\n',
    ],
)
def test_the_word_of_the_partner_counts(text: str, tmp_path: Path, message: Any) -> None:
    path = tmp_path / "partner.toml"
    path.write_text(text, encoding="utf-8")
    mapping = to_fhir(message(RF1=CASES["a kind of performer"][1]), partner=Partner.load(path))
    assert SPELLED not in [issue.id for issue in mapping.issues]
    assert "Med" not in [each["code"] for each in only(mapping.bundle, "ServiceRequest")["performerType"]["coding"]]


@pytest.mark.parametrize("name", ["SCT", "LN", "99X", "VR-SUPPORT-LEVEL"])
def test_no_other_code_system_is_read_so(name: str, message: Any) -> None:
    mapping = to_fhir(message(f"DG1|1||b^Level^{name}"))
    assert SPELLED not in [issue.id for issue in mapping.issues]


def test_only_one_code_may_be_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (respelled("0281", "MED"), respelled("0281", "Med"), respelled("0281", "X")) == ("Med", "", "")
    from vrfhir.mappers import vocabulary

    respelled.cache_clear()
    monkeypatch.setattr(vocabulary, "table_codes", lambda number: {"Ab": "", "aB": ""})
    assert respelled("0001", "ab") == ""
    respelled.cache_clear()
