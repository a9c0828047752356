"""The items of a form: groups, texts, questions with the control that fits, conditions, help, and the machinery beneath.

What the browser needs to know stands in ``data-`` attributes: ``data-link`` and ``data-type`` of each item, ``data-when``
and ``data-behavior`` for its conditions, ``data-answer`` for what a choice says, ``data-calculated`` for an expression.
"""

from __future__ import annotations

import json
from typing import Any

from vrfhir.guide.frame import facts
from vrfhir.guide.links import canonical_link, linked
from vrfhir.guide.markup import Content, Html, join, tag
from vrfhir.guide.sources import Guide, Json

__all__ = ["FormItems", "anchor"]

_SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
_CALCULATED = _SDC + "calculatedExpression"
_CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
_UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
_UNIT_OPTION = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"
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
_LIMIT = 18
"""Longer lists of answers are folded."""


class FormItems:
    """The items of one questionnaire as markup; conditions name other items by ``by_id``."""

    def __init__(self, guide: Guide, by_id: dict[str, Json]) -> None:
        self.guide = guide
        self.by_id = by_id

    def item(self, item: Json) -> Html:
        """A group, a text or a question with all beneath it."""
        kind = item["type"]
        text = " ".join(filter(None, [item.get("prefix"), item.get("text", item["linkId"])]))
        condition = self._condition(item)
        known = {"id": anchor(item), **_data(item)}
        if kind == "display":
            return tag("div", tag("p", text, class_="help"), condition, class_="item", **known)
        help_texts = [each for each in item.get("item", []) if _is_help(each)]
        below = [self.item(each) for each in item.get("item", []) if each not in help_texts]
        about = f"{anchor(item)}-help" if help_texts else None
        hints = tag("div", [tag("p", each.get("text", "")) for each in help_texts], class_="hint", id=about)
        hint = hints if help_texts else None
        label = join(text, tag("span", " (required)", class_="must") if item.get("required") else None)
        machinery = self._machinery(item)
        if kind == "group":
            return tag("fieldset", tag("legend", label), condition, hint, below, machinery, class_="group", **known)
        answers = self._answers(item)
        if answers:
            control = tag("fieldset", tag("legend", label), hint, answers, class_="question", aria_describedby=about)
        else:
            field = self._input(item, about)
            control = tag("div", tag("label", label, for_=f"a-{anchor(item)}"), hint, field, class_="question")
        return tag("div", condition, control, below, machinery, class_="item", **known)

    def _condition(self, item: Json) -> Html | None:
        rows: list[Content] = []
        for each in item.get("enableWhen", ()):
            asked = self.by_id.get(each["question"], {})
            word = _OPERATORS.get(each["operator"], "")
            expected = next((value for key, value in each.items() if key.startswith("answer")), "")
            answer = self._shown(_as_offered(asked, expected))
            if each["operator"] == "exists":
                word, answer = ("is answered", "") if each.get("answerBoolean") else ("is not answered", "")
            link = tag("a", f"“{asked.get('text', each['question'])}”", href=f"#{anchor({'linkId': each['question']})}")
            joint = " and " if item.get("enableBehavior") == "all" else " or "
            rows += [joint if rows else None, link, f" {word}", [" ", tag("strong", answer)] if answer else None]
        return tag("p", "Only when ", rows, class_="when") if rows else None

    def _answers(self, item: Json) -> Content:
        kind = item["type"]
        if kind == "boolean":
            return [
                self._option(item, word, "radio", {"valueBoolean": value})
                for word, value in (("Yes", True), ("No", False))
            ]
        if kind not in ("choice", "open-choice"):
            return None
        control = "checkbox" if item.get("repeats") else "radio"
        given = [(self._shown(_value(each)), each) for each in item.get("answerOption", ())]
        if value_set := item.get("answerValueSet"):
            codes = self.guide.terminology.expansion(value_set) or {}
            given = [self._coded(system, code) for system, found in codes.items() for code in found]
        options: list[Content] = [self._option(item, words, control, answer) for words, answer in given]
        if kind == "open-choice":
            options.append(tag("label", "Other: ", tag("input", type="text", class_="other")))
        shown: Content = options
        if len(options) > _LIMIT:
            more = tag("summary", f"{len(options) - _LIMIT} more")
            shown = join(options[:_LIMIT], tag("details", more, options[_LIMIT:]))
        named = tag("p", "Codes: ", canonical_link(self.guide, value_set), class_="quiet codes") if value_set else None
        return join(shown, named)

    def _coded(self, system: str, code: str) -> tuple[str, Json]:
        display = self.guide.terminology.display(system, code)
        coding = {"system": system, "code": code} | ({"display": display} if display else {})
        return display or code, {"valueCoding": coding}

    def _shown(self, value: Any) -> str:
        if isinstance(value, dict) and "display" not in value and value.get("system") and value.get("code"):
            return self.guide.terminology.display(value["system"], value["code"]) or str(value["code"])
        return _words(value)

    @staticmethod
    def _option(item: Json, words: str, kind: str, answer: Json) -> Html:
        said = {key: value for key, value in answer.items() if key.startswith("value")}
        box = tag("input", type=kind, name=anchor(item), data_answer=json.dumps(said, ensure_ascii=False))
        return tag("label", box, f" {words}", class_="option")

    def _input(self, item: Json, about: str | None) -> Html:
        identity = f"a-{anchor(item)}"
        closed = bool(item.get("readOnly"))
        if item["type"] == "text":
            return tag("textarea", id=identity, rows="2", readonly=closed, aria_describedby=about)
        slider = any(code == "slider" for code in _controls(item))
        limits = _limits(item)
        if item["type"] == "decimal":
            limits.setdefault("step", "any")
        kind = "range" if slider else _INPUTS.get(item["type"], "text")
        field = tag("input", id=identity, type=kind, readonly=closed, aria_describedby=about, **limits)
        ends = f" {limits['min']} to {limits['max']}" if {"min", "max"} <= limits.keys() else None
        return join(field, tag("span", ends, class_="quiet") if ends else None, _unit(item))

    def _machinery(self, item: Json) -> Html:
        rows: list[tuple[str, Content]] = [("Link id", tag("code", item["linkId"]))]
        codes = [
            tag("code", linked(self.guide, f"{each.get('system', '')}#{each['code']}")) for each in item.get("code", ())
        ]
        if codes:
            rows.append(("Code", codes))
        if "definition" in item:
            rows.append(("Definition", tag("code", linked(self.guide, item["definition"]))))
        for each in item.get("extension", ()):
            url = str(each.get("url", ""))
            if url.startswith(_SDC):
                rows.append((url.removeprefix(_SDC), _expression(self.guide, each)))
        return tag("div", facts(rows), class_="machinery")


