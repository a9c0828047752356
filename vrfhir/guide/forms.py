"""A Questionnaire as the form that a clinician or patient would see, read only, with what makes a question appear."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vrfhir.guide.frame import Page, facts, section
from vrfhir.guide.links import canonical_link, example_list, page_of
from vrfhir.guide.markdown import blocks
from vrfhir.guide.markup import Content, Html, join, tag
from vrfhir.guide.sources import Guide, Json, title_of

__all__ = ["items_of", "questionnaire_page"]

_SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
_CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
_UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
_HELP = ("help", "flyover", "instructions", "prompt")
_INPUTS = {
    "string": "text",
    "url": "url",
    "integer": "number",
    "decimal": "number",
    "quantity": "number",
    "date": "date",
    "dateTime": "datetime-local",
    "time": "time",
    "reference": "text",
    "attachment": "file",
}
_OPERATORS = {
    "=": "is",
    "!=": "is not",
    ">": "is more than",
    "<": "is less than",
    ">=": "is at least",
    "<=": "is at most",
}
_LIMIT = 12
"""Longer lists of answers are folded."""


def items_of(items: list[Json]) -> Iterator[Json]:
    """All items, parents before children."""
    for each in items:
        yield each
        yield from items_of(each.get("item", []))


def questionnaire_page(guide: Guide, questionnaire: Json) -> Page:
    """The form, and each question's code and machinery folded beneath it."""
    everything = list(items_of(questionnaire.get("item", [])))
    questions = [each for each in everything if each["type"] not in ("group", "display")]
    by_id = {each["linkId"]: each for each in everything}
    form = _Form(guide, by_id)
    contents = [
        tag("li", tag("a", each.get("text", each["linkId"]), href=f"#{_anchor(each)}"))
        for each in questionnaire.get("item", [])
        if each["type"] == "group"
    ]
    used = guide.uses.get(questionnaire["url"], [])
    body = join(
        blocks(questionnaire.get("description", "")),
        tag("aside", tag("h2", "Why"), blocks(questionnaire["purpose"]), class_="why")
        if questionnaire.get("purpose")
        else None,
        facts(
            [
                ("Canonical", tag("code", questionnaire["url"])),
                ("Version", f"{questionnaire['version']} ({questionnaire['status']})"),
                (
                    "Questions",
                    f"{len(questions)}; {sum('enableWhen' in each for each in everything)} items appear only when needed",
                ),
                *([("Examples", example_list(used))] if used else []),
            ]
        ),
        section("contents", "Contents", tag("ul", contents, class_="columns")) if contents else None,
        section(
            "form", "Form", tag("form", [form.item(each) for each in questionnaire.get("item", [])], class_="form")
        ),
    )
    name = page_of(questionnaire)
    words = " ".join(str(each.get("text", "")) for each in everything)
    source = name.removesuffix(".html") + ".json"
    summary = questionnaire.get("description", "")
    return Page(name, title_of(questionnaire), "Questionnaire", body, ("forms.html", "Forms"), summary, words, source)


