"""Which request goes to which interaction: a table of path shapes and methods.

The CapabilityStatement is written from this table too, so that what is declared is what is routed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, Request, Response
from vrfhir.server.interactions.capabilities import capabilities
from vrfhir.server.interactions.create import create
from vrfhir.server.interactions.delete import delete
from vrfhir.server.interactions.read import history, read, vread
from vrfhir.server.interactions.search import post_search, search
from vrfhir.server.interactions.transaction import transaction
from vrfhir.server.interactions.update import update
from vrfhir.server.operations.process_message import process_message
from vrfhir.server.operations.validate import validate, validate_stored
from vrfhir.server.operations.validate_code import validate_code

__all__ = ["ROUTES", "Interaction", "Route", "route"]

Interaction = Callable[[Endpoint, Request], Awaitable[Response]]


class Route(NamedTuple):
    """``path`` is the shape: fixed words, ``type`` for a resource type, ``id``, ``vid``."""

    method: str
    path: tuple[str, ...]
    interaction: Interaction
    name: str
    """Code in https://hl7.org/fhir/R4/valueset-type-restful-interaction.html and its system-level sibling; else ``$…``."""


ROUTES: tuple[Route, ...] = (
    Route("GET", ("metadata",), capabilities, "capabilities"),
    Route("POST", (), transaction, "transaction"),
    Route("POST", ("$process-message",), process_message, "$process-message"),
    Route("POST", ("$validate",), validate, "$validate"),
    Route("GET", ("type",), search, "search-type"),
    Route("POST", ("type",), create, "create"),
    Route("POST", ("type", "_search"), post_search, "search-type"),
    Route("POST", ("type", "$validate"), validate, "$validate"),
    Route("GET", ("type", "$validate-code"), validate_code, "$validate-code"),
    Route("POST", ("type", "$validate-code"), validate_code, "$validate-code"),
    Route("GET", ("type", "id"), read, "read"),
    Route("PUT", ("type", "id"), update, "update"),
    Route("DELETE", ("type", "id"), delete, "delete"),
    Route("GET", ("type", "id", "$validate"), validate_stored, "$validate"),
    Route("POST", ("type", "id", "$validate"), validate, "$validate"),
    Route("GET", ("type", "id", "_history"), history, "history-instance"),
    Route("GET", ("type", "id", "_history", "vid"), vread, "vread"),
)


def _shapes() -> Mapping[tuple[str, ...], Mapping[str, Route]]:
    shapes: dict[tuple[str, ...], dict[str, Route]] = {}
    for each in ROUTES:
        shapes.setdefault(each.path, {})[each.method] = each
    return shapes


_SHAPES = _shapes()


def route(method: str, path: tuple[str, ...]) -> Route:
    """The route of a request; raises :class:`Refusal` 404 or 405."""
    methods = _SHAPES.get(_shape(path))
    if methods is None:
        raise Refusal.of(404, "not-found", "VR-HTTP-0404", "There is nothing at this path of the FHIR base.")
    found = methods.get(method)
    if found is None:
        allowed = ", ".join(sorted(methods))
        text = f"This path takes {allowed}."
        raise Refusal.of(405, "not-supported", "VR-HTTP-0405", text, headers=(("Allow", allowed),))
    return found


def _shape(path: tuple[str, ...]) -> tuple[str, ...]:
    if not path or path[0] in ("metadata", "$process-message", "$validate"):
        return path
    shape = ["type"]
    for number, segment in enumerate(path[1:], 1):
        if segment.startswith(("$", "_")):
            shape.append(segment)
        else:
            shape.append("vid" if number == 3 else "id")
    return tuple(shape)
