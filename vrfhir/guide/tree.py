"""The tree table of a StructureDefinition: element, flags, cardinality, type, binding and notes (https://hl7.org/fhir/R4/formats.html#table)."""

from __future__ import annotations

from vrfhir.guide.elements import binding_cell, notes_cell, types_cell
from vrfhir.guide.markup import Content, Html, join, tag
from vrfhir.guide.sources import Guide, Json
from vrfhir.profiles import CANONICAL

__all__ = ["differential_table", "key_table", "legend", "snapshot_table"]

_COLUMNS = ("Element", "Flags", "Card.", "Type", "Binding", "Notes")
_FLAGS = (
    ("mustSupport", "S", "must support: a sender that knows it sends it; a receiver keeps, shows and returns it"),
    ("isModifier", "?!", "modifier: changes the meaning of the rest; a receiver must understand it"),
    ("isSummary", "Σ", "part of the summary"),
)


def legend() -> Html:
    """What the flags and the cardinality mean for sender and receiver."""
    flags = [join(tag("dt", tag("span", sign, class_="flag")), tag("dd", words)) for _, sign, words in _FLAGS]
    return tag(
        "details",
        tag("summary", "How to read the table"),
        tag(
            "dl",
            tag("dt", "1..1, 1..*"),
            tag("dd", "must be sent; without it the resource is refused"),
            tag("dt", "0..1, 0..*"),
            tag("dd", "may be sent; with S it must be sent when it is known"),
            tag("dt", "0..0"),
            tag("dd", "must not be sent"),
            flags,
            tag("dt", tag("span", "I", class_="flag")),
            tag("dd", "rules of this guide stand on the element; they are listed below"),
            tag("dt", "required, extensible"),
            tag("dd", "a code of the value set; extensible: another one only where none of them fits"),
            class_="legend",
        ),
        class_="quiet",
    )


def snapshot_table(guide: Guide, structure: Json) -> Html:
    """Every element."""
    elements = structure["snapshot"]["element"]
    elsewhere = {each["id"] for each in _key_elements(structure)}
    anchors = {each["id"] for each in elements} - elsewhere
    return _table(guide, structure, elements, "Snapshot: every element", anchors)


def differential_table(guide: Guide, structure: Json) -> Html:
    """Only what the profile says itself, in its own words."""
    rows = structure["differential"]["element"]
    return _table(guide, structure, rows, "Differential: what this profile adds", set())


def key_table(guide: Guide, structure: Json) -> Html:
    """What a sender must or should send: elements that are constrained, required or must be supported, with their parents."""
    rows = _key_elements(structure)
    return _table(guide, structure, rows, "Key elements", {each["id"] for each in rows}, listed=True)


def _key_elements(structure: Json) -> list[Json]:
    changed = {each["id"] for each in structure["differential"]["element"]}
    rows = structure["snapshot"]["element"]
    wanted = {rows[0]["id"]}
    for each in rows[1:]:
        parent_wanted = each["id"].rpartition(".")[0] in wanted
        required = parent_wanted and each["min"] > 0 and ":" not in each["id"].rpartition(".")[2]
        if each["id"] in changed or each.get("mustSupport") or (required and each["max"] != "0"):
            names = each["id"].split(".")
            wanted |= {".".join(names[: length + 1]) for length in range(len(names))}
            if ":" in names[-1]:
                wanted.add(each["id"].rpartition(":")[0])
    return [each for each in rows if each["id"] in wanted]


def _table(
    guide: Guide, structure: Json, elements: list[Json], caption: str, anchors: set[str], *, listed: bool = False
) -> Html:
    """``anchors`` are the elements whose rows can be linked to; ``listed`` shows the codes of bindings."""
    whole = {each["id"]: each for each in structure["snapshot"]["element"]}
    head = tag("tr", [tag("th", each, scope="col", role="columnheader") for each in _COLUMNS], role="row")
    rows = [
        _row(guide, structure, each, whole.get(each["id"], {}), anchored=each["id"] in anchors, listed=listed)
        for each in elements
    ]
    table = tag(
        "table",
        tag("caption", caption),
        tag("thead", head, role="rowgroup"),
        tag("tbody", rows, role="rowgroup"),
        class_="tree",
        role="table",
    )
    return tag("div", table, class_="scroll")


def _row(guide: Guide, structure: Json, element: Json, whole: Json, *, anchored: bool, listed: bool) -> Html:
    own = [each for each in element.get("constraint", ()) if str(each.get("source", "")).startswith(CANONICAL)]
    depth = min(element["path"].count("."), 9)
    name = element["path"].rpartition(".")[2]
    shown: list[Content] = [tag("span", name, class_="name")]
    if element.get("sliceName"):
        shown = [tag("span", f"{name}:", class_="stem"), tag("span", element["sliceName"], class_="name")]
    flags: list[Content] = [
        tag("abbr", sign, class_="flag", title=words) for key, sign, words in _FLAGS if element.get(key)
    ]
    if own:
        flags.append(tag("abbr", "I", class_="flag", title="rules of this guide"))
    least, most = element.get("min", whole.get("min", "")), element.get("max", whole.get("max", ""))
    stated = "min" in element or "max" in element
    kind = " removed" if str(most) == "0" else " slice" if element.get("sliceName") else ""
    cells: list[tuple[str, Content]] = [
        ("Flags", flags),
        ("Card.", tag("span", f"{least}..{most}", class_="required" if least else None) if stated else None),
        ("Type", types_cell(guide, element)),
        ("Binding", binding_cell(guide, element, listed=listed)),
        ("Notes", notes_cell(guide, structure, element, whole, own)),
    ]
    first = tag("th", tag("span", shown, class_=f"d d{depth}"), scope="row", role="rowheader", title=element["id"])
    rest = [
        tag("td", content, role="cell", data_label=label, class_="empty" if not join(content) else None)
        for label, content in cells
    ]
    identity = element["id"] if anchored else None
    return tag("tr", first, rest, role="row", class_=f"depth{depth}{kind}", id=identity)
