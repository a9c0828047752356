"""Our snapshots against those in the packages of R4 core and UK Core, which HL7's own generator made.

Compared are id, order, path, slice name, min, max, type codes and binding; bindings without the version that newer
generators pin (``|4.0.1``). ``snapshot_differences.json`` lists every difference, and docs/snapshots.md shows it. Their reasons:

* R4 core (2 elements): its generator of 2019 neither took the cardinality of an extension from its definition nor gave
  a slice what the unsliced element says; HL7's generator of today (UK Core, SUSHI) does both, and so do we.
* UK Core, profiles that stand on another UK Core profile: the publisher made them from an older snapshot of it than the
  one published beside them (``bodyStructureR5``, ``bodyPosition``, ``bodySite``, ``method``), opened an extension that no
  differential constrains (``recordingSetting``), and left the slices ``systolic`` and ``diastolic`` without what the
  unsliced component says.
"""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from vrfhir.definitions.snapshots import generate_snapshot

pytestmark = pytest.mark.shared

Json = dict[str, Any]
KNOWN: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("snapshot_differences.json").read_text(encoding="utf-8")
)
CORE = "hl7.fhir.r4.core-4.0.1.tgz"
UK_CORE = "fhir.r4.ukcore.staging-2.0.0-main.20250620-snapshots.tgz"


@pytest.fixture(scope="module")
def packages(shared: Path) -> dict[str, dict[str, Json]]:
    found: dict[str, dict[str, Json]] = {}
    for archive in (CORE, UK_CORE):
        with tarfile.open(shared / "packages" / archive) as files:
            structures = {}
            for member in files:
                if member.isfile() and member.name.endswith(".json") and not member.name.endswith("index.json"):
                    resource = json.load(files.extractfile(member))  # type: ignore[arg-type]
                    if resource.get("resourceType") == "StructureDefinition" and "snapshot" in resource:
                        structures[member.name] = resource
        found[archive] = structures
    return found


def row(element: Json) -> Json:
    binding = element.get("binding", {})
    return {
        "path": element["path"],
        "sliceName": element.get("sliceName"),
        "min": element.get("min"),
        "max": element.get("max"),
        "types": sorted(each["code"] for each in element.get("type", ())),
        "binding": [binding.get("strength"), binding.get("valueSet", "").partition("|")[0]],
    }


def compared(structures: dict[str, Json], known: dict[str, Json]) -> tuple[int, int, dict[str, dict[str, str]]]:
    """How many definitions and elements were compared, and what differs."""
    definitions = elements = 0
    differences: dict[str, dict[str, str]] = {}
    for structure in structures.values():
        if structure.get("derivation") != "constraint":
            continue
        bare = {key: value for key, value in structure.items() if key != "snapshot"}
        made = generate_snapshot(bare, lambda url: known.get(url.partition("|")[0]))
        ours = {each["id"]: row(each) for each in made["snapshot"]["element"]} if made else {}
        theirs = {each["id"]: row(each) for each in structure["snapshot"]["element"]}
        definitions += 1
        elements += len(theirs)
        found = {}
        for identity in theirs.keys() | ours.keys():
            if identity not in ours:
                found[identity] = "missing"
            elif identity not in theirs:
                found[identity] = "surplus"
            elif ours[identity] != theirs[identity]:
                keys = [key for key in theirs[identity] if theirs[identity][key] != ours[identity][key]]
                found[identity] = "; ".join(f"{key} {ours[identity][key]}, not {theirs[identity][key]}" for key in keys)
        if not found and list(ours) != list(theirs):
            found["*"] = "order"
        if found:
            differences[structure["id"]] = dict(sorted(found.items()))
    return definitions, elements, differences


def test_core(packages: dict[str, dict[str, Json]]) -> None:
    known = {each["url"]: each for each in packages[CORE].values()}
    definitions, elements, differences = compared(packages[CORE], known)
    assert differences == KNOWN["core"]
    # of 441 two have no snapshot
    assert {"definitions": definitions, "elements": elements} == KNOWN["compared"]["core"]
    assert sum(map(len, differences.values())) == 2


def test_uk_core(packages: dict[str, dict[str, Json]]) -> None:
    known = {each["url"]: each for archive in (CORE, UK_CORE) for each in packages[archive].values()}
    definitions, elements, differences = compared(packages[UK_CORE], known)
    assert differences == KNOWN["uk-core"]
    different = sum(1 for rows in differences.values() for text in rows.values() if text != "surplus")
    assert {"definitions": definitions, "elements": elements} == KNOWN["compared"]["uk-core"]
    assert different <= elements * 0.02
