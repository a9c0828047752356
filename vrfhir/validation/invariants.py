"""Invariants: the FHIRPath rules of types and profiles (https://hl7.org/fhir/R4/conformance-rules.html#constraints).

Each is parsed once. Rules that nearly every element carries have a hand-written equivalent too; what that cannot decide
(None) goes to the expression. The tests hold both against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vrfhir.errors import VrfhirError
from vrfhir.validation.native_rules import NATIVE
from vrfhir.validation.repairs import repaired

if TYPE_CHECKING:
    from vrfhir.fhirpath import Expression
    from vrfhir.fhirpath.syntax import Syntax
    from vrfhir.validation.paths import Location
    from vrfhir.validation.scope import Scope

__all__ = ["STRUCTURAL", "Invariant", "check"]

Json = dict[str, Any]

STRUCTURAL = frozenset({"ele-1", "dom-3", "dom-6"})
"""Not evaluated: ele-1 follows from the JSON form, dom-3 is checked with the contained resources; dom-6 is best practice."""


_LONG = 100_000
"""Evaluations of more steps are bounded in their number."""
_SHORT = 10_000
"""Steps that a rule may still take once a validation has used up what there is for long ones."""


class Invariant:
    """One rule, ready to run."""

    __slots__ = (
        "_expression",
        "_glances",
        "_plain",
        "_text",
        "_tree",
        "human",
        "identity",
        "key",
        "native",
        "problem",
        "severity",
        "source",
    )

    def __init__(self, constraint: Json, owner: str) -> None:
        self.key: str = constraint.get("key", "")
        self.severity: str = constraint.get("severity", "error")
        self._text = repaired(self.key, constraint["expression"])
        source = constraint.get("source") or owner
        self.source: str = source if "/" in source else "http://hl7.org/fhir/StructureDefinition/" + source
        self.human: str = constraint.get("human", "")
        self.identity = f"{self.source}#{self.key}"
        self.native = NATIVE.get((self.key, constraint["expression"]))
        self._expression: Expression | None = None
        self._tree: Syntax | None = None
        self._glances: dict[str, Callable[[Json], bool] | None] = {}
        self._plain: dict[tuple[str, str], Callable[[Json, Scope], bool] | None] = {}
        self.problem = ""

    @property
    def text(self) -> str:
        """The expression that is evaluated."""
        return self._text

    @property
    def expression(self) -> Expression:
        """The parsed expression. Raises :class:`FhirPathError`."""
        if self._expression is None:
            from vrfhir.fhirpath import compile as compile_expression  # only once an expression must run

            self._expression = compile_expression(self._text)
        return self._expression

    @property
    def tree(self) -> Syntax:
        """The syntax of the expression, which surely compiles. Raises :class:`FhirPathError`."""
        if self._tree is None:
            from vrfhir.fhirpath.parser import parse  # most rules are settled by their text alone
            from vrfhir.validation.glance import is_well_known

            tree = parse(self._text)
            self._tree = tree if is_well_known(tree) else self.expression.tree
        return self._tree

    def is_plain_to_see(self, value: Json, type_path: str, scope: Scope) -> bool:
        """True when the plain JSON of an object shows that the rule holds; False when it must be evaluated."""
        try:
            glance = self._glances[type_path]
        except KeyError:
            from vrfhir.validation import glance as keys

            table = scope.engine.table_or_none(type_path)
            glance = self._glances[type_path] = None if table is None else keys.glance(self.tree, table)
        if glance is not None and glance(value):
            return True
        resource_type = scope.resource["resourceType"]
        try:
            rule = self._plain[type_path, resource_type]
        except KeyError:
            from vrfhir.validation.plain import plain_rule

            rule = self._plain[type_path, resource_type] = plain_rule(scope.engine, self.tree, type_path, resource_type)
        return rule is not None and rule(value, scope)


def check(
    scope: Scope, invariants: tuple[Invariant, ...], value: Any, type_path: str, location: Location, extra: Any = None
) -> None:
    """Evaluate rules on one element and report those that do not hold."""
    if not scope.strict:
        value = _with_content(value)
    node = None
    is_object = scope.strict and type(value) is dict
    unaffordable = scope.trials.unaffordable
    for invariant in invariants:
        native = invariant.native
        if native is not None and extra is None and native(value):
            continue
        if unaffordable and invariant in unaffordable:
            continue
        if invariant.key == "ref-1" and type(value) is dict and _is_contained(scope, value.get("reference")):
            continue  # asked of every local reference: looking through all that is contained each time takes too long
        problem = ""
        try:
            if is_object and native is None and invariant.is_plain_to_see(value, type_path, scope):
                continue
            environment = scope.environment
            environment.undecided = False
            if scope.trials.patience < environment.max_steps:
                environment.max_steps = max(scope.trials.patience, _SHORT)
            if node is None:
                node = scope.node(value, type_path, extra)
            held = invariant.expression.test(node, environment) or environment.undecided
            if environment.spent > _LONG and _is_too_long(scope, invariant, environment.spent):
                scope.report("VR-VAL-0005", location, key=invariant.key, source=invariant.source)
            if held:
                continue
        except (VrfhirError, RecursionError) as error:
            if getattr(error, "kind", "") == "limit":
                scope.trials.unaffordable.add(invariant)
                scope.trials.patience -= scope.environment.max_steps
                scope.report("VR-VAL-0005", location, key=invariant.key, source=invariant.source)
                continue
            problem = str(error)
        scope.failed_invariant(invariant, location, problem)


def _is_too_long(scope: Scope, invariant: Invariant, steps: int) -> bool:
    """Whether a rule that takes long has used up, with others like it, what there is for them."""
    trials = scope.trials
    trials.patience -= steps
    if trials.patience >= 0:
        return False
    trials.unaffordable.add(invariant)
    return True


def _is_contained(scope: Scope, reference: Any) -> bool:
    return type(reference) is str and reference.startswith("#") and scope.contained_at(reference[1:]) is not None


def _with_content(value: Any) -> Any:
    """Without empty objects: an element without content does not exist for an expression."""
    if isinstance(value, dict):
        kept = {key: _with_content(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in ({}, [])}
    if isinstance(value, list):
        return [each for each in map(_with_content, value) if each != {}]
    return value
