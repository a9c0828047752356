"""A small referral to change, for the tests of the mapper."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from mapped_messages import MINIMAL


@pytest.fixture
def message() -> Callable[..., bytes]:
    """A small referral; segments can be replaced by name, or more added after PID."""

    def build(*more: str, **replaced: str) -> bytes:
        segments: Sequence[str] = [replaced.get(name, text) for name, text in MINIMAL.items()]
        return "".join(f"{segment}\r" for segment in (*segments, *more) if segment).encode()

    return build
