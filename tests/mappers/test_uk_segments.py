"""ZU1 to ZU8 of HL7 UK A.3: consents, and patients whose place must not be told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mapped_messages import only, resources

from vrfhir.hl7v2 import parse
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.mappers.rows import load_maps
from vrfhir.mappers.told_places import ToldPlaces

PATIENT = (
    "PID|1||9000004128^^^NHS^NH||Millward^John||19790314|1|||1 Sample Street^^Testford^^ZZ99 3VZ||07700 900505^PRS^CP"
    "|020 7946 0001^WPN~^NET^Internet^john@example.org"
)
KIN = "NK1|1|Millward^Ann|SPO|1 Sample Street^^Testford^^ZZ993VZ|07700 900506^PRN^PH~07700900505"
SECRETS = ("Sample Street", "ZZ99", "900505", "7946 0001", "john@example.org")


def in_bundle(bundle: dict[str, Any], text: str) -> bool:
    return text in json.dumps(bundle, default=str)


def test_every_uk_segment_has_a_map() -> None:
    assert {f"ZU{number}" for number in range(1, 9)} <= set(load_maps())


@pytest.mark.parametrize("code", ["1", "2", "X"])
def test_the_place_of_a_hidden_patient_is_nowhere(message: Any, code: str) -> None:
    data = message(KIN, "PD1||||^^^", f"ZU8||||{code}", PID=PATIENT)
    for mapping in (to_fhir(data), to_fhir(data, exact=True)):
        assert [text for text in SECRETS if in_bundle(mapping.bundle, text)] == []
        assert [text for text in SECRETS if text in str(mapping.ledger.to_dict(values=True))] == []
        assert mapping.ledger.unaccounted == []
        assert "VR-V2-0535" in {issue.id for issue in mapping.issues}
        assert resources(mapping.bundle, "Binary") == []
    security = only(to_fhir(data).bundle, "Patient")["meta"]["security"]
    assert [coding["code"] for coding in security] == ["R", code]
    assert in_bundle(to_fhir(data).bundle, "07700 900506")


def test_what_was_withheld_is_ignored_by_a_rule(message: Any) -> None:
    mapping = to_fhir(message(KIN, "ZU8||||1", PID=PATIENT))
    ignored = {entry.path.partition("[")[0] for entry in mapping.ledger if entry.row == "location-hiding"}
    assert ignored == {"PID", "NK1"}
    fields = {entry.field for entry in mapping.ledger if entry.row == "location-hiding" and entry.segment == "PID[1]"}
    assert fields == {11, 13, 14}


TEXTS = (
    "NTE|1||Has moved to 1 Sample Street since.",
    "NTE|1||Has moved: 1, SAMPLE-street (Testford)",
    "NTE|1||Post to ZZ993VZ only",
    "NTE|1||Post to zz99  3vz.",
    "NTE|1||Ring 07700900505 after six",
    "NTE|1||Ring +44 (0)7700 900 505 after six",
    "NTE|1||Ring 0044 7700 900505",
    "NTE|1||Write to john@example.org.",
    "NTE|1||Has moved to 1 Sample\rNTE|2||Street since.",
    "NTE|1||Has moved to 1 Sample~Street since.",
    r"NTE|1||Has moved to 1 Sample\.br\Street since.",
    "OBX|1|TX|REPORT^Report^L||Lives at 1 Sample||||||F\rOBX|2|TX|REPORT^Report^L||Street, alone.||||||F",
    "OBX|1|FT|REPORT^Report^L||Lives at 1 \\H\\Sample\\N\\ Street.||||||F",
    "DG1|1||M54.5^Low back pain since the fall at 1 Sample Street^I10",
    "ZXX|1|Key at 1 Sample Street",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_names_the_place_is_left_out(message: Any, text: str) -> None:
    mapping = to_fhir(message(*text.split("\r"), "ZU8||||1", PID=PATIENT))
    secrets = ("sample", "street", "zz99", "900505", "900 505", "example.org")
    for where in (json.dumps(mapping.bundle, default=str), str(mapping.ledger.to_dict(values=True))):
        assert [secret for secret in secrets if secret in where.lower()] == []
    warned = [issue for issue in mapping.issues if issue.id == "VR-V2-0537"]
    assert warned
    assert {issue.expression.partition("[")[0] for issue in warned} == {text[:3]}
    assert not any(secret in str(issue).lower() for issue in mapping.issues for secret in secrets)
    assert mapping.ledger.unaccounted == []


@pytest.mark.parametrize(
    "text",
    [
        "NTE|1||Walks to 11 Sample Street Surgery, Sample Streetlight 3vz",
        "NTE|1||Seen at the site: zz 99 3vzx",
        "NTE|1||Number 177009005050 in the register",
        "OBX|1|TX|A^A^L||Has moved to 1 Sample||||||F\rOBX|2|TX|B^B^L||Street since.||||||F",
        "NTE|1||Back pain for ten weeks.",
    ],
)
def test_a_text_that_names_another_place_stays(message: Any, text: str) -> None:
    mapping = to_fhir(message(*text.split("\r"), "ZU8||||1", PID=PATIENT))
    assert "VR-V2-0537" not in {issue.id for issue in mapping.issues}
    assert in_bundle(mapping.bundle, text.split("|")[3 if text.startswith("NTE") else 5])


def test_with_more_places_than_can_be_looked_for_texts_are_left_out(message: Any) -> None:
    many = "~".join(f"{number} Long Lane^^Testford" for number in range(100, 200))
    patient = PATIENT.replace("1 Sample Street^^Testford^^ZZ99 3VZ", many)
    mapping = to_fhir(message("NTE|1||Ring the office.", "ZU8||||1", PID=patient))
    assert not in_bundle(mapping.bundle, "Ring the office")
    assert mapping.ledger.unaccounted == []


def test_texts_that_almost_name_a_place() -> None:
    places = ToldPlaces([f"{'a' * 50}{number}" for number in range(60)], ["07700900505"] * 50)
    assert places.named_in(["a" * 100_000 + f" {'a' * 50}7"]) == {0}
    assert places.named_in(["7 " * 100_000]) == set()


@pytest.mark.parametrize("marker", ["", "ZU8||||0", "ZU8|Z"])
def test_other_patients_keep_theirs(message: Any, marker: str) -> None:
    mapping = to_fhir(message(*([marker] if marker else []), PID=PATIENT))
    patient = only(mapping.bundle, "Patient")
    assert patient["address"][0]["postalCode"] == "ZZ99 3VZ"
    assert len(patient["telecom"]) == 3
    assert "security" not in patient.get("meta", {})
    assert "VR-V2-0535" not in {issue.id for issue in mapping.issues}


@pytest.mark.parametrize(
    ("segment", "about", "decision"),
    [
        ("ZU8||1", "Sharing of the record for care", "permit"),
        ("ZU8||2", "Sharing of the record for care", "deny"),
        ("ZU8|||Yes", "Summary care record", "permit"),
        ("ZU8|||No", "Summary care record", "deny"),
    ],
)
def test_consents_are_for_care_only(message: Any, segment: str, about: str, decision: str) -> None:
    bundle = to_fhir(message(segment)).bundle
    consent = only(bundle, "Consent")
    assert consent["category"] == [{"text": about}]
    assert consent["provision"]["type"] == decision
    assert [each["code"] for each in consent["provision"]["purpose"]] == ["TREAT"]
    assert "profile" not in consent.get("meta", {})
    written = to_hl7v2(bundle, version="2.4")
    assert written.loss == []
    assert parse(written.message).segment("ZU8").raw == segment


@pytest.mark.parametrize("segment", ["ZU8", "ZU8||3", "ZU8|||perhaps"])
def test_silence_and_unknown_are_no_consent(message: Any, segment: str) -> None:
    mapping = to_fhir(message(segment))
    assert resources(mapping.bundle, "Consent") == []
    assert {e.outcome for e in mapping.ledger if e.segment == "ZU8[1]"} <= {"carried"}


@pytest.mark.parametrize("name", ["ZU2", "ZU3", "ZU4", "ZU5", "ZU6", "ZU7"])
def test_a_segment_whose_fields_are_not_public_is_carried_without_a_word(message: Any, name: str) -> None:
    mapping = to_fhir(message(f"{name}|1|something"))
    assert {e.outcome for e in mapping.ledger if e.segment == f"{name}[1]"} == {"carried"}
    assert mapping.issues == []
    assert parse(to_hl7v2(to_fhir(message(f"{name}|1|something"), exact=True).bundle, version="").message).segment(name)
