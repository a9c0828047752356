"""Rules about definitions: each with something that breaks it and something that does not."""

from __future__ import annotations

from typing import Any

import pytest

from vrfhir.definitions import Definitions
from vrfhir.terminology.snomed import is_expression_constraint, is_identifier
from vrfhir.validation import Validator
from vrfhir.validation.definition_rules import DEFINITION_RULES
from vrfhir.validation.reports.explanations import explanation

Json = dict[str, Any]

ROOT = "https://example.test/"
SYSTEM, OTHER = ROOT + "CodeSystem/words", ROOT + "CodeSystem/others"
GENDERS = "http://hl7.org/fhir/administrative-gender"
STANDARD = "http://hl7.org/fhir/concept-properties#"
BASE = "http://hl7.org/fhir/StructureDefinition/"
PARAMETERS = "http://hl7.org/fhir/SearchParameter/"


def code_system(**facts: Any) -> Json:
    found: Json = {
        "resourceType": "CodeSystem",
        "url": SYSTEM,
        "status": "active",
        "content": "complete",
        "caseSensitive": True,
        "hierarchyMeaning": "is-a",
        "concept": [{"code": "a", "display": "A"}, {"code": "b", "display": "B"}],
    }
    return {name: fact for name, fact in (found | facts).items() if fact is not None}


def with_property(kind: str, value: Json | None = None, **facts: Any) -> Json:
    concept: Json = {"code": "a", "display": "A"}
    if value is not None:
        concept["property"] = [{"code": facts.get("code", "p"), **value}]
    row = {"code": "p", "uri": ROOT + "p", "type": kind} | facts
    return code_system(property=[{k: v for k, v in row.items() if v}], concept=[concept])


TYPED = code_system(
    property=[
        {"code": name, "uri": ROOT + name, "type": name}
        for name in ("boolean", "integer", "decimal", "dateTime", "Coding")
    ]
)
KNOWN: list[Json] = [
    TYPED,
    code_system(url=OTHER, concept=[{"code": "x", "display": "X"}, {"code": "y", "display": "Y"}]),
    code_system(url=ROOT + "CodeSystem/more", content="supplement", supplements=SYSTEM),
    {
        "resourceType": "ValueSet",
        "url": ROOT + "ValueSet/words",
        "status": "active",
        "compose": {"include": [{"system": SYSTEM, "concept": [{"code": "a"}]}]},
    },
]


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator(Definitions.default().with_resources(KNOWN))


def value_set(**include: Any) -> Json:
    return {"resourceType": "ValueSet", "status": "active", "compose": {"include": [include]}}


def filtered(name: str, operator: str, value: str, system: str = SYSTEM) -> Json:
    return value_set(system=system, filter=[{"property": name, "op": operator, "value": value}])


def concept_map(source: str, *targets: Json, **facts: Any) -> Json:
    group = {"source": SYSTEM, "target": OTHER, "element": [{"code": source, "target": list(targets)}]}
    return {"resourceType": "ConceptMap", "status": "active", "group": [group | facts.pop("group", {})], **facts}


def target(code: str, **facts: Any) -> Json:
    return {"code": code, "equivalence": "equivalent", **facts}


def parameter(**facts: Any) -> Json:
    found: Json = {
        "resourceType": "SearchParameter",
        "url": ROOT + "SearchParameter/s",
        "name": "s",
        "status": "active",
        "description": "s",
        "code": "s",
        "base": ["Patient"],
        "type": "string",
        "expression": "Patient.name",
    }
    return found | facts


def capability(kind: str) -> Json:
    search = {"name": "gender", "definition": PARAMETERS + "individual-gender", "type": kind}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026",
        "kind": "requirements",
        "description": "c",
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [{"mode": "server", "resource": [{"type": "Patient", "searchParam": [search]}]}],
    }


