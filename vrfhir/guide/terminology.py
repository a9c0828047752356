"""Pages of code systems, value sets and concept maps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from vrfhir.guide.frame import Page, facts, section
from vrfhir.guide.links import canonical_link, example_list, page_of
from vrfhir.guide.markdown import blocks
from vrfhir.guide.markup import Content, Html, join, tag
from vrfhir.guide.sources import Guide, Json, title_of

__all__ = ["Row", "code_system_page", "concept_map_page", "concepts_of", "row", "table", "value_set_page"]

_CRUMB = ("terminology.html", "Terminology")


@dataclass(frozen=True)
class Row:
    """The cells of a row; one with an ``identity`` can be linked to, and its first cell heads it."""

    cells: tuple[Content, ...]
    identity: str = ""


def table(headings: Sequence[str], rows: Iterable[Row]) -> Html:
    """A table; where the window is narrow each row becomes a block whose cells bear their headings."""
    head = tag("tr", [tag("th", each, scope="col", role="columnheader") for each in headings], role="row")
    body = [_table_row(headings, each) for each in rows]
    parts = (tag("thead", head, role="rowgroup"), tag("tbody", body, role="rowgroup"))
    return tag("div", tag("table", *parts, role="table", class_="listing"), class_="scroll")


def _table_row(headings: Sequence[str], row: Row) -> Html:
    cells = []
    for at, (label, content) in enumerate(zip(headings, row.cells, strict=True)):
        shown = join(content)
        empty = None if shown else "empty"
        if at == 0 and row.identity:
            cells.append(tag("th", shown, scope="row", role="rowheader", data_label=label, id=row.identity))
        else:
            cells.append(tag("td", tag("div", shown), role="cell", data_label=label, class_=empty))
    return tag("tr", cells, role="row")


def row(*cells: Content, identity: str = "") -> Row:
    """A row of cells."""
    return Row(cells, identity)


def concepts_of(concepts: Iterable[Json], depth: int = 0) -> Iterator[tuple[int, Json]]:
    """All concepts with their depth, parents before children."""
    for each in concepts:
        yield depth, each
        yield from concepts_of(each.get("concept", ()), depth + 1)


def code_system_page(guide: Guide, system: Json) -> Page:
    """Every concept with its definition, its properties, and the examples that say it."""
    concepts = list(concepts_of(system.get("concept", ())))
    properties = [each["code"] for each in system.get("property", ())]
    headings = [
        "Code",
        "Display",
        "Definition",
        *[each.replace("-", " ").capitalize() for each in properties],
        "Examples",
    ]
    rows = []
    for depth, each in concepts:
        said = [_property_of(each, name) for name in properties]
        words = [each.get("display", ""), *_designations(each)]
        used = guide.codes_used.get((system["url"], each["code"]), [])
        code = tag("code", each["code"], class_=f"d d{depth}")
        shown = [tag("span", word, class_="line") for word in words]
        rest: list[Content] = [shown, each.get("definition", ""), *said, example_list(used, 2)]
        rows.append(row(code, *rest, identity=each["code"]))
    sets = [each for each in guide.of_type("ValueSet") if _includes(each, system["url"])]
    body = join(
        blocks(system.get("description", "")),
        _purpose(system),
        facts(
            [
                ("Canonical", tag("code", system["url"])),
                ("Version", f"{system['version']} ({system['status']})"),
                ("Content", f"{system.get('content', '')}, {len(concepts)} concepts"),
                *_uses("Value sets", guide, sets),
            ]
        ),
        section("concepts", "Concepts", table(headings, rows)),
    )
    found = " ".join(f"{each['code']} {each.get('display', '')}" for _, each in concepts)
    return _page(system, "Code system", body, found)


def value_set_page(guide: Guide, value_set: Json) -> Page:
    """What it includes, and every code where that is known."""
    parts: list[Content] = []
    for kind, words in (("include", "Includes"), ("exclude", "Without")):
        for each in value_set.get("compose", {}).get(kind, ()):
            parts.append(tag("li", _composition(guide, words, each)))
    codes = guide.terminology.expansion(value_set["url"])
    rows = [
        row(
            tag("code", code),
            guide.terminology.display(system, code) or _stated(value_set, system, code),
            _system(guide, system),
        )
        for system, found in (codes or {}).items()
        for code in found
    ]
    bound = [
        each
        for each in guide.profiles + guide.extensions
        if any(
            one.get("binding", {}).get("valueSet", "").partition("|")[0] == value_set["url"]
            for one in each["snapshot"]["element"]
        )
    ]
    listing = (
        table(("Code", "Display", "System"), rows)
        if rows
        else tag("p", "The codes stand in the code system; ask a terminology server for the list.")
    )
    body = join(
        blocks(value_set.get("description", "")),
        _purpose(value_set),
        facts(
            [
                ("Canonical", tag("code", value_set["url"])),
                ("Version", f"{value_set['version']} ({value_set['status']})"),
                *_uses("Bound in", guide, bound),
                *([("Copyright", value_set["copyright"])] if value_set.get("copyright") else []),
            ]
        ),
        section("composition", "Composition", tag("ul", parts)),
        section("codes", "Codes", listing),
    )
    return _page(value_set, "Value set", body, "")


def concept_map_page(guide: Guide, concept_map: Json) -> Page:
    """From, to, and how well they fit, group by group."""
    parts: list[Content] = []
    for group in concept_map.get("group", ()):
        source, target = str(group.get("source", "")), str(group.get("target", ""))
        rows = []
        for element in group.get("element", ()):
            for number, each in enumerate(element.get("target", [{}])):
                rows.append(
                    row(
                        _concept(guide, source, element) if number == 0 else "",
                        tag("span", each.get("equivalence", "unmatched"), class_="tag"),
                        _concept(guide, target, each) if each.get("code") else "–",
                        each.get("comment", ""),
                    )
                )
        title = tag("p", _system(guide, source), " → ", _system(guide, target))
        parts.append(join(title, table(("From", "Fit", "To", "Comment"), rows)))
    body = join(
        blocks(concept_map.get("description", "")),
        _purpose(concept_map),
        facts(
            [
                ("Canonical", tag("code", concept_map["url"])),
                ("Version", f"{concept_map['version']} ({concept_map['status']})"),
            ]
        ),
        section("mappings", "Mappings", parts),
    )
    return _page(concept_map, "Concept map", body, "")


def _page(resource: Json, kind: str, body: Html, words: str) -> Page:
    name = page_of(resource)
    source = name.removesuffix(".html") + ".json"
    summary = resource.get("description", "")
    return Page(name, title_of(resource), kind, body, _CRUMB, summary, f"{resource['id']} {words}", source)


def _purpose(resource: Json) -> Html | None:
    return (
        tag("aside", tag("h2", "Why"), blocks(resource["purpose"]), class_="why") if resource.get("purpose") else None
    )


def _uses(label: str, guide: Guide, resources: list[Json]) -> list[tuple[str, Content]]:
    links = [tag("li", tag("a", title_of(each), href=page_of(each))) for each in resources]
    return [(label, tag("ul", links, class_="inline"))] if links else []


def _includes(value_set: Json, system: str) -> bool:
    return any(each.get("system") == system for each in value_set.get("compose", {}).get("include", ()))


def _property_of(concept: Json, name: str) -> str:
    for each in concept.get("property", ()):
        if each.get("code") == name:
            value = next((value for key, value in each.items() if key.startswith("value")), "")
            return str(value.get("code", "")) if isinstance(value, dict) else str(value)
    return ""


def _designations(concept: Json) -> list[str]:
    return [each["value"] for each in concept.get("designation", ()) if each.get("value") != concept.get("display")]


def _composition(guide: Guide, words: str, part: Json) -> Html:
    what: list[Content] = []
    if system := part.get("system"):
        some = (
            f"{len(part['concept'])} codes of "
            if part.get("concept")
            else "codes of "
            if part.get("filter")
            else "all codes of "
        )
        what += [some, _system(guide, system)]
    for each in part.get("filter", ()):
        what += [" with ", tag("code", f"{each['property']} {each['op']} {each['value']}")]
    for each in part.get("valueSet", ()):
        what += [" what is in ", canonical_link(guide, each)]
    return join(f"{words} ", what)


def _system(guide: Guide, url: str) -> Content:
    named = {"http://snomed.info/sct": "SNOMED CT", "http://loinc.org": "LOINC"}
    return named.get(url) or canonical_link(guide, url)


def _concept(guide: Guide, system: str, concept: Json) -> Html:
    display = concept.get("display") or guide.terminology.display(system, concept["code"]) or ""
    return join(tag("code", concept["code"]), f" {display}")


def _stated(value_set: Json, system: str, code: str) -> str:
    for part in value_set.get("compose", {}).get("include", ()):
        for each in part.get("concept", ()):
            if part.get("system") == system and each["code"] == code:
                return str(each.get("display", ""))
    return ""
