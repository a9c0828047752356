"""QuestionnaireResponses against their Questionnaire (https://hl7.org/fhir/R4/questionnaireresponse.html).

Link ids and their order, required and repeated items, answer types, answer options, limits; items that are not enabled
must have no answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.answer_sets import AnswerSets
from vrfhir.validation.answers import check_answer
from vrfhir.validation.enable_when import Given, is_enabled
from vrfhir.validation.paths import Location
from vrfhir.validation.questions import Form, Level, Question

if TYPE_CHECKING:
    from vrfhir.issues import Severity
    from vrfhir.validation.scope import Scope

__all__ = ["check_questionnaire_response"]

Json = dict[str, Any]

_DONE = frozenset({"completed", "amended"})


def check_questionnaire_response(scope: Scope, resource: Json, location: Location) -> None:
    """The whole response; without a known Questionnaire only that is said."""
    canonical = resource.get("questionnaire")
    if not isinstance(canonical, str) or not canonical.strip():
        scope.report("Questionnaire_QR_Q_None", location)
        return
    if canonical.startswith("#"):
        rows = (each for each in resource.get("contained", ()) if isinstance(each, dict))
        questionnaire = next(
            (each for each in rows if each.get("id") == canonical[1:] and each.get("resourceType") == "Questionnaire"),
            None,
        )
    else:
        questionnaire = scope.engine.definitions.resource(canonical, "Questionnaire")
    if questionnaire is None:
        other = scope.engine.definitions.resource(canonical)
        if other is not None:
            place = (location, "questionnaire", "questionnaire", -1)
            scope.report(
                "TYPE_SPECIFIC_CHECKS_DT_CANONICAL_TYPE",
                place,
                found=canonical,
                actual=other.get("resourceType"),
                expected="Questionnaire",
            )
        is_example = canonical.startswith(("http://example.org", "https://example.org"))
        scope.report(
            "Questionnaire_QR_Q_NotFound",
            location,
            severity="information" if is_example else "warning",
            found=canonical,
        )
        return
    _authored(scope, resource, questionnaire, location)
    severity: Severity = "error" if resource.get("status") in _DONE else "warning"
    form = Form(questionnaire) if canonical.startswith("#") else scope.engine.form(questionnaire)
    _Response(scope, resource, form, severity).items(form.top, resource, location)


def _authored(scope: Scope, resource: Json, questionnaire: Json, location: Location) -> None:
    period, authored = questionnaire.get("effectivePeriod"), resource.get("authored")
    if not isinstance(period, dict) or not isinstance(authored, str):
        return
    place = (location, "authored", "authored", -1)
    for name, rule in (("start", "VR-VAL-0101"), ("end", "VR-VAL-0102")):
        limit = period.get(name)
        if isinstance(limit, str):
            size = min(len(limit), len(authored))
            outside = authored[:size] < limit[:size] if name == "start" else authored[:size] > limit[:size]
            if outside:
                scope.report(rule, place, found=authored, limit=limit)


class _Response:
    """One response on its way through the items of its Questionnaire."""

    def __init__(self, scope: Scope, response: Json, form: Form, severity: Severity) -> None:
        self.scope = scope
        self.severity = severity
        self.given = Given(response)
        self.form = form
        self.sets = AnswerSets(scope.engine.terminology, form.questionnaire)

    def items(self, level: Level, holder: Json, location: Location, missing_at: Location | None = None) -> None:
        """The items under a response, an item or an answer, against the questions that belong there.

        What is missing under an answer is told at its item.
        """
        if not level.questions and "item" not in holder:
            return
        order = level.order
        found: dict[Any, list[tuple[Json, Location]]] = {}
        last = -1
        for at, item in enumerate(_rows(holder.get("item"))):
            place = (location, "item", "item", at)
            link = item.get("linkId")
            if not isinstance(link, str) or not link.strip():
                self.scope.report("Questionnaire_QR_Item_NoLinkId", location)
            elif link in order:
                if order[link] < last:
                    self.scope.report("Questionnaire_QR_Item_Order", location)
                last = order[link]
                found.setdefault(link, []).append((item, place))
            elif link in self.form.known:
                self.scope.report("VR-VAL-0103", location, found=link)
                self._item(self.form.known[link], item, place)
            else:
                self.scope.report("Questionnaire_QR_Item_NotFound", location, found=link)
        for question in level.questions:
            rows = found.get(question.link)
            if rows is not None:
                self._answered(question, rows, location)
            elif question.is_required and is_enabled(question, self.given):
                link = question.item.get("linkId", "")
                where = missing_at or location
                self.scope.report("Questionnaire_QR_Item_Missing", where, severity=self.severity, found=link)

    def _answered(self, question: Question, found: list[tuple[Json, Location]], location: Location) -> None:
        if len(found) > 1 and not question.repeats:
            self.scope.report("Questionnaire_QR_Item_OnlyOneI", location, found=question.link)
        enabled = not question.is_conditional or is_enabled(question, self.given)
        for item, place in found:
            if not enabled and ("answer" in item or "item" in item):
                self.scope.report("Questionnaire_QR_Item_NotEnabled2", place, found=question.link)
            self._item(question, item, place)

    def _item(self, question: Question, item: Json, place: Location) -> None:
        report, link, kind = self.scope.report, question.link, question.kind
        text = item.get("text")
        if text and text != question.text:
            report("Questionnaire_QR_Item_Text", place, found=link)
        answers = _rows(item.get("answer"))
        if (
            not answers
            and question.is_required
            and kind != "group"
            and (self.severity == "warning" or is_enabled(question, self.given))
        ):
            report("Questionnaire_QR_Item_Missing", place, severity=self.severity, found=link)
        if len(answers) > 1 and not question.repeats:
            report("Questionnaire_QR_Item_OnlyOneA", place)
        for limit, rule, is_most in question.limits:
            if len(answers) > limit if is_most else len(answers) < limit:
                report(rule, place, limit=limit, found=len(answers))
        if len(answers) > 1 and question.exclusive:
            _exclusive(self.scope, question, answers, place)
        self.given.path.append(item)
        for at, answer in enumerate(answers):
            here = (place, "answer", "answer", at)
            if kind in ("group", "question"):
                report("Questionnaire_QR_Item_Group", place)
            elif kind == "display":
                report("Questionnaire_QR_Item_Display_No_Value", place)
            else:
                check_answer(self.scope, self.sets, question, answer, here)
                if question.has_inner or "item" in answer:
                    self.given.path.append(answer)
                    self.items(question.inner, answer, here, place)
                    self.given.path.pop()
        if kind in ("group", "question"):
            if question.is_required and not _rows(item.get("item")):
                report("QUESTIONNAIRE_QR_ITEM_GROUP_REQUIRED", place)
            self.items(question.inner, item, place)
        elif "item" in item and _rows(item["item"]):
            report(
                "Questionnaire_QR_Item_Display" if kind == "display" else "Questionnaire_QR_Item_GroupAnswer",
                place,
                found=link,
            )
        self.given.path.pop()


def _exclusive(scope: Scope, question: Question, answers: list[Json], place: Location) -> None:
    """An option marked as exclusive is chosen alone."""
    for at, answer in enumerate(answers):
        values = [value for key, value in answer.items() if key.startswith("value")]
        if any(_is_chosen(option, value) for option in question.exclusive for value in values):
            scope.report("QUESTIONNAIRE_QR_ITEM_EXCLUSIVE", (place, "answer", "answer", at))


def _is_chosen(option: Any, value: Any) -> bool:
    if isinstance(option, dict) and isinstance(value, dict):
        return option.get("code") == value.get("code") and option.get("system") == value.get("system")
    return bool(option == value)


def _rows(value: Any) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
