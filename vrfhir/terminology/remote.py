"""A FHIR terminology server beside the local definitions (https://hl7.org/fhir/R4/terminology-service.html).

Local answers stand. Only what is "cannot tell" locally is asked, with code, system and value set and nothing else of the
resource; what the server does not know, or does not answer in time, stays "cannot tell" and is never guessed.

>>> from vrfhir import Validator
>>> from vrfhir.terminology import ServerSettings, TerminologyServer
>>> server = TerminologyServer(ServerSettings("https://terminology.example/fhir"))
>>> validator = Validator(terminology=server)
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from vrfhir.definitions.membership import Membership
from vrfhir.terminology.local import Terminology
from vrfhir.terminology.remote_answers import displays_of, expansion_of, membership_of
from vrfhir.terminology.remote_cache import AnswerCache
from vrfhir.terminology.remote_http import Answer, Exchange, NoAnswerError
from vrfhir.terminology.remote_settings import ServerSettings

if TYPE_CHECKING:
    import httpx

    from vrfhir.definitions import Definitions

__all__ = ["RemoteTerminology", "ServerSettings", "TerminologyServer"]

Json = dict[str, Any]

_log = logging.getLogger("vrfhir.terminology")


class TerminologyServer:
    """A connection to one server, with its cache and its circuit breaker. May be shared by threads and validators."""

    def __init__(self, settings: ServerSettings, *, transport: httpx.BaseTransport | None = None) -> None:
        self.settings = settings
        self._exchange = Exchange(settings, transport=transport)
        self._cache = AnswerCache(settings.cache, settings.cache_seconds, settings.cache_rows)
        self.undecided = 0
        """How many questions got no answer, because the server could not be reached or was not asked after failing."""

    def terminology(self, definitions: Definitions) -> RemoteTerminology:
        """Terminology of these definitions that asks this server what they do not say."""
        return RemoteTerminology(definitions, self)

    def ask(self, operation: str, parameters: Json) -> Answer | None:
        """The answer to an operation, from the cache or the server; None when there is none to be had now."""
        key = self._cache.key(self.settings.url, operation, parameters)
        known = self._cache.get(key)
        if known is not None:
            return Answer(*known)
        try:
            answer = self._exchange.post(operation, parameters)
        except NoAnswerError as problem:
            self.undecided += 1
            _log.warning("terminology server: %s", problem)
            return None
        self._cache.put(key, answer.status, answer.body)
        return answer

    def close(self) -> None:
        """Let go of connections and of the cache file."""
        self._exchange.close()
        self._cache.close()


class RemoteTerminology(Terminology):
    """Local terminology first, the server for what that cannot tell."""

    def __init__(self, definitions: Definitions, server: TerminologyServer) -> None:
        super().__init__(definitions)
        self.server = server
        self._asked: dict[tuple[str, ...], Membership] = {}

    def member(self, value_set: str, system: str | None, code: str) -> Membership:
        """Whether a value set contains a code."""
        local = super().member(value_set, system, code)
        if local is not Membership.UNKNOWN or not value_set or value_set.startswith("#"):
            return local
        url, _, version = value_set.partition("|")
        named: list[tuple[str, str, Any]] = [
            ("url", "valueUri", url),
            ("valueSetVersion", "valueString", version),
            ("code", "valueCode", code),
        ]
        if system is not None:
            named.append(("system", "valueUri", system))
        else:
            named.append(("inferSystem", "valueBoolean", True))
        answer = self._decide("ValueSet/$validate-code", value_set, named)
        if answer is Membership.UNKNOWN and (composed := self._composed(value_set)) is not None:
            # The server may not have the value set, but the code systems it is made of.
            rows = [row for row in named if row[0] not in ("url", "valueSetVersion")]
            answer = self._decide("ValueSet/$validate-code", value_set, [*rows, ("valueSet", "resource", composed)])
        return answer

    def code_in_system(self, system: str, code: str) -> Membership:
        """Whether a code system has a code."""
        local = super().code_in_system(system, code)
        if local is not Membership.UNKNOWN:
            return local
        return self._decide("CodeSystem/$validate-code", system, _of_code(system, code))

    def is_settled(self, system: str, code: str) -> bool:
        """False while the server has not answered about the code."""
        if super().code_in_system(system, code) is not Membership.UNKNOWN:
            return True
        return _key("CodeSystem/$validate-code", system, _of_code(system, code)) in self._asked

    def displays(self, system: str, code: str) -> tuple[str, ...]:
        """All words known for a code, the preferred first."""
        local = super().displays(system, code)
        if local or super().code_in_system(system, code) is not Membership.UNKNOWN:
            return local
        answer = self.server.ask(
            "CodeSystem/$lookup", _parameters([("system", "valueUri", system), ("code", "valueCode", code)])
        )
        return displays_of(answer) if answer is not None else ()

    def expansion(self, value_set: str) -> dict[str, list[str]] | None:
        """All codes by system, or None when they cannot be listed, or are too many to be."""
        local = super().expansion(value_set)
        if local is not None or not value_set:
            return local
        limit = self.server.settings.expansion_limit
        rows = [("url", "valueUri", value_set.partition("|")[0]), ("count", "valueInteger", limit)]
        answer = self.server.ask("ValueSet/$expand", _parameters(rows))
        return expansion_of(answer, limit) if answer is not None else None

    def _decide(self, operation: str, canonical: str, rows: list[tuple[str, str, Any]]) -> Membership:
        key = _key(operation, canonical, rows)
        known = self._asked.get(key)
        if known is not None:
            return known
        answer = self.server.ask(operation, _parameters(rows))
        if answer is None:
            return Membership.UNKNOWN  # not kept: the server may be back for the next question
        found = membership_of(answer)
        if len(self._asked) > _MAX_REMEMBERED:
            self._asked.clear()
        self._asked[key] = found
        return found

    def _composed(self, value_set: str) -> Json | None:
        resource = self._definitions.resource(value_set, "ValueSet")
        if resource is None or not isinstance(resource.get("compose"), dict):
            return None
        return {
            key: resource[key] for key in ("resourceType", "url", "version", "status", "compose") if key in resource
        }


_MAX_REMEMBERED = 100_000


def _of_code(system: str, code: str) -> list[tuple[str, str, Any]]:
    return [("url", "valueUri", system), ("code", "valueCode", code)]


def _key(operation: str, canonical: str, rows: list[tuple[str, str, Any]]) -> tuple[str, ...]:
    return (operation, canonical, *(str(value) for _, kind, value in rows if kind != "resource"), str(len(rows)))


def _parameters(rows: list[tuple[str, str, Any]]) -> Json:
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": name, kind: value} for name, kind, value in rows if value != ""],
    }
