"""Our profiles conform to the UK Core profiles they derive from: by definition, and on every example.

By definition: what a parent demands, the child demands too. Every element of the parent's snapshot stands in the child's,
no looser in cardinality, types, targets, binding, fixed and pattern values, slicing, invariants, modifier and must-support
flags (https://hl7.org/fhir/R4/profiling.html#limitations). On examples: each is valid against the parents as well.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vrfhir import Validator
from vrfhir.definitions import Definitions
from vrfhir.profiles import CANONICAL, artefacts
from vrfhir.terminology import Membership, Terminology

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
PACKAGES = ROOT / "../shared/packages"
FILES = sorted((ROOT / "examples").glob("*/fhir/*.json"))
RECORD: Json = json.loads((ROOT / "conformance" / "crosscheck.json").read_text(encoding="utf-8"))
STRENGTHS = ("example", "preferred", "extensible", "required")
STRUCTURES: list[Json] = [
    json.loads(one.path.read_text(encoding="utf-8"))
    for one in artefacts()
    if one.resource_type == "StructureDefinition"
]
UNLISTED = {
    "http://snomed.info/sct": "SNOMED CT is not here; that our codes are in UK Core's sets is checked by those who have it",
    "http://loinc.org": "LOINC is not here",
}
"""Code systems of which membership in UK Core's value sets cannot be decided locally."""


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    """R4, UK Core and ours; UK Core from its package when that is beside the project, else as shipped."""
    found = sorted(PACKAGES.glob("fhir.r4.ukcore.staging-*-snapshots.tgz"))
    return Definitions.default().with_package(found[0]) if found else Definitions.default()


@pytest.fixture(scope="module")
def validator(definitions: Definitions) -> Validator:
    return Validator(definitions)


def elements(structure: Json) -> dict[str, Json]:
    return {one["id"]: one for one in structure["snapshot"]["element"]}


def parent_of(structure: Json, definitions: Definitions) -> Json:
    found = definitions.structure(structure["baseDefinition"])
    assert found is not None, structure["baseDefinition"]
    return found


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda one: one["id"])
def test_a_profile_is_at_least_as_tight_as_its_parent(structure: Json, definitions: Definitions) -> None:
    mine = elements(structure)
    looser = []
    for identity, theirs in elements(parent_of(structure, definitions)).items():
        ours = element_for(identity, mine)
        if ours is None:
            if not removed(identity, mine):
                looser.append(f"{identity}: not there")
            continue
        looser += [f"{identity}: {what}" for what in loosened(ours, theirs, definitions)]
    assert looser == []


def element_for(identity: str, mine: dict[str, Json]) -> Json | None:
    """The child's element; ``value[x]`` narrowed to one type may be called by it."""
    if identity in mine or not identity.endswith("[x]"):
        return mine.get(identity)
    stem = identity.removesuffix("[x]")
    return next((one for name, one in mine.items() if name.startswith(stem) and "." not in name[len(stem) :]), None)


def removed(identity: str, mine: dict[str, Json]) -> bool:
    """An element may be missing only below one that the child forbids."""
    parts = identity.split(".")
    above = [".".join(parts[:depth]) for depth in range(1, len(parts))]
    return any(mine.get(one, {}).get("max") == "0" for one in above)


def loosened(ours: Json, theirs: Json, definitions: Definitions) -> Iterator[str]:
    """Everything in which an element allows what its parent's does not."""
    if ours.get("max") == "0" and not theirs.get("min"):
        return
    if ours.get("min", 0) < theirs.get("min", 0):
        yield f"min {ours.get('min', 0)} < {theirs['min']}"
    if theirs.get("max", "*") != "*" and (ours["max"] == "*" or int(ours["max"]) > int(theirs["max"])):
        yield f"max {ours['max']} > {theirs['max']}"
    for key, value in theirs.items():
        if key.startswith(("fixed", "pattern")) and not keeps(ours, key, value):
            yield f"{key} is not kept"
        if key.startswith(("minValue", "maxValue", "maxLength")) and key not in ours:
            yield f"{key} is not kept"
    missing = {one["key"] for one in theirs.get("constraint", [])} - {one["key"] for one in ours.get("constraint", [])}
    if missing:
        yield f"without the rules {sorted(missing)}"
    if bool(ours.get("isModifier")) != bool(theirs.get("isModifier")):
        yield "isModifier differs"
    if theirs.get("mustSupport") and not ours.get("mustSupport"):
        yield "mustSupport is dropped"
    yield from wider_types(ours, theirs, definitions)
    yield from weaker_binding(ours, theirs, definitions)
    yield from looser_slicing(ours, theirs)


def keeps(ours: Json, key: str, value: Any) -> bool:
    fixed = "fixed" + key.removeprefix("pattern")
    return contains(ours.get(key, ours.get(fixed)), value)


def contains(value: Any, pattern: Any) -> bool:
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(contains(value.get(key), one) for key, one in pattern.items())
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(contains(item, one) for item in value) for one in pattern)
    return bool(value == pattern)


def wider_types(ours: Json, theirs: Json, definitions: Definitions) -> Iterator[str]:
    allowed = {one["code"]: one for one in theirs.get("type", [])}
    for kind in ours.get("type", []):
        if kind["code"].startswith("http://hl7.org/fhirpath/"):
            continue  # the primitive's own value, by another of its names
        other = allowed.get(kind["code"])
        if other is None:
            if "Resource" not in allowed and "DomainResource" not in allowed:
                yield f"type {kind['code']} is new"
            continue
        for key in ("profile", "targetProfile"):
            if other.get(key) and not kind.get(key):
                yield f"{key} of {kind['code']} is open"
            for target in kind.get(key, []):
                if other.get(key) and not derives(target, other[key], definitions):
                    yield f"{key} {target} is not of {other[key]}"


