"""Back to v2: coded values (CE, CWE, CNE, IS, ID)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.hl7v2 import escapes
from vrfhir.hl7v2.reference import version_meant
from vrfhir.mappers.conversions.codes import is_own_system
from vrfhir.mappers.vocabulary import (
    code_map,
    extension_urls,
    named_system,
    respelled,
    system_name,
    table_codes,
    table_system,
)
from vrfhir.mappers.writing.primitives import sent_texts
from vrfhir.mappers.writing.registry import Inverse, Parts, inverse, key

if TYPE_CHECKING:
    from vrfhir.mappers.conversions.registry import RowFacts
    from vrfhir.mappers.vocabulary import CodeMap
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["concept_parts"]

_TABLES = table_system("")
_OURS = "https://vrfhir.org/fhir/CodeSystem/vr-"
_PRIORITIES = "request-priority"
"""FHIR's code system of that name, in the twenty characters that CE.6 has."""
_NEAREST = {"priority": {"urgent": "A"}, "order-priority": {"urgent": "A"}}
"""Code map → FHIR codes that its table lacks, and the code of the table that is nearest (ConceptMap vr-priority-to-v2): a
receiver must not take an urgent referral for one without a priority. That it was another code is said beside it."""
_TRIPLETS = ((1, 7), (4, 8), (10, 13))


def concept_parts(
    concept: dict[str, Any],
    writing: Writing,
    table: str = "",
    codes: CodeMap | None = None,
    *,
    keep_text: bool = False,
) -> Parts | None:
    """The triplets of a CodeableConcept, taken out of it; with ``keep_text`` the text is left for another row."""
    codings = concept.pop("coding", [])
    text = concept.get("text", "")
    chosen = _as_the_partner_says(_as_spelled(_without_derived(codings, table, codes)), table, writing)
    found: Parts = {}
    left: list[dict[str, Any]] = []
    triplets = list(_TRIPLETS[: 3 if writing.has_wide_codes else 2])
    for number, coding in enumerate(chosen):
        written = (
            _triplet(coding, writing, *triplets[number], table if number == 0 and not (text and not keep_text) else "")
            if number < len(triplets)
            else None
        )
        if written is None:
            left.append(coding)
        else:
            found.update(written)
    if left:
        concept["coding"] = left
    if text and not keep_text:
        concept.pop("text")
        # a code of the sender's own keeps its words as its display: text beside one without was the original text (CWE.9)
        is_original = (
            writing.as_it_was and not writing.is_old and key(1) in found and is_own_system(_first_system(chosen))
        )
        if key(2) not in found and not is_original:
            found[key(2)] = text
        elif not writing.has_wide_codes and key(4) not in found:
            found[key(5)] = text
        else:
            found[key(9)] = text
    return found or None


def _first_system(codings: list[dict[str, Any]]) -> str:
    return str(codings[0].get("system", "")) if codings else ""


def _without_derived(codings: list[dict[str, Any]], table: str, codes: CodeMap | None) -> list[dict[str, Any]]:
    """Without codings that reading makes of the one behind them; one without that is written as its table's code."""
    if codes is None or not codes.system:
        return codings
    found: list[dict[str, Any]] = []
    for number, coding in enumerate(codings):
        if coding.get("system") == codes.system and coding.get("code") in codes.back:
            following = codings[number + 1] if number + 1 < len(codings) else {}
            if codes.codes.get(following.get("code", "")) == coding["code"]:
                continue
            if codes.table and not _has_a_name(coding, codes):
                found.append({"system": table_system(codes.table), "code": codes.back[coding["code"]]})
                continue
        found.append(coding)
    return found


