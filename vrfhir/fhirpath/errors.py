"""What the engine raises: one exception, for text that is no expression and for evaluations that the specification refuses."""

from __future__ import annotations

from vrfhir.errors import VrfhirError
from vrfhir.issues import Issue

__all__ = ["FhirPathError"]


class FhirPathError(VrfhirError):
    """An expression that cannot be parsed, or whose evaluation has no result (http://hl7.org/fhirpath/N1/#evaluation-errors).

    ``kind`` is ``syntax`` (not FHIRPath), ``semantic`` (can be seen without data: an unknown function, a member that the
    type does not have), ``execution`` (the data decide: more than one item where one is needed) or ``limit`` (a bound of
    this engine was reached). ``position`` is the 0-based offset in the expression, when there is one.
    """

    def __init__(self, text: str, *, kind: str = "execution", position: int | None = None) -> None:
        place = "" if position is None else f" (at character {position + 1})"
        self.kind = kind
        self.position = position
        super().__init__(Issue("error", "processing", f"VR-FHIRPATH-{kind.upper()}", f"{text}{place}"))
