"""FHIRPath over messages and fixtures (``expression``, ``compareToSourceExpression``), as plain JSON values."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from vrfhir.conformance.bodies import definitions
from vrfhir.conformance.verdicts import UntestableError
from vrfhir.errors import VrfhirError
from vrfhir.fhir.references import BundleIndex
from vrfhir.fhirpath import Environment, compile  # noqa: A004 - the engine's own name

__all__ = ["as_text", "evaluate", "fault"]


def fault(expression: str) -> str:
    """Why an expression cannot be compiled; empty when it can."""
    try:
        compile(expression)
    except VrfhirError as error:
        return str(error)
    return ""


def evaluate(expression: str, resource: dict[str, Any]) -> list[Any]:
    """The values of an expression on a resource. ``%resource`` and ``%rootResource`` are that resource.

    Raises :class:`~vrfhir.conformance.verdicts.UntestableError` when the expression is not FHIRPath or cannot be evaluated.
    """
    environment = Environment(
        fields=definitions().fields, resource=resource, root_resource=resource, resolve=_resolver(resource)
    )
    try:
        found = compile(expression).evaluate(resource, environment=environment)
    except VrfhirError as error:
        raise UntestableError(f"the expression “{expression}” cannot be evaluated: {error}") from error
    return [_plain(value) for value in found]


def as_text(value: Any) -> str:
    """A value as TestScript compares it: primitives as in FHIR JSON, complex values as canonical JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_number)
    return "" if value is None else str(value)


def _resolver(resource: dict[str, Any]) -> Callable[[str], Any]:
    """``resolve()`` finds entries of the same Bundle; the tester reads nothing more from the server on its own."""
    index = BundleIndex(resource)

    def resolve(reference: str) -> Any:
        found = index.resolve(reference) or next(iter(index.by_type_and_id(reference)), None)
        return None if found is None else found.resource

    return resolve


def _plain(value: Any) -> Any:
    """The JSON value behind a node of the FHIRPath tree."""
    return getattr(value, "value", value)


def _number(value: Any) -> Any:
    """Decimals inside complex values keep their precision, as text."""
    return str(value) if isinstance(value, Decimal) else repr(value)
