"""Where an XML resource holds what FHIR does not know: as HL7's XML parser says it, ``/f:Patient/f:name``.

The path begins anew at each resource, without the slash: ``Endpoint/f:connectionType``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["UNKNOWN", "xml_path"]

UNKNOWN = "UNRECOGNISED_PROPERTY_"
"""The rule whose findings are told by the path of the holder in XML."""


def xml_path(resource: Any, place: Sequence[str | int]) -> str:
    """The XML path of the object that holds the property at a JSON path."""
    value = resource
    shown = f"/f:{value.get('resourceType', '')}" if isinstance(value, dict) else ""
    for step in place[:-1]:
        if isinstance(step, str):
            shown += "/f:" + step.removeprefix("_")
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and step < len(value) else None
        if isinstance(value, dict) and isinstance(value.get("resourceType"), str):
            shown = str(value["resourceType"])
    return shown
