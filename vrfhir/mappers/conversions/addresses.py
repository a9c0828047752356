"""XAD: addresses (HL7 v2.8 chapter 2A.3.88; FHIR R4 Address; UK Core: the county is the district)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.alternates import alternate
from vrfhir.mappers.conversions.registry import Conversion, RowFacts, is_of_organization, register
from vrfhir.mappers.conversions.times import taken_period
from vrfhir.mappers.vocabulary import code_map, extension_urls

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context

__all__ = ["UK_COUNTRIES", "taken_address"]

UK_COUNTRIES = frozenset({"", "GB", "GBR", "UK", "UNITED KINGDOM", "ENGLAND", "SCOTLAND", "WALES", "NORTHERN IRELAND"})


_ELSEWHERE = ((3 << 12 | 1, "city"), (4 << 12 | 1, "state"), (5 << 12 | 1, "postalCode"), (6 << 12 | 1, "country"))
_IN_THE_UK = tuple((key, "district" if name == "state" else name) for key, name in _ELSEWHERE)
_COUNTRY, _KIND, _COUNTY, _VALIDITY, _ADDRESSEE = (number << 12 | 1 for number in (6, 7, 9, 12, 19))
_STREET, _STREET_NAME, _HOUSE_NUMBER, _OTHER = 1 << 12 | 1, 1 << 12 | 2, 1 << 12 | 3, 2 << 12 | 1
_ABOUT_IT = frozenset({"use", "_use", "type"})


def taken_address(cell: Cell, context: Context) -> dict[str, Any] | None:
    """An Address; None when the cell has none.

    A second line without a first one is marked as additional locator, so that the lines keep their places.
    """
    at, taken = cell.at, cell.taken
    address: dict[str, Any] = {}
    code = at.get(_KIND)
    if code:
        use, kind = code_map("address-use"), code_map("address-type")
        if use.codes.get(code):
            address["use"] = use.codes[code]
            taken.append(_KIND)
            if use.back[use.codes[code]] != code:
                address["_use"] = alternate("0190", code)
        elif kind.codes.get(code):
            address["type"] = kind.codes[code]
            taken.append(_KIND)
    _lines(cell, address)
    uk = context.uk and at.get(_COUNTRY, "").upper() in UK_COUNTRIES
    for key, element in _IN_THE_UK if uk else _ELSEWHERE:
        if key in at:
            taken.append(key)
            address[element] = at[key]
    if _COUNTY in at and "district" not in address:
        address["district"] = cell.take(9)
    if address.keys() <= _ABOUT_IT:
        return None
    if max(at) >= _VALIDITY:
        period = taken_period(cell, context, 13, 14, 12)
        if period:
            address["period"] = period
        if _ADDRESSEE in at:
            _add_addressee(cell.take(19), address)
    return address


def _add_addressee(name: str, address: dict[str, Any]) -> None:
    """Who takes receipt there (XAD.19), as a line of its own that says so."""
    lines = address.setdefault("line", [])
    marks = address.setdefault("_line", [])
    marks += [None] * (len(lines) - len(marks))
    lines.append(name)
    marks.append({"extension": [{"url": extension_urls()["care-of"], "valueString": name}]})


def _lines(cell: Cell, address: dict[str, Any]) -> None:
    at = cell.at
    if _STREET_NAME not in at and _HOUSE_NUMBER not in at and _STREET in at:
        cell.taken.append(_STREET)
        address["line"] = [at[_STREET]]
        if _OTHER in at:
            cell.taken.append(_OTHER)
            address["line"].append(at[_OTHER])
        return
    urls = extension_urls()
    lines: list[str] = []
    marks: list[dict[str, Any] | None] = []
    street, name, number = cell.take(1, 1), cell.take(1, 2), cell.take(1, 3)
    if street or name or number:
        lines.append(street or " ".join(part for part in (number, name) if part))
        parts = [
            {"url": urls[alias], "valueString": text}
            for alias, text in (("street-name", name), ("house-number", number))
            if text
        ]
        marks.append({"extension": parts} if parts else None)
    other = cell.take(2)
    if other:
        first = not lines
        lines.append(other)
        mark = {"extension": [{"url": urls["additional-locator"], "valueString": other}]}
        marks.append(mark if first else None)
    if lines:
        address["line"] = lines
        if any(marks):
            address["_line"] = marks


@register("Address")
def _address(row: RowFacts) -> Conversion:
    use = row.options.get("use", "")
    of_organization = is_of_organization(row)

    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        address = taken_address(cell, context)
        if of_organization and address is not None and address.get("use") == "home":
            del address["use"]
            address.pop("_use", None)
            cell.untake(7)
        if address is not None and use:
            address.setdefault("use", use)
        return address

    return convert


@register("address-text")
def _address_text(row: RowFacts) -> Conversion:
    """A whole address on one line, for elements that hold text only."""

    def convert(cell: Cell, _: Context) -> str | None:
        parts = [cell.take(1, 1), cell.take(1, 2), cell.take(1, 3)]
        parts += [cell.take(number) for number in (2, 3, 4, 5, 6, 8, 9)]
        return ", ".join(part for part in parts if part) or None

    return convert


@register("birth-place")
def _birth_place(row: RowFacts) -> Conversion:
    def convert(cell: Cell, context: Context) -> dict[str, Any] | None:
        text = cell.whole().strip()
        return {"text": text} if text else None

    return convert
