"""What docs/validate.md shows of the Python API is what happens."""

from __future__ import annotations

import doctest
from pathlib import Path

import vrfhir
from vrfhir.cli import main


def test_the_session_on_the_page_runs(root: Path) -> None:
    page = (root / "docs" / "validate.md").read_text(encoding="utf-8")
    examples = doctest.DocTestParser().get_doctest(
        page.replace("```", ""), {"Validator": vrfhir.Validator}, "validate.md", None, 0
    )
    assert len(examples.examples) >= 4
    assert doctest.DocTestRunner(verbose=False).run(examples).failed == 0


def test_every_format_and_ending_stands_on_the_page(root: Path) -> None:
    from vrfhir.validation.reports import FORMATS

    page = (root / "docs" / "validate.md").read_text(encoding="utf-8")
    for name, format_ in FORMATS.items():
        assert f"`{name}`" in page
        assert any(f"`{ending}`" in page for ending in format_.endings)


def test_the_explanation_on_the_page_is_printed(root: Path, capsys: object) -> None:
    page = (root / "docs" / "validate.md").read_text(encoding="utf-8")
    assert main(["explain", "Terminology_TX_NoValid_16"]) == 0
    printed = capsys.readouterr().out  # type: ignore[attr-defined]
    assert printed.strip() in page
