"""What an evaluation may ask the world around it, and what it carries along.

https://hl7.org/fhir/R4/fhirpath.html#variables and http://hl7.org/fhirpath/N1/#environment-variables. Every question to the
outside is a callable given by the caller, so that the engine itself does no input or output and has no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.model import Fields, Model
from vrfhir.fhirpath.nodes import Node

__all__ = ["DEFAULT_MAX_STEPS", "Environment", "Frame", "Terminology"]

DEFAULT_MAX_STEPS = 2_000_000
"""Items that one evaluation may look at or make before it is given up."""


class Terminology(Protocol):
    """Value-set membership; the answer's ``name`` is ``IN``, ``OUT`` or ``UNKNOWN``."""

    def member(self, value_set: str, system: str | None, code: str) -> Any:
        """Whether a code is in a value set; ``system`` None for a bare code."""
        ...


class Environment:
    """The world of an evaluation. All parts may be left out.

    ``fields``         children tables (``Definitions.fields``); without them types are guessed from the data.
    ``resource``       ``%resource``: the resource that holds the focus; by default the focus itself.
    ``root_resource``  ``%rootResource``: the container when ``resource`` is a contained one.
    ``resolve``        reference text → the resource (dict or Node), None when it cannot be found.
    ``resolve_from``   the same, told the Reference too (its JSON object): where it stands may decide what it leads to.
    ``is_closed``      what ``resolve`` does not find does not exist, as in a message; otherwise it may be elsewhere.
    ``terminology``    answers ``memberOf()``.
    ``conforms_to``    (node, canonical) → True, False or None for "cannot tell".
    ``narrative``      answers ``htmlChecks()`` for an XHTML text; by default the rules of this package.
    ``variables``      further ``%name`` values: a single value or a list.
    ``trace``          receives the name and items of each ``trace()``.
    ``now``            the moment of evaluation; by default the clock at the first ``now()`` or ``today()``.
    ``strict``         refuse what a type does not have and what depends on an undefined order, as an authoring check would.
    ``max_steps``      bound on the work of one evaluation.

    ``undecided`` becomes True when a question could not be answered (unknown value set, profile or reference), so that an
    empty or false result is no proof of a fault.
    """

    __slots__ = (
        "conforms_to",
        "fields",
        "is_closed",
        "max_steps",
        "model",
        "narrative",
        "now",
        "resolve",
        "resolve_from",
        "resource",
        "root_resource",
        "spent",
        "strict",
        "terminology",
        "trace",
        "undecided",
        "variables",
    )

    def __init__(
        self,
        fields: Fields | None = None,
        resource: Any = None,
        root_resource: Any = None,
        resolve: Callable[[str], Any] | None = None,
        *,
        resolve_from: Callable[[str, Any], Any] | None = None,
        is_closed: bool = False,
        terminology: Terminology | None = None,
        conforms_to: Callable[[Node, str], bool | None] | None = None,
        narrative: Callable[[str], bool] | None = None,
        variables: Mapping[str, Any] | None = None,
        trace: Callable[[str, list[Any]], None] | None = None,
        now: datetime | None = None,
        strict: bool = False,
        max_steps: int = DEFAULT_MAX_STEPS,
    ) -> None:
        self.fields = fields
        self.model = Model.of(fields)
        """The types that ``fields`` describes."""
        self.resource = resource
        self.root_resource = root_resource
        self.resolve = resolve
        self.resolve_from = resolve_from
        self.is_closed = is_closed
        self.terminology = terminology
        self.conforms_to = conforms_to
        self.narrative = narrative
        self.variables: Mapping[str, Any] = variables if variables is not None else {}
        self.trace = trace
        self.now = now
        self.strict = strict
        self.max_steps = max_steps
        self.undecided = False
        self.spent = 0
        """The steps that the last :meth:`Expression.test` took."""

    def node(self, value: Any, path: str = "", extra: Any = None) -> Node:
        """A focus for an element: its JSON value, its type path, and for a primitive its ``_name`` object."""
        return self.model.node(value, path, extra)

    def moment(self) -> datetime:
        """The one moment of ``now()``, ``today()`` and ``timeOfDay()``."""
        if self.now is None:
            self.now = datetime.now(UTC).astimezone()
        return self.now


class Frame:
    """The state of one evaluation: ``$this``, ``$index``, ``$total`` and the work left."""

    __slots__ = ("as_filters", "context", "environment", "index", "remaining", "this", "total", "variables")

    def __init__(self, environment: Environment, focus: list[Any], *, as_filters: bool = False) -> None:
        self.as_filters = as_filters
        self.environment = environment
        self.context = focus
        self.this = focus
        self.index: int | None = None
        self.total: list[Any] = []
        self.remaining = environment.max_steps
        self.variables: dict[str, list[Any]] | None = None

    def paid(self, made: list[Any]) -> list[Any]:
        """Count the text that was made: 64 characters are a step."""
        for item in made:
            if type(item) is str and len(item) > 63:
                self.spend(len(item) >> 6)
        return made

    def spend(self, steps: int) -> None:
        """Count work; too much of it ends the evaluation."""
        self.remaining -= steps
        if self.remaining < 0:
            raise FhirPathError(f"The evaluation takes more than {self.environment.max_steps} steps.", kind="limit")
