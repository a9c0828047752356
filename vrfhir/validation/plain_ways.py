"""Ways from one JSON value to others, along the tables of the types: the paths of rules over plain JSON.

A way takes a value and appends what is at its end; it is continued by a :data:`Leaf`, which is told what kind of value it
gets there. Where an extension stands in the place of a value, the way ends with :class:`UnclearError`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vrfhir.fhirpath.syntax import Binary, Call, Invocation, Literal, Member, Special, Syntax, TypeName, Variable
from vrfhir.validation.plain_values import UnclearError
from vrfhir.validation.references import find_target
from vrfhir.validation.tables import COMPLEX, PRIMITIVE, Child, Table

if TYPE_CHECKING:
    from vrfhir.validation.engine import Engine
    from vrfhir.validation.scope import Scope

__all__ = ["ANY", "WAYS", "CannotError", "Kind", "Leaf", "Test", "Walker", "Ways", "listed_texts"]

Kind = Table | str
"""What is known of a value: the table of its type, the name of a primitive type, or :data:`ANY`."""
Walker = Callable[[Any, "Scope", list[Any]], None]
"""From one value on, in a scope: appends what is at the end of the way."""
Test = Callable[[Any, "Scope"], bool | None]
Leaf = Callable[[Kind], Walker | None]

ANY = "Resource"
"""The kind of a resource of any type."""
WAYS = frozenset(("where", "ofType", "extension", "resolve", "first"))
"""Functions that are steps of a way."""


class CannotError(Exception):
    """The expression has something in it that is not supported."""


class Ways:
    """Closures for the paths of one rule. ``kind`` is always what is known of the value that they start from."""

    def __init__(self, engine: Engine, root: Table) -> None:
        self.engine = engine
        self.root = root

    def test(self, tree: Syntax, kind: Kind) -> Test:
        """The test of a criterion."""
        raise NotImplementedError

    def walk(self, tree: Syntax, kind: Kind, then: Leaf) -> Walker:
        """The way of a path, continued by what ``then`` makes of the kinds of its ends."""
        if isinstance(tree, Special) and tree.name == "this":
            return self._end(then, kind)
        if isinstance(tree, Variable) and tree.name == "resource":
            end = self._end(then, self.root)
            return lambda value, scope, found: end(scope.resource, scope, found)
        if isinstance(tree, Literal) and tree.kind == "string":
            text, last = tree.text, self._end(then, "string")
            return lambda value, scope, found: last(text, scope, found)
        if isinstance(tree, Binary) and tree.operator == "|":
            texts = listed_texts(tree)
            if texts is not None:
                return _each(texts, self._end(then, "string"))
            left, right = self.walk(tree.left, kind, then), self.walk(tree.right, kind, then)

            def both(value: Any, scope: Scope, found: list[Any]) -> None:
                left(value, scope, found)
                right(value, scope, found)

            return both
        if isinstance(tree, Invocation):
            step = tree.step
            if isinstance(tree.source, Binary):  # of a union each item counts once
                raise CannotError
            if isinstance(step, Call) and step.name == "first" and not step.arguments:
                return self._first(tree.source, kind, then)
            return self.walk(tree.source, kind, lambda at: self._step(step, at, then))
        return self._step(tree, kind, then)

    def _first(self, source: Syntax, kind: Kind, then: Leaf) -> Walker:
        """On from the first of what a way leads to."""

        def keep(at: Kind) -> Walker:
            end = self._end(then, at)
            return lambda value, scope, rows: rows.append((end, value))

        walk = self.walk(source, kind, keep)

        def on(value: Any, scope: Scope, found: list[Any]) -> None:
            rows: list[Any] = []
            walk(value, scope, rows)
            if rows:
                end, first = rows[0]
                end(first, scope, found)

        return on

    @staticmethod
    def _end(then: Leaf, kind: Kind) -> Walker:
        end = then(kind)
        if end is None:
            raise CannotError
        return end

    def _step(self, step: Syntax, kind: Kind, then: Leaf) -> Walker:
        if isinstance(step, Member):
            return self._children(step.name, kind, then)
        if isinstance(step, Call) and step.name in WAYS and len(step.arguments) <= 1:
            argument = step.arguments[0] if step.arguments else None
            if step.name == "where" and argument is not None:
                test, end = self.test(argument, kind), self._end(then, kind)
                return lambda value, scope, found: end(value, scope, found) if test(value, scope) else None
            if step.name == "ofType" and isinstance(argument, TypeName) and argument.namespace in ("", "FHIR"):
                return self._of_type(argument.name, kind, then)
            if step.name == "extension" and isinstance(argument, Literal) and argument.kind == "string":
                return self._extension(argument.text, kind, then)
            if step.name == "resolve" and argument is None and isinstance(kind, Table) and kind.type == "Reference":
                return _resolved(self._end(then, ANY))
        raise CannotError

    def _of_type(self, name: str, kind: Kind, then: Leaf) -> Walker:
        if kind == ANY:
            table = self.engine.table_or_none(name) if name in self.engine.resource_types else None
            if table is None:
                raise CannotError
            end = self._end(then, table)
            return lambda value, scope, found: end(value, scope, found) if value.get("resourceType") == name else None
        own = kind.type if isinstance(kind, Table) else kind
        if own == name:
            return self._end(then, kind)
        if isinstance(kind, Table) and name in self.engine.type_chain(own):
            raise CannotError
        return _nowhere

    def _extension(self, url: str, kind: Kind, then: Leaf) -> Walker:
        if not isinstance(kind, Table):
            raise CannotError
        end = self._end(then, self.engine.table("Extension"))

        def walk(value: Any, scope: Scope, found: list[Any]) -> None:
            for each in value.get("extension", ()):
                if each.get("url") == url:
                    end(each, scope, found)

        return walk

    def _children(self, name: str, kind: Kind, then: Leaf) -> Walker:
        if isinstance(kind, str):
            if kind == ANY or name in ("id", "extension"):
                raise CannotError
            return _nowhere  # a primitive value has no parts, and what stands beside it is not plain
        children = kind.names.get(name)
        if children is None:
            if name in kind.children or name[:1].isupper():
                raise CannotError
            return _nowhere
        if len(children) == 1:
            return self._child(children[0], then)
        return self._choice(children, then)

    def _child(self, child: Child, then: Leaf) -> Walker:
        key = child.key
        if child.kind == PRIMITIVE:
            fork, last = child.fork, self._end(then, child.type)
            if child.is_list:

                def texts(value: Any, scope: Scope, found: list[Any]) -> None:
                    if fork in value:
                        raise UnclearError  # some may have no value
                    for each in value.get(key, ()):
                        last(each, scope, found)

                return texts

            def text(value: Any, scope: Scope, found: list[Any]) -> None:
                if key in value:
                    last(value[key], scope, found)
                elif fork in value:
                    raise UnclearError

            return text
        if child.kind != COMPLEX and child.type != ANY:
            raise CannotError
        end = self._end(then, child.table if child.kind == COMPLEX else ANY)
        if child.is_list:

            def objects(value: Any, scope: Scope, found: list[Any]) -> None:
                for each in value.get(key, ()):
                    end(each, scope, found)

            return objects

        def single_object(value: Any, scope: Scope, found: list[Any]) -> None:
            if key in value:
                end(value[key], scope, found)

        return single_object

    def _choice(self, children: tuple[Child, ...], then: Leaf) -> Walker:
        """Each type of a choice goes on in its own way, which is made when data have it."""
        rows = {each.key: each for each in children}
        forks = {each.fork: each.key for each in children}
        ways: dict[str, Walker] = {}

        def walk(value: Any, scope: Scope, found: list[Any]) -> None:
            for key in value:
                if key in rows:
                    way = ways.get(key)
                    if way is None:
                        try:
                            way = self._child(rows[key], then)
                        except CannotError:
                            way = _unclear
                        ways[key] = way
                    way(value, scope, found)
                elif key in forks and forks[key] not in value:
                    raise UnclearError

        return walk


def listed_texts(tree: Syntax) -> list[str] | None:
    """The texts of ``'a' | 'b' | 'c'``; None for anything else."""
    if isinstance(tree, Literal):
        return [tree.text] if tree.kind == "string" else None
    if not isinstance(tree, Binary) or tree.operator != "|":
        return None
    left, right = listed_texts(tree.left), listed_texts(tree.right)
    return None if left is None or right is None else left + right


def _each(texts: list[str], end: Walker) -> Walker:
    def walk(value: Any, scope: Scope, found: list[Any]) -> None:
        for text in texts:
            end(text, scope, found)

    return walk


def _nowhere(value: Any, scope: Scope, found: list[Any]) -> None:
    return None


def _unclear(value: Any, scope: Scope, found: list[Any]) -> None:
    raise UnclearError


def _resolved(end: Walker) -> Walker:
    def walk(value: Any, scope: Scope, found: list[Any]) -> None:
        reference = value.get("reference")
        if reference is None and "_reference" not in value:
            return
        target = find_target(scope, reference, value) if type(reference) is str and reference[:1] != "#" else None
        if target is None:
            raise UnclearError
        end(target.resource, scope, found)

    return walk
