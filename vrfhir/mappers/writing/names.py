"""Back to v2: names, addresses, telephone numbers (XPN, XCN, XAD, XTN)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.hl7v2 import escapes
from vrfhir.mappers.conversions.addresses import UK_COUNTRIES
from vrfhir.mappers.vocabulary import THO, code_map, extension_urls
from vrfhir.mappers.writing.primitives import period_parts, validity_parts
from vrfhir.mappers.writing.registry import Inverse, Parts, inverse, key

if TYPE_CHECKING:
    from vrfhir.mappers.conversions.registry import RowFacts
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["name_parts"]

_REPRESENTATIONS = {"ABC": "A", "IDE": "I", "SYL": "P"}
_FAMILY_PARTS = (("own-prefix", 2), ("own-name", 3), ("partner-prefix", 4), ("partner-name", 5))


def _extensions(twin: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in twin.get("extension", ()) if isinstance(twin, dict) else ():
        value = next((value for name, value in each.items() if name.startswith("value")), None)
        if isinstance(value, str):
            found[each.get("url", "")] = value
    return found


def alternate_code(twin: Any) -> str:
    """The HL7 v2 code that a reading kept beside a ``use`` or ``system``; empty when there is none."""
    for each in twin.get("extension", ()) if isinstance(twin, dict) else ():
        concept = each.get("valueCodeableConcept")
        if each.get("url") == extension_urls()["alternate-codes"] and isinstance(concept, dict):
            for coding in concept.get("coding", ()):
                if str(coding.get("system", "")).startswith(THO + "v2-"):
                    return str(coding.get("code", ""))
            return str(concept.get("text", ""))
    return ""


def name_parts(name: dict[str, Any], writing: Writing, first: int = 1, *, person_id: bool = False) -> Parts:
    """XPN from component ``first`` on (2 in XCN), taken out of the name."""
    found: Parts = {}
    family = name.pop("family", "")
    if family:
        found[key(first)] = family
    twin = _extensions(name.pop("_family", None))
    for alias, number in _FAMILY_PARTS:
        text = twin.get(extension_urls()[alias])
        if text:
            found[key(first, number)] = text
    given, marks = [text for text in name.pop("given", ()) if text], name.pop("_given", None)
    if given and marks and _sent_in(marks[0], given[0]) == first + 2:
        found[key(first + 2)] = " ".join(given)
    elif given:
        found[key(first + 1)] = given[0]
    if given[1:] and key(first + 2) not in found:
        found[key(first + 2)] = " ".join(given[1:])
    prefix = " ".join(name.pop("prefix", ()))
    if prefix:
        found[key(first + 4)] = prefix
    professional = 21 if person_id else first + 13
    marks = name.pop("_suffix", ())
    for number, text in enumerate(name.pop("suffix", ())):
        mark = _extensions(marks[number]) if number < len(marks) else {}
        place = {"AC": first + 5, "PR": professional}.get(mark.get(extension_urls()["name-qualifier"], ""), first + 3)
        found[key(place)] = f"{found[key(place)]} {text}" if key(place) in found else text
    representation = _extensions(name).get(extension_urls()["name-representation"], "")
    if representation in _REPRESENTATIONS and found:
        found[key(15 if person_id else first + 7)] = _REPRESENTATIONS[representation]
        name["extension"] = [e for e in name["extension"] if e["url"] != extension_urls()["name-representation"]]
    sent = alternate_code(name.get("_use"))
    code = sent or code_map("name-use").back.get(name.get("use", ""))
    if code and (found or (not person_id and name.keys() <= {"use", "_use"})):
        name.pop("use", None)
        if sent:
            name.pop("_use")
        found[key(first + 8 if person_id else first + 6)] = code
    start, end, whole = (19, 20, 17) if person_id else (12, 13, 10)
    found.update(validity_parts(name.get("period"), writing, start, end, whole))
    return found


@inverse("HumanName")
def _human_name(row: RowFacts) -> Inverse:
    use = row.options.get("use", "")

    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or (use and value.get("use") != use):
            return None
        if use:
            value.pop("use")
        return name_parts(value, writing) or None

    return back


@inverse("name-text")
def _name_text(row: RowFacts) -> Inverse:
    return lambda value, _: {key(1): value} if isinstance(value, str) and value.strip() else None


@inverse("Address")
def _address(row: RowFacts) -> Inverse:
    use = row.options.get("use", "")

    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or (use and value.get("use", use) != use):
            return None
        if use:
            value.pop("use", None)
        return address_parts(value, writing) or None

    return back


def address_parts(address: dict[str, Any], writing: Writing) -> Parts:
    """XAD, taken out of the address; lines after the second have no place."""
    found: Parts = {}
    _lines(address, found)
    country = address.get("country", "")
    uk = writing.uk and country.upper() in UK_COUNTRIES
    if uk and "district" in address:
        found[key(4)] = address.pop("district")
    elif not uk:
        for element, component in (("state", 4), ("district", 9)):
            if element in address:
                found[key(component)] = address.pop(element)
    for element, component in (("city", 3), ("postalCode", 5), ("country", 6)):
        if element in address:
            found[key(component)] = address.pop(element)
    if not found:
        return {}
    uses, kinds = code_map("address-use").back, code_map("address-type").back
    sent = alternate_code(address.get("_use"))
    if sent:
        found[key(7)] = sent
        address.pop("use", None)
        address.pop("_use")
    elif address.get("use") in uses:
        found[key(7)] = uses[address.pop("use")]
    elif address.get("type") in kinds:
        found[key(7)] = kinds[address.pop("type")]
    found.update(validity_parts(address.get("period"), writing, 13, 14, 12))
    return found


def _lines(address: dict[str, Any], found: Parts) -> None:
    urls = extension_urls()
    lines, marks = address.get("line", []), address.get("_line", [])
    for number, mark in reversed(list(enumerate(marks))):
        if urls["care-of"] in _extensions(mark) and number < len(lines):
            found[key(19)] = lines.pop(number)
            marks.pop(number)
    place = 1
    while lines and place <= 2:
        line = lines.pop(0)
        mark = _extensions(marks.pop(0)) if marks else {}
        if place == 1 and urls["additional-locator"] in mark:
            place = 2
        if place == 1:
            street, number = mark.get(urls["street-name"], ""), mark.get(urls["house-number"], "")
            if line != " ".join(part for part in (number, street) if part):
                found[key(1, 1)] = line
            if street:
                found[key(1, 2)] = street
            if number:
                found[key(1, 3)] = number
        else:
            found[key(2)] = line
        place += 1


@inverse("address-text")
@inverse("birth-place")
def _address_text(row: RowFacts) -> Inverse:
    def back(value: Any, _: Writing) -> Parts | None:
        text = value.pop("text", None) if isinstance(value, dict) else value
        return {key(1): text} if isinstance(text, str) and text.strip() else None

    return back


@inverse("ContactPoint")
def _contact_point(row: RowFacts) -> Inverse:
    use = row.options.get("use", "")

    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or (use == "work" and row.segment == "PID" and value.get("use") != "work"):
            return None
        return telecom_parts(value, writing) or None

    return back


def _sent_in(twin: Any, number: str) -> int:
    """The component in which a number was sent, where it is not the usual one; 0 where it is, or the number was changed."""
    for extension in twin.get("extension", ()) if isinstance(twin, dict) else ():
        said = {part.get("url"): part.get("valueString", "") for part in extension.get("extension", ())}
        if extension.get("url") == extension_urls()["v2-content"] and escapes.decode(said.get("value", "")) == number:
            components = said.get("path", "").rpartition("].")[2].split(".")
            return int(components[0]) if components[0].isdecimal() else 0
    return 0


def telecom_parts(telecom: dict[str, Any], writing: Writing) -> Parts:
    """XTN, taken out of the telecom: the number unformatted in .1, an electronic address in .4."""
    urls = extension_urls()
    found: Parts = {}
    number = telecom.pop("value", "")
    system, use = telecom.pop("system", ""), telecom.pop("use", "")
    twin = telecom.pop("_value", None)
    pieces, place = _extensions(twin), _sent_in(twin, number)
    split = [
        pieces.get(urls[alias], "")
        for alias in ("telecom-country", "telecom-area", "telecom-local", "telecom-extension")
    ]
    if any(split):
        found.update({key(5 + place): text for place, text in enumerate(split) if text})
    if number and number != " ".join(text for text in split if text):
        found[key(place or (4 if system == "email" and "@" in number else 1))] = number
    if not found:
        return {}
    equipment = "CP" if use == "mobile" and system == "phone" else code_map("telecom-system").back.get(system, "")
    equipment = alternate_code(telecom.pop("_system", None)) or equipment
    if equipment:
        found[key(3)] = equipment
    code = alternate_code(telecom.pop("_use", None)) or code_map("telecom-use").back.get(use, "")
    if code:
        found[key(2)] = code
    elif system == "email" and not use:
        found[key(2)] = "NET"
    elif use:
        telecom["use"] = use
    comment = _extensions(telecom).get(urls["telecom-comment"], "")
    if comment:
        found[key(9)] = comment
        telecom["extension"] = [e for e in telecom["extension"] if e["url"] != urls["telecom-comment"]]
    if "rank" in telecom:
        found[key(18)] = str(telecom.pop("rank"))
    found.update(period_parts(telecom.get("period"), writing, 13, 14))
    return found
