"""The guide as read from the artefacts and the whole site, each made once."""

from pathlib import Path

import pytest

from vrfhir.guide.site import site_files
from vrfhir.guide.sources import Guide, read_guide


@pytest.fixture(scope="session")
def guide(root: Path) -> Guide:
    return read_guide(root / "examples", root / "conformance")


@pytest.fixture(scope="session")
def files(root: Path) -> dict[str, bytes]:
    return site_files(root / "examples", root / "conformance")
