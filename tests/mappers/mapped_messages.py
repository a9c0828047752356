"""Messages for the tests of the mapper: the shipped example, a small one, the public samples; and what is in a Bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
