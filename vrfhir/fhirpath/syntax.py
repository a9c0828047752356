"""The syntax tree of an expression (http://hl7.org/fhirpath/N1/grammar.html). Positions do not count in comparisons."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

__all__ = [
    "Binary",
    "Call",
    "Empty",
    "Index",
    "Invocation",
    "Literal",
    "Member",
    "QuantityLiteral",
    "Sort",
    "Special",
    "Syntax",
    "TypeName",
    "TypeOperation",
    "Unary",
    "Variable",
]


@dataclass(frozen=True, slots=True)
class Syntax:
    """Any node of the tree. ``position`` is the 0-based offset of its first (for operators: deciding) character."""

    position: int = field(default=0, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Empty(Syntax):
    """``{}``"""


@dataclass(frozen=True, slots=True)
class Literal(Syntax):
    """``kind`` is boolean, string, integer, decimal, date, dateTime or time; ``text`` as written, without quotes or ``@``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class QuantityLiteral(Syntax):
    """``4 'mg'`` or, with ``calendar``, ``4 days`` (``unit`` is then as written)."""

    value: Decimal
    unit: str
    calendar: bool


@dataclass(frozen=True, slots=True)
class Special(Syntax):
    """``$this``, ``$index`` or ``$total``; ``name`` without the sign."""

    name: str


@dataclass(frozen=True, slots=True)
class Variable(Syntax):
    """``%name``: a value of the environment."""

    name: str


@dataclass(frozen=True, slots=True)
class Member(Syntax):
    """A child by name, or, first in a path, a type name."""

    name: str


@dataclass(frozen=True, slots=True)
class Call(Syntax):
    """A function."""

    name: str
    arguments: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Sort(Syntax):
    """A criterion of ``sort()`` with its direction."""

    criterion: Syntax
    descending: bool


@dataclass(frozen=True, slots=True)
class TypeName(Syntax):
    """``Patient``, ``FHIR.Patient``, ``System.String``; ``namespace`` is ``""`` where none is written."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Invocation(Syntax):
    """``source.step``"""

    source: Syntax
    step: Syntax


@dataclass(frozen=True, slots=True)
class Index(Syntax):
    """``source[index]``"""

    source: Syntax
    index: Syntax


@dataclass(frozen=True, slots=True)
class Unary(Syntax):
    """``+`` or ``-`` before an operand."""

    operator: str
    operand: Syntax


@dataclass(frozen=True, slots=True)
class TypeOperation(Syntax):
    """``operand is type`` and ``operand as type``"""

    operator: str
    operand: Syntax
    type: TypeName


@dataclass(frozen=True, slots=True)
class Binary(Syntax):
    """Every other operator with two operands."""

    operator: str
    left: Syntax
    right: Syntax
