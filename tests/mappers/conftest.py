"""Messages for the tests of the mapper: the shipped example, a small one to change, and the public samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "../shared/data/hl7v2-samples"
DRIVER = ROOT / "examples/driver/hl7v2/ref-i12.hl7"
WRONG = ROOT / "examples/driver/hl7v2/ref-i12-wrong.hl7"

MINIMAL: dict[str, str] = {
    "MSH": r"MSH|^~\&|GPSYS|Y99901|VRSYS|Y99902|20261116101700||REF^I12^REF_I12|C1|P|2.4|||||GBR",
    "RF1": "RF1|||18781004^^SCT|||VR-1^Y99901|||20261116",
    "PRD": "PRD|RP|Okafor^Amara",
    "PID": "PID|1||9000004128^^^NHS^NH||Millward^John||19790314|1",
}


@pytest.fixture
def message() -> Callable[..., bytes]:
    """A small referral; segments can be replaced by name, or more added after PID."""

    def build(*more: str, **replaced: str) -> bytes:
        segments: Sequence[str] = [replaced.get(name, text) for name, text in MINIMAL.items()]
        return "".join(f"{segment}\r" for segment in (*segments, *more) if segment).encode()

    return build


def resources(bundle: dict[str, Any], resource_type: str) -> list[dict[str, Any]]:
    """The resources of a type, those that describe the message itself left out."""
    found = [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == resource_type]
    return [each for each in found if "urn:hash" not in str(each.get("masterIdentifier")) and not _is_mapper(each)]


def only(bundle: dict[str, Any], resource_type: str) -> dict[str, Any]:
    """The one resource of a type."""
    found = resources(bundle, resource_type)
    assert len(found) == 1, f"{len(found)} resources of type {resource_type}"
    return found[0]


def _is_mapper(resource: dict[str, Any]) -> bool:
    return any(name.get("name") == "vrfhir" for name in resource.get("deviceName", ()))


def sample_paths(pattern: str) -> list[Path]:
    """Public sample messages; empty where they are absent."""
    return sorted(SAMPLES.glob(pattern)) if SAMPLES.is_dir() else []
