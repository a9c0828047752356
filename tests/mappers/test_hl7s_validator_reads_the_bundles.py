"""What HL7's validator said, recorded, of the Bundles made of messages: no error but those of the messages' own content."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from reference.sample_bundles import RECORD, bundle_of, load, samples, stories  # noqa: E402

OWN = {
    one["message"]: one
    for one in json.loads((RECORD.parent / "own-content.json").read_text(encoding="utf-8"))["messages"]
}
TOLD = load()


def check(name: str, path: Path) -> None:
    digest, found = TOLD.get(name, ("", []))
    assert digest == hashlib.sha256(bundle_of(path)).hexdigest(), "run make crosscheck"
    errors = {one.rule for one in found if one.severity in ("error", "fatal", "crash")}
    assert errors == set(OWN[name]["rules"] if name in OWN else ())


@pytest.mark.parametrize(("name", "path"), stories().items(), ids=stories())
def test_no_error_in_what_a_story_says(name: str, path: Path) -> None:
    check(name, path)


@pytest.mark.shared
@pytest.mark.skipif(not samples(), reason="the public sample messages are not here")
@pytest.mark.parametrize(("name", "path"), samples().items(), ids=samples())
def test_no_error_in_what_a_sample_says(name: str, path: Path) -> None:
    check(name, path)


def test_every_exception_is_in_the_record_and_has_a_reason() -> None:
    assert OWN.keys() <= TOLD.keys()
    assert all(one["reason"].endswith(".") for one in OWN.values())


def test_no_message_is_an_exception() -> None:
    """The goal is no error at all, of public samples too."""
    assert OWN == {}
    assert len(TOLD) >= len(stories()) > 30
    assert [(name, one.rule) for name, (_, found) in TOLD.items() for one in found] == []
