"""Terms of rules over plain JSON: paths, literals, calculations and conversions, each a list of values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vrfhir.fhirpath.syntax import Binary, Call, Invocation, Literal, QuantityLiteral, Special, Syntax, Unary
from vrfhir.validation import plain_values
from vrfhir.validation.plain_values import UnclearError, as_value, single, text_of
from vrfhir.validation.plain_ways import WAYS, CannotError, Kind, Walker, Ways, listed_texts

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["MANY", "Terms", "Values", "append"]

Values = Callable[[Any, "Scope"], list[Any]]

MANY = 200
"""More than so many values at the end of a path are left to the evaluator, which counts its steps."""


class Terms(Ways):
    """Closures for what gives any number of values."""

    def values(self, tree: Syntax, kind: Kind) -> Values:
        if isinstance(tree, Literal):
            return _constant(_literal(tree))
        if isinstance(tree, Unary) and isinstance(tree.operand, Literal) and tree.operand.kind == "integer":
            number = _literal(tree.operand)
            return _constant(-number if tree.operator == "-" else number)
        if isinstance(tree, Binary):
            texts = listed_texts(tree)
            return self._calculated(tree, kind) if texts is None else _constants(list(dict.fromkeys(texts)))
        if isinstance(tree, Invocation) and isinstance(tree.step, Call) and tree.step.name not in WAYS:
            return self._called(tree.step, tree.source, kind)
        if isinstance(tree, Call) and tree.name not in WAYS:
            return self._called(tree, Special("this"), kind)
        walk = self.walk(tree, kind, _as_value)

        def values(value: Any, scope: Scope) -> list[Any]:
            found: list[Any] = []
            walk(value, scope, found)
            if len(found) > MANY:
                raise UnclearError
            return found

        return values

    def _calculated(self, tree: Binary, kind: Kind) -> Values:
        left = self.values(tree.left, kind)
        if isinstance(tree.right, QuantityLiteral) and tree.operator in ("+", "-"):
            span = tree.right
            if not span.calendar or span.value != int(span.value):
                raise CannotError
            amount, unit = int(span.value) if tree.operator == "+" else -int(span.value), span.unit

            def shifted(value: Any, scope: Scope) -> list[Any]:
                moment = single(left(value, scope))
                return [] if moment is None else plain_values.moved(moment, amount, unit)

            return shifted
        right = self.values(tree.right, kind)
        if tree.operator == "|":

            def union(value: Any, scope: Scope) -> list[Any]:
                found = left(value, scope) + right(value, scope)
                if any(type(each) is not str for each in found):
                    raise UnclearError
                return list(dict.fromkeys(found))

            return union
        work = plain_values.BINARY.get(tree.operator)
        if work is None:
            raise CannotError

        def calculated(value: Any, scope: Scope) -> list[Any]:
            mine, theirs = single(left(value, scope)), single(right(value, scope))
            return [] if mine is None or theirs is None else work(mine, theirs)

        return calculated

    def _called(self, call: Call, source: Syntax, kind: Kind) -> Values:
        if call.name == "today" and not call.arguments:
            return lambda value, scope: plain_values.today()
        if call.name == "select" and len(call.arguments) == 1:
            projection = call.arguments[0]

            def project(at: Kind) -> Walker:
                inner = self.values(projection, at)
                return lambda value, scope, found: found.extend(inner(value, scope))

            walk = self.walk(source, kind, project)

            def selected(value: Any, scope: Scope) -> list[Any]:
                found: list[Any] = []
                walk(value, scope, found)
                if len(found) > MANY:
                    raise UnclearError
                return found

            return selected
        if call.name == "count" and not call.arguments:
            counted = self.walk(source, kind, lambda _: append)

            def count(value: Any, scope: Scope) -> list[Any]:
                found: list[Any] = []
                counted(value, scope, found)
                return [len(found)]

            return count
        values = self.values(source, kind)
        if not call.arguments and call.name in _CONVERSIONS:
            convert = _CONVERSIONS[call.name]
            return lambda value, scope: convert(values(value, scope))
        if call.name == "substring" and call.arguments:
            bounds = [_literal(each) for each in call.arguments]
            if all(type(each) is int and each >= 0 for each in bounds):
                return _substring(values, *bounds)
        raise CannotError


def append(value: Any, scope: Scope, found: list[Any]) -> None:
    """The end of a way that keeps what it comes to."""
    found.append(value)


def _as_value(kind: Kind) -> Walker | None:
    convert = as_value(kind) if isinstance(kind, str) else None
    if convert is None:
        return None
    return lambda value, scope, found: found.append(convert(value))


def _literal(tree: Syntax) -> Any:
    if isinstance(tree, Literal) and tree.kind == "string":
        return tree.text
    if isinstance(tree, Literal) and tree.kind == "boolean":
        return tree.text == "true"
    if isinstance(tree, Literal) and tree.kind == "integer" and len(tree.text) < 10:
        return int(tree.text)
    raise CannotError


def _constant(value: Any) -> Values:
    return _constants([value])


def _constants(constants: list[Any]) -> Values:
    return lambda value, scope: constants


def _substring(values: Values, start: int, length: int | None = None) -> Values:
    end = None if length is None else start + length

    def cut(value: Any, scope: Scope) -> list[Any]:
        found = single(values(value, scope))
        if found is None:
            return []
        text = text_of(found)
        return [text[start:end]] if start < len(text) else []

    return cut


def _lower(values: list[Any]) -> list[Any]:
    found = single(values)
    return [] if found is None else [text_of(found).lower()]


_CONVERSIONS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "toString": plain_values.to_text,
    "toInteger": plain_values.to_integer,
    "lower": _lower,
}
