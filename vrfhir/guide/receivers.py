"""What a receiver does with an element that must be supported: told once in ``receivers.toml``, shown in every tree."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from vrfhir.guide.sources import Json

__all__ = ["place_of", "rows", "what_a_receiver_does", "what_a_sender_does"]

_ANY = "any"
_SLICE = re.compile(r":[^.]+")


@cache
def rows() -> dict[str, dict[str, str]]:
    """Profile id (or ``any``) → element id without its type → what a receiver does."""
    found: dict[str, dict[str, str]] = tomllib.loads(
        Path(__file__).with_name("receivers.toml").read_text(encoding="utf-8")
    )
    return found


def what_a_receiver_does(structure: Json, element: Json) -> str:
    """The receiver's part for one element; empty where nothing is told."""
    place = place_of(structure, element)
    return rows()[place[0]][place[1]] if place else ""


def place_of(structure: Json, element: Json) -> tuple[str, str] | None:
    """Table and key of the row that speaks of an element."""
    return next(_places(structure["id"], element["id"]), None)


def what_a_sender_does(element: Json) -> str:
    """Whether the element must be sent, from its cardinality and its flag."""
    if element.get("max") == "0":
        return "must not be sent"
    if element.get("min", 0) > 0:
        return "must be sent" if "." not in element["id"].partition(".")[2] else "must be sent with its parent"
    return "must be sent when known" if element.get("mustSupport") else "may be sent"


def _places(structure: str, identity: str) -> Iterator[tuple[str, str]]:
    """The rows that speak of an element, the most particular first."""
    key = identity.partition(".")[2]
    bare = _SLICE.sub("", key)
    candidates = [(structure, key), (structure, bare), (_ANY, key)]
    names = bare.split(".")
    candidates += [(_ANY, ".".join(names[at:])) for at in range(len(names))]
    return (each for each in candidates if each[1] in rows().get(each[0], {}))
