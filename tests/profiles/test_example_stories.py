"""The example stories: they cover every profile and extension, hold together, and are nobody's real data."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from story_files import nodes

from vrfhir.fhir.identifiers import nhs_number_is_valid
from vrfhir.profiles import CANONICAL, artefacts, profiles

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "examples").glob("*/fhir/*.json"))


def load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_every_profile_has_two_examples_and_every_extension_one() -> None:
    claimed: Counter[str] = Counter()
    used: set[str] = set()
    for path in FILES:
        resource = load(path)
        for node in nodes(resource):
            claimed.update(node.get("meta", {}).get("profile", []))
            used |= {node["url"]} if isinstance(node.get("url"), str) else set()
    assert {one.id: claimed[one.url] for one in profiles() if claimed[one.url] < 2} == {}
    extensions = {one.url for one in artefacts() if one.type == "Extension"}
    assert extensions - used == set()


@pytest.mark.parametrize("path", FILES, ids=lambda one: f"{one.parts[-3]}/{one.name}")
def test_references_lead_to_a_resource_of_the_story(path: Path) -> None:
    story = {f"{one['resourceType']}/{one['id']}" for one in map(load, path.parent.glob("*.json"))}
    named = {node["reference"] for node in nodes(load(path)) if isinstance(node.get("reference"), str)}
    assert named <= story


def test_every_national_number_is_a_test_number() -> None:
    numbers = [
        node["value"]
        for path in FILES
        for node in nodes(load(path))
        if node.get("system") == "https://fhir.nhs.uk/Id/nhs-number"
    ]
    assert numbers
    assert all(number.startswith("9") and nhs_number_is_valid(number) for number in numbers)


def test_messages_hold_the_resources_as_they_stand_alone() -> None:
    for path in FILES:
        bundle = load(path)
        if bundle["resourceType"] != "Bundle":
            continue
        alone = [load(other) for other in path.parent.glob("*.json")]
        inside = [entry["resource"] for entry in bundle["entry"]]
        assert all(one in alone for one in inside if one["resourceType"] != "MessageHeader")
        assert all(
            entry["fullUrl"].endswith(f"{entry['resource']['resourceType']}/{entry['resource']['id']}")
            for entry in bundle["entry"]
        )


def test_own_codes_carry_their_display() -> None:
    displays = {}
    for one in artefacts():
        if one.resource_type == "CodeSystem":
            displays |= {(one.url, concept["code"]): concept["display"] for concept in load(one.path)["concept"]}
    for path in FILES:
        for node in nodes(load(path)):
            if str(node.get("system", "")).startswith(CANONICAL):
                assert displays[node["system"], node["code"]] == node["display"]