def derives(target: str, allowed: list[str], definitions: Definitions) -> bool:
    """Whether a profile is one of those or derives from one."""
    known = {one.partition("|")[0] for one in allowed}
    while target:
        target = target.partition("|")[0]
        if target in known or "http://hl7.org/fhir/StructureDefinition/Resource" in known:
            return True
        structure = definitions.structure(target)
        target = structure.get("baseDefinition", "") if structure else ""
    return False


def weaker_binding(ours: Json, theirs: Json, definitions: Definitions) -> Iterator[str]:
    here, there = ours.get("binding", {}), theirs.get("binding", {})
    if not there or ours.get("max") == "0":
        return
    if not here:
        if STRENGTHS.index(there["strength"]) >= 2 and any(one["code"] in CODED for one in ours.get("type", [])):
            yield "the binding is dropped"
        return
    if STRENGTHS.index(here["strength"]) < STRENGTHS.index(there["strength"]):
        yield f"binding {here['strength']} < {there['strength']}"
    if there["strength"] == "required" and here.get("valueSet") != there.get("valueSet"):
        yield from outside(here["valueSet"], there["valueSet"], definitions)


CODED = ("code", "Coding", "CodeableConcept", "Quantity", "Duration", "string", "uri")


def outside(here: str, there: str, definitions: Definitions) -> Iterator[str]:
    """Codes of a value set that the parent's does not have, as far as that can be decided."""
    terminology = Terminology(definitions)
    for system, codes in (terminology.expansion(here) or {}).items():
        for code in codes:
            answer = terminology.member(there, system, code)
            assert answer is not Membership.UNKNOWN or system in UNLISTED, f"{system}#{code} in {there}"
            if answer is Membership.OUT:
                yield f"{system}#{code} is not in {there}"


def looser_slicing(ours: Json, theirs: Json) -> Iterator[str]:
    here, there = ours.get("slicing"), theirs.get("slicing")
    if there is None:
        return
    if here is None:
        yield "slicing is dropped"
        return
    if there.get("rules", "open") != "open" and here.get("rules") != there["rules"]:
        yield f"slicing {here.get('rules')} instead of {there['rules']}"
    if there.get("ordered") and not here.get("ordered"):
        yield "slicing is not ordered"
    known = [(one["type"], one["path"]) for one in here.get("discriminator", [])]
    if [one for one in there.get("discriminator", []) if (one["type"], one["path"]) not in known]:
        yield "a discriminator is dropped"


def chain(resource: Json, definitions: Definitions) -> list[str]:
    """The UK Core profiles that the profiles a resource claims derive from."""
    found: list[str] = []
    for claimed in resource.get("meta", {}).get("profile", []):
        structure = definitions.structure(claimed) if claimed.startswith(CANONICAL) else None
        while structure is not None and structure.get("derivation") == "constraint":
            if "/UKCore-" in structure["baseDefinition"]:
                found.append(structure["baseDefinition"])
            structure = definitions.structure(structure["baseDefinition"])
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("path", FILES, ids=lambda one: f"{one.parts[-3]}/{one.name}")
def test_examples_are_valid_as_what_their_profiles_derive_from(
    path: Path, validator: Validator, definitions: Definitions
) -> None:
    resource = json.loads(path.read_text(encoding="utf-8"))
    parents = chain(resource, definitions)
    found = [one for one in validator.validate(path.read_bytes(), profiles=parents).issues if one.is_error]
    assert [(one.id, one.expression) for one in found] == []


def test_hl7s_validator_finds_no_error_against_the_parents() -> None:
    wrong = [
        (name, parent, one)
        for name, asked in RECORD["parents"].items()
        for parent, found in asked.items()
        for one in found
        if one["severity"] != "warning"
    ]
    assert wrong == []


def test_hl7s_validator_was_asked_about_every_parent(definitions: Definitions) -> None:
    expected = {}
    for path in FILES:
        parents = chain(json.loads(path.read_text(encoding="utf-8")), definitions)
        if parents:
            expected[path.relative_to(ROOT).as_posix()] = parents
    asked = {name: list(found) for name, found in RECORD["parents"].items()}
    assert asked == expected, "run make crosscheck"


def test_loosening_is_seen(definitions: Definitions) -> None:
    """The comparison itself: each kind of loosening is told."""
    theirs = {
        "min": 1, "max": "1", "type": [{"code": "code"}], "mustSupport": True, "patternCode": "a", "constraint": [{"key": "k"}],
        "binding": {"strength": "required", "valueSet": "http://hl7.org/fhir/ValueSet/administrative-gender"}, "slicing": {"rules": "closed", "discriminator": []},
    }  # fmt: skip
    ours = {
        "min": 0, "max": "*", "type": [{"code": "string"}], "patternCode": "b", "slicing": {"rules": "open"},
        "binding": {"strength": "extensible", "valueSet": "http://hl7.org/fhir/ValueSet/request-status"},
    }  # fmt: skip
    told = " ".join(loosened(ours, theirs, definitions))
    for word in (
        "min",
        "max",
        "type",
        "patternCode",
        "rules",
        "mustSupport",
        "binding",
        "closed",
        "request-status#draft",
    ):
        assert word in told, told
    assert list(loosened(theirs, theirs, definitions)) == []
