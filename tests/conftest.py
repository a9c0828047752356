"""What several test modules need: where things are, and a skip that says why."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The public test material beside the project; tests that need it skip where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("public test material is not beside the project (expected ../shared/data)")
    return SHARED


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT
