"""UCUM codes: right, wrong, and not known here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.definitions import Definitions
from vrfhir.terminology.ucum import unit

RIGHT_TEXT = """kg g mg ug mmol/L umol/L mol 10*9/L 10*3/uL %{hemoglobin} % /min {score} 1 mm[Hg] cm m2 kg/m2 Cel [degF] [lb_av]
h.kg ug/(24.h) 24.h mL/min/{1.73_m2} /[HPF] m[iU]/L [iU]/L k[iU]/mL cm3 d wk mo a h min s L/min ug/m2/d kPa cal_[15]
(kg.m)/s2 s-1 m/s2 10^6 U/L mg/dL [pH] Hz deg dB kcal"""
RIGHT = RIGHT_TEXT.split()
WRONG = [
    "",
    " ",
    "kg m",
    "mg/dL/",
    "(kg",
    "kg)",
    "a..b",
    "{open",
    "open}",
    "kg//",
    "µg",
    "m2/",
    ".",
    "kg\n",
    "x" * 300,
]
OPEN = ["{ä}", "%{two words}", "foo", "Torr", "IU/L", "beats", "widget.kg"]


@pytest.mark.parametrize(
    ("codes", "expected"), [(RIGHT, True), (WRONG, False), (OPEN, None)], ids=["right", "wrong", "open"]
)
def test_units(codes: list[str], expected: bool | None) -> None:
    assert {code: unit(code) for code in codes} == dict.fromkeys(codes, expected)


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text: str) -> None:
    assert unit(text) in (True, False, None)


def test_no_unit_that_hl7_enumerates_is_called_wrong() -> None:
    codes = sorted(_enumerated(Definitions.default()))
    assert len(codes) > 30
    assert [code for code in codes if unit(code) is False] == []
    assert [code for code in codes if unit(code) is None and not (" " in code and "{" in code)] == []


def _enumerated(definitions: Definitions) -> Iterator[str]:
    for url in definitions.canonicals("ValueSet"):
        compose: dict[str, Any] = (definitions.resource(url, "ValueSet") or {}).get("compose", {})
        for include in compose.get("include", ()):
            if include.get("system") == "http://unitsofmeasure.org":
                yield from (each["code"] for each in include.get("concept", ()))
