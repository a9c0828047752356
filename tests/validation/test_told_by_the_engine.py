"""Rules found by asking HL7's validator about variants of one resource: what it says, and where."""

from __future__ import annotations

from typing import Any

import pytest

from vrfhir.definitions import Definitions
from vrfhir.validation import Validator

Json = dict[str, Any]

GENDERS = "http://hl7.org/fhir/administrative-gender"
UCUM = "http://unitsofmeasure.org"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
BASIC: Json = {"resourceType": "Basic", "code": {"text": "x"}}


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator()


def errors(validator: Validator, resource: Json) -> set[tuple[str, str]]:
    """Rule (invariants by their key) and place of every error."""
    return {
        (issue.id.rpartition("/")[2], issue.expression)
        for issue in validator.validate(resource).issues
        if issue.severity in ("error", "fatal")
    }


def answered(question: Json, answer: Json) -> Json:
    """A response that contains its questionnaire of one question."""
    questionnaire = {
        "resourceType": "Questionnaire",
        "id": "q",
        "url": "http://example.com/q",
        "status": "active",
        "item": [{"linkId": "1", **question}],
    }
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "contained": [questionnaire],
        "questionnaire": "#q",
        "item": [{"linkId": "1", "answer": [answer]}],
    }


def rules(found: set[tuple[str, str]]) -> list[str]:
    return sorted(rule for rule, _ in found)


@pytest.mark.parametrize(
    ("kind", "key", "value", "expected"),
    [
        ("date", "valueDate", "2026-13-02", ["QUESTIONNAIRE_QR_ITEM_DATE_VALUE_EXCEPTION"]),
        ("date", "valueDate", "2026-02-30", ["QUESTIONNAIRE_QR_ITEM_DATE_VALUE_EXCEPTION"]),
        ("date", "valueDate", "2026-03-02T10:15:60Z", []),
        ("date", "valueDate", "2026-03", []),
        ("date", "valueString", "x", ["QUESTIONNAIRE_QR_ITEM_DATE_VALUE_EXCEPTION", "Questionnaire_QR_Item_WrongType"]),
        ("date", "valueCoding", {"code": "x"}, ["Questionnaire_QR_Item_WrongType"]),
        ("dateTime", "valueDateTime", "x", ["QUESTIONNAIRE_QR_ITEM_DATE_VALUE_EXCEPTION"]),
        ("integer", "valueInteger", 99999999999, ["QUESTIONNAIRE_QR_ITEM_INTEGER_VALUE_EXCEPTION"]),
        ("integer", "valueString", "x", ["Questionnaire_QR_Item_WrongType"]),
        ("decimal", "valueDecimal", "x", ["QUESTIONNAIRE_QR_ITEM_DECIMAL_VALUE_EXCEPTION"]),
        ("decimal", "valueDecimal", 1.5, []),
    ],
)
def test_what_cannot_be_read_cannot_be_compared(
    validator: Validator, kind: str, key: str, value: Any, expected: list[str]
) -> None:
    found = rules(errors(validator, answered({"type": kind}, {key: value})))
    assert [rule for rule in found if rule.lower().startswith("questionnaire_qr")] == expected


OPTIONS: dict[str, Json] = {
    "Coding": {"valueCoding": {"system": GENDERS, "code": "male"}},
    "Integer": {"valueInteger": 1},
    "String": {"valueString": "a"},
    "Date": {"valueDate": "2020-01-01"},
    "Time": {"valueTime": "10:00:00"},
}
OTHERS: dict[str, Json] = {
    "Coding": {"valueCoding": {"system": GENDERS, "code": "female"}},
    "Integer": {"valueInteger": 2},
    "String": {"valueString": "b"},
    "Date": {"valueDate": "2021-01-01"},
    "Time": {"valueTime": "11:00:00"},
}


@pytest.mark.parametrize("offered", OPTIONS)
@pytest.mark.parametrize("given", OTHERS)
def test_a_choice_is_made_among_the_options(validator: Validator, offered: str, given: str) -> None:
    question = {"type": "choice", "answerOption": [OPTIONS[offered]]}
    rule = f"Questionnaire_QR_Item_No{given}" if given == offered else f"Questionnaire_QR_Item_NoOptions{given}"
    place = "QuestionnaireResponse.item[0].answer[0]"
    assert errors(validator, answered(question, OTHERS[given])) == {(rule, place)}
    assert errors(validator, answered(question, OPTIONS[offered])) == set()


