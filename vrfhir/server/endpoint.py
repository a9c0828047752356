"""What every interaction works with: the store, the definitions, the validator, a clock and a source of ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import uuid4

from vrfhir.definitions import Definitions
from vrfhir.fhir.parsed import Parsed
from vrfhir.issues import Issue
from vrfhir.server.correspondents import Correspondents
from vrfhir.server.http import microseconds
from vrfhir.server.search.parameters import SearchParameters
from vrfhir.server.settings import Settings
from vrfhir.server.store import Store
from vrfhir.terminology import Terminology

__all__ = ["Checker", "Endpoint", "Findings"]


class Findings(Protocol):
    """The answer of a validator."""

    @property
    def valid(self) -> bool: ...
    @property
    def issues(self) -> Sequence[Issue]: ...


class Checker(Protocol):
    """:class:`vrfhir.validation.Validator`, or what a test puts in its place."""

    def validate(
        self, resource: dict[str, Any] | bytes | str | Parsed, *, profiles: Sequence[str] = ()
    ) -> Findings: ...


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return str(uuid4())


def _nobody() -> None:
    """Nobody waits for outgoing messages."""


@dataclass(slots=True)
class Endpoint:
    """One FHIR base. ``clock`` and ``new_id`` are given, so that tests can hold them still.

    ``outgoing`` is called when a message was put into the outbox, ``incoming`` when one was put into the inbox from there. ``workers`` is how many processes prepare HL7 v2
    messages; 0: this one does. The partner files of the settings are read here; VrfhirError when one cannot be used.
    """

    settings: Settings
    store: Store
    definitions: Definitions
    validator: Checker
    clock: Callable[[], datetime] = _now
    new_id: Callable[[], str] = _new_id
    outgoing: Callable[[], None] = _nobody
    incoming: Callable[[], None] = _nobody
    workers: int = 0
    parameters: SearchParameters = field(init=False)
    types: frozenset[str] = field(init=False)
    terminology: Terminology = field(init=False)
    correspondents: Correspondents = field(init=False)

    def __post_init__(self) -> None:
        self.correspondents = Correspondents.of(self.settings)
        self.parameters = SearchParameters(self.definitions)
        self.terminology = Terminology(self.definitions)
        self.types = self.definitions.resource_types() - {"Parameters", "OperationOutcome"}

    def now(self) -> int:
        """The time, in microseconds since 1970 (whole milliseconds)."""
        return microseconds(self.clock())
