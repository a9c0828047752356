"""Unit expressions of UCUM (https://ucum.org/ucum): their size in base units and their dimension."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import NamedTuple

from vrfhir.fhirpath import ucum_units as units

__all__ = ["Unit", "product", "unit_of"]

_MAX_LENGTH = 100
_MAX_NESTING = 8
_PART = re.compile(r"(?:(\d+)(?![\d*^])|(10[*^]|(?:\[[^\]{}]+\]|[^-+.\d/(){}\[\]\s])+)([-+]?\d+)?)", re.ASCII)
_ANNOTATION = re.compile(r"\{[^{}]*\}")


class Unit(NamedTuple):
    """``factor`` base units; ``dimension`` maps base to exponent, sorted; ``offset`` for temperature scales."""

    factor: Decimal
    dimension: tuple[tuple[str, int], ...]
    offset: Decimal = Decimal(0)


_ONE = Unit(Decimal(1), ())


@lru_cache(maxsize=1024)
def unit_of(code: str) -> Unit | None:
    """The meaning of a unit code; None when it is not UCUM or not one of the units we know."""
    if not code or len(code) > _MAX_LENGTH:
        return None
    with localcontext() as context:
        context.prec = 34
        try:
            unit, rest = _term(code, 0)
        except (_NotUcumError, ArithmeticError):
            return None
    return unit if not rest else None


def product(left: Unit, right: Unit, sign: int) -> Unit:
    """``left * right`` (sign 1) or ``left / right`` (sign -1)."""
    exponents = dict(left.dimension)
    for base, exponent in right.dimension:
        exponents[base] = exponents.get(base, 0) + sign * exponent
    dimension = tuple(sorted((base, exponent) for base, exponent in exponents.items() if exponent))
    return Unit(left.factor * right.factor if sign > 0 else left.factor / right.factor, dimension)


class _NotUcumError(Exception):
    """The text is no unit expression that we know."""


def _term(text: str, depth: int) -> tuple[Unit, str]:
    if depth > _MAX_NESTING:
        raise _NotUcumError
    sign, unit = 1, None
    if text.startswith("/"):
        sign, unit, text = -1, _ONE, text[1:]
    while True:
        part, text = _component(text, depth)
        unit = part if unit is None else product(unit, part, sign)
        if not text or text[0] not in "./":
            return unit, text
        sign, text = (1 if text[0] == "." else -1), text[1:]


def _component(text: str, depth: int) -> tuple[Unit, str]:
    if text.startswith("("):
        unit, rest = _term(text[1:], depth + 1)
        if not rest.startswith(")"):
            raise _NotUcumError
        return unit, rest[1:]
    note = _ANNOTATION.match(text)
    if note is not None:
        return _ONE, text[note.end() :]
    match = _PART.match(text)
    if match is None:
        raise _NotUcumError
    number, symbol, exponent = match.groups()
    unit = Unit(Decimal(number), ()) if number else _raised(_atom(symbol), int(exponent or 1))
    if not unit.factor:
        raise _NotUcumError
    rest = text[match.end() :]
    note = _ANNOTATION.match(rest)
    return unit, rest[note.end() :] if note else rest


def _raised(unit: Unit, exponent: int) -> Unit:
    if exponent == 1:
        return unit
    if abs(exponent) > 99:
        raise _NotUcumError
    return Unit(unit.factor**exponent, tuple((base, power * exponent) for base, power in unit.dimension if exponent))


@lru_cache(maxsize=1024)
def _atom(symbol: str) -> Unit:
    found = _simple(symbol)
    if found is not None:
        return found
    for prefix, power in units.PREFIXES.items():
        if symbol.startswith(prefix) and symbol[len(prefix) :] in units.METRIC:
            base = _simple(symbol[len(prefix) :])
            if base is not None:
                return base._replace(factor=base.factor.scaleb(power))
    for prefix, power in units.BINARY_PREFIXES.items():
        if symbol.startswith(prefix) and symbol[len(prefix) :] in ("bit", "By"):
            base = _atom(symbol[len(prefix) :])
            return base._replace(factor=base.factor * 2**power)
    raise _NotUcumError


def _simple(symbol: str) -> Unit | None:
    if symbol in units.BASES or symbol in units.ARBITRARY:
        return Unit(Decimal(1), (("[IU]" if symbol == "[iU]" else symbol, 1),))
    if symbol in units.OFFSETS:
        size, zero = units.OFFSETS[symbol]
        return Unit(Decimal(size), (("K", 1),), Decimal(zero))
    if symbol not in units.ATOMS:
        return None
    value, expression = units.ATOMS[symbol]
    meaning, _ = _term(expression, 0)
    return meaning._replace(factor=meaning.factor * Decimal(value))
