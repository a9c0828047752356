"""What the XML reader and writer must know of types: the children of a path, as :mod:`vrfhir.definitions` gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

__all__ = ["Fields", "Shape", "is_primitive", "type_suffix"]


class Shape(Protocol):
    """One child of a type; ``vrfhir.definitions.Field`` is one."""

    @property
    def name(self) -> str: ...
    @property
    def choice(self) -> bool: ...
    @property
    def types(self) -> tuple[str, ...]: ...
    @property
    def is_list(self) -> bool: ...
    @property
    def path(self) -> str: ...


Fields = Callable[[str], Mapping[str, Shape]]
"""Type path → its children by JSON name without type suffix, in the order of the definition."""


def is_primitive(type_name: str) -> bool:
    """True for FHIR's primitive types, the only ones whose names begin with a small letter (besides ``xhtml``)."""
    return type_name[:1].islower() and type_name != "xhtml"


def type_suffix(type_name: str) -> str:
    """What a choice element's name ends with: ``Quantity``, ``DateTime`` for ``dateTime``."""
    return type_name[:1].upper() + type_name[1:]
