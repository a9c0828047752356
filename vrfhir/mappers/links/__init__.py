"""Link rules: what connects the resources of a segment with the others, and the elements that no field gives."""

from __future__ import annotations

from vrfhir.mappers.links import (  # noqa: F401  (each registers its rules)
    clinical,
    message,
    orders,
    payers,
    people,
    providers,
    results,
)
from vrfhir.mappers.links.registry import LINKS, Link, unknown

__all__ = ["LINKS", "Link", "unknown"]
