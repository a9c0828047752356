"""Changes to questionnaires and the answers to them."""

from __future__ import annotations

import copy
from typing import Any

from mutants.operators import Subject, operator
from mutants.sites import sites

__all__: list[str] = []

_ANSWERS = ("QuestionnaireResponse",)
_FORM = ("Questionnaire",)

VALUES: tuple[dict[str, Any], ...] = (
    {"valueString": "a text"}, {"valueBoolean": True}, {"valueInteger": 11}, {"valueInteger": -1}, {"valueDecimal": 2.5}, {"valueDate": "2026-03-02"},
    {"valueDateTime": "2026-03-02"}, {"valueCoding": {"system": "http://example.org/codes", "code": "x"}}, {"valueCoding": {"code": "x"}},
    {"valueCoding": {"display": "in words"}}, {"valueQuantity": {"value": 3}}, {"valueReference": {"reference": "Patient/1"}}, {"valueUri": "http://example.org"},
    {"valueTime": "10:15:00"}, {"valueAttachment": {"title": "x"}}, {},
)  # fmt: skip


def _items(resource: dict[str, Any], with_answer: bool = False) -> list[Any]:
    return [
        one
        for one in sites(resource)
        if one.in_list
        and one.name == "item"
        and isinstance(one.value, dict)
        and (not with_answer or one.value.get("answer"))
    ]


@operator("answer-value", only=_ANSWERS, times=10)
def answer_value(subject: Subject) -> bool:
    """An answer of another type or with another value."""
    site = subject.pick(_items(subject.resource, with_answer=True))
    if site is None:
        return False
    site.value["answer"] = [copy.deepcopy(subject.pick(VALUES) or {})]
    return True


@operator("answer-item", only=_ANSWERS, times=12)
def answer_item(subject: Subject) -> bool:
    """An item that is unknown, missing, doubled, moved, answered twice or not at all, or given another text."""
    site = subject.pick(_items(subject.resource))
    if site is None:
        return False
    value, holder, index = site.value, site.holder, int(site.key)
    how = subject.pick(
        (
            "unknown",
            "drop",
            "twice",
            "last",
            "answered-twice",
            "unanswered",
            "no-link",
            "text",
            "to-top",
            "nested",
            "group-answer",
            "definition",
        )
    )
    if how == "unknown":
        value["linkId"] = "none-such"
    elif how == "drop":
        del holder[index]
    elif how == "twice":
        holder.insert(index, copy.deepcopy(value))
    elif how == "last":
        holder.append(holder.pop(index))
    elif how == "answered-twice":
        value["answer"] = [*value.get("answer", []), *copy.deepcopy(value.get("answer") or [{"valueString": "x"}])]
    elif how == "unanswered":
        value.pop("answer", None)
    elif how == "no-link":
        value.pop("linkId", None)
    elif how == "text":
        value["text"] = "Another question?"
    elif how == "to-top":
        subject.resource["item"].append(holder.pop(index))
    elif how == "nested":
        value.setdefault("item", []).append(copy.deepcopy({key: one for key, one in value.items() if key != "item"}))
    elif how == "group-answer":
        value["answer"] = [{"valueString": "x"}]
    else:
        value["definition"] = "http://example.org/x#y"
    return True


@operator("answer-head", only=_ANSWERS, times=3)
def answer_head(subject: Subject) -> bool:
    """What the answers say of themselves: which questionnaire, how far, of whom."""
    change: Any = subject.pick((
        {"questionnaire": None}, {"questionnaire": "http://example.org/none"}, {"questionnaire": "relative"}, {"questionnaire": "https://vrfhir.org/fhir/Questionnaire/VR-FitNoteForm"},
        {"questionnaire": "https://vrfhir.org/fhir/Questionnaire/VR-WorkNeedsAssessment|9.9"}, {"status": "in-progress"}, {"status": "stopped"}, {"item": None}, {"subject": None},
    ))  # fmt: skip
    for key, value in change.items():
        if value is None:
            subject.resource.pop(key, None)
        else:
            subject.resource[key] = value
    return True


@operator("question", only=_FORM, times=14)
def question(subject: Subject) -> bool:
    """A question with a rule of questionnaires broken (https://hl7.org/fhir/R4/questionnaire.html)."""
    site = subject.pick(_items(subject.resource))
    if site is None:
        return False
    value = site.value
    how = subject.pick((
        "same-link", "no-link", "no-type", "no-text", {"type": "group"}, {"type": "display"}, {"type": "choice"}, {"type": "string"}, {"type": "riddle"},
        {"maxLength": 10}, {"maxLength": -1}, {"answerValueSet": "http://example.org/none"}, {"answerOption": [{"valueString": "x"}]},
        {"answerOption": [{"valueCoding": {"code": "x"}}], "answerValueSet": "http://hl7.org/fhir/ValueSet/yesnodontknow"}, {"initial": [{"valueString": "x"}]},
        {"enableWhen": [{"question": "none", "operator": "exists", "answerBoolean": True}]}, {"enableWhen": [{"question": value.get("linkId"), "operator": "=", "answerString": "x"}]},
        {"enableWhen": [{"question": "a", "operator": "exists", "answerString": "x"}, {"question": "a", "operator": "=", "answerString": "x"}]}, {"repeats": True}, {"required": True},
        {"readOnly": True}, {"definition": "relative"}, {"code": [{"system": "http://example.org", "code": "x"}]},
    ))  # fmt: skip
    if how == "same-link":
        value["linkId"] = subject.resource["item"][0].get("linkId")
    elif isinstance(how, str):
        value.pop({"no-link": "linkId", "no-type": "type", "no-text": "text"}[how], None)
    elif how:
        value.update(copy.deepcopy(how))
    return True
