"""The frame of the command: verbs, help, exit codes, no tracebacks."""

from __future__ import annotations

import importlib

import pytest

from vrfhir import __version__
from vrfhir.cli import VERBS, main


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_a_module_of_its_own(verb: str) -> None:
    module = importlib.import_module(f"vrfhir.cli.{verb}")
    assert callable(module.add_arguments)
    assert callable(module.run)


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_offers_json(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_without_a_verb_help_is_shown_and_nothing_ran(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    printed = capsys.readouterr().out
    assert all(verb in printed for verb in VERBS)


def test_an_unknown_verb_names_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["valdiate"])
    assert ended.value.code == 2
    assert "validate" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == f"vrfhir {__version__}"


def test_what_could_not_run_says_why_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "no-such-file.json"]) == 2
    printed = capsys.readouterr()
    assert "no-such-file.json" in printed.err
    assert "Traceback" not in printed.err + printed.out
