"""How to get the guide into other tools: the package, every artefact as JSON and XML, and what changed."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from vrfhir.guide.frame import Page, facts, section
from vrfhir.guide.links import linked, page_of
from vrfhir.guide.markdown import blocks
from vrfhir.guide.markup import Html, join, tag
from vrfhir.guide.sources import Guide, title_of
from vrfhir.guide.terminology import row, table
from vrfhir.profiles import PACKAGE_ID

__all__ = ["downloads_page"]

_TYPES = (
    ("StructureDefinition", "Profiles and extensions"),
    ("CodeSystem", "Code systems"),
    ("ValueSet", "Value sets"),
    ("ConceptMap", "Maps"),
    ("Questionnaire", "Forms"),
    ("MessageDefinition", "Messages"),
    ("CapabilityStatement", "Capability statements"),
    ("OperationDefinition", "Operations"),
    ("SearchParameter", "Search parameters"),
    ("Measure", "Measures"),
    ("NamingSystem", "Naming systems"),
    ("ImplementationGuide", "The guide"),
)


def downloads_page(guide: Guide, archive: tuple[str, bytes], dependencies: Mapping[str, str]) -> Page:
    """The package with its digest, how tools take it, the artefacts, the change log."""
    name, content = archive
    lead = "One package for every FHIR tool; each artefact also by itself. Nothing here needs a network."
    about = facts(
        [
            ("File", tag("a", name, href=name, download=True)),
            ("Size", f"{len(content) / 1024:,.0f} KiB"),
            ("SHA-256", tag("code", sha256(content).hexdigest())),
            (
                "Depends on",
                [tag("span", tag("code", f"{each}#{of}"), class_="line") for each, of in dependencies.items()],
            ),
        ]
    )
    body = join(
        tag("p", lead, class_="lead"),
        section("package", "The FHIR package", about),
        section("install", "Install it", _ways(guide, name)),
        section("changes", "Change log", blocks(_changes(), level=3)),
        section("artefacts", "Every artefact", *[_artefacts(guide, *each) for each in _TYPES]),
    )
    return Page(
        "downloads.html", "Downloads", "Page", body, summary=lead, keywords="install package tgz json xml changelog"
    )


def _ways(guide: Guide, archive: str) -> Html:
    """The commands of the tools that people use."""
    ways = (
        ("vrfhir", f"vrfhir package install {archive}\nvrfhir validate my-referral.json"),
        ("HL7's validator", f"java -jar validator_cli.jar my-referral.json -version 4.0.1 -ig {archive}"),
        ("SUSHI (sushi-config.yaml)", f"dependencies:\n  {PACKAGE_ID}: {guide.version}"),
        (
            "Any tool that reads the package cache",
            f"mkdir -p ~/.fhir/packages/{PACKAGE_ID}#{guide.version}\n"
            f"tar -xzf {archive} -C ~/.fhir/packages/{PACKAGE_ID}#{guide.version}",
        ),
    )
    note = tag(
        "p",
        "The second way reads the package as it is; the third and fourth find it in ",
        tag("code", "~/.fhir/packages"),
        ", where the first puts it.",
    )
    return join(
        [
            join(tag("h3", words), tag("pre", tag("code", text), class_="source wrap", tabindex="0"))
            for words, text in ways
        ],
        note,
    )


def _artefacts(guide: Guide, resource_type: str, heading: str) -> Html | None:
    found = guide.of_type(resource_type)
    rows = []
    for each in found:
        base = page_of(each).removesuffix(".html")
        files = [
            join(
                tag("a", kind.upper(), href=f"{base}.{kind}", download=True, aria_label=f"{title_of(each)}, {kind}"),
                " ",
            )
            for kind in ("json", "xml")
        ]
        rows.append(
            row(tag("a", title_of(each), href=page_of(each)), tag("code", linked(guide, each.get("url", ""))), files)
        )
    if not rows:
        return None
    summary = tag("summary", f"{heading} ({len(rows)})")
    return tag(
        "details", summary, table(("Name", "Canonical", "Files"), rows), open=resource_type == "StructureDefinition"
    )


def _changes() -> str:
    return Path(__file__).with_name("changes.md").read_text(encoding="utf-8")
