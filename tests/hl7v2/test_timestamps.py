"""Dates and times as sent: precision, zone, what deviates, what is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.hl7v2 import read_time, read_timestamp, write_timestamp


@pytest.mark.parametrize(
    ("text", "precision", "iso", "problem"),
    [
        ("2026", "year", "2026", ""),
        ("202601", "month", "2026-01", ""),
        ("20260105", "day", "2026-01-05", ""),
        ("2026010509", "hour", "2026-01-05T09:00:00", ""),
        ("202601050930", "minute", "2026-01-05T09:30:00", ""),
        ("20260105093015", "second", "2026-01-05T09:30:15", ""),
        ("20260105093015.1234", "second", "2026-01-05T09:30:15.1234", ""),
        ("20260105093015+0000", "second", "2026-01-05T09:30:15+00:00", ""),
        ("20260105093015.5-0330", "second", "2026-01-05T09:30:15.5-03:30", ""),
        ("202601050930+0100", "minute", "2026-01-05T09:30:00+01:00", ""),
        ("202201251620+0215", "minute", "2022-01-25T16:20:00+02:15", ""),
        ("20260105093015.123456", "second", "2026-01-05T09:30:15.123456", "fraction"),
        ("20260105093015+01", "second", "2026-01-05T09:30:15+01:00", "offset"),
        ("20260105093015Z", "second", "2026-01-05T09:30:15+00:00", "offset"),
        ("1980-02-14", "day", "1980-02-14", "punctuated"),
        ("2026-01-05T09:30:15+00:00", "second", "2026-01-05T09:30:15+00:00", "punctuated"),
        (" 20260105 ", "day", "2026-01-05", ""),
        ("20240229", "day", "2024-02-29", ""),
        ("20230229", "day", "", "range"),
        ("00000000", "day", "", "range"),
        ("20261301", "day", "", "range"),
        ("2026010524", "hour", "", "range"),
        ("20260105093060", "second", "", "range"),
        ("20260105093015+9900", "second", "", "range"),
        ("2026010", "none", "", "form"),
        ("14/02/1980", "none", "", "form"),
        ("", "none", "", "form"),
        ("today", "none", "", "form"),
        ("２０２６", "none", "", "form"),
    ],
)
def test_timestamps(text: str, precision: str, iso: str, problem: str) -> None:
    read = read_timestamp(text)
    assert (read.precision, read.isoformat(), read.problem) == (precision, iso, problem)
    assert read.is_usable is bool(iso)
    assert read.text == text


@pytest.mark.parametrize(
    ("text", "iso"), [("0930", "09:30:00"), ("09", "09:00:00"), ("093015.5+0100", "09:30:15.5+01:00"), ("2560", "")]
)
def test_times_of_day(text: str, iso: str) -> None:
    assert read_time(text).isoformat() == iso


@given(
    st.datetimes(
        timezones=st.none() | st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
    )
)
def test_what_is_written_is_read_back(moment: datetime) -> None:
    read = read_timestamp(write_timestamp(moment))
    assert read.problem == ""
    assert datetime.fromisoformat(read.isoformat()) == moment.replace(microsecond=0)


@given(st.text(st.sampled_from("0123456789+-.TZ: /"), max_size=30))
def test_reading_never_fails(text: str) -> None:
    read = read_timestamp(text)
    assert read.is_usable == bool(read.isoformat())


def test_writing_to_a_precision() -> None:
    moment = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    assert write_timestamp(moment, "day") == "20260105"
    assert write_timestamp(moment, "minute") == "202601050930+0000"
