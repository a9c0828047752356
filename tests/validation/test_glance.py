"""What is plain to see is true: a rule settled by the keys of an object holds by FHIRPath too."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vrfhir import Validator
from vrfhir.definitions import Definitions
from vrfhir.fhirpath import Environment, compile, parse  # noqa: A004 - the engine's own name
from vrfhir.validation.engine import Engine
from vrfhir.validation.glance import glance, is_well_known

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*/fhir/*.json"))


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(Definitions.default())


def _variants(resource: dict[str, Any], seed: int) -> Iterator[dict[str, Any]]:
    """The resource, the same without each of its elements, and with some coded element said otherwise."""
    yield resource
    chance = random.Random(seed)
    for key in resource:
        if key != "resourceType":
            yield {name: value for name, value in resource.items() if name != key}
    for key, value in resource.items():
        if type(value) is str and key != "resourceType":
            yield {**resource, key: chance.choice(["active", "revoked", "urgent", "2019-05-05", "2199-01-01", "x"])}


def test_a_glance_never_contradicts_the_expression(engine: Engine) -> None:
    told: Counter[bool] = Counter()
    glances: dict[str, Any] = {}
    for at, path in enumerate(EXAMPLES):
        resource = json.loads(path.read_bytes())
        if resource["resourceType"] == "Bundle":
            continue
        table = engine.table(resource["resourceType"])
        urls = resource.get("meta", {}).get("profile", [])
        rules = [
            each for url in urls if (one := engine.profile(url)) is not None for each in engine.root_invariants(one)
        ]
        for variant in _variants(resource, at):
            environment = Environment(fields=engine.definitions.fields, resource=variant)
            node = engine.model.node(variant, table.name)
            for rule in rules:
                key = table.name + rule.text
                if key not in glances:
                    glances[key] = glance(rule.expression.tree, table)
                if glances[key] is None:
                    continue
                seen = glances[key](variant)
                told[seen] += 1
                assert not seen or rule.expression.test(node, environment), (rule.key, path.name)
    assert told[True] > 1000
    assert told[False] > 100


@pytest.mark.parametrize(
    ("expression", "resource", "expected"),
    [
        ("status = 'active' implies performer.exists()", {"status": "draft"}, True),
        ("status = 'active' implies performer.exists()", {"status": "active"}, False),
        ("status = 'active' implies performer.exists()", {}, False),
        ("code.exists().not()", {}, True),
        ("code.empty() or status.exists()", {"code": {"text": "x"}, "status": "active"}, True),
        ("authoredOn.where($this > now() + 1 day).empty()", {"authoredOn": "2020-01-01"}, True),
        ("authoredOn.where($this > now() + 1 day).empty()", {"authoredOn": "2999-01-01"}, False),
        ("authoredOn.where($this > now() + 1 day).empty()", {"authoredOn": "2020"}, False),
        ("note.text.all($this.length() < 9)", {}, True),
        ("occurrence.exists()", {"occurrenceDateTime": "2020-01-01"}, True),
        ("occurrence.exists() xor quantity.exists()", {"occurrenceDateTime": "2020-01-01"}, True),
        ("instantiatesUri.exists()", {"instantiatesUri": [None]}, False),
        ("_status.exists()", {}, False),
    ],
)
def test_what_is_seen(engine: Engine, expression: str, resource: dict[str, Any], expected: bool) -> None:
    found = glance(compile(expression).tree, engine.table("ServiceRequest"))
    assert (found is not None and found(resource)) is expected


def test_what_is_well_known_compiles(engine: Engine) -> None:
    """What is settled without being compiled would compile: no fault of an expression is passed over."""
    definitions = engine.definitions
    texts = {
        rule["expression"]
        for canonical in definitions.canonicals("StructureDefinition")
        if "vrfhir.org" in canonical or "UKCore" in canonical
        for element in (definitions.structure(canonical) or {}).get("snapshot", {}).get("element", ())
        for rule in element.get("constraint", ())
        if "expression" in rule
    }
    well_known = [each for each in sorted(texts) if is_well_known(parse(each))]
    assert len(well_known) > 50
    for each in well_known:
        compile(each)


@pytest.mark.parametrize(
    "text",
    [
        "name.empty() or nonsense()",
        "name.exists(1, 2)",
        "name.count() > 1" + "0" * 99,
        "name.where()",
        "%unknown.exists()",
    ],
)
def test_what_may_not_compile_is_not_well_known(text: str) -> None:
    assert not is_well_known(parse(text))


def test_a_fault_in_a_rule_is_said_though_the_rule_could_be_settled() -> None:
    rule = {"key": "odd-1", "severity": "error", "human": "odd", "expression": "photo.empty() or nonsense()"}
    url = "https://example.org/fhir/StructureDefinition/odd"
    profile = {
        "resourceType": "StructureDefinition",
        "url": url,
        "name": "Odd",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "derivation": "constraint",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "differential": {"element": [{"id": "Patient", "path": "Patient", "constraint": [rule]}]},
    }
    validator = Validator(Definitions.default().with_resources([profile]))
    report = validator.validate({"resourceType": "Patient", "gender": "male"}, profiles=[url])
    assert ["nonsense" in each.text for each in report.issues if each.is_error] == [True]
