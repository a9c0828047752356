"""Where the walk is: a linked tuple, turned into text only when something is to be said about it.

A location is ``(parent, label, key, index)``: the label is how HL7's validator writes the step in a FHIRPath location
(``value.ofType(Quantity)``, or ``/*Patient/p1*/`` behind an entry or a contained resource), the key is the JSON name
(``valueQuantity``; empty for the root and for marks), the index is -1 outside arrays.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["Location", "expression", "json_path", "mark", "root", "written_expression"]

Location = tuple[Any, str, str, int]
"""``(parent, label, key, index)``; the parent of a root is None."""

_TYPE_MARK = r"\.ofType\(\w+\)$"


def root(resource_type: str) -> Location:
    """The location of a whole resource."""
    return (None, resource_type, "", -1)


def mark(parent: Location, resource: dict[str, Any]) -> Location:
    """The location behind an entry or ``contained``: HL7 adds type and id of the resource as a comment."""
    identity = resource.get("id")
    return (parent, f"/*{resource.get('resourceType')}/{identity if isinstance(identity, str) else 'null'}*/", "", -1)


def expression(location: Location) -> str:
    """The FHIRPath location: ``Bundle.entry[0].resource/*Patient/p1*/.name[0].family``."""
    parts: list[str] = []
    at: Location | None = location
    while at is not None:
        parent, label, _, index = at
        if label:
            if label[:2] == "/*":
                parts.append(label)
            else:
                dot = "" if parent is None else "."
                parts.append(f"{dot}{label}" if index < 0 else f"{dot}{label}[{index}]")
        at = parent
    parts.reverse()
    return "".join(parts)


def written_expression(location: Location) -> str:
    """The location as HL7's parsers write it, before types are known: ``Observation.value[x].code``, no marks."""
    parts: list[str] = []
    at: Location | None = location
    while at is not None:
        parent, label, _, index = at
        if label and label[:2] != "/*":
            label = re.sub(_TYPE_MARK, "[x]", label)
            step = label if index < 0 else f"{label}[{index}]"
            parts.append(step if parent is None else "." + step)
        at = parent
    return "".join(reversed(parts))


def json_path(location: Location | None) -> tuple[str | int, ...]:
    """The way to the value in the JSON text: ``("name", 0, "family")``."""
    steps: list[str | int] = []
    while location is not None:
        parent, _, key, index = location
        if index >= 0:
            steps.append(index)
        if key:
            steps.append(key)
        location = parent
    return tuple(reversed(steps))
