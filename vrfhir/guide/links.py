"""Where a canonical, a type or a reference leads: to a page of the site, or to the specification it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vrfhir.guide.markup import Content, Html, join, tag
from vrfhir.guide.sources import Example, Guide, Json, title_of
from vrfhir.profiles import CANONICAL

__all__ = ["canonical_link", "example_list", "href_of", "linked", "page_of", "type_link"]

_CORE = "http://hl7.org/fhir/"
_SPECIFICATION = "https://hl7.org/fhir/R4/"
_PAGES = {
    "Reference": "references.html#Reference",
    "Extension": "extensibility.html#Extension",
    "Narrative": "narrative.html#Narrative",
    "Resource": "resource.html",
    "Meta": "resource.html#Meta",
    "BackboneElement": "backboneelement.html",
    "Dosage": "dosage.html#Dosage",
}
_OWN = re.compile(
    rf"(?P<canonical>{re.escape(CANONICAL)}/[A-Za-z]+/[A-Za-z0-9.-]*[A-Za-z0-9])(?:\|[0-9.]*[0-9])?(?:#(?P<place>[\w.:\[\]-]*[\w\]]))?"
)
_CORE_KINDS = {"ValueSet": "valueset-{}.html", "CodeSystem": "codesystem-{}.html"}


def page_of(resource: Json) -> str:
    """The page of one of our artefacts."""
    return f"{resource['resourceType']}-{resource['id']}.html"


def href_of(guide: Guide, canonical: str) -> str:
    """The address of what a canonical names."""
    if own := guide.artefact(canonical):
        return page_of(own)
    url = canonical.partition("|")[0]
    if url.startswith(_CORE):
        kind, _, name = url.removeprefix(_CORE).partition("/")
        if kind in _CORE_KINDS and name:
            return _SPECIFICATION + _CORE_KINDS[kind].format(name)
        if kind == "StructureDefinition" and name[:1].isupper():
            return _SPECIFICATION + f"{name.lower()}.html"
    return url


def linked(guide: Guide, text: str, here: str = "") -> Html:
    """Text in which every canonical of ours is a link, to the code or element named after ``#`` too; not to the page it stands on."""
    parts: list[Content] = []
    at = 0
    for match in _OWN.finditer(text):
        own = guide.artefact(match["canonical"])
        if own is None or page_of(own) == here:
            continue
        place = match["place"] if match["place"] in _places(own) else ""
        href = f"{page_of(own)}#{place}" if place else page_of(own)
        parts += [text[at : match.start()], tag("a", match[0], href=href)]
        at = match.end()
    return join(*parts, text[at:])


def _places(resource: Json) -> Iterator[str]:
    """What can be linked to inside the page of an artefact."""
    if resource["resourceType"] == "StructureDefinition":
        yield from (each["id"] for each in resource["snapshot"]["element"])
    elif resource["resourceType"] == "CodeSystem":
        yield from _codes(resource.get("concept", []))


def _codes(concepts: list[Json]) -> Iterator[str]:
    for each in concepts:
        yield each["code"]
        yield from _codes(each.get("concept", []))


def canonical_link(guide: Guide, canonical: str) -> Html:
    """A canonical as a link with the title of what it names, its last part where that is not ours."""
    own = guide.artefact(canonical)
    url = canonical.partition("|")[0]
    shown = title_of(own) if own else url.rstrip("/").rpartition("/")[2] or url
    if not url.startswith(("http://", "https://")) and own is None:
        return tag("code", canonical)
    return tag("a", shown, href=href_of(guide, canonical), title=canonical)


def type_link(guide: Guide, entry: Json) -> Html:
    """One type of an element: its code, its profiles, what it may refer to."""
    code = str(entry.get("code", ""))
    code = code.rpartition(".")[2].lower() if "fhirpath/System" in code else code
    page = _PAGES.get(code) or (f"{code.lower()}.html" if code in guide.resource_types else f"datatypes.html#{code}")
    profiles = [canonical_link(guide, each) for each in entry.get("profile", ())]
    parts: list[Content] = []
    if profiles and code in ("Extension", "BackboneElement"):
        parts += _separated(profiles, ", ")
    elif profiles:
        parts += [tag("a", code, href=_SPECIFICATION + page), ": ", *_separated(profiles, ", ")]
    else:
        parts.append(tag("a", code, href=_SPECIFICATION + page))
    if targets := entry.get("targetProfile"):
        parts += [" → ", *_separated([canonical_link(guide, each) for each in targets], " | ")]
    return join(*parts)


def example_list(examples: list[Example], limit: int = 0) -> Html:
    """Links to examples in one line; beyond the limit only how many more."""
    shown = examples[:limit] if limit else examples
    links: list[Content] = [tag("a", each.title, href=each.page) for each in shown]
    more = f" and {len(examples) - len(shown)} more" if len(shown) < len(examples) else None
    return join(*_separated(links, ", "), more)


def _separated(parts: list[Html] | list[Content], separator: str) -> list[Content]:
    found: list[Content] = []
    for each in parts:
        found += [separator, each] if found else [each]
    return found
