"""Syntax tree to closures. Compiling happens once; a closure then takes the input collection and the frame.

An expression compiles to a ``Run`` (collection in, collection out) or, where it can give one boolean at most, to a ``Test``
(True, False, None for empty), which spares the lists that and/or/implies and criteria would only throw away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from vrfhir.fhirpath import operators
from vrfhir.fhirpath.environment import Frame
from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.functions import FUNCTIONS
from vrfhir.fhirpath.functions.filtering import where_text
from vrfhir.fhirpath.functions.signature import Run, Test, truth
from vrfhir.fhirpath.functions.typing import is_type, of_type
from vrfhir.fhirpath.literals import literal, quantity_literal
from vrfhir.fhirpath.paths import index, members, start_member, variable
from vrfhir.fhirpath.prices import price
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

__all__ = ["as_run", "compile_native_test", "compile_run", "compile_test"]

_Result = TypeVar("_Result")
_TRUE: list[Any] = [True]
_FALSE: list[Any] = [False]
_EMPTY: list[Any] = []


def compile_run(tree: Syntax) -> Run:
    """The closure that gives the collection."""
    test = compile_native_test(tree)
    return as_run(test) if test is not None else _RUNS[type(tree)](tree)


def compile_test(tree: Syntax) -> Test:
    """The closure that gives a boolean; several items are an error, a single other item counts as true."""
    test = compile_native_test(tree)
    if test is not None:
        return test
    run = _RUNS[type(tree)](tree)
    return lambda items, frame: truth(run(items, frame))


def as_run(test: Test) -> Run:
    """A boolean as a collection."""

    def run(items: list[Any], frame: Frame) -> list[Any]:
        value = test(items, frame)
        return _TRUE if value else _EMPTY if value is None else _FALSE

    return run


# what gives one boolean


def compile_native_test(tree: Syntax) -> Test | None:
    """The closure of an expression that always gives one boolean or nothing; None for all others."""
    compile_native = _TESTS.get(type(tree))
    return compile_native(tree) if compile_native is not None else None


def _literal_test(tree: Literal) -> Test | None:
    if tree.kind != "boolean":
        return None
    value = tree.text == "true"
    return lambda items, frame: value


def _type_test(tree: TypeOperation) -> Test | None:
    return _after(compile_run(tree.operand), is_type(tree.type)) if tree.operator == "is" else None


def _call_test(tree: Call) -> Test | None:
    function = FUNCTIONS.get(tree.name)
    if function is None or not function.tests:
        return None
    test: Test = _build(tree)
    return test


def _invocation_test(tree: Invocation) -> Test | None:
    if not isinstance(tree.step, Call):
        return None
    last = _call_test(tree.step)
    return None if last is None else _after(compile_run(tree.source), last)


def _after(source: Run, test: Test) -> Test:
    return lambda items, frame: test(source(items, frame), frame)


def _binary_test(tree: Binary) -> Test | None:
    if tree.operator in ("and", "or"):
        operands = [compile_test(each) for each in _chain(tree, tree.operator)]
        return operators.conjunction(operands) if tree.operator == "and" else operators.disjunction(operands)
    if tree.operator in operators.LOGIC:
        return operators.LOGIC[tree.operator](compile_test(tree.left), compile_test(tree.right))
    if tree.operator in ("=", "!="):
        return _equality(tree)
    if tree.operator in operators.COMPARISON:
        return operators.COMPARISON[tree.operator](compile_run(tree.left), compile_run(tree.right))
    return None


def _equality(tree: Binary) -> Test:
    left, right = tree.left, tree.right
    negated = tree.operator == "!="
    if isinstance(left, Literal) and left.kind == "string" and not isinstance(right, Literal):
        left, right = right, left
    if isinstance(right, Literal) and right.kind == "string":
        return operators.equals_text(compile_run(left), right.text, negated=negated)
    return operators.equality(compile_run(left), compile_run(right), negated=negated)


_TESTS: dict[type[Syntax], Callable[[Any], Test | None]] = {
    Literal: _literal_test,
    TypeOperation: _type_test,
    Call: _call_test,
    Invocation: _invocation_test,
    Binary: _binary_test,
}


# what gives a collection


def _special(tree: Special) -> Run:
    if tree.name == "this":
        return lambda items, frame: frame.this
    if tree.name == "total":
        return lambda items, frame: frame.total
    return lambda items, frame: [] if frame.index is None else [frame.index]


def _path(tree: Invocation | Index) -> Run:
    """A path of any length becomes one loop; members in a row become one step."""
    steps: list[Syntax] = []
    node: Syntax = tree
    while isinstance(node, Invocation | Index):
        steps.append(node.step if isinstance(node, Invocation) else node)
        node = node.source
    runs: list[Run] = [compile_run(node)]
    names: list[str] = []
    for step in reversed(steps):
        if isinstance(step, Member):
            names.append(step.name)
            continue
        if names:
            runs.append(members(names))
            names = []
        runs.append(index(compile_run(step.index)) if isinstance(step, Index) else compile_run(step))
    if names:
        runs.append(members(names))
    if len(runs) == 2:
        first, second = runs
        return lambda items, frame: second(first(items, frame), frame)

    def run(items: list[Any], frame: Frame) -> list[Any]:
        for each in runs:
            items = each(items, frame)
        return items

    return run


def _build(tree: Call) -> Any:
    function = FUNCTIONS.get(tree.name)
    if function is None:
        raise FhirPathError(f"There is no function {tree.name}().", kind="semantic", position=tree.position)
    given = tree.arguments
    kinds = function.arguments
    if tree.name == "where" and len(given) == 1 and (asked := _asked_text(given[0])) is not None:
        return where_text(*asked, compile_test(given[0]))
    if function.repeats and len(given) > len(kinds):
        kinds += kinds[-1] * (len(given) - len(kinds))
    if not function.required <= len(given) <= len(kinds):
        text = f"{tree.name}() takes {function.required} to {len(kinds)} arguments, not {len(given)}."
        raise FhirPathError(text, kind="semantic", position=tree.position)
    return function.build(*(_ARGUMENTS[kind](each) for kind, each in zip(kinds, given, strict=False)))


def _asked_text(tree: Syntax) -> tuple[str, str] | None:
    """The name and the text of ``name = 'text'``."""
    if not isinstance(tree, Binary) or tree.operator != "=":
        return None
    left, right = tree.left, tree.right
    if not (isinstance(left, Member) and isinstance(right, Literal) and right.kind == "string"):
        return None
    return None if left.name[:1].isupper() else (left.name, right.text)


def _criterion_run(tree: Syntax) -> Run:
    return _charged(compile_run(tree), price(tree))


def _criterion_test(tree: Syntax) -> Test:
    return _charged(compile_test(tree), price(tree))


def _charged(evaluate: Callable[[list[Any], Frame], _Result], steps: int) -> Callable[[list[Any], Frame], _Result]:
    """The same, paying for what it calculates each time."""
    if not steps:
        return evaluate

    def charged(items: list[Any], frame: Frame) -> _Result:
        frame.spend(steps)
        return evaluate(items, frame)

    return charged


def _type_argument(tree: Syntax) -> TypeName:
    if not isinstance(tree, TypeName):
        raise FhirPathError("A type name is needed.", kind="semantic", position=tree.position)
    return tree


def _sort_argument(tree: Syntax) -> tuple[Run, bool]:
    if not isinstance(tree, Sort):
        raise FhirPathError("A sort criterion is needed.", kind="semantic", position=tree.position)
    return _criterion_run(tree.criterion), tree.descending


def _value_argument(tree: Syntax) -> Run:
    run = compile_run(tree)
    return run if isinstance(tree, Literal) else lambda _, frame: run(frame.this, frame)


_ARGUMENTS: dict[str, Callable[[Syntax], Any]] = {
    "v": _value_argument,
    "r": _criterion_run,
    "t": _criterion_test,
    "n": _type_argument,
    "s": _sort_argument,
}


def _type_run(tree: TypeOperation) -> Run:
    operand, cast = compile_run(tree.operand), of_type(tree.type)
    return lambda items, frame: cast(operand(items, frame), frame)


def _chain(tree: Binary, operator: str) -> list[Syntax]:
    """The operands of the same operator in a row: they are evaluated in a loop, so that a long row needs no deep stack."""
    operands = [tree.right]
    node = tree.left
    while isinstance(node, Binary) and node.operator == operator:
        operands.append(node.right)
        node = node.left
    operands.append(node)
    return operands[::-1]


def _binary(tree: Binary) -> Run:
    if tree.operator == "|":
        return operators.union_of([compile_run(each) for each in _chain(tree, "|")])
    left, right = compile_run(tree.left), compile_run(tree.right)
    return (
        operators.concatenation(left, right)
        if tree.operator == "&"
        else operators.arithmetic(tree.operator, left, right)
    )


_RUNS: dict[type[Syntax], Callable[[Any], Run]] = {
    Empty: lambda tree: lambda items, frame: _EMPTY,
    Literal: literal,
    QuantityLiteral: quantity_literal,
    Special: _special,
    Variable: lambda tree: variable(tree.name),
    Member: lambda tree: start_member(tree.name),
    Call: _build,
    Invocation: _path,
    Index: _path,
    Unary: lambda tree: operators.sign(tree.operator, compile_run(tree.operand)),
    TypeOperation: _type_run,
    Binary: _binary,
}
