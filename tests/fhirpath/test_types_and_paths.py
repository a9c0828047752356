"""How paths meet FHIR's types: choices, primitives with extensions, contained resources, references, strict mode."""

from __future__ import annotations

from typing import Any

import pytest
from fhirpath_patient import Evaluate, patient

from vrfhir.definitions import Definitions
from vrfhir.fhirpath import Environment, FhirPathError, Node, compile  # noqa: A004


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("Patient.multipleBirth", [2]),
        ("multipleBirth is integer", [True]),
        ("multipleBirth is boolean", [False]),
        ("multipleBirthInteger", [2]),
        ("Resource.id", ["example"]),
        ("DomainResource.id", ["example"]),
        ("Encounter.id", []),
        ("`Patient`.`name`.`use`", ["official", "nickname", "maiden"]),
        ("name.given", ["Anna", "Bertha", "Annie"]),
        ("name.family.count()", [2]),
        ("name.family.id", ["f1"]),
        ("name.family.extension.value", ["von"]),
        ("name.given.extension.url", ["http://example.org/x"]),
        ("contained.name", ["Practice of the example"]),
        ("contained.first() is Organization", [True]),
        ("extension.value.ofType(Quantity).count()", [2]),
        ("extension.value.ofType(Age).value", [41]),
        ("extension.value.where($this is Age).code", ["a"]),
        ("nonsense", []),
        ("gender is code and gender is string and (gender is uri).not()", [True]),
        ("gender.ofType(string)", []),
        ("gender.ofType(code)", ["female"]),
        ("gender is System.String", [False]),
        ("'a' is String and 'a' is System.String and ('a' is FHIR.string).not()", [True]),
        ("id is id", [True]),
        ("contact is BackboneElement and contact is Element", [True]),
        ("$this is DomainResource and $this is Resource", [True]),
        ("name.first() as HumanName = name.first()", [True]),
        ("(name as HumanName).count()", [3]),
        ("descendants().where($this is Extension).count()", [5]),
        ("%resource.id = %rootResource.id and %context.id = $this.id", [True]),
        ("%ucum", ["http://unitsofmeasure.org"]),
        ("%`vs-administrative-gender`", ["http://hl7.org/fhir/ValueSet/administrative-gender"]),
        ("name.given.first().startsWith(name.given.first().substring(0, 2))", [True]),
        ("name.first().given.subsetOf(name.given)", [True]),
        ("name.where(given.exists() and use = 'official').given[0]", ["Anna"]),
    ],
)
def test_path(evaluate: Evaluate, expression: str, values: list[Any]) -> None:
    assert evaluate(expression) == values


@pytest.mark.parametrize(
    "expression",
    ["name.given.first()", "Patient.name.where(use = 'maiden').family.extension.value", "multipleBirth", "contained.name", "birthDate = @1980-02-29",
     "telecom.where(rank = 1).value", "extension('http://example.org/weight').value.code", "descendants().count()"],
)  # fmt: skip
def test_without_definitions_types_are_read_from_the_data(evaluate: Evaluate, expression: str) -> None:
    untyped = compile(expression).evaluate(patient(), environment=Environment())
    assert [each.value if type(each) is Node else each for each in untyped] == evaluate(expression)


@pytest.mark.parametrize(
    "expression",
    ["name.given1", "Encounter.name", "multipleBirthInteger", "(multipleBirth as integer).unit", "children().skip(1)", "descendants()[0]", "iif('a', 1, 2)",
     "name.where(nonsense.exists())", "contact.name.select(nonsense)", "name.given.nonsense", "(name | telecom).nonsense", "extension.value.ofType(Period).unit"],
)  # fmt: skip
def test_strict_mode_refuses(definitions: Definitions, expression: str) -> None:
    environment = Environment(fields=definitions.fields, strict=True)
    with pytest.raises(FhirPathError) as caught:
        compile(expression).evaluate(patient(), environment=environment)
    assert caught.value.kind == "semantic"
    lenient = Environment(fields=definitions.fields)
    assert isinstance(compile(expression).evaluate(patient(), environment=lenient), list)


@pytest.mark.parametrize(
    "expression",
    ["name.given", "Patient.name.where(use = 'official').family", "multipleBirth.as(integer)", "extension.value.ofType(Quantity).unit", "contained.name",
     "children().count()", "name.select(given | family)", "(name | telecom).period.start", "name.sort(family).first().use", "iif(active, 1, 2)",
     "birthDate.extension.url", "descendants().where($this is Coding).code", "name.given.first().length() + 1", "name.exists(given.exists())"],
)  # fmt: skip
def test_strict_mode_accepts(definitions: Definitions, expression: str) -> None:
    environment = Environment(fields=definitions.fields, strict=True)
    assert isinstance(compile(expression).evaluate(patient(), environment=environment), list)


