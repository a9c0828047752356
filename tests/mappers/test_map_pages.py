"""The generated pages of the map say every row, and name every field that has none."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from vrfhir.mappers.rows import load_maps

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import map_pages

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "v2-map"


def test_every_segment_has_a_page_and_every_page_a_segment() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == set(load_maps()) == set(map_pages.segments())
    index = (ROOT / "docs" / "v2-map.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(v2-map/([A-Z0-9]{3})\.md\)", index)) == set(load_maps())


@pytest.mark.parametrize("name", list(load_maps()))
def test_a_page_says_every_row_of_its_segment(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    rows = [row for form in load_maps()[name].flavours for row in form.rows]
    for row in rows:
        place = f"{name}-{row.field}" + (f".{row.component}" if row.component else "")
        assert re.search(
            rf"\| {re.escape(place)} \|[^|]*\| `{re.escape(row.to)}` \| {re.escape(row.conversion)} \|", page
        )
    assert sum(line.startswith(f"| {name}-") for line in page.splitlines()) == len(rows)


def test_a_field_is_on_its_page_with_its_name_even_without_a_row() -> None:
    page = map_pages.segment_page("RF1")
    assert "| RF1-2 | referral priority | `ServiceRequest.priority`" in page
    assert "RF1-15 " in page.partition("*Carried, without a row:*")[2]
    assert "No row" in map_pages.segment_page("ZU3")
