"""XTN: telephone numbers and electronic addresses (HL7 v2.8 chapter 2A.3.90; FHIR R4 ContactPoint)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.alternates import alternate
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, is_of_organization, register
from vrfhir.mappers.conversions.times import as_sent, taken_period
from vrfhir.mappers.vocabulary import code_map, extension_urls

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context

__all__ = ["taken_telecom"]

_PARTS = ((5, "telecom-country"), (6, "telecom-area"), (7, "telecom-local"), (8, "telecom-extension"))
"""Country, area and local number, extension: kept as extensions, and joined with blanks when nothing else is given."""
_WHOLE = tuple(number << 12 | 1 for number in (12, 1, 4))
_USE, _EQUIPMENT, _ELECTRONIC, _COMMENT, _PREFERENCE = (number << 12 | 1 for number in (2, 3, 4, 9, 18))
_PLAIN = frozenset({*_WHOLE, _USE, _EQUIPMENT})
_PART_KEYS = tuple((number << 12 | 1, number, alias) for number, alias in _PARTS)
_NUMBER = 1 << 12 | 1
_FIRST_PART = 5 << 12
_RANK = re.compile(r"[1-9][0-9]{0,5}")
_TELEPHONE = re.compile(r"\+?[0-9\s().\-/]{3,}(?:\s*(?:x|ext\.?)\s*[0-9]+)?", re.IGNORECASE)


def taken_telecom(cell: Cell, context: Context) -> dict[str, Any] | None:
    """A ContactPoint: the unformatted number, the formatted one, the electronic address, or the number's parts."""
    at, taken = cell.at, cell.taken
    value = 0
    for key in _WHOLE:
        if key in at:
            value = key
            break
    equipment = at.get(_EQUIPMENT, "")
    if value and equipment in ("Internet", "X.400") and _ELECTRONIC in at:
        value = _ELECTRONIC
    is_alone = value and len(at) == 1
    is_plain = is_alone or _PLAIN.issuperset(at)
    has_parts = not is_plain and max(at) > _FIRST_PART
    parts = [(alias, cell.take(n)) for key, n, alias in _PART_KEYS if key in at] if has_parts else []
    if value:
        taken.append(value)
        shown = at[value]
    else:
        shown = " ".join(text for _, text in parts)
        if not shown:
            return None
    systems, uses = code_map("telecom-system"), code_map("telecom-use")
    system = systems.codes.get(equipment) or _guess(shown, value >> 12)
    telecom: dict[str, Any] = {"system": system, "value": shown.strip()}
    marks: list[dict[str, Any]] = []
    if parts:
        urls = extension_urls()
        marks = [{"url": urls[alias], "valueString": text} for alias, text in parts]
    if value and value != (_ELECTRONIC if system == "email" and "@" in shown else _NUMBER):
        marks.append(as_sent(cell, shown, value >> 12, 1))
    if marks:
        telecom["_value"] = {"extension": marks}
    code = at.get(_USE, "")
    use = "mobile" if equipment == "CP" else uses.codes.get(code, "")
    if equipment:
        taken.append(_EQUIPMENT)
        if equipment != "CP" and systems.back.get(system) != equipment:
            telecom["_system"] = alternate("0202", equipment)
    if use:
        telecom["use"] = use
        if code:
            taken.append(_USE)
            if uses.back.get(use) != code:
                telecom["_use"] = alternate("0201", code)
    elif code == "NET" and system == "email":
        taken.append(_USE)
    if is_plain:
        return telecom
    if _COMMENT in at:
        telecom["extension"] = [{"url": extension_urls()["telecom-comment"], "valueString": cell.take(9)}]
    rank = at.get(_PREFERENCE, "")
    if rank and _RANK.fullmatch(rank):
        telecom["rank"] = int(cell.take(18))
    if 13 << 12 | 1 in at or 14 << 12 | 1 in at:
        period = taken_period(cell, context, 13, 14)
        if period:
            telecom["period"] = period
    return telecom


def _guess(text: str, component: int) -> str:
    """The system when XTN.3 does not say: FHIR wants one with every value (cpt-2)."""
    if component == 4 or "@" in text:
        return "email"
    return "phone" if component == 0 or _TELEPHONE.fullmatch(text.strip()) else "other"


@register("ContactPoint")
def _contact_point(row: RowFacts) -> Conversion:
    use, only = row.options.get("use", ""), row.options.get("system", "")
    of_organization = is_of_organization(row)

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        telecom = taken_telecom(cell, context)
        if telecom is not None and only and telecom["system"] != only:
            return None
        if of_organization and telecom is not None and telecom.get("use") == "home":
            del telecom["use"]
            telecom.pop("_use", None)
            cell.untake(2)
        if use and telecom is not None and not cell.peek(2):
            telecom.setdefault("use", use)
        return telecom

    return convert