@pytest.mark.parametrize("offered", OPTIONS)
@pytest.mark.parametrize("given", OTHERS)
def test_an_open_choice_lets_any_text_pass(validator: Validator, offered: str, given: str) -> None:
    question = {"type": "open-choice", "answerOption": [OPTIONS[offered]]}
    found = rules(errors(validator, answered(question, OTHERS[given])))
    if given == "String":
        assert found == []
    elif given == "Coding" and offered != "Coding":
        assert found == ["Questionnaire_QR_Item_NoOptionsCoding"]
    else:
        assert found == [f"Questionnaire_QR_Item_No{given}"]


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("integer", "Integer", []),
        ("date", "Date", ["Questionnaire_QR_Item_NoOptionsDate"]),
        ("time", "Time", ["Questionnaire_QR_Item_NoOptionsTime"]),
        ("string", "String", ["Questionnaire_QR_Item_NoOptionsString"]),
        ("time", "Integer", ["Questionnaire_QR_Item_NoOptionsTime", "Questionnaire_QR_Item_WrongType"]),
        ("string", "Coding", ["Questionnaire_QR_Item_WrongType"]),
    ],
)
def test_a_plain_question_that_lists_its_answers(
    validator: Validator, kind: str, given: str, expected: list[str]
) -> None:
    question = {"type": kind, "answerOption": [OPTIONS["Coding"]]}
    assert rules(errors(validator, answered(question, OTHERS[given]))) == expected


def test_a_wrong_display_is_another_answer(validator: Validator) -> None:
    question = {"type": "choice", "answerValueSet": "http://hl7.org/fhir/ValueSet/administrative-gender"}
    male = {"system": GENDERS, "code": "male"}
    assert errors(validator, answered(question, {"valueCoding": male | {"display": "Male"}})) == set()
    wrong = rules(errors(validator, answered(question, {"valueCoding": male | {"display": "Man or so"}})))
    assert wrong == ["Display_Name_for__should_be_one_of__instead_of", "Questionnaire_QR_Item_BadOption"]
    for incomplete in ({"code": "male"}, {"system": GENDERS}):
        assert rules(errors(validator, answered(question, {"valueCoding": incomplete}))) == [
            "Questionnaire_QR_Item_BadOption"
        ]


