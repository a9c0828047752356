"""Rules over plain JSON say true only where FHIRPath does, on good and on changed resources, alone and in Bundles."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from vrfhir import Validator
from vrfhir.definitions import Definitions
from vrfhir.fhirpath import compile  # noqa: A004 - the engine's own name
from vrfhir.validation.engine import Engine
from vrfhir.validation.invariants import Invariant
from vrfhir.validation.options import Options
from vrfhir.validation.paths import root
from vrfhir.validation.plain import plain_rule
from vrfhir.validation.scope import Findings, Scope

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]


def _changed(value: Any, chance: random.Random) -> Any:
    """The same with an element dropped, a text or number said otherwise, or an extension beside a value."""
    if isinstance(value, list):
        return [_changed(each, chance) if chance.random() < 0.5 else each for each in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, each in value.items():
        if key in ("resourceType", "linkId", "url", "system") or chance.random() < 0.7:
            kept[key] = each if chance.random() < 0.4 else _changed(each, chance)
            if isinstance(each, str) and key not in ("resourceType", "id", "div") and chance.random() < 0.15:
                kept[key] = chance.choice([OTHERS[chance.randrange(len(OTHERS))], each[:-1] or "x"])
                if chance.random() < 0.3:
                    kept["_" + key] = {"extension": [{"url": "http://example.org/e", "valueCode": "x"}]}
            elif type(each) is int and chance.random() < 0.3:
                kept[key] = chance.choice([0, 1, -5, 100])
    return kept


OTHERS = (
    "active",
    "final",
    "2019-05-05",
    "2199-01-01",
    "2026-02-30",
    "2026-03-02T10:00:00Z",
    "2026",
    "160910001",
    "C",
    "x",
)


def _resources() -> Iterator[Json]:
    chance = random.Random("plain")
    for path in sorted(ROOT.glob("examples/*/fhir/*.json"))[::3]:
        resource = json.loads(path.read_bytes(), parse_float=Decimal)
        yield resource
        for _ in range(2 if resource["resourceType"] == "Bundle" else 6):
            yield _changed(resource, chance)
    for path in sorted(ROOT.glob("conformance/invalid/*.json"))[::9]:
        yield json.loads(path.read_bytes(), parse_float=Decimal)


def test_what_is_plain_to_see_is_true() -> None:
    told: Counter[bool] = Counter()
    settled: Counter[str] = Counter()
    wrong: list[str] = []
    see = Invariant.is_plain_to_see

    def compared(self: Invariant, value: Json, type_path: str, scope: Scope) -> bool:
        seen = see(self, value, type_path, scope)
        told[seen] += 1
        if seen:
            settled[self.key] += 1
            environment = scope.environment
            environment.undecided = False
            if not self.expression.test(scope.node(value, type_path), environment) and not environment.undecided:
                wrong.append(f"{self.key}: {json.dumps(value, default=str)[:300]}")
        return seen

    validator = Validator(Definitions.default())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Invariant, "is_plain_to_see", compared)
        for resource in _resources():
            validator.validate(resource)
    assert not wrong, wrong[:5]
    assert told[True] > 5_000
    assert told[False] > 100
    assert len(settled) > 90


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(Definitions.default())


OBSERVATION: Json = {
    "resourceType": "Observation",
    "issued": "2026-03-02T10:00:00Z",
    "effectivePeriod": {"start": "2026-01-31", "end": "2026-02-28"},
    "valueInteger": 3,
    "code": {"coding": [{"code": "a"}, {"code": "b", "system": "urn:x"}], "text": "A b"},
    "component": [
        {"code": {"coding": [{"code": "one"}]}, "valueInteger": 1},
        {"code": {"coding": [{"code": "two"}]}, "valueString": "x"},
        {"code": {"coding": [{"code": "three"}]}, "valueQuantity": {"value": 7}},
    ],
    "extension": [{"url": "http://example.org/e", "valueCode": "k"}],
    "subject": {"reference": "Patient/1"},
}

SETTLED = [
    "effective.end <= effective.start + 1 month",
    "effective.start + 1 month = effective.end",
    "effective.start.toString().substring(0, 10) < %resource.issued.toString().substring(0, 10)",
    "issued >= issued",
    "effective.start < today() - 0 days or effective.start >= today()",
    "value >= 3 and value = 3 and value + 4 * 2 = 11 and 7 mod 4 = value",
    "value = -3 or value > -3",
    "component.count() = 3",
    "component.where(code.coding.where(code = 'one').exists()).value.all($this = 1)",
    "component.value.ofType(Quantity).all(value > 6 and value < 8)",
    "component.where(code.coding.where(code in ('one' | 'two')).exists()).exists()",
    "component.code.coding.select(code).isDistinct()",
    "code.coding.exists(system = 'urn:x')",
    "code.coding.code.first() = 'a' and code.text.lower().startsWith('a ')",
    "code.text.matches('^A b$') and code.text.contains(' ') and code.text.endsWith('b')",
    "extension('http://example.org/e').value = 'k'",
    "extension('http://example.org/other').empty() xor code.empty()",
    "code.coding.code.where($this = 'b').exists()",
    "('a' | 'b').all($this in %resource.code.coding.code)",
    "effective.ofType(dateTime).empty() and (effective.ofType(Period).start | effective.ofType(dateTime)).exists()",
    "'12'.toInteger() = 12",
    "component.first().code.coding.first().code = 'one' and component.first().value = 1",
    "value.toString() = '3' and note.text.all($this = 'never')",
    "issued.substring(40, 2).empty()",
]
"""What is true of the observation, and settled without evaluation."""

UNSETTLED = [
    "effective.end > effective.start + 1 month",
    "value = 4",
    "component.value = 1",
    "component.value.all($this = 1)",
    "component.all(value is Quantity)",
    "code.coding.code = 'a'",
    "effective.start = issued",
    "subject.resolve().exists()",
    "descendants().exists()",
    "bodySite = 'x'",
    "issued > '2020-01-01'",
]
"""What is false or empty, goes wrong, or is left to the evaluator."""


def _seen(engine: Engine, expression: str, resource: Json) -> bool:
    rule = plain_rule(engine, compile(expression).tree, "Observation", "Observation")
    return rule is not None and rule(resource, _scope(engine, resource))


def _scope(engine: Engine, resource: Json) -> Scope:
    return Scope(engine, Options(), resource, root("Observation"), Findings())


@pytest.mark.parametrize("expression", SETTLED)
def test_it_is_settled_and_true(engine: Engine, expression: str) -> None:
    assert _seen(engine, expression, OBSERVATION)
    scope = _scope(engine, OBSERVATION)
    assert compile(expression).test(scope.node(OBSERVATION, "Observation"), scope.environment)


@pytest.mark.parametrize("expression", UNSETTLED)
def test_it_is_not_settled(engine: Engine, expression: str) -> None:
    assert not _seen(engine, expression, OBSERVATION)


@pytest.mark.parametrize(
    "change",
    [
        {"valueInteger": "3"},
        {"valueInteger": 3.0},
        {"valueInteger": None, "_valueInteger": {"extension": [{"url": "http://example.org/e"}]}},
    ],
    ids=["a text", "a float", "no value"],
)
def test_what_is_not_plain_is_not_settled(engine: Engine, change: Json) -> None:
    assert _seen(engine, "value = 3", OBSERVATION)
    assert not _seen(engine, "value = 3", OBSERVATION | change)


def test_what_stands_beside_a_value_does_not_count(engine: Engine) -> None:
    assert _seen(engine, "value = 3 and status = 'final'", OBSERVATION | {"status": "final", "_status": {"id": "x"}})
    assert _seen(engine, "value = 3", OBSERVATION | {"_valueInteger": {"id": "x"}})
    assert not _seen(engine, "status.empty() or value = 3", OBSERVATION | {"_status": {"id": "x"}})


def test_much_is_left_to_the_evaluator_which_counts_its_steps(engine: Engine) -> None:
    many = {**OBSERVATION, "component": OBSERVATION["component"][:1] * 300}
    few = {**OBSERVATION, "component": OBSERVATION["component"][:1] * 3}
    assert _seen(engine, "component.all(value = 1)", few)
    assert not _seen(engine, "component.all(value = 1)", many)


def test_data_of_a_wrong_form_are_not_settled(engine: Engine) -> None:
    for component in ("x", 5, [5], ["x"], {"value": 1}):
        assert not _seen(
            engine, "component.all(value = 1) and component.exists()", OBSERVATION | {"component": component}
        )
