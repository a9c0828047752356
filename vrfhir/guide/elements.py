"""The cells of one row of a tree: type, binding with its codes, and notes, among them what sender and receiver do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vrfhir.guide.frame import first_sentence
from vrfhir.guide.links import canonical_link, linked, type_link
from vrfhir.guide.markup import Content, Html, join, tag
from vrfhir.guide.receivers import what_a_receiver_does, what_a_sender_does
from vrfhir.guide.sources import Guide, Json
from vrfhir.profiles import CANONICAL

__all__ = ["binding_cell", "notes_cell", "purpose_of", "types_cell"]

_VALUES = ("fixed", "pattern", "minValue", "maxValue", "defaultValue")
_WORDS = {"fixed": "exactly", "pattern": "at least", "minValue": "from", "maxValue": "up to", "defaultValue": "default"}
_GENERIC = ("Extension", "Additional content defined by implementations")
_FOLDED, _LISTED = 12, 60
"""More types than the first are folded; more codes than the second are not listed in a row."""


def types_cell(guide: Guide, element: Json) -> Content:
    """The types, with what they refer to; for an extension of one value that value's types too."""
    if reference := element.get("contentReference"):
        return f"as {str(reference).rpartition('#')[2]}"
    links = [type_link(guide, each) for each in element.get("type", ())]
    if len(links) > _FOLDED:
        return tag("details", tag("summary", f"{len(links)} types"), [join(each, " ") for each in links])
    shown: list[Content] = [tag("span", each, class_="type") for each in links]
    for value in _extension_values(guide, element):
        if value["path"] == "Extension.value[x]" and len(value.get("type", ())) <= _FOLDED:
            held = [tag("span", type_link(guide, each), class_="type quiet") for each in value["type"]]
            shown.append(held)
    return shown


def binding_cell(guide: Guide, element: Json, *, listed: bool) -> Content:
    """The value set, how strong, and – where they are few and ``listed`` – its codes; through an extension too."""
    bound = [("", element), *((_label(each), each) for each in _extension_values(guide, element))]
    shown: list[Content] = []
    for label, each in bound:
        binding = each.get("binding", {})
        if canonical := binding.get("valueSet"):
            strength = str(binding.get("strength", ""))
            parts: list[Content] = [tag("span", f"{label}: ", class_="stem") if label else None]
            parts += [canonical_link(guide, canonical), " ", tag("span", strength, class_=f"strength {strength}")]
            codes = _codes(guide, canonical) if listed and strength in ("required", "extensible") else None
            shown.append(tag("span", parts, class_="line"))
            shown.append(codes)
    return shown


def _codes(guide: Guide, canonical: str) -> Html | None:
    """The codes of a value set, folded."""
    found = guide.terminology.expansion(canonical)
    rows = [(system, code) for system, codes in (found or {}).items() for code in codes]
    if not 0 < len(rows) <= _LISTED:
        return None
    items = [
        tag("li", tag("code", code), f" {display}" if (display := guide.terminology.display(system, code)) else None)
        for system, code in rows
    ]
    count = "1 code" if len(rows) == 1 else f"{len(rows)} codes"
    return tag("details", tag("summary", count), tag("ul", items), class_="codes")


def notes_cell(guide: Guide, structure: Json, element: Json, whole: Json, own: list[Json]) -> Content:
    """What it is for, its values, its slices, its rules; then what the sender and the receiver do."""
    notes: list[Content] = []
    if short := purpose_of(guide, structure, element):
        notes.append(tag("span", short))
    for key, value in element.items():
        if prefix := next((each for each in _VALUES if key.startswith(each)), None):
            notes.append(tag("span", f"{_WORDS[prefix]} ", _value(guide, value)))
    if slicing := element.get("slicing"):
        by = ", ".join(f"{each['type']} of {each['path']}" for each in slicing.get("discriminator", ()))
        rules = slicing.get("rules", "")
        notes.append(
            tag(
                "span",
                linked(guide, f"slices, told apart by {by}; {rules}" if by else f"slices; {rules}"),
                class_="slicing",
            )
        )
    if "maxLength" in element:
        notes.append(tag("span", f"at most {element['maxLength']} characters"))
    if comment := element.get("comment") if structure["url"].startswith(CANONICAL) else None:
        notes.append(tag("span", comment, class_="quiet"))
    if own:
        rules = [join(tag("a", each["key"], href=f"#{each['key']}"), " ") for each in own]
        notes.append(tag("span", "rules ", rules))
    if whole.get("mustSupport") and whole.get("max") != "0":
        notes.append(_duty("Sender", f"{what_a_sender_does(whole)}."))
        if words := what_a_receiver_does(structure, whole):
            notes.append(_duty("Receiver", words[0].lower() + words[1:]))
    return notes


def _duty(who: str, words: str) -> Html:
    return tag("span", tag("b", who), " ", tag("span", words), class_="duty")


def _extension_values(guide: Guide, element: Json) -> Iterator[Json]:
    """The elements of an extension that hold its values; of none if the element is no extension."""
    for each in element.get("type", ()):
        if each.get("code") == "Extension" and each.get("profile"):
            found = guide.definitions.structure(each["profile"][0]) or {}
            for one in found.get("snapshot", {}).get("element", ()):
                if one["path"].endswith(".value[x]") and one.get("max") != "0":
                    yield one


def _label(value: Json) -> str:
    """The part of a complex extension that holds a value; empty for a simple one."""
    return str(value["id"]).removesuffix(".value[x]").rpartition(":")[2] if ":" in value["id"] else ""


def purpose_of(guide: Guide, structure: Json, element: Json) -> str:
    """What the element is for: its own words, or those of the extension that stands in it."""
    if element["path"] == structure["type"]:
        return ""
    for each in element.get("type", ()):
        own = guide.artefact(each["profile"][0]) if each.get("code") == "Extension" and each.get("profile") else None
        if own is not None:
            return first_sentence(own.get("description", ""))
    short = str(element.get("short", ""))
    return "" if element["path"].endswith("xtension") and short in _GENERIC else short


def _value(guide: Guide, value: Any) -> Html:
    if isinstance(value, dict):
        codings = value.get("coding", [value] if "code" in value else [])
        if codings and all("code" in each for each in codings):
            return join(*[tag("code", linked(guide, _coding(each))) for each in codings])
        return tag("code", linked(guide, json.dumps(value, ensure_ascii=False)))
    return tag("code", str(value).lower() if isinstance(value, bool) else linked(guide, str(value)))


def _coding(coding: Json) -> str:
    shown = f"{coding['system']}#{coding['code']}" if "system" in coding else str(coding["code"])
    return f"{shown} “{coding['display']}”" if coding.get("display") else shown
