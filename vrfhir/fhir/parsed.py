"""What a reader hands on: the resource, what was wrong with its text, and where each element stands in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vrfhir.issues import Issue

__all__ = ["Locate", "Parsed", "Path"]

Path = tuple[str | int, ...]
"""JSON keys and indexes from the root: ``("name", 0, "family")``."""

Locate = Callable[[Path], tuple[int, int]]


class Parsed:
    """A resource read from text.

    ``resource`` is in FHIR JSON shape whatever the format was; ``issues`` are recoverable findings of the reader;
    ``format`` is ``json`` or ``xml``.
    """

    __slots__ = ("_locate", "format", "issues", "locator", "resource", "source")

    def __init__(
        self,
        resource: dict[str, Any],
        issues: list[Issue] | None = None,
        source: str = "",
        format: str = "json",  # noqa: A002 - what it is
        locator: Callable[[], Locate] | None = None,
    ) -> None:
        self.resource = resource
        self.issues = issues if issues is not None else []
        self.source = source
        self.format = format
        self.locator = locator
        self._locate: Locate | None = None

    def position(self, path: Sequence[str | int]) -> tuple[int, int]:
        """Line and column, 1-based, of an element; of its nearest ancestor when it is not there itself.

        As in HL7's validator: a JSON primitive is where its value ends, an object or array that is a property is at the
        name of the property, an object in an array just inside its brace; an XML element is where its start tag ends.
        """
        if self._locate is None:
            if self.locator is None:
                return (1, 1)
            self._locate = self.locator()
        return self._locate(tuple(path))
