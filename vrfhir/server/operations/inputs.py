"""The input parameters of an operation, from the query or from a ``Parameters`` body: https://hl7.org/fhir/R4/operations.html#request."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, Request
from vrfhir.server.resource import read_body

__all__ = ["inputs"]

Json = dict[str, Any]


def inputs(endpoint: Endpoint, request: Request, operation: str, known: Collection[str]) -> Json:
    """Each parameter once, by name; raises :class:`Refusal` 400 for one that is not known or is given twice."""
    rows = [(name, value) for name, value in request.parameters() if name not in ("_format", "_pretty")]
    if request.method == "POST":
        body = read_body(endpoint, request).resource
        if body.get("resourceType") != "Parameters":
            raise _refused(f"{operation} takes a Parameters resource.")
        parameters = body.get("parameter", [])
        rows += [_row(each) for each in parameters] if isinstance(parameters, list) else [_row(None)]
    found: Json = {}
    for name, value in rows:
        if name not in known:
            raise _refused(f"The parameters of {operation} are: {', '.join(sorted(known))}.", code="not-supported")
        if name in found:
            raise _refused(f"'{name}' may be given only once.")
        found[name] = value
    return found


def _row(parameter: Any) -> tuple[str, Any]:
    if not isinstance(parameter, dict) or not isinstance(parameter.get("name"), str):
        raise _refused("Each parameter is an object with a name.")
    if "resource" in parameter:
        return parameter["name"], parameter["resource"]
    values = [value for key, value in parameter.items() if key.startswith("value")]
    if len(values) != 1:
        raise _refused("Each parameter has one value.")
    return parameter["name"], values[0]


def _refused(text: str, code: str = "value") -> Refusal:
    return Refusal.of(400, code, "VR-TX-0004", text, expression="Parameters.parameter")
