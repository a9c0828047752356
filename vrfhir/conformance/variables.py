"""Placeholders ``${name}``: where they stand, and the variables the engine itself provides.

TestScript has no random values, so tests could not be told apart from one run to the next. The engine therefore defines
variables whose names start with ``vrfhir-`` (a script cannot declare such names):

===========================  =========================================================================================
``${vrfhir-run-id}``         ten letters and digits, new for every run (``--run-id`` repeats one)
``${vrfhir-uuid-N}``         a UUID, the same for the same run, script and N
``${vrfhir-nhs-number-N}``   an NHS number of the test range 999, valid check digit; same for the same run, script and N
``${vrfhir-started}``        when the script started, as instant
``${vrfhir-today}``          that day, as date
``${vrfhir-base}``           the base URL of the tested system, without trailing slash
``${vrfhir-script}``         the script's file name without extension
===========================  =========================================================================================
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["EngineVariables", "placeholders", "substitute"]

_PLACEHOLDER = re.compile(r"\$\{([^${}]{1,200})\}")
_NUMBERED = re.compile(r"vrfhir-(uuid|nhs-number)-(\d{1,4})")
_PLAIN = frozenset({"vrfhir-run-id", "vrfhir-started", "vrfhir-today", "vrfhir-base", "vrfhir-script"})
_NAMESPACE = uuid.UUID("6f6f0f5e-7c5b-5d0c-9c63-5b1c0c4f7a11")


@dataclass(frozen=True, slots=True)
class EngineVariables:
    """The engine's variables for one script of one run."""

    run_id: str
    script: str
    base: str
    started: datetime

    def value(self, name: str) -> str | None:
        """The value of an engine variable; None when there is none of that name."""
        match name:
            case "vrfhir-run-id":
                return self.run_id
            case "vrfhir-started":
                return self.started.isoformat(timespec="milliseconds")
            case "vrfhir-today":
                return self.started.date().isoformat()
            case "vrfhir-base":
                return self.base
            case "vrfhir-script":
                return self.script
        numbered = _NUMBERED.fullmatch(name)
        if numbered is None:
            return None
        seed = f"{self.run_id}/{self.script}/{int(numbered[2])}"
        return str(uuid.uuid5(_NAMESPACE, seed)) if numbered[1] == "uuid" else _nhs_number(seed)

    @staticmethod
    def knows(name: str) -> bool:
        """True for a name the engine gives a value to."""
        return name in _PLAIN or _NUMBERED.fullmatch(name) is not None


def placeholders(value: Any) -> Iterator[str]:
    """The names of all placeholders in a text or in the texts of a JSON value."""
    if isinstance(value, str):
        yield from _PLACEHOLDER.findall(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from placeholders(item)
    elif isinstance(value, list):
        for item in value:
            yield from placeholders(item)


def substitute(value: Any, resolve: Callable[[str], str]) -> Any:
    """The same text or JSON value with every placeholder replaced by ``resolve(name)``."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: resolve(match[1]), value) if "${" in value else value
    if isinstance(value, dict):
        return {key: substitute(item, resolve) for key, item in value.items()}
    if isinstance(value, list):
        return [substitute(item, resolve) for item in value]
    return value


def _nhs_number(seed: str) -> str:
    """Nine digits 999…… from the seed and the modulus 11 check digit (NHS Data Dictionary, NHS NUMBER)."""
    for attempt in range(1_000):
        digest = hashlib.sha256(f"{seed}#{attempt}".encode()).hexdigest()
        digits = f"999{int(digest[:12], 16) % 1_000_000:06d}"
        check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return digits + ("0" if check == 11 else str(check))
    raise AssertionError("a thousand digests without a valid check digit")  # pragma: no cover