def _as_spelled(codings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the codes of tables that reading put before a sender's own spelling of them."""
    if not any("userSelected" in each for each in codings):
        return codings
    following = [*codings[1:], {}]
    return [each for each, after in zip(codings, following, strict=True) if not _is_spelled(each, after)]


def _is_spelled(coding: dict[str, Any], following: dict[str, Any]) -> bool:
    system, code = str(coding.get("system", "")), str(coding.get("code", ""))
    if coding.get("userSelected") is not False or not system.startswith(_TABLES):
        return False
    return respelled(system[len(_TABLES) :], str(following.get("code", ""))) == code != ""


def _has_a_name(coding: dict[str, Any], codes: CodeMap) -> bool:
    """The coding is read as it is when its system is named: no second one is made of it."""
    return named_system(system_name(codes.system)) == codes.system and codes.codes.get(coding["code"]) == coding["code"]


def _as_the_partner_says(codings: list[dict[str, Any]], table: str, writing: Writing) -> list[dict[str, Any]]:
    """The partner's own code for a FHIR code; where it stands beside already, the other is what reading made of it."""
    if not writing.partner.codes or not table:
        return codings
    found: list[dict[str, Any]] = []
    for coding in codings:
        own = writing.partner.codes.written(table, coding.get("system", ""), coding.get("code", ""))
        if own is None:
            found.append(coding)
        elif not any(each.get("code") == own.code for each in codings):
            system = named_system(own.name) if own.name else ""
            found.append({"code": own.code, **({"system": system or own.name} if own.name else {})})
    return found


def _triplet(coding: dict[str, Any], writing: Writing, first: int, version: int, table: str) -> Parts | None:
    system, code = coding.get("system", ""), coding.get("code", "")
    if not code and not coding.get("display"):
        return None
    found: Parts = {key(first): code} if code else {}
    name = writing.coding_name(system) if system else ""
    if system and not name and not (writing.sender_name(system) is not None):
        name = system
    if name and not (system == table_system(table) and not coding.get("display") and code in table_codes(table)):
        found[key(first + 2)] = name
    if coding.get("display"):
        found[key(first + 1)] = coding["display"]
    if coding.get("version") and writing.has_wide_codes:
        found[key(version)] = coding["version"]
    return found


@inverse("CodeableConcept")
@inverse("service-type")
def _codeable_concept(row: RowFacts) -> Inverse:
    table = row.options.get("table", "")
    codes = code_map(row.options["codes"]) if "codes" in row.options else None
    keeps, needed = bool(row.options.get("text-elsewhere")), row.options.get("text-elsewhere") == "beside a code"

    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict):
            return None
        first: dict[str, Any] = next(iter(value.get("coding", ())), {})
        if table and str(first.get("system", "")).startswith(_OURS):
            return None  # a code of ours is an item of the prescription, not of a v2 table
        keep = keeps and bool(first.get("display") or is_own_system(first.get("system", "")))
        if keep and not first:
            if not needed:
                return None
            keep = False
        return concept_parts(value, writing, table, codes, keep_text=keep)

    return back


@inverse("concept-text")
def _concept_text(row: RowFacts) -> Inverse:
    def back(value: Any, _: Writing) -> Parts | None:
        if not isinstance(value, dict) or "coding" in value:
            return None
        text = value.pop("text", "")
        return {key(1): text} if text else None

    return back


@inverse("language-concept")
def _language_concept(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict):
            return None
        codings = value.get("coding", [])
        tag = next((each for each in codings if each.get("system") == "urn:ietf:bcp:47"), None)
        if tag is not None and len(codings) == 1 and len(tag.get("code", "")) == 2:
            value.pop("coding")
            found = {key(1): tag["code"].upper()}
            text = value.pop("text", "") or tag.get("display", "")
            if text:
                found[key(2)] = text
            return found
        if tag is not None:
            value["coding"] = [each for each in codings if each is not tag]
        return concept_parts(value, writing)

    return back


@inverse("Coding")
def _coding(row: RowFacts) -> Inverse:
    table = row.options.get("table", "")
    codes = code_map(row.options["codes"]) if "codes" in row.options else None

    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict):
            return None
        component = row.component or 1
        if codes is not None and value.get("system") == codes.system and value.get("code") in codes.back:
            return {key(component): codes.back[value["code"]]}
        found = _triplet(value, writing, component, 7, table)
        if found is not None and value.get("system") == table_system(table) and not value.get("display"):
            found.pop(key(component + 2), None)
        return found

    return back


@inverse("table-coding")
def _table_coding(row: RowFacts) -> Inverse:
    system, codes = table_system(row.options["table"]), table_codes(row.options["table"])

    def back(value: Any, _: Writing) -> Parts | None:
        if not isinstance(value, dict) or value.get("system") != system or value.get("code") not in codes:
            return None
        return {key(row.component or 1, row.subcomponent or 1): value["code"]}

    return back


@inverse("version")
def _version(row: RowFacts) -> Inverse:
    """MSH-12 in the sender's spelling, when it still means the version that is written."""
    system = table_system("0104")

    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or value.get("system") != system:
            return None
        code = str(value.get("code", ""))
        texts = (escapes.decode(each) for each in sent_texts(value.get("extension", ())))
        said = next((each for each in texts if version_meant(each) == code), code)
        return {key(row.component or 1): said}

    return back


@inverse("country")
def _country(row: RowFacts) -> Inverse:
    def back(value: Any, _: Writing) -> Parts | None:
        if not isinstance(value, dict) or value.get("system") != "urn:iso:std:iso:3166":
            return None
        return {key(row.component or 1): value["code"]}

    return back


