"""Syntax tree to text, with no more parentheses than needed: ``parse(unparse(tree)) == tree``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from vrfhir.fhirpath.parser import PRECEDENCE, UNARY_PRECEDENCE
from vrfhir.fhirpath.syntax import (
    Binary,
    Call,
    Empty,
    Index,
    Invocation,
    Literal,
    Member,
    QuantityLiteral,
    Sort,
    Special,
    Syntax,
    TypeName,
    TypeOperation,
    Unary,
    Variable,
)

__all__ = ["unparse"]

_PLAIN = r"[A-Za-z_][A-Za-z0-9_]*\Z"
_RESERVED = frozenset(PRECEDENCE) | {"true", "false", "asc", "desc"}
_ESCAPES = {"\\": "\\\\", "\r": "\\r", "\n": "\\n", "\t": "\\t", "\f": "\\f"}
_PATH_PRECEDENCE = 12


def unparse(tree: Syntax) -> str:
    """An expression that parses to this tree."""
    return _PRINTERS[type(tree)](tree)


def _quoted(text: str, quote: str) -> str:
    return quote + "".join("\\" + sign if sign == quote else _ESCAPES.get(sign, sign) for sign in text) + quote


def _name(name: str) -> str:
    return name if re.match(_PLAIN, name) and name not in _RESERVED else _quoted(name, "`")


def _precedence(tree: Syntax) -> int:
    if isinstance(tree, Binary | TypeOperation):
        return PRECEDENCE[tree.operator]
    return UNARY_PRECEDENCE if isinstance(tree, Unary) else _PATH_PRECEDENCE


def _within(tree: Syntax, minimum: int) -> str:
    text = unparse(tree)
    return text if _precedence(tree) >= minimum else f"({text})"


def _literal(tree: Literal) -> str:
    if tree.kind == "string":
        return _quoted(tree.text, "'")
    return {"date": "@", "dateTime": "@", "time": "@T"}.get(tree.kind, "") + tree.text


def _quantity(tree: QuantityLiteral) -> str:
    return f"{tree.value:f} {tree.unit if tree.calendar else _quoted(tree.unit, chr(39))}"


def _variable(tree: Variable) -> str:
    return "%" + (tree.name if re.match(_PLAIN, tree.name) else _quoted(tree.name, "`"))


def _type_name(tree: TypeName) -> str:
    return f"{_name(tree.namespace)}.{_name(tree.name)}" if tree.namespace else _name(tree.name)


def _call(tree: Call) -> str:
    return f"{_name(tree.name)}({', '.join(map(unparse, tree.arguments))})"


def _sort(tree: Sort) -> str:
    criterion = unparse(tree.criterion)
    if isinstance(tree.criterion, Unary):
        criterion = f"({criterion})"
    return f"{criterion} {'desc' if tree.descending else 'asc'}"


def _invocation(tree: Invocation) -> str:
    return f"{_within(tree.source, _PATH_PRECEDENCE)}.{unparse(tree.step)}"


def _index(tree: Index) -> str:
    return f"{_within(tree.source, _PATH_PRECEDENCE)}[{unparse(tree.index)}]"


def _unary(tree: Unary) -> str:
    return f"{tree.operator} {_within(tree.operand, UNARY_PRECEDENCE)}"


def _type_operation(tree: TypeOperation) -> str:
    return f"{_within(tree.operand, PRECEDENCE[tree.operator])} {tree.operator} {_type_name(tree.type)}"


def _binary(tree: Binary) -> str:
    own = PRECEDENCE[tree.operator]
    return f"{_within(tree.left, own)} {tree.operator} {_within(tree.right, own + 1)}"


_PRINTERS: dict[type[Syntax], Callable[[Any], str]] = {
    Empty: lambda _: "{}",
    Literal: _literal,
    QuantityLiteral: _quantity,
    Special: lambda tree: f"${tree.name}",
    Variable: _variable,
    Member: lambda tree: _name(tree.name),
    Call: _call,
    Sort: _sort,
    TypeName: _type_name,
    Invocation: _invocation,
    Index: _index,
    Unary: _unary,
    TypeOperation: _type_operation,
    Binary: _binary,
}
