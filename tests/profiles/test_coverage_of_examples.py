"""Every profile, extension, code and rule is used by an example (what *used* means: ``vrfhir.guide.usage``).

A rule is used when an invalid example breaks exactly it (``conformance/invalid/index.json``; that it does is tested with
the validators) and valid examples exercise it. A valid example that never comes to the point does not count: a rule *if
cancelled, then a reason* says nothing about a Task that is under way. So each rule is taken apart into **premises**, each
of which has to be true of some valid example at the element on which the rule stands:

- ``A implies B``: A, and the premises of B; where A is ``A1 or A2``, each of them. A B that forbids something
  (``….where(…).empty()``) has none: there is nothing to be found;
- ``X.empty() or B``: ``X.exists()``;
- ``A and B``: the premises of both;
- ``X.all(…)``, ``X.where(…).empty()``: ``X.exists()``;
- anything else: the rule was evaluated.

The validator itself finds out: it gets our profiles with the negated premises in the place of the rules, so that slices,
references and extensions are found as ever, and every premise that holds somewhere is reported as broken.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from vrfhir import Validator
from vrfhir.definitions import Definitions
from vrfhir.fhirpath import parse, unparse
from vrfhir.fhirpath.syntax import Binary, Call, Invocation, Syntax
from vrfhir.guide.coverage import gaps
from vrfhir.guide.sources import Guide, read_guide
from vrfhir.guide.usage import codes_in, every_object, own_codes, places
from vrfhir.profiles import CANONICAL, artefacts
from vrfhir.workflow import BUSINESS_STATUSES, REFERRAL_STATUS_SYSTEM, STATUSES, check

ROOT = Path(__file__).parents[2]
EVALUATED = "true"


@cache
def guide() -> Guide:
    return read_guide(ROOT / "examples", ROOT / "conformance")


def test_every_profile_and_extension_is_used() -> None:
    assert gaps(guide()).structures == ()


def test_every_part_of_an_extension_is_used() -> None:
    parts = {
        (each["url"], element["sliceName"])
        for each in guide().extensions
        for element in each["snapshot"]["element"]
        if element["path"] == "Extension.extension" and "sliceName" in element
    }
    used = {
        (holder["url"], part["url"])
        for each in guide().examples
        for holder in every_object(each.resource)
        if isinstance(holder.get("url"), str)
        for part in holder.get("extension", ())
    }
    assert parts - used == set()


def test_every_profile_has_two_valid_examples() -> None:
    assert [each["id"] for each in guide().profiles if len(guide().uses.get(each["url"], [])) < 2] == []


def test_every_form_and_measure_has_a_report_or_an_answer() -> None:
    named = {
        str(each.resource.get(name, "")).partition("|")[0]
        for each in guide().examples
        for name in ("questionnaire", "measure")
    }
    assert [each["url"] for each in guide().of_type("Questionnaire", "Measure") if each["url"] not in named] == []


def test_every_code_is_said() -> None:
    assert gaps(guide()).codes == ()


def test_every_rule_is_broken_by_an_invalid_example() -> None:
    assert gaps(guide()).rules == ()


def premises(rule: Syntax) -> list[str]:
    """What has to be true somewhere, so that the rule comes to the point."""
    match rule:
        case Binary(operator="implies", left=left, right=right):
            consequences = [EVALUATED] if _forbids(right) else premises(right)
            return [_both(a, b) for a in _alternatives(left) for b in consequences]
        case Binary(operator="and", left=left, right=right):
            return [*premises(left), *premises(right)]
        case Binary(operator="or", left=Binary(operator="or", left=first, right=second), right=third):
            return premises(Binary("or", first, Binary("or", second, third)))
        case Binary(operator="or", left=Invocation(source=path, step=Call(name="empty")), right=right):
            return [_both(f"({unparse(path)}).exists()", b) for b in premises(right)]
        case Invocation(source=path, step=Call(name="all")):
            return [f"({unparse(path)}).exists()"]
        case Invocation(source=Invocation(source=path, step=Call(name="where")), step=Call(name="empty")):
            return [f"({unparse(path)}).exists()"]
    return [EVALUATED]


def _alternatives(condition: Syntax) -> list[str]:
    if isinstance(condition, Binary) and condition.operator == "or":
        return [*_alternatives(condition.left), *_alternatives(condition.right)]
    return [unparse(condition)]


def _forbids(rule: Syntax) -> bool:
    match rule:
        case Invocation(step=Call(name="empty")):
            return True
    return False


def _both(left: str, right: str) -> str:
    return left if right == EVALUATED else f"({left}) and ({right})"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("status = 'active' implies performer.exists()", ["status = 'active'"]),
        ("(status = 'a' or status = 'b') implies note.exists()", ["status = 'a'", "status = 'b'"]),
        ("x.exists() implies y.all($this > 1)", ["(x.exists()) and ((y).exists())"]),
        ("x.exists() implies y.where($this > 1).empty()", ["x.exists()"]),
        ("a.empty() or b.exists() or c.exists()", ["(a).exists()"]),
        ("a.all($this > 0) and b.where($this < 0).empty()", ["(a).exists()", "(b).exists()"]),
        ("name.exists() or text.exists()", [EVALUATED]),
    ],
)
def test_premises_of_a_rule(rule: str, expected: list[str]) -> None:
    assert premises(parse(rule)) == expected


def structures() -> Iterator[tuple[str, dict[str, Any]]]:
    """Id and definition of our profiles and extensions, to be changed."""
    for one in artefacts():
        if one.resource_type == "StructureDefinition":
            yield one.id, json.loads(one.path.read_text(encoding="utf-8"))


def holding(changed: list[dict[str, Any]]) -> set[str]:
    """The keys of the rules that some valid example breaks, by changed definitions."""
    validator = Validator(Definitions.default().with_resources(changed))
    issues = (issue for each in guide().examples for issue in validator.validate(each.resource).issues)
    return {issue.id.rsplit("#", 1)[-1] for issue in issues if "could not be evaluated" not in issue.text}


def probe(key: str, source: str, expression: str) -> dict[str, str]:
    return {"key": key, "severity": "error", "human": key, "expression": expression, "source": source}


def test_valid_examples_come_to_the_point_of_every_rule() -> None:
    keys: dict[str, tuple[str, str, str, str]] = {}
    changed = []
    for name, structure in structures():
        for element in structure["snapshot"]["element"]:
            rules = element.get("constraint", [])
            own = [rule for rule in rules if rule.get("source") == structure["url"]]
            for rule in own:
                rules.remove(rule)
                for premise in premises(parse(rule["expression"])):
                    key = f"probe-{len(keys)}"
                    keys[key] = (name, element["id"], rule["key"], premise)
                    rules.append(probe(key, structure["url"], f"({premise}).not()"))
        changed.append({key: value for key, value in structure.items() if key != "differential"})
    assert len(keys) > 100
    found = holding(changed)
    assert [each for key, each in keys.items() if key not in found] == []


def test_every_slice_and_every_element_that_must_be_supported_is_shown() -> None:
    keys: dict[str, tuple[str, str]] = {}
    changed = []
    for name, structure in structures():
        ours = {element["id"] for element in structure["differential"]["element"]}
        for element in structure["snapshot"]["element"]:
            told = element.get("mustSupport") or "sliceName" in element
            if "." in element["id"] and element["id"] in ours and told and element["max"] != "0":
                key = f"probe-{len(keys)}"
                keys[key] = (name, element["id"])
                element.setdefault("constraint", []).append(probe(key, structure["url"], "false"))
        changed.append({key: value for key, value in structure.items() if key != "differential"})
    assert len(keys) > 300
    holds = holding(changed)
    found = {each for key, each in keys.items() if key in holds}
    found |= {(name, element.rpartition(":")[0]) for name, element in found}  # a slice shows what it is a slice of
    assert sorted(set(keys.values()) - found) == []


def test_a_code_is_used_in_three_ways() -> None:
    system, form = f"{CANONICAL}/CodeSystem/colours", f"{CANONICAL}/Questionnaire/colours"
    extension = f"{CANONICAL}/StructureDefinition/colour"
    colours = {"resourceType": "CodeSystem", "url": system, "concept": [{"code": "red", "concept": [{"code": "pink"}]}]}
    value_set = {
        "resourceType": "ValueSet",
        "url": f"{CANONICAL}/ValueSet/colours",
        "compose": {"include": [{"system": system}]},
    }
    bound = {"id": "Extension.value[x]", "type": [{"code": "code"}], "binding": {"valueSet": value_set["url"]}}
    definition = {
        "resourceType": "StructureDefinition",
        "url": extension,
        "type": "Extension",
        "snapshot": {"element": [bound]},
    }
    item = {"linkId": "1", "code": [{"system": system, "code": "pink"}]}
    where = places([colours, value_set, definition, {"resourceType": "Questionnaire", "url": form, "item": [item]}])
    assert own_codes(colours) == ["red", "pink"]
    assert codes_in({"category": [{"coding": [{"system": system, "code": "red"}]}]}, where) == {(system, "red")}
    assert codes_in({"extension": [{"url": extension, "valueCode": "pink"}]}, where) == {(system, "pink")}
    assert codes_in({"extension": [{"url": extension, "valueCode": "blue"}]}, where) == set()
    response = {"resourceType": "QuestionnaireResponse", "questionnaire": f"{form}|1", "item": [{"linkId": "1"}]}
    assert codes_in(response, where) == set()
    answered = response | {"item": [{"linkId": "1", "answer": [{"valueBoolean": True}]}]}
    assert codes_in(answered, where) == {(system, "pink")}


def steps() -> Iterator[dict[str, Any]]:
    for path in sorted((ROOT / "examples" / "loop-every-step" / "fhir").glob("task-[0-9]*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def test_the_steps_of_the_loop_follow_the_transition_table() -> None:
    before = None
    for after in steps():
        assert check(before, after, None) == []
        before = after
    assert before is not None
    assert before["status"] == "completed"


def test_the_loop_shows_every_state_and_stage() -> None:
    tasks = [
        each.resource
        for each in guide().examples
        if each.story == "loop-every-step" and each.resource["resourceType"] == "Task"
    ]
    assert {each["status"] for each in tasks} == set(STATUSES)
    stages = {
        coding["code"]
        for each in tasks
        for coding in each.get("businessStatus", {}).get("coding", ())
        if coding["system"] == REFERRAL_STATUS_SYSTEM
    }
    assert stages == set(BUSINESS_STATUSES)
