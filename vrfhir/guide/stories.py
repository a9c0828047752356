"""Pages of stories, examples, v2 messages and invalid examples."""

from __future__ import annotations

import json
from typing import Any

from vrfhir.guide.code_view import json_view, message_view
from vrfhir.guide.frame import Page, facts, section
from vrfhir.guide.links import canonical_link, linked
from vrfhir.guide.markdown import blocks
from vrfhir.guide.markup import Content, Html, join, tag
from vrfhir.guide.sources import Example, Guide, Invalid, Json, Message, Story
from vrfhir.guide.terminology import row, table

__all__ = ["example_page", "invalid_page", "message_page", "story_page"]

_CRUMB = ("stories.html", "Examples")


def story_page(guide: Guide, story: Story) -> Page:
    """The story as told in its README, and its files."""
    text = story.readme.strip()
    told = text.partition("\n")[2] if text.startswith("# ") else text
    pages = {
        name: each.page for each in story.messages for name in (each.name, f"{each.name}.hl7", f"hl7v2/{each.name}.hl7")
    } | {each.name: each.page for each in story.examples}
    rows = [
        row(tag("a", each.name, href=each.page), each.resource["resourceType"], _profiles(guide, each.resource))
        for each in story.examples
    ]
    messages = [tag("li", tag("a", each.name, href=each.page)) for each in story.messages]
    body = join(
        blocks(told, lambda target: pages.get(target) or (target if target.startswith("https://") else None)),
        section("resources", "Resources", table(("File", "Type", "Profile"), rows)),
        section("messages", "HL7 v2 messages", tag("ul", messages)) if messages else None,
    )
    return Page(story.page, story.title, "Story", body, _CRUMB, told.strip().partition("\n\n")[0], story.name)


def example_page(guide: Guide, example: Example) -> Page:
    """One resource: its profile, its story, and the JSON with links."""
    resource = example.resource
    story = next(each for each in guide.stories if each.name == example.story)
    body = join(
        facts(
            [
                ("Story", tag("a", story.title, href=story.page)),
                ("Type", resource["resourceType"]),
                ("Profile", _profiles(guide, resource)),
            ]
        ),
        json_view(resource, _Targets(guide, story), lambda text: linked(guide, text), f"{example.title} as JSON"),
    )
    name = example.page.removesuffix(".html")
    words = f"{resource['resourceType']} {resource.get('id', '')}"
    return Page(example.page, example.title.capitalize(), "Example", body, _CRUMB, words, words, f"{name}.json")


def message_page(guide: Guide, message: Message) -> Page:
    """One v2 message."""
    story = next(each for each in guide.stories if each.name == message.story)
    title = f"{message.name} ({message.story.replace('-', ' ')})"
    body = join(
        facts([("Story", tag("a", story.title, href=story.page)), ("Format", "HL7 v2, one segment a line")]),
        message_view(message.text, title),
    )
    return Page(message.page, title, "HL7 v2 message", body, _CRUMB, "HL7 v2 message", message.name)


def invalid_page(guide: Guide, invalid: Invalid) -> Page:
    """The rule, what was changed to break it, and the resource."""
    profile = guide.artefact(invalid.profile)
    rule = _rule(profile, invalid.rule) if profile else None
    story_name, _, path = invalid.source.partition("/")
    story = next((each for each in guide.stories if each.name == story_name), None)
    base = path.rpartition("/")[2].removesuffix(".json")
    example = next((each for each in story.examples if each.name == base), None) if story else None
    changes = [
        tag("li", f"{each['op']} ", tag("code", each["path"]), _new_value(guide, each)) for each in invalid.change
    ]
    body = join(
        tag("p", rule["human"], class_="lead") if rule and rule.get("human") else None,
        facts(
            [
                ("Breaks", tag("code", invalid.rule)),
                ("Severity", tag("span", invalid.severity, class_=f"tag {invalid.severity}")),
                ("At", tag("code", invalid.element)),
                ("Of profile", canonical_link(guide, invalid.profile)),
                ("Made from", tag("a", example.title, href=example.page) if example else invalid.source),
                ("Change", tag("ul", changes)),
            ]
        ),
        json_view(
            invalid.resource, _Targets(guide, story), lambda text: linked(guide, text), f"{invalid.file} as JSON"
        ),
    )
    name = invalid.page.removesuffix(".html")
    words = f"{invalid.rule} {invalid.element}"
    return Page(
        invalid.page, name, "Invalid example", body, ("coverage.html", "Coverage"), words, words, f"{name}.json"
    )


class _Targets:
    """Where a string inside an example leads: to an artefact, or to the resource it refers to."""

    def __init__(self, guide: Guide, story: Story | None) -> None:
        self.guide = guide
        self.pages: dict[str, str] = {}
        for each in story.examples if story else ():
            self.pages.setdefault(f"{each.resource['resourceType']}/{each.resource.get('id')}", each.page)

    def __call__(self, text: str) -> str | None:
        if found := self.pages.get(text):
            return found
        own = self.guide.artefact(text) if text.startswith("https://") else None
        return f"{own['resourceType']}-{own['id']}.html" if own else None


def _profiles(guide: Guide, resource: Json) -> Content:
    links: list[Content] = [
        tag("span", canonical_link(guide, each)) for each in resource.get("meta", {}).get("profile", ())
    ]
    return links or "none"


def _rule(structure: Json, key: str) -> Json | None:
    for element in structure["snapshot"]["element"]:
        for each in element.get("constraint", ()):
            if each["key"] == key:
                found: Json = each
                return found
    return None


def _new_value(guide: Guide, change: dict[str, Any]) -> Html | None:
    if "value" not in change:
        return None
    return join(": ", tag("code", linked(guide, json.dumps(change["value"], ensure_ascii=False))))
