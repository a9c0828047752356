"""The functions of FHIRPath, one module per section of the specification; :data:`FUNCTIONS` has them all by name."""

from __future__ import annotations

from vrfhir.fhirpath.functions import (
    boundaries,
    conversion,
    encoding,
    environment,
    existence,
    fhir,
    filtering,
    math,
    text,
    tree,
    typing,
)
from vrfhir.fhirpath.functions.signature import Function

__all__ = ["FUNCTIONS"]

_MODULES = (existence, filtering, conversion, text, encoding, math, tree, environment, typing, fhir, boundaries)

FUNCTIONS: dict[str, Function] = {name: function for module in _MODULES for name, function in module.FUNCTIONS.items()}
"""Name → how to build a call."""
