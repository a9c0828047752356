"""Rules that were found by asking HL7's validator: each with something that breaks it and something that does not."""

from __future__ import annotations

from typing import Any

import pytest

from vrfhir.terminology import Membership
from vrfhir.terminology.grammars import judge
from vrfhir.validation import Options, Validator

Json = dict[str, Any]

PATIENT: Json = {"resourceType": "Patient"}
EXTENSION = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def narrative(inner: str) -> Json:
    return PATIENT | {
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>'}
    }


def managed(**reference: str) -> Json:
    return PATIENT | {"managingOrganization": reference}


def observation(code: str) -> Json:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
    }


ABSENT = {"url": EXTENSION, "valueCode": "unknown"}
ELE_1 = "http://hl7.org/fhir/StructureDefinition/Element#ele-1"
RESOLVE = "Type_Specific_Checks_DT_XHTML_Resolve"

CASES: list[tuple[str, Json, Json]] = [
    (RESOLVE, narrative('<a href="#b">x</a>'), narrative('<a name="b">x</a><a href="#b">x</a>')),
    (RESOLVE, narrative('<a href="#b">x</a>'), narrative('<a href="#b">x</a>') | {"name": [{"id": "b", "text": "x"}]}),
    (RESOLVE + "_Img", narrative('<img src="#b" alt="x"/>'), narrative('<img src="b.png" alt="x"/>')),
    (
        "TYPE_SPECIFIC_CHECKS_DT_XHTML_ACTIVE_HREF",
        narrative('<a href="javascript:x()">x</a>'),
        narrative('<a href="mailto:x@example.test">x</a>'),
    ),
    ("TYPE_SPECIFIC_CHECKS_DT_XHTML_EMPTY_HREF", narrative('<a href="">x</a>'), narrative("<a>x</a>")),
    ("INVALID_DISPLAY_NAME", PATIENT | {"language": "zz"}, PATIENT | {"language": "en-GB"}),
    ("INVALID_DISPLAY_NAME", PATIENT | {"language": "english"}, PATIENT | {"language": "de-CH-1996"}),
    (
        "REFERENCE_REF_QUERY_NOT_TRANSACTION",
        managed(reference="Organization?identifier=x|y"),
        managed(reference="Organization/1"),
    ),
    ("REFERENCE_REF_INVALID_REF", managed(reference="  "), managed(reference="Organization/1")),
    (
        "Reference_REF_BadTargetType",
        managed(reference="Organization/1", type="http://hl7.org/fhir/StructureDefinition/Organization"),
        managed(reference="Organization/1", type="Organization"),
    ),
    (
        "FHIR_RESOURCE_ID_CANT_BE_EXTENDED",
        PATIENT | {"id": "a", "_id": {"extension": [ABSENT]}},
        PATIENT | {"id": "a", "_gender": {"extension": [ABSENT]}},
    ),
    (
        "Extension_EXT_Unknown_NotHere",
        PATIENT | {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/none", "valueString": "x"}]},
        PATIENT | {"extension": [ABSENT]},
    ),
    (ELE_1, PATIENT | {"_birthDate": {"id": "x"}}, PATIENT | {"_birthDate": {"id": "x", "extension": [ABSENT]}}),
    (
        "TYPE_SPECIFIC_CHECKS_DT_ATT_B64_DECODE_FAIL",
        PATIENT | {"photo": [{"contentType": "image/png", "data": "QU JD"}]},
        PATIENT | {"photo": [{"contentType": "image/png", "data": "QUJD"}]},
    ),
    ("VALIDATION_VAL_PROFILE_SIGNPOST_OBS", observation("386725007"), observation("123037004")),
]


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator()


@pytest.mark.parametrize(("rule", "wrong", "right"), CASES, ids=[row[0].rpartition("/")[2] for row in CASES])
def test_rule(validator: Validator, rule: str, wrong: Json, right: Json) -> None:
    assert rule in {issue.id for issue in validator.validate(wrong).issues}
    assert rule not in {issue.id for issue in validator.validate(right).issues}


def test_a_blank_display_is_no_display_of_the_code(validator: Validator) -> None:
    coding = {"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M", "display": " "}
    found = validator.validate(PATIENT | {"maritalStatus": {"coding": [coding]}})
    assert {issue.id for issue in found.issues} == {
        "Type_Specific_Checks_DT_Primitive_WS",
        "Display_Name_for__should_be_one_of__instead_of",
        "Terminology_TX_NoValid_2_CC",
    }


def test_example_addresses_of_extensions(validator: Validator) -> None:
    resource = PATIENT | {"extension": [{"url": "http://example.org/x", "valueString": "x"}]}
    rule = "TYPE_SPECIFIC_CHECKS_DT_URL_EXAMPLE"
    strict = validator.validate(resource, options=Options(examples=False))
    assert (rule, "Patient.extension[0].url") in {(issue.id, issue.expression) for issue in strict.issues}
    assert rule not in {issue.id for issue in validator.validate(resource).issues}


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        ("urn:iso:std:iso:3166:-2", "GB-SCT", Membership.UNKNOWN),
        ("urn:iso:std:iso:3166:-2", "Scotland", Membership.OUT),
        ("urn:iso:std:iso:3166:-2", "XX-1", Membership.OUT),
        ("http://unstats.un.org/unsd/methods/m49/m49.htm", "826", Membership.UNKNOWN),
        ("http://unstats.un.org/unsd/methods/m49/m49.htm", "Europe", Membership.OUT),
        ("urn:ietf:bcp:13", "application/dicom; variant=WADO RS", Membership.UNKNOWN),
        ("urn:ietf:bcp:13", "no type", Membership.OUT),
    ],
)
def test_grammars(system: str, code: str, expected: Membership) -> None:
    assert judge(system, code) is expected
