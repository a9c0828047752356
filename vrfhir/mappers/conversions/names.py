"""XPN and XCN names (HL7 v2.8 chapter 2A.3.89; FHIR R4 HumanName)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.alternates import alternate
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, register
from vrfhir.mappers.conversions.times import as_sent, taken_period
from vrfhir.mappers.vocabulary import code_map, extension_urls

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context

__all__ = ["taken_name"]

_REPRESENTATIONS = {"A": "ABC", "I": "IDE", "P": "SYL"}
"""Table 4000: alphabetic, ideographic, phonetic."""
_GIVEN, _MIDDLE, _PREFIX = 1 << 12, 2 << 12, 4 << 12
"""How far their components are from that of the family name."""
_ABOUT_IT = frozenset({"use", "_use"})
_WHOLE_PARTS = frozenset(number << 12 | 1 for number in range(1, 65))
"""Components that are not divided."""
_PLAIN = frozenset(number << 12 | 1 for number in (1, 2, 3, 5, 7))
_PLAIN_PERSON = frozenset(number << 12 | 1 for number in (1, 2, 3, 4, 6, 9, 10, 13))
"""What usual names consist of, in XPN and XCN: family and given names, prefix and type; in XCN the number too."""
_PSEUDONYM = "S"
"""Type of a name that is not said, to protect the person (table 0200)."""
_FAMILY_PARTS = ((2, "own-prefix"), (3, "own-name"), (4, "partner-prefix"), (5, "partner-name"))


def taken_name(cell: Cell, context: Context, first: int = 1, *, person_id: bool = False) -> dict[str, Any] | None:
    """A HumanName from component ``first`` on (1 in XPN, 2 in XCN); None when there is no part of a name."""
    at, taken = cell.at, cell.taken
    name: dict[str, Any] = {}
    start_key = first << 12
    family_key = start_key | 1
    type_component = first + 6 if not person_id else first + 8
    kind = at.get(type_component << 12 | 1, "")
    if kind:
        use = code_map("name-use")
        found = use.codes.get(kind, "")
        if found:
            name["use"] = found
            if use.back[found] != kind:
                name["_use"] = alternate("0200", kind)
            cell.take(type_component)
    if family_key in at:
        taken.append(family_key)
        name["family"] = at[family_key]
    is_plain = (_PLAIN_PERSON if person_id else _PLAIN).issuperset(at)
    if not is_plain and not _WHOLE_PARTS.issuperset(at):
        for number, alias in _FAMILY_PARTS:
            if start_key | number in at:
                part = {"url": extension_urls()[alias], "valueString": cell.take(first, number)}
                name.setdefault("_family", {"extension": []})["extension"].append(part)
    given, middle, prefix = family_key + _GIVEN, family_key + _MIDDLE, family_key + _PREFIX
    if given in at:
        taken.append(given)
        name["given"] = [at[given]]
    if middle in at:
        taken.append(middle)
        name.setdefault("given", []).append(at[middle])
        if given not in at:
            name["_given"] = [{"extension": [as_sent(cell, at[middle], first + 2, 1)]}]
    if prefix in at:
        taken.append(prefix)
        name["prefix"] = [at[prefix]]
    if not is_plain:
        _suffixes(cell, first, name, professional=first + 13 if not person_id else 21)
    if name.keys() <= _ABOUT_IT and (person_id or len(at) > 1 or kind != _PSEUDONYM or context.vr):
        cell.untake(type_component)
        return None
    if is_plain:
        return name
    representation = _REPRESENTATIONS.get(at.get((first + 7 if not person_id else 15) << 12 | 1, ""))
    if representation:
        cell.take(first + 7 if not person_id else 15)
        name["extension"] = [{"url": extension_urls()["name-representation"], "valueCode": representation}]
    start, end, whole = (12, 13, 10) if not person_id else (19, 20, 17)
    if max(at) >= whole << 12:
        period = taken_period(cell, context, start, end, whole)
        if period:
            name["period"] = period
    return name


def _suffixes(cell: Cell, first: int, name: dict[str, Any], *, professional: int) -> None:
    """Suffix, degree (marked AC, academic) and professional suffix (marked PR)."""
    at = cell.at
    if first + 3 << 12 | 1 not in at and first + 5 << 12 | 1 not in at and professional << 12 | 1 not in at:
        return
    found = [(cell.take(first + 3), ""), (cell.take(first + 5), "AC"), (cell.take(professional), "PR")]
    suffixes = [(text, mark) for text, mark in found if text]
    if not suffixes:
        return
    name["suffix"] = [text for text, _ in suffixes]
    if any(mark for _, mark in suffixes):
        name["_suffix"] = [
            {"extension": [{"url": extension_urls()["name-qualifier"], "valueCode": mark}]} if mark else None
            for _, mark in suffixes
        ]


@register("HumanName")
def _human_name(row: RowFacts) -> Conversion:
    use = row.options.get("use", "")

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        name = taken_name(cell, context)
        if name is not None and use:
            name.setdefault("use", use)
        return name

    return convert


@register("name-text")
def _name_text(row: RowFacts) -> Conversion:
    """A whole name as text, in reading order."""

    def convert(cell: Cell, _: Context) -> str | None:
        parts = [cell.take(number) for number in (5, 2, 3, 1, 4, 6)]
        return " ".join(part for part in parts if part) or None

    return convert
