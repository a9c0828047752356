"""UK identifiers: check digits, ranges, forms, systems."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.fhir.identifiers import (
    SYSTEMS,
    canonical_system,
    form_is_valid,
    gmc_is_valid,
    gmp_is_valid,
    gphc_is_valid,
    hcpc_is_valid,
    nhs_number_is_valid,
    nhs_number_region,
    nmc_is_valid,
    ods_code_is_valid,
)


@pytest.mark.parametrize(
    "text", ["9912003888", "9476719931", "9000000009", "9000000017", "9449305552", "9876543210", "9999999999"]
)
def test_numbers_of_public_test_material_are_valid(text: str) -> None:
    assert nhs_number_is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "9912003890",
        "9100000009",
        "9000000000",
        "900000000",
        "90000000090",
        "900 000 0009",
        "９000000009",
        "",
        "abcdefghij",
    ],
)
def test_wrong_check_digits_and_forms_are_not(text: str) -> None:
    assert not nhs_number_is_valid(text)


@given(st.integers(0, 999_999_999))
def test_at_most_one_check_digit_fits(body: int) -> None:
    valid = [digit for digit in range(10) if nhs_number_is_valid(f"{body:09}{digit}")]
    remainder = sum(int(digit) * weight for digit, weight in zip(f"{body:09}", range(10, 1, -1), strict=True)) % 11
    assert len(valid) == (0 if remainder == 1 else 1)


@given(st.integers(0, 999_999_999), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(body: int, place: int, by: int) -> None:
    for digit in range(10):
        text = f"{body:09}{digit}"
        if nhs_number_is_valid(text):
            changed = text[:place] + str((int(text[place]) + by) % 10) + text[place + 1 :]
            assert not nhs_number_is_valid(changed)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("9000000009", "test"),
        ("4000000004", "england-wales-iom"),
        ("7000000007", "england-wales-iom"),
        ("5000000005", "unassigned"),
        ("3333333333", "northern-ireland"),
        ("0101701234", "scotland"),
        ("2902001234", "scotland"),
        ("3102001234", "unassigned"),
        ("3150000000", "unassigned"),
        ("8000000000", "ireland"),
        ("8700000000", "unassigned"),
        ("0000000000", "unassigned"),
        ("x", "unassigned"),
    ],
)
def test_the_range_tells_who_issues_a_number(text: str, region: str) -> None:
    assert nhs_number_region(text) == region


FORMS = [
    (ods_code_is_valid, ["RR8", "RR813", "G81086", "4VE03"], ["rr8", "RR", "RR 8", ""]),
    (gmc_is_valid, ["1234567", "L123456"], ["C12345678", "123456", "l123456", "12345678"]),
    (gmp_is_valid, ["G1234567"], ["1234567", "G123456"]),
    (gphc_is_valid, ["2012345"], ["1012345", "201234"]),
    (nmc_is_valid, ["12A3456B"], ["12A3456", "12a3456b"]),
    (hcpc_is_valid, ["PH123456", "OT1"], ["P123456", "PH1234567", "PH"]),
]


@pytest.mark.parametrize(("check", "good", "bad"), FORMS, ids=[each[0].__name__ for each in FORMS])
def test_forms(check: object, good: list[str], bad: list[str]) -> None:
    assert callable(check)
    assert [each for each in good if not check(each)] == []
    assert [each for each in bad if check(each)] == []


def test_forms_are_looked_up_by_system_however_it_is_spelt() -> None:
    assert form_is_valid("http://fhir.nhs.uk/id/NHS-number", "9000000009") is True
    assert form_is_valid(SYSTEMS["nhs-number"], "9000000000") is False
    assert form_is_valid(SYSTEMS["ubrn"], "000000070000") is True
    assert form_is_valid("https://example.org/mine", "x") is None


def test_systems_are_written_in_one_way() -> None:
    assert canonical_system("http://fhir.nhs.uk/id/DOS-service-ID") == SYSTEMS["dos-service"]
    assert canonical_system("https://example.org/Other") == "https://example.org/Other"
    assert len(set(SYSTEMS.values())) == len(SYSTEMS)
