"""The strict check: what can be seen to be wrong from the types alone (http://hl7.org/fhirpath/N1/#type-safety-and-strict-evaluation).

Follows the types through an expression and refuses a member that no type at its place has, a choice by its JSON name, a type
name that is not the focus's, a first, last or n-th item of a collection without an order, and a criterion that is no boolean.
Where types are not known, nothing is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from vrfhir.fhirpath.children import ChoiceChild
from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.model import ElementType, Model
from vrfhir.fhirpath.nodes import Node
from vrfhir.fhirpath.syntax import (
    Binary,
    Call,
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
)

__all__ = ["check"]


class _Shape(NamedTuple):
    """What is known of a collection: FHIR types (None: anything), whether it has an order, the kind of a literal."""

    types: frozenset[ElementType] | None = None
    ordered: bool = True
    literal: str = ""


_ANYTHING = _Shape()
_POSITIONAL = frozenset(("first", "last", "tail", "skip", "take"))
_KEEPING = (
    frozenset(("where", "distinct", "trace", "single", "sort", "checkModifiers", "exclude", "intersect")) | _POSITIONAL
)
_PROJECTING = frozenset(("select", "repeat"))
_ITERATING = _PROJECTING | {"where", "exists", "all", "aggregate", "sort", "iif", "trace"}
_UNORDERED = frozenset(("children", "descendants"))


def check(tree: Syntax, model: Model, focus: list[Any]) -> None:
    """Raise a semantic :class:`FhirPathError` for what can never be right for such a focus."""
    types = frozenset(item.type for item in focus if type(item) is Node)
    known = bool(types) and all(each.known for each in types)
    start = _Shape(types) if known else _ANYTHING
    _Checker(model).shape(tree, start, start)


class _Checker:
    def __init__(self, model: Model) -> None:
        self._model = model

    def shape(self, tree: Syntax, focus: _Shape, this: _Shape) -> _Shape:
        """The shape of what an expression gives; ``focus`` is its input, ``this`` is ``$this``."""
        handler = _HANDLERS.get(type(tree))
        return handler(self, tree, focus, this) if handler is not None else _ANYTHING

    def member(self, tree: Member, focus: _Shape, *, first: bool) -> _Shape:
        if focus.types is None:
            return _ANYTHING
        name = tree.name
        if first and name[:1].isupper():
            if any(each.is_a(name) for each in focus.types):
                return focus
            raise _refused(f"The expression is about {name}, the focus is not.", tree)
        having = [each for each in focus.types if each.has(name)]
        if not having and focus.types:
            raise _refused(f"There is no {name} here.", tree)
        types: set[ElementType] = set()
        for each in having:
            found = _child_types(each, name)
            if found is None:
                return _Shape(None, focus.ordered)
            types |= found
        return _Shape(frozenset(types), focus.ordered)

    def call(self, tree: Call, focus: _Shape, this: _Shape) -> _Shape:
        name = tree.name
        if name in _POSITIONAL and not focus.ordered:
            raise _refused(f"{name}() of a collection without an order.", tree)
        inner = focus if name in _ITERATING else this
        results = [self.shape(each, inner, inner) for each in tree.arguments]
        if name == "iif" and results and results[0].literal not in ("", "boolean"):
            raise _refused("The criterion of iif() is no boolean.", tree)
        if name in _KEEPING:
            return focus
        if name in _PROJECTING and results:
            return results[0] if name == "select" else _ANYTHING
        if name in ("as", "ofType"):
            argument = tree.arguments[0]
            return self.cast(argument, focus) if isinstance(argument, TypeName) else _ANYTHING
        return _Shape(None, ordered=False) if name in _UNORDERED else _ANYTHING

    def cast(self, wanted: TypeName, operand: _Shape) -> _Shape:
        if wanted.namespace == "System" or not self._model.is_type(wanted.name):
            return _ANYTHING
        found = self._model.type(wanted.name)
        return _Shape(frozenset((found,)), operand.ordered) if found.known else _ANYTHING


def _child_types(parent: ElementType, name: str) -> set[ElementType] | None:
    child = parent.child(name)
    choices = [child.choice(key) for key in child.types] if isinstance(child, ChoiceChild) else [child]
    types = {each.type for each in choices}
    abstract = any(each.name in ("Resource", "DomainResource", "Element") for each in types)
    return None if not types or abstract or not all(each.known for each in types) else types


def _refused(text: str, tree: Syntax) -> FhirPathError:
    return FhirPathError(text, kind="semantic", position=tree.position)


def _invocation(checker: _Checker, tree: Invocation, focus: _Shape, this: _Shape) -> _Shape:
    source = checker.shape(tree.source, focus, this)
    if isinstance(tree.step, Member):
        return checker.member(tree.step, source, first=False)
    return checker.shape(tree.step, source, this)


def _index(checker: _Checker, tree: Index, focus: _Shape, this: _Shape) -> _Shape:
    source = checker.shape(tree.source, focus, this)
    if not source.ordered:
        raise _refused("An item by its number in a collection without an order.", tree)
    checker.shape(tree.index, this, this)
    return source


def _binary(checker: _Checker, tree: Binary, focus: _Shape, this: _Shape) -> _Shape:
    left = checker.shape(tree.left, focus, this)
    right = checker.shape(tree.right, focus, this)
    if tree.operator == "|" and left.types is not None and right.types is not None:
        return _Shape(left.types | right.types, left.ordered and right.ordered)
    return _ANYTHING


def _type_operation(checker: _Checker, tree: TypeOperation, focus: _Shape, this: _Shape) -> _Shape:
    operand = checker.shape(tree.operand, focus, this)
    return checker.cast(tree.type, operand) if tree.operator == "as" else _Shape(None, literal="boolean")


_HANDLERS: dict[type[Syntax], Callable[[_Checker, Any, _Shape, _Shape], _Shape]] = {
    Literal: lambda checker, tree, focus, this: _Shape(None, literal=tree.kind),
    QuantityLiteral: lambda checker, tree, focus, this: _Shape(None, literal="quantity"),
    Special: lambda checker, tree, focus, this: this if tree.name == "this" else _ANYTHING,
    Member: lambda checker, tree, focus, this: checker.member(tree, focus, first=True),
    Call: lambda checker, tree, focus, this: checker.call(tree, focus, this),
    Sort: lambda checker, tree, focus, this: checker.shape(tree.criterion, focus, this),
    Unary: lambda checker, tree, focus, this: checker.shape(tree.operand, focus, this),
    Invocation: _invocation,
    Index: _index,
    Binary: _binary,
    TypeOperation: _type_operation,
}