def anchor(item: Json) -> str:
    """The id of an item's place on the page."""
    return "q-" + "".join(each if each.isalnum() or each in "-._" else "-" for each in str(item["linkId"]))


def _data(item: Json) -> dict[str, str]:
    found = {"data_link": item["linkId"], "data_type": item["type"]}
    if item["type"] not in ("display",):
        found["data_text"] = item.get("text", "")
    if conditions := item.get("enableWhen"):
        found["data_when"] = json.dumps(conditions, ensure_ascii=False)
        found["data_behavior"] = item.get("enableBehavior", "any")
    for each in item.get("extension", ()):
        if each.get("url") == _CALCULATED:
            found["data_calculated"] = each["valueExpression"]["expression"]
    return found


def _as_offered(question: Json, expected: Any) -> Any:
    """An answer as the question offers it, with its words."""
    for each in question.get("answerOption", ()):
        offered = _value(each)
        if isinstance(offered, dict) and isinstance(expected, dict) and offered.get("code") == expected.get("code"):
            return offered
    return expected


def _expression(guide: Guide, extension: Json) -> Html:
    """What an extension says: its expression or value, or those of its parts by name."""
    if parts := extension.get("extension"):
        return join(*[tag("span", f"{each['url']} ", _expression(guide, each), class_="line") for each in parts])
    value = _value(extension)
    shown = value.get("expression", _words(value)) if isinstance(value, dict) else value
    return tag("code", str(shown).lower() if isinstance(shown, bool) else linked(guide, str(shown)))


def _unit(item: Json) -> Html | None:
    """The unit of a quantity: one to read, or several to choose from."""
    extensions = item.get("extension", ())
    options = [_value(each) for each in extensions if each.get("url") == _UNIT_OPTION]
    if options:
        choices = [tag("option", _words(each), value=json.dumps(each, ensure_ascii=False)) for each in options]
        return join(" ", tag("select", choices, aria_label="Unit"))
    unit = next((_words(_value(each)) for each in extensions if each.get("url") == _UNIT), None)
    return tag("span", f" {unit}", class_="quiet") if unit else None


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


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict):
        return str(value.get("display") or value.get("code") or value.get("value") or value.get("unit") or "")
    return str(value)
