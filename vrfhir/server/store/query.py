"""A search as a value: what must match, from where, how many. No FHIR names beyond the parameter's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

__all__ = ["AnyOf", "Chain", "Condition", "Criterion", "Ids", "Interval", "Query", "Target", "Text", "Token", "Updated"]

Table = Literal["token", "string", "reference", "date"]
Comparator = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]


class Token(NamedTuple):
    """A coded value. ``None`` leaves that part open; a ``system`` of ``""`` asks for a value without one."""

    code: str | None
    system: str | None = None


class Text(NamedTuple):
    """A string. ``value`` is folded except for ``exact``."""

    value: str
    match: Literal["starts", "exact", "contains"] = "starts"


class Target(NamedTuple):
    """A reference, as ``Type/id`` or absolute URL."""

    reference: str


class Interval(NamedTuple):
    """A date or period in microseconds since 1970, both ends inclusive: https://hl7.org/fhir/R4/search.html#prefix."""

    comparator: Comparator
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Criterion:
    """One indexed parameter and the values of which at least one must match.

    ``negated`` asks for resources where none matches. ``missing`` asks whether there is any value at all.
    """

    table: Table
    parameter: str
    values: tuple[Token | Text | Target | Interval, ...] = ()
    negated: bool = False
    missing: bool | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """The reference ``parameter`` leads to a resource of ``type`` that meets ``inner``."""

    parameter: str
    type: str
    inner: Condition


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the conditions."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Ids:
    """The resource's id is one of these."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Updated:
    """The version's time lies in one of these intervals."""

    intervals: tuple[Interval, ...]


Condition = Criterion | Chain | AnyOf | Ids | Updated


@dataclass(frozen=True, slots=True)
class Query:
    """All ``conditions`` hold for a resource of ``type``; the page begins below position ``before``."""

    type: str
    conditions: tuple[Condition, ...] = ()
    limit: int = 20
    before: int | None = None
