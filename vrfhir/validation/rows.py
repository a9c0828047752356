"""Rows of a resource with their places, for the rules about definitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vrfhir.validation.paths import Location

__all__ = ["at", "rows", "text"]

Json = dict[str, Any]


def rows(holder: Json, name: str, location: Location) -> Iterator[tuple[Json, Location]]:
    """The objects in a repeating element, each with its place; what is no object is left out."""
    listed = holder.get(name)
    if isinstance(listed, list):
        for index, each in enumerate(listed):
            if isinstance(each, dict):
                yield each, (location, name, name, index)


def at(location: Location, name: str, key: str = "") -> Location:
    """The place of a single element."""
    return (location, name, key or name, -1)


def text(holder: Json, name: str) -> str:
    """A string property, empty when there is none."""
    value = holder.get(name)
    return value if isinstance(value, str) else ""