def profile(*elements: Json, **facts: Any) -> Json:
    kind = facts.get("type", "Patient")
    return {
        "resourceType": "StructureDefinition",
        "url": ROOT + "StructureDefinition/p",
        "name": "P",
        "status": "draft",
        "kind": "resource",
        "abstract": False,
        "type": kind,
        "baseDefinition": BASE + kind,
        "derivation": "constraint",
        "differential": {"element": [{"id": kind, "path": kind}, *elements]},
    } | facts


def element(path: str, **facts: Any) -> Json:
    return {"id": path, "path": path} | facts


def extension(*elements: Json, context: str = "Patient") -> Json:
    return profile(
        *elements, type="Extension", kind="complex-type", context=[{"type": "element", "expression": context}]
    )


URL = element("Extension.url", fixedUri=ROOT + "StructureDefinition/p")
NAMED = ROOT + "ValueSet/words"

BROKEN: list[tuple[str, Json, Json]] = [
    ("CODESYSTEM_CS_COUNT_COMPLETE_WRONG", code_system(count=3), code_system(count=2)),
    (
        "CODESYSTEM_CS_COUNT_FRAGMENT_WRONG",
        code_system(content="fragment", count=2),
        code_system(content="fragment", count=9),
    ),
    ("CODESYSTEM_CS_COUNT_NO_CONTENT_ALLOWED", code_system(content="not-present"), code_system()),
    ("CODESYSTEM_CS_COMPLETE_AND_EMPTY", code_system(concept=None), code_system()),
    ("CODESYSTEM_CS_NONHL7_MISSING_ELEMENT", code_system(caseSensitive=None), code_system()),
    ("CODESYSTEM_DUPLICATE_CODE", code_system(concept=[{"code": "a"}, {"code": "a"}]), code_system()),
    ("CODESYSTEM_CS_HL7_PRESENT_ELEMENT_SUPPL_MISSING", code_system(content="supplement"), code_system()),
    ("CODESYSTEM_CS_HL7_PRESENT_ELEMENT_SUPPL_WRONG", code_system(supplements=GENDERS), code_system()),
    (
        "CODESYSTEM_CS_SUPP_INVALID_CODE",
        code_system(content="supplement", supplements=GENDERS, caseSensitive=None),
        code_system(content="supplement", supplements=GENDERS, caseSensitive=None, concept=[{"code": "male"}]),
    ),
    (
        "CODESYSTEM_CS_SUPP_CANT_CHECK",
        code_system(content="supplement", supplements=ROOT + "none"),
        code_system(content="supplement", supplements=GENDERS),
    ),
    ("CodeSystem_CS_VS_WrongSystem", code_system(url=OTHER, valueSet=NAMED), code_system()),
    ("CodeSystem_CS_VS_IncludeDetails", code_system(valueSet=NAMED), code_system()),
    ("CODESYSTEM_PROPERTY_ABSOLUTE_URI", with_property("string", uri="p"), with_property("string")),
    ("CODESYSTEM_PROPERTY_BAD_HL7_URI", with_property("string", uri=STANDARD + "none"), with_property("string")),
    (
        "CODESYSTEM_PROPERTY_URI_TYPE_MISMATCH",
        with_property("string", code="parent", uri=STANDARD + "parent"),
        with_property("code", code="parent", uri=STANDARD + "parent"),
    ),
    (
        "CODESYSTEM_PROPERTY_URI_CODE_MISMATCH",
        with_property("code", code="child", uri=STANDARD + "parent"),
        with_property("code", code="parent", uri=STANDARD + "parent"),
    ),
    ("CODESYSTEM_PROPERTY_CODE_TYPE_MISMATCH", with_property("string", code="status", uri=""), with_property("string")),
    (
        "CODESYSTEM_PROPERTY_WRONG_TYPE",
        with_property("integer", {"valueString": "1"}),
        with_property("integer", {"valueInteger": 1}),
    ),
    (
        "CODESYSTEM_PROPERTY_BAD_INTERNAL_REFERENCE",
        with_property("code", {"valueCode": "none"}),
        with_property("code", {"valueCode": "a"}),
    ),
    (
        "CODESYSTEM_PROPERTY_UNDEFINED",
        with_property("string", {"valueString": "x"}) | {"property": []},
        with_property("string"),
    ),
    ("VALUESET_INCLUDE_WRONG_VS_HINT", value_set(system=NAMED), value_set(system=SYSTEM)),
    ("VALUESET_INCLUDE_CS_SUPPLEMENT", value_set(system=ROOT + "CodeSystem/more"), value_set(system=SYSTEM)),
    ("VALUESET_INCLUDE_WRONG_CS_OID", value_set(system="urn:oid:2.16.840.1.113883.6.96"), value_set(system=SYSTEM)),
    ("VALUESET_REFERENCE_INVALID_TYPE_NO_VERSION_1", value_set(system=SYSTEM + "|1"), value_set(system=SYSTEM)),
    (
        "VALUESET_REFERENCE_INVALID_TYPE_NO_VERSION_2",
        value_set(system=SYSTEM + "|1", version="2"),
        value_set(system=SYSTEM),
    ),
    (
        "VALUESET_REFERENCE_INVALID_TYPE_NO_VERSION_3",
        value_set(system=SYSTEM + "|1", version="1"),
        value_set(system=SYSTEM),
    ),
    ("VALUESET_REFERENCE_UNKNOWN", value_set(valueSet=[ROOT + "none"]), value_set(valueSet=[NAMED])),
    ("VALUESET_REFERENCE_INVALID_TYPE", value_set(valueSet=[OTHER]), value_set(valueSet=[NAMED])),
    ("VALUESET_IMPORT_UNION_INTERSECTION", value_set(valueSet=[NAMED, NAMED]), value_set(valueSet=[NAMED])),
    (
        "VALUESET_INCLUDE_INVALID_CONCEPT_CODE",
        value_set(system=SYSTEM, concept=[{"code": "none"}]),
        value_set(system=SYSTEM, concept=[{"code": "a"}]),
    ),
    ("VALUESET_UNKNOWN_FILTER_PROPERTY", filtered("none", "=", "x"), filtered("concept", "is-a", "a")),
    ("VALUESET_BAD_FILTER_OP", filtered("concept", "exists", "true"), filtered("concept", "descendent-of", "a")),
    ("VALUESET_BAD_FILTER_VALUE_VALID_CODE", filtered("concept", "is-a", "none"), filtered("parent", "=", "a")),
    ("VALUESET_BAD_FILTER_VALUE_BOOLEAN", filtered("boolean", "=", "1"), filtered("boolean", "=", "true")),
    ("VALUESET_BAD_FILTER_VALUE_INTEGER", filtered("integer", "=", "1.5"), filtered("integer", "=", "lt2")),
    ("VALUESET_BAD_FILTER_VALUE_DECIMAL", filtered("decimal", "=", "x"), filtered("decimal", "=", "1.5")),
    ("VALUESET_BAD_FILTER_VALUE_DATETIME", filtered("dateTime", "=", "now"), filtered("dateTime", "=", "ge2020-01")),
    ("VALUESET_BAD_FILTER_VALUE_CODED", filtered("Coding", "=", "x"), filtered("Coding", "=", OTHER + "#x")),
    (
        "VALUESET_BAD_FILTER_VALUE_CODED_INVALID",
        filtered("Coding", "=", OTHER + "#z"),
        filtered("Coding", "=", OTHER + "#y"),
    ),
    (
        "VALUESET_BAD_FILTER_VALUE_INVALID",
        filtered("constraint", "=", "123037004 << 123037004", "http://snomed.info/sct"),
        filtered("constraint", "=", "<< 123037004", "http://snomed.info/sct"),
    ),
    ("CONCEPTMAP_GROUP_SOURCE_CODE_INVALID", concept_map("none", target("x")), concept_map("a", target("x"))),
    ("CONCEPTMAP_GROUP_TARGET_CODE_INVALID", concept_map("a", target("none")), concept_map("a", target("x"))),
    (
        "CONCEPTMAP_GROUP_SOURCE_CODE_INVALID_VS",
        concept_map("b", target("x"), sourceCanonical=NAMED),
        concept_map("a", target("x"), sourceCanonical=NAMED),
    ),
    (
        "CONCEPTMAP_GROUP_TARGET_DISPLAY_INVALID",
        concept_map("a", target("x", display="Z")),
        concept_map("a", target("x", display="X")),
    ),
    (
        "CONCEPTMAP_GROUP_SOURCE_UNKNOWN",
        concept_map("a", group={"source": ROOT + "none"}),
        concept_map("a", target("x")),
    ),
    (
        "CONCEPTMAP_GROUP_TARGET_DUPLICATION",
        concept_map("a", target("x"), target("x")),
        concept_map("a", target("x"), target("y")),
    ),
    (
        "CONCEPTMAP_VS_NOT_A_VS",
        concept_map("a", target("x"), sourceUri=SYSTEM),
        concept_map("a", target("x"), sourceUri=NAMED),
    ),
    ("ED_SEARCH_EXPRESSION_ERROR", parameter(expression="Patient.nome"), parameter()),
    ("ED_SEARCH_EXPRESSION_ERROR", parameter(base=["Organization"]), parameter(base=["Patient", "Organization"])),
    ("SEARCHPARAMETER_MISSING_COMPONENTS", parameter(type="composite", expression="Patient"), parameter()),
    ("SEARCHPARAMETER_BAD_CHAR", parameter(code="a.b"), parameter(code="a-b")),
    (
        "SEARCHPARAMETER_NOTFOUND",
        parameter(derivedFrom=ROOT + "none"),
        parameter(derivedFrom=PARAMETERS + "individual-gender"),
    ),
    ("SEARCHPARAMETER_TYPE_WRONG", parameter(derivedFrom=PARAMETERS + "individual-gender"), parameter()),
    ("SEARCHPARAMETER_BASE_WRONG", parameter(derivedFrom=PARAMETERS + "Organization-name"), parameter()),
    ("CapabalityStatement_CS_SP_WrongType", capability("date"), capability("token")),
    (
        "SD_NO_SLICING_ON_ROOT",
        profile() | {"differential": {"element": [element("Patient", slicing={"rules": "open"})]}},
        profile(),
    ),
    ("SD_PATH_TYPE_MISMATCH", profile(element("Observation.code", min=1)), profile(element("Patient.name", min=1))),
    ("SD_CONSTRAINED_TYPE_NO_MATCH", profile(baseDefinition=BASE + "Observation"), profile()),
    ("SD_CONSTRAINED_KIND_NO_MATCH", profile(kind="complex-type"), profile()),
    ("SD_MUST_HAVE_DERIVATION", {k: v for k, v in profile().items() if k != "derivation"}, profile()),
    ("SD_NO_CONTEXT_WHEN_NOT_EXTENSION", profile(context=[{"type": "element", "expression": "Patient"}]), profile()),
    (
        "SD_CONTEXT_SHOULD_ELEMENT_NOT_FOUND",
        extension(URL, context="Patient.none"),
        extension(URL, context="Patient.name"),
    ),
    ("SD_EXTENSION_URL_MISSING", extension(), extension(URL)),
    ("SD_EXTENSION_URL_MISMATCH", extension(element("Extension.url", fixedUri=ROOT)), extension(URL)),
    (
        "SD_ILLEGAL_CHARACTERISTICS",
        profile(
            element("Patient.birthDate", type=[{"code": "date"}], binding={"strength": "required", "valueSet": NAMED})
        ),
        profile(
            element(
                "Patient.maritalStatus",
                type=[{"code": "CodeableConcept"}],
                binding={"strength": "required", "valueSet": NAMED},
            )
        ),
    ),
    (
        "SD_ED_BIND_NOT_VS",
        profile(element("Patient.maritalStatus", binding={"strength": "required", "valueSet": SYSTEM})),
        profile(element("Patient.maritalStatus", binding={"strength": "required", "valueSet": NAMED})),
    ),
    (
        "ERROR_GENERATING_SNAPSHOT",
        profile(element("Patient.birthDate", type=[{"code": "string"}])),
        profile(element("Patient.birthDate", type=[{"code": "date"}])),
    ),
    (
        "ERROR_GENERATING_SNAPSHOT",
        profile(element("Patient.deceasedRatio", min=1)),
        profile(element("Patient.deceasedBoolean", min=1)),
    ),
    (
        "ED_INVARIANT_KEY_ALREADY_USED",
        profile(
            element(
                "Patient.contact",
                constraint=[{"key": "pat-1", "severity": "error", "human": "h", "expression": "true"}],
            )
        ),
        profile(
            element(
                "Patient.contact", constraint=[{"key": "x-1", "severity": "error", "human": "h", "expression": "true"}]
            )
        ),
    ),
    ("VR-VAL-0105", profile(element("Patient.none", min=1)), profile(element("Patient.birthDate", min=1))),
    (
        "VR-VAL-0105",
        profile(element("Patient.birthDate", min=1), element("Patient.name", min=1)),
        profile(element("Patient.name", min=1), element("Patient.birthDate", min=1)),
    ),
    ("VR-VAL-0106", profile(element("Patient.birthDate", max="2")), profile(element("Patient.name", max="2"))),
    (
        "VR-VAL-0107",
        profile(element("Patient.gender", fixedString="male")),
        profile(element("Patient.gender", fixedCode="male")),
    ),
    (
        "VR-VAL-0108",
        profile(element("Patient.gender", binding={"strength": "preferred", "valueSet": GENDERS})),
        profile(element("Patient.maritalStatus", binding={"strength": "preferred", "valueSet": NAMED})),
    ),
]


