"""The endpoint that closes the referral loop: FHIR over HTTP, HL7 v2 over MLLP, one store behind both.

>>> from vrfhir.server import Settings, create_app
>>> app = create_app(Settings(database="/tmp/referrals.sqlite"))  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vrfhir.server.app import create_app
    from vrfhir.server.settings import Grant, Settings

__all__ = ["Grant", "Settings", "create_app"]

_HOMES = {"create_app": "vrfhir.server.app", "Settings": "vrfhir.server.settings", "Grant": "vrfhir.server.settings"}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'vrfhir.server' has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)
