"""Snapshots made from differentials: our own profiles against what SUSHI made of them, and the corners by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from vrfhir.definitions import CORE_CANONICAL, Definitions
from vrfhir.definitions.snapshots import generate_snapshot
from vrfhir.profiles import Artefact, artefacts

Json = dict[str, Any]
DEFINITIONS = Definitions.default()
STRUCTURES = [one for one in artefacts() if one.resource_type == "StructureDefinition"]


def facts_of(element: Json) -> Json:
    binding = element.get("binding", {})
    return {
        "path": element["path"],
        "min": element["min"],
        "max": element["max"],
        "sliceName": element.get("sliceName"),
        "types": sorted(each["code"] for each in element.get("type", ())),
        "binding": (binding.get("strength"), binding.get("valueSet")),
        "mustSupport": element.get("mustSupport", False),
        "constraints": {each["key"] for each in element.get("constraint", ())},
    }


DIFFERENT: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("snapshot_differences.json").read_text(encoding="utf-8")
)["sushi"]
"""Elements that we make otherwise than SUSHI. HL7's own generator, asked for each of our profiles, makes them as we do:
a slice begins as the parent profile has the element, must-support included (docs/snapshots.md)."""


@pytest.mark.parametrize("artefact", STRUCTURES, ids=lambda one: str(one.id))
def test_our_profiles_equal_what_sushi_made_of_them(artefact: Artefact) -> None:
    whole = json.loads(artefact.path.read_text(encoding="utf-8"))
    bare = {key: value for key, value in whole.items() if key != "snapshot"}
    expected = {each["id"]: facts_of(each) for each in DEFINITIONS.snapshot(artefact.url)}
    made = DEFINITIONS.with_resources([bare]).structure(artefact.url)
    assert made is not None
    found = {each["id"]: facts_of(each) for each in made["snapshot"]["element"]}
    assert found.keys() == expected.keys()
    differences = {
        identity: "; ".join(
            f"{key} {row[key]}, not {expected[identity][key]}" for key in row if row[key] != expected[identity][key]
        )
        for identity, row in found.items()
        if row != expected[identity]
    }
    assert differences == DIFFERENT.get(artefact.id, {})


def test_a_slice_begins_with_the_must_support_of_the_parent_profile() -> None:
    base = {
        "url": "https://example.org/base",
        "snapshot": {
            "element": list(constrained("CarePlan", {"path": "CarePlan.category", "mustSupport": True}).values())
        },
    }
    slicing = {"discriminator": [{"type": "pattern", "path": "$this"}], "rules": "open"}
    made = generate_snapshot(
        {
            "baseDefinition": base["url"],
            "differential": {
                "element": [
                    {"id": "CarePlan.category", "path": "CarePlan.category", "slicing": slicing},
                    {"id": "CarePlan.category:a", "path": "CarePlan.category", "sliceName": "a", "min": 1, "max": "1"},
                ]
            },
        },
        lambda url: base if url == base["url"] else DEFINITIONS.structure(url),
    )
    assert made is not None
    rows = {each["id"]: each for each in made["snapshot"]["element"]}
    assert rows["CarePlan.category:a"]["mustSupport"] is True


def test_a_choice_narrowed_to_a_type_that_takes_no_code_has_no_binding() -> None:
    rows = constrained(
        "Goal",
        {
            "id": "Goal.start[x]:startDate",
            "path": "Goal.start[x]",
            "sliceName": "startDate",
            "type": [{"code": "date"}],
        },
    )
    assert "binding" not in rows["Goal.start[x]:startDate"]
    assert "binding" in constrained("Goal", {"path": "Goal.start[x]", "mustSupport": True})["Goal.start[x]"]


def constrained(type_name: str, *elements: Json, **head: Any) -> dict[str, Json]:
    definition = {
        "url": "https://example.org/p",
        "baseDefinition": CORE_CANONICAL + type_name,
        "differential": {"element": list(elements)},
        **head,
    }
    made = generate_snapshot(definition, DEFINITIONS.structure)
    assert made is not None
    return {each["id"]: each for each in made["snapshot"]["element"]}


def test_a_choice_named_with_its_type_becomes_a_slice_and_leaves_no_other_type() -> None:
    rows = constrained(
        "Observation",
        {"path": "Observation.valueQuantity", "min": 1},
        {"path": "Observation.valueQuantity.unit", "min": 1},
    )
    assert [each["code"] for each in rows["Observation.value[x]"]["type"]] == ["Quantity"]
    assert rows["Observation.value[x]:valueQuantity"]["min"] == 1
    assert rows["Observation.value[x]:valueQuantity.unit"]["min"] == 1


def test_slices_begin_as_the_base_has_the_element() -> None:
    slicing = {"discriminator": [{"type": "value", "path": "system"}], "rules": "open"}
    rows = constrained(
        "Patient",
        {"id": "Patient.identifier", "path": "Patient.identifier", "slicing": slicing, "min": 1},
        {"id": "Patient.identifier:a", "path": "Patient.identifier", "sliceName": "a", "max": "1"},
        {"id": "Patient.identifier:a.value", "path": "Patient.identifier.value", "min": 1},
        {"id": "Patient.identifier:b", "path": "Patient.identifier", "sliceName": "b"},
    )
    names = [identity for identity in rows if identity.startswith("Patient.identifier") and identity.count(".") == 1]
    assert names == ["Patient.identifier", "Patient.identifier:a", "Patient.identifier:b"]
    assert [(rows[name]["min"], rows[name]["max"]) for name in names] == [(1, "*"), (0, "1"), (0, "*")]
    assert rows["Patient.identifier:a.value"]["min"] == 1
    assert "Patient.identifier:b.value" not in rows


def test_constraints_add_up_and_a_pattern_replaces_a_fixed_value() -> None:
    first = constrained(
        "Patient",
        {"path": "Patient", "constraint": [{"key": "x-1", "severity": "error"}]},
        {"path": "Patient.active", "fixedBoolean": True},
    )
    assert {"dom-2", "x-1"} <= {each["key"] for each in first["Patient"]["constraint"]}
    base = {"url": "https://example.org/base", "snapshot": {"element": list(first.values())}}
    second = generate_snapshot(
        {
            "baseDefinition": base["url"],
            "differential": {"element": [{"path": "Patient.active", "patternBoolean": True}]},
        },
        lambda url: base if url == base["url"] else DEFINITIONS.structure(url),
    )
    assert second is not None
    active = next(each for each in second["snapshot"]["element"] if each["id"] == "Patient.active")
    assert (active.get("fixedBoolean"), active["patternBoolean"]) == (None, True)


def test_a_type_that_specialises_another_adds_elements() -> None:
    rows = constrained(
        "DomainResource",
        {"id": "Thing", "path": "Thing"},
        {"id": "Thing.colour", "path": "Thing.colour", "min": 0, "max": "1", "type": [{"code": "code"}]},
        derivation="specialization",
    )
    assert [name for name in rows if name.count(".") < 2][-2:] == ["Thing.modifierExtension", "Thing.colour"]


def test_the_argument_and_the_base_stay_as_they_were() -> None:
    before = json.dumps(DEFINITIONS.structure(CORE_CANONICAL + "Patient"), default=str)
    constrained("Patient", {"path": "Patient.name", "min": 1}, {"path": "Patient.name.family", "min": 1})
    assert json.dumps(DEFINITIONS.structure(CORE_CANONICAL + "Patient"), default=str) == before
