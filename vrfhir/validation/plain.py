"""Rules over plain JSON: expressions evaluated on the JSON values themselves, for what rules of profiles mostly ask.

An expression becomes closures along the tables of the types, without an object for each element that is passed. One-sided
as :mod:`vrfhir.validation.glance`: True means that FHIRPath would say true; for everything else, and wherever an extension
stands in place of a value, a reference leads nowhere, or much is to be looked at, the expression is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vrfhir.fhirpath.syntax import Binary, Call, Invocation, Literal, Member, Special, Syntax, TypeName, TypeOperation
from vrfhir.validation.plain_terms import MANY, Terms, append
from vrfhir.validation.plain_values import UnclearError, order, same, single, text_of
from vrfhir.validation.plain_ways import ANY, CannotError, Kind, Test, Walker
from vrfhir.validation.tables import Table

if TYPE_CHECKING:
    from vrfhir.validation.engine import Engine
    from vrfhir.validation.scope import Scope

__all__ = ["plain_rule"]

Json = dict[str, Any]


def plain_rule(
    engine: Engine, tree: Syntax, type_path: str, resource_type: str
) -> Callable[[Json, Scope], bool] | None:
    """The test for objects of a type within a resource of a type; None for an expression that is not supported."""
    table, root = engine.table_or_none(type_path), engine.table_or_none(resource_type)
    if table is None or root is None:
        return None
    try:
        test = _Rules(engine, root).test(tree, table)
    except CannotError:
        return None

    def rule(value: Json, scope: Scope) -> bool:
        try:
            return test(value, scope) is True
        except (UnclearError, AttributeError, TypeError):  # what lies elsewhere may not have the form of its type
            return False

    return rule


class _Rules(Terms):
    """Closures for the expressions of one rule."""

    # one boolean at most

    def test(self, tree: Syntax, kind: Kind) -> Test:
        if isinstance(tree, Binary) and (build := _TESTS.get(tree.operator)) is not None:
            return build(self, tree, kind)
        if isinstance(tree, TypeOperation) and tree.operator == "is":
            return self._is(tree.operand, tree.type, kind)
        call, source = (tree.step, tree.source) if isinstance(tree, Invocation) else (tree, Special("this"))
        if isinstance(call, Call):
            if call.name in ("exists", "empty", "all"):
                return self._quantified(call, source, kind)
            if call.name == "not" and not call.arguments:
                inner = self.test(source, kind)
                return lambda value, scope: None if (held := inner(value, scope)) is None else not held
            if call.name in _TEXT_TESTS and len(call.arguments) == 1:
                return self._text_test(call, source, kind)
            if call.name == "isDistinct":
                return self._is_distinct(source, kind)
            if call.name == "is" and isinstance(call.arguments[0], TypeName):
                return self._is(source, call.arguments[0], kind)
        values = self.values(tree, kind)

        def test(value: Any, scope: Scope) -> bool | None:
            found = single(values(value, scope))
            return found if found is None or type(found) is bool else True

        return test

    def _connected(self, tree: Binary, kind: Kind) -> Test:
        left, right = self.test(tree.left, kind), self.test(tree.right, kind)
        if tree.operator == "and":

            def both(value: Any, scope: Scope) -> bool | None:
                first = left(value, scope)
                if first is False:
                    return False
                second = right(value, scope)
                return second if first else (False if second is False else None)

            return both
        if tree.operator == "or":

            def either(value: Any, scope: Scope) -> bool | None:
                first = left(value, scope)
                if first:
                    return True
                second = right(value, scope)
                return True if second else None if first is None or second is None else False

            return either
        if tree.operator == "xor":

            def one(value: Any, scope: Scope) -> bool | None:
                first, second = left(value, scope), right(value, scope)
                return None if first is None or second is None else first is not second

            return one

        def implied(value: Any, scope: Scope) -> bool | None:
            first = left(value, scope)
            if first is False:
                return True
            second = right(value, scope)
            return second if first else (True if second else None)

        return implied

    def _equal(self, tree: Binary, kind: Kind) -> Test:
        name, negated = _text_element(tree.left, kind), tree.operator == "!="
        if name and isinstance(tree.right, Literal) and tree.right.kind == "string":
            return _equal_text(name, tree.right.text, negated=negated)
        left, right = self.values(tree.left, kind), self.values(tree.right, kind)

        def test(value: Any, scope: Scope) -> bool | None:
            mine, theirs = left(value, scope), right(value, scope)
            if not mine or not theirs:
                return None
            if len(mine) != len(theirs):
                return negated
            return all(map(same, mine, theirs)) is not negated

        return test

    def _ordered(self, tree: Binary, kind: Kind) -> Test:
        left, right = self.values(tree.left, kind), self.values(tree.right, kind)
        fits = _ORDERS[tree.operator]

        def test(value: Any, scope: Scope) -> bool | None:
            mine, theirs = single(left(value, scope)), single(right(value, scope))
            return None if mine is None or theirs is None else order(mine, theirs) in fits

        return test

    def _member(self, tree: Binary, kind: Kind) -> Test:
        left, right = self.values(tree.left, kind), self.values(tree.right, kind)

        def test(value: Any, scope: Scope) -> bool | None:
            mine = single(left(value, scope))
            return None if mine is None else any(same(mine, each) for each in right(value, scope))

        return test

    def _quantified(self, call: Call, source: Syntax, kind: Kind) -> Test:
        if call.name == "empty" or not call.arguments:
            if call.arguments or call.name == "all":
                raise CannotError
            wanted = call.name == "exists"
            try:
                walk = self.walk(source, kind, lambda _: append)
            except CannotError:
                values = self.values(source, kind)
                return lambda value, scope: bool(values(value, scope)) is wanted

            def presence(value: Any, scope: Scope) -> bool:
                found: list[Any] = []
                walk(value, scope, found)
                return bool(found) is wanted

            return presence
        criterion = call.arguments[0]

        def judge(at: Kind) -> Walker:
            test = self.test(criterion, at)
            return lambda value, scope, found: found.append(test(value, scope) is True)

        walk, combine = self.walk(source, kind, judge), all if call.name == "all" else any

        def quantified(value: Any, scope: Scope) -> bool:
            found: list[Any] = []
            walk(value, scope, found)
            if len(found) > MANY:
                raise UnclearError
            return combine(found)

        return quantified

    def _text_test(self, call: Call, source: Syntax, kind: Kind) -> Test:
        values, argument = self.values(source, kind), call.arguments[0]
        if not isinstance(argument, Literal) or argument.kind != "string":
            raise CannotError
        work, wanted = _TEXT_TESTS[call.name], argument.text

        def test(value: Any, scope: Scope) -> bool | None:
            found = single(values(value, scope))
            return None if found is None else work(text_of(found), wanted)

        return test

    def _is_distinct(self, source: Syntax, kind: Kind) -> Test:
        values = self.values(source, kind)

        def test(value: Any, scope: Scope) -> bool:
            found = values(value, scope)
            if any(type(each) is not str for each in found):
                raise UnclearError
            return len(set(found)) == len(found)

        return test

    def _is(self, source: Syntax, wanted: TypeName, kind: Kind) -> Test:
        name = wanted.name
        if wanted.namespace not in ("", "FHIR") or name not in self.engine.resource_types:
            raise CannotError

        def judge(at: Kind) -> Walker:
            if isinstance(at, str) and at != ANY:
                raise CannotError
            return lambda value, scope, found: found.append(value.get("resourceType") == name)

        walk = self.walk(source, kind, judge)

        def test(value: Any, scope: Scope) -> bool | None:
            found: list[Any] = []
            walk(value, scope, found)
            return single(found)  # type: ignore[no-any-return]

        return test


def _text_element(tree: Syntax, kind: Kind) -> str:
    """The key of a single text that is named alone."""
    children = kind.names.get(tree.name, ()) if isinstance(tree, Member) and isinstance(kind, Table) else ()
    if len(children) != 1 or children[0].is_list or children[0].type not in ("code", "string", "uri", "id"):
        return ""
    return children[0].key


def _equal_text(name: str, text: str, *, negated: bool) -> Test:
    """``name = 'text'``, the commonest comparison."""
    fork = "_" + name

    def test(value: Any, scope: Scope) -> bool | None:
        found = value.get(name)
        if type(found) is str:
            return (found == text) is not negated
        if found is None and fork not in value:
            return None
        raise UnclearError

    return test


def _matches(text: str, pattern: str) -> bool:
    from vrfhir.fhirpath.patterns import found  # only where a text is there

    return found(text, pattern)


_TESTS: dict[str, Callable[[_Rules, Binary, Kind], Test]] = {
    **dict.fromkeys(("and", "or", "xor", "implies"), _Rules._connected),
    **dict.fromkeys(("=", "!="), _Rules._equal),
    **dict.fromkeys(("<", "<=", ">", ">="), _Rules._ordered),
    "in": _Rules._member,
}
_ORDERS = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}
_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "matches": _matches,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
}
