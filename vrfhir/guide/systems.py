"""The page of the systems of the seed documents: for each clause that a system needs, what serves it – or that nothing does yet.

The rows stand in ``systems.toml``. What a row names must exist: an artefact, an element or rule of it, a code, an example.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from vrfhir.guide.frame import Page, section
from vrfhir.guide.links import page_of
from vrfhir.guide.markup import Content, Html, join, tag
from vrfhir.guide.sources import Guide, Json, own_rules, title_of
from vrfhir.guide.terminology import concepts_of
from vrfhir.profiles import CANONICAL

__all__ = ["systems", "systems_page", "unknown_names"]

_STRUCTURE = "StructureDefinition"


@cache
def systems() -> tuple[Json, ...]:
    """The systems S1 to S13 with their clauses."""
    text = Path(__file__).with_name("systems.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["system"])


def systems_page(guide: Guide) -> Page:
    """Every system with its clauses."""
    links = [
        tag("li", tag("a", f"{each['id']} {each['name']}", href=f"#{each['id']}"), _missing(each)) for each in systems()
    ]
    lead = "Which part of the guide serves which system of the five seed documents, clause by clause; and what is not there yet."
    body = join(
        tag("p", lead, class_="lead"),
        tag("ul", links, class_="columns"),
        [_system(guide, each) for each in systems()],
    )
    return Page("systems.html", "Systems S1 to S13", "Page", body, summary=lead, keywords=_words())


def unknown_names(guide: Guide) -> list[str]:
    """What the table names and the guide does not hold; empty when every claim can be followed."""
    found = []
    for system in systems():
        for clause in system["clause"]:
            found += [each for each in clause.get("serves", ()) if not _target(guide, each)]
            found += [f"{name}#{code}" for name, code in _codes(clause) if not _concept(guide, name, code)]
            found += [each for each in clause.get("examples", ()) if not _example(guide, each)]
    return found


def _system(guide: Guide, system: Json) -> Html:
    clauses = [tag("div", tag("dt", clause["says"]), tag("dd", _served(guide, clause))) for clause in system["clause"]]
    source = tag("p", system["source"].capitalize(), class_="quiet")
    return section(system["id"], f"{system['id']} {system['name']}", source, tag("dl", clauses, class_="facts clauses"))


def _served(guide: Guide, clause: Json) -> Iterator[Content]:
    artefacts = [tag("li", tag("a", words, href=href)) for href, words in _artefacts(guide, clause)]
    if artefacts:
        yield tag("ul", artefacts, class_="inline")
    codes = []
    for name, code in _codes(clause):
        concept = _concept(guide, name, code) or {}
        link = tag("a", tag("code", code), href=f"CodeSystem-{name}.html#{code}", title=concept.get("display", ""))
        codes.append(tag("li", link))
    if codes:
        yield tag("ul", tag("li", tag("b", "Codes")), codes, class_="inline")
    examples = [_example(guide, each) for each in clause.get("examples", ())]
    shown = [tag("li", tag("a", each[1], href=each[0])) for each in examples if each]
    if shown:
        yield tag("ul", tag("li", tag("b", "Examples")), shown, class_="inline")
    if words := clause.get("elsewhere"):
        yield tag("p", tag("b", "In the product"), " ", words)
    if words := clause.get("open"):
        yield tag("p", tag("span", "not yet", class_="tag warning"), " ", words)


def _missing(system: Json) -> Html | None:
    count = sum("open" in each for each in system["clause"])
    return tag("span", f" {count} of {len(system['clause'])} not complete", class_="quiet") if count else None


def _artefacts(guide: Guide, clause: Json) -> Iterator[tuple[str, str]]:
    for each in clause.get("serves", ()):
        if found := _target(guide, each):
            yield found


def _target(guide: Guide, name: str) -> tuple[str, str] | None:
    """Address and words of ``Type/id#place``; None when there is no such artefact, element or rule."""
    identity, _, place = name.partition("#")
    kind, _, last = identity.rpartition("/")
    resource = guide.artefact(f"{CANONICAL}/{kind or _STRUCTURE}/{last}")
    if resource is None:
        return None
    title = f"{title_of(resource)}{_KINDS.get(resource['resourceType'], '')}"
    if not place:
        return page_of(resource), title
    if any(rule["key"] == place for rule, _ in own_rules(resource)):
        return f"{page_of(resource)}#{place}", place
    if any(each["id"] == place for each in resource["snapshot"]["element"]):
        return f"{page_of(resource)}#{place}", f"{title}: {place.partition('.')[2]}"
    return None


_KINDS = {
    "ValueSet": " (value set)",
    "CodeSystem": " (codes)",
    "SearchParameter": " (search)",
    "ConceptMap": " (map)",
    "Measure": " (measure)",
    "Questionnaire": " (form)",
    "OperationDefinition": " (operation)",
}


def _codes(clause: Json) -> Iterator[tuple[str, str]]:
    for each in clause.get("codes", ()):
        name, _, codes = each.partition("#")
        yield from ((name, code) for code in codes.split("+"))


def _concept(guide: Guide, name: str, code: str) -> Json | None:
    system = guide.artefact(f"{CANONICAL}/CodeSystem/{name}")
    concepts = concepts_of(system["concept"]) if system else ()
    return next((each for _, each in concepts if each["code"] == code), None)


def _example(guide: Guide, name: str) -> tuple[str, str] | None:
    story, _, file = name.partition("/")
    return next(((one.page, one.title) for one in guide.examples if (one.story, one.name) == (story, file)), None)


def _words() -> str:
    return " ".join(f"{each['id']} {each['name']}" for each in systems())
