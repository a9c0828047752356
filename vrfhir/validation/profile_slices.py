"""Slices in the differential of a profile (https://hl7.org/fhir/R4/profiling.html#slicing): set up first, each named once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location
from vrfhir.validation.rows import at, text

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_slices"]

Json = dict[str, Any]


def check_slices(
    scope: Scope, elements: list[tuple[Json, Location]], known: dict[str, Json], location: Location
) -> None:
    """Elements that are sliced may repeat, are sliced before their slices come, and no slice comes twice."""
    sliced = {path for path, origin in known.items() if "slicing" in origin or path.endswith("[x]")}
    named: set[tuple[str, str, str]] = set()
    for element, here in elements:
        path, name = text(element, "path"), text(element, "sliceName")
        leaf = path.rpartition(".")[2]
        origin = known.get(path)
        if "slicing" in element:
            sliced.add(path)
            if origin is not None and str(origin.get("max")) in ("0", "1") and not path.endswith("[x]"):
                scope.report("SD_PATH_NO_SLICING", at(here, "slicing"), found=path)
                problem = f"{path} is sliced, but does not repeat"
                scope.report("ERROR_GENERATING_SNAPSHOT", location, problem=problem)
        elif name and path not in sliced and origin is not None and leaf not in ("extension", "modifierExtension"):
            scope.report("VR-VAL-0110", here, element=path, found=name)
        key = (text(element, "id").rpartition(".")[0], path, name)
        if key[0] and key in named and ":" in text(element, "id").rpartition(".")[2]:
            scope.report("VR-VAL-0111", location, element=path, found=name or "(no name)")
        named.add(key)
