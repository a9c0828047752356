"""Codes that only a partner uses, and what they mean: the answers to unmapped codes, used in both directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from vrfhir.mappers.partner_meanings import system_meant
from vrfhir.mappers.vocabulary import table_codes

__all__ = ["PartnerCode", "PartnerCodes", "Unmapped", "read_codes"]


class PartnerCode(NamedTuple):
    """A code of a v2 table (or of a named coding system) as a FHIR code.

    ``system`` is empty for elements with a required binding (priority, gender …), whose code is ``to`` alone; elsewhere it is that
    of the table when the file names none.
    """

    table: str
    code: str
    name: str
    system: str
    to: str
    display: str


class Unmapped(NamedTuple):
    """A code without a meaning: a work item, whose answer is a ``[[code]]`` of the partner file."""

    table: str
    code: str
    name: str
    path: str


class PartnerCodes:
    """The codes of one partner."""

    def __init__(self, codes: Sequence[PartnerCode] = ()) -> None:
        self.codes = tuple(codes)

    def __bool__(self) -> bool:
        return bool(self.codes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PartnerCodes) and self.codes == other.codes

    def __hash__(self) -> int:
        return hash(self.codes)

    @cached_property
    def _forward(self) -> Mapping[tuple[str, str], Sequence[PartnerCode]]:
        found: dict[tuple[str, str], list[PartnerCode]] = {}
        for each in self.codes:
            found.setdefault((each.table, each.code), []).append(each)
        return found

    def meaning(self, table: str, code: str, name: str = "") -> PartnerCode | None:
        """What a code of a table means; one with a coding system name only under that name."""
        for each in self._forward.get((table, code), ()):
            if each.name in ("", name):
                return each
        return None

    def written(self, table: str, system: str, code: str) -> PartnerCode | None:
        """The partner's own code for a FHIR code."""
        for each in self.codes:
            if (each.table, each.system, each.to) == (table, system, code):
                return each
        return None


def read_codes(rows: Sequence[Mapping[str, str]]) -> PartnerCodes:
    """The codes of a partner file's ``[[code]]`` tables."""
    return PartnerCodes([_complete(PartnerCode(*(row.get(name, "") for name in PartnerCode._fields))) for row in rows])


def _complete(said: PartnerCode) -> PartnerCode:
    """A meaning that is a code of the table itself, with the system and the display it has there."""
    system = said.system or system_meant(said.table, said.to)
    if not system or said.system:
        return said
    return said._replace(system=system, display=said.display or table_codes(said.table)[said.to])
