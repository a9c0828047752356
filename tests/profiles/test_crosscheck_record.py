"""What HL7's validator said, recorded: of the files as they are now, without errors, and no warning without a reason."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from reference.examples import RECORD, artefacts, digest, examples, sources  # noqa: E402

RECORDED: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
WARNINGS: list[dict[str, str]] = json.loads(
    (ROOT / "conformance" / "crosscheck-warnings.json").read_text(encoding="utf-8")
)["warnings"]


def test_the_record_is_of_the_files_as_they_are() -> None:
    now = {path.relative_to(ROOT).as_posix(): digest(path) for path in sources()}
    stale = sorted(
        name for name in now.keys() | RECORDED["sha256"].keys() if now.get(name) != RECORDED["sha256"].get(name)
    )
    assert stale == [], "run make crosscheck"


@pytest.mark.parametrize("path", [*examples(), *artefacts()], ids=lambda one: one.relative_to(ROOT).as_posix())
def test_hl7s_validator_found_no_error(path: Path) -> None:
    found = RECORDED["examples"].get(path.relative_to(ROOT).as_posix())
    assert found is not None, "run make crosscheck"
    assert [one for one in found if one["severity"] != "warning"] == []


def kinds() -> Counter[tuple[str, str]]:
    """(where, rule) of every warning about something valid."""
    found: Counter[tuple[str, str]] = Counter()
    for name, told in RECORDED["examples"].items():
        if not name.startswith("conformance/invalid/"):
            where = "example" if name.startswith("examples/") else "artefact"
            found.update((where, one["rule"]) for one in told if one["severity"] == "warning")
    for asked in RECORDED["parents"].values():
        found.update(("parent", one["rule"]) for told in asked.values() for one in told if one["severity"] == "warning")
    return found


def test_every_kind_of_warning_has_a_reason() -> None:
    explained = {(one["where"], one["rule"]) for one in WARNINGS}
    assert len(explained) == len(WARNINGS)
    assert all(one["reason"].endswith(".") for one in WARNINGS)
    assert kinds().keys() - explained == set(), "explain them in conformance/crosscheck-warnings.json"
    assert explained - kinds().keys() == set(), "no longer said: take them out"