@pytest.mark.parametrize(("rule", "wrong", "right"), BROKEN, ids=[row[0] for row in BROKEN])
def test_rule(validator: Validator, rule: str, wrong: Json, right: Json) -> None:
    assert rule in {issue.id for issue in validator.validate(wrong).issues}
    assert rule not in {issue.id for issue in validator.validate(right).issues}


def coded(*codes: str) -> Json:
    return {"coding": [{"system": SYSTEM, "code": code} for code in codes]}


def scored(scoring: str, group: Json, kind: str = "summary", *groups: str) -> set[str]:
    """The rules a report breaks against a measure with two populations in each group."""
    populations = [
        {"code": coded(code), "criteria": {"language": "text/fhirpath", "expression": "true"}} for code in "ab"
    ]
    measure: Json = {
        "resourceType": "Measure",
        "url": ROOT + "Measure/m",
        "status": "active",
        "scoring": {"coding": [{"system": SYSTEM, "code": scoring}]},
        "group": [{"code": coded(name), "population": populations} for name in groups or ("g",)],
    }
    report: Json = {
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": kind,
        "measure": measure["url"],
        "period": {"start": "2026"},
        "group": [group],
    }
    found = Validator(Definitions.default().with_resources([measure])).validate(report)
    return {issue.id for issue in found.issues if issue.id.startswith("MEASURE_MR")}


