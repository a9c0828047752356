"""What a script knows while it runs: fixtures, messages sent and received, variables, identities of what was created."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vrfhir.conformance.exchange import Exchange, Request, Response
from vrfhir.conformance.expressions import as_text, evaluate
from vrfhir.conformance.fixtures import Content
from vrfhir.conformance.paths import path_values
from vrfhir.conformance.script import Script, Variable
from vrfhir.conformance.variables import EngineVariables, substitute
from vrfhir.conformance.verdicts import ExpectationError, UntestableError

__all__ = ["Identity", "Session"]

_LOCATION = re.compile(
    r"(?:^|/)(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9.-]{1,64})(?:/_history/(?P<version>[A-Za-z0-9.-]{1,64}))?/?$"
)
_MAX_NESTING = 20


@dataclass(frozen=True, slots=True)
class Identity:
    """Which resource on the server: for the URLs of read, vread, update, delete."""

    type: str
    id: str
    version: str = ""


class Session:
    """The state of one script's run."""

    def __init__(
        self,
        script: Script,
        fixtures: Mapping[str, Content],
        engine: EngineVariables,
        overrides: Mapping[str, str] | None = None,
    ) -> None:
        self.script = script
        self.base = engine.base
        self.last: Exchange | None = None
        self._fixtures = fixtures
        self._engine = engine
        self._overrides = dict(overrides or {})
        self._variables = {variable.name: variable for variable in script.variables}
        self._messages: dict[str, Request | Response] = {}
        self._created: dict[str, Identity] = {}

    # -- what happened ------------------------------------------------------------------------------------------------

    def record(self, exchange: Exchange, *, request_id: str = "", response_id: str = "", source_id: str = "") -> None:
        """Remembers the last exchange, and under the ids an operation gave to its two halves."""
        self.last = exchange
        if request_id:
            self._messages[request_id] = exchange.request
        if exchange.response is None:
            return
        if response_id:
            self._messages[response_id] = exchange.response
        identity = _identity_of(exchange.response)
        if source_id and identity and exchange.request.method in ("POST", "PUT") and exchange.response.status < 300:
            self._created[source_id] = identity

    def identity(self, source_id: str) -> Identity:
        """The resource on the server that a fixture or response stands for (``targetId``)."""
        message = self._messages.get(source_id)
        if isinstance(message, Response):
            found = _identity_of(message)
            if found is None:
                raise ExpectationError(
                    f"the response “{source_id}” names no resource: no Location header, no resource with an id"
                )
            return found
        if source_id in self._created:
            return self._created[source_id]
        resource = self.resource(source_id)
        if not isinstance(resource.get("id"), str):
            raise UntestableError(
                f"“{source_id}” has no id: it was not created on the server, and the fixture has none"
            )
        return Identity(resource["resourceType"], resource["id"])

    def created(self, fixture_id: str) -> Identity | None:
        """Where a fixture was stored, if it was."""
        return self._created.get(fixture_id)

    # -- sources ------------------------------------------------------------------------------------------------------

    def content(self, source_id: str) -> Content:
        """A fixture with its placeholders filled, or a message's resource: what an operation sends."""
        message = self._messages.get(source_id)
        if message is not None:
            return Content(self._resource_of(message, source_id), "application/fhir+json")
        content = self._fixtures.get(source_id)
        if content is None:
            raise UntestableError(f"there is no fixture or message “{source_id}” at this point")
        return Content(substitute(content.resource, self.variable), content.media_type, self.fill(content.text))

    def resource(self, source_id: str) -> dict[str, Any]:
        """The resource a fixture or message holds."""
        resource = self.content(source_id).resource
        if resource is None:
            raise UntestableError(f"the fixture “{source_id}” holds no resource")
        return resource

    def message(self, source_id: str, direction: str) -> Request | Response:
        """The message an assertion is about: the one named, else the last request or response."""
        if source_id:
            message = self._messages.get(source_id)
            if message is None:
                raise UntestableError(f"“{source_id}” is no request or response")
            return message
        if self.last is None:
            raise UntestableError("no operation went before this assertion")
        if direction == "request":
            return self.last.request
        if self.last.response is None:
            raise ExpectationError("there is no response", actual=self.last.trouble)
        return self.last.response

    def body(self, source_id: str, direction: str = "response") -> dict[str, Any]:
        """The resource an assertion is about: of the fixture or message named, else of the last message."""
        if source_id in self._fixtures and source_id not in self._messages:
            return self.resource(source_id)
        return self._resource_of(self.message(source_id, direction), source_id)

    @staticmethod
    def _resource_of(message: Request | Response, source_id: str) -> dict[str, Any]:
        if message.resource is not None:
            return message.resource
        reason = message.unreadable if isinstance(message, Response) else "the request has no resource"
        raise ExpectationError(f"no resource in {f'“{source_id}”' if source_id else 'the response'}: {reason}")

    # -- variables ----------------------------------------------------------------------------------------------------

    def fill(self, text: str) -> str:
        """A text with its ``${…}`` replaced."""
        return str(substitute(text, self.variable))

    def variable(self, name: str, nesting: int = 0) -> str:
        """The value of a variable now: given on the command line, the engine's, found in a message, or the default."""
        if name in self._overrides:
            return self._overrides[name]
        engine = self._engine.value(name)
        if engine is not None:
            return engine
        variable = self._variables.get(name)
        if variable is None or nesting > _MAX_NESTING:
            raise UntestableError(f"the variable “{name}” is {'defined by itself' if variable else 'not defined'}")
        found = self._find(variable)
        if found:
            return as_text(found[0])
        if variable.default is not None:
            return str(substitute(variable.default, lambda inner: self.variable(inner, nesting + 1)))
        wanted = variable.expression or variable.header_field or variable.path
        raise ExpectationError(
            f"the variable “{name}” has no value: nothing at “{wanted}” in “{variable.source_id or 'the response'}”"
        )

    def _find(self, variable: Variable) -> list[Any]:
        source = variable.source_id
        if source and source not in self._fixtures and source not in self._messages:
            return []
        if variable.header_field:
            value = self.message(source, "response").header(variable.header_field)
            return [] if value is None else [value]
        if not (variable.expression or variable.path) or not (source or self.last):
            return []
        body = self.body(source)
        found = evaluate(variable.expression, body) if variable.expression else path_values(variable.path, body)
        if len(found) > 1 or any(isinstance(value, (dict, list)) for value in found):
            wanted = variable.expression or variable.path
            raise ExpectationError(
                f"the variable “{variable.name}” needs one primitive value at “{wanted}”",
                actual=f"{len(found)} values" if len(found) > 1 else "a complex value",
            )
        return found


def _identity_of(response: Response) -> Identity | None:
    for header in ("Location", "Content-Location"):
        match = _LOCATION.search((response.header(header) or "").split("?")[0])
        if match:
            return Identity(match["type"], match["id"], match["version"] or "")
    resource = response.resource or {}
    if isinstance(resource.get("id"), str) and resource["resourceType"] not in ("OperationOutcome", "Bundle"):
        meta = resource.get("meta")
        version = meta.get("versionId", "") if isinstance(meta, dict) else ""
        return Identity(resource["resourceType"], resource["id"], str(version))
    return None
