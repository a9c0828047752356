"""What a criterion costs each time it is evaluated, in the steps that bound an evaluation.

Walking along a path is counted where it happens, item by item. What calculates takes much longer than such a step, so
that a bound on steps alone would be none on time: an expression that is evaluated again and again pays for each operation
in it. Criteria inside a criterion pay for themselves.
"""

from __future__ import annotations

from vrfhir.fhirpath.syntax import Binary, Call, Index, Invocation, Sort, Syntax, TypeOperation, Unary

__all__ = ["price"]

_OPERATION = 20
_OPERATORS = frozenset(("+", "-", "*", "/", "div", "mod", "&", "<", ">", "<=", ">=", "~", "!~"))
_CHEAP = frozenset(
    [
        "all",
        "as",
        "children",
        "count",
        "descendants",
        "empty",
        "exists",
        "extension",
        "first",
        "is",
        "last",
        "not",
        "ofType",
        "select",
        "single",
        "tail",
        "where",
    ]
)
"""Functions that count their steps themselves, or do next to nothing."""
_DEAR = dict.fromkeys(("conformsTo", "htmlChecks", "checkModifiers"), 500) | dict.fromkeys(
    ("exp", "ln", "log", "memberOf", "power", "sqrt"), 100
)
_CRITERIA = frozenset(("all", "aggregate", "exists", "iif", "repeat", "select", "sort", "where"))


def price(tree: Syntax) -> int:
    """The steps that one evaluation is charged for, beside those counted on the way."""
    steps = 0
    waiting: list[Syntax] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Binary):
            steps += _OPERATION if node.operator in _OPERATORS else 0
            waiting += (node.left, node.right)
        elif isinstance(node, Invocation):
            waiting += (node.source, node.step)
        elif isinstance(node, Call):
            steps += 0 if node.name in _CHEAP else _DEAR.get(node.name, _OPERATION)
            waiting += () if node.name in _CRITERIA else node.arguments
        elif isinstance(node, Index):
            waiting += (node.source, node.index)
        elif isinstance(node, Unary | TypeOperation):
            waiting.append(node.operand)
        elif isinstance(node, Sort):
            waiting.append(node.criterion)
    return steps
