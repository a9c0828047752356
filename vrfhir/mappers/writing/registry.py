"""The register of inverses: for each conversion of :mod:`vrfhir.mappers.conversions` the way back to HL7 v2.

An inverse gets the FHIR value of a row and gives the parts of one repetition, ``{component << 12 | subcomponent: text}``; None
when the value is not one that the row would have made. What it uses of an object it removes from it: what is left was not
written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from vrfhir.mappers.conversions.registry import RowFacts
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["INVERSES", "Inverse", "InverseFactory", "Parts", "inverse", "key", "parts_of"]

Parts: TypeAlias = "dict[int, str]"
Inverse = Callable[[Any, "Writing"], "Parts | None"]
InverseFactory = Callable[["RowFacts"], Inverse]

INVERSES: dict[str, InverseFactory] = {}


def key(component: int, subcomponent: int = 1) -> int:
    """The key of a part, as in :class:`~vrfhir.mappers.cells.Cell`."""
    return component << 12 | subcomponent


def parts_of(texts: Mapping[int, str]) -> Parts:
    """Parts by component, empty ones left out."""
    return {key(component): text for component, text in texts.items() if text}


def inverse(name: str) -> Callable[[InverseFactory], InverseFactory]:
    """Enter the inverse of a conversion under the conversion's name; one each."""

    def enter(factory: InverseFactory) -> InverseFactory:
        if name in INVERSES:
            raise ValueError(f"two inverses of {name!r}")
        INVERSES[name] = factory
        return factory

    return enter
