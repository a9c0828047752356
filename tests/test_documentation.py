"""Documentation that says what the code says: error ids, settings, verbs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ERROR_ID = re.compile(r"\bVR-(?!TS\b|FHIRPATH\b|V2Content)[A-Z]+[0-9]?-[0-9]{4}\b")


def _ids(text: str) -> set[str]:
    return {match.group() for match in ERROR_ID.finditer(text)}


@pytest.fixture(scope="module")
def in_code(root: Path) -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in (root / "vrfhir").rglob("*.py")]
    return set().union(*map(_ids, texts))


def test_every_error_id_of_the_code_stands_on_the_page(root: Path, in_code: set[str]) -> None:
    page = _ids((root / "docs" / "errors.md").read_text(encoding="utf-8"))
    assert len(in_code) > 100
    assert sorted(in_code - page) == []


def test_every_error_id_of_the_page_stands_in_the_code(root: Path, in_code: set[str]) -> None:
    page = _ids((root / "docs" / "errors.md").read_text(encoding="utf-8"))
    assert sorted(page - in_code) == []


def test_every_setting_is_on_the_page_of_the_endpoint(root: Path) -> None:
    from vrfhir.server.settings import Settings

    page = (root / "docs" / "endpoint.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"`VRFHIR_{name.upper()}`" not in page]
    assert missing == []


def test_links_between_pages_lead_somewhere(root: Path) -> None:
    broken = []
    for page in [root / "README.md", *sorted((root / "docs").rglob("*.md")), root / "conformance" / "README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(root)} → {target}")
    assert broken == []
