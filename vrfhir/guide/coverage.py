"""The coverage page: which examples use each profile, extension and code, break each rule."""

from __future__ import annotations

from dataclasses import dataclass

from vrfhir.guide.frame import Page, facts, section
from vrfhir.guide.links import example_list, page_of
from vrfhir.guide.markup import Html, join, tag
from vrfhir.guide.sources import Guide, Json, own_rules, title_of
from vrfhir.guide.terminology import row, table
from vrfhir.guide.usage import Code, own_codes

__all__ = ["Gaps", "coverage_page", "gaps"]

_SHOWN = 3


@dataclass(frozen=True)
class Gaps:
    """What no example shows; :mod:`vrfhir.guide.usage` says what counts."""

    structures: tuple[str, ...]
    """Profiles and extensions by canonical."""
    rules: tuple[tuple[str, str], ...]
    """(profile, key) of rules that no invalid example breaks."""
    codes: tuple[Code, ...]


def gaps(guide: Guide) -> Gaps:
    """Compare what the artefacts define with what the examples use."""
    structures = guide.profiles + guide.extensions
    return Gaps(
        tuple(each["url"] for each in structures if not guide.uses.get(each["url"])),
        tuple(
            (each["url"], rule["key"])
            for each in structures
            for rule, _ in own_rules(each)
            if not guide.broken_by(each["url"], rule["key"])
        ),
        tuple(each for each in _own_codes(guide) if each not in guide.codes_used),
    )


def coverage_page(guide: Guide) -> Page:
    """Everything that the artefacts define, with who shows it."""
    structures = guide.profiles + guide.extensions
    rules = [(each, rule) for each in structures for rule, _ in own_rules(each)]
    codes = _own_codes(guide)
    missing = gaps(guide)
    used = len(codes) - len(missing.codes)
    broken = len(rules) - len(missing.rules)
    shown = len(structures) - len(missing.structures)
    body = join(
        tag("p", "Counted from the artefacts and the examples when this page was made.", class_="lead"),
        facts(
            [
                ("Profiles and extensions with an example", f"{shown} of {len(structures)}"),
                ("Rules with an example that breaks them", f"{broken} of {len(rules)}"),
                ("Codes that an example says", f"{used} of {len(codes)}"),
                ("Examples", f"{sum(1 for _ in guide.examples)} valid, {len(guide.invalid)} invalid"),
            ]
        ),
        tag(
            "p",
            "What serves which system of the seed documents: ",
            tag("a", "systems S1 to S13", href="systems.html"),
            ".",
        ),
        section("profiles", "Profiles", _structures(guide, guide.profiles)),
        section("extensions", "Extensions", _structures(guide, guide.extensions)),
        section("rules", "Rules", _rules(guide, rules)),
        section("codes", "Codes", _codes(guide)),
    )
    summary = "Which examples use each profile, extension and code, and break each rule."
    return Page("coverage.html", "Coverage", "Page", body, summary=summary, keywords="tests")


def _structures(guide: Guide, structures: list[Json]) -> Html:
    rows = []
    for each in structures:
        examples = guide.uses.get(each["url"], [])
        count = str(len(examples)) if examples else _none()
        rows.append(
            row(
                tag("a", title_of(each), href=page_of(each)),
                count,
                example_list(examples, _SHOWN),
                str(len(guide.broken_by(each["url"]))),
            )
        )
    return table(("Artefact", "Valid", "Examples", "Invalid"), rows)


def _rules(guide: Guide, rules: list[tuple[Json, Json]]) -> Html:
    rows = []
    for structure, rule in rules:
        broken = [
            join(tag("a", each.file.removesuffix(".json"), href=each.page), " ")
            for each in guide.broken_by(structure["url"], rule["key"])
        ]
        link = tag("a", rule["key"], href=f"{page_of(structure)}#{rule['key']}")
        severity = tag("span", rule["severity"], class_=f"tag {rule['severity']}")
        rows.append(row(link, severity, rule.get("human", ""), broken or _none()))
    return table(("Rule", "Severity", "Says", "Broken by"), rows)


def _codes(guide: Guide) -> Html:
    rows = []
    for system in guide.of_type("CodeSystem"):
        codes = own_codes(system)
        unused = [each for each in codes if (system["url"], each) not in guide.codes_used]
        said = f"{len(codes) - len(unused)} of {len(codes)}"
        missing = [join(tag("code", each), " ") for each in unused]
        rows.append(row(tag("a", title_of(system), href=page_of(system)), said, missing))
    return table(("Code system", "Used", "No example says"), rows)


def _own_codes(guide: Guide) -> list[Code]:
    return [(system["url"], code) for system in guide.of_type("CodeSystem") for code in own_codes(system)]


def _none() -> Html:
    return tag("span", "none yet", class_="tag warning")
