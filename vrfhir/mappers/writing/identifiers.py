"""Back to v2: identifiers and who assigned them (CX, EI, HD, DLN, PLN)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vrfhir.fhir.identifiers import SYSTEMS
from vrfhir.mappers.vocabulary import code_map, extension_urls, table_system
from vrfhir.mappers.writing.primitives import period_parts, v2_datetime, whole_parts
from vrfhir.mappers.writing.registry import Inverse, Parts, inverse, key

if TYPE_CHECKING:
    from vrfhir.mappers.conversions.registry import RowFacts
    from vrfhir.mappers.writing.scope import Writing

__all__ = [
    "assigned_parts",
    "attached_code",
    "authority_parts",
    "ei_parts",
    "identifier_parts",
    "take_check_digit",
    "type_code",
]


def type_code(identifier: dict[str, Any]) -> tuple[str, bool]:
    """(code or text of an identifier's type, whether the mapper inferred it)."""
    kind = identifier.get("type")
    if not isinstance(kind, dict):
        return "", False
    for coding in kind.get("coding", ()):
        if coding.get("system") == table_system("0203"):
            return str(coding.get("code", "")), coding.get("userSelected") is False
    return str(kind.get("text", "")), False


def authority_parts(
    writing: Writing, kind: str, system: str, component: int, assigner: str = "", *, flat: bool = False
) -> Parts:
    """HD of a system in a component (EI: ``flat``, in three components)."""
    space, universal, kind_of_id = writing.authority(kind, system)
    found: Parts = {}
    for number, text in enumerate((space or (assigner if universal else ""), universal, kind_of_id)):
        if text:
            found[key(component + number) if flat else key(component, 1 + number)] = text
    return found


def identifier_parts(identifier: dict[str, Any], writing: Writing, kind: str) -> Parts | None:
    """CX, taken out of the identifier."""
    value = identifier.pop("value", "")
    if not value:
        return None
    found: Parts = {key(1): value}
    code, inferred = type_code(identifier)
    identifier.pop("type", None)
    if code and not inferred:
        found[key(5)] = code
    system = identifier.pop("system", "")
    found.update(assigned_parts(identifier, writing, kind, system, (4, 6)))
    found.update(period_parts(identifier.get("period"), writing, 7, 8))
    take_check_digit(identifier, found, 2)
    return found


def take_check_digit(identifier: dict[str, Any], found: Parts, component: int) -> None:
    """CX.2, XCN.11 or XON.4 from its extension, with the scheme."""
    for extension in list(identifier.get("extension", ())):
        if extension.get("url") == extension_urls()["check-digit"]:
            found[key(component)] = extension["valueString"]
            scheme = attached_code(identifier.get("_value"), "0061")
            if scheme:
                found[key(component + 1)] = scheme
                identifier.pop("_value")
            identifier["extension"].remove(extension)


def attached_code(twin: Any, table: str) -> str:
    """The code of a v2 table that is attached to a text; empty when there is none."""
    for extension in twin.get("extension", ()) if isinstance(twin, dict) else ():
        coding = extension.get("valueCoding", {})
        if extension.get("url") == extension_urls()["coded-text"] and coding.get("system") == table_system(table):
            return str(coding.get("code", ""))
    return ""


def assigned_parts(
    identifier: dict[str, Any], writing: Writing, kind: str, system: str, places: tuple[int, int]
) -> Parts:
    """Assigning authority and facility in their components: the facility is the one that has a number or is not the authority."""
    assigner = identifier.get("assigner")
    name = assigner.get("display", "") if isinstance(assigner, dict) else ""
    numbered = isinstance(assigner, dict) and "identifier" in assigner
    found = authority_parts(writing, kind, system, places[0], "" if numbered else name)
    if numbered or (name and found.get(key(places[0], 1)) != name):
        return found | facility_parts(assigner, places[1], writing)
    if name:
        identifier["assigner"].pop("display")
    return found


def facility_parts(assigner: Any, component: int, writing: Writing) -> Parts:
    """HD of an assigning facility, taken out of the Reference to it."""
    if not isinstance(assigner, dict):
        return {}
    identifier = assigner.pop("identifier", {})
    number, kind = str(identifier.get("value", "")), str(identifier.get("type", {}).get("text", ""))
    if identifier.get("system") == "urn:ietf:rfc3986":
        _, number, kind = writing.authority("", number)
    texts = (assigner.pop("display", ""), number, kind)
    return {(key(component, place) if component else key(place)): text for place, text in enumerate(texts, 1) if text}


@inverse("facility-name")
def _facility_name(row: RowFacts) -> Inverse:
    return lambda value, writing: facility_parts(value, 0, writing) or None


@inverse("Identifier")
def _identifier(row: RowFacts) -> Inverse:
    kind, wanted = row.options.get("kind", "any"), row.options.get("type", "")

    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or (wanted and type_code(value)[0] != wanted):
            return None
        return identifier_parts(value, writing, kind)

    return back


@inverse("patient-identifier")
def _patient_identifier(row: RowFacts) -> Inverse:
    wanted = row.options.get("type", "")

    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or not value.get("value") or (wanted and type_code(value) != (wanted, True)):
            return None
        is_nhs = value.get("system") == SYSTEMS["nhs-number"]
        found = identifier_parts(value, writing, "patient")
        if found is not None and is_nhs and key(5) not in found:
            found[key(5)] = "NH"
        return found

    return back


def ei_parts(identifier: dict[str, Any], writing: Writing, kind: str, first: int = 1) -> Parts | None:
    """EI, taken out of the identifier; a URI without an authority is the universal id itself."""
    value = identifier.pop("value", "")
    if not value:
        return None
    system = identifier.pop("system", "")
    assigner = identifier.get("assigner", {}).pop("display", "") if isinstance(identifier.get("assigner"), dict) else ""
    if system == "urn:ietf:rfc3986" and re.match(r"urn:(?:oid|uuid):", value):
        kind_of_id = "ISO" if value.startswith("urn:oid:") else "UUID"
        return {key(first + 2): re.sub(r"urn:(?:oid|uuid):", "", value), key(first + 3): kind_of_id}
    return {key(first): value, **authority_parts(writing, kind, system, first + 1, assigner, flat=True)}


@inverse("EntityIdentifier")
def _entity_identifier(row: RowFacts) -> Inverse:
    kind, wanted = row.options.get("kind", "any"), row.options.get("type", "")

    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or (wanted and type_code(value)[0] != wanted):
            return None
        if wanted:
            value.pop("type")
        return ei_parts(value, writing, kind)

    return back


@inverse("logical-reference")
def _logical_reference(row: RowFacts) -> Inverse:
    kind = row.options.get("kind", "any")

    def back(value: Any, writing: Writing) -> Parts | None:
        identifier = value.get("identifier") if isinstance(value, dict) else None
        return ei_parts(identifier, writing, kind) if isinstance(identifier, dict) else None

    return back


def _pair_parts(identifier: Any, row: RowFacts, writing: Writing) -> Parts | None:
    """One half of an EIP, taken out of the identifier: an EI in subcomponents."""
    if not isinstance(identifier, dict) or type_code(identifier)[0] != row.options["type"]:
        return None
    value = identifier.pop("value", "")
    if not value:
        return None
    identifier.pop("type")
    assigner = identifier.pop("assigner", {}).get("display", "")
    space, universal, kind_of_id = writing.authority("any", identifier.pop("system", ""))
    texts = (value, space or (assigner if universal else ""), universal, kind_of_id)
    return {key(row.component, number): text for number, text in enumerate(texts, 1) if text}


@inverse("pair-identifier")
def _pair_identifier(row: RowFacts) -> Inverse:
    return lambda value, writing: _pair_parts(value, row, writing)


@inverse("pair-reference")
def _pair_reference(row: RowFacts) -> Inverse:
    return lambda value, writing: (
        _pair_parts(value.get("identifier"), row, writing) if isinstance(value, dict) else None
    )


@inverse("text-identifier")
def _text_identifier(row: RowFacts) -> Inverse:
    wanted, text, name = (row.options.get(option, "") for option in ("type", "type-text", "name"))
    system = row.options.get("system", "")

    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or type_code(value)[0] != (wanted or text):
            return None
        if value.get("system") != system and writing.sender_name(str(value.get("system", ""))) != name:
            return None
        value.pop("type", None)
        value.pop("system", None)
        number = value.pop("value", "")
        return {key(row.component or 1): number} if number else None

    return back


@inverse("licence")
def _licence(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or type_code(value)[0] != "DL":
            return None
        name = writing.sender_name(str(value.get("system", "")))
        if name is None:
            return None
        found = {key(1): str(value.pop("value", ""))}
        if name and name != "DL":
            found[key(2)] = name
        period = value.get("period", {})
        if "end" in period:
            found[key(3)] = v2_datetime(str(period.pop("end")), writing, period.pop("_end", None))
        return found if found[key(1)] else None

    return back


@inverse("message-identifier")
def _message_identifier(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        text = value.pop("value", "") if isinstance(value, dict) else ""
        return {key(1): text} if text and len(text) <= 199 else None

    return back


@inverse("profile-tag")
def _profile_tag(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        system = str(value.get("system", "")) if isinstance(value, dict) else ""
        own = writing.sender_name(system)
        if not writing.from_v2 or not value.get("code") or (own is None and not system.startswith("urn:oid:")):
            return None
        found = {key(1): str(value["code"])}
        if own is not None:
            return {**found, key(2): own} if own != "MSH-21" else found
        if value.get("display"):
            found[key(2)] = str(value["display"])
        return {**found, key(3): system[8:], key(4): "ISO"}

    return back


@inverse("sub-id")
def _sub_id(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, dict) or value.get("type", {}).get("text") != "observation sub-id":
            return None
        value.pop("type")
        return whole_parts(value.pop("value", ""), row, writing)

    return back


@inverse("nhs-number-status")
def _nhs_number_status(row: RowFacts) -> Inverse:
    def back(value: Any, _: Writing) -> Parts | None:
        code = next((each.get("code") for each in value.get("coding", ())), None) if isinstance(value, dict) else None
        written = code_map("nhs-number-status").back.get(code or "")
        if not written:
            return None
        value.clear()
        return {key(1): written}

    return back


@inverse("specimen-reference")
def _specimen(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        identifier = value.get("identifier") if isinstance(value, dict) else None
        if not isinstance(identifier, dict):
            return None
        component = 2 if type_code(identifier)[0] == "FILL" else 1
        name = writing.sender_name(str(identifier.get("system", "")))
        found = {key(component): str(identifier.get("value", ""))}
        if name:
            found[key(component, 2)] = name
        return found

    return back


@inverse("endpoint")
def _endpoint(row: RowFacts) -> Inverse:
    def back(value: Any, writing: Writing) -> Parts | None:
        if not isinstance(value, str) or len(value) > 199:
            return None
        _, universal, kind_of_id = writing.authority("", value)
        return {key(2): universal, key(3): kind_of_id} if universal else None

    return back
