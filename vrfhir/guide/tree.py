"""The tree table of a StructureDefinition: element, flags, cardinality, type, binding and notes (https://hl7.org/fhir/R4/formats.html#table)."""

from __future__ import annotations

import json
from typing import Any

from vrfhir.guide.frame import first_sentence
from vrfhir.guide.links import canonical_link, type_link
from vrfhir.guide.markup import Content, Html, join, tag
from vrfhir.guide.sources import Guide, Json
from vrfhir.profiles import CANONICAL

__all__ = ["differential_table", "key_table", "legend", "snapshot_table"]

_VALUES = ("fixed", "pattern", "minValue", "maxValue", "defaultValue")
_WORDS = {"fixed": "exactly", "pattern": "at least", "minValue": "from", "maxValue": "up to", "defaultValue": "default"}
_GENERIC = ("Extension", "Additional content defined by implementations")
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
    return _table(guide, structure, structure["snapshot"]["element"], "Snapshot: every element")


def differential_table(guide: Guide, structure: Json) -> Html:
    """Only what the profile says itself, in its own words."""
    return _table(guide, structure, structure["differential"]["element"], "Differential: what this profile adds")


def key_table(guide: Guide, structure: Json) -> Html:
    """What a sender must or should send: elements that are constrained, required or must be supported, with their parents."""
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
    return _table(guide, structure, [each for each in rows if each["id"] in wanted], "Key elements")


def _table(guide: Guide, structure: Json, elements: list[Json], caption: str) -> Html:
    whole = {each["id"]: each for each in structure["snapshot"]["element"]}
    head = tag("tr", [tag("th", each, scope="col", role="columnheader") for each in _COLUMNS], role="row")
    rows = [_row(guide, structure, each, whole.get(each["id"], {})) for each in elements]
    table = tag(
        "table",
        tag("caption", caption),
        tag("thead", head, role="rowgroup"),
        tag("tbody", rows, role="rowgroup"),
        class_="tree",
        role="table",
    )
    return tag("div", table, class_="scroll")


def _row(guide: Guide, structure: Json, element: Json, whole: Json) -> Html:
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
        ("Type", _types(guide, element)),
        ("Binding", _binding(guide, element)),
        ("Notes", _notes(guide, structure, element, own)),
    ]
    first = tag("th", tag("span", shown, class_=f"d d{depth}"), scope="row", role="rowheader", title=element["id"])
    rest = [
        tag("td", content, role="cell", data_label=label, class_="empty" if not join(content) else None)
        for label, content in cells
    ]
    return tag("tr", first, rest, role="row", class_=f"depth{depth}{kind}")


def _types(guide: Guide, element: Json) -> Content:
    if reference := element.get("contentReference"):
        return f"as {str(reference).rpartition('#')[2]}"
    links = [type_link(guide, each) for each in element.get("type", ())]
    if len(links) > 12:
        return tag("details", tag("summary", f"{len(links)} types"), [join(each, " ") for each in links])
    return [tag("span", each, class_="type") for each in links]


def _binding(guide: Guide, element: Json) -> Content:
    binding = element.get("binding", {})
    if not binding.get("valueSet"):
        return None
    strength = str(binding.get("strength", ""))
    return join(canonical_link(guide, binding["valueSet"]), " ", tag("span", strength, class_=f"strength {strength}"))


def _notes(guide: Guide, structure: Json, element: Json, own: list[Json]) -> Content:
    notes: list[Content] = []
    if short := _short(guide, structure, element):
        notes.append(tag("span", short))
    for key, value in element.items():
        if prefix := next((each for each in _VALUES if key.startswith(each)), None):
            notes.append(tag("span", f"{_WORDS[prefix]} ", _value(value)))
    if slicing := element.get("slicing"):
        by = ", ".join(f"{each['type']} of {each['path']}" for each in slicing.get("discriminator", ()))
        rules = slicing.get("rules", "")
        notes.append(
            tag("span", f"slices, told apart by {by}; {rules}" if by else f"slices; {rules}", class_="slicing")
        )
    if "maxLength" in element:
        notes.append(tag("span", f"at most {element['maxLength']} characters"))
    if comment := element.get("comment") if structure["url"].startswith(CANONICAL) else None:
        notes.append(tag("span", comment, class_="quiet"))
    if own:
        rules = [join(tag("a", each["key"], href=f"#{each['key']}"), " ") for each in own]
        notes.append(tag("span", "rules ", rules))
    return notes


def _short(guide: Guide, structure: Json, element: Json) -> str:
    """What the element is for: its own words, or those of the extension that stands in it."""
    if element["path"] == structure["type"]:
        return ""
    for each in element.get("type", ()):
        own = guide.artefact(each["profile"][0]) if each.get("code") == "Extension" and each.get("profile") else None
        if own is not None:
            return first_sentence(own.get("description", ""))
    short = str(element.get("short", ""))
    return "" if element["path"].endswith("xtension") and short in _GENERIC else short


def _value(value: Any) -> Html:
    if isinstance(value, dict):
        codings = value.get("coding", [value] if "code" in value else [])
        if codings and all("code" in each for each in codings):
            return join(*[tag("code", _coding(each)) for each in codings])
        return tag("code", json.dumps(value, ensure_ascii=False))
    return tag("code", str(value).lower() if isinstance(value, bool) else str(value))


def _coding(coding: Json) -> str:
    shown = f"{coding['system']}#{coding['code']}" if "system" in coding else str(coding["code"])
    return f"{shown} “{coding['display']}”" if coding.get("display") else shown
