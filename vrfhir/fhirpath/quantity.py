"""Quantities: a number with a UCUM unit or a calendar unit (http://hl7.org/fhirpath/N1/#quantity, #quantity-equality)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from vrfhir.fhirpath.ucum import Unit

__all__ = ["CALENDAR_UNITS", "Quantity", "as_calendar_unit", "quantity_from_text", "quantity_of"]

UCUM = "http://unitsofmeasure.org"

CALENDAR_UNITS = {
    "year": "a",
    "month": "mo",
    "week": "wk",
    "day": "d",
    "hour": "h",
    "minute": "min",
    "second": "s",
    "millisecond": "ms",
}
"""Calendar unit → the UCUM unit of the same name; above the week these are not the same duration."""

_SINGULAR = {name + plural: name for name in CALENDAR_UNITS for plural in ("", "s")}
_FROM_UCUM = {code: name for name, code in CALENDAR_UNITS.items() if name not in ("year", "month")}
_CALENDAR_DAYS = {"year": Decimal(365), "month": Decimal(30)}
_TEXT = r"\s*(?P<value>[+-]?\d+(?:\.\d+)?)\s*(?:'(?P<unit>[^']+)'|(?P<calendar>[a-zA-Z]+))?\s*\Z"


class Quantity(NamedTuple):
    """``unit`` is a UCUM code, or with ``calendar`` a calendar unit as written (``day`` or ``days``).

    ``system`` is set only where a FHIR quantity names another system than UCUM; such units equal only themselves.
    """

    value: Decimal
    unit: str
    calendar: bool = False
    system: str = UCUM

    @property
    def system_name(self) -> str:
        """The System type."""
        return "Quantity"

    def __str__(self) -> str:
        return f"{self.value:f} {self.unit}" if self.calendar else f"{self.value:f} '{self.unit}'"

    @property
    def calendar_unit(self) -> str:
        """``day`` for ``days``; empty for UCUM units."""
        return _SINGULAR.get(self.unit, "") if self.calendar else ""

    def meaning(self) -> Unit | None:
        """The unit in base units, a calendar year or month as 365 or 30 days; None when it is not known."""
        from vrfhir.fhirpath.ucum import unit_of  # its tables only where two units meet

        name = self.calendar_unit
        if name in _CALENDAR_DAYS:
            days = unit_of("d")
            return days and days._replace(factor=days.factor * _CALENDAR_DAYS[name])
        return unit_of(CALENDAR_UNITS[name] if name else self.unit) if self.system == UCUM else None

    def comparable(self, other: Quantity) -> bool:
        """True when one can be expressed in the other's unit."""
        return self.aligned(other) is not None

    def aligned(self, other: Quantity, *, loosely: bool = False) -> tuple[Decimal, Decimal] | None:
        """Both values in the coarser of the two units; None when there is no way between them.

        ``loosely`` lets calendar years and months stand for UCUM's, as equivalence does.
        """
        mine, theirs = self.calendar_unit, other.calendar_unit
        if self.unit == other.unit and self.calendar == other.calendar and self.system == other.system:
            return self.value, other.value
        if {mine, theirs} == {"year", "month"}:
            months = [each.value * (12 if each.calendar_unit == "year" else 1) for each in (self, other)]
            return months[0], months[1]
        vague = [name in _CALENDAR_DAYS for name in (mine, theirs)]
        if any(vague) and not (mine and theirs):
            if loosely and CALENDAR_UNITS.get(mine, self.unit) == CALENDAR_UNITS.get(theirs, other.unit):
                return self.value, other.value
            return None
        left, right = self.meaning(), other.meaning()
        if left is None or right is None or left.dimension != right.dimension:
            return None
        size = max(left.factor, right.factor)
        return _scaled(self.value, left, size), _scaled(other.value, right, size)

    def times(self, other: Quantity, sign: int) -> Quantity | None:
        """The product (sign 1) or quotient (sign -1), in base units unless one has no unit."""
        value = self.value * other.value if sign > 0 else self.value / other.value
        if other.unit == "1":
            return Quantity(value, self.unit, self.calendar, self.system)
        left, right = self.meaning(), other.meaning()
        if left is None or right is None or left.offset or right.offset:
            return None
        if self.unit == "1" and sign > 0:
            return Quantity(value, other.unit, other.calendar, other.system)
        from vrfhir.fhirpath.ucum import product

        result = product(left, right, sign)
        unit = ".".join(base + (str(power) if power != 1 else "") for base, power in result.dimension) or "1"
        return Quantity(value * result.factor, unit)


def _scaled(value: Decimal, unit: Unit, size: Decimal) -> Decimal:
    if unit.offset:
        return (value * unit.factor + unit.offset) / size
    return value if unit.factor == size else value * unit.factor / size


def as_calendar_unit(quantity: Quantity) -> str:
    """The calendar unit to add to a date; empty when it is none (UCUM years and months are of fixed length, so none)."""
    return quantity.calendar_unit or _FROM_UCUM.get(quantity.unit, "") or _SINGULAR.get(quantity.unit, "")


def quantity_of(value: dict[str, Any]) -> Quantity | None:
    """A FHIR Quantity as a FHIRPath one (https://hl7.org/fhir/R4/fhirpath.html#quantity); None when it has no number."""
    number = value.get("value")
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        return None
    system, code = value.get("system"), value.get("code")
    if type(system) is str and type(code) is str:
        return Quantity(Decimal(number), code, system=system)
    unit = value.get("unit")
    return Quantity(Decimal(number), unit if type(unit) is str else "1")


def quantity_from_text(text: str) -> Quantity | None:
    """``5 'mg'``, ``4 days``, ``5``: the text form of http://hl7.org/fhirpath/N1/#toquantityunit-string-quantity."""
    match = re.match(_TEXT, text, re.ASCII)
    if match is None or len(text) > 100:
        return None
    calendar = match["calendar"]
    if calendar is not None and calendar not in _SINGULAR:
        return None
    return Quantity(Decimal(match["value"]), calendar or match["unit"] or "1", calendar is not None)
