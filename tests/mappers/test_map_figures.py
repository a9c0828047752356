"""The figures of the map: what is counted adds up, and the referrals reach their goal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mapped_messages import DRIVER

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import map_figures

from vrfhir.mappers import to_fhir

NOWHERE = Path("/nowhere")


def test_the_referrals_are_mapped_to_nine_tenths(capsys: Any) -> None:
    assert map_figures.main(["--shared", str(NOWHERE), "--check", "--places", "3", "REF", "RRI"]) == 0
    shown = capsys.readouterr().out
    assert "REF and RRI" in shown
    assert "carried:" in shown


def test_outcomes_and_finds_add_up() -> None:
    figures = map_figures.Figures()
    figures.add(DRIVER)
    (counts,) = figures.types.values()
    assert sum(counts[name] for name in ("mapped", "carried", "ignored", "deleted")) == counts["leaves"]
    assert sum(counts[name] for name in ("verbatim", "spelled", "lost", "none")) == counts["leaves"]
    assert counts["none"] == 2, "the delimiters hold no value"


def test_a_value_is_verbatim_spelled_or_lost(message: Any) -> None:
    mapping = to_fhir(message("PV1|1|I", "ZXY|something of ours"))
    found = {entry.path: how for entry, how in map_figures.leaves(mapping)}
    assert found["PID[1]-5[1].1.1"] == found["ZXY[1]-1[1].1.1"] == "verbatim"
    assert found["PID[1]-7[1].1.1"] == "spelled"
    bundle = mapping.bundle
    patient = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    del patient["name"]
    assert {e.path: how for e, how in map_figures.leaves(mapping)}["PID[1]-5[1].1.1"] == "lost"


def test_no_messages_no_figures(capsys: Any) -> None:
    assert map_figures.main(["--shared", str(NOWHERE), "XYZ"]) == 2
    assert "no messages" in capsys.readouterr().err