@inverse("display-coding")
def _display_coding(row: RowFacts) -> Inverse:
    def back(value: Any, _: Writing) -> Parts | None:
        if not isinstance(value, dict) or value.keys() != {"display"}:
            return None
        return {key(row.component or 1): value.pop("display")}

    return back


@inverse("code")
def _code(row: RowFacts) -> Inverse:
    codes = code_map(row.options["codes"])
    url = extension_urls()["alternate-codes"]
    nearest = _NEAREST.get(row.options["codes"], {})

    def back(value: Any, writing: Writing) -> Parts | None:
        twin = writing.twin if isinstance(writing.twin, dict) else {}
        for extension in twin.get("extension", ()):
            concept = extension.get("valueCodeableConcept")
            if extension.get("url") != url or not concept:
                continue
            first: dict[str, Any] = next(iter(concept.get("coding", ())), {})
            spelled = respelled(codes.table, str(first.get("code", "")))
            if row.component and spelled and codes.codes.get(spelled) == value:
                return {key(row.component): first["code"]}
            if codes.codes.get(first.get("code", "")) == value:
                if row.component:
                    return {key(row.component): first["code"]}
                national = codes.national.get(first.get("code", ""))
                if national and first.get("system") == national:
                    first.pop("system")
                return concept_parts(concept, writing, codes.table)
        known = writing.partner.codes.written(codes.table, "", str(value))
        if known is not None:
            found = {key(row.component or 1): known.code}
            if not row.component:
                found |= {key(place): text for place, text in ((2, known.display), (3, known.name)) if text}
            return found
        code = codes.back.get(str(value))
        if code is None and value in nearest:
            found = {key(row.component or 1): nearest[value]}
            return found if row.component else {**found, key(4): value, key(5): value.capitalize(), key(6): _PRIORITIES}
        return {key(row.component or 1): code} if code else None

    return back


@inverse("voided")
def _voided(row: RowFacts) -> Inverse:
    def back(value: Any, _: Writing) -> Parts | None:
        codings = value.get("coding", []) if isinstance(value, dict) else []
        return {key(1): "D"} if any(each.get("code") == "entered-in-error" for each in codings) else None

    return back


@inverse("ethnic-category")
def _ethnic_category(row: RowFacts) -> Inverse:
    system = code_map("ethnic-category").system

    def back(value: Any, _: Writing) -> Parts | None:
        codings = value.get("coding", []) if isinstance(value, dict) else []
        if len(codings) != 1 or codings[0].get("system") != system:
            return None
        return _with_text(codings[0].pop("code"), value)

    return back


def _with_text(code: str, concept: dict[str, Any]) -> Parts:
    """A code and, taken out of its concept, the text."""
    text = concept.pop("text", "")
    return {key(1): code, key(2): text} if text else {key(1): code}


@inverse("data-dictionary")
def _data_dictionary(row: RowFacts) -> Inverse:
    tail = row.options["name"].lower().replace(" ", "-")

    def back(value: Any, _: Writing) -> Parts | None:
        codings = value.get("coding", []) if isinstance(value, dict) else []
        if len(codings) != 1 or not codings[0].get("system", "").endswith("nhs-data-dictionary/" + tail):
            return None
        value.pop("coding")
        return _with_text(codings[0]["code"], value)

    return back


@inverse("opt")
def _opt(row: RowFacts) -> Inverse:
    tail = row.options["name"].lower().replace(" ", "-")

    def back(value: Any, _: Writing) -> Parts | None:
        codings = value.get("coding", []) if isinstance(value, dict) else []
        own = next((each for each in codings if each.get("system", "").endswith("nhs-data-dictionary/" + tail)), None)
        if own is None:
            return None
        value.pop("coding")
        return {key(1): own["code"]}

    return back


@inverse("data-dictionary-label")
def _data_dictionary_label(row: RowFacts) -> Inverse:
    tail = row.options["name"].lower().replace(" ", "-")

    def back(value: Any, _: Writing) -> Parts | None:
        if not isinstance(value, dict) or not value.get("system", "").endswith("nhs-data-dictionary/" + tail):
            return None
        value.pop("system")
        return {key(1): value.pop("code")}

    return back


@inverse("pending-status")
def _pending(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        if value != "requested":
            return None
        return {key(1): "P", key(2): table_codes("0283")["P"], key(3): "HL70283"}

    return back


@inverse("business-status")
def _business_status(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict):
            return None
        codings = value.get("coding", [])
        own = next((each for each in codings if each.get("system", "").endswith("/vr-referral-status")), None)
        sent = own is not None and codings[0] is not own and writing.as_it_was
        if own is not None and len(codings) > 1 and not sent:
            value["coding"] = [each for each in codings if each is not own]
        return concept_parts(value, writing, "0283")

    return back
