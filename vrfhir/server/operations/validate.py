"""``$validate`` on type, instance and system: https://hl7.org/fhir/R4/resource-operation-validate.html.

The answer is 200 with an ``OperationOutcome`` whatever the resource is like; only what cannot be read at all is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from vrfhir.fhir import json
from vrfhir.fhir.parsed import Parsed
from vrfhir.issues import Issue
from vrfhir.server import loop
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, Request, Response
from vrfhir.server.interactions.kept import is_allowed
from vrfhir.server.resource import ID, load, read_body, require_type

__all__ = ["MODES", "validate", "validate_stored"]

Json = dict[str, Any]

MODES = ("create", "update", "delete", "profile")


async def validate(endpoint: Endpoint, request: Request) -> Response:
    """``POST …/$validate`` with a resource, or with Parameters ``resource``, ``profile`` and ``mode``."""
    parsed = read_body(endpoint, request)
    type_ = request.path[0] if len(request.path) > 1 else ""
    if type_:
        require_type(endpoint, type_)
    profiles, mode = _from_query(request)
    if parsed.resource.get("resourceType") == "Parameters" and type_ != "Parameters":
        parsed, profiles, mode = _from_parameters(parsed, profiles, mode)
    _require_mode(mode, profiles)
    if mode == "delete":
        return Response.outcome(200, _kept(type_, "delete"))
    if parsed.resource.get("resourceType", type_) != type_ and type_:
        text = f"The resource is not a {type_}, which the URL says it is."
        raise Refusal.of(400, "invalid", "VR-HTTP-0400", text, expression="resourceType")
    issues = list(await _report(endpoint, parsed, profiles, len(request.body)))
    issues.extend(_of_mode(endpoint, request, mode, parsed.resource))
    return Response.outcome(200, issues)


async def validate_stored(endpoint: Endpoint, request: Request) -> Response:
    """``GET [type]/[id]/$validate``: the resource as it is stored."""
    type_, id_, _ = request.path
    require_type(endpoint, type_)
    profiles, mode = _from_query(request)
    _require_mode(mode, profiles)
    stored = endpoint.store.read(type_, id_) if ID.fullmatch(id_) else None
    if stored is None or stored.deleted:
        raise Refusal.of(404, "not-found", "VR-HTTP-0404", "There is no resource with this type and id.")
    if mode == "delete":
        return Response.outcome(200, _kept(type_, "delete"))
    return Response.outcome(200, await _report(endpoint, json.parse(stored.body), profiles, len(stored.body)))


async def _report(endpoint: Endpoint, parsed: Parsed, profiles: Sequence[str], size: int) -> Sequence[Issue]:
    if size > 64 * 1024:
        return (await asyncio.to_thread(endpoint.validator.validate, parsed, profiles=profiles)).issues
    return endpoint.validator.validate(parsed, profiles=profiles).issues


def _from_query(request: Request) -> tuple[list[str], str]:
    profiles: list[str] = []
    mode = ""
    for name, value in request.parameters():
        if name == "profile":
            profiles.append(value)
        elif name == "mode":
            mode = value
        elif name not in ("_format", "_pretty"):
            text = "The parameters of $validate are: resource, profile, mode."
            raise Refusal.of(400, "not-supported", "VR-VALIDATE-0001", text)
    return profiles, mode


def _from_parameters(parsed: Parsed, profiles: list[str], mode: str) -> tuple[Parsed, list[str], str]:
    resource: Json | None = None
    found = list(profiles)
    parameters = parsed.resource.get("parameter")
    place = 0
    for number, parameter in enumerate(parameters if isinstance(parameters, list) else ()):
        name = parameter.get("name") if isinstance(parameter, dict) else None
        if name == "resource" and isinstance(parameter.get("resource"), dict):
            resource, place = parameter["resource"], number
        elif name == "profile":
            found.append(_primitive(parameter))
        elif name == "mode":
            mode = _primitive(parameter)
        else:
            text = "The parameters of $validate are: resource, profile, mode."
            raise Refusal.of(
                400, "not-supported", "VR-VALIDATE-0001", text, expression=f"Parameters.parameter[{number}]"
            )
    if resource is None:
        if mode != "delete":
            text = "$validate needs a resource, in the body or as parameter 'resource'."
            raise Refusal.of(400, "required", "VR-VALIDATE-0001", text, expression="Parameters.parameter")
        resource = {}
    inner = Parsed(
        resource,
        source=parsed.source,
        format=parsed.format,
        locator=lambda: lambda path: parsed.position(("parameter", place, "resource", *path)),
    )
    return inner, found, mode


def _primitive(parameter: Json) -> str:
    values = [value for key, value in parameter.items() if key.startswith("value") and isinstance(value, str)]
    if len(values) != 1:
        text = "profile and mode are given as a uri, canonical, code or string."
        raise Refusal.of(400, "value", "VR-VALIDATE-0001", text, expression="Parameters.parameter.value")
    return values[0]


def _require_mode(mode: str, profiles: Sequence[str]) -> None:
    if mode and mode not in MODES:
        raise Refusal.of(400, "code-invalid", "VR-VALIDATE-0001", f"mode is one of: {', '.join(MODES)}.")
    if mode == "profile" and not profiles:
        raise Refusal.of(400, "required", "VR-VALIDATE-0001", "mode 'profile' needs a profile.")


def _of_mode(endpoint: Endpoint, request: Request, mode: str, resource: Json) -> list[Issue]:
    """What would hinder the interaction that the mode names, beside the content of the resource."""
    type_, id_ = str(resource.get("resourceType", "")), resource.get("id")
    if mode == "create":
        return loop.step_issues(None, resource, request.caller.role) if type_ == "Task" else []
    if mode != "update":
        return []
    issues = _kept(type_, "update")
    if len(request.path) == 3 and id_ != request.path[1]:
        text = "An update needs the id of the URL in the resource."
        return [*issues, Issue("error", "value", "VR-VALIDATE-0002", text, f"{type_}.id")]
    if type_ == "Task":
        stored = endpoint.store.read(type_, id_) if isinstance(id_, str) and ID.fullmatch(id_) else None
        before = load(stored) if stored is not None and not stored.deleted else None
        issues.extend(loop.step_issues(before, resource, request.caller.role))
    return issues


def _kept(type_: str, interaction: str) -> list[Issue]:
    if is_allowed(type_, interaction):
        return []
    text = f"{type_} has no {interaction} on this endpoint."
    return [Issue("error", "not-supported", "VR-VALIDATE-0003", text)]
