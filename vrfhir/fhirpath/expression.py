"""Compiled expressions: parse once, evaluate often."""

from __future__ import annotations

from decimal import DecimalException
from functools import lru_cache
from typing import Any

from vrfhir.fhirpath.compiler import as_run, compile_native_test, compile_run
from vrfhir.fhirpath.environment import Environment, Frame
from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.nodes import Node, atom
from vrfhir.fhirpath.parser import parse
from vrfhir.fhirpath.paths import as_items
from vrfhir.fhirpath.printer import unparse
from vrfhir.fhirpath.syntax import Syntax

__all__ = ["Expression", "compile"]


class Expression:
    """An expression ready to be evaluated. Holds no data, so that one serves all threads."""

    __slots__ = ("_run", "_test", "text", "tree")

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree: Syntax = parse(text)
        self._test = compile_native_test(self.tree)
        self._run = as_run(self._test) if self._test is not None else compile_run(self.tree)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def __str__(self) -> str:
        return unparse(self.tree)

    def evaluate(self, focus: Any, *, environment: Environment) -> list[Any]:
        """The resulting collection: :class:`Node` for elements, Python values, ``Temporal`` and ``Quantity`` for the rest.

        ``focus`` is a Node, a resource in JSON form, or a list of such; ``{}`` as an empty list. Raises
        :class:`FhirPathError` and nothing else.
        """
        items = [focus] if type(focus) is Node else as_items(focus, environment)
        if environment.strict:
            from vrfhir.fhirpath.check import check  # authoring only

            check(self.tree, environment.model, items)
        try:
            return list(self._run(items, Frame(environment, items)))
        except (RecursionError, DecimalException) as error:
            raise _given_up(error) from error

    def test(self, node: Node, environment: Environment) -> bool:
        """Whether an invariant holds for an element, by the convention of HL7's engine: empty is false, one boolean is
        itself, anything else is true."""
        items = [node]
        frame = Frame(environment, items, as_filters=True)
        try:
            if self._test is not None:
                return self._test(items, frame) is True
            found = self._run(items, frame)
        except (RecursionError, DecimalException) as error:
            raise _given_up(error) from error
        finally:
            environment.spent = environment.max_steps - frame.remaining
        value = atom(found[0]) if len(found) == 1 else None
        return value if type(value) is bool else bool(found)


def _given_up(error: Exception) -> FhirPathError:
    if isinstance(error, RecursionError):
        return FhirPathError("The expression is nested too deeply for these data.", kind="limit")
    return FhirPathError("A number is beyond what can be calculated with.")


@lru_cache(maxsize=4096)
def compile(expression: str) -> Expression:  # noqa: A001 - the name of the contract
    """The compiled expression, from a cache; :class:`FhirPathError` with a position when it is none."""
    return Expression(expression)
