"""Three answers to "is this code in that set?", and how answers combine (Kleene's logic)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

__all__ = ["Membership", "all_of", "any_of"]


class Membership(Enum):
    """Whether a code is in a set. ``UNKNOWN``: this cannot be decided with what is known locally."""

    IN = "in"
    OUT = "out"
    UNKNOWN = "unknown"

    @staticmethod
    def of(answer: bool | None) -> Membership:
        """From a bool, or None for unknown."""
        return Membership.UNKNOWN if answer is None else Membership.IN if answer else Membership.OUT


IN, OUT, UNKNOWN = Membership.IN, Membership.OUT, Membership.UNKNOWN


def all_of(answers: Iterable[Membership]) -> Membership:
    """IN when all are, OUT when any is."""
    result = IN
    for answer in answers:
        if answer is OUT:
            return OUT
        if answer is UNKNOWN:
            result = UNKNOWN
    return result


def any_of(answers: Iterable[Membership]) -> Membership:
    """IN when any is, OUT when all are."""
    result = OUT
    for answer in answers:
        if answer is IN:
            return IN
        if answer is UNKNOWN:
            result = UNKNOWN
    return result
