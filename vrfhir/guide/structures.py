"""The page of a profile or extension."""

from __future__ import annotations

from vrfhir.guide.frame import Page, facts, section, tabs
from vrfhir.guide.links import canonical_link, linked, page_of
from vrfhir.guide.markdown import blocks, inline
from vrfhir.guide.markup import Content, Html, join, tag
from vrfhir.guide.sources import Guide, Invalid, Json, own_rules, title_of
from vrfhir.guide.terminology import Row, row, table
from vrfhir.guide.tree import differential_table, key_table, legend, snapshot_table

__all__ = ["structure_page"]


def structure_page(guide: Guide, structure: Json) -> Page:
    """What it is for, its elements in three views, its rules, and examples of right and wrong."""
    title = title_of(structure)
    is_extension = structure["type"] == "Extension"
    body = join(
        blocks(structure.get("description", "")),
        tag("aside", tag("h2", "Why"), blocks(structure["purpose"]), class_="why")
        if structure.get("purpose")
        else None,
        facts(_facts(guide, structure)),
        section(
            "elements",
            "Elements",
            tabs(
                [
                    ("key", "Key elements", key_table(guide, structure)),
                    ("differential", "Differential", differential_table(guide, structure)),
                    ("snapshot", "Snapshot", snapshot_table(guide, structure)),
                ]
            ),
            legend(),
        ),
        _rules(guide, structure),
        _examples(guide, structure),
        _refused(guide, structure),
    )
    keywords = [
        each.get("sliceName") or each["path"].rpartition(".")[2] for each in structure["differential"]["element"]
    ]
    return Page(
        page_of(structure),
        title,
        "Extension" if is_extension else "Profile",
        body,
        crumb=("extensions.html", "Extensions") if is_extension else ("profiles.html", "Profiles"),
        summary=structure.get("description", ""),
        keywords=" ".join(dict.fromkeys([structure["id"], structure["type"], *keywords])),
        source=f"{page_of(structure).removesuffix('.html')}.json",
    )


def _facts(guide: Guide, structure: Json) -> list[tuple[str, Content]]:
    rows: list[tuple[str, Content]] = [
        ("Canonical", tag("code", structure["url"])),
        ("Version", f"{structure['version']} ({structure['status']})"),
        ("Based on", canonical_link(guide, structure["baseDefinition"])),
    ]
    if structure["type"] == "Extension":
        rows.append(("Used on", ", ".join(each["expression"] for each in structure.get("context", ()))))
    users = [each for each in guide.profiles + guide.extensions if each is not structure and _mentions(each, structure)]
    if users:
        links = [tag("li", tag("a", title_of(each), href=page_of(each))) for each in users]
        rows.append(("Used by", tag("ul", links, class_="inline")))
    return rows


def _mentions(structure: Json, wanted: Json) -> bool:
    url = wanted["url"]
    return any(
        url in (*each.get("profile", ()), *each.get("targetProfile", ()))
        for element in structure["differential"]["element"]
        for each in element.get("type", ())
    ) or (structure["baseDefinition"] == url)


def _rules(guide: Guide, structure: Json) -> Html | None:
    rows = []
    for rule, elements in own_rules(structure):
        broken = guide.broken_by(structure["url"], rule["key"])
        shown = [join(tag("a", each.file.removesuffix(".json"), href=each.page), " ") for each in broken]
        places = [join(tag("code", each), " ") for each in elements]
        severity = tag("span", rule["severity"], class_=f"tag {rule['severity']}")
        rows.append(
            tag(
                "div",
                tag("h3", tag("code", rule["key"]), " ", severity),
                tag("p", inline(rule.get("human", ""))),
                tag("p", "On ", places, class_="quiet"),
                tag("pre", tag("code", linked(guide, rule.get("expression", ""))), class_="wrap", tabindex="0"),
                tag("p", "Broken by: ", shown) if shown else None,
                class_="rule",
                id=rule["key"],
            )
        )
    return section("rules", "Rules", rows) if rows else None


def _examples(guide: Guide, structure: Json) -> Html | None:
    examples = guide.uses.get(structure["url"], [])
    if not examples:
        return None
    direct = [each for each in examples if each.resource["resourceType"] == structure["type"]]
    rest = [each for each in examples if each not in direct]
    shown = [tag("li", tag("a", each.title, href=each.page)) for each in direct + rest]
    return section("examples", "Examples", tag("ul", shown, class_="columns"))


def _refused(guide: Guide, structure: Json) -> Html | None:
    rows = [_refusal(each) for each in guide.broken_by(structure["url"])]
    if not rows:
        return None
    intro = tag("p", "Each of these is a valid example with one change; a validator must find exactly this.")
    return section("refused", "What is refused", intro, table(("Example", "Element", "Finding"), rows))


def _refusal(each: Invalid) -> Row:
    return row(
        tag("a", each.file.removesuffix(".json"), href=each.page),
        tag("code", each.element),
        join(tag("span", each.severity, class_=f"tag {each.severity}"), " ", each.rule),
    )
