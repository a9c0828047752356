"""The register of conversions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell
    from vrfhir.mappers.context import Context

__all__ = ["CONVERSIONS", "Conversion", "Factory", "RowFacts", "is_of_organization", "register"]

Conversion = Callable[["Cell", "Context"], Any]


class RowFacts(Protocol):
    """What a conversion may know of its row."""

    @property
    def id(self) -> str:
        """The row's id."""

    @property
    def segment(self) -> str:
        """Name of the segment."""

    @property
    def field(self) -> int:
        """Number of the field."""

    @property
    def component(self) -> int:
        """Number of the component, 0 for the whole field."""

    @property
    def subcomponent(self) -> int:
        """Number of the subcomponent, 0 for the whole component."""

    @property
    def options(self) -> Mapping[str, Any]:
        """``table``, ``codes``, ``kind`` and whatever else the row gives."""

    @property
    def element(self) -> str:
        """The FHIR element, for findings."""


Factory = Callable[[RowFacts], Conversion]

CONVERSIONS: dict[str, Factory] = {}


_ORGANIZATIONS = ("Organization", "Employer", "GroupEmployer", "Insurer", "Laboratory", "Responsible", "Ordering")


def is_of_organization(row: RowFacts) -> bool:
    """True when the row fills an organisation itself, which has no home (Organization invariants org-2 and org-3)."""
    role, _, element = row.element.partition(".")
    return role in _ORGANIZATIONS and not element.startswith("contact")


def register(name: str) -> Callable[[Factory], Factory]:
    """Enter a conversion under the name rows use; a name stands for one conversion."""

    def enter(factory: Factory) -> Factory:
        if name in CONVERSIONS:
            raise ValueError(f"two conversions are called {name!r}")
        CONVERSIONS[name] = factory
        return factory

    return enter
