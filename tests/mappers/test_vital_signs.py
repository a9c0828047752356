"""OBX that FHIR R4 takes for vital signs: always valid, no more than the sender said, and back as they came."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from mapped_messages import resources, sample_paths
from test_both_ways import canonical

from vrfhir import Validator
from vrfhir.definitions import Definitions
from vrfhir.hl7v2 import parse
from vrfhir.mappers import Partner, to_fhir, to_hl7v2
from vrfhir.terminology import Terminology
from vrfhir.terminology.vital_signs import LOINC, SNOMED_CT, VITAL_SIGNS, VitalSign

HEAD = (
    "MSH|^~\\&|LAB|Y1|GP|Y2|20261116101700||ORU^R01^ORU_R01|C1|P|2.5.1\r"
    "PID|1||9000004128^^^NHS^NH||Millward^John||19790314|M\r"
    "OBR|1|P1|F1|x^y^L|||20261116\r"
)
CARRIED = "VR-V2-0524"
NAMES = {LOINC: "LN", SNOMED_CT: "SCT"}


def told(*lines: str) -> bytes:
    return (HEAD + "".join(f"{line}\r" for line in lines)).encode()


def mapped(line: str, **options: Any) -> tuple[dict[str, Any], list[str]]:
    mapping = to_fhir(told(line), **options)
    assert mapping.ledger.unaccounted == []
    (found,) = resources(mapping.bundle, "Observation")
    return found, [issue.id for issue in mapping.issues]


@cache
def _validator() -> Validator:
    return Validator()


def errors(data: bytes, **options: Any) -> list[str]:
    return [issue.text for issue in _validator().validate(to_fhir(data, **options).bundle).issues if issue.is_error]


def comes_back(data: bytes, *, exact: bool, **options: Any) -> None:
    bundle = to_fhir(data, exact=exact, **options).bundle
    bundle["entry"] = [each for each in bundle["entry"] if each["resource"]["resourceType"] != "Binary"]
    written = to_hl7v2(bundle, version="", **options)
    assert written.loss == []
    if exact:
        assert canonical(parse(written.message)) == canonical(parse(data))
    else:
        again = to_fhir(written.message, **options).bundle
        assert resources(again, "Observation") == resources(bundle, "Observation")


FIT = {
    "a number with its unit": "OBX|1|NM|8867-4^heart rate^LN||72|/min|||||F|||20261116",
    "a unit as people write it": "OBX|1|NM|8867-4^heart rate^LN||72|beats/min^^ISO|||||F|||20261116",
    "a unit of UCUM with a note": "OBX|1|NM|8867-4^heart rate^LN||72|{beats}/min^^UCUM|||||F|||20261116",
    "a word of people said to be UCUM": "OBX|1|NM|8867-4^heart rate^LN||72|bpm^beats^UCUM|||||F|||20261116",
    "more than a number": "OBX|1|SN|8867-4^heart rate^LN||>^72|/min|||||F|||20261116",
    "a number sent as text": "OBX|1|ST|8867-4^heart rate^LN||72|/min|||||F|||20261116",
    "two numbers": "OBX|1|NM|8867-4^heart rate^LN||72~75|/min|||||F|||20261116",
    "a code that says more": "OBX|1|NM|8331-1^oral temperature^LN||37.1|Cel|||||F|||20261116",
    "an own code first": "OBX|1|NM|T^temperature^L^8331-1^oral^LN||37.1|Cel|||||F|||20261116",
    "both codes": "OBX|1|NM|8331-1^oral^LN^8310-5^temperature^LN||37.1|Cel|||||F|||20261116",
    "a code of SNOMED CT": "OBX|1|NM|271625008^rate^SCT||14|/min|||||F|||20261116",
    "a baseline weight": "OBX|1|SN|75292-3^Baseline Weight^LN||^170|[lb_av]^pound^UCUM|||||F",
    "a month": "OBX|1|NM|9843-4^head^LN||35|cm|||||F|||202611",
    "a year": "OBX|1|NM|29463-7^weight^LN||80.50|kg|||||F|||2026",
    "saturation by pulse oximetry": "OBX|1|NM|59408-5^SpO2^LN||97|%|||||F|||20261116",
    "a systolic pressure": "OBX|1|NM|8480-6^systolic^LN||120|mm[Hg]^^UCUM|||||F|||20261116",
    "a systolic pressure, twice": "OBX|1|NM|8459-0^systolic, sitting^LN||120~130|mmHg|||||F|||20261116",
    "a diastolic pressure": "OBX|1|NM|271650006^diastolic^SCT||80|mmHg|||||F|||20261116",
    "nothing": "OBX|1|NM|8867-4^heart rate^LN|||||||X|||20261116",
}
UNFIT = {
    "no unit": "OBX|1|NM|8867-4^heart rate^LN||72||||||F|||20261116",
    "no unit, twice": "OBX|1|NM|8867-4^heart rate^LN^^^^2.33^^result|1|27~25||||||I",
    "a unit in the number": "OBX|1|CQ|8867-4^heart rate^LN||72^bpm||||||F|||20261116",
    "another unit": "OBX|1|NM|8302-2^height^LN||1.8|m|||||F|||20261116",
    "a unit nobody knows": "OBX|1|NM|8310-5^temperature^LN||98.6|degrees^warm^99X|||||F|||20261116",
    "words": "OBX|1|ST|8867-4^heart rate^LN||seventy~or so|/min|||||F|||20261116",
    "a number of another length": "OBX|1|ST|8867-4^heart rate^LN||072|/min|||||F|||20261116",
    "a code": "OBX|1|CWE|8867-4^heart rate^LN||160~120|beats/min^^ISO|||||F|||20261116",
    "a range": "OBX|1|SN|8867-4^heart rate^LN||^60^-^72|/min|||||F|||20261116",
    "no type": "OBX|1||8867-4^heart rate^LN||72|/min|||||F|||20261116",
    "a pressure as text": "OBX|1|ST|85354-9^pressure^LN||120/80|mm[Hg]|||||F|||20261116",
    "a pressure of no kind": "OBX|1|NM|251076008^pressure^SCT||120|mm[Hg]|||||F|||20261116",
    "a systolic pressure without unit": "OBX|1|NM|8480-6^systolic^LN||120||||||F|||20261116",
    "a panel with a value": "OBX|1|NM|85353-1^vital signs^LN||80|kg|||||F|||20261116",
    "a body mass index without unit": "OBX|1|NM|39156-5^BMI^LN||27.4||||||F|||20261116",
}


@pytest.mark.parametrize("line", [*FIT.values(), *UNFIT.values()], ids=[*FIT, *UNFIT])
def test_every_vital_sign_is_valid_and_comes_back(line: str) -> None:
    assert errors(told(line)) == []
    for exact in (False, True):
        comes_back(told(line), exact=exact)


@pytest.mark.parametrize("line", FIT.values(), ids=FIT)
def test_what_fits_is_a_value_without_a_word(line: str) -> None:
    found, ids = mapped(line)
    assert ids == []
    message = parse(told(line))
    sent = message.value("OBX-5.2") or message.value("OBX-5")
    numbers = [
        each["valueQuantity"]["value"] for each in (found, *found.get("component", ())) if "valueQuantity" in each
    ]
    if sent:
        assert str(numbers[0]) == sent
        assert "dataAbsentReason" not in found
    else:
        assert found["dataAbsentReason"]["coding"][0]["code"] == "unknown"


@pytest.mark.parametrize("line", UNFIT.values(), ids=UNFIT)
def test_what_does_not_fit_is_carried_with_a_warning_at_its_place(line: str) -> None:
    mapping = to_fhir(told(line))
    (issue,) = (each for each in mapping.issues if each.id == CARRIED)
    assert issue.severity == "warning"
    assert (issue.expression or "").startswith("OBX[1]-5[1]")
    (found,) = resources(mapping.bundle, "Observation")
    stated = [each.get("valueQuantity", {}) for each in (found, *found.get("component", ()))]
    assert not any("value" in each for each in stated), "no quantity is stated"
    assert not any(name.startswith("value") and name != "valueQuantity" for name in found)
    outcomes = {entry.outcome for entry in mapping.ledger if entry.path.startswith(("OBX[1]-5", "OBX[1]-6"))}
    assert outcomes == {"carried"}


def test_the_reason_shows_what_was_sent() -> None:
    found, _ = mapped(UNFIT["no unit, twice"])
    assert found["dataAbsentReason"]["text"] == "sent as 27, 25"
    assert found["dataAbsentReason"]["coding"][0]["code"] == "unknown"


def test_the_code_that_r4_asks_for_stands_beside_the_senders_and_is_not_said_to_be_theirs() -> None:
    found, _ = mapped(FIT["a baseline weight"])
    assert [(each["code"], each.get("userSelected")) for each in found["code"]["coding"]] == [
        ("75292-3", None),
        ("29463-7", False),
    ]
    found, _ = mapped(FIT["both codes"])
    assert not any("userSelected" in each for each in found["code"]["coding"]), "both were sent"


def test_a_systolic_pressure_is_a_component_of_a_blood_pressure() -> None:
    found, _ = mapped(FIT["a systolic pressure"])
    systolic, diastolic = found["component"]
    assert "valueQuantity" not in found
    assert (systolic["code"]["coding"][0]["code"], systolic["valueQuantity"]["code"]) == ("8480-6", "mm[Hg]")
    assert diastolic["code"]["coding"][0]["code"] == "8462-4"
    assert diastolic["dataAbsentReason"]["coding"][0]["code"] == "not-applicable"


def test_a_month_is_the_period_of_that_month() -> None:
    found, _ = mapped(FIT["a month"])
    assert found["effectivePeriod"] == {"start": "2026-11", "end": "2026-11"}
    assert "effectiveDateTime" not in found


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("line", ["no unit", "a unit in the number", "words", "a range", "a unit nobody knows"])
def test_a_value_that_was_set_since_wins_over_what_was_carried(line: str, exact: bool) -> None:
    """A clinician who corrects a number must not find the old one sent on."""
    bundle = to_fhir(told(UNFIT[line]), exact=exact).bundle
    (found,) = resources(bundle, "Observation")
    del found["dataAbsentReason"]
    found["valueQuantity"] = {"value": 75, "unit": "u", "system": "http://unitsofmeasure.org", "code": "u"}
    written = to_hl7v2(bundle, version="")
    segment = next(each for each in parse(written.message).segments if each.name == "OBX")
    assert next(leaf.value for leaf in segment.leaves() if leaf.field == 5) == "75"
    assert {leaf.value for leaf in segment.leaves() if leaf.field in (5, 6)} <= {"75", "u", "UCUM"}
    assert any(loss.path.startswith("OBX[1]-5") for loss in written.overridden)


@pytest.fixture
def partner(tmp_path: Path) -> Partner:
    path = tmp_path / "ward.toml"
    text = '[[unit]]\ncode = "8867-4"\nunit = "/min"\n[[unit]]\ncode = "FW"\nname = "99WARD"\nunit = "kg"\n'
    path.write_text(text, encoding="utf-8")
    return Partner.load(path)


def test_a_partner_names_the_unit_of_a_code(partner: Partner) -> None:
    found, ids = mapped(UNFIT["no unit"], partner=partner)
    assert ids == []
    assert (found["valueQuantity"]["code"], found["valueQuantity"]["value"]) == ("/min", 72)
    assert errors(told(UNFIT["no unit"]), partner=partner) == []


@pytest.mark.parametrize(
    "line",
    [
        UNFIT["no unit"],
        UNFIT["no unit, twice"],
        FIT["a unit as people write it"],
        "OBX|1|NM|FW^final weight^99WARD||80||||||F|||20261116",
        "OBX|1|NM|FW^final weight^99WARD||80|g|||||F|||20261116",
        "OBX|1|NM|FW^final weight^99OTHER||80||||||F|||20261116",
    ],
)
def test_what_the_partner_named_is_not_sent_back(line: str, partner: Partner) -> None:
    for exact in (False, True):
        comes_back(told(line), exact=exact, partner=partner)


def test_the_unit_counts_only_under_its_name_and_where_none_was_sent(partner: Partner) -> None:
    quantity = mapped("OBX|1|NM|FW^final weight^99WARD||80||||||F", partner=partner)[0]["valueQuantity"]
    assert quantity["code"] == "kg"
    quantity = mapped("OBX|1|NM|FW^final weight^99WARD||80|g|||||F", partner=partner)[0]["valueQuantity"]
    assert quantity["code"] == "g"
    assert "code" not in mapped("OBX|1|NM|FW^weight^99OTHER||80||||||F", partner=partner)[0]["valueQuantity"]


@pytest.mark.parametrize("sign", VITAL_SIGNS, ids=lambda sign: sign.profile)
def test_the_table_says_what_the_profile_says(sign: VitalSign) -> None:
    """The code and the units stand in the definitions of R4; the table repeats them."""
    definitions = Definitions.default()
    fixed: set[str] = set()
    code = ""
    for element in definitions.snapshot(sign.canonical):
        path = element["path"]
        if path == "Observation.code.coding.code":
            code = element.get("fixedCode", code)
        if path.removeprefix("Observation.").removeprefix("component.") in ("value[x].code", "valueQuantity.code"):
            fixed |= {element["fixedCode"]} if "fixedCode" in element else set()
            value_set = element.get("binding", {}).get("valueSet", "").partition("|")[0]
            for codes in (Terminology(definitions).expansion(value_set) or {}).values() if value_set else ():
                fixed |= set(codes)
    assert code == sign.code
    assert fixed == set(sign.units)


@pytest.mark.parametrize("sign", VITAL_SIGNS, ids=lambda sign: sign.profile)
def test_every_code_of_a_sign_is_valid_with_and_without_a_value(sign: VitalSign) -> None:
    lines = []
    for system, codes in ((LOINC, sign.loinc), (SNOMED_CT, sign.snomed)):
        for code in codes:
            item = f"{code}^a sign^{NAMES[system]}"
            lines += [f"OBX||NM|{item}||7|{unit}^^UCUM|||||F|||20261116" for unit in (*sign.units, "L")]
            lines += [f"OBX||NM|{item}||7||||||F", f"OBX||NM|{item}|||||||X"]
    assert errors(told(*lines)) == []
    comes_back(told(*lines), exact=False)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["ORU-R01-15f564918436", "ORU-R01-ef72bbc273c3"])
def test_the_samples_with_signs_that_lack_something(name: str) -> None:
    paths = sample_paths(f"{name}.hl7")
    if not paths:
        pytest.skip("the public sample messages are not here")
    data = paths[0].read_bytes()
    assert errors(data) == []
    comes_back(data, exact=True)
