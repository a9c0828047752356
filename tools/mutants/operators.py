"""The register of operators: each changes one thing in a resource, at a place that chance chooses."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from mutants.sites import Site, sites

__all__ = ["OPERATORS", "Operator", "Subject", "operator"]

Item = TypeVar("Item")


class Subject:
    """A resource to be changed in place, with the chance that decides where."""

    def __init__(self, resource: dict[str, Any], chance: random.Random) -> None:
        self.resource = resource
        self._chance = chance

    def pick(self, items: Sequence[Item]) -> Item | None:
        """One of the items, or None of none. Only ``random()`` is used: Python promises its sequence for ever."""
        return items[int(self._chance.random() * len(items))] if items else None

    def site(self, fits: Callable[[Site], bool]) -> Site | None:
        """One of the places that fit."""
        return self.pick([each for each in sites(self.resource) if fits(each)])


Change = Callable[[Subject], bool]
"""Changes the subject's resource; False when there is nothing in it that could be changed this way."""


class Operator(NamedTuple):
    """One way to change a resource. ``text`` operators change the JSON text instead."""

    name: str
    change: Change
    only: tuple[str, ...]
    times: int


OPERATORS: dict[str, Operator] = {}


def operator(name: str, *, only: tuple[str, ...] = (), times: int = 1) -> Callable[[Change], Change]:
    """Register a change: for these resource types only, up to ``times`` at different places."""

    def register(change: Change) -> Change:
        if name in OPERATORS:
            raise ValueError(f"two operators are called {name}")
        OPERATORS[name] = Operator(name, change, only, times)
        return change

    return register