def test_references_are_resolved_by_the_caller(definitions: Definitions) -> None:
    target = {"resourceType": "Organization", "id": "o", "name": "N"}
    resource = {"resourceType": "Patient", "managingOrganization": {"reference": "Organization/o"}}
    environment = Environment(fields=definitions.fields, resource=resource, resolve={"Organization/o": target}.get)
    expression = compile(
        "managingOrganization.resolve().is(Organization) and managingOrganization.resolve().name = 'N'"
    )
    assert expression.evaluate(resource, environment=environment) == [True]
    assert not environment.undecided
    seen: list[Any] = []
    told = Environment(
        fields=definitions.fields, resource=resource, resolve_from=lambda text, holder: seen.append((text, holder))
    )
    assert compile("managingOrganization.resolve()").evaluate(resource, environment=told) == []
    assert seen == [("Organization/o", resource["managingOrganization"])]
    assert told.undecided
    told.undecided, told.is_closed = False, True
    assert compile("managingOrganization.resolve()").evaluate(resource, environment=told) == []
    assert not told.undecided
    alone = Environment(fields=definitions.fields, resource=resource)
    assert compile("managingOrganization.resolve()").evaluate(resource, environment=alone) == []
    assert alone.undecided


class _Answer:
    def __init__(self, name: str) -> None:
        self.name = name


class _Terminology:
    def member(self, value_set: str, system: str | None, code: str) -> _Answer:
        return _Answer({"in": "IN", "out": "OUT"}.get(code, "UNKNOWN"))


@pytest.mark.parametrize(
    ("codes", "outcome", "undecided"),
    [(["out", "in"], [True], False), (["out"], [False], False), (["out", "odd"], [], True), ([], [False], False)],
)
def test_membership_has_three_answers(
    definitions: Definitions, codes: list[str], outcome: list[bool], undecided: bool
) -> None:
    environment = Environment(fields=definitions.fields, terminology=_Terminology())
    node = environment.node({"coding": [{"system": "s", "code": code} for code in codes]}, "CodeableConcept")
    assert compile("memberOf('http://example.org/vs')").evaluate(node, environment=environment) == outcome
    assert environment.undecided is undecided


def test_conformance_is_asked_of_the_caller(definitions: Definitions) -> None:
    asked: list[str] = []

    def conforms_to(node: Node, canonical: str) -> bool | None:
        asked.append(canonical)
        return canonical.endswith("yes")

    environment = Environment(fields=definitions.fields, conforms_to=conforms_to)
    assert compile("conformsTo('x/yes')").evaluate(patient(), environment=environment) == [True]
    assert compile("conformsTo('x/no')").evaluate(patient(), environment=environment) == [False]
    assert asked == ["x/yes", "x/no"]


def test_variables_and_traces(definitions: Definitions) -> None:
    seen: list[tuple[str, int]] = []
    environment = Environment(
        fields=definitions.fields,
        variables={"limit": 2, "names": ["Anna", "Otto"], "resources": [patient()]},
        trace=lambda name, items: seen.append((name, len(items))),
    )
    assert compile("name.given.where($this in %names)").evaluate(patient(), environment=environment)[0].value == "Anna"
    assert compile("%limit + 1").evaluate([], environment=environment) == [3]
    assert compile("%resources.name.trace('n', use).count()").evaluate([], environment=environment) == [3]
    assert seen == [("n", 3)]


@pytest.mark.parametrize(
    ("expression", "holds"),
    [("name", True), ("link", False), ("active", True), ("active.not()", False), ("{}", False), ("name.given", True), ("gender", True),
     ("name.exists() and active", True), ("descendants().as(code).exists()", True)],
)  # fmt: skip
def test_invariants_follow_the_convention_of_hl7s_engine(
    environment: Environment, expression: str, holds: bool
) -> None:
    assert compile(expression).test(environment.node(environment.resource), environment) is holds


def test_elements_can_be_the_focus(environment: Environment) -> None:
    contact = environment.node({"name": {"family": "X"}}, "Patient.contact")
    assert compile("name.exists() or telecom.exists()").test(contact, environment)
    birth = environment.node("1980", "date", {"id": "a"})
    assert compile("hasValue() and id = 'a' and $this < @1990").test(birth, environment)
