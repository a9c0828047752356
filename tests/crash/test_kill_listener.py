"""``kill -9`` of the listener under load: no acknowledged message is missing, none is stored twice."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from crashing import Crashes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")

RUNS = 5
MANY = int(os.environ.get("VRFHIR_CRASHES", "0"))


def killed(database: Path, runs: int, *, most: int) -> Crashes:
    crashes = Crashes(database, seed=runs, most=most)
    asyncio.run(crashes.play(runs))
    assert crashes.kills == runs
    assert len(crashes.acknowledged) >= runs
    crashes.reckon()
    return crashes


def test_a_few_kills(tmp_path: Path) -> None:
    assert killed(tmp_path / "crash.sqlite", RUNS, most=6).kills == RUNS


@pytest.mark.skipif(not MANY, reason="make crash runs it: VRFHIR_CRASHES=100")
def test_many_kills(tmp_path: Path) -> None:
    crashes = killed(tmp_path / "crash.sqlite", MANY, most=12)
    assert crashes.kills == MANY
    print(
        f"\n{crashes.kills} kills: {len(crashes.acknowledged)} messages acknowledged, {len(crashes.tried)} sent, 0 lost, 0 twice"
    )
