"""Every invariant and search parameter expression that comes with the definitions compiles, prints and runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from vrfhir.definitions import Definitions
from vrfhir.fhirpath import Environment, compile, parse, unparse  # noqa: A004
from vrfhir.fhirpath.types import PRIMITIVES


def _constraints(definitions: Definitions) -> Iterator[tuple[str, str, str]]:
    for canonical in definitions.canonicals("StructureDefinition"):
        structure: dict[str, Any] = definitions.structure(canonical) or {}
        for element in structure.get("snapshot", {}).get("element", ()):
            for constraint in element.get("constraint", ()):
                if "expression" in constraint:
                    types = [each.get("code", "") for each in element.get("type", ())] or [element["path"]]
                    path = element["path"] if types[0] in ("BackboneElement", "Element") else types[0]
                    yield constraint["key"], constraint["expression"], path


@pytest.fixture(scope="module")
def constraints() -> dict[str, tuple[str, str]]:
    return {expression: (key, path) for key, expression, path in _constraints(Definitions.default())}


def test_all_invariants_compile_and_print(constraints: dict[str, tuple[str, str]]) -> None:
    assert len(constraints) > 200
    for expression in constraints:
        assert parse(unparse(compile(expression).tree)) == compile(expression).tree


def test_all_invariants_run_on_an_element_with_nothing_in_it(constraints: dict[str, tuple[str, str]]) -> None:
    environment = Environment(fields=Definitions.default().fields, resource={"resourceType": "Basic"})
    for expression, (_, path) in constraints.items():
        assert compile(expression).test(environment.node("x" if path in PRIMITIVES else {}, path), environment) in (
            True,
            False,
        )


@pytest.mark.parametrize(
    ("key", "path", "good", "bad"),
    [
        ("per-1", "Period", {"start": "2001-01-01", "end": "2001-02"}, {"start": "2002", "end": "2001"}),
        ("qty-3", "Quantity", {"code": "mg", "system": "http://unitsofmeasure.org"}, {"code": "mg"}),
        ("ext-1", "Extension", {"url": "u", "valueString": "a"}, {"url": "u"}),
        ("att-1", "Attachment", {"data": "AA==", "contentType": "text/plain"}, {"data": "AA=="}),
        ("cpt-2", "ContactPoint", {"value": "1", "system": "phone"}, {"value": "1"}),
        ("tim-1", "Timing.repeat", {"duration": 1, "durationUnit": "h"}, {"duration": 1}),
        ("rng-2", "Range", {"low": {"value": 1}, "high": {"value": 2}}, {"low": {"value": 3}, "high": {"value": 2}}),
        ("pat-1", "Patient.contact", {"name": {"text": "x"}}, {"gender": "male"}),
        ("txt-1", "Narrative.div", '<div xmlns="http://www.w3.org/1999/xhtml">x</div>', "<div>x</div>"),
        ("ele-1", "HumanName", {"family": "x"}, {"id": "x"}),
        ("bdl-7", "Bundle", {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:a"}, {"fullUrl": "urn:b"}]},
         {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:a"}, {"fullUrl": "urn:a"}]}),
        ("que-2", "Questionnaire", {"item": [{"linkId": "1", "item": [{"linkId": "2"}]}]}, {"item": [{"linkId": "1", "item": [{"linkId": "1"}]}]}),
        ("dom-3", "DomainResource", {"resourceType": "Patient", "contained": [{"resourceType": "Organization", "id": "a"}],
                                     "managingOrganization": {"reference": "#a"}},
         {"resourceType": "Patient", "contained": [{"resourceType": "Organization", "id": "a"}]}),
    ],
)  # fmt: skip
def test_invariants_of_r4_tell_right_from_wrong(key: str, path: str, good: Any, bad: Any) -> None:
    definitions = Definitions.default()
    expressions = {each[1] for each in _constraints_of(definitions, path.split(".")[0]) if each[0] == key}
    assert len(expressions) == 1
    expression = compile(expressions.pop())
    for value, holds in ((good, True), (bad, False)):
        environment = Environment(fields=definitions.fields, resource=value if isinstance(value, dict) else None)
        type_path = {"Narrative.div": "xhtml", "DomainResource": "Patient"}.get(path, path)
        assert expression.test(environment.node(value, type_path), environment) is holds


def _constraints_of(definitions: Definitions, name: str) -> Iterator[tuple[str, str]]:
    for element in (definitions.type(name) or {})["snapshot"]["element"]:
        for constraint in element.get("constraint", ()):
            if "expression" in constraint:
                yield constraint["key"], constraint["expression"]
