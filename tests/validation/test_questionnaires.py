"""QuestionnaireResponses against a Questionnaire."""

from __future__ import annotations

from typing import Any

import pytest

from vrfhir.definitions import Definitions
from vrfhir.validation import Validator

Json = dict[str, Any]

SYSTEM = "https://example.test/colours"
FORM: Json = {
    "resourceType": "Questionnaire",
    "url": "https://example.test/Questionnaire/form",
    "status": "active",
    "item": [
        {"linkId": "1", "type": "string", "required": True, "maxLength": 5},
        {
            "linkId": "2",
            "type": "choice",
            "answerOption": [
                {"valueCoding": {"system": SYSTEM, "code": "red"}},
                {"valueCoding": {"system": SYSTEM, "code": "blue"}},
            ],
        },
        {
            "linkId": "3",
            "type": "integer",
            "enableWhen": [{"question": "1", "operator": "=", "answerString": "more"}],
            "required": True,
        },
        {"linkId": "4", "type": "group", "item": [{"linkId": "4.1", "type": "date", "repeats": True}]},
    ],
}


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator(Definitions.default().with_resources([FORM]))


def check(validator: Validator, *items: Json, status: str = "completed") -> set[tuple[str, str]]:
    response = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": FORM["url"],
        "status": status,
        "item": list(items),
    }
    return {(issue.id, issue.expression) for issue in validator.validate(response).issues if issue.is_error}


def item(link: str, *answers: Json) -> Json:
    return {"linkId": link, "answer": list(answers)}


RED = {"valueCoding": {"system": SYSTEM, "code": "red"}}
NAME = item("1", {"valueString": "x"})


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([NAME, item("2", RED)], set()),
        ([], {("Questionnaire_QR_Item_Missing", "QuestionnaireResponse")}),
        ([item("2", RED), NAME], {("Questionnaire_QR_Item_Order", "QuestionnaireResponse")}),
        ([NAME, item("9")], {("Questionnaire_QR_Item_NotFound", "QuestionnaireResponse")}),
        ([NAME, NAME], {("Questionnaire_QR_Item_OnlyOneI", "QuestionnaireResponse")}),
        (
            [item("1", {"valueInteger": 1})],
            {("Questionnaire_QR_Item_WrongType", "QuestionnaireResponse.item[0].answer[0].value.ofType(integer)")},
        ),
        (
            [item("1", {"valueString": "too long"})],
            {
                (
                    "QUESTIONNAIRE_QR_ITEM_STRING_MAX_LENGTH",
                    "QuestionnaireResponse.item[0].answer[0].value.ofType(string)",
                )
            },
        ),
        (
            [NAME, item("2", {"valueCoding": {"system": SYSTEM, "code": "green"}})],
            {("Questionnaire_QR_Item_NoCoding", "QuestionnaireResponse.item[1].answer[0]")},
        ),
        ([NAME, item("2", RED, RED)], {("Questionnaire_QR_Item_OnlyOneA", "QuestionnaireResponse.item[1]")}),
        (
            [NAME, item("3", {"valueInteger": 1})],
            {("Questionnaire_QR_Item_NotEnabled2", "QuestionnaireResponse.item[1]")},
        ),
        ([item("1", {"valueString": "more"})], {("Questionnaire_QR_Item_Missing", "QuestionnaireResponse")}),
        ([item("1", {"valueString": "more"}), item("3", {"valueInteger": 1})], set()),
        ([NAME, {"linkId": "4", "item": [item("4.1", {"valueDate": "2020"}, {"valueDate": "2021"})]}], set()),
        (
            [NAME, {"linkId": "4", "answer": [{"valueString": "x"}]}],
            {("Questionnaire_QR_Item_Group", "QuestionnaireResponse.item[1]")},
        ),
    ],
)
def test_answers(validator: Validator, items: list[Json], expected: set[tuple[str, str]]) -> None:
    assert {each for each in check(validator, *items) if each[0].upper().startswith("QUESTIONNAIRE_")} == expected


def test_an_unfinished_response_may_have_gaps(validator: Validator) -> None:
    assert check(validator, {"linkId": "2"}, status="in-progress") == set()


def test_conditions_must_lead_to_another_question(validator: Validator) -> None:
    form = FORM | {
        "item": [
            {
                "linkId": "a",
                "type": "group",
                "enableWhen": [{"question": "b", "operator": "exists", "answerBoolean": True}],
                "item": [
                    {
                        "linkId": "b",
                        "type": "string",
                        "enableWhen": [{"question": "z", "operator": "exists", "answerBoolean": True}],
                    }
                ],
            }
        ]
    }
    found = {(issue.id, issue.expression) for issue in validator.validate(form).issues}
    assert ("Questionnaire_Q_EnableWhen_IsInner", "Questionnaire.item[0]") in found
    assert ("Questionnaire_Q_EnableWhen_NoTarget", "Questionnaire.item[0].item[0]") in found
