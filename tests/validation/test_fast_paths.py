"""Fast paths change nothing: the same findings as when every rule is evaluated on every value.

The validator remembers what was right before, looks up what could be searched for, and settles rules by the keys of an
object. Here all of that is switched off in a second engine, and both have to say the same about good and bad resources.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vrfhir import Validator
from vrfhir.definitions import Definitions
from vrfhir.issues import Issue
from vrfhir.validation import engine, extensions, invariants, resources, tables, walk
from vrfhir.validation.bundle_index import BundleIndex
from vrfhir.validation.invariants import Invariant
from vrfhir.validation.overlays import ElementRule
from vrfhir.validation.questions import Question
from vrfhir.validation.scope import Trials
from vrfhir.validation.slicing import Slicing

ROOT = Path(__file__).parents[2]
EXAMPLES = ("examples", "*/fhir/*.json", 5)
INVALID = ("conformance/invalid", "*.json", 7)
REFERENCE = ("../shared/data/reference-cases/files", "*/*.json", 6)
"""A folder, what to take from it, and how many are passed over for one that is compared, so that the test stays short."""

Json = dict[str, Any]
Said = set[tuple[str, str, str, str]]


_ONE_FORM = frozenset({"id"})
"""Types whose quick test is the rule: what fails it is wrong."""


def _never(value: Any) -> bool:
    return False


def _without_fast_paths(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Slicing, "_find_values", lambda self: None)
    patch.setattr(Slicing, "_find_types", lambda self: None)
    patch.setattr(Slicing, "is_silent", lambda self, rows: False)
    patch.setattr(walk, "coded_extension", lambda value: None)
    patch.setattr(walk, "plain_coding", lambda value: None)
    patch.setattr(walk, "plain_code", lambda value: None)
    patch.setattr(walk, "is_plain_reference", lambda value: False)
    patch.setattr(walk, "shape_of", lambda table, value: None)
    patch.setattr(Invariant, "is_plain_to_see", lambda self, value, type_path, scope: False)
    patch.setattr(invariants, "NATIVE", {})
    patch.setattr(resources, "_judge_entry", lambda scope, inner, depth: resources.check_resource(inner, depth))
    patch.setattr(tables, "FAST", {name: tables.FAST[name] if name in _ONE_FORM else _never for name in tables.FAST})
    patch.setattr(engine, "_remember_codes", lambda child: None)
    patch.setattr(engine.Engine, "remember", lambda self, key, found: False)
    patch.setattr(extensions, "_PLACES", 0)
    patch.setattr(ElementRule, "asks_presence", property(lambda rule: False, lambda rule, value: None))
    patch.setattr(tables.Binding, "known", property(lambda binding: {}, lambda binding, value: None))
    patch.setattr(tables.Binding, "outside", property(lambda binding: {}, lambda binding, value: None))
    patch.setattr(BundleIndex, "silent", property(lambda index: {}, lambda index, value: None))
    patch.setattr(Question, "right", property(lambda question: set(), lambda question, value: None), raising=False)
    patch.setattr(Question, "is_free", property(lambda question: False))
    patch.setattr(engine, "_remember_narratives", lambda child, known: None)
    patch.setattr(Trials, "judged", property(lambda trials: {}, lambda trials, value: None))


def _said(issues: list[Issue]) -> Said:
    return {(each.severity, each.id, each.expression, each.text) for each in issues}


def _files(folder: str, pattern: str, stride: int) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted((ROOT / folder).glob(pattern))[::stride]]


def _differences(files: list[tuple[str, bytes]]) -> tuple[int, list[str]]:
    """How much was said in all, and the resources of which something else was said with fast paths."""
    texts = [text for _, text in files]
    fast = Validator(Definitions.default())
    first = [_said(fast.validate(each).issues) for each in texts]
    again = [_said(fast.validate(each).issues) for each in texts]
    with pytest.MonkeyPatch.context() as patch:
        _without_fast_paths(patch)
        slow = Validator(Definitions.default())
        plain = [_said(slow.validate(each).issues) for each in texts]
    wrong = [
        f"{name}: {sorted(found ^ wanted)[:3]}"
        for (name, _), *both, wanted in zip(files, first, again, plain, strict=True)
        for found in both
        if found != wanted
    ]
    return sum(map(len, plain)), wrong


@pytest.mark.parametrize("chosen", [EXAMPLES, INVALID], ids=["examples", "invalid"])
def test_fast_paths_find_what_every_rule_finds(chosen: tuple[str, str, int]) -> None:
    files = _files(*chosen)
    said, wrong = _differences(files)
    assert len(files) > 100
    assert said > len(files) / 2
    assert not wrong, wrong[:5]


@pytest.mark.shared
def test_fast_paths_find_what_every_rule_finds_in_reference_cases() -> None:
    files = _files(*REFERENCE)
    if not files:
        pytest.skip("the reference cases do not lie beside the project (../shared/data/reference-cases)")
    said, wrong = _differences(files)
    assert said > len(files) / 2
    assert not wrong, wrong[:5]


@pytest.mark.parametrize("direction", [1, -1], ids=["forwards", "backwards"])
def test_a_fault_is_found_in_entries_that_others_refer_to(direction: int) -> None:
    """What was tried for a reference is not checked again where it stands: nothing of it may get lost by that."""
    validator = Validator(Definitions.default())
    entries = _record()[::direction]
    faults: list[tuple[str, Json]] = [("bogus", 1), ("language", ["en"]), ("id", "no id!"), ("implicitRules", "")]
    for number in range(0, len(entries), 2):
        entry = entries[number]
        key, value = faults[number // 2 % len(faults)]
        changed = [*entries[:number], {**entry, "resource": entry["resource"] | {key: value}}, *entries[number + 1 :]]
        report = validator.validate({"resourceType": "Bundle", "type": "collection", "entry": changed})
        place = f"Bundle.entry[{number}].resource"
        assert any(each.expression.startswith(place) and each.is_error for each in report.issues), (number, key)


def test_a_bundle_says_the_same_with_and_without_fast_paths() -> None:
    bundles = []
    entries = _record()
    for number in range(0, len(entries), 7):
        resource = {
            name: value for name, value in entries[number]["resource"].items() if name not in ("status", "code")
        }
        changed = [*entries[:number], {**entries[number], "resource": resource}, *entries[number + 1 :]]
        bundles.append(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": changed}).encode())
    said, wrong = _differences([(str(number), text) for number, text in enumerate(bundles)])
    assert said > len(bundles)
    assert not wrong, wrong[:5]


@pytest.mark.parametrize("direction", [1, -1], ids=["forwards", "backwards"])
def test_the_same_words_lead_elsewhere_from_another_server(direction: int) -> None:
    """A reference that was right in one entry is looked up again where another base completes it."""
    entries: list[Json] = [
        {"fullUrl": "https://one.example.org/fhir/Patient/p", "resource": {"resourceType": "Patient", "id": "p"}}
    ]
    for number, server in enumerate(["one", "two", "one"]):
        resource = {
            "resourceType": "Observation",
            "id": f"o{number}",
            "status": "final",
            "code": {"text": "a"},
            "subject": {"reference": "Patient/p"},
        }
        url = f"https://{server}.example.org/fhir/Observation/o{number}"
        entries.append({"fullUrl": url, "resource": resource})
    bundle: Json = {"resourceType": "Bundle", "type": "collection", "entry": entries[::direction]}
    report = Validator(Definitions.default()).validate(bundle)
    found = [each.expression for each in report.issues if each.id == "BUNDLE_BUNDLE_POSSIBLE_MATCH_WRONG_FU"]
    number = [each["resource"]["id"] for each in bundle["entry"]].index("o1")
    assert found == [f"Bundle.entry[{number}].resource/*Observation/o1*/.subject"]


def _record() -> list[Json]:
    """Resources of one person that refer to each other, as entries."""
    found = [json.loads(path.read_bytes()) for path in sorted((ROOT / "examples" / "driver" / "fhir").glob("*.json"))]
    return [
        {"fullUrl": f"https://gp.example.org/fhir/{each['resourceType']}/{each['id']}", "resource": each}
        for each in found
        if each["resourceType"] != "Bundle"
    ][:30]


def test_without_fast_paths_rules_are_evaluated() -> None:
    """The comparison is one of two ways: what is used otherwise is not used there."""
    text = (ROOT / "examples" / "driver" / "fhir" / "prescription.json").read_bytes()
    fast = Validator(Definitions.default())
    fast.validate(text)
    assert any(child.sound for child in _children(fast))
    assert any(child.sound_extensions for child in _children(fast))
    with pytest.MonkeyPatch.context() as patch:
        _without_fast_paths(patch)
        slow = Validator(Definitions.default())
        slow.validate(text)
        assert not any(child.sound or child.sound_extensions for child in _children(slow))
        assert not any(child.fast("active") for child in _children(slow) if child.key == "status")


def _children(validator: Validator) -> list[tables.Child]:
    return list(validator._engine.table("ServiceRequest").children.values())