BOTH = [{"code": coded("a"), "count": 1}, {"code": coded("b"), "count": 1}]
SCORE: Json = {"measureScore": {"value": 0.5}}


@pytest.mark.parametrize(
    ("scoring", "group", "kind", "expected"),
    [
        ("proportion", {"population": BOTH, **SCORE}, "summary", set()),
        ("cohort", {"population": BOTH}, "summary", set()),
        ("proportion", {"population": BOTH}, "summary", {"MEASURE_MR_SCORE_REQUIRED"}),
        ("cohort", {"population": BOTH, **SCORE}, "summary", {"MEASURE_MR_SCORE_PROHIBITED_MS"}),
        ("proportion", {"population": BOTH, **SCORE}, "data-collection", {"MEASURE_MR_SCORE_PROHIBITED_RT"}),
        (
            "proportion",
            {"population": BOTH, "measureScore": {"value": 2}},
            "summary",
            {"MEASURE_MR_SCORE_VALUE_INVALID_01"},
        ),
        (
            "proportion",
            {"population": BOTH, "measureScore": {"value": 1, "unit": "x"}},
            "summary",
            {"MEASURE_MR_SCORE_UNIT_PROHIBITED"},
        ),
        (
            "ratio",
            {"population": BOTH, "measureScore": {"unit": "x"}},
            "summary",
            {"MEASURE_MR_SCORE_VALUE_REQUIRED", "MEASURE_MR_SCORE_UNIT_REQUIRED"},
        ),
        ("cohort", {"population": BOTH[:1]}, "summary", {"MEASURE_MR_GRP_POP_MISSING_BY_CODE"}),
        ("cohort", {"population": [*BOTH, BOTH[0]]}, "summary", {"MEASURE_MR_GRP_POP_DUPL_CODE"}),
        ("cohort", {"population": [*BOTH, {"count": 1}]}, "summary", {"MEASURE_MR_GRP_POP_NO_CODE"}),
        (
            "cohort",
            {"population": [*BOTH, {"code": coded("c"), "count": 1}]},
            "summary",
            {"MEASURE_MR_GRP_POP_UNK_CODE"},
        ),
        ("cohort", {"population": [BOTH[0], {"code": coded("b")}]}, "summary", {"MEASURE_MR_GRP_POP_NO_COUNT"}),
        ("cohort", {"code": coded("h"), "population": BOTH}, "summary", {"MEASURE_MR_GRP_NO_WRONG_CODE"}),
    ],
)
def test_measure_reports(scoring: str, group: Json, kind: str, expected: set[str]) -> None:
    assert scored(scoring, group, kind) == expected


