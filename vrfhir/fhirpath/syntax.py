"""The syntax tree of an expression (http://hl7.org/fhirpath/N1/grammar.html). Positions do not count in comparisons."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, dataclass_transform

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


def _keyword(*, default: Any, kw_only: bool) -> Any:
    """A field that is only given by name; says so to type checkers."""
    return default


@dataclass_transform(frozen_default=True, field_specifiers=(_keyword,))
class _Record(type):
    """Makes the nodes below dataclasses in all but machinery: twenty of those would cost 20 ms at every start of the command."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> _Record:
        fields = tuple(each for each in namespace.get("__annotations__", ()) if each not in ("position", "names"))
        namespace["__slots__"] = ("position",) if not bases else fields
        namespace["names"] = fields
        namespace.pop("position", None)
        return super().__new__(mcs, name, bases, namespace)


class Syntax(metaclass=_Record):
    """Any node of the tree. ``position`` is the 0-based offset of its first (for operators: deciding) character."""

    names: ClassVar[tuple[str, ...]] = ()
    position: int = _keyword(default=0, kw_only=True)

    def __init__(self, *values: Any, position: int = 0) -> None:
        object.__setattr__(self, "position", position)
        for name, value in zip(self.names, values, strict=True):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("syntax trees are not changed")

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.names)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._values()))})"


class Empty(Syntax):
    """``{}``"""


class Literal(Syntax):
    """``kind`` is boolean, string, integer, decimal, date, dateTime or time; ``text`` as written, without quotes or ``@``."""

    kind: str
    text: str


class QuantityLiteral(Syntax):
    """``4 'mg'`` or, with ``calendar``, ``4 days`` (``unit`` is then as written)."""

    value: Decimal
    unit: str
    calendar: bool


class Special(Syntax):
    """``$this``, ``$index`` or ``$total``; ``name`` without the sign."""

    name: str


class Variable(Syntax):
    """``%name``: a value of the environment."""

    name: str


class Member(Syntax):
    """A child by name, or, first in a path, a type name."""

    name: str


class Call(Syntax):
    """A function."""

    name: str
    arguments: tuple[Syntax, ...]


class Sort(Syntax):
    """A criterion of ``sort()`` with its direction."""

    criterion: Syntax
    descending: bool


class TypeName(Syntax):
    """``Patient``, ``FHIR.Patient``, ``System.String``; ``namespace`` is ``""`` where none is written."""

    namespace: str
    name: str


class Invocation(Syntax):
    """``source.step``"""

    source: Syntax
    step: Syntax


class Index(Syntax):
    """``source[index]``"""

    source: Syntax
    index: Syntax


class Unary(Syntax):
    """``+`` or ``-`` before an operand."""

    operator: str
    operand: Syntax


class TypeOperation(Syntax):
    """``operand is type`` and ``operand as type``"""

    operator: str
    operand: Syntax
    type: TypeName


class Binary(Syntax):
    """Every other operator with two operands."""

    operator: str
    left: Syntax
    right: Syntax