@pytest.mark.parametrize(
    ("option", "quantity", "fits"),
    [
        (
            {"system": UCUM, "code": "wk", "display": "weeks"},
            {"value": 1, "unit": "weeks", "system": UCUM, "code": "wk"},
            True,
        ),
        (
            {"system": UCUM, "code": "wk", "display": "weeks"},
            {"value": 1, "unit": "Wochen", "system": UCUM, "code": "wk"},
            False,
        ),
        ({"system": UCUM, "code": "wk", "display": "weeks"}, {"value": 1, "unit": "weeks"}, False),
        ({"system": UCUM, "code": "wk"}, {"value": 1, "unit": "Wochen", "system": UCUM, "code": "wk"}, True),
        ({"system": UCUM, "code": "wk"}, {"value": 1, "unit": "days", "system": UCUM, "code": "d"}, False),
        ({"display": "weeks"}, {"value": 1, "unit": "weeks"}, True),
        ({"display": "weeks"}, {"value": 1, "unit": "days"}, False),
    ],
)
def test_a_quantity_has_one_of_the_units_offered(
    validator: Validator, option: Json, quantity: Json, fits: bool
) -> None:
    extension = {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption", "valueCoding": option}
    question = {"type": "quantity", "extension": [extension]}
    found = rules(errors(validator, answered(question, {"valueQuantity": quantity})))
    assert found == ([] if fits else ["QUESTIONNAIRE_QR_ITEM_DECIMAL_INVALID_UNITS"])


@pytest.mark.parametrize("system", ["mailto:a@b", "ftp://example.com/a", "HTTP://EXAMPLE.COM/up", "xyz", "  "])
def test_a_system_is_on_the_web_or_a_urn(validator: Validator, system: str) -> None:
    coded = BASIC | {"meta": {"tag": [{"system": system, "code": "a"}]}}
    assert ("Terminology_TX_System_Relative", "Basic.meta.tag[0]") in errors(validator, coded)
    named = BASIC | {"identifier": [{"system": system, "value": "1"}]}
    assert ("Type_Specific_Checks_DT_Identifier_System", "Basic.identifier[0]") in errors(validator, named)
    for right in ("urn:foo", "https://example.com/a"):
        assert errors(validator, BASIC | {"meta": {"tag": [{"system": right, "code": "a"}]}}) == set()
        assert errors(validator, BASIC | {"identifier": [{"system": right, "value": "1"}]}) == set()


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-03-02T10:15:00+15:00", ["Type_Specific_Checks_DT_DateTime_Valid"]),
        ("2026-03-02T10:15:00+0100", ["Type_Specific_Checks_DT_DateTime_Valid"]),
        ("2026-03-02T10:15:00", ["Type_Specific_Checks_DT_DateTime_TZ"]),
        ("2026-03-02T10", ["Type_Specific_Checks_DT_DateTime_TZ", "Type_Specific_Checks_DT_DateTime_Valid"]),
        ("2026-03-02T10:15:00+01:00", []),
    ],
)
def test_a_wrong_time_zone_is_not_a_missing_one(validator: Validator, time: str, expected: list[str]) -> None:
    condition = {"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "onsetDateTime": time}
    assert rules({each for each in errors(validator, condition) if "con-" not in each[0]}) == expected


def test_an_extension_wrong_by_its_url_is_told_by_its_url(validator: Validator) -> None:
    patient = {"resourceType": "Patient", "modifierExtension": [{"url": ABSENT, "valueCode": "unknown"}]}
    place = f"Patient.modifierExtension[0][url='{ABSENT}']"
    assert ("Extension_EXT_Modifier_Y", place) in errors(validator, patient)
    versioned = f"{BIRTH_PLACE}|9.2.0"
    found = errors(
        validator,
        {"resourceType": "Patient", "extension": [{"url": versioned, "valueAddress": {"text": "x"}}]},
    )
    assert found == {
        ("EXT_VER_URL_REVERSION", f"Patient.extension[0][url='{versioned}']"),
        ("_DT_Fixed_Wrong", "Patient.extension[0].url"),
    }


def test_a_value_of_a_wrong_type_is_read_as_the_right_one(validator: Validator) -> None:
    concept = {"coding": [{"system": "http://example.com/cs", "code": "a"}], "text": "x"}
    found = errors(validator, BASIC | {"extension": [{"url": ABSENT, "valueCodeableConcept": concept}]})
    value = "Basic.extension[0].value.ofType(CodeableConcept)"
    assert found == {
        ("Extension_EXT_Type", "Basic.extension[0]"),
        ("Terminology_TX_Code_ValueSet_MISSING", value),
        ("Validation_VAL_Profile_NotAllowed", f"{value}.coding[0]"),
        ("Validation_VAL_Profile_NotAllowed", f"{value}.text"),
    }


@pytest.mark.parametrize(
    ("kind", "reference", "rule"),
    [
        ("collection", "Patient", "Reference_REF_Format2"),
        ("collection", "/Patient/1", "Reference_REF_Format2"),
        ("transaction", "Patient", "Reference_REF_Format1"),
        ("transaction", "Foo?x=1", "Reference_REF_Format1"),
        ("transaction", "Patient?identifier=1", ""),
        ("collection", "Patient/1", ""),
        ("collection", "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0b", ""),
    ],
)
def test_a_reference_that_no_full_url_completes(validator: Validator, kind: str, reference: str, rule: str) -> None:
    order = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": reference},
    }
    entry: Json = {"fullUrl": "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a", "resource": order}
    if kind == "transaction":
        entry["request"] = {"method": "POST", "url": "ServiceRequest"}
    bundle = {"resourceType": "Bundle", "type": kind, "entry": [entry]}
    place = "Bundle.entry[0].resource/*ServiceRequest/null*/.subject"
    assert errors(validator, bundle) == ({(rule, place)} if rule else set())


def test_an_empty_narrative_and_language_are_empty_and_no_more(validator: Validator) -> None:
    empty = BASIC | {"text": {"status": "empty", "div": ""}}
    found = rules(errors(validator, empty))
    assert "Type_Specific_Checks_DT_Primitive_NotEmpty" in found
    assert "Element#ele-1" in found
    assert rules(errors(validator, BASIC | {"language": ""})) == [
        "Element#ele-1",
        "Type_Specific_Checks_DT_Primitive_NotEmpty",
    ]


def test_an_answer_without_anything_is_refused_for_its_form(validator: Validator) -> None:
    assert rules(errors(validator, answered({"type": "string"}, {}))) == ["OBJECT_MUST_HAVE_SOME_CONTENT"]


def test_what_is_not_fhir_in_xml_is_told_by_its_xml_path(validator: Validator) -> None:
    patient = '<Patient xmlns="http://hl7.org/fhir"><name><text value="x"><script value="y"/></text></name></Patient>'
    found = validator.validate(patient).issues
    assert [(issue.id, issue.expression) for issue in found if issue.is_error] == [
        ("UNRECOGNISED_PROPERTY_", "/f:Patient/f:name/f:text")
    ]
    bundle = (
        '<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/><entry><fullUrl value="urn:oid:1.2.3"/>'
        "<resource><Basic><code><word/></code></Basic></resource></entry></Bundle>"
    )
    places = {issue.expression for issue in validator.validate(bundle).issues if issue.id == "UNRECOGNISED_PROPERTY_"}
    assert places == {"Basic/f:code"}
    assert [issue.expression for issue in validator.validate("<Patient").issues] == ["(xml)"]


