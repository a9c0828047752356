"""How a function is declared: what it takes, and what builds its closure when an expression is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from vrfhir.fhirpath.environment import Frame
from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.nodes import atom

__all__ = ["Function", "Run", "Test", "only", "plain", "truth", "value_of"]

Run = Callable[[list[Any], Frame], list[Any]]
"""Input collection → output collection. Neither the input nor the output may be changed by whoever holds it."""

Test = Callable[[list[Any], Frame], bool | None]
"""The same for what gives at most one boolean; None is the empty collection."""


class Function(NamedTuple):
    """``build`` gets one closure or tree for each argument and returns the closure of the call.

    ``arguments`` has a letter for each possible argument: ``v`` a value, evaluated where the call stands (with ``$this`` as
    its input); ``r`` an expression (a :data:`Run`) and ``t`` a criterion (a :data:`Test`) that the function evaluates
    itself, on its items; ``n`` a type name; ``s`` a sort criterion (a pair of Run and direction). ``required`` of them must
    be given. ``tests`` says that ``build`` returns a Test, ``repeats`` that the last argument may come again.
    """

    build: Callable[..., Any]
    arguments: str = ""
    required: int = 0
    tests: bool = False
    repeats: bool = False


def plain(work: Callable[[list[Any]], list[Any]]) -> Function:
    """A function without arguments that needs only its input."""

    def build() -> Run:
        return lambda items, _: work(items)

    return Function(build)


def only(items: list[Any], name: str) -> Any:
    """The only item of the input; several are an error. Not for empty input."""
    if len(items) > 1:
        raise FhirPathError(f"{name}() works on a single item, but got {len(items)}.")
    return items[0]


def value_of(run: Run, items: list[Any], frame: Frame, kind: type, name: str) -> Any:
    """An argument that must be one value of a kind; None when it is empty."""
    found = run(items, frame)
    if not found:
        return None
    value = atom(only(found, f"The argument of {name}"))
    if type(value) is not kind:
        raise FhirPathError(f"{name}() has an argument of the wrong type.")
    return value


def truth(items: list[Any]) -> bool | None:
    """A collection where a boolean is wanted (http://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections)."""
    if not items:
        return None
    if len(items) > 1:
        raise FhirPathError(f"A single boolean is needed, but there are {len(items)} items.")
    item = items[0]
    value = getattr(item, "value", item)
    return value if type(value) is bool else True
