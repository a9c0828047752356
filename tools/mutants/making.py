"""Seeds times operators, thinned to each seed's share, without doubles."""

from __future__ import annotations

import copy
import hashlib
import json
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

from mutants import codes, containers, forms, links, shape, values
from mutants.operators import OPERATORS, Subject
from mutants.seeds import Seed, seeds
from mutants.text import TEXT_OPERATORS

__all__ = ["Mutant", "mutants"]

SEED = "vrfhir-mutants-1"
UNCHANGED = "unchanged"
"""The seed itself is asked about too: it must be valid."""
MODULES = (shape, values, codes, links, containers, forms)


class Mutant(NamedTuple):
    """One changed resource: ``identity`` says from what, how, and the how-manieth; ``content`` is its JSON text."""

    identity: str
    content: bytes

    @property
    def digest(self) -> str:
        """Enough of SHA-256 to tell a changed mutant."""
        return hashlib.sha256(self.content).hexdigest()[:16]

    @property
    def kind(self) -> str:
        """The operator that made it."""
        return self.identity.rpartition("~")[2].rpartition("-")[0]


def mutants() -> Iterator[Mutant]:
    """All of them, in a fixed order."""
    for seed in seeds():
        yield from _of(seed)


def _of(seed: Seed) -> Iterator[Mutant]:
    text = _dump(seed.resource)
    seen = {text}
    kept: list[tuple[float, Mutant]] = []
    yield Mutant(f"{seed.name}~{UNCHANGED}-1", text.encode())
    for name, number in _plan(seed.resource["resourceType"]):
        identity = f"{seed.name}~{name}-{number}"
        chance = random.Random(f"{SEED}/{identity}")  # noqa: S311 repeatable, not secret
        order = chance.random()
        changed = _changed(seed.resource, text, name, chance)
        if changed not in seen:
            seen.add(changed)
            kept.append((order, Mutant(identity, changed.encode("utf-8", "surrogatepass"))))
    special = [one for order, one in kept if OPERATORS.get(one.kind) and OPERATORS[one.kind].only]
    general = sorted((one for one in kept if one[1] not in special), key=lambda pair: pair[0])
    yield from special
    yield from (one for _, one in general[: seed.share])


def _plan(resource_type: str) -> Iterator[tuple[str, int]]:
    for one in OPERATORS.values():
        if not one.only or resource_type in one.only:
            yield from ((one.name, number) for number in range(1, one.times + 1))
    yield from ((name, 1) for name in TEXT_OPERATORS)


def _changed(resource: dict[str, Any], text: str, name: str, chance: random.Random) -> str:
    if name in TEXT_OPERATORS:
        return TEXT_OPERATORS[name](text, chance)
    subject = Subject(copy.deepcopy(resource), chance)
    return _dump(subject.resource) if OPERATORS[name].change(subject) else text


def _dump(resource: dict[str, Any]) -> str:
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":"))
