"""Dates, times, durations and quantities: precision, time zones, calendar arithmetic, units."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from fhirpath_patient import Evaluate
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.fhirpath.temporal import from_datetime, parse_text
from vrfhir.fhirpath.ucum import unit_of
from vrfhir.fhirpath.ucum_units import ATOMS, METRIC

T, F, NOTHING = [True], [False], []  # type: ignore[var-annotated]


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [
        ("@2014 = @2014-01", NOTHING),
        ("@2014 != @2015-01", T),
        ("@2014-05 < @2014", NOTHING),
        ("@2014-05 < @2015", T),
        ("@2014-05-06 = @2014-05-06T10:00:00", NOTHING),
        ("@2014-05-06T10:00:00 = @2014-05-06T10:00:00.0", T),
        ("@2014-05-06T10:00:00.1 > @2014-05-06T10:00:00", T),
        ("@2014-05-06T10:00:00Z = @2014-05-06T11:00:00+01:00", T),
        ("@2014-05-06T23:30:00-01:00 < @2014-05-07T00:00:00Z", F),
        ("@2014-05-06T10:00:00Z = @2014-05-06T12:00:00", NOTHING),
        ("@2014-05-06T10:00:00Z < @2014-05-08T12:00:00", T),
        ("@2014-05-06T10:30+05:30 = @2014-05-06T05:00Z", T),
        ("@T10:30 < @T10:30:00", NOTHING),
        ("@T10:30:00 <= @T10:30:00.000", T),
        ("@2014 = @T10:30", F),
        ("@2014 ~ @2014-01", F),
        ("@2014T ~ @2014", T),
        ("birthDate = @1980-02-29", T),
        ("birthDate = '1980-02-29'", T),
        ("birthDate < today()", T),
    ],
)
def test_comparison(evaluate: Evaluate, expression: str, outcome: list[Any]) -> None:
    assert evaluate(expression) == outcome


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("@2014-01-31 + 1 month", "2014-02-28"),
        ("@2016-02-29 + 1 year", "2017-02-28"),
        ("@2016-02-29 - 48 months", "2012-02-29"),
        ("@2014-01-01 + 7.9 days", "2014-01-08"),
        ("@2014-01-01 + 25 hours", "2014-01-02"),
        ("@2014-01-01 - 1 second", "2014-01-01"),
        ("@2014 + 25 months", "2016"),
        ("@2014 + 364 days", "2014"),
        ("@2014-01 + 61 days", "2014-03"),
        ("@2014-01-01 + 2 'wk'", "2014-01-15"),
        ("@2014-01-01T23:59:59.999 + 1 millisecond", "2014-01-02T00:00:00.000"),
        ("@2014-01-01T10:00:00 + 1.5 seconds", "2014-01-01T10:00:01.500"),
        ("@2014-01-01T10:00+05:00 + 20 hours", "2014-01-02T06:00+05:00"),
        ("@2014-01-01T10 + 90 minutes", "2014-01-01T11"),
        ("@T23:30 + 1 hour", "00:30"),
        ("@T01:00:00 - 2 hours", "23:00:00"),
        ("@T10 + 59 minutes", "10"),
        ("birthDate + 18 years", "1998-02-28"),
        ("@2014.highBoundary(17)", "2014-12-31T23:59:59.999-12:00"),
        ("@2014-01-01T08.lowBoundary()", "2014-01-01T08:00:00.000+14:00"),
        ("@2014-01-01T08:05-05:00.highBoundary()", "2014-01-01T08:05:59.999-05:00"),
        ("@T10:30.highBoundary()", "10:30:59.999"),
        ("@2014-05-06T10:00:00.lowBoundary(6)", "2014-05"),
    ],
)
def test_arithmetic_and_boundaries(evaluate: Evaluate, expression: str, text: str) -> None:
    assert evaluate(f"({expression}).toString()") == [text]


@pytest.mark.parametrize(
    "expression",
    ["@9999-12-31 + 1 day", "@0001-01-01 - 1 month", "@2014 + 99999999999999 years", "@2014.lowBoundary(5)"],
)
def test_beyond_the_calendar_is_empty(evaluate: Evaluate, expression: str) -> None:
    assert evaluate(expression) == []


@given(st.dates(), st.integers(-5000, 5000))
def test_days_added_and_taken_away_again(day: Any, count: int) -> None:
    start = parse_text("date", day.isoformat())
    assert start is not None
    moved = start.plus(count, "day")  # type: ignore[arg-type]
    if moved is not None:
        back = moved.plus(-count, "day")  # type: ignore[arg-type]
        assert back is not None
        assert back.compare(start) == 0
        assert moved.compare(start) == (count > 0) - (count < 0)


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [
        ("4 'g' = 4000 'mg'", T),
        ("4 'g' ~ 4040 'mg'", T),
        ("4 'g' != 4040 'mg'", T),
        ("1 'kg' > 500 'g'", T),
        ("1 'cm' < 1 's'", NOTHING),
        ("1 'foo' = 1 'foo'", T),
        ("1 'foo' = 1 'mg'", NOTHING),
        ("37 'Cel' = 310.15 'K'", T),
        ("98.6 '[degF]' = 37 'Cel'", T),
        ("7 days = 1 week", T),
        ("7 days = 1 'wk'", T),
        ("1 year = 12 months", T),
        ("1 year = 1 'a'", NOTHING),
        ("1 year ~ 1 'a'", T),
        ("1 second = 1000 'ms'", T),
        ("1 = 1 '1'", T),
        ("120 'mm[Hg]' = 12 'cm[Hg]'", T),
        ("1 'mmol/L' = 1 'mol/m3'", T),
        ("1 '10*9/L' = 1000 '10*6/L'", T),
        ("1 '{score}' = 1 '1'", T),
        ("extension.value.ofType(Quantity).where(code = 'kg') = 70500 'g'", T),
        ("extension.value.where($this is Age) > 40 'a'", T),
        ("(2 'cm' * 3 'cm') = 6 'cm2'", T),
        ("(4 'g' / 2 'mL') = 2 'g/mL'", T),
        ("3 'cm' + 2 'm' = 2.03 'm'", T),
        ("3 'cm' + 2 's'", NOTHING),
        ("1 'm' / 0 's'", NOTHING),
        ("2 * 3 'mg' = 6 'mg'", T),
        ("-(3 'mg') < 0 'mg'", T),
        ("2147483647 + 1", NOTHING),
        ("1 / 0", NOTHING),
        ("1 mod 0", NOTHING),
        ("7 div 2 = 3 and (-7) div 2 = -3", T),
        ("-7 mod 3 = -1", T),
        ("0.1 + 0.2 = 0.3", T),
        ("1.0 = 1.00 and 1.49 ~ 1.5", T),
        ("'A b' ~ 'a\\tB' and 'A' != 'a'", T),
        ("(1 | 2) = (2 | 1)", F),
        ("(1 | 2) ~ (2 | 1)", T),
        ("name.first() = name.first() and name.first() != name.last()", T),
        ("true = 1 or 'true' = true or 1 = '1'", F),
    ],
)  # fmt: skip
def test_quantities_and_numbers(evaluate: Evaluate, expression: str, outcome: list[Any]) -> None:
    assert evaluate(expression) == outcome


@pytest.mark.parametrize(
    "code",
    [
        *ATOMS,
        *("k" + code for code in sorted(METRIC)),
        "mL/min/{1.73_m2}",
        "kg.m2/s3",
        "/min",
        "10*3/uL",
        "(mg/L)/h",
        "m[H2O]",
    ],
)
def test_units_have_a_size(code: str) -> None:
    unit = unit_of(code)
    assert unit is not None
    assert unit.factor > 0


@pytest.mark.parametrize(
    "code", ["", "lbs", "kmin", "mg//L", "(mg", "mg/L)", "m2-", "5 mg", "km[", "m" * 200, "(" * 20 + "m" + ")" * 20]
)
def test_what_is_no_unit(code: str) -> None:
    assert unit_of(code) is None


@given(st.text("mgskLl/.()[]{}0123456789-+*^'%ABHgin_", max_size=12))
def test_any_text_is_a_unit_or_none(code: str) -> None:
    unit = unit_of(code)
    assert unit is None or unit.factor != 0


@pytest.mark.parametrize(
    "start", ["@2026-02-28T23:59:58.120+01:00", "@2024-02-28T00:00:00Z", "@2026-12-31T10:30", "@0001-01-02T00:00:01Z"]
)
@pytest.mark.parametrize("weeks", [0, 1, 5, 60])
def test_whole_days_are_as_long_as_their_hours(evaluate: Evaluate, start: str, weeks: int) -> None:
    """Whole days and weeks are added to the date alone; hours go through the clock. Both come out the same."""
    for sign in "+-":
        by_hours = evaluate(f"({start} {sign} {weeks * 168} hours).toString()")
        assert evaluate(f"({start} {sign} {weeks} weeks).toString()") == by_hours
        assert evaluate(f"({start} {sign} {weeks * 7} days).toString()") == by_hours


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=3))])
def test_the_clock_reads_as_its_text_does(zone: timezone) -> None:
    moment = datetime(2026, 3, 9, 8, 7, 6, 54_321, tzinfo=zone)
    for kind in ("date", "dateTime", "time"):
        found = from_datetime(moment, kind)
        assert found == parse_text(kind, found.text)
    with pytest.raises(ValueError, match="seconds"):
        from_datetime(moment.replace(tzinfo=timezone(timedelta(seconds=61))), "dateTime")
