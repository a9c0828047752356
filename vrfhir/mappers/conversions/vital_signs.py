"""Which OBX are vital signs for FHIR R4, and whether what was sent can be the value of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.vocabulary import ucum_code
from vrfhir.terminology.vital_signs import Implied, implied_profile

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell

__all__ = ["takes_quantity", "unit_code", "vital_sign"]


def vital_sign(resource: Mapping[str, Any]) -> Implied | None:
    """The vital sign that an Observation is for FHIR, by its code."""
    code = resource.get("code")
    return implied_profile(code.get("coding", ())) if code else None


def unit_code(cell: Cell | None, units: tuple[str, ...] = ()) -> str:
    """The UCUM code that OBX-6 says, if need be by the table of units; empty when it says none."""
    if cell is None:
        return ""
    code, term = cell.peek(1), cell.peek(2)
    if code and cell.peek(3).upper() == "UCUM":
        return code if code in units or ucum_code(code) not in units else ucum_code(code)
    return ucum_code(term if term and not code else code)


def takes_quantity(found: Implied, unit: str) -> bool:
    """True when a number with a unit can be the value: its profile has a place for it."""
    sign = found.sign
    return unit in sign.units and (not sign.parts or found.code in sign.parts)
