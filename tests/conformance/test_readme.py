"""``conformance/README.md`` says what is so."""

import argparse
import re
from pathlib import Path

import pytest

from vrfhir.cli import conform
from vrfhir.conformance import find_suite, load_suite, shipped_suites, suites
from vrfhir.conformance.variables import EngineVariables

README = Path(__file__).parents[2] / "conformance" / "README.md"
TEXT = README.read_text(encoding="utf-8")


def test_every_option_is_told_and_every_told_option_exists() -> None:
    parser = argparse.ArgumentParser()
    conform.add_arguments(parser)
    options = {option for action in parser._actions for option in action.option_strings if option.startswith("--")}
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", TEXT.partition("Exit codes")[0]))
    assert told == options - {"--help"}


def test_every_engine_variable_is_told_and_exists() -> None:
    told = {name.replace("-N", "-1") for name in re.findall(r"\$\{(vrfhir-[\w-]+)\}", TEXT)}
    assert told == {name.replace("-N", "-1") for name in re.findall(r"\$\{(vrfhir-[\w-]+)\}", _docstring())}
    assert all(EngineVariables.knows(name) for name in told)


def _docstring() -> str:
    from vrfhir.conformance import variables

    return variables.__doc__ or ""


def test_the_counts_are_right() -> None:
    suite = load_suite(find_suite("referral"))
    tests = sum(phase.kind == "test" for entry in suite.scripts for phase in entry.script.phases)
    assert f"{len(suite.scripts)} scripts, {tests} tests" in TEXT
    assert f"{len(suite.scripts)} passed ({tests} tests" in TEXT
    assert set(shipped_suites()) == {"referral"}


def test_suites_are_found_in_an_installed_wheel_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "site-packages" / "vrfhir" / "_shipped" / "conformance" / "referral"
    folder.mkdir(parents=True)
    (folder / "requirements.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(suites, "_PACKAGE", tmp_path / "site-packages" / "vrfhir")
    assert find_suite("referral") == folder
