"""The page of a Questionnaire: the form as the person who fills it in sees it, alive in the browser."""

from __future__ import annotations

from collections.abc import Iterator

from vrfhir.guide.form_items import FormItems, anchor
from vrfhir.guide.frame import Page, facts, section
from vrfhir.guide.links import example_list, page_of
from vrfhir.guide.markdown import blocks
from vrfhir.guide.markup import Html, join, tag
from vrfhir.guide.sources import Guide, Json, title_of

__all__ = ["items_of", "questionnaire_page"]


def items_of(items: list[Json]) -> Iterator[Json]:
    """All items, parents before children."""
    for each in items:
        yield each
        yield from items_of(each.get("item", []))


def questionnaire_page(guide: Guide, questionnaire: Json) -> Page:
    """The form, and each question's code and machinery folded beneath it."""
    top = questionnaire.get("item", [])
    everything = list(items_of(top))
    questions = [each for each in everything if each["type"] not in ("group", "display")]
    needed = sum("enableWhen" in each for each in everything)
    calculated = sum(_is_calculated(each) for each in everything)
    counts = [str(len(questions))]
    counts += [f"{needed} items with a condition" if needed > 1 else "1 item with a condition"] if needed else []
    counts += [f"{calculated} calculated"] if calculated else []
    items = FormItems(guide, {each["linkId"]: each for each in everything})
    contents = [
        tag("li", tag("a", each.get("text", each["linkId"]), href=f"#{anchor(each)}"))
        for each in top
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
                ("Questions", ", ".join(counts)),
                *([("Examples", example_list(used))] if used else []),
            ]
        ),
        section("contents", "Contents", tag("ul", contents, class_="columns")) if len(contents) > 3 else None,
        section(
            "form",
            "Form",
            _tools(),
            tag("form", [items.item(each) for each in top], class_="form", **_identity(questionnaire)),
            _answers(),
        ),
    )
    name = page_of(questionnaire)
    words = " ".join(str(each.get("text", "")) for each in everything)
    return Page(
        name,
        title_of(questionnaire),
        "Questionnaire",
        body,
        crumb=("forms.html", "Forms"),
        summary=questionnaire.get("description", ""),
        keywords=words,
        source=name.removesuffix(".html") + ".json",
        scripts=("fhirpath.js", "form.js"),
    )


def _tools() -> Html:
    """What the reader can choose; only where scripts run."""
    return tag(
        "div",
        tag("p", "Try it: questions appear as you answer, scores are calculated here, nothing is sent or kept."),
        tag("label", tag("input", type="checkbox", id="show-all"), " Show every question, with its condition"),
        tag("label", tag("input", type="checkbox", id="show-machinery"), " Show link ids, codes and expressions"),
        tag("button", "Clear", type="button", id="clear"),
        tag("span", id="shown", class_="quiet", role="status"),
        class_="form-tools",
        hidden=True,
    )


def _answers() -> Html:
    """The answers as the resource that a system would store; filled by the script."""
    empty = tag("pre", tag("code", id="response"), class_="source", tabindex="0", role="region", aria_label="Response")
    return tag(
        "details", tag("summary", "Your answers as a QuestionnaireResponse"), empty, class_="answers", hidden=True
    )


def _identity(questionnaire: Json) -> dict[str, str]:
    return {"data_questionnaire": f"{questionnaire['url']}|{questionnaire['version']}", "autocomplete": "off"}


def _is_calculated(item: Json) -> bool:
    return any(str(each.get("url", "")).endswith("-calculatedExpression") for each in item.get("extension", ()))