def test_groups_of_measure_reports() -> None:
    missing = "MEASURE_MR_GRP_MISSING_BY_CODE"
    assert scored("cohort", {"code": coded("g"), "population": BOTH}, "summary", "g", "h") == {missing}
    assert scored("cohort", {"population": BOTH}, "summary", "g", "h") == {missing, "MEASURE_MR_GRP_NO_CODE"}
    unknown = {"code": coded("i"), "population": BOTH}
    assert scored("cohort", unknown, "summary", "g", "h") == {missing, "MEASURE_MR_GRP_UNK_CODE"}


@pytest.mark.parametrize("rule", DEFINITION_RULES)
def test_every_rule_is_explained(rule: str) -> None:
    found = explanation(rule, Definitions.default())
    assert found is not None
    assert found.clause.startswith("https://hl7.org/fhir/R4/"), rule
    assert "{" not in found.text + found.remedy


@pytest.mark.parametrize("code", ["123037004", "404684003", "1142143009"])
def test_identifiers(code: str) -> None:
    assert is_identifier(code)
    assert not is_identifier(code[:-1] + str((int(code[-1]) + 1) % 10))


@pytest.mark.parametrize("code", ["", "12345", "012345678", "something", "1" * 19])
def test_what_is_no_identifier(code: str) -> None:
    assert not is_identifier(code)


@pytest.mark.parametrize(
    "text",
    [
        "<< 404684003",
        "<404684003 |finding| : 363698007 = << 39057004",
        "<<123037004 AND <<404684003",
        "(< 123037004 OR < 404684003) MINUS ^ 700043003",
        "< 404684003 : { 363698007 = << 39057004, [0..1] 116676008 = * }",
        '<< 404684003 {{ term = "x" }}',
    ],
)
def test_expression_constraints(text: str) -> None:
    assert is_expression_constraint(text)


@pytest.mark.parametrize(
    "text", ["", "404684003 << 404684003", "<<", "(< 404684003", "< 404684003)", "a", "<< 404684003 AND"]
)
def test_what_is_no_expression_constraint(text: str) -> None:
    assert not is_expression_constraint(text)
