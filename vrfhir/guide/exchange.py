"""Pages of everything that is about exchange: capabilities, messages, operations, searches, measures, naming systems."""

from __future__ import annotations

from vrfhir.guide.code_view import json_view
from vrfhir.guide.frame import Page, facts, first_sentence, section
from vrfhir.guide.links import canonical_link, page_of
from vrfhir.guide.markdown import blocks
from vrfhir.guide.markup import Content, Html, join, tag
from vrfhir.guide.sources import Guide, Json, title_of
from vrfhir.guide.terminology import row, table

__all__ = ["KINDS", "artefact_page", "exchange_page"]

KINDS = {
    "CapabilityStatement": "What a system can do",
    "MessageDefinition": "Messages",
    "OperationDefinition": "Operations",
    "SearchParameter": "Search parameters",
    "Measure": "Measures",
    "NamingSystem": "Naming systems",
    "ImplementationGuide": "The guide itself",
}
_CRUMB = ("exchange.html", "Exchange")
_PLAIN = ("kind", "type", "code", "base", "expression", "category", "mode", "fhirVersion", "packageId", "license")


def exchange_page(guide: Guide) -> Page:
    """Lists by kind."""
    sections = []
    for kind, heading in KINDS.items():
        found = guide.of_type(kind)
        rows = [
            row(tag("a", title_of(each), href=page_of(each)), first_sentence(each.get("description", "")))
            for each in found
        ]
        if rows:
            sections.append(section(kind.lower(), heading, table(("Name", "What it says"), rows)))
    body = join(
        tag("p", "Who does what, which messages go, what can be searched, asked and counted.", class_="lead"),
        sections or tag("p", "This version defines no message or capability of its own."),
    )
    return Page(
        "exchange.html", "Exchange", "Page", body, summary="Capabilities, messages, operations, searches, measures."
    )


def artefact_page(guide: Guide, resource: Json) -> Page:
    """Any artefact without a page of its own kind: what it says in short, what it refers to, and its JSON."""
    rows: list[tuple[str, Content]] = [("Canonical", tag("code", resource["url"]))] if resource.get("url") else []
    for key in _PLAIN:
        value = resource.get(key)
        if isinstance(value, str):
            rows.append((key, tag("code", value)))
        elif isinstance(value, list) and all(isinstance(each, str) for each in value):
            rows.append((key, [join(tag("code", each), " ") for each in value]))
    body = join(
        blocks(resource.get("description", "")),
        blocks(resource["purpose"]) if resource.get("purpose") else None,
        facts(rows),
        _capabilities(guide, resource),
        section(
            "json", "JSON", json_view(resource, lambda text: _target(guide, text), f"{title_of(resource)} as JSON")
        ),
    )
    name = page_of(resource)
    source = name.removesuffix(".html") + ".json"
    return Page(
        name,
        title_of(resource),
        resource["resourceType"],
        body,
        _CRUMB,
        resource.get("description", ""),
        resource["id"],
        source,
    )


def _capabilities(guide: Guide, resource: Json) -> Html | None:
    rows = []
    for rest in resource.get("rest", ()):
        for each in rest.get("resource", ()):
            profiles = [
                canonical_link(guide, url) for url in (each.get("profile"), *each.get("supportedProfile", ())) if url
            ]
            interactions = ", ".join(one["code"] for one in each.get("interaction", ()))
            searches = ", ".join(one["name"] for one in each.get("searchParam", ()))
            shown = [tag("span", one, class_="line") for one in profiles]
            rows.append(row(rest.get("mode", ""), each["type"], shown, interactions, searches))
    return (
        section("rest", "REST", table(("Mode", "Type", "Profiles", "Interactions", "Search"), rows)) if rows else None
    )


def _target(guide: Guide, text: str) -> str | None:
    own = guide.artefact(text) if text.startswith("https://") else None
    return page_of(own) if own else None
