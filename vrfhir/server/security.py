"""Who is calling. Deny by default: with tokens configured a caller without a valid one gets nothing but ``/metadata``.

Without tokens the endpoint serves loopback only (:meth:`Settings.require_safe`); a local caller then speaks for both
sides, so the transition table alone decides which moves are possible.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from vrfhir.server.http import Refusal
from vrfhir.server.settings import Grant
from vrfhir.workflow import Role

__all__ = ["LOCAL", "Caller", "Gatekeeper"]


class Caller(NamedTuple):
    """The side a caller speaks for (None: either) and its organisation."""

    role: Role | None = None
    organisation: str = ""


LOCAL = Caller()


class Gatekeeper:
    """Knows the tokens by their digest, so that comparing takes the same time whatever was sent."""

    def __init__(self, grants: Iterable[Grant]) -> None:
        self._callers = {
            _digest(grant.token.get_secret_value()): Caller(grant.role, grant.organisation) for grant in grants
        }

    def admit(self, authorization: str | None) -> Caller:
        """The caller behind an ``Authorization`` header; raises :class:`Refusal` 401."""
        if not self._callers:
            return LOCAL
        scheme, _, token = (authorization or "").partition(" ")
        caller = self._callers.get(_digest(token.strip())) if scheme.lower() == "bearer" else None
        if caller is None:
            text = "A valid bearer token is needed."
            headers = (("WWW-Authenticate", 'Bearer realm="vrfhir"'),)
            raise Refusal.of(401, "login", "VR-HTTP-0401", text, headers=headers)
        return caller


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
