"""Exceptions: for programmer mistakes, unreadable input and transport failures – never for findings about data.

Findings are :class:`vrfhir.issues.Issue` values. What is raised here carries such issues too, so that every door
(command line, HTTP, MLLP) reports them in the same words.
"""

from __future__ import annotations

from collections.abc import Sequence

from vrfhir.issues import Issue

__all__ = ["DefinitionError", "TransportError", "UnreadableError", "VrfhirError"]


class VrfhirError(Exception):
    """Base of everything vrfhir raises on purpose. ``issues`` says what happened, worst first."""

    def __init__(self, *issues: Issue) -> None:
        super().__init__("; ".join(issue.text for issue in issues))
        self.issues: Sequence[Issue] = issues


class UnreadableError(VrfhirError):
    """The input cannot be read at all: malformed JSON, XML or ER7, wrong character set, too large."""


class DefinitionError(VrfhirError):
    """A package, profile or value set that was asked for is missing or broken."""


class TransportError(VrfhirError):
    """A peer could not be reached, closed the connection or answered something that is no answer."""