def test_an_extra_comma_is_told_by_what_it_ends(validator: Validator) -> None:
    text = '{"resourceType": "Basic", "code": {"coding": [{"code": "a",}], "text": "x,]",},}'
    found = validator.validate(text).issues
    assert [issue.expression for issue in found if issue.id == "JSON_COMMA_EXTRA"] == [
        "Basic.code.coding[0]",
        "Basic.code",
        "Basic",
    ]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ("abcd", ""),
        ("abc", "Type_Specific_Checks_DT_Base64_Valid"),
        ("abc.", "Type_Specific_Checks_DT_Base64_Valid"),
        ("a b", "Type_Specific_Checks_DT_Base64_Valid"),
        ("ab cd", "TYPE_SPECIFIC_CHECKS_DT_ATT_B64_DECODE_FAIL"),
        ("ab=c", "TYPE_SPECIFIC_CHECKS_DT_ATT_B64_DECODE_FAIL"),
        ("...", "TYPE_SPECIFIC_CHECKS_DT_ATT_B64_DECODE_FAIL"),
    ],
)
def test_data_of_an_attachment_can_be_decoded(validator: Validator, data: str, rule: str) -> None:
    attachment = {"contentType": "text/plain", "data": data}
    reference = {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": attachment}]}
    place = "DocumentReference.content[0].attachment"
    place += ".data" if rule.endswith("Valid") else ""
    assert errors(validator, reference) == ({(rule, place)} if rule else set())


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ([("Patient", "Patient"), ("Patient.name", "Patient.name")], set()),
        (
            [("Patient", "Patient"), ("Patient.name", "Patient.name"), ("Patient.name", "Patient.name")],
            {
                ("DUPLICATE_ID", "StructureDefinition.differential.element[2]"),
                ("ERROR_GENERATING_SNAPSHOT", "StructureDefinition"),
                ("StructureDefinition#sdf-17", "StructureDefinition"),
            },
        ),
        (
            [("Patient..name", "Patient..name")],
            {
                ("ERROR_GENERATING_SNAPSHOT", "StructureDefinition"),
                ("ElementDefinition#eld-19", "StructureDefinition.differential.element[0]"),
            },
        ),
    ],
)
def test_a_differential_names_each_element_once(
    validator: Validator, elements: list[tuple[str, str]], expected: set[tuple[str, str]]
) -> None:
    profile = {
        "resourceType": "StructureDefinition",
        "url": "http://example.com/StructureDefinition/p",
        "name": "P",
        "status": "draft",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "derivation": "constraint",
        "differential": {"element": [{"id": identity, "path": path} for identity, path in elements]},
    }
    assert errors(validator, profile) == expected


@pytest.mark.parametrize("text", ['{"a": [1,]}}]],}', '{"a\\q": [1,],', "]},]", '{"resourceType": "Basic",}]'])
def test_an_extra_comma_in_what_is_no_json_at_all(validator: Validator, text: str) -> None:
    assert any(issue.severity == "fatal" for issue in validator.validate(text).issues)


def test_a_stated_type_is_one_that_the_profile_allows() -> None:
    target = {"code": "Reference", "targetProfile": ["http://hl7.org/fhir/StructureDefinition/Patient"]}
    profile = {
        "resourceType": "StructureDefinition",
        "url": "http://example.com/StructureDefinition/own",
        "name": "Own",
        "status": "draft",
        "kind": "resource",
        "abstract": False,
        "type": "ServiceRequest",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/ServiceRequest",
        "derivation": "constraint",
        "differential": {
            "element": [{"id": "ServiceRequest.subject", "path": "ServiceRequest.subject", "type": [target]}]
        },
    }
    own = Validator(Definitions.default().with_resources([profile]))
    order: Json = {
        "resourceType": "ServiceRequest",
        "meta": {"profile": [profile["url"]]},
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Group/1", "type": "Group"},
    }
    assert ("Reference_REF_WrongTarget", "ServiceRequest.subject") in errors(own, order)
    order["subject"] = {"reference": "Patient/1", "type": "Patient"}
    assert errors(own, order) == set()


def test_a_resource_of_no_type_has_no_name_for_its_place(validator: Validator) -> None:
    assert errors(validator, {"id": "a"}) == {("UNABLE_TO_FIND_RESOURCETYPE_PROPERTY", "$")}
    assert errors(validator, {"resourceType": 5}) == {("RESOURCETYPE_PROPERTY_WRONG_TYPE", "$")}
