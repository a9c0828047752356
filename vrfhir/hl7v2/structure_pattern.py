"""Message structures as trees, read from patterns like ``PID NK1* PROVIDER_CONTACT(PRD CTD*)+``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

__all__ = ["Group", "Place", "parse_pattern"]

_TOKEN = re.compile(r"(?P<open>[A-Z0-9_|]+)\(|(?P<close>\))(?P<after>[?*+]?)|(?P<segment>[A-Z0-9]+)(?P<mark>[?*+]?)")


@dataclass(slots=True)
class Place:
    """Where a segment may stand: its name, how often, and the group it stands in."""

    name: str
    minimum: int
    maximum: int | None
    group: Group
    number: int
    """Among the children of the group, from 0."""


@dataclass(slots=True)
class Group:
    """A segment group, or the whole message; ``is_choice`` when only one of the children stands."""

    name: str
    minimum: int = 1
    maximum: int | None = 1
    group: Group | None = None
    number: int = 0
    is_choice: bool = False
    children: list[Place | Group] = field(default_factory=list)

    @property
    def ancestry(self) -> list[Group]:
        """The group and what it stands in, outermost first."""
        chain: list[Group] = []
        here: Group | None = self
        while here is not None:
            chain.insert(0, here)
            here = here.group
        return chain

    def places(self) -> list[Place]:
        """Every segment place below, in order."""
        found: list[Place] = []
        for child in self.children:
            found += [child] if isinstance(child, Place) else child.places()
        return found


def _limits(mark: str) -> tuple[int, int | None]:
    return (1 if mark in ("", "+") else 0), (None if mark in ("*", "+") else 1)


@lru_cache(maxsize=256)
def parse_pattern(name: str, pattern: str) -> Group:
    """The tree a pattern describes."""
    top = here = Group(name)
    for token in _TOKEN.finditer(pattern):
        if token["open"]:
            child = Group(
                token["open"].strip("|"), group=here, number=len(here.children), is_choice="|" in token["open"]
            )
            here.children.append(child)
            here = child
        elif token["close"]:
            here.minimum, here.maximum = _limits(token["after"])
            if here.group is None:
                raise ValueError(f"the pattern of {name} closes more groups than it opens")
            here = here.group
        else:
            here.children.append(Place(token["segment"], *_limits(token["mark"]), here, len(here.children)))
    return top