class _Form:
    def __init__(self, guide: Guide, by_id: dict[str, Json]) -> None:
        self.guide = guide
        self.by_id = by_id

    def item(self, item: Json) -> Html:
        """A group, a text or a question with all beneath it."""
        kind = item["type"]
        text = " ".join(filter(None, [item.get("prefix"), item.get("text", item["linkId"])]))
        condition = self._condition(item)
        if kind == "display":
            return tag("p", text, condition, class_="help", id=_anchor(item))
        help_texts = [each for each in item.get("item", []) if _is_help(each)]
        below = [self.item(each) for each in item.get("item", []) if each not in help_texts]
        hints = [tag("p", each.get("text", ""), class_="hint") for each in help_texts]
        label = join(text, tag("span", " (required)", class_="must") if item.get("required") else None)
        machinery = self._machinery(item)
        if kind == "group":
            return tag(
                "fieldset", tag("legend", label), condition, hints, below, machinery, class_="group", id=_anchor(item)
            )
        answers = self._answers(item)
        if answers:
            control = tag("fieldset", tag("legend", label), hints, answers, class_="question")
        else:
            control = tag(
                "div", tag("label", label, for_=f"a-{_anchor(item)}"), hints, self._input(item), class_="question"
            )
        return tag("div", condition, control, below, machinery, class_="item", id=_anchor(item))

    def _condition(self, item: Json) -> Html | None:
        rows: list[Content] = []
        for each in item.get("enableWhen", ()):
            asked = self.by_id.get(each["question"], {})
            word = _OPERATORS.get(each["operator"], "")
            answer = _shown(next((value for key, value in each.items() if key.startswith("answer")), ""))
            if each["operator"] == "exists":
                word, answer = ("is answered", "") if each.get("answerBoolean") else ("is not answered", "")
            link = tag(
                "a", f"“{asked.get('text', each['question'])}”", href=f"#{_anchor({'linkId': each['question']})}"
            )
            joint = " or " if item.get("enableBehavior") == "any" else " and "
            rows += [joint if rows else None, link, f" {word}", [" ", tag("strong", answer)] if answer else None]
        return tag("p", "Only when ", rows, class_="when") if rows else None

    def _answers(self, item: Json) -> Content:
        kind = item["type"]
        repeats = bool(item.get("repeats"))
        if kind == "boolean":
            return [self._option(item, word, "radio") for word in ("Yes", "No")]
        if kind not in ("choice", "open-choice"):
            return None
        words = [_shown(_value(each)) for each in item.get("answerOption", ())]
        if value_set := item.get("answerValueSet"):
            codes = self.guide.terminology.expansion(value_set) or {}
            words = [
                self.guide.terminology.display(system, code) or code
                for system, found in codes.items()
                for code in found
            ]
        options: list[Content] = [self._option(item, word, "checkbox" if repeats else "radio") for word in words]
        if kind == "open-choice":
            options.append(tag("label", "Other: ", tag("input", type="text", disabled=True)))
        shown: Content = options
        if len(options) > _LIMIT:
            shown = join(
                options[:_LIMIT], tag("details", tag("summary", f"{len(options) - _LIMIT} more"), options[_LIMIT:])
            )
        named = tag("p", "Codes: ", canonical_link(self.guide, value_set), class_="quiet") if value_set else None
        return join(shown, named)

    @staticmethod
    def _option(item: Json, word: str, kind: str) -> Html:
        return tag("label", tag("input", type=kind, name=_anchor(item), disabled=True), f" {word}", class_="option")

    @staticmethod
    def _input(item: Json) -> Html:
        identity = f"a-{_anchor(item)}"
        if item["type"] == "text":
            return tag("textarea", id=identity, rows="2", disabled=True)
        slider = any(code == "slider" for code in _controls(item))
        unit = next((_shown(_value(each)) for each in item.get("extension", ()) if each.get("url") == _UNIT), None)
        kind = "range" if slider else _INPUTS.get(item["type"], "text")
        limits = _limits(item)
        words = f" {limits.get('min', '')} to {limits.get('max', '')}" if limits else None
        field = tag("input", id=identity, type=kind, disabled=True, readonly=bool(item.get("readOnly")), **limits)
        return join(field, tag("span", words or None, f" {unit}" if unit else None, class_="quiet"))

    def _machinery(self, item: Json) -> Html | None:
        rows: list[tuple[str, Content]] = []
        codes = [tag("code", f"{each.get('system', '')}#{each['code']}") for each in item.get("code", ())]
        if codes:
            rows.append(("Code", codes))
        if "definition" in item:
            rows.append(("Definition", tag("code", item["definition"])))
        for each in item.get("extension", ()):
            url = str(each.get("url", ""))
            if url.startswith(_SDC):
                value = _value(each)
                shown = value.get("expression", "") if isinstance(value, dict) else value
                name = url.removeprefix(_SDC)
                rows.append((name, tag("code", str(shown).lower() if isinstance(shown, bool) else str(shown))))
        if not rows:
            return None
        return tag("details", tag("summary", tag("code", item["linkId"])), facts(rows), class_="machinery")


def _anchor(item: Json) -> str:
    return "q-" + "".join(each if each.isalnum() or each in "-._" else "-" for each in str(item["linkId"]))


def _controls(item: Json) -> list[str]:
    found = [_value(each) for each in item.get("extension", ()) if each.get("url") == _CONTROL]
    return [coding.get("code", "") for each in found if isinstance(each, dict) for coding in each.get("coding", ())]


def _is_help(item: Json) -> bool:
    return item["type"] == "display" and any(each in _HELP for each in _controls(item))


def _limits(item: Json) -> dict[str, str]:
    found = {}
    for each in item.get("extension", ()):
        name = str(each.get("url", "")).rpartition("/")[2]
        if name in ("minValue", "maxValue", "questionnaire-sliderStepValue"):
            found[{"minValue": "min", "maxValue": "max"}.get(name, "step")] = str(_value(each))
    return found


def _value(holder: Json) -> Any:
    return next((value for key, value in holder.items() if key.startswith("value")), "")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict):
        return str(value.get("display") or value.get("code") or value.get("value") or value.get("unit") or "")
    return str(value)
