"""The site: every page, the raw artefacts, the search index, the style sheet and the script, as files by name.

Nothing in it is fetched from elsewhere, and it needs no server: the search index is a script, because a page opened from
a file system may not read another file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from vrfhir.fhir import xml
from vrfhir.guide.coverage import coverage_page
from vrfhir.guide.downloads import downloads_page
from vrfhir.guide.elements import purpose_of
from vrfhir.guide.exchange import artefact_page, exchange_page
from vrfhir.guide.forms import questionnaire_page
from vrfhir.guide.frame import Page, document
from vrfhir.guide.links import page_of
from vrfhir.guide.overview import overview_pages
from vrfhir.guide.package import package_archive
from vrfhir.guide.receivers import what_a_receiver_does
from vrfhir.guide.sources import Guide, Json, own_rules, read_guide, title_of
from vrfhir.guide.stories import example_page, invalid_page, message_page, story_page
from vrfhir.guide.structures import structure_page
from vrfhir.guide.systems import systems_page
from vrfhir.guide.terminology import code_system_page, concept_map_page, concepts_of, value_set_page
from vrfhir.profiles import PACKAGE

__all__ = ["pages", "site_files"]

_ASSETS = Path(__file__).parent / "assets"
_BY_TYPE: dict[str, Callable[[Guide, Json], Page]] = {
    "StructureDefinition": structure_page,
    "CodeSystem": code_system_page,
    "ValueSet": value_set_page,
    "ConceptMap": concept_map_page,
    "Questionnaire": questionnaire_page,
}


def site_files(examples: Path, conformance: Path, artefacts: Path = PACKAGE) -> dict[str, bytes]:
    """Every file of the site by name. ``examples`` and ``conformance`` are the folders that ship beside the code."""
    guide = read_guide(examples, conformance, artefacts)
    name, archive = package_archive(examples, artefacts)
    every = [*pages(guide), downloads_page(guide, (name, archive), _dependencies(artefacts))]
    files = {page.name: document(page, guide.version) for page in every}
    files |= {path.name: path.read_bytes() for path in sorted(_ASSETS.iterdir()) if path.suffix in (".css", ".js")}
    sources = [(f"{each['resourceType']}-{each['id']}", each) for each in guide.resources]
    sources += [(each.page.removesuffix(".html"), each.resource) for each in guide.examples]
    sources += [(each.page.removesuffix(".html"), each.resource) for each in guide.invalid]
    files |= {f"{stem}.json": _json(resource) for stem, resource in sources}
    readable = sources[: len(sources) - len(guide.invalid)]
    files |= {f"{stem}.xml": xml.serialize(resource, guide.definitions.fields) for stem, resource in readable}
    files["search-index.js"] = b"window.vrfhirSearch(" + _compact(list(_entries(guide, every))) + b");\n"
    return files | {name: archive}


def pages(guide: Guide) -> Iterator[Page]:
    """Every page but that of the downloads, which shows the package."""
    yield from overview_pages(guide)
    yield exchange_page(guide)
    yield systems_page(guide)
    yield coverage_page(guide)
    for resource in guide.resources:
        yield _BY_TYPE.get(resource["resourceType"], artefact_page)(guide, resource)
    for story in guide.stories:
        yield story_page(guide, story)
        yield from (example_page(guide, each) for each in story.examples)
        yield from (message_page(guide, each) for each in story.messages)
    yield from (invalid_page(guide, each) for each in guide.invalid)


def _entries(guide: Guide, every: list[Page]) -> Iterator[list[str]]:
    """Rows of the search index: address, title, kind, further words."""
    for page in every:
        yield [page.name, page.title, page.kind, f"{page.summary} {page.keywords}".strip()]
    for structure in guide.profiles + guide.extensions:
        for rule, _ in own_rules(structure):
            yield [f"{page_of(structure)}#{rule['key']}", rule["key"], "Rule", rule.get("human", "")]
        for each in structure["snapshot"]["element"]:
            if each.get("mustSupport") and each["max"] != "0":
                place = each["id"].partition(".")[2]
                words = (
                    f"{purpose_of(guide, structure, each)} Receiver: {what_a_receiver_does(structure, each)}".strip()
                )
                yield [f"{page_of(structure)}#{each['id']}", f"{title_of(structure)}: {place}", "Element", words]
    for system in guide.of_type("CodeSystem"):
        for _, each in concepts_of(system.get("concept", ())):
            title = f"{each['code']} – {each.get('display', '')}"
            yield [
                f"{page_of(system)}#{each['code']}",
                title,
                f"Code in {title_of(system)}",
                each.get("definition", ""),
            ]


def _dependencies(artefacts: Path) -> dict[str, str]:
    manifest = json.loads((artefacts / "package.json").read_text(encoding="utf-8"))
    return dict(manifest.get("dependencies", {}))


def _json(resource: Json) -> bytes:
    return (json.dumps(resource, ensure_ascii=False, indent=2) + "\n").encode()


def _compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").encode()
