"""One validator for many threads: what they find is what one finds alone."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from vrfhir.validation import Validator

THREADS = 6


@pytest.fixture(scope="module")
def texts(root: Path) -> list[bytes]:
    """Resources of many kinds, good and bad."""
    paths = [
        *sorted((root / "examples").rglob("fhir/*.json"))[:20],
        *sorted((root / "conformance/invalid").glob("*.json"))[:40],
    ]
    return [path.read_bytes() for path in paths]


def test_threads_find_what_one_finds(texts: list[bytes]) -> None:
    alone = Validator()
    expected = [json.dumps(alone.validate(text).to_dict(), default=str) for text in texts]
    shared = Validator()  # nothing compiled yet: all threads compile at once
    barrier = Barrier(THREADS)
    before = sys.getswitchinterval()

    def work(number: int) -> list[str]:
        barrier.wait()
        order = texts[number * 9 :] + texts[: number * 9]
        found = {text: json.dumps(shared.validate(text).to_dict(), default=str) for text in order}
        return [found[text] for text in texts]

    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            results = list(pool.map(work, range(THREADS)))
    finally:
        sys.setswitchinterval(before)
    assert all(each == expected for each in results)
    assert any('"valid": false' in each for each in expected)
    assert any('"valid": true' in each for each in expected)


def test_a_report_does_not_change_the_next(texts: list[bytes]) -> None:
    validator = Validator()
    first = [validator.validate(text).to_dict() for text in texts[:30]]
    again = [validator.validate(text).to_dict() for text in texts[:30]]
    assert first == again
