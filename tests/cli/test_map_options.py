"""``vrfhir map`` for somebody who has it for the first time: the way back, and what to do when it says no."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vrfhir.cli import main

STORY = Path(__file__).parents[2] / "examples" / "driver"
REFERRAL = STORY / "hl7v2" / "ref-i12.hl7"
BUNDLE = STORY / "fhir" / "message-referral-request.json"


@pytest.mark.parametrize("version", [b"2.3", b"2.7.1", b""])
def test_a_message_comes_back_value_by_value(version: bytes, tmp_path: Path, capsysbinary: Any) -> None:
    source = REFERRAL.read_bytes().replace(b"|P|2.4|", b"|P|%s|" % version) + b"ZAB|1|of our own\r"
    message, bundle = tmp_path / "one.hl7", tmp_path / "one.json"
    message.write_bytes(source)
    assert main(["map", "--exact", str(message)]) == 0
    bundle.write_bytes(capsysbinary.readouterr().out)
    assert main(["map", "--to", "v2", "--hl7-version", "same", str(bundle)]) == 0
    assert capsysbinary.readouterr().out == source


def test_a_refusal_says_what_to_do(tmp_path: Path, capsys: Any) -> None:
    message = tmp_path / "one.hl7"
    message.write_bytes(REFERRAL.read_bytes().replace(b"REF^I12^REF_I12", b"VXU^V04^VXU_V04"))
    assert main(["map", str(message)]) == 2
    assert "hint: Send REF, RRI" in capsys.readouterr().err


def test_a_refused_loss_says_how_to_see_it(capsys: Any) -> None:
    assert main(["map", "--to", "v2", "--fields-only", str(BUNDLE)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "--ledger --allow-loss" in shown.err
    assert main(["map", "--to", "v2", "--fields-only", "--ledger", "--allow-loss", str(BUNDLE)]) == 1
    shown = capsys.readouterr()
    assert "MSH|" not in shown.out
    assert "Provenance" in shown.out


def test_the_wrong_way_names_the_right_one(capsys: Any) -> None:
    assert main(["map", "--to", "v2", str(REFERRAL)]) == 2
    assert "without --to v2" in capsys.readouterr().err
    assert main(["map", str(BUNDLE)]) == 2
    assert "--to v2" in capsys.readouterr().err
