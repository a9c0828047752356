"""The validator on single resources: each rule with something that breaks it and something that does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vrfhir.errors import DefinitionError
from vrfhir.validation import Options, Validator

Json = dict[str, Any]


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator()


def errors(validator: Validator, resource: Json, **keywords: Any) -> set[tuple[str, str]]:
    report = validator.validate(json.dumps(resource).encode(), **keywords)
    return {(issue.id, issue.expression) for issue in report.issues if issue.is_error}


PATIENT: Json = {
    "resourceType": "Patient",
    "id": "p1",
    "active": True,
    "name": [{"family": "Example", "given": ["Ada"]}],
    "gender": "female",
    "birthDate": "1980-02-29",
    "deceasedBoolean": False,
}


def test_a_good_patient_has_no_errors(validator: Validator) -> None:
    assert validator.validate(PATIENT).issues == []


FORM = [
    ({"shoeSize": 42}, "UNRECOGNISED_PROPERTY_", "Patient"),
    ({"name": {"family": "x"}}, "THIS_PROPERTY_MUST_BE_AN_ARRAY_NOT_", "Patient.name"),
    ({"name": []}, "ARRAY_CANNOT_BE_EMPTY", "Patient.name"),
    ({"name": [{}]}, "OBJECT_MUST_HAVE_SOME_CONTENT", "Patient.name[0]"),
    ({"name": ["x"]}, "THIS_PROPERTY_MUST_BE__NOT_", "Patient.name[0]"),
    ({"gender": ["male"]}, "THIS_PROPERTY_MUST_BE_AN_SIMPLE_VALUE_NOT_", "Patient.gender"),
    ({"gender": None}, "THIS_PROPERTY_MUST_BE_AN_SIMPLE_VALUE_NOT_", "Patient.gender"),
    ({"active": "true"}, "ERROR_PARSING_JSON_THE_PRIMITIVE_VALUE_MUST_BE_A_BOOLEAN", "Patient.active"),
    ({"birthDate": 1980}, "ERROR_PARSING_JSON_THE_PRIMITIVE_VALUE_MUST_BE_A_STRING", "Patient.birthDate"),
    (
        {"multipleBirthInteger": "2"},
        "ERROR_PARSING_JSON_THE_PRIMITIVE_VALUE_MUST_BE_A_NUMBER",
        "Patient.multipleBirth[x]",
    ),
    ({"deceasedDateTime": "2020-01-01"}, "UNRECOGNISED_PROPERTY_", "Patient"),
    ({"_gender": "x"}, "THIS_PROPERTY_MUST_BE_AN_OBJECT_NOT_", "Patient.gender"),
    (
        {"contained": [{"resourceType": "Nonsense"}]},
        "CONTAINED_RESOURCE_DOES_NOT_APPEAR_TO_BE_A_FHIR_RESOURCE_UNKNOWN_NAME_",
        "Patient.contained[0]",
    ),
]


@pytest.mark.parametrize(("change", "rule", "expression"), FORM)
def test_form(validator: Validator, change: Json, rule: str, expression: str) -> None:
    assert (rule, expression) in errors(validator, PATIENT | change)


VALUES = [
    ({"birthDate": "1980-13-01"}, "Type_Specific_Checks_DT_Date_Valid", "Patient.birthDate"),
    ({"birthDate": "1981-02-29"}, "Type_Specific_Checks_DT_Date_Valid", "Patient.birthDate"),
    ({"gender": "fmale"}, "Terminology_TX_NoValid_16", "Patient.gender"),
    ({"gender": ""}, "Type_Specific_Checks_DT_Primitive_NotEmpty", "Patient.gender"),
    ({"gender": ""}, "http://hl7.org/fhir/StructureDefinition/Element#ele-1", "Patient.gender"),
    ({"id": "a b"}, "Resource_RES_ID_Malformed_Chars", "Patient.id"),
    ({"id": "x" * 65}, "Resource_RES_ID_Malformed_Length", "Patient.id"),
    ({"implicitRules": "not a uri"}, "Type_Specific_Checks_DT_URI_WS", "Patient.implicitRules"),
    ({"implicitRules": "urn:uuid:123"}, "Type_Specific_Checks_DT_UUID_Valid", "Patient.implicitRules"),
    ({"implicitRules": "urn:oid:1.2.a"}, "Type_Specific_Checks_DT_OID_Valid", "Patient.implicitRules"),
    ({"meta": {"profile": ["relative"]}}, "TYPE_SPECIFIC_CHECKS_CANONICAL_ABSOLUTE", "Patient.meta.profile[0]"),
    (
        {"meta": {"lastUpdated": "2020-01-01T10:00:00"}},
        "Type_Specific_Checks_DT_DateTime_Regex",
        "Patient.meta.lastUpdated",
    ),
    (
        {"deceasedBoolean": None, "deceasedDateTime": "2020-01-01T10:00:00"},
        "Type_Specific_Checks_DT_DateTime_TZ",
        "Patient.deceased.ofType(dateTime)",
    ),
    (
        {"telecom": [{"value": "1", "rank": 0, "system": "phone"}]},
        "Type_Specific_Checks_DT_Integer_LT1",
        "Patient.telecom[0].rank",
    ),
    ({"photo": [{"data": "abc"}]}, "Type_Specific_Checks_DT_Base64_Valid", "Patient.photo[0].data"),
    ({"language": "  en"}, "Type_Specific_Checks_DT_Code_WS", "Patient.language"),
]


@pytest.mark.parametrize(("change", "rule", "expression"), VALUES)
def test_primitive_values(validator: Validator, change: Json, rule: str, expression: str) -> None:
    resource = {key: value for key, value in (PATIENT | change).items() if value is not None}
    assert (rule, expression) in errors(validator, resource)


def test_a_missing_element_is_reported_at_its_parent(validator: Validator) -> None:
    found = errors(validator, {"resourceType": "Observation", "status": "final"})
    assert found == {("Validation_VAL_Profile_Minimum", "Observation")}


RULES = [
    ({"contact": [{"gender": "male"}]}, "http://hl7.org/fhir/StructureDefinition/Patient#pat-1", "Patient.contact[0]"),
    ({"telecom": [{"value": "1"}]}, "http://hl7.org/fhir/StructureDefinition/ContactPoint#cpt-2", "Patient.telecom[0]"),
    (
        {"identifier": [{"period": {"start": "2021-01-02", "end": "2021-01-01"}}]},
        "http://hl7.org/fhir/StructureDefinition/Period#per-1",
        "Patient.identifier[0].period",
    ),
    ({"generalPractitioner": [{"reference": "#x"}]}, "Reference_REF_CantResolve", "Patient.generalPractitioner[0]"),
    (
        {"generalPractitioner": [{"reference": "Practitioner/ 1"}]},
        "REFERENCE_REF_INVALID_REF",
        "Patient.generalPractitioner[0]",
    ),
    ({"contained": [{"resourceType": "Patient", "id": "c"}]}, "CONTAINED_ORPHAN_DOM3", "Patient.contained[0]"),
    (
        {"contained": [{"resourceType": "Patient", "id": "c"}], "generalPractitioner": [{"reference": "#c"}]},
        "Reference_REF_BadTargetType",
        "Patient.generalPractitioner[0]",
    ),
    (
        {"identifier": [{"system": "relative", "value": "1"}]},
        "Type_Specific_Checks_DT_Identifier_System",
        "Patient.identifier[0]",
    ),
    ({"extension": [{"valueString": "x"}]}, "Extension_EXT_Url_NotFound", "Patient.extension[0]"),
    ({"extension": [{"url": "x", "valueString": "x"}]}, "Extension_EXT_URL_Absolute", "Patient.extension[0]"),
    (
        {"extension": [{"url": "https://none.test/x", "valueString": "x"}]},
        "Extension_EXT_Unknown_NotHere",
        "Patient.extension[0]",
    ),
    (
        {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueString": "x"}]},
        "Extension_EXT_Type",
        "Patient.extension[0]",
    ),
    (
        {
            "name": [
                {
                    "family": "x",
                    "extension": [
                        {
                            "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
                            "valueAddress": {"city": "x"},
                        }
                    ],
                }
            ]
        },
        "Extension_EXTP_Context_Wrong",
        "Patient.name[0]",
    ),
    (
        {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"}]},
        "http://hl7.org/fhir/StructureDefinition/Extension#ext-1",
        "Patient.extension[0]",
    ),
    (
        {
            "maritalStatus": {
                "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "nonsense"}]
            }
        },
        "Unknown_Code_in_Version",
        "Patient.maritalStatus.coding[0].code",
    ),
    (
        {
            "maritalStatus": {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus",
                        "code": "M",
                        "display": "wrong",
                    }
                ]
            }
        },
        "Display_Name_for__should_be_one_of__instead_of",
        "Patient.maritalStatus.coding[0].display",
    ),
]


@pytest.mark.parametrize(("change", "rule", "expression"), RULES)
def test_rules(validator: Validator, change: Json, rule: str, expression: str) -> None:
    assert (rule, expression) in errors(validator, PATIENT | change)


NARRATIVES = [
    ("<div>x</div>", "XHTML_XHTML_NS_InValid"),
    ("<p xmlns='http://www.w3.org/1999/xhtml'>x</p>", "XHTML_XHTML_Name_Invalid"),
    ("<div xmlns='http://www.w3.org/1999/xhtml'><script>x</script></div>", "XHTML_XHTML_Element_Illegal"),
    ("<div xmlns='http://www.w3.org/1999/xhtml'><p onclick='x'>x</p></div>", "XHTML_XHTML_Attribute_Illegal"),
    ("<div xmlns='http://www.w3.org/1999/xhtml'>  </div>", "http://hl7.org/fhir/StructureDefinition/Narrative#txt-2"),
    ("<div xmlns='http://www.w3.org/1999/xhtml'><p>x</div>", "ERROR_PARSING_XHTML_"),
    ("<!DOCTYPE div [<!ENTITY a 'x'>]><div xmlns='http://www.w3.org/1999/xhtml'>&a;</div>", "ERROR_PARSING_XHTML_"),
]


@pytest.mark.parametrize(("div", "rule"), NARRATIVES)
def test_narrative(validator: Validator, div: str, rule: str) -> None:
    assert (rule, "Patient.text.div") in errors(validator, PATIENT | {"text": {"status": "generated", "div": div}})


def test_html_entities_are_read(validator: Validator) -> None:
    div = "<div xmlns='http://www.w3.org/1999/xhtml'><p>a&nbsp;b &lt; c</p></div>"
    assert errors(validator, PATIENT | {"text": {"status": "generated", "div": div}}) == set()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (b"{", None),
        (b"[]", None),
        (b"", None),
        (b'{"resourceType": "patient"}', "THIS__CANNOT_BE_PARSED_AS_A_FHIR_OBJECT_UNKNOWN_NAME"),
        (b'{"id": "x"}', "UNABLE_TO_FIND_RESOURCETYPE_PROPERTY"),
        (b'{"resourceType": 5}', "RESOURCETYPE_PROPERTY_WRONG_TYPE"),
        (b'{"resourceType": "Resource", "id": "x"}', "VR-VAL-0004"),
        (b'{"resourceType": "Patient", "a":' + b"[" * 5000 + b"]" * 5000 + b"}", None),
        (b"\xff\xfe\x00", None),
        (b"<Patient", None),
    ],
)
def test_what_is_no_resource_is_a_finding(validator: Validator, text: bytes, rule: str | None) -> None:
    report = validator.validate(text)
    assert not report.valid
    if rule is not None:
        assert rule in {issue.id for issue in report.issues}


def test_deep_nesting_ends_with_a_finding(validator: Validator) -> None:
    item: Json = {"linkId": "x", "type": "group"}
    for _ in range(2000):
        item = {"linkId": "x", "type": "group", "item": [item]}
    report = validator.validate({"resourceType": "Questionnaire", "status": "draft", "item": [item]})
    assert "VR-VAL-0002" in {issue.id for issue in report.issues}


def test_findings_know_their_line(validator: Validator) -> None:
    text = b'{\n  "resourceType": "Patient",\n  "birthDate": "x"\n}'
    (issue,) = validator.validate(text).issues
    assert issue.line == 3


def test_an_unknown_profile_by_name_is_refused_with_the_nearest(validator: Validator) -> None:
    with pytest.raises(DefinitionError) as caught:
        validator.validate(PATIENT, profiles=["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Pateint"])
    assert "UKCore-Patient" in caught.value.issues[0].hint


def test_an_unknown_claimed_profile_is_a_warning(validator: Validator) -> None:
    report = validator.validate(PATIENT | {"meta": {"profile": ["https://none.test/x"]}})
    assert report.valid
    assert {issue.id for issue in report.issues} == {"VALIDATION_VAL_PROFILE_UNKNOWN_NOT_POLICY"}


def test_a_claimed_profile_of_another_type_is_an_error(validator: Validator) -> None:
    found = errors(validator, PATIENT | {"meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/Organization"]}})
    assert ("Validation_VAL_Profile_NotAllowed", "Patient.gender") in found


def test_vital_signs_bring_their_profile(validator: Validator) -> None:
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2024-01-01",
        "valueQuantity": {"value": 60, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
    }
    assert ("Validation_VAL_Profile_Minimum", "Observation") in errors(validator, resource)
    category = [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}
    ]
    assert errors(validator, resource | {"category": category}) == set()


def test_options_choose_severity(validator: Validator) -> None:
    resource = PATIENT | {"name": [{"text": "a <b>bold</b> name"}]}
    assert errors(validator, resource) == set()
    assert ("SECURITY_STRING_CONTENT_ERROR", "Patient.name[0].text") in errors(
        validator, resource, options=Options(security=True)
    )


def test_the_report_is_an_operation_outcome(validator: Validator) -> None:
    outcome = validator.validate(PATIENT | {"gender": "x"}).to_operation_outcome()
    assert outcome["issue"][0]["expression"] == ["Patient.gender"]
    assert validator.validate(outcome).valid


def test_a_coding_known_to_be_right_at_one_element_is_judged_anew_elsewhere_and_with_anything_beside_it() -> None:
    """What is remembered about concepts is system, code and display at one element, and nothing else."""
    validator = Validator()
    married = {"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M", "display": "Married"}

    def found(concept: dict[str, Any], name: str = "maritalStatus") -> list[str]:
        resource = {"resourceType": "Patient", "id": "p", name: concept}
        return [issue.id for issue in validator.validate(resource).issues]

    for _ in range(2):
        assert found({"coding": [married]}) == []
    assert found({"coding": [married], "text": " x"}) == ["Type_Specific_Checks_DT_String_WS"]
    assert found({"coding": [married | {"display": "Wed"}]}) == [
        "Display_Name_for__should_be_one_of__instead_of",
        "Terminology_TX_NoValid_2_CC",
    ]
    assert found({"coding": [married | {"userSelected": "yes"}]}) != []
    assert found({"coding": [married, married | {"code": "nope"}]}) != []
    assert found({"coding": [married], "extension": [{"url": "http://nowhere.test/x", "valueString": "x"}]}) != []
    contact = {"relationship": [{"coding": [married]}], "name": {"family": "x"}}
    resource = {"resourceType": "Patient", "id": "p", "contact": [contact]}
    assert [issue.id for issue in validator.validate(resource).issues] == ["Terminology_TX_NoValid_2_CC"]
    for _ in range(2):
        assert found({"coding": [married | {"code": "nope"}]}) != []
