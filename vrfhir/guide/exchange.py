"""Pages of everything that is about exchange: capabilities, messages, operations, searches, measures, naming systems."""

from __future__ import annotations

from vrfhir.guide.code_view import json_view
from vrfhir.guide.definition_tables import definition_tables
from vrfhir.guide.frame import Page, facts, first_sentence, section
from vrfhir.guide.links import linked, page_of
from vrfhir.guide.markdown import blocks
from vrfhir.guide.markup import Content, join, tag
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
_PLAIN = {
    "kind": "Kind",
    "type": "Type",
    "code": "Code",
    "base": "Searches",
    "resource": "On",
    "expression": "Expression",
    "category": "Category",
    "responseRequired": "Answer required",
    "fhirVersion": "FHIR version",
    "format": "Formats",
    "packageId": "Package",
    "license": "Licence",
}


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
    for key, label in _PLAIN.items():
        value = resource.get(key)
        if isinstance(value, str):
            rows.append((label, tag("code", linked(guide, value))))
        elif isinstance(value, list) and all(isinstance(each, str) for each in value):
            rows.append((label, [join(tag("code", each), " ") for each in value]))
    body = join(
        blocks(resource.get("description", "")),
        tag("aside", tag("h2", "Why"), blocks(resource["purpose"]), class_="why") if resource.get("purpose") else None,
        blocks(resource["usage"]) if isinstance(resource.get("usage"), str) else None,
        facts(rows),
        definition_tables(guide, resource),
        section(
            "json",
            "JSON",
            json_view(
                resource,
                lambda text: _target(guide, text),
                lambda text: linked(guide, text),
                f"{title_of(resource)} as JSON",
            ),
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


def _target(guide: Guide, text: str) -> str | None:
    own = guide.artefact(text) if text.startswith("https://") else None
    return page_of(own) if own else None
