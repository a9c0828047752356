"""The work-needs assessment and the fit-note form: what a clinician needs is asked, and the marks for software are right."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from vrfhir import fhirpath
from vrfhir.definitions import Definitions
from vrfhir.profiles import CANONICAL, artefacts

Json = dict[str, Any]
RESOURCES: dict[str, Json] = {
    one.url: json.loads(one.path.read_text(encoding="utf-8")) for one in artefacts() if one.url
}
FORMS = {one["id"]: one for one in RESOURCES.values() if one["resourceType"] == "Questionnaire"}
ASSESSMENT = FORMS["VR-WorkNeedsAssessment"]
FIT_NOTE = FORMS["VR-FitNoteForm"]
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
VALUE_SET = f"{CANONICAL}/ValueSet/vr-"


def items(node: Json) -> Iterator[Json]:
    for item in node.get("item", []):
        yield item
        yield from items(item)


def marks(node: Json, url: str) -> list[Json]:
    return [one for one in node.get("extension", []) if one["url"] == url]


def asked(form: Json) -> dict[str, Json]:
    return {item["linkId"]: item for item in items(form) if item["type"] not in ("group", "display")}


QUESTIONS = asked(ASSESSMENT)
GROUPS = {item["linkId"]: item for item in ASSESSMENT["item"]}


def test_the_assessment_has_a_core_and_four_modules_with_sixty_questions_and_more() -> None:
    assert set(GROUPS) >= {"job", "absence", "health", "function", "barriers", "wish", "tried", "sharing", "contact"}
    modules = {"cancer", "neurological", "musculoskeletal", "mental-health"}
    assert modules <= set(GROUPS)
    assert all(len(GROUPS[one]["item"]) >= 8 for one in modules)
    assert len(QUESTIONS) >= 60


@pytest.mark.parametrize("module", ["cancer", "neurological", "musculoskeletal", "mental-health"])
def test_a_module_opens_for_its_group_of_conditions(module: str) -> None:
    (when,) = GROUPS[module]["enableWhen"]
    assert (when["question"], when["operator"], when["answerCoding"]["code"]) == ("health-groups", "=", module)
    assert when["answerCoding"]["system"] == f"{CANONICAL}/CodeSystem/vr-condition-group"


def test_all_barriers_of_the_code_system_are_offered() -> None:
    barriers = QUESTIONS["barriers-list"]
    assert (barriers["answerValueSet"], barriers["repeats"]) == (VALUE_SET + "barrier", True)
    (include,) = RESOURCES[VALUE_SET + "barrier"]["compose"]["include"]
    assert include == {"system": f"{CANONICAL}/CodeSystem/vr-barrier"}


@pytest.mark.parametrize(
    ("question", "value_set"),
    [
        ("job-demands", "job-demand"),
        ("absence-sick-pay", "sick-pay"),
        ("wish-now", "patient-wish"),
        ("wish-goal", "work-goal"),
        ("tried-adjustments", "adjustment"),
        ("tried-interventions", "intervention"),
        ("sharing-content", "content-class"),
        ("sharing-others", "recipient-class"),
        ("contact-mode", "contact-mode"),
    ],
)
def test_what_must_be_asked_is_asked_with_our_codes(question: str, value_set: str) -> None:
    assert QUESTIONS[question]["answerValueSet"] == VALUE_SET + value_set


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda one: one["id"])
def test_skip_logic_names_questions_that_come_before_and_answers_that_can_be_given(form: Json) -> None:
    order = [item["linkId"] for item in items(form)]
    assert len(order) == len(set(order))
    known = {item["linkId"]: item for item in items(form)}
    for item in items(form):
        for when in item.get("enableWhen", []):
            question = known[when["question"]]
            assert order.index(when["question"]) < order.index(item["linkId"])
            if "answerBoolean" in when:
                assert question["type"] == "boolean" or when["operator"] == "exists"
            else:
                assert when["answerCoding"]["code"] in answers(question), when


def answers(question: Json) -> set[str]:
    options = {one["valueCoding"]["code"] for one in question.get("answerOption", [])}
    if "answerValueSet" in question:
        for include in RESOURCES[question["answerValueSet"]]["compose"]["include"]:
            concepts = include.get("concept") or RESOURCES[include["system"]]["concept"]
            options |= {one["code"] for one in concepts}
    return options


def test_help_stands_with_questions_and_no_question_is_its_own_help() -> None:
    control = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
    helped = [item for item in items(ASSESSMENT) if item["type"] == "display"]
    assert len(helped) >= 20
    for item in helped:
        (mark,) = marks(item, control)
        assert mark["valueCodeableConcept"]["coding"][0]["code"] == "help"
        assert item["linkId"] == item["linkId"].removesuffix("-help") + "-help"


def test_name_employer_and_absence_are_filled_in_from_what_is_known() -> None:
    variables = {
        one["valueExpression"]["name"] for one in marks(ASSESSMENT, "http://hl7.org/fhir/StructureDefinition/variable")
    }
    (launch,) = marks(ASSESSMENT, SDC + "launchContext")
    variables |= {one["valueCoding"]["code"] for one in launch["extension"] if one["url"] == "name"}
    assert variables >= {"patient", "employment", "absence", "hna"}
    filled = {name: marks(item, SDC + "initialExpression") for name, item in QUESTIONS.items()}
    for name, variable in {
        "person-name": "patient",
        "person-birth-date": "patient",
        "job-employer": "employment",
        "job-title": "employment",
        "absence-now": "absence",
        "absence-since": "absence",
        "wish-hna-concern": "hna",
    }.items():
        (mark,) = filled[name]
        assert mark["valueExpression"]["expression"].startswith(f"%{variable}."), name
    named = {
        variable
        for found in filled.values()
        for mark in found
        for variable in re.findall(r"%(\w+)", mark["valueExpression"]["expression"])
    }
    assert named <= variables


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda one: one["id"])
def test_expressions_are_fhirpath(form: Json) -> None:
    for node in [form, *items(form)]:
        for extension in node.get("extension", []):
            for one in [extension, *extension.get("extension", [])]:
                expression = one.get("valueExpression", {})
                if expression.get("language") == "text/fhirpath":
                    assert fhirpath.compile(expression["expression"])


def test_scores_are_calculated_and_cannot_be_typed_in() -> None:
    for name, question in {"score-work-ability": "wish-work-ability", "score-hna-concern": "wish-hna-concern"}.items():
        (mark,) = marks(QUESTIONS[name], SDC + "calculatedExpression")
        assert f"'{question}'" in mark["valueExpression"]["expression"]
        assert QUESTIONS[name]["readOnly"] is True
        low = marks(QUESTIONS[question], "http://hl7.org/fhir/StructureDefinition/minValue")
        high = marks(QUESTIONS[question], "http://hl7.org/fhir/StructureDefinition/maxValue")
        assert (low[0]["valueInteger"], high[0]["valueInteger"]) == (0, 10)


def test_scores_and_barriers_are_marked_for_observation_extraction_with_a_code() -> None:
    extracted = {
        name
        for name, item in QUESTIONS.items()
        if any(m["valueBoolean"] for m in marks(item, SDC + "observationExtract"))
    }
    assert extracted >= {"wish-work-ability", "wish-confidence", "wish-hna-concern", "barriers-list", "job-status"}
    scores = f"{CANONICAL}/CodeSystem/vr-score"
    for name in ("wish-work-ability", "wish-confidence", "wish-hna-concern"):
        assert any(code["system"] == scores for code in QUESTIONS[name]["code"])


def element_exists(url: str, path: str) -> bool:
    """Whether a profile has the element, itself or in the type of the element above it."""
    definitions = Definitions.default()
    structure = definitions.structure(url)
    assert structure is not None, url
    rows = {each["id"]: each for each in structure["snapshot"]["element"]}
    if path in rows:
        return True
    parent, _, child = path.rpartition(".")
    if parent not in rows:
        return False
    types = [definitions.type(one["code"]) for one in rows[parent].get("type", [])]
    found = [
        definitions.structure(f"http://hl7.org/fhir/StructureDefinition/{one['code']}") for one in rows[parent]["type"]
    ]
    assert types
    return any(one and any(e["path"] == f"{one['type']}.{child}" for e in one["snapshot"]["element"]) for one in found)


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda one: one["id"])
def test_definition_based_extraction_names_profiles_and_elements_that_exist(form: Json) -> None:
    seen = 0

    def follow(node: Json, targets: frozenset[str]) -> None:
        nonlocal seen
        made = {
            one["valueCanonical"]
            for mark in marks(node, SDC + "definitionExtract")
            for one in mark["extension"]
            if one["url"] == "definition"
        }
        targets |= made
        named = [node["definition"]] if "definition" in node else []
        named += [
            one["valueUri"]
            for mark in marks(node, SDC + "definitionExtractValue")
            for one in mark["extension"]
            if one["url"] == "definition"
        ]
        for definition in named:
            url, _, path = definition.partition("#")
            assert url in targets, f"{node.get('linkId')}: nothing is made after {url} here"
            assert element_exists(url, path), definition
            seen += 1
        for item in node.get("item", []):
            follow(item, targets)

    follow(form, frozenset())
    assert seen >= 12


def test_the_fit_note_form_has_the_boxes_of_the_printed_form_in_its_order() -> None:
    assert [item["linkId"] for item in FIT_NOTE["item"]] == [
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "10",
        "11",
        "12",
    ]
    boxes = {item["linkId"]: item for item in items(FIT_NOTE)}
    assert {"5.1", "5.2", "5.3", "5.4", "7a", "7b.from", "7b.to"} <= boxes.keys()
    required = {name for name, item in boxes.items() if item.get("required")}
    assert {"1", "2", "3", "4", "7", "8", "9", "10", "11", "12"} == required
    assert boxes["10"]["answerValueSet"] == VALUE_SET + "fit-note-issuer"
    assert len(answers(boxes["10"])) == 5
