"""``=`` and ``~`` (http://hl7.org/fhirpath/N1/#equality), and the sets built on them: distinct, union, intersection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from typing import Any

from vrfhir.fhirpath.nodes import Node, atom
from vrfhir.fhirpath.quantity import Quantity
from vrfhir.fhirpath.temporal import Temporal

__all__ = ["ItemSet", "distinct", "equal", "equal_items", "equivalent", "equivalent_items", "is_number"]

_TWENTY_DIGITS = Context(prec=20)
"""Conversion between units rounds: quantities are compared to so many digits."""


def is_number(value: Any) -> bool:
    """True for System.Integer and System.Decimal."""
    return type(value) is int or type(value) is Decimal


def equal(left: Sequence[Any], right: Sequence[Any]) -> bool | None:
    """``left = right``: None when either is empty or the items leave it open."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    outcome: bool | None = True
    for mine, theirs in zip(left, right, strict=True):
        same = equal_items(mine, theirs)
        if same is False:
            return False
        if same is None:
            outcome = None
    return outcome


def equal_items(left: Any, right: Any) -> bool | None:
    """Two single items; None when precision, time zone or units leave it open."""
    mine, theirs = atom(left), atom(right)
    kind = type(mine)
    if kind is type(theirs):
        if kind is Temporal:
            return _same_moment(mine, theirs)
        if kind is Quantity:
            return _same_amount(mine, theirs)
        if kind is Node:
            return bool(mine.value == theirs.value and mine.extra == theirs.extra)
        return bool(mine == theirs) if mine is not None else _same_extra(left, right)
    if is_number(mine) and is_number(theirs):
        return bool(mine == theirs)
    if kind is Quantity and is_number(theirs):
        return _same_amount(mine, Quantity(Decimal(theirs), "1"))
    if type(theirs) is Quantity and is_number(mine):
        return _same_amount(Quantity(Decimal(mine), "1"), theirs)
    # a date as text against a date, as HL7's engine has it
    if kind is Temporal and type(theirs) is str:
        return bool(mine.text == theirs)
    if type(theirs) is Temporal and kind is str:
        return bool(mine == theirs.text)
    return False


def _same_moment(left: Temporal, right: Temporal) -> bool | None:
    if (left.kind == "time") != (right.kind == "time"):
        return False
    order = left.compare(right)
    return None if order is None else order == 0


def _same_amount(left: Quantity, right: Quantity) -> bool | None:
    values = left.aligned(right)
    if values is None:
        return None
    return _TWENTY_DIGITS.plus(values[0]) == _TWENTY_DIGITS.plus(values[1])


def _same_extra(left: Any, right: Any) -> bool:
    return type(left) is Node and type(right) is Node and left.extra == right.extra


def equivalent(left: Sequence[Any], right: Sequence[Any]) -> bool:
    """``left ~ right``: the same items in any order; never empty."""
    if len(left) != len(right):
        return False
    rest = list(right)
    for mine in left:
        for place, theirs in enumerate(rest):
            if equivalent_items(mine, theirs):
                del rest[place]
                break
        else:
            return False
    return True


def equivalent_items(left: Any, right: Any) -> bool:
    """Two single items: text without case and kind of white space, numbers to the lesser precision."""
    mine, theirs = atom(left), atom(right)
    if type(mine) is str and type(theirs) is str:
        return _plain(mine) == _plain(theirs)
    if is_number(mine) and is_number(theirs):
        return _same_rounded(Decimal(mine), Decimal(theirs))
    if type(mine) is Temporal and type(theirs) is Temporal:
        return mine.equivalent(theirs)
    if type(mine) is Quantity and type(theirs) is Quantity:
        values = mine.aligned(theirs, loosely=True)
        return values is not None and _same_rounded(*values)
    if type(mine) is Node and type(theirs) is Node:
        return _same_structure(mine.value, theirs.value)
    return equal_items(left, right) is True


def _plain(text: str) -> str:
    return "".join(" " if sign.isspace() else sign for sign in text).casefold()


def _digits(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _same_rounded(left: Decimal, right: Decimal) -> bool:
    if left == right:
        return True
    if max(abs(left.adjusted()), abs(right.adjusted())) > 20:
        return False
    places = Decimal(1).scaleb(-min(_digits(left), _digits(right)))
    return left.quantize(places, rounding="ROUND_HALF_UP") == right.quantize(places, rounding="ROUND_HALF_UP")


def _same_structure(left: Any, right: Any) -> bool:
    if isinstance(left, dict) and isinstance(right, dict):
        mine, theirs = ({key: value for key, value in each.items() if key != "id"} for each in (left, right))
        return mine.keys() == theirs.keys() and all(_same_structure(mine[key], theirs[key]) for key in mine)
    if isinstance(left, list) and isinstance(right, list):
        rest = list(right)
        for each in left:
            place = next((place for place, other in enumerate(rest) if _same_structure(each, other)), None)
            if place is None:
                return False
            del rest[place]
        return not rest
    if isinstance(left, str) and isinstance(right, str):
        return _plain(left) == _plain(right)
    return bool(left == right)


_COMPARISON = 5
"""Steps that it takes to compare what has no hash."""


class ItemSet:
    """Items without duplicates, by ``=``; text and numbers are found by their hash, the rest one by one."""

    __slots__ = ("_hashed", "_others", "work")

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self._hashed: set[Any] = set()
        self._others: list[Any] = []
        self.work = 0
        for item in items:
            self.add(item)

    def add(self, item: Any) -> bool:
        """True when it was not there yet."""
        key = _hash_key(item)
        if key is not None:
            before = len(self._hashed)
            self._hashed.add(key)
            self.work += 1
            return len(self._hashed) > before
        if item in self:
            return False
        self._others.append(item)
        return True

    def __contains__(self, item: Any) -> bool:
        key = _hash_key(item)
        if key is not None:
            self.work += 1
            return key in self._hashed
        self.work += _COMPARISON * len(self._others)
        return any(equal_items(item, other) is True for other in self._others)


def _hash_key(item: Any) -> Any:
    value = atom(item)
    kind = type(value)
    if kind is str:
        return value
    if kind is int or kind is Decimal:
        return ("number", value)
    if kind is bool:
        return ("boolean", value)
    return None


def distinct(items: Iterable[Any]) -> list[Any]:
    """The first of each group of equal items, in order."""
    seen = ItemSet()
    return [item for item in items if seen.add(item)]
